"""Who labelled what: every source is read, and the same practice is found under different ids."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.agreement.labellers import Labeller, names_of, read_labellers, shared_practices
from builder.errors import ConfigError, KPMathError, SeedError
from tests.agreement.sample import labelled, reply, write

LABELS = {"Algebra - Linear Equations": ["Isolate x", "Check the root"], "Geometry - Area": ["Area of a square"]}
NESTED = [{"topic": t, "key_points": k} for t, k in LABELS.items()]
PARALLEL = {
    "topics": ["Algebra - Linear Equations", "Algebra - Linear Equations", "Geometry - Area"],
    "key_points": ["Isolate x", "Check the root", "Area of a square"],
}


def ids(labellers: list[Labeller]) -> list[tuple[str, list[int]]]:
    return [(s.id, sorted(s.of)) for s in shared_practices(labellers)]


@pytest.mark.parametrize(
    "labels", [{"reply": reply(LABELS)}, {"topics": NESTED}, PARALLEL], ids=["reply", "nested", "ours"]
)
@pytest.mark.parametrize("form", [".jsonl", ".parquet"])
def test_every_form_of_labels_gives_the_same_topics(tmp_path: Path, labels: dict, form: str) -> None:
    path = tmp_path / f"x{form}"
    if form == ".parquet":
        pq.write_table(pa.Table.from_pylist([{"id": "1", **labels}]), path)
    else:
        write(path, [{"id": "1", **labels}])
    (who,) = read_labellers([str(path)])
    assert (who.name, who.unreadable) == ("x", 0)
    assert {t.topic: list(t.key_points) for t in who.practices[0].topics} == LABELS


def test_a_name_may_be_given_and_unreadable_replies_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", [{"id": 1, "reply": "I do not know."}, {"id": 2, "reply": reply(LABELS)}])
    (who,) = read_labellers([f"mine={path}"])
    assert (who.name, who.unreadable, [p.practice.id for p in who.practices]) == ("mine", 1, ["2"])


def test_a_file_is_split_by_the_column_that_names_labellers(tmp_path: Path) -> None:
    rows = [{"id": 1, "who": w, "reply": reply(LABELS)} for w in ("ann", "bob")]
    path = write(tmp_path / "x.jsonl", rows)
    assert [x.name for x in read_labellers([str(path)], by="who")] == ["ann", "bob"]
    with pytest.raises(SeedError, match=r"line 2: '1' is labelled twice; .* --by"):
        read_labellers([str(path)])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"reply": "x"}, "line 1: no 'id' and no 'problem'"),
        ({"id": 1}, "line 1: no field 'reply' and no field 'topics'"),
        ({"id": 1, "reply": None}, r"line 1 \(1\), field 'reply': empty"),
        ({"id": 1, "topics": ["Algebra"], "key_points": ["k"]}, r"line 1 \(1\), field 'topics\[0\]': 'Algebra' is not"),
        ({"id": 1, "problem": 3, "reply": "x"}, "the field 'problem' is int"),
        ({"id": 1, "reply": "nothing"}, "no practice with labels that can be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_clear_line(tmp_path: Path, row: dict, said: str) -> None:
    path = write(tmp_path / "x.jsonl", [row])
    with pytest.raises(KPMathError, match=said) as caught:
        read_labellers([str(path)])
    assert "\n" not in str(caught.value)


def test_what_is_wrong_with_the_sources_is_one_clear_line(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", [{"id": 1, "reply": reply(LABELS)}])
    with pytest.raises(ConfigError, match="two labellers are called 'x': give NAME=PATH"):
        read_labellers([str(path), str(path)])
    with pytest.raises(ConfigError, match="is no run folder"):
        read_labellers([str(tmp_path)])
    with pytest.raises(ConfigError, match="--by splits a file"):
        read_labellers([str(tmp_path)], by="who")
    with pytest.raises(SeedError, match="does not exist"):
        read_labellers([str(tmp_path / "no.jsonl")])
    with pytest.raises(SeedError, match="no labeller in the field 'who'"):
        read_labellers([str(path)], by="who")


# --- the same practice -------------------------------------------------------------------------


def of(name: str, *practices: tuple[str, str]) -> Labeller:
    return Labeller(name, tuple(labelled(i, LABELS, problem) for i, problem in practices))


def test_practices_are_the_same_by_id_by_id_without_source_and_by_problem() -> None:
    one = of(
        "one", ("gsm8k/1", "What is 1 + 1?"), ("gsm8k/2", ""), ("gsm8k/3", "What  is 3?"), ("gsm8k/4", "only here")
    )
    two = of("two", ("gsm8k/1", ""), ("2", ""), ("h4sh", "What is 3?\n"))
    assert ids([one, two]) == [("gsm8k/1", [0, 1]), ("gsm8k/2", [0, 1]), ("gsm8k/3", [0, 1]), ("gsm8k/4", [0])]
    assert [i for i, who in ids([two, one]) if who == [0, 1]] == ["2", "gsm8k/1", "h4sh"]


def test_a_number_that_two_sources_use_is_nobodys() -> None:
    one = of("one", ("gsm8k/1", ""), ("math/1", ""))
    assert ids([one, of("two", ("1", ""))]) == [("1", [1]), ("gsm8k/1", [0]), ("math/1", [0])]


def test_the_same_number_of_another_source_with_another_problem_is_another_practice() -> None:
    one, two = of("one", ("gsm8k/1", "What is 1?")), of("two", ("math/1", "What is 2?"))
    assert [who for _, who in ids([one, two])] == [[0], [1]]


def test_one_id_with_two_problems_is_an_error() -> None:
    with pytest.raises(SeedError, match="two: the practice '1' has another problem"):
        shared_practices([of("one", ("1", "What is 1?")), of("two", ("1", "What is 2?"))])


def test_real_replies_are_read_as_labels(data_dir: Path | None) -> None:
    if data_dir is None:
        pytest.skip("no real data here")
    (who,) = read_labellers([str(data_dir / "labelled_practices.jsonl")])
    assert len(who.practices) + who.unreadable == 724
    assert len(frozenset().union(*names_of(who.practices))) > 700
