"""The funnel: every question ends at one place, steps add up, and what is shown of a question may be shown."""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

import kpmath
from builder.cli import main
from builder.errors import StoreError
from builder.records import HygieneNote, QuestionResult
from builder.report.examples import LENGTH, quotes
from builder.report.fates import STEPS, meaning
from builder.report.funnel import PARAPHRASES, SETS, Flow, Funnel, funnel
from tests.report.questions import AT, TOPICS, UNREAD, asked, practices, records

ROOT = Path(__file__).resolve().parents[2]
NOTES = ("duplicate", "contaminated", "number_too_long")


def found(*arguments: Any, per_question: int = 0, examples: int = 4, **named: Any) -> Funnel:
    """The funnel of a folder with these records."""
    with tempfile.TemporaryDirectory() as path:
        told = funnel(records(Path(path), *arguments, **named), per_question=per_question, examples=examples)
    assert told is not None
    return told


def note(number: int, fate: str = "duplicate", match: str | None = "q0", solution: int | None = None) -> HygieneNote:
    return HygieneNote(f"q{number}", None if solution is None else f"q{number}s{solution}", fate, match, "near, 0.93")


def losses(flow: Flow) -> dict[tuple[str, str], int]:
    return {(x.step, x.reason): x.questions.part for x in flow.losses}


def check_sums(told: Funnel) -> None:
    """What enters a step is what leaves it, what is lost at it and what waits."""
    for flow in told.flows:
        lost = Counter(dict.fromkeys(told.steps, 0))
        for (step, _), n in losses(flow).items():
            lost[step] += n
        for step in flow.steps:
            assert step.entered == step.passed.part + step.lost + step.pending
            assert step.lost == lost[step.step]
        assert [s.entered for s in flow.steps[1:]] == [s.passed.part for s in flow.steps[:-1]]
        assert flow.through.part == flow.steps[-1].passed.part
        assert flow.through.of == flow.through.part + sum(lost.values())


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[QuestionResult], list[HygieneNote]]:
    """Questions of every kind with their paraphrases, and notes on some of those that were kept."""
    results, notes = [], []
    for number in range(0, 5 * draw(st.integers(0, 8)), 5):
        kind = draw(st.sampled_from(["kept", *sorted(AT)]))
        topics = draw(st.lists(st.sampled_from("ABC"), min_size=2, max_size=3))  # a topic may be there twice
        results.append(asked(number, kind, topics=topics))
        children = range(number + 1, number + 3) if kind == "kept" else ()
        results += [asked(c, draw(st.sampled_from(["kept", *sorted(AT)])), parent=number) for c in children]
    for one in results:
        fate = draw(st.sampled_from((None, *NOTES)))
        if one.fate == "kept" and fate:
            which = draw(st.sampled_from(("all", "winners", "one")))
            ids = [None] if which == "all" else [one.solutions[i].id for i in one.vote.winners]  # type: ignore[union-attr]
            notes += [HygieneNote(one.question.id, s, fate, None, None) for s in ids[: 1 if which == "one" else None]]
    return results, notes


