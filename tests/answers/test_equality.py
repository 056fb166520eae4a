"""Pairs of answers as rows: which are equal and which are not, both ways."""

import json

import pytest

from builder.answers import Asked, asked, canonical_key, equal

EQUAL = r"""
\frac{1}{2} ; .5
-\frac{3}{4} ; \frac{-3}{4}
\frac{-3}{4} ; -0.75
\dfrac{3}{-4} ; -3/4
1\frac{3}{4} ; 1.75
1 3/4 ; \frac{7}{4}
1\tfrac{1}{2} ; 3/2
\sqrt{12} ; 2\sqrt3
\sqrt{3}/3 ; \frac{1}{\sqrt{3}}
\frac{\sqrt{6}+\sqrt{2}}{4} ; \cos 15^\circ
2^{1/2} ; \sqrt{2}
\sqrt[3]{8} ; 2
x^2-4 ; (x-2)(x+2)
\frac{x^2-1}{x-1} ; x+1
3x^2y ; 3yx^2
a_1+a_2 ; a_2 + a_1
\log_2 8 ; 3
\log_{10} 100 ; 2
\ln e^2 ; 2
e^{\ln 3} ; 3
\sin^2 x + \cos^2 x ; 1
\tan 45^\circ ; 1
90^\circ ; \frac{\pi}{2}
\binom{5}{2} ; 10
5! ; 120
{5 \choose 2} ; 10
_5C_2 ; 10
C(5,2) ; 10
C_5^2 ; 10
P(5,2) ; 20
3+4i ; 4i+3
(2+i)^2 ; 3+4i
\frac{1}{1+i} ; \frac{1-i}{2}
|3+4i| ; 5
\lfloor 3.7 \rfloor ; 3
\lceil \pi \rceil ; 4
\sum_{k=1}^{10} k ; 55
\sum\limits_{i=1}^{4} i^2 ; 30
\prod_{k=1}^{5} k ; 120
\sum_{k=1}^{n} k^2 ; \sum_{j=1}^{n} j^2
1,000,000 ; 10^6
1 000 000 ; 1000000
12{,}345 ; 12345
\$12{,}345 ; 12345
\$1,234.50 ; 1234.5
25\% ; \frac14
25\% ; 25
25 percent ; 25\%
6.02\times10^{23} ; 602000000000000000000000
1.5e-3 ; 0.0015
0.\overline{3} ; \frac13
0.\overline{142857} ; 1/7
0.333... ; 1/3
0.1666\ldots ; 1/6
x=5 ; 5
x = -2, x = 3 ; \{-2,3\}
x=-2 \text{ or } x=3 ; 3, -2
x \in \{1,2,3\} ; 1,2,3
\{1,2,3\} ; \{3,2,1\}
1, 2, 3 ; 3, 1, 2
(1,2) ; \left(1, 2\right)
(x,y)=(1,2) ; (1,2)
x=1, y=2 ; (1,2)
[1,2) ; 1 \le x < 2
(-\infty,2) ; x<2
(-\infty, 2) \cup (2, \infty) ; x \neq 2
\mathbb{R} \setminus \{2\} ; (-\infty, 2) \cup (2, \infty)
\mathbb{R} ; (-\infty,\infty)
\text{all real numbers} ; \mathbb{R}
x > 3 \text{ or } x < 1 ; (-\infty,1)\cup(3,\infty)
x>1 \text{ and } x<3 ; (1,3)
-2 < x < 2 ; (-2,2)
\{x \mid x > 3\} ; (3,\infty)
\{x : -1 \le x \le 1\} ; [-1,1]
2x+3y=6 ; 4x+6y=12
y=2x+1 ; 2x-y+1=0
y=2x+1 ; 2x+1
f(x)=x^2 ; x^2
f(x)=x^2 ; f(t)=t^2
y = x^2 ; f(x)=x^2
3 \pm \sqrt{2} ; 3+\sqrt{2}, 3-\sqrt{2}
\pm 3 ; 3, -3
x = \pm 3 ; \{-3,3\}
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} ; \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}
\begin{pmatrix} 1 \\ 2 \end{pmatrix} ; (1,2)
\frac{1}{2}\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} ; \begin{pmatrix} 1/2 & 1 \\ 3/2 & 2 \end{pmatrix}
\langle 1, 2, 3 \rangle ; (1,2,3)
1011_2 ; 1011_{2}
1011_{two} ; 1011_2
\text{(A)} ; A
(A) ; A
\textbf{(A)}\ 5 ; A
\text{A} ; \text{(A)}
A. 5 ; A
\text{yes} ; Yes
\text{True} ; true
\text{no solution} ; No solutions
\emptyset ; \text{no solution}
\varnothing ; \{\}
DNE ; \text{does not exist}
3:2 ; 3/2
3:2 ; 6:4
12:30 ; 12:30 \text{ PM}
5 \text{ cm} ; 5
5\,\text{cm}^2 ; 5 \text{ square centimeters}
5 \mathrm{~cm} ; 5
10\ \text{m/s} ; 10
72 \text{ mph} ; 72
15 \text{ degrees} ; 15^\circ
2\pi r ; 2 r \pi
\frac{4}{3}\pi r^3 ; \frac{4 \pi r^3}{3}
x^{-1} ; \frac1x
\sqrt{x}\sqrt{y} ; \sqrt{xy}
\ln(x^2) ; 2\ln x
\frac{\ln 8}{\ln 2} ; 3
\log_3 5 ; \frac{\ln 5}{\ln 3}
\infty ; +\infty
-\infty ; -oo
\frac{1}{2}x ; x/2
2\cdot 3 ; 6
2 \times 3^2 ; 18
2^3 \cdot 5 ; 40
8\sqrt{10} ; 8√10
36\pi ; 36*pi
D) ; D
\boxed{7} ; 7
\text{Monday} ; monday
7.0 ; 7
007 ; 7
+5 ; 5
--5 ; 5
\frac{10}{4} ; \frac{5}{2}
\left(\frac{1}{2}, -\frac{3}{4}\right) ; (0.5,-0.75)
\arctan 1 ; \frac{\pi}{4}
\sin^{-1}(1/2) ; \frac{\pi}{6}
\cot 30^{\circ} ; \sqrt{3}
\max(3,5) ; 5
\gcd(12, 18) ; 6
\frac{n(n+1)}{2} ; \frac{n^2+n}{2}
(n+1)! / n! ; n+1
2^{n+1} ; 2 \cdot 2^n
4^n ; 2^{2n}
a^2 - b^2 ; (a-b)(a+b)
k\pi, k\in\mathbb{Z} ; n\pi, n \in \mathbb{Z}
x = \frac{\pi}{4} + k\pi \text{ where } k \in \mathbb{Z} ; \frac{\pi}{4} + k\pi
12 \text{ and } 15 ; 12, 15
12 or 15 ; 15, 12
\text{12 and 15} ; 12,15
-x+3 ; 3-x
x \geq 2 ; [2, \infty)
2 \leq x ; [2, \infty)
2x > 10 ; x > 5
3 < x ; x > 3
x \equiv 3 \pmod 7 ; x \equiv 10 \pmod 7
100\text{ dollars} ; \$100
75 \text{ cents} ; 75
-3i ; -3 i
1+2i, 1-2i ; 1 \pm 2i
e^{i\pi} ; -1
\sqrt{-4} ; 2i
\frac{3+\sqrt{5}}{2} ; \left(\frac{1+\sqrt5}{2}\right)^2
\sqrt{3+2\sqrt{2}} ; 1+\sqrt{2}
\cos\frac{\pi}{5} ; \frac{1+\sqrt5}{4}
\frac{22}{7} \text{ or } 3\frac{1}{7} ; \frac{22}{7}
12,500 ; \text{12,500}
three ; 3
\text{twenty-five} ; 25
1.0 \times 10^3 ; 1000
\frac{2}{3}\text{ of the cake} ; 2/3
\text{Area} = 12 ; 12
A = 12 ; 12
AB = 12 ; 12
\angle ABC = 30^\circ ; 30
m = 3 ; 3
2 \frac{1}{2} \text{ hours} ; 2.5
\left\{\frac{1}{2}, 3\right\} ; 3, 1/2
(-1, 0), (1, 0) ; (1,0), (-1,0)
\{(1,2),(3,4)\} ; (1,2),(3,4)
x=1,\ y=2,\ z=3 ; (1,2,3)
a=1, b=2 ; (1,2)
x_1 = 1, x_2 = 2 ; 1, 2
(0, 1) \cup (1, 2) ; (1,2) \cup (0,1)
\left[-\frac12, \frac12\right] ; [-0.5, 0.5]
x^2 + y^2 = 25 ; x^2+y^2-25=0
(x-1)^2+(y+2)^2 = 9 ; x^2 - 2x + y^2 + 4y = 4
\frac{x^2}{4}+\frac{y^2}{9}=1 ; 9x^2+4y^2=36
y - 3 = 2(x - 1) ; y = 2x + 1
F = \frac{9}{5}C + 32 ; \frac{9}{5}C + 32
-\frac{1}{x^2} + C ; C - \frac{1}{x^2}
\frac{x^3}{3} + C ; \frac{1}{3}x^3 + C
\ln|x| + C ; \ln |x| + C
5 : 3 ; 5:3
\frac{5}{3} ; 5:3
4\text{th} ; 4
15^{\text{th}} ; 15
\frac{\sqrt{2}}{2} + \frac{\sqrt{2}}{2} i ; e^{i \pi/4}
\text{March 5, 2020} ; 5 March 2020
7 \mod 3 ; 1
\frac{7}{3}\pi ; \frac{7\pi}{3}
1/2 \pi ; \pi/2
0.5\pi ; \frac{\pi}{2}
10^{-3} ; 0.001
1.2 \cdot 10^{-2} ; 0.012
3.0 ; 3.00
12\% ; 0.12
1:2:3 ; 2:4:6
x^3+2x-5 ; -5 + 2x + x^3
\frac{a}{b} ; a/b
\frac{a+b}{c} ; (a+b)/c
\sqrt{a^2+b^2} ; (a^2+b^2)^{1/2}
\overline{AB} ; AB
\vec{v} ; v
\text{The answer is } 5 ; 5
n = 2^k - 1 ; 2^k-1
\dfrac{1}{3} \text{ and } \dfrac{2}{3} ; \frac{2}{3}, \frac13
\infty ; infinity
p \land q ; q \land p
\frac{dy}{dx} = 2x ; 2x
y' = 2x ; 2x
\sin(x)\cos(x) ; \frac{1}{2}\sin(2x)
\cos^2 x ; 1 - \sin^2 x
x\sin x ; \sin(x) x
\sin 3x ; \sin(3x)
e^x e^y ; e^{x+y}
(a,b,c) = (1,2,3) ; (1,2,3)
\text{Yes, because it is even} ; yes
1 + \frac{1}{2} + \frac{1}{4} ; 7/4
100^{\circ} C ; 100
20 \% \text{ increase} ; 20\%
5\frac{1}{2}\% ; 5.5\%
\frac{1}{2}, \frac{1}{3} ; \frac13, \frac12
\text{odd} ; Odd.
(3, \frac{\pi}{2}) ; (3, \pi/2)
\{-1, 0, 1\} ; {-1,0,1}
a \leq x \leq b ; [a,b]
i ; \sqrt{-1}
\left( \begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array} \right) ; \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
\begin{pmatrix} 1 \\ 2 \end{pmatrix}+t\begin{pmatrix} 3 \\ 4 \end{pmatrix} ; \begin{pmatrix} 1+3t \\ 2+4t \end{pmatrix}
\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} ; -2
2\mathbf{i}+3\mathbf{j} ; 3\mathbf{j}+2\mathbf{i}
\operatorname{lcm}(4,6) ; 12
2n+1, n\in\mathbb{N} ; 2n+1
\frac{1}{2}bh ; \frac{bh}{2}
\#5 ; 5
~5 ; 5
\approx 5 ; 5
\frac{\pi}{3} \approx 1.047 ; \frac{\pi}{3}
3\sqrt{2} \approx 4.24 ; 3\sqrt{2}
13\frac12 ; 13.5
\frac{3}{4}\text{ cup} ; 0.75
-4.5 \times 10^{5} ; -450000
2^{10} = 1024 ; 1024
x=2+3=5 ; 5
12 = x ; 12
\text{length}=5, \text{width}=3 ; 5, 3
7 \text{ and } -2 ; x = 7, x = -2
\sqrt{2}, -\sqrt{2} ; \pm\sqrt{2}
(0,0) \text{ and } (1,1) ; (1,1),(0,0)
\frac{-1 \pm \sqrt{5}}{2} ; \frac{-1+\sqrt5}{2}, \frac{-1-\sqrt5}{2}
\text{B} ; \textbf{B}
\mathrm{(B)} ; B
(B) 12 ; B
1.414213562373 ; \sqrt{2}
0.142857142857 ; 1/7
3.14159265358979 ; \pi
\frac{1}{2} ; 0.5
\frac12 ; 1/2
3\frac{1}{2} ; 3.5
3 1/2 ; 7/2
2\sqrt{3} ; \sqrt{12}
\sqrt{2}+\sqrt{8} ; 3\sqrt{2}
\frac{1}{\sqrt{2}} ; \frac{\sqrt{2}}{2}
\sqrt{2}\cdot\sqrt{8} ; 4
\sqrt[3]{4} ; 4^{\frac{1}{3}}
1,234 ; 1234
11,\! 111 ; 11111
\$18.90 ; 18.9
10 weeks ; 10
12\text{ cm}^2 ; 12
37% ; 37
50% ; 0.5
30^\circ ; \frac{\pi}{6}
0.\overline{3} ; 1/3
6.1 \times 10^{7} ; 61000000
7*pi ; 7\pi
6\ln 2 ; \ln(64)
\sin 30^\circ ; 1/2
5040 ; 7!
3+6i ; 6i+3
(x+1)^2 ; x^2+2x+1
5*n**2 - 4*n ; 5n^2-4n
\frac{x}{x+1} ; 1-\frac{1}{x+1}
|x-2| ; |2-x|
x = 2 or x = 5 ; \{2, 5\}
{2, 5} ; 5, 2
3 \pm 2\sqrt{2} ; 3+2\sqrt{2}, 3-2\sqrt{2}
[1, 3) ; 1 \le x < 3
(-\infty,\frac{3}{2}) ; x < 3/2
(1,3) \cup [5,7] ; [5,7] \cup (1,3)
x = 3, y = -4 ; (3, -4)
(x,y) = (-7,1) ; (-7, 1)
y = -4, x = 3 ; (3, -4)
2x+5y=-4 ; y=-\frac{2}{5}x-\frac{4}{5}
f(z)=z ; f(x)=x
y = 8x+1 ; 8x+1
\begin{pmatrix}1/2\\2\end{pmatrix} ; \begin{bmatrix}0.5\\2\end{bmatrix}
2311_9 ; 2311_{\text{9}}
\text{(B)} ; B.
\boxed{\text{(C) } 12} ; C
\text{Even} ; even
no solutions ; \text{no solution}
2:1 ; 4:2
5:16 ; 5:16 \text{ a.m.}
1/12 ; 0.0833333333333333
１２ ; 12
"""

