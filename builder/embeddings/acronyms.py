"""Acronyms and second names of school and competition mathematics, spelled out.

An acronym shares no letters with what it stands for, and no embedder of ours knows "GCF": they are told
before they see a text.  What an acronym means in a text that gives no hint stays as it is written: AP may
be a progression, a segment or a course.
"""

from __future__ import annotations

import re
from collections import Counter

_SEPARATORS = r"[\s/>≥‐-―−-]{1,3}"  # what may stand for the "-" of a key

ALIASES = {
    # whole numbers
    "gcd": "greatest common divisor",
    "gcf": "greatest common divisor",
    "hcf": "greatest common divisor",
    "greatest-common-factor": "greatest common divisor",
    "highest-common-factor": "greatest common divisor",
    "lcm": "least common multiple",
    "lowest-common-multiple": "least common multiple",
    "lcd": "least common denominator",
    "lowest-common-denominator": "least common denominator",
    "crt": "chinese remainder theorem",
    "pemdas": "order of operations",
    "bedmas": "order of operations",
    "bidmas": "order of operations",
    "bodmas": "order of operations",
    "gemdas": "order of operations",
    # algebra and inequalities
    "am-gm": "arithmetic mean geometric mean inequality",
    "am-gm-inequality": "arithmetic mean geometric mean inequality",
    "am-gm-hm": "arithmetic mean geometric mean harmonic mean inequality",
    "am-hm": "arithmetic mean harmonic mean inequality",
    "am-hm-inequality": "arithmetic mean harmonic mean inequality",
    "gm-hm": "geometric mean harmonic mean inequality",
    "qm-am": "quadratic mean arithmetic mean inequality",
    "qm-am-gm-hm": "quadratic mean arithmetic mean geometric mean harmonic mean inequality",
    "foil-method": "multiplying two binomials",
    "sfft": "simon's favorite factoring trick",
    "viète": "vieta",
    "viete": "vieta",
    "arithmetic-progression": "arithmetic sequence",
    "geometric-progression": "geometric sequence",
    "harmonic-progression": "harmonic sequence",
    "rref": "reduced row echelon form",
    # geometry and trigonometry
    "sohcahtoa": "sine cosine tangent ratios in right triangles",
    "soh-cah-toa": "sine cosine tangent ratios in right triangles",
    "trig": "trigonometry",
    "cpct": "corresponding parts of congruent triangles",
    "cpctc": "corresponding parts of congruent triangles",
    "pythagoras-theorem": "pythagorean theorem",
    "pythagoras'-theorem": "pythagorean theorem",
    "pythagoras’-theorem": "pythagorean theorem",
    "trapezium": "trapezoid",
    "2d": "two dimensional",
    "2-d": "two dimensional",
    "3d": "three dimensional",
    "3-d": "three dimensional",
    # counting, logic, calculus
    "pigeon-hole": "pigeonhole",
    "wlog": "without loss of generality",
    "iff": "if and only if",
    "ode": "ordinary differential equation",
    "pde": "partial differential equation",
}
"""Unmistakable in any case.  A "-" stands for a space, a dash or a slash; a plural s may follow."""

_CAPITALS = {
    "PIE": "principle of inclusion exclusion",
    "FOIL": "multiplying two binomials",
    "SAS": "side angle side",
    "ASA": "angle side angle",
    "SSS": "side side side",
    "AAS": "angle angle side",
    "SSA": "side side angle",
    "BPT": "basic proportionality theorem",
    "IQR": "interquartile range",
    "CLT": "central limit theorem",
    "LTE": "lifting the exponent",
    "FTC": "fundamental theorem of calculus",
    "MVT": "mean value theorem",
    "IVT": "intermediate value theorem",
    "EVT": "extreme value theorem",
    "IBP": "integration by parts",
    "APR": "annual percentage rate",
    "A.P.": "arithmetic sequence",
    "G.P.": "geometric sequence",
    "H.P.": "harmonic sequence",
    "nCr": "combination",
    "nPr": "permutation",
}
"""Words, or nothing at all, in small letters: pie, foil."""

