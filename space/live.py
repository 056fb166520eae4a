"""A problem while it is made: what is there of it so far, and what the page shows of that.

:class:`Live` takes the events of :func:`space.models.watch` one by one; a finished :class:`QuestionResult` gives one
too, so that what is shown while it happens and what is opened again look the same.  Pure; knows no Gradio.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from builder.llm.chat import JUDGES
from builder.llm.streaming import Arrived, Writing
from builder.publish.rows import question_row
from builder.records import InformationSet, Question, QuestionResult, Score, Solution, Solvability, Vote
from builder.report.fates import meaning
from builder.synthesis import Step, candidate

from .html import Bar, badge, bar_rows, escape, math_markdown
from .models import vote_so_far
from .studio import Studio

_OPENED = re.compile(r"<Q>", re.IGNORECASE)
_CLOSED = re.compile(r"</Q>", re.IGNORECASE)
_MATHEMATICS = re.compile(r"[\\^_{}]")


@dataclass(frozen=True)
class Live:
    """One question as far as it has come."""

    information_set: InformationSet
    reply: str = ""  # of the writer, so far
    question: Question | None = None
    judging: str = ""  # the judge's reply, so far
    score: Score | None = None
    solvability: Solvability | None = None
    drafts: frozenset[int] = frozenset()  # samples that are being written
    solutions: Mapping[int, Solution] = field(default_factory=dict)  # sample -> candidate
    vote: Vote | None = None
    result: QuestionResult | None = None

    def after(self, event: Writing | Arrived | Step, studio: Studio) -> Live:
        """What it is after the next event."""
        match event:
            case Writing(role="write" | "paraphrase"):
                return replace(self, reply=event.text)
            case Writing(role="solve"):
                return replace(self, drafts=self.drafts | {event.sample})
            case Writing():
                return replace(self, judging=event.text) if event.role in JUDGES else self
            case Arrived(role="solve") if self.question is not None:
                return self._with(candidate(self.question, event.sample, event.reply, studio.services({})), studio)
            case Question():
                return Live(self.information_set, reply=event.reply, question=event)
            case Score():
                return replace(self, score=event)
            case Solvability():
                return replace(self, solvability=event)
            case Solution():
                return self if event.index in self.solutions else self._with(event, studio)
            case Vote():
                return replace(self, vote=event)
            case QuestionResult():
                return Live.of(event)
        return self

    def _with(self, solution: Solution, studio: Studio) -> Live:
        assert self.question is not None
        solutions = {**self.solutions, solution.index: solution}
        return replace(
            self, solutions=solutions, vote=vote_so_far(self.question, list(solutions.values()), studio.config)
        )

    @staticmethod
    def of(result: QuestionResult) -> Live:
        """A question that is finished."""
        return Live(
            result.information_set,
            result.question.reply,
            result.question,
            "",
            result.score,
            result.solvability,
            frozenset(),
            {s.index: s for s in result.solutions},
            result.vote,
            result,
        )


class Shown(NamedTuple):
    """What the page shows, one text a component; all but ``steps`` and ``chosen`` are Markdown with mathematics."""

    steps: str
    chosen: str
    problem: str
    verdict: str
    score: str
    vote: str
    candidates: tuple[str, ...]


def shown(live: Live, studio: Studio, places: int) -> Shown:
    """What is shown of a question, with ``places`` places for candidates."""
    return Shown(
        steps_html(live, studio),
        chosen_html(live.information_set),
        problem_markdown(live),
        verdict_markdown(live),
        score_markdown(live, studio.config.scoring.threshold),
        vote_markdown(live, studio.config.solutions.samples),
        tuple(candidate_markdown(live, index) for index in range(places)),
    )


def steps_html(live: Live, studio: Studio) -> str:
    """The four steps of the method, and where the question is."""
    planned, drawn = studio.config.solutions.samples, len(live.solutions)
    ended = live.result is not None
    steps = [
        ("Written", live.question is not None),
        ("Scored", live.score is not None),
        (f"Solved {drawn} of {planned}" if drawn else "Solved", bool(drawn) and (ended or drawn == planned)),
        ("Voted", ended and live.vote is not None),
    ]
    now = None if ended else next((i for i, (_, done) in enumerate(steps) if not done), None)
    items = []
    for i, (name, done) in enumerate(steps):
        state = ' class="is-done"' if done else ' class="is-now" aria-current="step"' if i == now else ""
        items.append(f"<li{state}>{escape(name)}</li>")
    return f'<ol class="kp-steps" aria-label="Steps">{"".join(items)}</ol>'


def chosen_html(information_set: InformationSet) -> str:
    """The topics and key points that the problem is written from."""
    rows = []
    for t in information_set.topics:
        points = "".join(f'<li><span class="kp-chip">{escape(k)}</span></li>' for k in t.key_points)
        rows.append(f'<dt>{escape(t.topic)}</dt><dd><ul class="kp-chips">{points}</ul></dd>')
    return f'<dl class="kp-rows">{"".join(rows)}</dl>'


def problem_so_far(reply: str) -> str:
    """The problem in a writer's reply that may not be whole yet: what stands behind the last ``<Q>``."""
    begins = [m.end() for m in _OPENED.finditer(reply)]
    if not begins:
        return ""
    text = reply[begins[-1] :]
    closed = _CLOSED.search(text)
    # Half a closing tag is not shown for the moment that it is.
    return (text[: closed.start()] if closed else re.sub(r"</?Q?$", "", text, flags=re.IGNORECASE)).strip()


