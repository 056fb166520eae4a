"""Browse: what filters leave is what a plain loop leaves, every row opens, and no text of a row becomes markup."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import ConfigError
from builder.publish.shards import write_config
from space import browse_build, browse_row
from space.browse_build import SmallDataset
from space.dataset_view import FACETS, KEPT, ORDERS, PAGE, REJECTED, DatasetView, Filters, Page, words

Row = dict[str, Any]

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](http://b.example/c.png) "
    "$\\href{javascript:alert(4)}{x}$ </details></section> \"quoted\" 'it' `code` ${x} {{y}}\n\n```\n# fence"
)
ALL = Filters()


@pytest.fixture(scope="module")
def small() -> SmallDataset:
    built = SmallDataset()
    built.start()
    built.start()  # a second visitor
    assert built._thread is not None
    built._thread.join(120)
    assert built.error == ""
    return built


@pytest.fixture(scope="module")
def rows(small: SmallDataset) -> list[Row]:
    """Questions of every kind: those of the small dataset, and some that it happens not to have."""
    assert small.view is not None
    own: list[Row] = pq.read_table(small.view.folder / "data/questions/train-00000.parquet").to_pylist()
    kept = next(r for r in own if r["fate"] == KEPT)
    low = next(r for r in own if r["fate"] == "low_score")
    hostile = dict.fromkeys(("problem", "answer", "source", "subject", "topic_1", "question_model"), HOSTILE)
    lists = ("key_points", "topics", "practice_ids", "candidate_solutions", "candidate_answers", "candidate_errors")
    hostile_lists = {name: [HOSTILE] * len(kept[name]) for name in lists}
    count = len(kept["candidate_ids"])
    made = [
        kept | hostile | hostile_lists | {"score_reason": HOSTILE, "parent_id": HOSTILE},
        low | {"fate": HOSTILE, "reason": HOSTILE, "solvability_model": "m", "solvability_reason": HOSTILE},
        kept
        | {"fate": "contaminated", "reason": "GSM8K row 3", "problem": None, "candidate_solutions": [None] * count}
        | {"candidate_fates": [None] * count},
        kept | {"source": "gsm8k+math", "topic_2": kept["topic_1"], "topic_3": "Ökonomie - Größe"},
        low | {"topic_1": None, "topics": [None] * 3, "practice_ids": [None] * 3, "key_points": []},
        low | {"solvable": False, "solvability_reason": "no unit", "solvability_model": "m", "verdicts": [0.2, None]},
        kept | {"class_sizes": [4.0, 3.0], "stopped": "settled", "key_points_needed": [False] * len(kept["topics"])},
    ]
    copies = [r | {"problem": r["problem"] and r["problem"].upper()} for r in own]
    return [r | {"id": f"{n:032x}"} for n, r in enumerate([*own, *made, *copies])]


@pytest.fixture(scope="module")
def view(small: SmallDataset, rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> DatasetView:
    assert small.view is not None
    folder = tmp_path_factory.mktemp("browse") / "kpmath"
    shutil.copytree(small.view.folder, folder)
    shutil.rmtree(folder / "data/questions")
    shards = write_config(rows, "questions", "train", folder, shard_bytes=60_000)
    assert len(shards) > 2
    return DatasetView(folder)


# --- filters, against a loop over the same rows ------------------------------------------------


def topics_of(row: Row) -> set[str]:
    return {row[f"topic_{i}"] for i in (1, 2, 3)} - {None}


def names_of(facet: str, row: Row) -> set[str]:
    found: Mapping[str, set[str]] = {
        "fate": {row["fate"]},
        "topic": topics_of(row),
        "key_point": set(row["key_points"]),
        "subject": {row["subject"]} - {None},
        "source": set(row["source"].split("+")),
    }
    return found[facet]


def has(facet: str, wanted: str, row: Row) -> bool:
    if facet == "fate" and wanted == REJECTED:
        return bool(row["fate"] != KEPT)
    return wanted in names_of(facet, row)


def has_words(text: str, row: Row) -> bool:
    asked = words(text)
    return not asked or any(all(w.lower() in k.lower() for w in asked) for k in row["key_points"])


def within(value: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def passes(row: Row, f: Filters) -> bool:
    return (
        all(has(facet, wanted, row) for facet in FACETS if (wanted := getattr(f, facet)))
        and all(re.search(re.escape(w), row["problem"] or "", re.IGNORECASE) for w in words(f.text))
        and has_words(f.key_words, row)
        and within(row["score"], *f.score)
        and within(row["agreement"], *f.agreement)
    )


def in_order(rows: list[Row], order: str) -> list[Row]:
    name, _, direction = order.partition(", ")
    if not name:
        return rows
    sign = -1 if direction.startswith("highest") else 1
    return sorted(rows, key=lambda r: (r[name] is None, sign * (r[name] or 0)))


def all_ids(view: DatasetView, f: Filters, order: str = "") -> list[str]:
    found: list[str] = []
    page: Page = view.filter(f, order)
    for number in range(-(-page.total // PAGE)):
        page = view.filter(f, order, number)
        assert page.first == number * PAGE
        found += [line.id for line in page.rows]
    assert len(found) == page.total
    return found


@st.composite
def drawn_filters(draw: st.DrawFn, rows: list[Row]) -> Filters:
    def perhaps(of: list[Any], empty: Any) -> Any:
        return draw(st.one_of(st.just(empty), st.sampled_from(of)))

    row = draw(st.sampled_from(rows))
    bound = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 0.85, row["score"], row["agreement"], 1.0]))
    texts = [*(row["problem"] or "the").split(), "THE of", '"of the"', "\\frac", "nowhere", "$", '"', "é"]
    return Filters(
        text=perhaps(texts, ""),
        topic=perhaps([*topics_of(row), "no topic"], ""),
        key_words=perhaps(["number", "THE of", '"of the"', "no such point", " "], ""),
        key_point=perhaps([*row["key_points"], "no such point"], ""),
        subject=perhaps([row["subject"]], ""),
        source=perhaps(["procedural", "gsm8k", "math"], ""),
        fate=perhaps([KEPT, REJECTED, row["fate"]], ""),
        score=(draw(bound), draw(bound)),
        agreement=(draw(bound), draw(bound)),
    )


@settings(max_examples=200, deadline=None)
@given(data=st.data(), order=st.sampled_from(ORDERS))
def test_filters_leave_what_a_loop_leaves(view: DatasetView, rows: list[Row], data: st.DataObject, order: str) -> None:
    f = data.draw(drawn_filters(rows))
    expected = in_order([r for r in rows if passes(r, f)], order)
    assert all_ids(view, f, order) == [r["id"] for r in expected]
    for facet in FACETS:
        left = [r for r in rows if passes(r, replace(f, **{facet: ""}))]
        assert view.counts(facet, f) == Counter(name for r in left for name in names_of(facet, r))
    for place, row in enumerate(expected):
        assert view.at(place, f, order) == row["id"]
        assert view.position(row["id"], f, order) == place
    assert view.at(len(expected), f, order) is None
    assert view.at(-1, f, order) is None


def test_every_filter_leaves_some_rows_and_drops_some(view: DatasetView, rows: list[Row]) -> None:
    row = next(r for r in rows if r["fate"] == KEPT and r["problem"])
    single = [
        Filters(text=row["problem"].split()[0]),
        Filters(topic=row["topic_1"]),
        Filters(key_point=row["key_points"][0]),
        Filters(key_words="number"),
        Filters(subject=row["subject"]),
        Filters(source="gsm8k"),
        Filters(fate=KEPT),
        Filters(fate=REJECTED),
        Filters(score=(0.9, None)),
        Filters(agreement=(None, 0.8)),
    ]
    for f in single:
        assert 0 < view.filter(f).total < len(view), f


def test_a_page_that_is_not_there_is_the_nearest_one(view: DatasetView) -> None:
    last = view.filter(ALL, page=10**9)
    assert last.first + len(last.rows) == last.total
    assert view.filter(ALL, page=-5).first == 0
    assert view.filter(Filters(topic="no topic"), page=3) == Page(0, 0, ())


def test_a_line_says_what_its_row_says(view: DatasetView, rows: list[Row]) -> None:
    for line, row in zip(view.filter(ALL).rows, rows, strict=False):
        assert (line.id, line.problem, line.fate) == (row["id"], row["problem"], row["fate"])
        assert (line.score, line.agreement) == (row["score"], row["agreement"])
        assert set(line.topics) == topics_of(row)


@pytest.mark.parametrize(
    ("text", "found"),
    [("", ()), ("a  b a", ("a", "b")), ('"a b" c', ("a b", "c")), ('"', ('"',)), ("\ud800x", ("?x",)), ("'", ("'",))],
)
def test_a_search_text_is_read_as_words_and_phrases(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


def test_a_long_search_text_is_cut(view: DatasetView) -> None:
    assert len(words("x" * 10_000)[0]) == 200
    assert len(words(" ".join(map(str, range(1000))))) == 8
    assert view.filter(Filters(text="(" * 10_000)).total == 0


def test_an_order_that_there_is_not_is_refused(view: DatasetView) -> None:
    with pytest.raises(ConfigError, match="unknown order 'colour'"):
        view.filter(ALL, "colour")


# --- rows --------------------------------------------------------------------------------------


def test_every_row_opens_as_it_was_written(view: DatasetView, rows: list[Row]) -> None:
    for row in rows:
        assert view.row(row["id"]) == row


def test_a_row_that_there_is_not_is_said_so(view: DatasetView) -> None:
    for row_id in ("nothing", "", "\ud800", "x" * 100_000):
        with pytest.raises(ConfigError, match="has no question"):
            view.row(row_id)
    assert view.practice("nothing") is None
    assert view.position("nothing", ALL) is None


def shown(view: DatasetView, row: Row) -> dict[str, str]:
    return {
        "head": browse_row.head_html(row, 0, 1),
        "problem": browse_row.problem_markdown(row),
        "judge": browse_row.judge_html(row),
        "set": browse_row.set_markdown(row, view.practice),
        "vote": browse_row.vote_html(row),
        "candidates": browse_row.candidates_markdown(row),
        "facts": browse_row.facts_html(row),
    }


class Tags(HTMLParser):
    """The elements of a text; fails on what only a text of a row could have brought in."""

    KNOWN = frozenset("a button dd details div dl dt h3 h4 li p section span strong summary ul".split())

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.KNOWN
        for name, value in attrs:
            assert name in ("aria-hidden", "aria-label", "class", "href", "open", "role", "style", "type")
            assert name != "href" or str(value).startswith("?row=")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_no_text_of_a_row_becomes_markup(view: DatasetView, rows: list[Row]) -> None:
    for row in rows:
        parts = shown(view, view.row(row["id"]))
        for text in parts.values():
            Tags(text)
        for name in ("problem", "set", "candidates"):
            assert "](" not in parts[name], "a link or a picture of Markdown"
            assert "`" not in parts[name], "a fence would swallow what follows"
    for number in range(-(-len(rows) // PAGE)):
        listed = browse_row.list_markdown(view.filter(ALL, page=number))
        Tags(listed)
        assert listed.count('class="kp-open"') == len(view.filter(ALL, page=number).rows)


def test_a_rejected_row_has_its_reason_in_words(view: DatasetView, rows: list[Row]) -> None:
    row = next(r for r in rows if r["fate"] == "low_score")
    parts = shown(view, row)
    assert "The score is under the threshold." in parts["head"]
    assert row["score_reason"] in parts["judge"]
    assert "No solutions were asked for." in parts["vote"]
    assert parts["candidates"] == ""


def test_a_withheld_problem_is_said_to_be_withheld(view: DatasetView, rows: list[Row]) -> None:
    row = next(r for r in rows if r["fate"] == "contaminated")
    parts = shown(view, row)
    assert "The text of this problem meets a test set" in parts["problem"]
    assert "GSM8K row 3" in parts["head"]
    assert parts["candidates"].count("Its text meets a test set") == len(row["candidate_ids"])
    assert "meets a test set" in browse_row.list_markdown(view.filter(Filters(fate="contaminated")))


def test_solvability_is_told_where_it_was_asked(rows: list[Row]) -> None:
    asked = next(r for r in rows if r["solvability_reason"] == "no unit")
    told = browse_row.judge_html(asked)
    assert "it cannot be solved as it is written" in told
    assert "no unit" in told
    assert "Verdicts: 0.20, not given" in told
    assert "Can it be solved?" not in browse_row.judge_html(rows[0])


def test_a_key_point_that_is_not_needed_is_struck_out(view: DatasetView, rows: list[Row]) -> None:
    row = next(r for r in rows if r["key_points_needed"] and not any(r["key_points_needed"]) and r["score"])
    assert "kp-chip is-off" in browse_row.set_markdown(row, view.practice)


def test_a_set_without_key_points_and_topics_opens(view: DatasetView, rows: list[Row]) -> None:
    row = next(r for r in rows if not r["key_points"])
    assert "It names no topics." in browse_row.set_markdown(row, view.practice)
    named = row | {"topics": ["A - B", None, None], "practice_ids": ["p", None, None]}
    assert "without key points" in browse_row.set_markdown(named, view.practice)


def test_practices_are_shown_where_their_licence_allows_it(view: DatasetView, rows: list[Row]) -> None:
    row = rows[0]
    practice = view.practice(row["practice_ids"][0])
    assert practice is not None
    text = browse_row.set_markdown(row, view.practice)
    assert text.count("**Solution.**") == len(set(row["practice_ids"]))
    closed = practice | {"text_published": False, "problem": None, "solution": None}
    assert "keeps its text out" in browse_row.set_markdown(row, lambda _: closed)
    assert "not in the dataset" in browse_row.set_markdown(row, lambda _: None)


def test_the_bars_are_the_answer_classes(rows: list[Row]) -> None:
    base = next(r for r in rows if r["fate"] == KEPT)
    row = base | {
        "candidate_ids": list("abcde"),
        "candidate_solutions": list("abcde"),
        "candidate_answers": ["1", "\\frac{1}{2}", "0.5", None, "1/2"],
        "candidate_classes": [0.0, 1.0, 1.0, None, 1.0],
        "candidate_wins": [False, True, True, False, True],
        "candidate_errors": [None, None, None, "1 + 1 = 3", None],
        "candidate_fates": ["outvoted", "published", "not_chosen", "outvoted", "contaminated"],
        "class_sizes": [3.0, 1.0],
    }
    bars = re.findall(
        r"kp-label\">(.*?)<.*?kp-fill([^\"]*)\" style=\"width:(.*?)\".*?kp-value\">(\d+)<", browse_row.vote_html(row)
    )
    assert bars == [
        ("class 1: \\frac{1}{2}", " is-good", "60.0%", "3"),
        ("class 2: 1", "", "20.0%", "1"),
        ("no vote", " is-off", "20.0%", "1"),
    ]
    text = browse_row.candidates_markdown(row)
    assert text.count("<details") == 5
    for words_of_fate in ("outvoted", "published", "agrees, but not published", "the text meets a test set"):
        assert words_of_fate in text
    assert "**Wrong arithmetic:** 1 &#43; 1 &#61; 3" in text
    assert "solution 4, no vote" in text
    assert "several parts" not in browse_row.vote_html(row)
    assert "several parts" in browse_row.vote_html(row | {"class_sizes": [2.0, 1.0, 1.0]})


# --- folders that cannot be shown --------------------------------------------------------------


@pytest.fixture
def folder(view: DatasetView, tmp_path: Path) -> Path:
    copied = tmp_path / "kpmath"
    shutil.copytree(view.folder, copied)
    return copied


def test_a_folder_of_another_version_is_refused(folder: Path) -> None:
    path = folder / "data/questions/train-00001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["candidate_fates"]), path)
    with pytest.raises(
        ConfigError, match=r"train-00001.parquet has other columns than kpmath .* knows: build it again"
    ):
        DatasetView(folder)


def test_a_damaged_shard_is_refused(folder: Path) -> None:
    path = folder / "data/mpkp/train-00000.parquet"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ConfigError, match="cannot be read; build or download"):
        DatasetView(folder)


@pytest.mark.parametrize("missing", ["data/questions", "README.md"])
def test_a_folder_that_lacks_a_part_is_refused(folder: Path, missing: str) -> None:
    path = folder / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ConfigError, match="build"):
        DatasetView(folder)


def test_a_folder_that_was_built_anew_is_noticed(folder: Path, rows: list[Row]) -> None:
    opened = DatasetView(folder)
    shutil.rmtree(folder / "data/questions")
    write_config(rows[::-1], "questions", "train", folder, shard_bytes=60_000)
    with pytest.raises(ConfigError, match=r"start this page again"):
        opened.row(rows[0]["id"])
    shutil.rmtree(folder / "data")
    with pytest.raises(ConfigError, match=r"cannot be read; build"):
        opened.row(rows[0]["id"])


def test_a_dataset_without_questions_has_an_empty_list(folder: Path) -> None:
    shutil.rmtree(folder / "data/questions")
    write_config([], "questions", "train", folder, shard_bytes=60_000)
    empty = DatasetView(folder)
    assert empty.filter(Filters(text="a", topic="b", score=(0.1, None))) == Page(0, 0, ())
    assert empty.counts("topic", ALL) == {}


# --- the small dataset -------------------------------------------------------------------------


def test_the_small_dataset_is_built_once(small: SmallDataset) -> None:
    first, thread = small.view, small._thread
    small.start()
    assert not small.running
    assert (small.view, small._thread) == (first, thread)
    assert first is not None
    assert len(first) == browse_build.SETS
    assert "writing shards" in small.progress


def test_a_build_that_fails_says_why_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse_build, "SETS", 0)
    small = SmallDataset()
    for _ in range(2):
        small.start()
        assert small._thread is not None
        small._thread.join(60)
        assert "sampling.sets" in small.error
        assert small.view is None
