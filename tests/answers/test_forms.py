"""The ways in which people and models write one answer, as rows: a line that begins with == is the answer."""

import pytest

from builder.answers import answer_classes, equal

FORMS = r"""
== C
(C)
C)
C.
C:
[C]
{C}
<C>
"C"
`C`
*C*
**C**
**(C)**
$C$
$(C)$
$\text{C}$
\text{(C)}
\text{C)}
\text{C.}
\textbf{C}
\textbf{(C)}
\mathbf{C}
\mathbf{(C)}
\mathrm{C}
(\text{C})
(\mathbf{C})
\boxed{C}
\boxed{(C)}
\boxed{\text{C}}
\boxed{\textbf{(C)}}
option C
Option (C)
\text{Option C}
choice C
Choice (C).
the answer is C
The answer is (C).
Answer: C
answer C
C is correct
(C) is correct
C is the answer
C is the correct answer
C is right
Option C is correct
the correct option is C
The correct answer is option C
letter C
C only
(c)
c)
c
\text{c}
(C) 12
C) 12
C. 12
C: 12
C — 12
(C): 12
(C). 12
(C) - 12
(C)\ 12
(C)~12
(C)\quad 12
\text{(C) } 12
\text{(C)} 12
\textbf{(C)}\ 12
\textbf{(C) } 12
\textbf{(C) }12
\mathrm{(C)}\ 12
\mathrm{(C) \ } 12
\text{C) } 12
\text{C: }12
Option C: 12
option C) 12
Option (C) 12
Choice C: 12
**C) 12**
**C.** 12
12 (C)
12 (option C)
C. \frac{1}{2}
(C) \frac{1}{2}
(C) the red one
C) the red one
C. the red one
C: the red one
(c) 12
c) 12
C\text{.}
C\text{)}
\text{(}C\text{)}
(C
C)12
(C)12
C.12
Ⓒ
Ｃ
(Ｃ)
C\,
\ C
== 1, 2, 3
{1, 2, 3}
\{1,2,3\}
[1, 2, 3]
[1,2,3]
1,2,3
1;2;3
1; 2; 3
1, 2 and 3
1, 2, and 3
1 and 2 and 3
1 & 2 & 3
1, 2 & 3
1, 2, or 3
1 or 2 or 3
1, 2 \text{ and } 3
1,\ 2,\ 3
1,\,2,\,3
1,\;2,\;3
1\text{, }2\text{, }3
1,~2,~3
1,\quad 2,\quad 3
1 \quad 2 \quad 3
3, 2, 1
x = 1, 2, 3
x=1, x=2, x=3
x = 1 or x = 2 or x = 3
x=1\text{ or }x=2\text{ or }x=3
x = 1, x = 2, or x = 3
x=1 \lor x=2 \lor x=3
x=1 ∨ x=2 ∨ x=3
x \in \{1, 2, 3\}
x∈{1,2,3}
x \in \{1\} \cup \{2,3\}
x_1=1, x_2=2, x_3=3
x_1 = 1,\ x_2 = 2,\ x_3 = 3
x_{1}=1; x_{2}=2; x_{3}=3
\{x=1,x=2,x=3\}
{x = 1, x = 2, x = 3}
The solutions are 1, 2, 3
the numbers 1, 2 and 3
the solutions are x = 1, 2, 3
Solutions: 1, 2, 3
\text{Solutions: }1, 2, 3
1, 2, 3 are the solutions
either 1, 2 or 3
1, 2, 3.
$1$, $2$, $3$
$1$, $2$ and $3$
$1, 2, 3$
\(1\), \(2\), \(3\)
\boxed{1}, \boxed{2}, \boxed{3}
\boxed{1, 2, 3}
(1), (2), (3)
\left\{1, 2, 3\right\}
\left\{ 1,\, 2,\, 3 \right\}
\lbrace 1, 2, 3 \rbrace
\{1\}\cup\{2\}\cup\{3\}
1, 2 as well as 3
1, 2, 3 (in any order)
from smallest to largest: 1, 2, 3
in increasing order: 1, 2, 3
1\\2\\3
{1,2,3}.
S = {1, 2, 3}
S=\{1,2,3\}
\text{1, 2, and 3}
\text{1, 2 and 3}
1 , 2 , 3
1,2,3,
, 1, 2, 3
1、2、3
１，２，３
1.0, 2.0, 3.0
[1.0, 2.0, 3.0]
{1, 3, 2}
set([1, 2, 3])
frozenset({1, 2, 3})
1, 2, 3, 3
x=1,2,\text{ or }3
x = 1\ \text{or}\ 2\ \text{or}\ 3
x=1 x=2 x=3
== [2,5)
2 \le x < 5
2 ≤ x < 5
2 <= x < 5
2 \leq x \lt 5
5 > x \ge 2
5 > x >= 2
x \ge 2 \text{ and } x < 5
x >= 2 and x < 5
x ≥ 2, x < 5
x \geq 2,\ x<5
x \ge 2 \land x < 5
x ≥ 2 ∧ x < 5
2 \le x \text{ and } x < 5
x \in [2,5)
x\in\left[2,5\right)
x ∈ [2, 5)
[2; 5)
[2;5[
[2, 5[
x \in [2, 5[
\left[2, 5\right[
\{x \mid 2 \le x < 5\}
\{x : 2 \le x < 5\}
{x : 2 <= x < 5}
{x | 2 ≤ x < 5}
\{x | x \ge 2 \text{ and } x < 5\}
{x | x >= 2 and x < 5}
\{x \in \mathbb{R} \mid 2 \leq x < 5\}
\{x \in \mathbb{R} : 2 \leq x < 5\}
\left\{x \,\middle|\, 2 \le x < 5\right\}
\{ x \ | \ 2 \le x < 5 \}
2 \le x < 5, x \in \mathbb{R}
x \in \mathbb{R}, 2 \le x < 5
t \in [2,5)
2 \le a < 5
[2, 5 )
\lbrack 2, 5)
[2,\ 5)
[2.0, 5.0)
the interval [2, 5)
\text{the interval } [2,5)
[2,5) .
[2,3) \cup [3,5)
[2,3]\cup(3,5)
[2,7] \cap (-\infty, 5)
(-\infty,5) \cap [2,\infty)
\{2\} \cup (2,5)
== (-\infty,2) \cup (5,\infty)
x<2 \text{ or } x>5
x < 2 or x > 5
x<2, x>5
x < 2 \lor x > 5
x < 2 ∨ x > 5
x \in (-\infty,2) \cup (5,\infty)
(-∞,2)∪(5,∞)
(-inf, 2) U (5, inf)
(-\infty, 2) \text{ or } (5, \infty)
(-\infty, 2), (5, \infty)
(-\infty, 2) \text{ and } (5, \infty)
x \notin [2,5]
\mathbb{R}\setminus[2,5]
R \ [2,5]
\mathbb{R} - [2,5]
]-\infty,2[ \cup ]5,+\infty[
\{x \mid x<2 \text{ or } x>5\}
{x | x < 2 or x > 5}
\{x: x<2\} \cup \{x: x>5\}
x \in (-\infty,2) \text{ or } x \in (5,\infty)
2 > x \text{ or } 5 < x
|x - 3.5| > 1.5
|2x-7|>3
x>5 or x<2
x > 5, x < 2
x<2\ \text{or}\ x>5
x < 2 | x > 5
x < 2 and x > 5
(5, \infty) \cup (-\infty, 2)
(-\infty, 2)\bigcup(5, \infty)
all x < 2 or x > 5
== (3,\infty)
x > 3
x>3
3 < x
> 3
x \in (3,\infty)
(3, +\infty)
(3, ∞)
(3, inf)
]3, \infty[
]3;+\infty[
all real numbers greater than 3
x is greater than 3
x greater than 3
greater than 3
all x > 3
all real x > 3
\{x \mid x > 3\}
all numbers greater than 3
x more than 3
2x > 6
x - 3 > 0
-x < -3
== red, green, blue
red, green and blue
red, green, and blue
red and green and blue
blue, green, red
\text{red, green, blue}
\text{red}, \text{green}, \text{blue}
\text{red}, \text{green} \text{ and } \text{blue}
\text{red, green, and blue}
\{\text{red}, \text{green}, \text{blue}\}
{red, green, blue}
[red, green, blue]
Red, Green, Blue
red; green; blue
red & green & blue
red or green or blue
"red", "green", "blue"
['red', 'green', 'blue']
{'red', 'green', 'blue'}
**red**, **green**, **blue**
red,green,blue
\text{Red, Green, and Blue}
\textbf{red}, \textbf{green}, \textbf{blue}
\mathrm{red}, \mathrm{green}, \mathrm{blue}
\boxed{red, green, blue}
$\text{red}$, $\text{green}$, $\text{blue}$
red, green, blue.
== a, b, c
c, b, a
{a, b, c}
a and b and c
a, b and c
\{a,b,c\}
a; b; c
== A, B, C
A, B and C
A and B and C
\text{A, B, C}
\text{A}, \text{B}, \text{C}
(A), (B), (C)
{A, B, C}
== Ann, Bob
Bob, Ann
Ann and Bob
Bob and Ann
\text{Ann and Bob}
\text{Ann}, \text{Bob}
{Ann, Bob}
Ann & Bob
both Ann and Bob
== x, x^2, x^3
x^2, x, x^3
\{x, x^2, x^3\}
x, x^2 and x^3
x; x^2; x^3
== 1+\sqrt{2}, 1-\sqrt{2}
1 \pm \sqrt{2}
1-\sqrt2 \text{ and } 1+\sqrt2
x = 1 \pm \sqrt{2}
x=1+\sqrt2 \text{ or } x=1-\sqrt2
\{1+\sqrt{2}, 1-\sqrt{2}\}
1 ± √2
\sqrt{2}+1, -\sqrt{2}+1
== 1+2i, 1-2i
1 \pm 2i
\{1-2i, 1+2i\}
x=1\pm 2i
== (1,2), (3,4)
(3,4), (1,2)
(1,2) and (3,4)
\{(1,2),(3,4)\}
(1, 2); (3, 4)
(x,y)=(1,2),(3,4)
(x,y)=(1,2) or (3,4)
(x,y) = (1,2), (x,y) = (3,4)
x=1,y=2 or x=3,y=4
(x,y) \in \{(1,2),(3,4)\}
[(1, 2), (3, 4)]
\left(1,2\right),\left(3,4\right)
(1,2) \text{ or } (3,4)
{(1,2),(3,4)}
(1,2), (3,4).
A(1,2), B(3,4)
A(1,2) and B(3,4)
(1;2), (3;4)
\langle 1,2\rangle, \langle 3,4\rangle
== 2, 3, 5
2^1, 3, 5
2,3,5
[2, 3, 5]
two, three, five
\text{two}, \text{three}, \text{five}
2 cm, 3 cm, 5 cm
2, 3, 5 cm
2, 3, and 5 cm
2\text{ cm}, 3\text{ cm}, 5\text{ cm}
2 \text{ cm}, 3 \text{ cm and } 5 \text{ cm}
$2, $3, $5
\$2, \$3, \$5
2/1, 3/1, 5/1
2%, 3%, 5%
== 2, 2, 3
2,3,2
3,2,2
2 (twice), 3
2, 3
\{2, 3\}
{2,2,3}
== 3, -3, 5, -5
\pm 3, \pm 5
±3, ±5
x = \pm 3, \pm 5
x=\pm 3 \text{ or } x=\pm 5
x=\pm3, x=\pm5
\{\pm 3, \pm 5\}
\{-5,-3,3,5\}
\pm 3 \text{ and } \pm 5
== (3,4), (-3,4)
(\pm 3, 4)
\{(\pm 3, 4)\}
(±3, 4)
== 0, 3, -3
0, \pm 3
x=0, x=\pm 3
x = 0 \text{ or } x = \pm 3
0 \text{ and } \pm 3
\pm 3, 0
== 1,2,3
1 \quad 2 \quad 3
1, \quad 2, \quad 3
x=1 \quad x=2 \quad x=3
x=1 \quad \text{or} \quad x=2 \quad \text{or} \quad x=3
== 5 pm
5:00 PM
17:00
5 in the afternoon
5 o'clock in the afternoon
5:00 in the evening
five o'clock in the evening
5 p.m.
== 5:30 PM
half past 5 PM
half past five in the afternoon
17:30
== 3rd
third
3
third place
3rd place
in third place
the third
== 25
25^\circ C
25°C
25 °C
25^{\circ}\text{C}
25 degrees Celsius
25^\circ \mathrm{C}
25 C
25\,^\circ\text{F}
== -5
-5°C
minus 5
minus 5 degrees
== \frac{1}{3}
\frac13 \approx 0.333
1/3 ≈ 0.33
1/3 (≈ 0.33)
1/3 (about 0.33)
1/3 (approximately 0.333)
\frac{1}{3} = 0.333
1/3, or about 0.33
\frac{1}{3} \text{ or approximately } 0.333
\frac{1}{3}\ (\approx 0.333)
== x \ne 1, x \ne 2
x \neq 1, 2
x \ne 1 \text{ and } x \ne 2
\mathbb{R} \setminus \{1,2\}
(-\infty,1)\cup(1,2)\cup(2,\infty)
x \notin \{1,2\}
all real numbers except 1 and 2
all real x except x = 1 and x = 2
\{x \mid x \ne 1, 2\}
\{x \in \mathbb{R} \mid x \neq 1, x \neq 2\}
x \in \mathbb{R} \setminus \{1, 2\}
x \in \mathbb{R}, x \neq 1, 2
R \ {1, 2}
\mathbb{R} - \{1,2\}
x < 1 or 1 < x < 2 or x > 2
all reals but 1 and 2
== x \equiv 3 \pmod{7}
3 \pmod 7
3 mod 7
x = 7k + 3
x=7k+3, k \in \mathbb{Z}
x = 3 + 7n
x ≡ 3 (mod 7)
x \equiv 10 \pmod 7
x \equiv 3 \bmod 7
x \equiv 3 \mod 7
x = 7k-4
== \begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}
\begin{cases} x, & \text{if } x \ge 0 \\ -x, & \text{if } x < 0 \end{cases}
\begin{cases} -x & \text{if } x < 0 \\ x & \text{if } x \ge 0 \end{cases}
\begin{cases} x & x \ge 0 \\ -x & \text{otherwise} \end{cases}
f(x) = \begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}
\begin{cases} x & \text{for } x \ge 0, \\ -x & \text{for } x < 0. \end{cases}
x if x >= 0, -x if x < 0
x for x ≥ 0 and -x for x < 0
x if x >= 0, -x otherwise
x \text{ if } x \ge 0, -x \text{ if } x < 0
x \text{ if } x \ge 0 \text{ and } -x \text{ if } x < 0
\left\{\begin{array}{ll} x & x \ge 0 \\ -x & x < 0 \end{array}\right.
\left\{ \begin{array}{ll} x, & \text{if } x \ge 0, \\ -x, & \text{if } x < 0. \end{array} \right.
f(x)=\left\{\begin{array}{ll} x & x \ge 0 \\ -x & x < 0 \end{array}\right.
f(x) = x if x >= 0, -x if x < 0
f(x) = \begin{cases} x, & x \ge 0, \\ -x, & x < 0 \end{cases}
\begin{cases} x & \text{if $x \ge 0$} \\ -x & \text{if $x < 0$} \end{cases}
\begin{cases} x & \mbox{if } x \ge 0 \\ -x & \mbox{else} \end{cases}
\begin{cases} x \text{ if } x \ge 0 \\ -x \text{ if } x < 0 \end{cases}
\begin{cases} x, \text{ if } x \ge 0 \\ -x, \text{ if } x < 0 \end{cases}
\begin{cases} x & 0 \le x \\ -x & 0 > x \end{cases}
\begin{cases} x & (x \ge 0) \\ -x & (x < 0) \end{cases}
== \begin{pmatrix} 1/2 & 1 \\ 3/2 & 2 \end{pmatrix}
\frac{1}{2} \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} / 2
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \cdot \frac12
1/2 * [[1,2],[3,4]]
\frac12 [[1,2],[3,4]]
0.5 \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}
\dfrac{\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}}{2}
\frac{1}{2} \left( \begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array} \right)
\tfrac12 \left[ \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} \right]
(1/2)[[1,2],[3,4]]
1/2 [[1, 2], [3, 4]]
0.5*[[1,2],[3,4]]
[[1,2],[3,4]]/2
\frac{1}{2} \cdot \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}
-\begin{pmatrix} -1/2 & -1 \\ -3/2 & -2 \end{pmatrix}
[[0.5, 1], [1.5, 2]]
Matrix([[1/2, 1], [3/2, 2]])
\begin{pmatrix} \frac12 & 1 \\ \frac32 & 2 \end{pmatrix}
\left(\begin{smallmatrix} 1/2 & 1 \\ 3/2 & 2 \end{smallmatrix}\right)
== 3:00 PM
3 in the afternoon
3 o'clock in the afternoon
three in the afternoon
three o'clock in the afternoon
3:00 in the afternoon
3 PM
3 p.m.
15:00
15h00
15:00 h
3 o'clock PM
3 pm in the afternoon
\text{3 in the afternoon}
$3\text{ in the afternoon}$
3 \text{ in the afternoon}
3:00\text{ in the afternoon}
$3$ in the afternoon
at 3 in the afternoon
3 afternoon
3pm
3 P.M.
== 9:00 AM
9 in the morning
9 o'clock in the morning
nine in the morning
9:00 in the morning
9 a.m.
09:00
== 2nd
second
2nd place
second place
the second
in second place
2
2^{\text{nd}}
2^{nd}
2\text{nd}
$2$nd
number 2
number two
rank 2
place 2
position 2
#2
2nd.
\text{second}
\text{2nd place}
in 2nd place
== 21st
twenty-first
21
twenty-first place
"""


def groups():
    answer, found = "", {}
    for line in FORMS.strip().splitlines():
        if line.startswith("== "):
            answer = line.removeprefix("== ")
            found[answer] = []
        else:
            found[answer].append(line)
    return found


@pytest.mark.parametrize(("answer", "form"), [(answer, form) for answer, forms in groups().items() for form in forms])
def test_a_form_is_the_answer_that_it_writes(answer, form):
    assert equal(answer, form) and equal(form, answer)


def test_answers_that_differ_stay_apart_whatever_their_form():
    found = groups()
    distinct = ["C", "1, 2, 3", "[2,5)", r"(3,\infty)", "red, green, blue", "5 pm", "25", r"\frac{1}{3}"]
    for answer in distinct:
        for other in distinct:
            if answer != other:
                assert not any(equal(answer, form) for form in found[other])


def test_all_forms_of_an_answer_and_a_wrong_one_are_two_classes():
    for answer, forms in groups().items():
        classes = answer_classes([answer, answer, *forms, "12345.678"])
        assert classes[-1] != 0 and classes.count(0) >= 0.8 * len(forms)