def problem_markdown(live: Live) -> str:
    """The problem, as far as it is written."""
    text = (live.question.problem if live.question else None) or problem_so_far(live.reply)
    if text:
        return _headed("Problem", math_markdown(text))
    if live.question is not None:
        return _headed("Problem", _quiet(f"None: {meaning(live.question.rejected or 'no_question')}."))
    return _headed("Problem", _quiet("The writer plans it …" if live.reply else "Being written …"))


def score_markdown(live: Live, threshold: float) -> str:
    """The judge's score with its two criteria, the key points it finds needed, and its reasons."""
    score = live.score
    if score is None:
        ended = live.result is not None
        waiting = "Not judged." if ended else "The judge reads it …" if live.judging else "Comes when it is written."
        return _headed("Score", _quiet(waiting))
    parts = []
    if score.value is None:
        parts.append(_quiet(f"The verdict could not be read ({escape(score.reason or 'no reason given')})."))
    else:
        given = [
            ("Key points present", score.key_points_present),
            ("Free of errors", score.correct),
            ("Score", score.value),
        ]
        tone = "good" if score.value >= threshold else "bad"
        bars = [
            Bar(n, v, f"{v:.2f}", tone=tone if n == "Score" else "") if v is not None else Bar(n, 0, "not given")
            for n, v in given
        ]
        parts.append(bar_rows(bars, label="Score", largest=1.0))
        parts.append(_quiet(f"Kept from {threshold:.2f} on."))
    parts += [_needed_markdown(live), _reasons_markdown(score), _solvable_markdown(live.solvability)]
    return _headed("Score", "\n\n".join(p for p in parts if p))


def _needed_markdown(live: Live) -> str:
    """Each key point with the judge's word on whether the problem needs it."""
    assert live.question is not None
    judged = QuestionResult(live.question, live.information_set, live.score, (), None, "")
    row = question_row(judged, {}, fingerprint="")
    words = {True: ("yes", "good"), False: ("no", "bad"), None: ("not said", "")}
    items = {
        k: f"<li>{badge(*words[needed])} {_flat(k)}</li>"
        for k, needed in zip(row["key_points"], row["key_points_needed"], strict=False)
    }
    return f'**Is each key point needed?**\n\n<ul class="kp-list">{"".join(items.values())}</ul>' if items else ""


def _reasons_markdown(score: Score) -> str:
    reasons = [v for v in score.verdicts if v.reason]
    several = len(score.verdicts) > 1
    lines = []
    for v in reasons:
        value = "unreadable" if v.value is None else f"{v.value:.2f}"
        said = f"{escape(v.model)}, {value}: " if several else ""
        lines.append(f"> {said}{_flat(v.reason or '')}")
    return "**The judge:**\n\n" + "\n>\n".join(lines) if lines else ""


def _solvable_markdown(solvability: Solvability | None) -> str:
    if solvability is None:
        return ""
    word = {True: "yes", False: f"no ({solvability.kind})", None: "could not be read"}[solvability.solvable]
    return f"**Can it be solved as it is written?** {escape(word)}"


class AnswerClass(NamedTuple):
    """Candidates that give equal answers."""

    answer: str  # the commonest form, ties to the shortest
    count: int
    wins: bool


def answer_classes(vote: Vote, solutions: Mapping[int, Solution]) -> list[AnswerClass]:
    """The answers of a vote, the commonest first; by the first sub-question, where there are several."""
    forms: dict[int, list[str]] = {}
    for row, index in zip(vote.classes, sorted(solutions), strict=True):
        if row and row[0] is not None:
            forms.setdefault(row[0], []).append(_answer(solutions[index]))
    won = {vote.classes[i][0] for i in vote.winners}
    classes = [AnswerClass(_commonest(texts), len(texts), c in won) for c, texts in forms.items()]
    return sorted(classes, key=lambda a: -a.count)


