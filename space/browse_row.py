"""How Browse shows the list and an opened row: from rows of ``questions`` and ``mpkp`` to HTML and Markdown.

Pure; every text of a row is untrusted and goes through :mod:`space.html`.  Markdown is for
``gr.Markdown(latex_delimiters=LATEX)``: text of a row has no markup left but its mathematics, so that the elements
around it hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from builder.report.fates import meaning

from .dataset_view import KEPT, PAGE, REJECTED, Line, Page
from .html import Bar, badge, bar_rows, empty_state, escape, math_markdown

Row = Mapping[str, Any]

_IN_LIST = 420  # characters of a problem in the list; the style sheet shows two lines of it
_CANDIDATE_FATES = {
    "published": ("published", "good"),
    "outvoted": ("outvoted", "bad"),
    "not_chosen": ("agrees, but not published: the text of another one, or more than the recipe publishes", ""),
}


def fate_words(fate: str) -> str:
    """A fate, or :data:`~space.dataset_view.REJECTED`, in words."""
    return {"": "all", KEPT: "published", REJECTED: "rejected, for whichever reason"}.get(fate) or meaning(fate)


# --- the list ----------------------------------------------------------------------------------


def list_markdown(page: Page, chosen: str = "") -> str:
    """The rows of a page, each a button, in their order; ``chosen`` is the id of the one that was opened last."""
    if not page.rows:
        return empty_state("No question passes these filters.", "Widen one of them, or clear them all.")
    rows = "\n".join(_line(line, line.id == chosen) for line in page.rows)
    return f'<div class="kp-list">\n{rows}\n</div>'


def _line(line: Line, chosen: bool) -> str:
    facts = [
        f"score {_number(line.score)}" if line.score is not None else "",
        f"agreement {_number(line.agreement)}" if line.agreement is not None else "",
    ]
    shown = "".join(f"<span>{f}</span>" for f in facts if f)
    topics = " · ".join(_inline(t) for t in line.topics)
    text = _inline(line.problem, _IN_LIST) if line.problem else _absent(line.fate)
    return (
        f'<button type="button" class="kp-open{" is-on" if chosen else ""}">\n'
        f'<span class="kp-facts">{_verdict(line.fate)}{shown}</span>\n\n{text}\n\n'
        f'<span class="kp-muted">{topics}</span>\n\n</button>'
    )


def total_html(page: Page, everything: int) -> str:
    """How many rows pass, of how many, and which of them are shown."""
    if not page.total:
        return f'<span role="status">0 of {everything:,} questions</span>'
    last = page.first + len(page.rows)
    return (
        f'<span role="status"><strong>{page.total:,}</strong> of {everything:,} questions'
        f'<span class="kp-muted"> · shown: {page.first + 1:,} to {last:,}</span></span>'
    )


def pages(total: int) -> int:
    """How many pages so many rows take: one at least."""
    return max(1, -(-total // PAGE))


# --- an opened row -----------------------------------------------------------------------------


def head_html(row: Row, position: int | None, total: int) -> str:
    """Published or rejected with the reason in words; where the row stands among those that pass the filters."""
    place = "not among the filtered questions" if position is None else f"question {position + 1:,} of {total:,}"
    told = " ".join([*_why(row), *_parent(row)])
    shown = f'<span role="status" class="kp-muted">{place}, {_link(row["id"], "link to it")}</span>'
    verdict = _verdict(KEPT) if row["fate"] == KEPT else badge("rejected", "bad")
    return f'<div class="kp-verdict">{verdict}<span>{told}</span>{shown}</div>'


def _why(row: Row) -> list[str]:
    if row["fate"] == KEPT:
        return [f"{row['class_size']:,.0f} of {row['candidates']:,.0f} solutions agree. Agreement is not proof."]
    # What the judge says stands with the score.
    own = row["reason"] not in (None, row["fate"], row["score_reason"])
    return [f"<strong>{escape(_sentence(meaning(row['fate'])))}</strong>", *([escape(row["reason"])] if own else [])]


def _parent(row: Row) -> list[str]:
    return [f"A paraphrase of {_link(row['parent_id'], 'another question')}."] if row["parent_id"] else []


def _link(row_id: str, text: str) -> str:
    return f'<a href="{escape("?" + urlencode({"row": row_id}))}">{text}</a>'


def problem_markdown(row: Row) -> str:
    """The problem with its answer, or why its text is not here."""
    if row["problem"] is None:
        return _card("Problem", _absent(row["fate"]))
    answer = f"\n\n**Answer:** {answer_markdown(row['answer'])}" if row["answer"] else ""
    return _card("Problem", math_markdown(row["problem"]) + answer)


def answer_markdown(answer: str) -> str:
    """An answer as mathematics where it is written so, else as its text."""
    return _inline(f"${answer}$" if re.search(r"[\\^_]", answer) and "$" not in answer else answer)


def judge_html(row: Row) -> str:
    """The score with its two criteria, the judge's reason, and whether the problem can be solved, where asked."""
    return _card("Judge", _scores(row) + _solvability(row))