@settings(max_examples=25, deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_steps_add_up_every_question_ends_once_and_the_order_of_records_does_not_matter(
    run: tuple[list[QuestionResult], list[HygieneNote]], shuffle: random.Random
) -> None:
    results, notes = run
    told = found(results, notes, per_question=2)
    check_sums(told)
    assert told.steps == STEPS[:-1]
    ends = Counter((e.origin, e.question_id) for e in found(results, notes, per_question=2, examples=99).examples)
    assert set(ends.values()) <= {1}
    lost = {id_ for _, id_ in ends}
    through = sum(f.steps[-1].passed.part for f in told.flows)
    assert len(lost) + through == len(results)
    for topic in told.topics:
        mine = [r for r in results if r.question.parent_id is None]
        mine = [r for r in mine if topic.topic in {t.topic for t in r.information_set.topics}]
        assert topic.passed["sampled"] == len(mine)
        assert topic.through.part == sum(r.question.id not in lost for r in mine)
    shuffled, mixed = results[:], notes[:]
    shuffle.shuffle(shuffled)
    shuffle.shuffle(mixed)
    again = found(shuffled, mixed, per_question=2)
    assert plain_values(again) == plain_values(told)


def plain_values(told: Funnel) -> Any:
    values = asdict(told) | {"paraphrases": told.paraphrases and told.paraphrases.table().to_pylist()}
    return json.loads(json.dumps(values))


@pytest.mark.parametrize(("kind", "step"), AT.items())
def test_a_question_is_lost_at_the_step_that_its_records_stop_at(kind: str, step: str) -> None:
    one = asked(1, kind)
    assert losses(found([asked(0), one], []).flows[0]) == {(step, one.fate): 1}


@pytest.mark.parametrize("fate", ["too_boring", "<b>", ""])
def test_a_fate_that_is_not_known_here_is_counted_where_it_struck(fate: str) -> None:
    for kind, step in AT.items():
        if kind not in UNREAD and "_" in kind and kind.split("_")[0] not in ("refused", "failed"):
            one = asked(1, kind)
            strange = QuestionResult(one.question, one.information_set, one.score, one.solutions, one.vote, fate)
            assert losses(found([strange], []).flows[0]) == {(step, fate): 1}
    assert meaning(fate)


@pytest.mark.parametrize("fate", NOTES)
def test_hygiene_takes_a_question_when_all_its_winners_are_gone(fate: str) -> None:
    step = "unique" if fate == "duplicate" else "clean"
    assert losses(found([asked(0)], [note(0, fate)]).flows[0]) == {(step, fate): 1}
    both = [note(0, fate, solution=0), note(0, fate, solution=1)]
    assert losses(found([asked(0)], both).flows[0]) == {(step, fate): 1}
    assert losses(found([asked(0)], both[:1]).flows[0]) == {}


def test_a_run_that_stopped_half_way_shows_the_steps_that_are_there(tmp_path: Path) -> None:
    results = [asked(n, kind) for n, kind in enumerate(("kept", "low_score", "tie", "kept"))]
    told = found(results, sets=10, whole=False)
    check_sums(told)
    assert told.steps == STEPS[:5] and told.missing == STEPS[5:]
    first = told.flows[0]
    assert [(s.entered, s.pending, s.passed.part) for s in first.steps[:2]] == [(10, 0, 10), (10, 6, 4)]
    assert (first.through.part, first.through.of) == (2, 4)
    assert "6 of 10 information sets" in next(told.notes())
    assert found([], sets=10, whole=False).steps == ("sampled",)
    assert funnel(records(tmp_path, results, [note(0)], sets=10, whole=False)).missing == STEPS[5:]  # type: ignore[union-attr]


def test_without_information_sets_there_is_no_funnel(tmp_path: Path) -> None:
    made = records(tmp_path, [])
    for stage in ("questions", "information_sets"):
        (tmp_path / "stages" / stage / "manifest.json").unlink()
    assert funnel(made) is None


@pytest.mark.parametrize("stray", [note(9), note(1)])
def test_notes_on_questions_that_were_not_kept_are_of_another_run(stray: HygieneNote) -> None:
    results = [asked(0), asked(1, "tie")]
    assert found(results, [note(0), stray]).missing == STEPS[5:]
    assert found(results, [note(0)]).missing == STEPS[7:]


def test_a_paraphrase_that_no_reply_came_for_is_lost_too() -> None:
    results = [asked(0), asked(1, parent=0), asked(2), asked(3, "tie")]
    told = found(results, [], per_question=2)
    check_sums(told)
    assert [f.origin for f in told.flows] == [SETS, PARAPHRASES]
    assert told.flows[1].steps[0].entered == 4
    assert losses(told.flows[1]) == {("written", "no_reply"): 3}


def test_what_a_judge_finds_unsolvable_is_counted_with_what_it_said_and_so_is_what_could_not_be_read() -> None:
    why = "missing information: the price is not given"
    said = [asked(0, solvable=True), asked(1, solvable=None), asked(2, "tie", solvable=None), asked(3, "low_score")]
    told = found([*said, asked(4, "unsolvable", detail=why), asked(5, "unsolvable", parent=0)], [], per_question=1)
    assert losses(told.flows[0])["scored", "unsolvable"] == 1
    assert told.facts()["solvability"] == {"asked": 5, "unsolvable": 2, "unread": 2}
    [sentence] = [n for n in told.notes() if "can be solved" in n]
    assert "5 questions" in sentence and "2 cannot; of 2" in sentence
    [example] = [e for e in told.examples if e.reason == "unsolvable" and e.origin == SETS]
    assert (example.step, example.why, example.problem) == ("scored", why, "Add 4 and 3.")
    assert "cannot be solved" in meaning("unsolvable")


def test_a_run_that_asked_nobody_says_nothing_of_solvability_and_older_records_are_read(tmp_path: Path) -> None:
    made = records(tmp_path, [asked(0), asked(1, "tie")], [])
    for part in (tmp_path / "stages" / "questions").glob("*.parquet"):
        pq.write_table(pq.read_table(part).drop_columns(["solvability"]), part)
    told = funnel(made)
    assert told is not None and losses(told.flows[0]) == {("voted", "tie"): 1}
    assert "solvability" not in told.facts() and not any("can be solved" in note for note in told.notes())


def test_limits_are_those_of_the_exact_binomial_test() -> None:
    told = found([asked(n, "kept" if n % 3 else "low_score") for n in range(20)], [])
    step = told.flows[0].steps[2].passed
    exact = binomtest(13, 20).proportion_ci(0.95, "exact")
    assert (step.part, step.of) == (13, 20)
    assert (step.low, step.high) == pytest.approx((exact.low, exact.high))
    assert found([], []).flows[0].through.share is None


def test_a_topic_says_what_it_mostly_lost_its_questions_for() -> None:
    kinds = ("low_score", "kept", "low_score", "tie")
    results = [asked(n, kind, topics=("A", "A", "B") if n else ("A", "C")) for n, kind in enumerate(kinds)]
    told = found([*results, asked(9, parent=1, topics=("A", "B"))], [], per_question=1)
    a, b, c = told.topics
    assert (a.topic, a.passed["sampled"], a.through.part, a.reason, a.lost, a.paraphrases) == (
        "A",
        4,
        1,
        "low_score",
        2,
        1,
    )
    assert (b.topic, b.passed["sampled"], b.reason) == ("B", 3, "low_score")
    assert (c.topic, c.through.part, c.lost) == ("C", 0, 1)
    rows = told.topics_table().to_pylist()
    assert [r["unique"] for r in rows] == [1, 1, 0] and all(r["published"] is None for r in rows)


# --- examples ----------------------------------------------------------------------------------


def test_examples_are_few_of_each_reason_and_the_same_ones_whatever_else_is_lost() -> None:
    some = [asked(n, "low_score") for n in range(20)]
    told = found(some, [])
    assert len(told.examples) == 4
    with_others = found([asked(n, "tie") for n in range(100, 120)] + some[::-1], [])
    assert [e for e in with_others.examples if e.reason == "low_score"] == list(told.examples)
    assert len({e.question_id for e in with_others.examples}) == 8
    assert not found(some, [], examples=0).examples


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("low_score", {"judge": "it contradicts itself"}, "score 0.3: it contradicts itself"),
        ("unscored", {"judge": "unreadable"}, "not scored: unreadable"),
        ("tie", {}, "answers as written: 4 (2), 5 (2)"),
        ("no_answer", {}, "answers as written: none (3)"),
        ("missing_figure", {"detail": "the figure below"}, "the figure below"),
        ("drift_quantities", {}, None),
    ],
)
def test_an_example_says_why_it_was_lost(kind: str, more: dict[str, Any], why: str | None) -> None:
    (example,) = found([asked(1, kind, **more)], []).examples
    assert (example.why, example.problem, example.topics) == (why, "Add 1 and 3.", TOPICS)


