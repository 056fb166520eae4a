"""Tokens that adaptive sampling of solutions saves, at the same published rows and the same precision.

    python -m benchmarks.sampling [--data DIR] [--sets 400] [--rows 2]

Each question is solved twice from the same numbered samples, through the code of a build: with all of
them (fixed) and until the vote is settled (adaptive).  The procedural model is asked anew; the stored
solutions of candidates_*.jsonl are replayed by their index.  Tokens are a quarter of the characters.
What a prompt costs decides the saving, so it is counted in four ways:

- single: the endpoint gives one sample a request, every sample pays the prompt (``request_cost = 0``);
- cached: many samples a request, and a prompt sent again costs nothing (``request_cost = 0``);
- again: many samples a request, and a prompt sent again is paid in full (``request_cost`` is then the
  prompt's length over a reply's, which the table shows);
- priced: as again, where a prompt token has a quarter of the price of a completion token (``request_cost = 1``,
  the default).

The threshold is ``voting.min_agreement``.  Rows are those published at ``--rows`` a question.  Precision is
the share of kept questions whose answer is the true one: the file's, or what the procedural model's reader
computes from the text of the problem (a flawed problem has no true answer).  Exit status 1: one of the
adaptive runs decided a question otherwise, or published other rows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from builder.answers import asked, equal
from builder.config import Config, load_recipe
from builder.llm.chat import ROLES, Chat, ChatRequest, Keep, Reply
from builder.llm.procedural.chat import ProceduralChat
from builder.llm.procedural.reader import read_problem
from builder.llm.procedural.values import forms
from builder.pipeline import Pipeline
from builder.prompts import load_prompts
from builder.publish.rows import default_rows
from builder.records import InformationSet, Practice, Question, QuestionResult, SetTopic, Solution, Vote
from builder.synthesis import Services, solve, synthesize

ROOT = Path(__file__).resolve().parent.parent
THRESHOLDS = (0.0, 0.5, 0.7, 0.9)
FILES = {"math_level5": "math_train", "gsm8k": "gsm8k_train", "mathematics": "math_train"}  # with whose seeds as prompt
PROMPTS = load_prompts()


@dataclass(frozen=True)
class Problem:
    """A question with its true answer, None where it has none, and who solves it."""

    question: Question
    information_set: InformationSet
    practices: Mapping[str, Practice]
    chat: Chat
    samples: int
    truth: str | None


class Replay:
    """Gives the stored solutions of one question; sample k is the k-th."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """Samples ``first`` to ``first + n - 1``."""
        return [Reply(text, "stop", "replayed") for text in self.texts[first : first + n]]

    async def aclose(self) -> None:
        """Nothing to release."""


@dataclass
class Meter:
    """A chat that counts what goes through it, in tokens of four characters."""

    chat: Chat
    prompt: int = 0  # of one request: all have the same
    requests: int = 0
    completion: int = 0

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        """As the chat inside."""
        replies = await self.chat.complete(request, n, first=first, keep=keep)
        self.prompt = sum(len(m.content) for m in request.messages) // 4
        self.requests += 1
        self.completion += sum(len(r.text) // 4 for r in replies)
        return replies

    async def aclose(self) -> None:
        """Nothing to release."""


@dataclass
class Tally:
    """What one way of sampling gives over all questions of a source."""

    drawn: int = 0
    requests: int = 0
    completion: int = 0
    prompt_single: int = 0
    prompt_cached: int = 0
    prompt_again: int = 0
    right: int = 0
    kept: int = 0
    rows: list[str] = field(default_factory=list)  # ids, at most so many a question
    votes: list[Vote] = field(default_factory=list)

    def spent(self, way: str) -> float:
        """Tokens, prompt and completion; "priced" in completion tokens' worth."""
        if way == "priced":
            return self.completion + self.prompt_again / 4
        return self.completion + int(getattr(self, f"prompt_{way}"))


# --- the questions -------------------------------------------------------------------------------


def replayed(folder: Path, name: str, seeds: str) -> Iterator[Problem]:
    """The questions of a candidates file; their prompts show two or three seeds, as a run's do."""
    practices = list(_practices(folder / f"{seeds}.jsonl"))
    for index, row in enumerate(_lines(folder / f"candidates_{name}.jsonl")):
        shown = Random(f"{name}/{index}").sample(practices, 2 + index % 2)
        topics = tuple(SetTopic("Mathematics - Problems", ("Solving problems",), p.id) for p in shown)
        question = Question(f"{name}/{index}", f"set/{index}", row["question"], "", "", row["question"])
        texts = row["candidates"]
        yield Problem(
            question,
            InformationSet(f"set/{index}", index, topics),
            {p.id: p for p in shown},
            Replay(texts),
            len(texts),
            row["gold"],
        )