DIFFERENT = r"""
x=5 ; y=5
1/3 ; 0.33
\pi ; 3.14
2\pi ; 2
(1,2) ; (2,1)
[1,2] ; (1,2)
[1,2) ; (1,2]
x>2 ; x\ge 2
x>2 ; y<2
\{1,2\} ; \{1,2,3\}
A ; B
5 ; -5
5 ; 5i
3+4i ; 3-4i
1011_2 ; 1011_3
1011_2 ; 1011
2x ; 3x
2x+1 ; 2x-1
x^2 ; x^3
f(x)=x ; f(x)=2x
\log 2 ; \ln 2
\sin x ; \cos x
\text{yes} ; \text{no}
\text{even} ; \text{odd}
\sqrt{2} ; 1.41
\sqrt{2} ; \sqrt{3}
10^{100} ; 10^{101}
10^{100} ; 10^{100}+1
100000000000000000001 ; 100000000000000000000
1:2 ; 2:1
x+y=1 ; x-y=1
x^2+y^2=1 ; x^2+y^2=4
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} ; \begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix}
12:30 PM ; 12:30 AM
5 cm ; 6 cm
50\% ; 5
50 ; 0.5
1, 2 ; 1, 3
(1,2),(3,4) ; (1,3),(2,4)
-\infty ; \infty
\frac{1}{x} ; x
e^2 ; e^3
2^n ; n^2
n! ; n
(-\infty,1) ; (1,\infty)
(-\infty,1)\cup(2,\infty) ; (-\infty,1]\cup[2,\infty)
x \ne 2 ; x = 2
\pm 3 ; 3
1 \pm 2i ; 1+2i
\text{no solution} ; 0
\text{infinitely many} ; \infty
3 \text{ or } 4 ; 3
\text{Monday} ; \text{Tuesday}
1,234 ; 1.234
12.5 ; 125
not 5 ; 5
5\text{ or more} ; 5
at least two ; 2
no one ; 1
\frac{a}{b} ; \frac{b}{a}
a-b ; b-a
|x| ; x
\lfloor x \rfloor ; x
\lfloor x \rfloor ; 0
\sqrt{x^2} ; x
(2, 3) ; 23
2, 3 ; 23
2,3 ; (2,3)
\begin{pmatrix}1\\2\end{pmatrix} ; \begin{pmatrix}2\\1\end{pmatrix}
k\pi ; 2k\pi
\arcsin x ; \sin x
3x+C ; 3x
0.999 ; 1
99.9\% ; 100\%
2^{64} ; 2^{64}-1
\text{AB} ; \text{BC}
March 5 ; May 3
2:37 ; 3:37
x < 5 ; x > 5
\{x \mid x>3\} ; \{x\mid x \ge 3\}
\sum_{k=1}^{10} k ; \sum_{k=1}^{11} k
i ; -i
0 ; \emptyset
(0,1) ; \{0,1\}
[0,1] ; (0,1)
9^{9^9} ; 9^{9^9}+1
12345 ; 12346
\frac{1}{2^{133}} ; \frac{1}{2^{134}}
1 ; 100
0.5 ; 50
99999 ; 100000
904684412 ; 904684412.001
15331\sqrt{2} ; 15331.00001\sqrt{2}
\frac{57}{7} ; 8.14
3\sqrt{2} ; 4.243
[0,1) ; [0,1]
(5,3) ; 15
3,1 ; 31
(1,2) ; 1,2
x<2 ; x>2
23022_4 ; 23022_5
-4+4i ; -4-4i
x+y ; x-y
x^2 ; y^2
10^{10^{10^{10}}} ; 10^{10}
"""