def test_a_duplicate_is_shown_with_what_it_repeats_and_a_paraphrase_with_its_parent() -> None:
    results = [asked(0, problem="the first"), asked(1), asked(2, "drift_answer", parent=0)]
    first, second = found(results, [note(1)], per_question=1).examples
    assert (first.reason, first.why, first.other_id, first.other) == ("duplicate", "near, 0.93", "q0", "the first")
    assert (second.reason, second.other_id, second.other) == ("drift_answer", "q0", "the first")


def test_a_text_that_meets_a_test_set_is_not_shown_not_even_as_a_parent() -> None:
    results = [asked(0, problem="of the test"), asked(1, "tie", parent=0)]
    one, child = found(results, [note(0, "contaminated", "gsm8k")], per_question=1).examples
    assert one.problem is None and child.problem == "Add 1 and 3." and child.other is None
    assert one.withheld == child.withheld == "it meets a test set"
    assert "of the test" not in str(plain_values(found(results, [note(0, "contaminated")], per_question=1)))


SEED = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."
COPY = f"Here it is: {SEED.replace('sold', ' sold ')} How many?"


@pytest.mark.parametrize(("publishable", "shown"), [(True, True), (False, False)])
def test_no_text_that_repeats_an_unpublished_seed_is_shown(publishable: bool, shown: bool) -> None:
    results = [
        asked(0, "low_score", problem=COPY),
        asked(1, "low_score", judge=COPY),
        asked(2, "missing_figure", detail=COPY),
        asked(3, problem=COPY),
        asked(4),
    ]
    told = found(results, [note(4, match="q3")], mpkp=practices(SEED, publishable=publishable))
    assert ("48 of her" in str(plain_values(told))) == shown
    assert Counter(e.withheld is None for e in told.examples) == {shown: 4}


