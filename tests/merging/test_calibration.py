"""A threshold from labelled pairs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from builder.merging.calibration import DATA, calibrate, labelled_pairs


def test_the_lowest_threshold_that_reaches_the_precision_is_taken() -> None:
    similarity = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], np.float32)
    found = calibrate(similarity, [True, True, False, True, True, False], precision=0.8)
    assert (found.value, found.precision, found.recall, found.pairs) == (pytest.approx(0.45), 0.8, 1.0, 6)
    assert calibrate(similarity, [True, True, False, True, True, False], precision=0.9).value == pytest.approx(0.75)


def test_pairs_of_equal_similarity_go_together() -> None:
    found = calibrate(np.array([0.9, 0.5, 0.5], np.float32), [True, True, False], precision=0.9)
    assert (found.value, found.recall) == (pytest.approx(0.7), 0.5)


def test_where_the_precision_is_not_reached_the_highest_one_is_taken() -> None:
    found = calibrate(np.array([0.9, 0.8, 0.7], np.float32), [False, True, True], precision=0.97)
    assert found.precision == pytest.approx(2 / 3, abs=1e-4)
    assert "0.67" in found.chosen


@pytest.mark.parametrize("name", ["topic_pairs.jsonl", "key_point_pairs.jsonl"])
def test_the_shipped_pairs_are_labelled_on_both_sides(name: str) -> None:
    pairs = labelled_pairs(name)
    share = np.mean([p["same"] for p in pairs])
    assert len(pairs) >= 80 and 0.3 < share < 0.7
    texts = [frozenset(json.dumps(p[side], sort_keys=True) for side in "ab") for p in pairs]
    assert len(set(texts)) == len(texts), "a pair stands there twice"
    assert (DATA / name).read_text(encoding="utf-8").endswith("\n")