def _scores(row: Row) -> str:
    if row["verdicts"] is None:
        return _muted("It was not judged.")
    if row["score"] is None:
        return badge("unreadable", "wait") + _muted(f"The verdict could not be read: {row['score_reason'] or ''}")
    criteria = [
        ("Score", row["score"], "on"),
        ("Key points are needed", row["key_points_present"], ""),
        ("Free of errors", row["correct"], ""),
    ]
    bars = [Bar(label, value or 0.0, _number(value), state) for label, value, state in criteria]
    told = [f"“{row['score_reason']}”"] if row["score_reason"] else []
    if len(row["verdicts"]) > 1:
        told.append("Verdicts: " + ", ".join(_number(v) for v in row["verdicts"]))
    return bar_rows(bars, label="Score and criteria, 0 to 1", largest=1.0) + "".join(map(_muted, told))


def _solvability(row: Row) -> str:
    if row["solvability_model"] is None:
        return ""
    word = {True: ("it can be solved", "good"), False: ("it cannot be solved as it is written", "bad")}
    shown = badge(*word.get(row["solvable"], ("could not be read", "wait")))
    return f"<h4>Can it be solved?</h4>{shown}" + _muted(row["solvability_reason"] or "")


def vote_html(row: Row) -> str:
    """The vote as bars by answer class, the largest first."""
    return _card("Vote", _vote(row))


def _vote(row: Row) -> str:
    if not row["candidate_ids"]:
        return _muted("No solutions were asked for.")
    groups = answer_classes(row)
    wins = {row["candidate_classes"][i] for i, wins in enumerate(row["candidate_wins"]) if wins}
    bars = [
        Bar(f"class {name}: {_first_answer(row, c)}", size, f"{size:,}", *(("on", "good") if c in wins else ("", "")))
        for name, (c, size) in enumerate(groups, 1)
    ]
    if silent := len(row["candidate_ids"]) - sum(size for _, size in groups):
        bars.append(Bar("no vote", silent, f"{silent:,}", tone="off"))
    told = [_vote_words(row)]
    if sorted((float(size) for _, size in groups), reverse=True) != row["class_sizes"]:
        told.append("The answer has several parts: the bars are those of the first one.")
    shown = bar_rows(bars, label="Solutions by answer", largest=float(len(row["candidate_ids"])))
    return shown + "".join(map(_muted, told))


def _vote_words(row: Row) -> str:
    said = f"{row['candidates']:,.0f} of {row['planned']:,.0f} planned solutions" if row["planned"] else "Solutions"
    stopped = {"settled": "; more could not have changed it", "out_of_reach": "; more could not have reached agreement"}
    rule = f"; rule: {row['rule']}" if row["rule"] else ""
    return f"{said}{stopped.get(row['stopped'], '')}. Agreement {_number(row['agreement'])}{rule}."


def answer_classes(row: Row) -> list[tuple[float, int]]:
    """Answer class and its size, the largest first; candidates without a vote are in none."""
    sizes = Counter(c for c in row["candidate_classes"] if c is not None)
    return sorted(sizes.items(), key=lambda item: (-item[1], item[0]))


def _first_answer(row: Row, answer_class: float) -> str:
    return row["candidate_answers"][row["candidate_classes"].index(answer_class)] or "?"


# --- information set ---------------------------------------------------------------------------


def set_markdown(row: Row, practice: Callable[[str], Row | None]) -> str:
    """Topics with their key points and the practices that they come from; ``practice`` finds one by its id."""
    groups: dict[tuple[str, str], list[tuple[str, bool | None]]] = {}
    places = zip_longest(row["topics"], row["practice_ids"], row["key_points"], row["key_points_needed"])
    for topic, practice_id, point, needed in places:
        if topic or practice_id:
            found = groups.setdefault((topic or "", practice_id or ""), [])
            found += [(point, needed)] if point is not None else []
    parts = [_set_topic(*key, points, practice) for key, points in groups.items()]
    return _card("Information set", "\n\n".join(parts) or "It names no topics.")


def _set_topic(
    topic: str, practice_id: str, points: Iterable[tuple[str, bool | None]], practice: Callable[[str], Row | None]
) -> str:
    shown = "".join(f"<li>{_point(*p)}</li>" for p in points)
    chips = f'<ul class="kp-chips">{shown}</ul>' if shown else _muted("without key points")
    return f"<h4>{_inline(topic)}</h4>\n{chips}\n\n" + _practice(practice_id, practice)