@pytest.mark.parametrize("kind", [*UNREAD, "refused_writing"])
def test_a_reply_without_a_problem_is_not_shown(kind: str) -> None:
    (example,) = found([asked(1, kind)], []).examples
    assert example.problem is None and "stages/questions" in str(example.withheld)
    assert "its example" not in str(example)


@pytest.mark.parametrize(
    ("text", "seed", "expected"),
    [
        (COPY, SEED, True),
        (SEED.upper(), "A seed of " + SEED[:60], False),  # letters are told apart where all are capitals
        ("Natalia sold clips to 48 of her friends. How many?", SEED, False),
        ("What is 2 + 3, and what is 4?", "What is 2 + 3", True),
        ("What is 2 + 4?", "What is 2 + 3", False),
        ("anything", "", False),
        ("", SEED, False),
    ],
)
def test_a_quotation_is_ten_tokens_in_a_row_or_the_whole_of_a_short_seed(text: str, seed: str, expected: bool) -> None:
    assert quotes(text, seed) == expected


def test_texts_of_examples_are_one_short_line() -> None:
    (example,) = found([asked(1, "tie", problem="a\n\x00\u202eb " + "long " * 100_000)], []).examples
    assert example.problem is not None and example.problem.startswith("a b long")
    assert len(example.problem) <= LENGTH and example.problem.endswith("…")


def test_records_that_cannot_be_read_are_one_clear_line(tmp_path: Path) -> None:
    made = records(tmp_path, [asked(0)], [])
    (part,) = (tmp_path / "stages" / "questions").glob("*.parquet")
    table = pq.read_table(part)
    pq.write_table(table.drop_columns(["vote"]), part)
    with pytest.raises(StoreError, match="another version of KPMath"):
        funnel(made)
    part.write_bytes(b"PAR1 not really")
    with pytest.raises(StoreError, match="run 'build' again"):
        funnel(made)


# --- a real run --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the procedural model with paraphrases, published."""
    folder = tmp_path_factory.mktemp("funnel")
    assert build(folder) == 0
    return folder


