"""``python -m builder topics``, ``sample``, ``report``: knowledge construction, and looking at it.

Parses options, calls :mod:`builder.knowledge`, shows the outcome to a person or (``--json``) to a program.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.table import Table

from .cli_options import console, output_options, plain, progress, resolve, source_options
from .cli_replies import usage_table
from .drawing.sets import FALLBACKS
from .errors import ConfigError
from .knowledge import KnowledgeRun
from .records import InformationSet, KeyPoint, LabelledPractice, Topic
from .run import RunFolder
from .stage_files import stage_manifest
from .stages.sampling import SetSampler

if TYPE_CHECKING:
    from .report.funnel import Funnel

CONSTRAINTS = (
    ("--topic", "NAME", "topics", "only these topics"),
    ("--with-topic", "NAME", "with_topics", "every set begins with one of these topics"),
    ("--without-topic", "NAME", "without_topics", "no set has one of these topics"),
    ("--subject", "NAME", "subjects", "only topics of these subjects: what stands before ' - '"),
    ("--level", "LEVEL", "levels", "only practices of these levels, such as 5"),
    ("--source", "NAME", "sources", "only practices of these seed sources, and their matrix"),
)
"""Options of ``sample``, and the keys of the recipe's ``[sampling]`` that they set."""
AT_A_TIME = 100_000  # sets that are in memory when they are written to a file
_NAMES = pa.dictionary(pa.int32(), pa.string())
SETS_SCHEMA = pa.schema(
    [("index", pa.int64())]
    + [(f"{what}_{place}", _NAMES) for what in ("topic", "practice") for place in (1, 2, 3)]
    + [("fallback", _NAMES)]
)
"""Columns of a file of sets; a third topic may be null, and so may the fallback."""