def rows(table):
    return [tuple(line.split(" ; ")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("a", "b"), rows(EQUAL))
def test_equal_answers_are_equal_both_ways(a, b):
    assert equal(a, b) and equal(b, a)


@pytest.mark.parametrize(("a", "b"), rows(DIFFERENT))
def test_different_answers_differ_both_ways(a, b):
    assert not equal(a, b) and not equal(b, a)


@pytest.mark.parametrize(("a", "b"), [("", ""), (None, None), ("0", ""), ("0", None), ("  ", "  ")])
def test_no_answer_equals_nothing(a, b):
    assert not equal(a, b)


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("\x0crac{1}{2}", "1/2"),
        ("\x08inom{5}{2}", "10"),
        ("3\times 4".replace("\\t", "\t"), "12"),
        ("\x08egin{pmatrix}1\\\\2\\end{pmatrix}", "(1, 2)"),
        (r"\\frac{1}{2}", "1/2"),
        (r"\begin{pmatrix}1\2\end{pmatrix}", "(1, 2)"),
        (r"\begin{pmatrix}\\frac12\\\\\\frac13\end{pmatrix}", "(1/2, 1/3)"),
    ],
)
def test_escapes_that_a_reply_broke_are_mended(broken, meant):
    assert equal(broken, meant)


