"""The inputs of fuzzing: cases of eight texts, each made from a seed and its number alone.

Texts of a case are related, so that laws of pairs and groups have something to bite on: a text is fresh, a
damaged one, the same in another dress, or one more form of a known value.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from random import Random

from .mutations import mutated, noise, soup
from .texts import Grammar
from .truths import SIZE, known

__all__ = ["SIZE", "Case", "make"]

Dress = Callable[[Random, str], str]


@dataclass(frozen=True)
class Case:
    """``values``: what stands for each text's value, where that is known; ``kind``: where the texts are from."""

    number: int
    kind: str
    texts: list[str]
    values: list[Hashable] | None = None


def make(seed: int, number: int, pool: Sequence[str]) -> Case:
    """The case of this number; ``pool`` holds texts to draw from besides the grammar, and may be empty."""
    rng = Random(f"{seed}/{number}")
    if rng.random() < 0.3:
        family, answers = known(rng)
        return Case(number, family, [text for _, text in answers], [value for value, _ in answers])
    grammar = Grammar(rng)

    def fresh() -> str:
        return rng.choice(pool) if pool and rng.random() < 0.4 else grammar.answer()

    texts = [rng.choices([fresh(), soup(rng), noise(rng)], [85, 10, 5])[0]]
    while len(texts) < SIZE:
        kind = rng.random()
        if kind < 0.25:
            texts.append(fresh())
        elif kind < 0.55:
            texts.append(rng.choice(_DRESSES)(rng, rng.choice(texts)))
        elif kind < 0.93:
            texts.append(mutated(rng, rng.choice(texts), fresh()))
        else:
            texts.append(rng.choice([soup, noise])(rng))
    return Case(number, "texts", texts)


def _around(*frames: str) -> Dress:
    """Dresses from frames in which ``@`` is the text."""
    return lambda rng, text: rng.choice(frames).replace("@", text)


# What a text may be written as by convention, so that answers attach to one another or must not.
_DRESSES: Sequence[Dress] = (
    lambda rng, text: text,
    _around("x = @", "y = @", "z=@", "k = @", "f(x) = @", "f(t) = @", "x_1 = @", r"\text{Area} = @"),
    _around("@%", r"@\%", r"@^\circ", "@ cm", r"@ \text{ apples}", "@ m", "@.", "@!", "@...", r"\$@", "@ pm", "@_2"),
    _around("(@)", "[@]", r"\{@\}", "{@}", "$@$", r"\boxed{@}", "|@|", "**@**", r"\text{@}", r"\left(@\right)"),
    _around("@, @", "@, 1", "@ and 2", "@ or x", "x = 1, y = @", "1, @", "@; @; 2"),
    _around("(@, @)", "(1, @)", "[@, 2]", r"(@, \infty)", "[1, @)", r"(-\infty, @]", "(x, y) = (1, @)", "P(@, 1)"),
    _around("x < @", "x > @", r"x \le @", r"x \in @", r"x \neq @", r"x \approx @", "1 < x < @", "y > @", "2x = @"),
    _around("(A) @", "B. @", r"\text{(C) } @", "The answer is @", "@ where x > 0", "@, 0.5", r"\text{only } @"),
    _around(r"@ \cup @", r"@ \cup (1, 2)", "@:1", "@:2", r"1 \pm @", r"@ \pm 1", r"@ \setminus \{1\}", "2^{@}"),
    _around("-@", r"\frac{@}{@}", r"\frac{@}{2}", "@/100", r"\sqrt{@}", "@ + 0", "1@", "@0", "0.@", "@ = @"),
    lambda rng, text: rng.choice(
        ["0.333333333333", "1.41421356237", "3.14159265358979", "0.5", "50%", "0", "A", "1/3"]
    ),
)