def build(folder: Path, *options: str) -> int:
    recipe = folder / "recipe.toml"
    if not recipe.exists():
        text = (ROOT / "recipes" / "demo.toml").read_text(encoding="utf-8")
        recipe.write_text(text.replace("../data/", f"{ROOT}/data/"), encoding="utf-8")
    where = ["--run", str(folder / "run"), "--out", str(folder / "kpmath"), "--quiet"]
    small = ("sampling.sets=30", "solutions.samples=5", "run.part_size=10", "paraphrase.per_question=2")
    return main(["build", str(recipe), *where, *(f"--set={s}" for s in small), *options])


def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["report", str(folder / "run"), "--out", str(folder / "report"), "--json"]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def test_the_report_of_a_build_says_what_its_dataset_says(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = report(built, capsys)["funnel"]
    assert facts["missing"] == []
    questions = kpmath.load("questions", path=built / "kpmath", split="train")
    fates = Counter(zip(questions["fate"], (p is not None for p in questions["parent_id"]), strict=True))
    reasons = Counter({(r["reason"], r["origin"] == PARAPHRASES): r["questions"] for r in facts["reasons"]})
    passed = {(s["origin"], s["step"]): s["passed"] for s in facts["steps"]}
    kept = {("kept", False): passed[SETS, "published"], ("kept", True): passed[PARAPHRASES, "published"]}
    assert reasons + Counter(kept) == fates
    assert passed[SETS, "sampled"] == 30
    pairs = kpmath.load(path=built / "kpmath", split="train")
    assert len(set(pairs["question_id"])) == sum(kept.values()) > 0
    for name in ("funnel", "funnel_reasons", "funnel_topics", "funnel_examples", "paraphrase_similarity"):
        assert pq.read_table(built / "report" / f"{name}.parquet").num_rows > 0
        assert (built / "report" / f"{name}.csv").stat().st_size > 0
    page = (built / "report" / "index.html").read_text(encoding="utf-8")
    assert 'id="funnel"' in page and "How different the paraphrases are" in page


def test_a_dataset_of_other_records_is_not_taken_for_this_run_s(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A test set that holds a published problem comes in: its hit shows as soon as the dataset is made again."""
    problem = kpmath.load(path=built / "kpmath", split="train")[0]["problem"]
    (built / "test.jsonl").write_text(json.dumps({"problem": problem, "solution": "#### 1"}) + "\n", encoding="utf-8")
    with (built / "recipe.toml").open("a", encoding="utf-8") as recipe:
        recipe.write('\n[[test_sets]]\nname = "held out"\npath = "test.jsonl"\n')
    dataset = (built / "kpmath").rename(tmp_path / "before")
    assert build(built) == 0
    after = report(built, capsys)["funnel"]
    assert after["missing"] == [] and "contaminated" in {r["reason"] for r in after["reasons"]}
    (built / "kpmath").rename(tmp_path / "after")
    dataset.rename(built / "kpmath")
    assert report(built, capsys)["funnel"]["missing"] == ["published"]
    assert "other records than these" in (built / "report" / "index.html").read_text(encoding="utf-8")
    assert problem not in (built / "report" / "funnel_examples.csv").read_text(encoding="utf-8")


def test_a_run_of_knowledge_construction_has_a_report_without_a_funnel_until_it_has_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = "".join(f"Topic {i}: {topic}\nKey Point 1: k\n" for i, topic in enumerate(TOPICS, 1))
    rows = [{"id": str(i), "problem": f"Problem {i}", "solution": "#### 1", "reply": reply} for i in range(4)]
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert main(["topics", str(labelled), "--run", str(tmp_path / "run"), "--quiet"]) == 0
    assert report(tmp_path, capsys)["funnel"] is None
    page = tmp_path / "report" / "index.html"
    assert 'id="funnel"' not in page.read_text(encoding="utf-8")
    records(tmp_path / "run", [asked(0), asked(1, "tie")], sets=5, whole=False, mpkp=None)
    assert main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "report")]) == 0
    for shown in (capsys.readouterr().out, page.read_text(encoding="utf-8")):
        assert "not done yet 3" in shown or "3 of 5 information sets" in shown
        assert "Steps that this run has not done: clean, unique, published." in shown
