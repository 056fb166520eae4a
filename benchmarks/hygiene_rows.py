"""Real questions and copies of them, changed in ways of which it is known what they do to the problem.

The same problem: other white space and markup, some words exchanged, a sentence in front, other first names.  Another
problem: one number changed, all numbers changed, a sign changed, an operating word changed.  A question
for which a change does nothing (no name in it, no sign) is left alone by it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

FILES = {  # the column of the question; math500 is left out, since all of it is in math_test
    "gsm8k_test": "question",
    "math_test": "problem",
    "gsm8k_train": "question",
    "math_train": "problem",
    "concepts_14k": "problem",
    "knowledge_routes_5k": "problem",
    "eval/svamp": "",
    "eval/mawps": "input",
}


class Row(NamedTuple):
    """A text, where it is from, and which problem it is."""

    text: str
    source: str
    question: int  # number of the real question that it was made of
    kind: str
    problem: str  # equal in rows that are the same problem


_SWAPS = """
    find:determine calculate:compute determine:find compute:calculate buys:purchases bought:purchased
    wants:wishes big:large large:big small:little little:small begins:starts starts:begins
    friends:mates children:kids kids:children shop:store store:shop also:too
    house:home street:road usually:normally needs:requires gives:hands gave:handed
    each:every every:each evaluate:compute suppose:assume given:knowing shown:given
"""
SWAPS = dict(pair.split(":") for pair in _SWAPS.split())
_NAMES = """
    James Mary John Lisa Tom Anna Sarah David Mike Emily Jack Sam Amy Tim Peter Bob Alice Joe Jane Mark Ben Kate
    Paul Julia Natalia Weng Betty Julie Albert Ken Alexis Tina Jasper Randy Carlos Joy Maria Bill Fred Dan
    Joan Sally Keith Jason Melanie Nancy Jessica Mike Sandy Alyssa Tim Philip Josh Jerry Frank Robin Edward
"""
NAMES = sorted(set(_NAMES.split()))
OTHER_NAMES = ("Ottokar", "Wendelin", "Philomena", "Casimir", "Leocadia", "Thaddeus")
OPERATORS = {
    "more": "fewer", "less": "more", "fewer": "more", "sum": "difference", "difference": "sum",
    "product": "sum", "maximum": "minimum", "minimum": "maximum", "greatest": "least", "least": "greatest",
    "largest": "smallest", "smallest": "largest", "area": "perimeter", "perimeter": "area",
    "before": "after", "after": "before", "positive": "negative", "odd": "even", "even": "odd",
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\d.,])\d{1,6}(?![\d.,]*\d)")
_SIGN = re.compile(r"(?<=[\w)}] )[-+](?= [\w({\\])|(?<=[\w)}])[+](?=[\w({\\])")
_WORD = re.compile(r"[A-Za-z]+")


def _spaced(text: str, chance: random.Random) -> str:
    text = re.sub(r"(?<!\\) ", lambda m: chance.choice([" ", "  ", "\n"]), text)
    return "\n" + re.sub(r"(?<![\\$])\$(?!\$)([^$]+?)(?<![\\$])\$(?!\$)", r"\\( \1 \\)", text)


def _swapped(text: str, chance: random.Random) -> str:
    """Up to three words in others' places."""
    places = [m for m in _WORD.finditer(text) if m[0].lower() in SWAPS and text[m.start() - 1 : m.start()] != "\\"]
    for m in sorted(chance.sample(places, min(3, len(places))), key=lambda m: -m.start()):
        other = SWAPS[m[0].lower()]
        text = text[: m.start()] + (other.capitalize() if m[0][0].isupper() else other) + text[m.end() :]
    return text


def _prefixed(text: str, chance: random.Random) -> str:
    return chance.choice(["Solve this problem. ", "Here is a question: ", "Think carefully. "]) + text


def _renamed(text: str, chance: random.Random) -> str:
    found = [name for name in NAMES if re.search(rf"\b{name}\b", text)]
    for name, other in zip(found, chance.sample(OTHER_NAMES, len(OTHER_NAMES)), strict=False):
        text = re.sub(rf"\b{name}\b", other, text)
    return text


def _other_number(number: str, chance: random.Random) -> str:
    return str(int(number) + chance.randint(1, 60))


def _one_number(text: str, chance: random.Random) -> str:
    places = list(_NUMBER.finditer(text))
    if not places:
        return text
    m = chance.choice(places)
    return text[: m.start()] + _other_number(m[0], chance) + text[m.end() :]


def _all_numbers(text: str, chance: random.Random) -> str:
    return _NUMBER.sub(lambda m: _other_number(m[0], chance), text)


def _sign(text: str, chance: random.Random) -> str:
    places = list(_SIGN.finditer(text))
    if not places:
        return text
    m = chance.choice(places)
    return text[: m.start()] + ("-" if m[0] == "+" else "+") + text[m.end() :]


def _operator(text: str, chance: random.Random) -> str:
    places = [m for m in _WORD.finditer(text) if m[0] in OPERATORS]
    if not places:
        return text
    m = chance.choice(places)
    return text[: m.start()] + OPERATORS[m[0]] + text[m.end() :]


Change = Callable[[str, random.Random], str]
SAME: dict[str, Change] = {
    "white space and markup": _spaced,
    "words exchanged": _swapped,
    "a sentence in front": _prefixed,
    "other names": _renamed,
}
DIFFERENT: dict[str, Change] = {
    "one number": _one_number,
    "all numbers": _all_numbers,
    "a sign": _sign,
    "an operating word": _operator,
}


def read_questions(folder: Path) -> list[tuple[str, str]]:
    """(source, text) of every real question in the data folder, none twice."""

    def lines() -> Iterator[tuple[str, str]]:
        for source, column in FILES.items():
            path = folder / f"{source}.jsonl"
            if path.is_file():
                for line in path.open(encoding="utf-8"):
                    row = json.loads(line)
                    yield source, row[column] if column else f"{row['Body']} {row['Question']}"

    first: dict[str, tuple[str, str]] = {}
    for source, text in lines():
        first.setdefault("".join(text.split()).lower(), (source, text))
    return list(first.values())


def make_rows(questions: Sequence[tuple[str, str]], wanted: int, seed: int) -> list[Row]:
    """The questions and changed copies of them, in an order drawn at random.

    A question is changed in one way a round; a copy that is as another row already is left out.  Where no
    change makes anything new, there are fewer than ``wanted``.
    """
    chance = random.Random(seed)
    rows = [Row(text, source, i, "original", f"{i}") for i, (source, text) in enumerate(questions)]
    seen = {r.text for r in rows}
    changes = [(kind, change) for kinds in (SAME, DIFFERENT) for kind, change in kinds.items()]
    while len(rows) < wanted:
        before = len(rows)
        order = list(range(len(questions)))
        chance.shuffle(order)
        for i in order:
            source, text = questions[i]
            kind, change = chance.choice(changes)
            changed = change(text, chance)
            # A number in a figure may be where a line is drawn: whether another one is another problem is not known.
            unsure = kind in DIFFERENT and "[asy]" in text
            if unsure or changed == text or changed in seen:
                continue
            seen.add(changed)
            problem = f"{i}" if kind in SAME else f"{i}/{len(rows)}"
            rows.append(Row(changed, source, i, kind, problem))
            if len(rows) == wanted:
                break
        if len(rows) == before:
            break
    rows = rows[:wanted]
    chance.shuffle(rows)
    return rows
