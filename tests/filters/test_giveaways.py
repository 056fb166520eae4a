"""Problems that give their answer away.  Rows of GSM8K (MIT) are quoted; the others are modelled on real ones."""

from __future__ import annotations

import pytest

from builder.filters.giveaways import answer_in_question, gives_answer_away
from builder.filters.text import plain

GIVEN_AWAY = [
    "Tom has 5 apples and buys 7 more. How many apples does he have? The answer is 12.",
    "Tom has 5 apples and buys 7 more. How many apples does he have? (Answer: 12)",
    "How many apples does he have?\n\nAnswer: $12$",
    "How many apples does he have?\n#### 12",
    "The final answer is: $\\boxed{1}$",
    "Find $x$ if $2x = 6$. So $x = \\boxed{3}$.",
    "Find the roots of $f$.\nStep-by-Step Solution:\nFirst, we need to factor $f(x)$.",
    "Tom has a 5-digit number divisible by 12. Which is the least?\n## Step 1: Determine the conditions\nIt "
    "must be even.",
    "What is the area? **Solution:** The area is length times width, 12.",
    "Find the length of the third side. By the law of cosines $c^2 = 57$. Thus, $c = \\sqrt{57}$.",
    "Solve $e^{2x} - 4e^x + 3 = 0$. Let $u = e^x$. Solving for $x$, we get $x = \\ln 3$ or $x = 0$.",
    "What is $7 \\times 8$? [Ans: 56]",
    "Compute $\\frac12 + \\frac13$. The correct answer is $\\frac{5}{6}$.",
]

KEPT = [
    # GSM8K
    "Jessica has one hour to take an exam. She has answered 16 out of 80 questions. She has used 12 minutes of "
    "her time. If "
    "she keeps up this same pace, how many minutes will be left when she finishes the exam?",
    "Students at Highridge High earn 2 points for each correct answer during a quiz bowl If a student correctly "
    "answers all "
    "the questions in a round, the student is awarded an additional 4 point bonus. They played a total of five "
    "rounds each "
    "consisting of five questions. If James only missed one question, how many points did he get?",
    "It takes 1 person working 10 hours to figure out the solution to a math problem.  If you add a second "
    "person who's "
    "equally good at math, how long will the two of them have to work to solve the same problem?",
    "One of Robi's new year's resolutions is to start saving. He started to save $2 in January. This is "
    "followed by $4 in "
    "February and $8 in March. If he continues this saving pattern, how much will be his total savings after 6 months?",
    # modelled on real ones
    "He multiplies a number by 2 and subtracts 2. If his answer is $7$, what was the original number?",
    "Choose the answer. What is $y$ if $56y = 728$?",
    "If the answer is $\\frac{m}{n}$ in lowest terms, find $m + n$.",
    "Enter your answer in the form $a + b\\sqrt{c}$. What is $\\sqrt{50} + 1$?",
    'My uncle said: "If you double my age and subtract 6, the final answer is $38$." How old is he?',
    "What is the missing number in the box? $2:3 = \\boxed{?}:12$",
    "She has the cards $\\boxed{1}, \\boxed{2}, \\boxed{3}$. How many sums can she make?",
    "Let $\\boxed{N}$ be the number of divisors of $N$. For example, $\\boxed{3} = 2$. What is $\\boxed{20}$?",
    "Find $n$ and express your answer in the form $n = \\boxed{[answer]}$.",
    "A chemist mixes a solution: 20% acid with water. How much acid is in 50 ml?",
    "How many times are there on the clock? (Zero is not written before an hour. Therefore, 01:10 may not be used.)",
    "Let $a_n$ be the number obtained by writing 1 to $n$. Therefore, $a_4 = 1234$. How many $a_k$ are divisible by 9?",
    "What is this number rounded to the nearest tenth? $$\\boxed{9.95}$$",
]

STATED = [
    ("Let $x = 5$ be a number. Find $x$.", "5"),
    ("Show that the sum is 5050. What is the sum?", "5050"),
    ("Tom has 5 apples and buys 7. Therefore he has 12 apples. How many apples does he have?", "12"),
    ("Prove that the area equals $\\frac{3}{4}$. What is the area?", "\\frac{3}{4}"),
    ("We know that $n = 12$, since the sum of all is 78. What is the value of $n$?", "12"),
    ("Verify that the train arrives after 90 minutes. How long does the journey take?", "90"),
    ("A car drives 60 miles in 2 hours. Thus its speed is 30 miles. What is its speed in mph?", "30"),
    ("The equation $2y = 14$ has the solution $y = 7$. Solve for $y$.", "7"),
    ("Check that she has $1,200 left. How many dollars does she have left?", "1200"),
    ("Hence the total is 48. What is the total of all the clips?", "48"),
    ("Recall that $k=-2$. Determine $k$.", "-2"),
]

NOT_STATED = [
    # GSM8K, with the true answer
    (
        "Her brother, Roger, also had 2 bags of candy. One had 11 pieces and the other had 3. How much more "
        "candy did Roger "
        "have?",
        "2",
    ),
    (
        "Before the weekend, Wilson's report card needs to show that he received 80 or higher in his math "
        "class. His tests "
        "are 65, 94, 81, 86 and 74. What is his current math grade?",
        "80",
    ),
    ("John has twice as many books as Ann, who has 6. How many books does John have?", "12"),
    ("When $n$ is divided by 6, a remainder of 1 is given. What is the remainder when $n+2010$ is divided by 6?", "1"),
    ("Suppose $z^4 + az^3 + bz^2 + cz + d = 0$ has four roots. Find all possible values of $d$.", "0"),
    ("If $x = 5$, find $3x - 10$.", "5"),
    ("Given $2x = 6$ and $y = x$, find $x$.", "3"),
    ("Show that $|z + 1| \\ge \\frac{|a + 1|}{n}$ holds. What is the least $n$?", "1"),
    ("Tom had 20 apples and ate none of them. How many apples does he have?", "20"),
    ("Find the x-coordinate of the vertex of $y = (x-4)^2 + 4$.", "4"),
    ("Let $f(0) = 1$ and $f(x+1) = f(x)$. What is $f(1)$?", "1"),
    ("What is 5% of 100?", "5"),
    ("Solve for $x$: $x + 3 = 11$", "8"),
]


@pytest.mark.parametrize("problem", GIVEN_AWAY)
def test_a_problem_that_says_its_answer_gives_it_away(problem: str) -> None:
    found = gives_answer_away(problem, plain(problem))
    assert found is not None and found.reason == "gives_answer_away"
    assert found.evidence in problem


@pytest.mark.parametrize("problem", KEPT)
def test_a_problem_that_speaks_of_answers_and_boxes_gives_nothing_away(problem: str) -> None:
    assert gives_answer_away(problem, plain(problem)) is None


@pytest.mark.parametrize(("problem", "answer"), STATED)
def test_an_answer_that_the_problem_states_as_its_result_is_seen(problem: str, answer: str) -> None:
    assert (found := answer_in_question(problem, answer)) and found.reason == "answer_in_question"


@pytest.mark.parametrize(("problem", "answer"), NOT_STATED)
def test_a_number_that_merely_occurs_in_the_problem_is_not_its_stated_result(problem: str, answer: str) -> None:
    assert answer_in_question(problem, answer) is None
