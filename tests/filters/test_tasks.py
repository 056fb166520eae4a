"""What a problem asks for.  Rows of GSM8K (MIT) are quoted; the others are modelled on real ones."""

from __future__ import annotations

import pytest

from builder.filters.flaw import Flaw
from builder.filters.tasks import count_parts, task_flaw
from builder.filters.text import plain

NOTHING = [
    "Consider the function $f(x) = \\frac{x^2+3x+2}{x^2-4}$.",
    "Let $z$ and $w$ be complex numbers with $|z| = |w| = 1$. Suppose that triangle $OZW$ has area $\\frac12$.",
    "In the election for class officers there are 12 candidates. The secretary must be elected as the vice-president.",
    "x^2 + 2xy + y^2 = 25, x^2 + y^2 = 16",
    "$1$ is in $S$. If $n$ is in $S$, then $2n+1$ is also in $S$.",
    "There are $8 \\cdot 7 = 56$ such pairs of rooks on the board, as no two of them attack each other.",
    "A card game involves drawing cards from a deck without replacement. The deck contains 52 cards in 4 suits.",
    "A city plans a park whose length is 400 feet more than its width. The construction costs \\$3 per square foot.",
    "In a triangle $ABC$, $\\angle A = 60^\\circ$. Point $D$ lies on side $AC$. Let the length of $BD$ be $x$.",
    "**",
    "The sequence is defined by $a_1 = 2$ and $a_{n+1} = 3a_n$ for all $n \\ge 1$.",
    "Tom saves \\$100 per month. Option 1 pays 6%, and option 2 pays 8% with a fee of \\$500.",
]

PROOFS = [
    "Let $a_1 = 1$ and $a_n = 2a_{n-1} + 1$. Prove by induction that $a_n = 2^n - 1$ for all $n$.",
    "Show that the area of triangle $APB$ is half the area of triangle $ABC$.",
    "Let $p$ be a prime. Show that for any integer $a$, the number $a^p - a$ is divisible by $p$.",
    "Let $a$ and $b$ be positive. Prove: $\\frac{a}{b} + \\frac{b}{a} \\ge 2$.",
    "A set $S$ has $n$ elements. Prove by mathematical induction that it has $2^n$ subsets.",
    "Show that $m \\leq \\sqrt{2n}$.",
    "Consider the sequence $a_n = 100a_{n-1} + n$. Show that $a_{99}$ is divisible by 99.",
    "Given the quadratic $x^2 - (a+b)x + ab$, show that its discriminant is a square. Justify your steps.\n\n"
    "Prove that both roots are real.",
    "Define $f(n) = n^2 + 1$. Prove that $f(n)$ is never a perfect square for positive $n$.",
    "Verify that $\\cos 2t = 1 - 2\\sin^2 t$ for all real $t$.",
    "In a cube with side $s$, show that the squares of all face diagonals add up to $24s^2$.",
]

SEVERAL = [
    "Solve $2x + 3 = 11$. What is x? Also find y if $y = 2x$.",
    "Bryan has 50 sweets. Ben has 20 sweets. Who has more? How many more does he have?",
    "Sweets come in packages of 6. Louis ate 54. How many whole boxes did he eat and how many sweets does he "
    "have left?",
    "There are 20 students in a line and Mike is the 7th. How many students are behind Mike? What is his position "
    "counting from back to front?",
    "A box has 30 balls, 10 of them red. What is the expected number of draws until the first red one? What is the "
    "expected number until the second?",
    "How many integers from 1 to 1000 are divisible by 7, and what is the average of these integers?",
    "A cube of edge 6 has a cube of edge 2 removed from its centre. What is the volume of the solid? "
    "Additionally, what "
    "is the area of its surface?",
    "Find the magnitude of $\\vec a$. Then, calculate the angle between $\\vec a$ and $\\vec b$.",
    "What is the equation of the inverse of $f(x) = 2x - 3$, and what is the domain of this inverse?",
    "Is 1234 divisible by 11? If not, what is the remainder?",
    "Solve the differential equation $y' + 2y = 3e^x$. Then, find the critical points of the solution.",
    "What dimensions should Tom choose to minimize the cost of the fence, and what is the minimum cost?",
    "Four students line up with their teacher.\n① If he does not want to stand at an end, how many ways are there?\n"
    "② If he insists on an end, how many ways are there?",
    "Prove by induction that $a_n = 2^n - 1$. Then, find the value of $a_{10}$.",
]

