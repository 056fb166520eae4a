"""What the name of a topic says: its subject, its words, what it is about, and what it rules out.

A sentence model finds "Linear Equations" and "Quadratic Equations" nearly the same; a teacher does not.
The rules here tell such names apart: names about different things (other heads), names that each say
something of their own (siblings), and names that contradict each other ("with", "without"; 7, 9).  The
tables are words of school mathematics and belong to the meaning of "alike", as stop words do; thresholds
are the caller's.  Vectors and clusters are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..embeddings.acronyms import spelled_out

# Words that say what is done with a topic and not which topic it is.
_SMALL_WORDS = "and of the with in a an by from for to on under over into using via between about up"
_TASKS = (
    "word problem problems question questions topic topics math basic simple general property properties "
    "rules laws concept concepts technique techniques application applications solving finding computing "
    "calculating counting setting understanding identifying applying introduction fundamentals skill skills "
    "knowledge fact facts calculation calculations operation operations method methods quantity quantities "
    "amount amounts"
)
_SMALL = frozenset(_SMALL_WORDS.split(" "))
_TASK_WORDS = frozenset(f"{_SMALL_WORDS} {_TASKS}".split(" "))
_PREPOSITIONS = re.compile(
    r"(?<!-)\b(?:of|in|with|without|by|from|for|to|on|under|over|into|using|via|between|about)\b(?!-)"
)
_NO_MEANING = re.compile(r"\bnumber of\b|\b(?:multi|two|three|single|one)[- ]steps?\b")
_CONVERSION = re.compile(r"\w to \w")
_ALWAYS_HEADS = frozenset(["percentage"])  # "Percent Discounts" are about percentages as much as about discounts
_WORD = re.compile(r"[^\W_]+(?:'s)?")
_SAME_WORD = dict(
    pair.split("=")
    for pair in (
        "percent=percentage mean=average progression=sequence variation=proportion adding=addition "
        "subtracting=subtraction multiplying=multiplication dividing=division expanding=expansion "
        "factoring=factorization factorisation=factorization converting=conversion simplifying=simplification "
        "evaluating=evaluation optimizing=optimization optimising=optimization estimating=estimation "
        "composing=composition trigonometry=trigonometric trig=trigonometric logarithmic=logarithm "
        "recurrence=recursive recursion=recursive recursively=recursive cyclicity=periodicity cycle=periodicity "
        "minimization=minimum minimizing=minimum maximization=maximum maximizing=maximum "
        "matrice=matrix vertice=vertex indice=index axe=axis radii=radius indeterminate=unknown "
        "backward=backwards complement=complementary custom=defined dependence=dependent "
        "independence=independent combining=combination"
    ).split(" ")
)

# Words that are one heading of a course, though not the same thing: key points tell them apart.
_SAME_HEADING = _SAME_WORD | {
    "series": "sequence",
    **dict.fromkeys(("minimum", "minimization", "minimizing", "minimal"), "extremum"),
    **dict.fromkeys(("maximum", "maximization", "maximizing", "maximal"), "extremum"),
}

# Phrases that are one heading in any textbook, as they stand in a name in lower case.
_SAME_PHRASE = {
    "arithmetic mean": "mean",
    "fundamental counting principle": "multiplication principle",
    "counting principle": "multiplication principle",
    "product rule for counting": "multiplication principle",
    "principle of inclusion": "inclusion",
    "greatest integer function": "floor function",
    "simultaneous": "systems of",
    "linear systems": "systems of linear equations",
    "algebraic fraction": "rational expression",
    "fractional equation": "rational equation",
    "arrangement": "permutation",
    "proportional reasoning": "proportion",
    "expectation": "expected value",
    "products of": "multiplication of",
    "optimization of": "extremum of",
    "equal sharing": "division",
    "evaluating formula": "evaluating expression",
    "complement rule": "complementary events",
    "overlapping sets": "inclusion exclusion",
    "venn diagram": "inclusion exclusion",
    "equally likely outcomes": "probability",
    "classical probability": "probability",
    "division with remainder": "remainder",
    "roots of polynomials": "polynomial equations",
    "unit conversion": "conversion",
    "unit rate": "rate",
    "place value": "digits",
    "units digit": "ending digit",
    "last digit": "ending digit",
    "last two digits": "ending digits",
    "counting by cases": "casework",
}
_PHRASES = re.compile("|".join(rf"\b{phrase}" for phrase in sorted(_SAME_PHRASE, key=len, reverse=True)))

# Of each line no two are the same thing: a name with one and a name with another are apart, unless both
# have both.  Key points are told apart by the same lines and by more of their own.
CONTRASTS = (
    "linear nonlinear quadratic cubic quartic polynomial exponential logarithm trigonometric rational radical absolute",
    "equation inequality function expression congruence matrix",
    "exponent logarithm radical",
    "arithmetic geometric harmonic arithmetico",
    "permutation combination",
    "area perimeter circumference volume",
    "average median mode range variance deviation",
    "sine cosine tangent cotangent secant cosecant",
    "addition subtraction multiplication division",
    "fraction decimal percentage ratio",
    "greatest least",
    "divisor multiple",
    "sum difference product quotient",
    "even odd",
    "prime composite",
    "positive negative",
    "direct inverse",
    "dependent independent exclusive complementary",
    "union intersection",
    "increase decrease",
    "profit loss",
    "parallel perpendicular",
    "interior exterior",
    "inscribed circumscribed",
    "ellipse hyperbola parabola circle",
    "square cube",
    "dot cross",
    "distance midpoint slope",
    "domain range",
    "horizontal vertical",
    "numerator denominator",
    "real complex",
    "sequence function",
    "integral derivative limit",
    "2d 3d",
)
# A name with one of these is about another kind of thing than a name without it: they contradict each other.
KINDS = frozenset(
    (
        "functional nested weighted conditional inverse infinite system diophantine complex compound partial "
        "surface parametric chinese constraint inscribed circumscribed ending repeating generating dihedral "
        "conversion nonlinear greatest least arithmetico symmetric reciprocal"
    ).split(" ")
)
_NUMBERS = dict(zip("two three four five six seven eight nine ten".split(" "), map(str, range(2, 11)), strict=True))
_NUMBER = "0"  # the line of numbers: no two are the same

# Subjects of curricula that are levels, and other words for a subject.
_SUBJECT_WORDS = {
    "prealgebra": ("algebra", "arithmetic"),
    "combinatoric": ("counting", "combinatoric"),
    "counting": ("counting", "combinatoric"),
}


@dataclass(frozen=True)
class NameWords:
    """What a topic's name says: all its words, and those that its first phrase is about.

    "Systems of Linear Equations" has the words {system, linear, equation} and the heads {system};
    "Linear Equations in One Variable" has the head {equation}.
    """

    words: frozenset[str]
    heads: frozenset[str]
    first: frozenset[str]  # words of the first phrase
    text: str  # what is compared: the words in order
    kinds: frozenset[str]  # its words of KINDS
    marks: frozenset[tuple[str, str]]  # (line of CONTRASTS, word): what it may contradict another name in


def subject(name: str) -> str:
    """What stands before " - ", in lower case."""
    return name.partition(" - ")[0].strip().lower()


def subject_words(name: str) -> frozenset[str]:
    """Words of the subject; names that share one are kin ("Algebra", "Intermediate Algebra")."""
    words = [_same(singular(w)) for w in _WORD.findall(subject(name)) if w not in _SMALL]
    return frozenset(w for word in words for w in _SUBJECT_WORDS.get(word, (word,))) or frozenset([subject(name)])


def is_name(name: str) -> bool:
    """Whether it has the form "Subject - Name"."""
    before, dash, after = name.partition(" - ")
    return bool(dash and before.strip() and after.strip())


@lru_cache(maxsize=65536)
def name_words(name: str) -> NameWords:
    """The words of a topic's subcategory without case, plural, punctuation and task words.

    The head of a phrase is its last word, or its first one where that says what is done: "Factoring
    Polynomials" is about factoring.
    """
    # Heads are words: "GCD" must say "divisor".  Before the case goes: "PIE" is no pie.
    text = spelled_out(_subcategory(name)).lower().replace("&", " and ").replace("\u2019", "'")
    text = _PHRASES.sub(lambda m: _SAME_PHRASE[m[0]], _NO_MEANING.sub(" ", text))
    first: list[str] = []
    rest: list[str] = []
    heads: set[str] = set()
    for phrase in _PREPOSITIONS.split(text):
        parts = [_plain_words(part) for part in re.split(r"\band\b|,", phrase)]
        if not heads:
            heads = {_heading(part[0] if part[0].endswith("ing") else part[-1]) for part in parts if part}
        (rest if first else first).extend(_heading(w) for part in parts for w in part)
    if not first:  # nothing but task words: "Word Problems"
        first = _WORD.findall(_subcategory(name).lower()) or [name]
        heads = set(first)
    heads |= _ALWAYS_HEADS.intersection(first)
    if _CONVERSION.search(text):  # "Fractions to Percentages" is about neither
        heads = {"conversion"}
        rest.append("conversion")
    words = frozenset(first + rest)
    # "Trigonometry - Trigonometric Identities" says no more than "Trigonometry - Identities".
    own = words - subject_words(name) or words
    kept = [w for w in first if w in own] or first
    return NameWords(
        words=own,
        heads=frozenset(heads & own or {kept[-1]}),
        first=frozenset(kept),
        text=" ".join(first + rest),
        kinds=words & KINDS,
        marks=marks(words),
    )


def marks(words: Sequence[str] | frozenset[str]) -> frozenset[tuple[str, str]]:
    """(line of CONTRASTS, word) for each word that stands in a line, and (0, number) for numbers."""
    found = {(line, word) for word in words for line in _LINES.get(word, ())}
    numbers = (_NUMBERS.get(w, w) for w in words)
    return frozenset(found | {(_NUMBER, n) for n in numbers if n[:1].isdecimal()})


_LINES: dict[str, tuple[str, ...]] = {
    word: tuple(line.split(" ")[0] for line in CONTRASTS if word in line.split(" "))
    for word in {w for line in CONTRASTS for w in line.split(" ")}
}


def content_words(text: str) -> list[str]:
    """Words in the singular, of several forms the same one, without small words and task words."""
    return [_same(w) for w in _plain_words(text)]


def _subcategory(name: str) -> str:
    return name.partition(" - ")[2].strip() or name


def _plain_words(text: str) -> list[str]:
    words = [w.removesuffix("'s") for w in _WORD.findall(text.lower())]
    return [singular(w) for w in words if w not in _TASK_WORDS]


def _same(word: str) -> str:
    return _SAME_WORD.get(word, word)


def _heading(word: str) -> str:
    return _SAME_HEADING.get(word, word)


def singular(word: str) -> str:
    """An English noun without its plural ending."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word