def test_keys_are_hashable_and_equal_for_equal_values():
    assert canonical_key(None) is None
    assert len({canonical_key("1/2"), canonical_key("0.5"), canonical_key("2")}) == 2


@pytest.mark.parametrize(
    ("a", "b", "question", "same"),
    [
        ("3.14", r"\pi", "Round to the nearest hundredth.", True),
        ("3.1", r"\pi", "Round to the nearest hundredth.", False),
        ("3.14159", "3.1", "Give it to one decimal place.", True),
        ("2.5", "3", "Round to the nearest whole number.", True),
        ("0.5", "50", "What percent of the cars are red?", True),
        ("0.5", "50", "How many cars are red?", False),
        ("C", "12", "Which is it? (A) 10 (B) 11 (C) 12 (D) 13", True),
        ("C", "12", r"$\textbf{(A)}\ 10 \qquad \textbf{(B)}\ 11 \qquad \textbf{(C)}\ 12$", True),
        ("C", "11", "Which is it? (A) 10 (B) 11 (C) 12 (D) 13", False),
        ("(C) 12", "12", "Which is it? (A) 10 (B) 11 (C) 12 (D) 13", True),
    ],
)
def test_what_the_question_asks_for_decides(a, b, question, same):
    assert equal(a, b, asked(question)) == equal(b, a, asked(question)) == same


def test_units_count_where_the_caller_says_so():
    assert equal("12 cm", "12 m") and not equal("12 cm", "12 m", Asked(units=True))
    assert equal("12 cm", r"12\text{ cm}", Asked(units=True)) and equal("12 cm", "12", Asked(units=True))


def test_the_public_pairs_are_decided_right(data_dir):
    if data_dir is None:
        pairs = [(*p, True) for p in rows(EQUAL)] + [(*p, False) for p in rows(DIFFERENT)]
    else:
        lines = map(json.loads, (data_dir / "answer_pairs.jsonl").read_text().splitlines())
        pairs = [(r["gold"], r["answer"], r["equal"]) for r in lines if r["kind"] == "answer"]
    verdicts = [(equal(a, b), truth) for a, b, truth in pairs]
    assert sum(v == t for v, t in verdicts) / len(verdicts) >= 0.985
    assert sum(v and not t for v, t in verdicts) <= 3