def _commonest(texts: list[str]) -> str:
    counts = Counter(texts)
    return min(counts, key=lambda t: (-counts[t], len(t), t))


def _answer(solution: Solution) -> str:
    return ", ".join(a.strip() if a else "?" for a in solution.answers)


def vote_markdown(live: Live, planned: int) -> str:
    """The vote as bars, one for each answer; what does not vote has one of its own."""
    vote = live.vote
    if vote is None:
        return _headed("Vote", _quiet("No vote was held." if live.result else "Each candidate's answer is a vote."))
    classes = answer_classes(vote, live.solutions)
    rows = [
        _vote_bar(answer_markdown(a.answer), a.count, planned, on=a.wins, tone="good" if a.wins else "")
        for a in classes
    ]
    if vote.abstained:
        rows.append(_vote_bar(_quiet("no vote: no answer, or wrong arithmetic"), vote.abstained, planned, tone="off"))
    left = planned - vote.candidates
    note = f"{left} of {planned} candidates to come." if left and live.result is None else ""
    if left and live.result is not None:
        note = f"{left} of {planned} were not drawn: they could not change it."
    return _headed("Vote", f'<ul class="kp-bars" aria-label="Votes by answer">{"".join(rows)}</ul>\n\n{_quiet(note)}')


def _vote_bar(label: str, count: int, planned: int, *, on: bool = False, tone: str = "") -> str:
    return (
        f'<li><div class="kp-bar{" is-on" if on else ""}"><span class="kp-label">{label}</span>'
        f'<span class="kp-track"><span class="kp-fill{f" is-{tone}" if tone else ""}" '
        f'style="width:{min(count / max(planned, 1), 1.0):.1%}"></span></span>'
        f'<span class="kp-value">{count} of {planned}</span></div></li>'
    )


def answer_markdown(answer: str) -> str:
    """An answer in one line: set as mathematics where it is written in TeX."""
    line = " ".join(answer.split())
    return math_markdown(f"${line}$" if _MATHEMATICS.search(line) and "$" not in line else line)


def verdict_markdown(live: Live) -> str:
    """What became of the question, in words, with what its consensus means."""
    result = live.result
    if result is None:
        return _headed("Verdict", _quiet("Comes after the vote."))
    if result.fate == "kept":
        parts = [
            badge("published", "good"),
            "A build would publish it, unless it repeats another problem or a test set.",
        ]
    else:
        parts = [badge("rejected", "bad"), escape(f"{meaning(result.fate)}.")]
        if result.detail:
            parts.append(_quiet(_flat(result.detail)))
    lines = [" ".join(parts)]
    if (vote := result.vote) is not None and vote.answer is not None:
        lines.append(
            f"{len(vote.winners)} of {vote.planned} solutions agree on {answer_markdown(vote.answer)}: "
            f"**consensus {vote.agreement:.2f}**."
        )
        lines.append(_quiet("Agreement is not proof: solutions of one model can share a mistake."))
    return _headed("Verdict", "\n\n".join(lines))


def candidate_markdown(live: Live, index: int) -> str:
    """One candidate in a line with its answer; its text is folded."""
    number, solution = index + 1, live.solutions.get(index)
    if solution is None:
        if live.result is not None:
            return _line(f"{number} · not drawn")
        return _line(f"{number} · writing …" if index in live.drafts else f"{number} · –")
    marks, notes = [], []
    if not any(solution.answers):
        marks.append(badge("no answer", "wait"))
    if solution.wrong_computations:
        marks.append(badge("wrong arithmetic", "bad"))
        notes.append("**Wrong:** " + "; ".join(_flat(w) for w in solution.wrong_computations))
    answer = f"answer {answer_markdown(_answer(solution))}" if any(solution.answers) else ""
    summary = " ".join(x for x in (f"{number} ·", answer, *marks) if x)
    body = "\n\n".join([math_markdown(solution.text), *notes])
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _headed(title: str, body: str) -> str:
    return f'<h3 class="kp-head">{title}</h3>\n\n{body}'


def _quiet(text: str) -> str:
    return f'<span class="kp-muted">{text}</span>' if text else ""


def _line(text: str) -> str:
    return f'<div class="kp-muted">{text}</div>'


def _flat(text: str) -> str:
    return math_markdown(" ".join(text.split()))
