"""``python -m builder agreement``: how far labellers agree, and how freely each names topics.

Parses options, calls :mod:`builder.agreement`, shows the outcome to a person or (``--json``) to a program.
Topic names and key points are untrusted text: what could steer a terminal is shown as what it is.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np
import numpy.typing as npt
from rich.table import Table

from . import config as configuration
from .agreement.comparison import Disagreement, PairAgreement, agreement
from .agreement.labellers import Labeller, names_of, read_labellers
from .agreement.measures import Estimate
from .agreement.vocabulary import Vocabulary, names_of_parts, vocabularies
from .cli_options import console, output_options, plain, progress
from .cli_replies import harmless
from .config import Config
from .embedder import open_embedder
from .errors import ConfigError, StoreError
from .merging.overrides import NO_OVERRIDES, read_overrides
from .records import LabelledPractice
from .run import Models, RunFolder
from .stages.key_points import key_point_threshold
from .stages.topics import merge_topics

_MEASURES = {
    "precision": "topics: precision",
    "recall": "topics: recall",
    "f1": "topics: F1",
    "practice_f1": "topics: F1, mean of practices",
    "jaccard": "topics: Jaccard",
    "exact": "topics: the same set",
    "kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "alpha_masi": "Krippendorff's alpha, MASI",
    "alpha_jaccard": "Krippendorff's alpha, Jaccard",
}


def add_agreement(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``agreement`` to the commands of the command line."""
    text = "how far labellers agree on topics and key points, before and after merging, and where they do not"
    sub = commands.add_parser("agreement", help=text, description=text)
    sub.set_defaults(command=_agreement)
    sub.add_argument(
        "labellers",
        metavar="LABELLER",
        nargs="+",
        help="the folder of a run, or a .jsonl, .json or .parquet file with labels, as PATH or NAME=PATH",
    )
    sub.add_argument("--by", metavar="COLUMN", help="the files hold several labellers, named in this column")
    sub.add_argument(
        "--parts",
        action="store_true",
        help="the labellers labelled different practices: compare how they name topics, and what merging makes of it",
    )
    sub.add_argument(
        "--save",
        metavar="FILE",
        action="append",
        default=[],
        help="all disagreements, the worst first, as .jsonl or .csv (repeatable)",
    )
    sub.add_argument("-n", type=int, default=10, help="disagreements shown for each pair (default: 10)")
    sub.add_argument("--seed", type=int, default=0, help="seed of the intervals (default: 0)")
    sub.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="how topics are merged, for example --set topics.threshold=0.7; else as the first run, or the defaults",
    )
    output_options(sub)


def _agreement(options: argparse.Namespace) -> int:
    for file in options.save:
        _save_form(file)
    if options.n < 0 or options.seed < 0:
        raise ConfigError(f"-n {options.n}, --seed {options.seed}: must be 0 or more")
    labellers = read_labellers(options.labellers, options.by)
    merging = _merging(options)
    return _parts(labellers, merging, options) if options.parts else _pairs(labellers, merging, options)


def _merging(options: argparse.Namespace) -> _Merging:
    """As the first run that is compared has it, else as the defaults do; with the options over it."""
    paths = (Path(x.partition("=")[2] or x) for x in options.labellers)
    run = next((p for p in paths if (p / "run.toml").is_file()), None)
    if run is not None:
        return _Merging(configuration.load_recipe(run / "run.toml", options.set), run)
    return _Merging(configuration.from_plain(configuration.apply_overrides({}, options.set)), None)


