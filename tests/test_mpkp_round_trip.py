"""MPKP out and in: what is published comes back with the same topics, key points and TCPM."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kpmath
from builder.config import Config, SeedSource, Topics
from builder.errors import SeedError
from builder.knowledge import KnowledgeRun
from builder.publish.rows import mpkp_row
from builder.publish.shards import write_config
from builder.records import LabelledPractice, Practice, TopicKeyPoints
from builder.stages.cooccurrence import tcpm
from builder.stages.seeds import load_seeds

SUMS, AREA, PRIMES = "Arithmetic - Sums", "Geometry - Area", "Number Theory - Primes"


def practice(number: int, *topics: TopicKeyPoints, publishable: bool = True) -> LabelledPractice:
    text = Practice(f"toy/{number}", "toy", f"What is {number} + 1?", f"\\boxed{{{number + 1}}}", str(number + 1))
    return LabelledPractice(dataclasses.replace(text, publishable=publishable), topics, "labeller", "p" * 32, "")


ADDED = TopicKeyPoints(SUMS, ("Add", "Carry"), "Arithmetic - Adding", ("Adding | Add up", "Carry"))
SIEVED = TopicKeyPoints(PRIMES, ("Sieve",), "Numbers - Primes | Numbers - Sieve")
MPKP = [
    practice(1, ADDED, TopicKeyPoints(AREA, ("Square",))),
    practice(2, TopicKeyPoints(AREA, tuple(f"Area {i}" for i in range(7)))),
    practice(3, TopicKeyPoints(SUMS, ("Add",)), SIEVED, publishable=False),
]


def publish(mpkp: Sequence[LabelledPractice], folder: Path) -> Path:
    rows = (mpkp_row(p, knowledge="e" * 32) for p in mpkp)
    write_config(rows, "mpkp", "train", folder, shard_bytes=2**20)
    (path,) = (folder / "data" / "mpkp").glob("*.parquet")
    return path


def source(path: Path, name: str = "toy") -> SeedSource:
    return SeedSource(name, path=str(path), id="id", answer="answer", subject="subject", level="level", labels="topics")


def imported(path: Path, run: Path) -> list[LabelledPractice]:
    """Through a run with ``topics.merge = false``, as a user would; no model is there to ask."""
    config = Config(seeds=(source(path),), topics=Topics(merge=False))
    return KnowledgeRun(config, run).knowledge().mpkp


def labels(mpkp: Sequence[LabelledPractice]) -> list[tuple[str, tuple[TopicKeyPoints, ...], str, str]]:
    return [(p.practice.id, p.topics, p.model, p.prompt_hash) for p in mpkp]


def assert_comes_back(mpkp: Sequence[LabelledPractice], folder: Path) -> list[LabelledPractice]:
    back = imported(publish(mpkp, folder), folder / "run")
    assert labels(back) == labels(mpkp)
    ours, theirs = tcpm(mpkp), tcpm(back)
    assert ours.topics == theirs.topics
    assert (ours.counts == theirs.counts).all()
    assert (ours.weights == theirs.weights).all()
    return back


def test_a_published_mpkp_comes_back_exactly(tmp_path: Path) -> None:
    back = assert_comes_back(MPKP, tmp_path)
    assert [p.practice.problem for p in back] == ["What is 1 + 1?", "What is 2 + 1?", ""]
    assert [p.practice.publishable for p in back] == [True, True, False]
    assert tcpm(back).counts.tolist() == [[0, 1, 1], [1, 1, 0], [1, 0, 0]]  # sums, area, primes


def test_published_again_it_is_the_same_mpkp(tmp_path: Path) -> None:
    first = publish(MPKP, tmp_path / "first")
    second = publish(imported(first, tmp_path / "run"), tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()


def test_it_comes_back_through_datasets_too(tmp_path: Path) -> None:
    publish(MPKP, tmp_path)
    from_hub = dataclasses.replace(source(tmp_path), path=None, hub=str(tmp_path / "data" / "mpkp"))
    report = load_seeds([from_hub], on_missing_answer="skip")
    assert [g.topics for g in report.labels] == [p.topics for p in MPKP]


def test_under_another_name_the_ids_carry_that_name(tmp_path: Path) -> None:
    report = load_seeds([source(publish(MPKP, tmp_path), "theirs")], on_missing_answer="skip")
    assert [p.id for p in report.practices] == [f"theirs/toy/{i}" for i in (1, 2, 3)]


def test_nested_labels_give_the_same_knowledge(tmp_path: Path) -> None:
    rows = [
        {
            "id": p.practice.id,
            "problem": p.practice.problem,
            "solution": p.practice.solution,
            "answer": p.practice.answer,
            "topics": [{"topic": t.topic, "key_points": list(t.key_points)} for t in p.topics],
        }
        for p in MPKP
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    config = Config(
        seeds=(SeedSource("toy", path=str(path), id="id", answer="answer", labels="topics"),),
        topics=Topics(merge=False),
    )
    back = KnowledgeRun(config, tmp_path / "run").knowledge().mpkp
    assert [[(t.topic, t.key_points) for t in p.topics] for p in back] == [
        [(t.topic, t.key_points) for t in p.topics] for p in MPKP
    ]
    assert (tcpm(back).counts == tcpm(MPKP).counts).all()


def test_labels_of_a_practice_that_is_skipped_are_skipped_with_it(tmp_path: Path) -> None:
    twice = [MPKP[0], dataclasses.replace(MPKP[0], practice=dataclasses.replace(MPKP[0].practice, id="toy/9"))]
    report = load_seeds([source(publish(twice, tmp_path))], on_missing_answer="skip")
    assert [g.practice_id for g in report.labels] == ["toy/1"]
    assert [s[2] for s in report.skipped] == ["same problem as toy/1"]


def test_every_column_that_the_import_names_is_one_that_is_published() -> None:
    published = {c.name for c in kpmath.describe("mpkp")}
    assert {"id", "problem", "solution", "answer", "subject", "level", "topics", "key_points"} <= published
    assert {"raw_topics", "raw_key_points", "model", "extraction_prompt"} <= published


def test_a_published_file_that_somebody_spoilt_is_refused_with_its_row(tmp_path: Path) -> None:
    path = publish(MPKP, tmp_path)
    rows = pq.read_table(path).to_pylist()
    rows[1]["key_points"] = rows[1]["key_points"][:3]
    pq.write_table(pa.Table.from_pylist(rows), path)
    with pytest.raises(SeedError, match=r"row 2 \(toy/2\): parallel lists of different lengths: 'topics' has 7, 'key_"):
        load_seeds([source(path)], on_missing_answer="skip")


def test_a_run_on_the_real_replies_comes_back(tmp_path: Path, data_dir: Path | None) -> None:
    if data_dir is None:
        pytest.skip("no real data here")
    given = SeedSource(
        "toy", path=str(data_dir / "labelled_practices.jsonl"), id="id", reply="reply", publish_text=False
    )
    first = KnowledgeRun(Config(seeds=(given,)), tmp_path / "first").knowledge().mpkp
    assert len(first) > 700
    assert any(t.raw_topic for p in first for t in p.topics)
    assert_comes_back([dataclasses.replace(p, model="m") for p in first], tmp_path)