_PROGRESSIONS = {"AP": "arithmetic sequence", "GP": "geometric sequence", "HP": "harmonic sequence"}
_IN_CONTEXT = (
    (
        r"\bterms?\b|series|progression|sequence|common (?:difference|ratio)|\b[AGH]Ps\b",
        _PROGRESSIONS,
    ),
    (
        r"similar|congruen",
        {
            "AA": "angle angle",
            "AAA": "angle angle angle",
            "HL": "hypotenuse leg",
            "RHS": "right angle hypotenuse side",
        },
    ),
    (
        r"probabilit|distribution|densit|random|cumulative",
        {
            "CDF": "cumulative distribution function",
            "PDF": "probability density function",
            "PMF": "probability mass function",
        },
    ),
    (
        r"surface|volume|\bcones?\b|cylinder|sphere|prism|pyramid|\bcubes?\b|cuboid|frustum",
        {"TSA": "total surface area", "CSA": "curved surface area", "LSA": "lateral surface area"},
    ),
    (
        r"(?:arithmetic|geometric|harmonic) mean",
        {"AM": "arithmetic mean", "GM": "geometric mean", "HM": "harmonic mean"},
    ),
)
"""Capitals that may be a segment or a triangle: they need a word beside them that says what they are, or another
of their kind, as in "AP and GP"."""


def _pattern(keys: list[str]) -> str:
    longest_first = sorted(keys, key=len, reverse=True)
    return "|".join(_SEPARATORS.join(map(re.escape, key.split("-"))) for key in longest_first)


_BEFORE = r"(?<![^\W_])(?<!\\)(?<!angle )(?<!∠)(?<!△)"  # "triangle GCD" is three points
_AFTER = r"(?:['’]?s)?(?![^\W_])"
_ALWAYS = re.compile(
    f"{_BEFORE}(?:(?i:(?P<any>{_pattern([*ALIASES])}))|(?P<capitals>{_pattern([*_CAPITALS])})){_AFTER}"
)
_CONTEXTS = [
    (re.compile(hint, re.IGNORECASE), re.compile(f"{_BEFORE}({_pattern([*table])}){_AFTER}"), table)
    for hint, table in _IN_CONTEXT
]
_ANY_SEPARATOR = re.compile(_SEPARATORS)
_COURSE = re.compile(r"\bAP (?:calculus|statistics|physics|exam|course|computer)", re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*\(([^()]{1,80})\)")
_EXPANSIONS = frozenset([*ALIASES.values(), *_CAPITALS.values(), *(v for _, t in _IN_CONTEXT for v in t.values())])


def spelled_out(text: str) -> str:
    """``text`` with acronyms in words and second names in the first; an expansion that only repeats is left out.

    >>> spelled_out("Greatest Common Factor (GCF) and LCM")
    'greatest common divisor and least common multiple'
    """
    spelled = _ALWAYS.sub(_words, text)
    for hint, acronyms, table in _CONTEXTS:
        found = set(acronyms.findall(spelled))
        if (len(found) > 1 or (found and hint.search(spelled))) and not _COURSE.search(text):
            spelled = acronyms.sub(lambda m, table=table: table[m[1]], spelled)  # type: ignore[misc]
    return spelled if spelled == text else _without_repetition(spelled)


def _words(match: re.Match[str]) -> str:
    if match["capitals"]:
        return _CAPITALS[match["capitals"]]
    # "ıff" matches too, and is no key: letters that are equal only in another language's case.
    return ALIASES.get(_ANY_SEPARATOR.sub("-", match["any"]).casefold(), match[0])


def _without_repetition(text: str) -> str:
    """Without "(greatest common divisor)" where the text has these words outside the parentheses too."""
    whole = text.casefold()
    within = Counter(_PARENTHESES.findall(whole))
    repeated = {words for words in _EXPANSIONS & within.keys() if whole.count(words) > within[words]}
    return _PARENTHESES.sub(lambda m: "" if m[1].casefold() in repeated else m[0], text)