def _lines(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        sys.exit(f"{path} is not there: name the folder with the candidates and seeds with --data")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _practices(path: Path) -> Iterator[Practice]:
    for index, row in enumerate(_lines(path)):
        problem, solution = (row["problem"], row["solution"]) if "problem" in row else (row["question"], row["answer"])
        yield Practice(f"{path.stem}/{index}", path.stem, problem, solution)


def procedural(sets: int) -> list[Problem]:
    """The questions of the demo's recipe that the judge lets pass."""
    config = load_recipe(ROOT / "recipes" / "demo.toml", [f"sampling.sets={sets}"])
    with tempfile.TemporaryDirectory(prefix="kpmath-bench-") as folder:
        pipeline = Pipeline(config, folder)
        pipeline.sample()
        practices = {p.practice.id: p.practice for p in pipeline.knowledge().mpkp}
        chosen = list(pipeline.folder.read("information_sets", InformationSet))
    chat = ProceduralChat()
    services = Services(config, PROMPTS, dict.fromkeys(ROLES, chat), practices)

    async def written() -> list[tuple[Question, InformationSet]]:
        steps = [s for chosen_set in chosen async for s in synthesize(chosen_set, services)]
        return [(s.question, s.information_set) for s in steps if isinstance(s, QuestionResult) and s.solutions]

    return [
        Problem(question, information_set, practices, chat, config.solutions.samples, _truth(question.problem or ""))
        for question, information_set in asyncio.run(written())
    ]


def _truth(problem: str) -> str | None:
    """The exact answer that the procedural model's reader computes; None for a flawed problem."""
    reading = read_problem(problem)
    flawed = reading.answer is None or reading.gaps or reading.contradictions
    return None if flawed or reading.answer is None else forms(reading.answer)[0]


# --- measuring -----------------------------------------------------------------------------------


async def measure(problems: Sequence[Problem], sampling: str, cost: float, threshold: float, limit: int) -> Tally:
    """All questions solved in one way."""
    tally = Tally()
    base = Config()
    for problem in problems:
        solutions = replace(base.solutions, samples=problem.samples, sampling=sampling, request_cost=cost)
        config = replace(base, solutions=solutions, voting=replace(base.voting, min_agreement=threshold))
        meter = Meter(problem.chat)
        services = Services(config, PROMPTS, {"solve": meter}, problem.practices)
        steps = [s async for s in solve(problem.question, problem.information_set, services)]
        vote = steps[-1]
        assert isinstance(vote, Vote)
        candidates = tuple(s for s in steps if isinstance(s, Solution))
        _count(tally, problem, meter, vote, candidates, limit)
    return tally


def _count(
    tally: Tally, problem: Problem, meter: Meter, vote: Vote, candidates: tuple[Solution, ...], limit: int
) -> None:
    tally.votes.append(vote)
    tally.drawn += vote.candidates
    tally.requests += meter.requests
    tally.completion += meter.completion
    tally.prompt_single += meter.prompt * vote.candidates
    tally.prompt_cached += meter.prompt
    tally.prompt_again += meter.prompt * meter.requests
    if vote.rejected is not None:
        return
    text = problem.question.problem or ""
    result = QuestionResult(problem.question, problem.information_set, None, candidates, vote, "kept")
    rows = default_rows(result, problem.practices, fingerprint="", limit=limit)
    tally.kept += 1
    tally.right += equal(vote.answer, problem.truth, asked(text))
    tally.rows += [str(row["id"]) for row in rows]


def different(fixed: Tally, adaptive: Tally) -> int:
    """Questions decided otherwise (kept or why not, or other winners), and rows that only one publishes."""
    votes = sum(
        early.rejected != full.rejected or not set(early.winners) <= set(full.winners)
        for full, early in zip(fixed.votes, adaptive.votes, strict=True)
    )
    return votes + len(set(fixed.rows) ^ set(adaptive.rows))


COLUMNS = (  # two lines of heading and the width
    ("", "source       thr", 17),
    ("drawn", "fixed  at 0   at 1 at prompt", 31),
    ("thousand tokens: fixed, adaptive", "single          cached          again", 49),
    ("saved, share", "single  cached   again  priced", 33),
    ("saved a row, tokens", "single cached  again", 23),
    ("rows at limit", "kept fixed  adapt.", 20),
    ("precision", "fixed adaptive", 19),
    ("decided", "otherwise", 10),
)


async def compare(name: str, problems: Sequence[Problem], limit: int) -> int:
    """Print the lines of one source; returns how much was decided otherwise."""
    wrong = 0
    for threshold in THRESHOLDS:
        fixed = await measure(problems, "fixed", 1.0, threshold, limit)
        prompt = round(fixed.prompt_cached / len(problems) / (fixed.completion / fixed.drawn), 1)
        free, priced, dear = [await measure(problems, "adaptive", c, threshold, limit) for c in (0.0, 1.0, prompt)]
        off = sum(different(fixed, tally) for tally in (free, priced, dear))
        ways = {"single": free, "cached": free, "again": dear, "priced": priced}
        drawn = " ".join(f"{t.drawn / fixed.drawn:6.1%}" for t in (free, priced, dear))
        saved = " ".join(f"{1 - t.spent(w) / fixed.spent(w):7.1%}" for w, t in ways.items())
        counted = [(fixed.spent(w), ways[w].spent(w)) for w in ("single", "cached", "again")]
        tokens = " ".join(f"{before / 1000:7,.0f} {after / 1000:7,.0f}" for before, after in counted)
        a_row = " ".join(f"{(before - after) / max(1, len(fixed.rows)):6,.0f}" for before, after in counted)
        print(
            f"{name:12} {threshold:3.1f} | {fixed.drawn:6,} {drawn} ({prompt:3.1f}) |{tokens} | {saved} | {a_row}  "
            f"| {fixed.kept:5} {len(fixed.rows):5,} {len(free.rows):6,} "
            f"| {fixed.right / max(1, fixed.kept):7.2%} {free.right / max(1, free.kept):7.2%}   | {off}",
            flush=True,
        )
        wrong += off
    return wrong


def main() -> None:
    """Measure all sources and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the candidates")
    parser.add_argument("--sets", type=int, default=400, help="information sets of the procedural model")
    parser.add_argument("--rows", type=int, default=2, help="published solutions a question")
    options = parser.parse_args()
    for line in (0, 1):
        print("|".join(f" {column[line]:{column[2] - 1}}" for column in COLUMNS))
    wrong = asyncio.run(compare("procedural", procedural(options.sets), options.rows))
    for name, seeds in FILES.items():
        wrong += asyncio.run(compare(name, list(replayed(options.data, name, seeds)), options.rows))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