def _pairs(labellers: Sequence[Labeller], merging: _Merging, options: argparse.Namespace) -> int:
    with progress(options).stage("comparing labellers", 1) as bar:
        found = agreement(labellers, merging.merge, merging.embed, merging.key_points_alike(), options.seed)
        bar.advance(1)
    for file in options.save:
        save_disagreements([d for pair in found.pairs for d in pair.disagreements], Path(file))
    unreadable = {x.name: x.unreadable for x in labellers}
    if options.json:
        print(json.dumps({"unreadable": unreadable, **dataclasses.asdict(found)}, ensure_ascii=False))
    elif not options.quiet:
        print(
            f"{found.raw_topics} topic names, {found.merged_topics} topics after merging; key points say the same from "
            f"a similarity of {found.key_point_threshold:.2f} on"
        )
        for name, count in unreadable.items():
            if count:
                print(f"{harmless(name)}: {count} replies that cannot be read are left out")
        for pair in found.pairs:
            _print_pair(pair, options.n)
        if len(labellers) > 2:
            title = f"all {len(labellers)} labellers ({found.shared_by_all} practices that all of them labelled)"
            console().print(_measures(title, found.before, found.after))
        if options.save:
            print("\n".join(options.save))
    return 0


def _parts(labellers: Sequence[Labeller], merging: _Merging, options: argparse.Namespace) -> int:
    if len(labellers) < 2:
        raise ConfigError("--parts needs two parts: give several files or runs, or --by COLUMN for one file")
    if options.save:
        raise ConfigError("--save keeps disagreements; parts that share no practice have none: leave it out")
    practices = [p for x in labellers for p in x.practices]
    with progress(options).stage("merging topics", 1) as bar:
        merged = names_of(merging.merge(practices))
        bar.advance(1)
    before = vocabularies(labellers, names_of_parts(labellers), options.seed)
    after = vocabularies(labellers, merged, options.seed)
    if options.json:
        rows = {"before": before, "after": after}
        print(json.dumps({k: [dataclasses.asdict(r) for r in v] for k, v in rows.items()}, ensure_ascii=False))
    elif not options.quiet:
        console().print(_vocabulary_table(before, after))
        print(
            "shared uses: share of what a part labels that is under a name which another part uses too; "
            "dealt: the same after dealing the practices at random into parts of these sizes"
        )
    return 0


# --- merging -----------------------------------------------------------------------------------


