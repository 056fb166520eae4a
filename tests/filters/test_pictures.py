"""Pictures that a problem needs and does not bring.  Rows of GSM8K (MIT) are quoted, others modelled on real ones."""

from __future__ import annotations

import pytest

from builder.filters.pictures import missing_picture
from builder.filters.text import plain

MISSING = [
    "In the figure below, $ABCD$ is a square and $E$ is the midpoint of $AB$. What is the area of $ADE$?",
    "In the diagram, $BP$ and $BQ$ trisect angle $ABC$. Find the measure of angle $PBQ$.",
    "What is the sum of the measures of the interior angles in the convex hexagon shown?",
    "Two circles are tangent to each other and to a square, as shown. What is the side length of the square?",
    "How many triangles of all sizes can be seen in the picture below?",
    "The graph of $y = f(x)$ is shown below. How many values of $x$ satisfy $f(x) = 2$?",
    "The graph above shows the position of a car as a function of time. What is its speed at 2 seconds?",
    "Based on the information in the chart above, which month had the highest sales?",
    "The table below shows the yearly production of each factory. What percentage came from factory B?",
    "An ant is placed on dot A in the lattice shown. What is the probability that it reaches dot B in 5 minutes?",
    "The figure shows part of a carpet 36 dm wide. How many moons will be seen when it is unrolled?",
    "Triangle $DEF$ is shown. What is $\\cos E$?",
    "What is the area of the shaded region? The circle has radius 3 and the square has side 6.",
    "Look at Figure 2. How many blocks are needed to build the next tower?",
    "![a triangle](triangle.png) Find the length of $AC$.",
    "Lines $l$ and $m$ are parallel. The drawing is not to scale. Find $x$.",
]

CODE = [
    "[asy] draw((0,0)--(1,0)--(1,1)--cycle); [/asy] What is the area of the triangle?",
    "What is the perimeter?\n\n[asy]\nsize(100);\ndraw(unitcircle);\n[/asy]",
    "Find the area of the figure. [ASY]pair A=(0,0);[/ASY]",
    "How many squares are there? \\begin{tikzpicture}\\draw (0,0) grid (3,3);\\end{tikzpicture}",
    "Find $x$. <svg width='10'><line/></svg>",
    "In the diagram below find $AB$. [asy] dot((0,0)); [/asy]",
    "\\begin{asy} draw((0,0)--(3,4)); \\end{asy} How long is the segment?",
    "The clock shows a time. [asy] draw(circle((0,0),1)); [/asy] What is the smaller angle between its hands?",
    'The table shows the votes. [asy] label("12",(0,0)); [/asy] Who won?',
    "\\begin{pspicture}(0,0)(3,3)\\psline(0,0)(3,3)\\end{pspicture} What is the slope of the line?",
]

COMPLETE = [
    # GSM8K
    "There are 24 toys in the box and ¼ of them are action figures. The remaining toys are all dolls. How many "
    "dolls are "
    "there?",
    "Hannah is trying to figure out how much she'll get paid this week. She makes $30/hour and works 18 hours "
    "per week. "
    "Her pay is docked $5 each time she's late. If she was late 3 times this week, how much does she get paid?",
    "On a road map, 1/4 inch represents 8 miles of actual road distance. The towns of Pence and Hillcrest are "
    "represented by points 3 3/8 inches apart on the map. What is the actual distance, in miles, between the towns?",
    "A movie theater has 6 screens which show movies back-to-back all day. If the movie theater is open for 8 "
    "hours, and "
    "each movie lasts 2 hours, how many movies are shown in total throughout the day?",
    "During a race transmitted on television, five advertisements were shown, lasting 3 minutes each. One minute of "
    "advertising costs $4000. What was the cost of transmitting these advertisements during the race?",
    "Sally bought 3 photograph frames, each costing her $3. She paid with a $20 bill. How much change did she get?",
    "John decides to take up illustration.  He draws and colors 10 pictures.  It takes him 2 hours to draw each "
    "picture "
    "and 30% less time to color each picture.  How long does he spend on all the pictures?",
    # modelled on real ones
    "A figure skater spins to her right through 2250 degrees, starting north. Which way does she face?",
    "A skater follows the figure 8 once, two circles of radius 4 m. How far does she skate?",
    "Consider a figure composed of three squares in a row. What is the perimeter of the figure?",
    "When the triangle is rotated about the origin, the resulting figure is a cone. Find its volume.",
    "The graph of $y = x^2 - 7x + 7$ and the line $y = -3$ meet at two points. Find the distance between them.",
    "A restaurant has a table for four and a table for six. How many guests can be seated?",
    "The votes are listed in the table below.\n\\begin{tabular}{|c|c|}\\hline A & 12\\\\ B & "
    "15\\\\\\hline\\end{tabular}\nHow "
    "many votes were cast?",
    "The table below shows the sales.\n\n| Day | Sold |\n|---|---|\n| Mon | 3 |\n\nHow many were sold on Monday?",
    "The stem-and-leaf plot shown has the rows $5|2\\;3\\;8$ and $6|0\\;1$, where $5|2$ is 52. What is the median?",
    "What value of $x$ makes the equation below true: $2x + 4 = 14$",
    "What is the area of the region that lies above the line $y = 3$ and inside the triangle with vertices as given?",
    "A square is shaded on its left half. What fraction of the square is in the shaded region?",
    "Using a tree diagram, find the probability that both coins show heads.",
    "It can be shown that every number of this form is prime. What is its units digit?",
    "Round 3.14159 to 3 significant figures. What is the result?",
    "Find the area of the shaded region between two concentric circles with radii 3 and 5.",
    "The numbers shown on two dice are added. What is the probability that the sum is prime?",
]


@pytest.mark.parametrize("problem", MISSING)
def test_a_picture_that_is_referred_to_and_not_there_is_missing(problem: str) -> None:
    found = missing_picture(problem, plain(problem))
    assert found is not None and found.reason == "missing_figure"
    assert found.evidence in problem


@pytest.mark.parametrize("problem", CODE)
def test_code_that_draws_a_picture_is_a_reason_of_its_own(problem: str) -> None:
    found = missing_picture(problem, plain(problem))
    assert found is not None and found.reason == "figure_code"


@pytest.mark.parametrize("problem", COMPLETE)
def test_a_text_that_is_complete_misses_no_picture(problem: str) -> None:
    assert missing_picture(problem, plain(problem)) is None
