"""Questions of GSM8K (train; MIT licence), as they stand there, for tests that need real text."""

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips "
    "did Natalia sell altogether in April and May?"
)
BABYSITTING = (
    "Weng earns $12 an hour for babysitting. Yesterday, she just did 50 minutes of babysitting. How much did she earn?"
)
WALLET = (
    "Betty is saving money for a new wallet which costs $100. Betty has only half of the money she needs. Her parents "
    "decided to give her $15 for that purpose, and her grandparents twice as much as her parents. How much more money "
    "does Betty need to buy the wallet?"
)
BOOK = (
    "Julie is reading a 120-page book. Yesterday, she was able to read 12 pages and today, she read twice as many "
    "pages as yesterday. If she wants to read half of the remaining pages tomorrow, how many pages should she read?"
)
LETTER = (
    "James writes a 3-page letter to 2 different friends twice a week.  How many pages does he write a year?"
)  # fmt: skip
GARDEN = (
    "Mark has a garden with flowers. He planted plants of three different colors in it. Ten of them are yellow, and "
    "there are 80% more of those in purple. There are only 25% as many green flowers as there are yellow and purple "
    "flowers. How many flowers does Mark have in his garden?"
)
PIZZA = (
    "Albert is wondering how much pizza he can eat in one day. He buys 2 large pizzas and 2 small pizzas. A large "
    "pizza has 16 slices and a small pizza has 8 slices. If he eats it all, how many pieces does he eat that day?"
)
PACKAGE = (
    "Ken created a care package to send to his brother, who was away at boarding school.  Ken placed a box on a "
    "scale, and then he poured into the box enough jelly beans to bring the weight to 2 pounds.  Then, he added "
    "enough brownies to cause the weight to triple.  Next, he added another 2 pounds of jelly beans.  And finally, he "
    "added enough gummy worms to double the weight once again.  What was the final weight of the box of goodies, in "
    "pounds?"
)
WAGE = (
    "Tina makes $18.00 an hour.  If she works more than 8 hours per shift, she is eligible for overtime, which is "
    "paid by your hourly wage + 1/2 your hourly wage.  If she works 10 hours every day for 5 days, how much money "
    "does she make?"
)
TREES = (
    "Randy has 60 mango trees on his farm. He also has 5 less than half as many coconut trees as mango trees. How "
    "many trees does Randy have in all on his farm?"
)
SHOES = (
    "Tobias is buying a new pair of shoes that costs $95. He has been saving up his money each month for the past "
    "three months. He gets a $5 allowance a month. He also mows lawns and shovels driveways. He charges $15 to mow a "
    "lawn and $7 to shovel. After buying the shoes, he has $15 in change. If he mows 4 lawns, how many driveways did "
    "he shovel?"
)
MONSTER = (
    "A deep-sea monster rises from the waters once every hundred years to feast on a ship and sate its hunger. Over "
    "three hundred years, it has consumed 847 people. Ships have been built larger over time, so each new ship has "
    "twice as many people as the last ship. How many people were on the ship the monster ate in the first hundred "
    "years?"
)

ALL = (CLIPS, BABYSITTING, WALLET, BOOK, LETTER, GARDEN, PIZZA, PACKAGE, WAGE, TREES, SHOES, MONSTER)
