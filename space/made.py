"""What a session has made: its table, and the files that it is downloaded as.

The files have the columns of the configuration ``questions`` of the published dataset and load with ``datasets``.
Pure but for the writing of the files; knows no Gradio.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import kpmath
from builder.config import Config
from builder.publish.rows import Row, candidate_fates, default_rows, question_row
from builder.records import QuestionResult
from builder.report.fates import meaning
from builder.report.names import cut, plain

from .html import badge, empty_state, escape
from .studio import Choice, Studio

MOST = 200
"""Problems that a session keeps; the oldest go first."""
FORMATS = {"parquet": "Parquet", "jsonl": "JSONL"}
"""Ending of a file -> its name."""
_HEADERS = ("", "Problem", "Verdict", "Score", "Agreement", "Answer", "To share")


@dataclass(frozen=True)
class Made:
    """One problem of the session, with the configuration that made it and the choice that it was made from."""

    result: QuestionResult
    config: Config
    choice: Choice


def added(made: Sequence[Made], one: Made) -> tuple[Made, ...]:
    """The session's problems with one more, the newest last."""
    return (*made, one)[-MOST:]


def rows(made: Sequence[Made], studio: Studio) -> list[Row]:
    """Rows of the configuration ``questions``, as a build writes them."""
    return [_row(one, studio) for one in made]


def _row(one: Made, studio: Studio) -> Row:
    result, fingerprint, publish = one.result, one.config.fingerprint, one.config.publish
    pairs = default_rows(
        result,
        studio.practices,
        fingerprint=fingerprint,
        limit=publish.solutions_per_question,
        choose=publish.choose,
    )
    fates = candidate_fates(result, {pair["id"] for pair in pairs}, {}) if pairs else None
    return question_row(result, studio.practices, fingerprint=fingerprint, fates=fates)


def write(made: Sequence[Made], studio: Studio, kind: str, folder: str) -> Path:
    """Write the session's problems into ``folder``; the file, replaced where it was there."""
    path = Path(folder) / f"kpmath-questions.{kind}"
    records = rows(made, studio)
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(records, schema=kpmath.schema("questions")), path)
    else:
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


def folder_of(session: str) -> str:
    """The session's folder for downloads: the one it has, or a new one."""
    return session if session and Path(session).is_dir() else tempfile.mkdtemp(prefix="kpmath-session-")


def forget(session: str) -> None:
    """Remove a session's folder with all that is in it."""
    if session:
        shutil.rmtree(session, ignore_errors=True)


def table_html(made: Sequence[Made], *, openable: bool = True) -> str:
    """The session's problems, the newest first; each can be opened unless one is being made."""
    if not made:
        return empty_state("Nothing made yet", "Every problem that you make is kept here until you close the page.")
    head = "".join(f'<th scope="col">{escape(h) or "<span class=kp-sr>Open</span>"}</th>' for h in _HEADERS)
    body = "".join(_table_row(i, one, openable) for i, one in reversed(list(enumerate(made))))
    return (
        '<div class="kp-scroll" role="region" tabindex="0" aria-label="Problems of this session">'
        f'<table class="kp-table"><caption class="kp-sr">Problems of this session, the newest first</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _table_row(index: int, one: Made, openable: bool) -> str:
    result = one.result
    kept = result.fate == "kept"
    text = readable(result.question.problem or "(no problem)")
    vote, score = result.vote, result.score
    verdict = badge("published", "good") if kept else badge(meaning(result.fate), "bad")
    off = "" if openable else " disabled"
    return (
        f'<tr><td><button type="button" class="kp-chip" data-row="{index}"{off} '
        f'aria-label="Open problem {index + 1}">Open {index + 1}</button></td>'
        f"<td>{escape(cut(text, 90))}</td><td>{verdict}</td>"
        f"{_number(score.value if score else None)}{_number(vote.agreement if vote else None)}"
        f"<td>{escape(cut(readable((vote.answer if vote else None) or '–'), 40))}</td>"
        f'<td><a href="?{escape(one.choice.to_query())}" target="_blank" rel="noopener" '
        f'aria-label="Link to the choice of problem {index + 1}">Link</a></td></tr>'
    )


def readable(text: str) -> str:
    """A text with mathematics in one line without its markup, for where none can be set."""
    line = plain(" ".join(text.split()))
    line = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", line)
    line = re.sub(r"\\(?:left|right|text|mathrm|[,;!()\[\]])", "", line)
    return re.sub(r"[${}]|\\(?=[a-zA-Z$%])", "", line)


def _number(value: float | None) -> str:
    return f'<td class="is-number">{"–" if value is None else f"{value:.2f}"}</td>'
