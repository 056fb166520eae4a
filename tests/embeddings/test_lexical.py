"""The embedder that needs nothing: length one, alike where the words are, in every script."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.embeddings.lexical import LexicalEmbedder


def similarity(*texts: str) -> np.ndarray:
    vectors = LexicalEmbedder().embed(texts)
    return vectors @ vectors.T


@given(st.lists(st.text(max_size=60), max_size=8))
def test_rows_have_length_one_or_zero_and_no_text_is_too_odd(texts: list[str]) -> None:
    vectors = LexicalEmbedder(256).embed(texts)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(n == pytest.approx(1, abs=1e-5) or n == 0 for n in lengths)


@given(st.lists(st.sampled_from(["sum of roots", "lcm", "angle", "5 + 7", ""]), min_size=1, max_size=9))
def test_equal_texts_have_equal_vectors(texts: list[str]) -> None:
    vectors = LexicalEmbedder().embed(texts)
    for i, a in enumerate(texts):
        for j, b in enumerate(texts):
            if a == b:
                assert (vectors[i] == vectors[j]).all()


@pytest.mark.parametrize(
    ("text", "nearer", "further"),
    [
        ("Solving linear equations", "Linear equation solving steps", "Area of a circle"),
        ("GCD of two numbers", "Greatest common divisor", "Geometric series"),
        ("LCM", "Least common multiple", "Linear regression"),
        ("Percentages", "Percentage", "Permutations"),
        ("Factoring quadratics", "Factoring a quadratic", "Factorials"),
        ("Vieta's formulas", "Vieta formula for cubics", "Distance formula"),
    ],
)
def test_texts_of_the_same_words_are_nearer(text: str, nearer: str, further: str) -> None:
    near, far = similarity(text, nearer, further)[0, 1:]
    assert near > far + 0.1


def test_case_and_plural_do_not_matter() -> None:
    assert similarity("Linear Equations", "linear equation")[0, 1] == pytest.approx(1, abs=1e-5)


def test_letters_of_every_script_count() -> None:
    greek, same, other = similarity("Θεώρημα του Πυθαγόρα", "το θεώρημα Πυθαγόρα", "Εμβαδόν κύκλου")[0]
    assert greek == pytest.approx(1)
    assert same > other + 0.3
    assert similarity("二次方程的根", "一元二次方程")[0, 1] > 0.05


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bézout's identity", "Bezout identity"),
        ("L’Hôpital’s rule", "L'Hopital's Rule"),
        ("Möbius inversion", "Mo\u0308bius inversion"),
        ("HCF of two numbers", "Greatest Common Divisor of two numbers"),
    ],
)
def test_accents_apostrophes_and_acronyms_do_not_matter(one: str, other: str) -> None:
    assert similarity(one, other)[0, 1] == pytest.approx(1, abs=1e-5)


def test_numbers_tell_texts_apart() -> None:
    assert similarity("30-60-90 triangles", "45-45-90 triangles")[0, 1] < 0.9


def test_a_text_has_the_same_vector_whatever_stands_beside_it() -> None:
    embedder = LexicalEmbedder(256)
    alone = embedder.embed(["sum of roots"])
    assert (embedder.embed(["roots", "sum of roots", "sum"])[1] == alone[0]).all()


def test_a_pie_that_is_eaten_is_no_inclusion_exclusion_principle() -> None:
    pie, principle, sharing = LexicalEmbedder().embed(
        ["Sharing a pie", "Inclusion exclusion principle", "Sharing a whole"]
    )
    assert pie @ principle < pie @ sharing
