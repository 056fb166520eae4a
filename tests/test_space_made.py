"""What a session made: its rows are those of the dataset, its files load, its table is no markup."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import replace
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest

import kpmath
from builder.records import QuestionResult
from builder.run import open_model
from builder.synthesis import synthesize
from space import made as session
from space.made import Made
from space.studio import Choice, Studio

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


@pytest.fixture(scope="module")
def made(studio: Studio) -> tuple[Made, ...]:
    async def one(seed: int) -> QuestionResult:
        chats = {role: open_model(studio.config.model_for(role), role) for role in ("write", "score", "solve")}
        steps = [s async for s in synthesize(studio.information_set(Choice(seed=seed)), studio.services(chats))]
        assert isinstance(steps[-1], QuestionResult)
        return steps[-1]

    async def some() -> list[QuestionResult]:
        return [await one(seed) for seed in range(1, 9)]

    made = asyncio.run(some())
    return tuple(Made(result, studio.config, Choice(seed=seed)) for seed, result in enumerate(made, 1))


def test_the_examples_hold_both_kinds(made: tuple[Made, ...]) -> None:
    assert {"kept"} < {m.result.fate for m in made}


def test_a_row_has_the_columns_of_the_dataset_and_the_fates_of_its_candidates(
    studio: Studio, made: tuple[Made, ...]
) -> None:
    for row, one in zip(session.rows(made, studio), made, strict=True):
        assert list(row) == kpmath.schema("questions").names
        assert row["recipe"] == studio.config.fingerprint
        kept = one.result.fate == "kept"
        assert ("published" in row["candidate_fates"]) == kept


def test_the_parquet_file_loads_with_datasets(studio: Studio, made: tuple[Made, ...], tmp_path: Path) -> None:
    path = session.write(made, studio, "parquet", str(tmp_path))
    assert pq.read_schema(path).equals(kpmath.schema("questions"))
    loaded = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["id"] == [m.result.question.id for m in made]
    assert loaded.features == kpmath.features("questions")


def test_the_jsonl_file_loads_with_datasets(studio: Studio, made: tuple[Made, ...], tmp_path: Path) -> None:
    path = session.write(made, studio, "jsonl", str(tmp_path))
    loaded = datasets.load_dataset(
        "json",
        data_files=str(path),
        split="train",
        features=kpmath.features("questions"),
        cache_dir=str(tmp_path / "cache"),
    )
    for row, written in zip(loaded, session.rows(made, studio), strict=True):
        # The JSON reader of datasets gives some decimals in the last place differently.
        assert {k: v for k, v in row.items() if _rounded(v) != _rounded(written[k])} == {}


def _rounded(value: object) -> object:
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return round(value, 9) if isinstance(value, float) else value


def test_a_session_keeps_the_newest(made: tuple[Made, ...]) -> None:
    kept: tuple[Made, ...] = ()
    for number in range(session.MOST + 5):
        question = replace(made[0].result.question, id=str(number))
        kept = session.added(kept, replace(made[0], result=replace(made[0].result, question=question)))
    assert len(kept) == session.MOST
    assert kept[-1].result.question.id == str(session.MOST + 4)


def test_a_session_that_ends_leaves_no_file(studio: Studio, made: tuple[Made, ...]) -> None:
    folder = session.folder_of("")
    assert session.folder_of(folder) == folder
    session.write(made, studio, "jsonl", folder)
    session.forget(folder)
    assert not Path(folder).exists()
    session.forget("")
    assert session.folder_of(folder) != folder


def test_the_table_has_the_newest_first_and_no_markup_of_a_model(made: tuple[Made, ...]) -> None:
    question = replace(made[0].result.question, problem="<img src=x onerror=alert(1)> $\\frac{1}{2}$ of it")
    hostile = replace(made[0], result=replace(made[0].result, question=question))
    table = session.table_html((*made, hostile))
    assert "<img" not in table
    assert "1/2 of it" in table
    assert table.index("Open 9<") < table.index("Open 1<")
    assert "disabled" not in table
    assert session.table_html(made, openable=False).count("disabled") == len(made)
    assert "Nothing made yet" in session.table_html(())


def test_a_problem_is_shared_by_a_link_to_its_own_choice_and_seed(studio: Studio, made: tuple[Made, ...]) -> None:
    links = re.findall(r'href="\?([^"]*)"', session.table_html(made))
    shared = [Choice.from_query(html.unescape(link)) for link in links]
    assert [studio.information_set(c) for c in shared] == [m.result.information_set for m in reversed(made)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\frac{1}{2}$ of it", "1/2 of it"),
        (r"$y = 9\sin\left(x\right)$", "y = 9sin(x)"),
        (r"\(x\) and \$5 or 5\%", "x and 5 or 5%"),
        ("a\n  b", "a b"),
    ],
)
def test_mathematics_is_readable_without_its_markup(text: str, shown: str) -> None:
    assert session.readable(text) == shown