def _point(text: str, needed: bool | None) -> str:
    if needed is False:
        unneeded = '<span class="kp-muted"> the judge finds that it is not needed</span>'
        return f'<span class="kp-chip is-off">{_inline(text)}</span>{unneeded}'
    return f'<span class="kp-chip">{_inline(text)}</span>'


def _practice(practice_id: str, practice: Callable[[str], Row | None]) -> str:
    if not practice_id:
        return ""
    found = practice(practice_id)
    if found is None:
        text = "*This practice is not in the dataset.*"
    elif not found["text_published"] or found["problem"] is None:
        text = f"*The licence of {_inline(found['source'])} keeps its text out; look it up there by its id.*"
    else:
        text = f"{math_markdown(found['problem'])}\n\n**Solution.** {math_markdown(found['solution'] or 'none')}"
    return _details(f"practice {_inline(practice_id)}", text)


# --- candidates --------------------------------------------------------------------------------


def candidates_markdown(row: Row) -> str:
    """Every candidate: answer, class, what became of it, wrong arithmetic and its text; the first is open."""
    if not row["candidate_ids"]:
        return ""
    ranks = {c: name for name, (c, _) in enumerate(answer_classes(row), 1)}
    cells = ("candidate_solutions", "candidate_answers", "candidate_classes", "candidate_wins", "candidate_errors")
    columns = [row[name] for name in (*cells, "candidate_fates")]
    parts = [_candidate(n, ranks, *cell) for n, cell in enumerate(zip(*columns, strict=True), 1)]
    return _card("Candidate solutions", "\n\n".join(parts))


def _candidate(
    number: int,
    ranks: Mapping[float, int],
    text: str | None,
    answer: str | None,
    answer_class: float | None,
    wins: bool,
    errors: str | None,
    fate: str | None,
) -> str:
    voted = "no vote" if answer_class is None else f"class {ranks[answer_class]}"
    words, tone = _CANDIDATE_FATES.get(fate or "", (meaning(fate), "bad") if fate else ("", ""))
    if not fate and wins:
        words, tone = "won the vote, not published", "wait"
    marks = [badge(words, tone)] if words else []
    marks += [badge("wrong arithmetic", "bad")] if errors else []
    given = answer_markdown(answer) if answer else "no answer"
    body = math_markdown(text) if text is not None else "*Its text meets a test set, and is left out.*"
    wrong = f"\n\n**Wrong arithmetic:** {_inline(errors)}" if errors else ""
    return _details(
        f'**{given}** <span class="kp-muted">solution {number}, {voted}</span>',
        body + wrong,
        "".join(marks),
        shut=number > 1,
    )


# --- parts -------------------------------------------------------------------------------------


def _inline(text: str, longest: int | None = None) -> str:
    """Text with its mathematics as one line, which ends no element around it."""
    return math_markdown(" ".join(text.split())[:longest])


def facts_html(row: Row) -> str:
    """Which models made the row, and its ids."""
    facts = {
        "Source": row["source"],
        "Written by": row["question_model"],
        "Judged by": row["score_model"],
        "Solved by": row["model"],
        "Question": row["id"],
        "Information set": row["information_set_id"],
        "Recipe": row["recipe"],
    }
    shown = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    return _card("Made by", f'<dl class="kp-rows">{shown}</dl>')


def _absent(fate: str) -> str:
    withheld = {
        "contaminated": "The text of this problem meets a test set, and is left out of the dataset.",
        "no_question": "The reply holds no problem.",
        "empty_question": "The reply holds an empty problem.",
    }
    return f"*{withheld.get(fate, 'The text of this problem is not in the dataset.')}*"


def _verdict(fate: str) -> str:
    return badge("published", "good") if fate == KEPT else badge(f"rejected: {meaning(fate)}", "bad")


def _details(summary: str, body: str, marks: str = "", *, shut: bool = True) -> str:
    """A part that opens; ``marks`` are HTML, the rest Markdown, which blank lines let begin inside of an element."""
    shown = f'<summary>\n<span class="kp-facts">{marks}</span>\n\n{summary}\n\n</summary>'
    return f"<details{'' if shut else ' open'}>{shown}\n\n{body}\n\n</details>"


def _card(title: str, body: str) -> str:
    """A framed part; between blank lines ``body`` may be Markdown."""
    return f'<section class="kp-card"><h3>{title}</h3>\n\n{body}\n\n</section>'


def _muted(text: str) -> str:
    return f'<p class="kp-muted">{escape(text)}</p>'


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _number(value: float | None) -> str:
    return "not given" if value is None else f"{value:.2f}"
