"""Naming of parts, by hand and by law."""

from __future__ import annotations

import pytest

from builder.agreement.labellers import Labeller
from builder.agreement.vocabulary import names_of_parts, vocabularies
from tests.agreement.sample import labeller

A, B, C, D = "Algebra - One", "Algebra - Two Words", "Geometry - Three Whole Words", "Geometry - Four"


def part(name: str, *topics: list[str]) -> Labeller:
    return labeller(name, {f"{name}{i}": {t: ["k"] for t in ts} for i, ts in enumerate(topics)})


def test_the_table_by_hand() -> None:
    parts = [part("x", [A, B], [A], [A]), part("y", [A, C], [C])]
    x, y, everything = vocabularies(parts, names_of_parts(parts))
    assert (x.part, x.practices, x.names, x.topics_per_practice) == ("x", 3, 2, pytest.approx(4 / 3, abs=1e-3))
    assert (x.practices_per_name, x.words_per_name) == (2.0, 1.5)
    assert (x.shared_names, x.shared_uses) == (1, 0.75)
    assert (y.names, y.shared_names, y.shared_uses) == (2, 1, pytest.approx(1 / 3, abs=1e-4))
    assert (everything.practices, everything.names, everything.shared_names) == (5, 3, 1)
    assert everything.shared_uses == pytest.approx(4 / 7, abs=1e-4)


def test_labellers_with_names_of_their_own_share_less_than_dealt_practices_do() -> None:
    own = [part("x", *[[A]] * 30), part("y", *[[B]] * 30)]
    assert vocabularies(own, names_of_parts(own))[-1].shared_uses == 0
    assert vocabularies(own, names_of_parts(own))[-1].shared_uses_at_random == 1
    alike = [part("x", *[[A], [B]] * 15), part("y", *[[A], [B]] * 15)]
    (row, *_) = vocabularies(alike, names_of_parts(alike))
    assert row.shared_uses == row.shared_uses_at_random == 1


def test_the_same_seed_gives_the_same_table() -> None:
    parts = [part("x", [A], [B], [C]), part("y", [A], [D], [D])]
    names = names_of_parts(parts)
    assert vocabularies(parts, names, seed=5) == vocabularies(parts, names, seed=5)