ONE = [
    # GSM8K
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did "
    "Natalia sell altogether in April and May?",
    "Irene earns $500 if she works for 40 hours a week and gets an extra $20 for every hour of overtime. If she "
    "worked 50 "
    "hours last week, calculate her total income.",
    "A zoo has 21 penguins and twice as many polar bears?  How many total animals do they have?",
    'There have been 15 "Where\'s Waldo?" books published. Each book has 30 puzzles to find Waldo. The average person '
    "takes 3 minutes to find Waldo in a puzzle. How long would it take to find every Waldo?",
    "On Monday, Matt worked for 450 minutes in his office.  On Tuesday, he worked half the number of minutes he "
    "worked on "
    "Monday.  On Wednesday, he worked for 300 minutes.  How many more minutes did he work on Wednesday than on "
    "Tuesday.",
    "It takes 1 person working 10 hours to figure out the solution to a math problem.  If you add a second "
    "person who's "
    "equally good at math, how long will the two of them have to work to solve the same problem?",
    "Catherine had an equal number of pencils and pens. If she had 60 pens and gave eight pens and 6 pencils to "
    "each of "
    "her seven friends and kept the rest for herself, how many pens and pencils did she have left?",
    # modelled on real ones
    "Factor $7x^3 - 21x^2 + 14x$.",
    "If $\\sqrt{x\\cdot\\!\\sqrt{x}} = 3$, find $x$.",
    "Simplify $\\frac{1}{2 - \\sqrt 3}$. The result has the form $a + b\\sqrt{c}$. What is $a + b + c$?",
    "Find all solutions of $x^2 - 5x + 6 = 0$. What is the sum of the solutions?",
    "Solve for $z$: $1 - iz = -1 + iz$. Simplify your answer as much as possible.",
    "In how many ways can a chief and two deputies be chosen? That is, in how many ways can the roles be filled?",
    "What is the missing number? 1, 1, 2, 3, 5, 8, ?, 21",
    "On a trip Bobbi asks, ``Are we there yet?'' Her mother answers that it takes 7200 seconds more. It is 2:30 "
    "now. At "
    "what time will they arrive?",
    "Let $f(n) = n! + n$. Show that $f(2) = 4$ and find the value of $f(4)$.",
    "How many tiles are used, and how large is each, expressed as an ordered pair $(n, A)$?",
    "The perimeter of the square is 20 cm. Its area in square centimetres is ____.",
    "In a right triangle the ratio of the legs is $3:4$. The ratio of the areas is: (A) 1:2 (B) 3:4 (C) 9:16",
    "Express 0.2323... as a fraction in lowest terms.",
    "Determine whether the series converges, and if it does, to what.",
    "Given $n$: (a) What is $n + 1$? (b) What is $n + 2$?",
]


def of(problem: str) -> Flaw | None:
    return task_flaw(problem, plain(problem))


@pytest.mark.parametrize("problem", NOTHING)
def test_a_text_that_asks_nothing_is_no_question(problem: str) -> None:
    assert (found := of(problem)) and found.reason == "not_a_question"


@pytest.mark.parametrize("problem", PROOFS)
def test_a_proof_has_no_final_answer(problem: str) -> None:
    assert (found := of(problem)) and found.reason == "proof"


@pytest.mark.parametrize("problem", SEVERAL)
def test_questions_that_run_on_without_labels_are_several(problem: str) -> None:
    assert (found := of(problem)) and found.reason == "several_questions"
    assert found.evidence and found.evidence in problem


@pytest.mark.parametrize("problem", ONE)
def test_a_problem_that_asks_for_one_thing_has_no_flaw(problem: str) -> None:
    assert of(problem) is None


@pytest.mark.parametrize(
    ("problem", "parts"),
    [
        ("Find $f(a)$ for $f(x) = x^2$ and $a = 3$.", 1),
        ("(a) Find $x$.\n(b) Find $y$.", 2),
        ("a) one b) two c) three", 3),
        ("(i) one (ii) two", 2),
        ("Point (a, b) lies on the line.", 1),
        ("A trip in two stages. Part 1: walk. Part 2: ride.", 2),
    ],
)
def test_parts_are_counted_by_their_labels(problem: str, parts: int) -> None:
    assert count_parts(problem) == parts