def add_knowledge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``topics``, ``sample`` and ``report`` to the commands of the command line."""
    text = "merged topics, MPKP and TCPM: tables, pictures, the merge report and a page that shows them"
    sub = commands.add_parser("topics", help=text, description=text)
    sub.set_defaults(command=_topics)
    source_options(
        sub,
        "a recipe, a run, or a JSONL/Parquet file of labelled practices: a 'reply' column, or 'topics' (docs/mpkp.md)",
    )
    sub.add_argument("--out", metavar="DIR", help="where page, pictures and tables go (default: RUN/report)")

    text = "information sets from the co-occurrence matrix"
    sub = commands.add_parser("sample", help=text, description=text)
    sub.set_defaults(command=_sample)
    source_options(sub, "a recipe, a run, or a file of labelled practices (as for 'topics')")
    sub.add_argument("-n", type=int, default=5, help="how many (default: 5)")
    sub.add_argument("--seed", type=int, default=None, help="seed (default: the run's)")
    sub.add_argument("--out", metavar="FILE", help="write them here (.parquet) in place of printing them")
    for option, metavar, key, text in CONSTRAINTS:
        sub.add_argument(option, metavar=metavar, action="append", default=[], dest=key, help=f"{text} (repeatable)")

    text = "what became of every question, the page of a run with its pictures and tables, and what the models took"
    sub = commands.add_parser("report", help=text, description=text)
    sub.set_defaults(command=_report)
    sub.add_argument("run", metavar="RUN")
    sub.add_argument("--out", metavar="DIR", help="where page, pictures and tables go (default: RUN/report)")
    output_options(sub)


def _topics(options: argparse.Namespace) -> int:
    config, run = resolve(options)
    knowing = KnowledgeRun(config, run, progress(options))
    known = knowing.knowledge()
    files = _pictures(knowing, Path(options.out) if options.out else knowing.folder.report, funnel=_funnel(knowing))
    labels, merged = knowing.folder.summary("labels"), knowing.folder.summary("merged_topics")
    facts = {
        "practices": labels["labelled"],
        "unreadable": labels["unreadable"],
        "raw_topics": merged["raw_topics"],
        "topics": len(known.topics),
        "key_points": sum(t.key_points for t in known.topics),
        "pairs": int(known.matrix.cells.nnz) // 2,
        "threshold": merged["threshold"],
        "chosen": merged["chosen"],
        "files": [str(f) for f in files],
    }
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
    elif not options.quiet:
        _print_topics(known.topics, facts)
    return 0


def _print_topics(topics: Sequence[Topic], facts: Mapping[str, Any]) -> None:
    table = Table(title=f"{len(topics)} topics from {facts['raw_topics']} names", title_justify="left")
    for heading in ("topic", "practices", "key points", "also called"):
        table.add_column(heading, justify="right" if heading in ("practices", "key points") else "left")
    for t in sorted(topics, key=lambda t: (-t.practices, t.name))[:20]:
        others = ", ".join(a for a in t.aliases if a != t.name)
        table.add_row(plain(t.name), str(t.practices), str(t.key_points), plain(others[:60]))
    console().print(table)
    print(f"{facts['practices']} practices, {facts['unreadable']} replies unreadable")
    print(f"similar from {facts['threshold']:.4g} on: {facts['chosen']}")
    print("\n".join(facts["files"]))


def _sample(options: argparse.Namespace) -> int:
    if options.n < 1:
        raise ConfigError(f"-n {options.n}: must be at least 1")
    for _, _, key, _ in CONSTRAINTS:
        if names := getattr(options, key):
            options.set.append(f"sampling.{key}={json.dumps(names, ensure_ascii=False)}")
    if options.seed is not None:
        options.set.append(f"run.seed={options.seed}")
    config, run = resolve(options)
    sampler = KnowledgeRun(config, run, progress(options)).sampler()
    if options.out:
        return _write_sets(sampler, Path(options.out), options)
    for information_set in sampler.sets(0, options.n):
        if options.json:
            print(json.dumps(_set_facts(information_set), ensure_ascii=False))
        elif not options.quiet:
            _print_set(information_set)
    return 0


def _write_sets(sampler: SetSampler, out: Path, options: argparse.Namespace) -> int:
    """The drawn topics and practices as a table, a row a set, written whole or not at all."""
    if out.suffix != ".parquet":
        raise ConfigError(f"--out {out}: give a file name that ends in .parquet")
    partial = out.with_name(f".{out.name}.partial")
    try:
        with pq.ParquetWriter(partial, SETS_SCHEMA, compression="zstd") as writer:
            for start in range(0, options.n, AT_A_TIME):
                writer.write_table(sets_table(sampler, start, min(AT_A_TIME, options.n - start)))
        partial.replace(out)
    except OSError as error:
        raise ConfigError(f"--out {out} cannot be written: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
    if options.json:
        print(json.dumps({"sets": options.n, "file": str(out)}))
    elif not options.quiet:
        print(f"{options.n:,} information sets: {out}")
    return 0


def sets_table(sampler: SetSampler, start: int, n: int) -> pa.Table:
    """Sets ``start`` to ``start + n - 1`` with the columns of SETS_SCHEMA."""
    drawn = sampler.draw(start, n)
    columns: list[pa.Array] = [pa.array(range(start, start + n), pa.int64())]
    for names, numbers in ((sampler.topics, drawn.topics), (sampler.practice_ids, drawn.practices)):
        dictionary = pa.array(names, pa.string())
        columns += [
            pa.DictionaryArray.from_arrays(pa.array(column, mask=column < 0), dictionary) for column in numbers.T
        ]
    rules = drawn.fallback.astype("int32") - 1  # the first one of FALLBACKS stands for none
    columns.append(
        pa.DictionaryArray.from_arrays(pa.array(rules, mask=rules < 0), pa.array(FALLBACKS[1:], pa.string()))
    )
    return pa.Table.from_arrays(columns, schema=SETS_SCHEMA)


def _set_facts(information_set: InformationSet) -> dict[str, Any]:
    return {
        "id": information_set.id,
        "index": information_set.index,
        "fallback": information_set.fallback,
        "topics": [
            {"topic": t.topic, "key_points": list(t.key_points), "practice_id": t.practice_id}
            for t in information_set.topics
        ],
    }


def _print_set(information_set: InformationSet) -> None:
    note = f"  ({information_set.fallback})" if information_set.fallback else ""
    print(f"information set {information_set.index}{note}")
    for t in information_set.topics:
        print(f"  {t.topic}  [{t.practice_id}]")
        for key_point in t.key_points:
            print(f"    - {key_point}")


def _report(options: argparse.Namespace) -> int:
    folder = RunFolder(options.run)
    config = folder.load_config()
    for stage in ("mpkp", "topics"):
        folder.summary(stage)  # says what to run when it is not there
    knowing = KnowledgeRun(config, options.run)
    usage = knowing.models.usage()["run"]
    found = _funnel(knowing)
    out = Path(options.out) if options.out else folder.report
    files = [*_pictures(knowing, out, usage, found), folder.save_usage(usage)]
    if options.json:
        facts = {"files": [str(f) for f in files], "usage": usage, "funnel": found and found.facts()}
        print(json.dumps(facts, ensure_ascii=False))
    elif not options.quiet:
        if found is not None:
            _print_funnel(found)
        console().print(usage_table(usage, "what the models took"))
        print("\n".join(str(f) for f in files))
    return 0


def _funnel(knowing: KnowledgeRun) -> Funnel | None:
    """What became of the information sets; None before there are any."""
    from .report.funnel import funnel  # and SciPy, which others need not wait for
    from .report.outcomes import RunRecords

    return funnel(RunRecords(knowing.folder), per_question=knowing.config.paraphrase.per_question)


def _print_funnel(funnel: Funnel) -> None:
    for flow in funnel.flows:
        table = Table(title=f"what became of the {flow.name}", title_justify="left")
        for heading in ("step", "passed", "of entered", "lost for"):
            table.add_column(heading, justify="right" if heading in ("passed", "of entered") else "left")
        for step in flow.steps:
            share = "" if step.passed.share is None else f"{step.passed.share:.1%}"
            table.add_row(step.step, f"{step.passed.part:,}", share, plain(flow.reasons(step)))
        console().print(table)
    for line in funnel.notes():
        print(line)


def _pictures(
    knowing: KnowledgeRun, out: Path, usage: Mapping[str, Any] | None = None, funnel: Funnel | None = None
) -> list[Path]:
    """The page with all plots and tables; what the run has not made yet is not on it."""
    from .report.write import write_report  # matplotlib: half a second that others need not wait

    folder, matrices = knowing.folder, knowing.matrices()
    return write_report(
        out,
        mpkp=folder.read("mpkp", LabelledPractice),
        topics=knowing.topics(),
        matrices=matrices,
        sets=folder.read("information_sets", InformationSet) if _complete(folder, "information_sets") else None,
        key_points=tuple(folder.read("key_points", KeyPoint)),
        merge_report=knowing.merge_report(),
        usage=usage,
        funnel=funnel,
    )


def _complete(folder: RunFolder, stage: str) -> bool:
    return stage_manifest(folder.stage(stage)) is not None