class _Merging:
    """The merge of the pipeline, as a configuration has it."""

    def __init__(self, config: Config, run: Path | None) -> None:
        self._settings = config.topics
        self._embedder = open_embedder(config, _no_run if run is None else Models(config, RunFolder(run)).durable)

    def key_points_alike(self) -> float:
        """Similarity from which two key points of one practice say the same.

        It is the threshold of the pipeline without its rule that numbers and opposites must agree: that rule keeps
        "add" and "subtract" of a whole topic apart, while one practice has no such crowd, and two labellers
        rarely use the same words.
        """
        given = self._settings.key_point_threshold
        return key_point_threshold(self._embedder).value if given is None else given

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of length 1."""
        return self._embedder.embed(texts)

    def merge(self, practices: Sequence[LabelledPractice]) -> Sequence[LabelledPractice]:
        """The practices in merged names; as they are where the configuration says ``topics.merge = false``."""
        settings = self._settings
        if not settings.merge:
            return practices
        overrides = read_overrides(settings.overrides) if settings.overrides else NO_OVERRIDES
        return merge_topics(practices, self._embedder, settings, overrides).mpkp


def _no_run() -> NoReturn:
    raise ConfigError(
        "topics.embedder = 'endpoint' keeps its vectors in a run folder, and none is compared: give a run among "
        "the labellers, or --set topics.embedder=lexical"
    )


# --- saving ------------------------------------------------------------------------------------


def save_disagreements(rows: Sequence[Disagreement], path: Path) -> None:
    """Write ``rows`` as .jsonl, or as .csv with lists joined by " | ".

    Raises:
        ConfigError: another ending.
        StoreError: the file cannot be written.
    """
    write = _save_form(str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            write(rows, stream)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from None


def _save_form(file: str) -> Callable[[Sequence[Disagreement], TextIO], None]:
    forms = {".jsonl": _write_jsonl, ".csv": _write_csv}
    if (suffix := Path(file).suffix) not in forms:
        raise ConfigError(f"--save {file}: give a .jsonl or .csv file")
    return forms[suffix]


def _write_jsonl(rows: Sequence[Disagreement], stream: TextIO) -> None:
    for row in rows:
        stream.write(json.dumps(dataclasses.asdict(row), ensure_ascii=False) + "\n")


def _write_csv(rows: Sequence[Disagreement], stream: TextIO) -> None:
    writer = csv.writer(stream)
    writer.writerow([f.name for f in dataclasses.fields(Disagreement)])
    for row in rows:
        writer.writerow([_csv_cell(v) for v in dataclasses.astuple(row)])


def _csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: the text may be a model's."""
    if isinstance(value, tuple):
        value = " | ".join(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


# --- what a person sees ------------------------------------------------------------------------


def _print_pair(pair: PairAgreement, worst: int) -> None:
    print()
    title = f"{pair.a} (reference) and {pair.b}: {pair.practices} practices that both labelled"
    table = _measures(title, pair.before, pair.after)
    table.add_section()
    for title, found in (
        ("key points under topics that both gave", pair.key_points),
        ("key points, wherever in the practice", pair.key_points_anywhere),
    ):
        for name in ("precision", "recall", "f1"):
            table.add_row(f"{title}: {'F1' if name == 'f1' else name}", "", _figure(found[name]))
    console().print(table)
    if pair.swaps and worst:
        swaps = Table(title="the same practice under another topic, most often", title_justify="left")
        for heading in (pair.a, pair.b):
            swaps.add_column(_safe(heading), overflow="fold")
        swaps.add_column("practices", justify="right")
        for a, b, count in pair.swaps[:worst]:
            swaps.add_row(_safe(a), _safe(b), str(count))
        console().print(swaps)
    if pair.disagreements and worst:
        kinds = [d.kind for d in pair.disagreements]
        said = ", ".join(f"{kinds.count(k)} {k}" for k in dict.fromkeys(sorted(kinds, key=kinds.count, reverse=True)))
        console().print(_disagreements(pair, f"disagreements: {said}; the worst {min(worst, len(kinds))}", worst))


def _measures(title: str, before: Mapping[str, Estimate], after: Mapping[str, Estimate]) -> Table:
    table = Table(title=_safe(title), title_justify="left")
    table.add_column("measure")
    table.add_column("names as given", justify="right")
    table.add_column("after merging", justify="right")
    for name, label in _MEASURES.items():
        if name in before:
            table.add_row(label, _figure(before[name]), _figure(after[name]))
    return table


def _disagreements(pair: PairAgreement, title: str, worst: int) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for heading in ("practice", "kind", f"{pair.a} says", f"{pair.b} says"):
        table.add_column(_safe(heading), overflow="fold")
    for d in pair.disagreements[:worst]:
        a, b = (d.key_points_a, d.key_points_b) if d.kind == "key points only" else (d.topics_a, d.topics_b)
        table.add_row(_safe(d.practice_id), d.kind, _safe("\n".join(a)) or "-", _safe("\n".join(b)) or "-")
    return table


def _vocabulary_table(before: Sequence[Vocabulary], after: Sequence[Vocabulary]) -> Table:
    table = Table(title="how each part names its topics: as given -> after merging", title_justify="left")
    table.add_column("part", overflow="fold")
    headings = ("practices", "names", "practices a name", "words a name", "shared names", "shared uses", "dealt")
    for heading in headings:
        table.add_column(heading, justify="right")
    for x, y in zip(before, after, strict=True):
        if x.part == "all":
            table.add_section()
        table.add_row(
            _safe(x.part),
            str(x.practices),
            f"{x.names} -> {y.names}",
            f"{x.practices_per_name:.2f} -> {y.practices_per_name:.2f}",
            f"{x.words_per_name:.2f} -> {y.words_per_name:.2f}",
            f"{x.shared_names} -> {y.shared_names}",
            f"{x.shared_uses:.1%} -> {y.shared_uses:.1%}",
            f"{x.shared_uses_at_random:.1%} -> {y.shared_uses_at_random:.1%}",
        )
    return table


def _figure(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "not defined"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _safe(text: str) -> str:
    return plain(harmless(text))
