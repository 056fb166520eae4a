"""The whole report of a run, from its records to files: tables, plots, and a page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import StoreError
from ..matrix import TCPM, WeightStatistics, tables_by_source, weight_statistics
from ..merging.merge_report import MergeReport, write_merge_report
from ..records import InformationSet, KeyPoint, LabelledPractice, Topic, to_table
from ..stages.cooccurrence import COMBINED
from .coverage import Coverage, coverage
from .examples import Example
from .facts import Reading, TopicFacts, topic_facts
from .funnel import Funnel
from .funnel_plots import funnel_plot, paraphrase_plot
from .graph import graph
from .heatmap import heatmap, zooms
from .interactive import map_data
from .page import Plots, Report, write_page
from .plots import growth, key_points_plot, pairs_drawn, topic_frequency
from .tables import knowledge_tables, write_table
from .theme import Plot


def write_report(
    out: Path,
    *,
    mpkp: Iterable[LabelledPractice],
    topics: Sequence[Topic],
    matrices: Mapping[str, TCPM],
    sets: Iterable[InformationSet] | None = None,
    key_points: Sequence[KeyPoint] | None = None,
    merge_report: MergeReport | None = None,
    usage: Mapping[str, Any] | None = None,
    funnel: Funnel | None = None,
) -> list[Path]:
    """Write tables, plots and ``index.html`` into ``out``; their paths, the page first.

    ``matrices`` are by source; the page shows that of all practices (COMBINED), a table has each.
    ``mpkp`` and ``sets`` are gone through once.  Memory grows with the topics, the pairs that occur, the
    distinct key points and the practices that the sets use.  What is not given (``sets``, ``key_points``,
    ``merge_report``, ``usage`` as ``Ledger.snapshot()["run"]``, ``funnel``) is not shown.  The same
    records give the same bytes.

    Raises:
        StoreError: ``out`` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _remove_old(out)
        matrix = matrices[COMBINED]
        reading = Reading(frozenset(matrix.topics))
        files = knowledge_tables(reading.passing(mpkp), topics, matrix, out)
        weights = weight_statistics(matrix)
        files += write_table(to_table(weights, WeightStatistics), out, "weights")
        if len(matrices) > 1:
            files += write_table(tables_by_source(matrices), out, "tcpm_by_source")
        if key_points is not None:
            files += write_table(to_table(key_points, KeyPoint), out, "key_points")
        covered = None if sets is None else coverage(matrix, sets, reading)
        if covered is not None:
            files += write_table(covered.table(), out, "coverage_pairs")
            files += write_table(covered.curve_table(), out, "coverage_growth")
        if merge_report is not None:
            files += write_merge_report(merge_report, out)
        if funnel is not None:
            files += _funnel_tables(funnel, out)
        facts = topic_facts(topics, matrix, reading)
        plots = _plots(matrix, topics, facts, covered, funnel)
        for plot in plots.all():
            files += plot.save(out)
        report = Report(
            matrix=matrix,
            reading=reading,
            topics=facts,
            plots=plots,
            map_data=map_data(matrix, topics),
            weights=weights,
            coverage=covered,
            key_points=key_points,
            merges=merge_report,
            usage=usage,
            funnel=funnel,
            files=sorted(path.name for path in files),
        )
        return [write_page(report, out), *files]
    except OSError as error:
        raise StoreError(f"the report cannot be written to {out}: {error}") from None


def _funnel_tables(funnel: Funnel, out: Path) -> list[Path]:
    tables = {
        "funnel": funnel.steps_table(),
        "funnel_reasons": funnel.losses_table(),
        "funnel_topics": funnel.topics_table(),
        "funnel_examples": to_table(funnel.examples, Example),
    }
    if funnel.paraphrases is not None:
        tables |= {
            "paraphrase_similarity": funnel.paraphrases.table(),
            "paraphrase_outcomes": funnel.paraphrases.fates_table(),
        }
    return [path for name, table in tables.items() for path in write_table(table, out, name)]


def _plots(
    matrix: TCPM,
    topics: Sequence[Topic],
    facts: Sequence[TopicFacts],
    covered: Coverage | None,
    funnel: Funnel | None,
) -> Plots:
    of_funnel: tuple[Plot, ...] = () if funnel is None else (funnel_plot(funnel),)
    if funnel is not None and funnel.paraphrases is not None:
        of_funnel += (paraphrase_plot(funnel.paraphrases),)
    return Plots(
        heatmap=heatmap(matrix),
        zooms=zooms(matrix),
        graph=graph(matrix, topics),
        frequency=topic_frequency(facts),
        key_points=key_points_plot(facts),
        growth=growth(covered) if covered else None,
        drawn=pairs_drawn(covered) if covered else None,
        of_funnel=of_funnel,
    )


def _remove_old(out: Path) -> None:
    """What an earlier report had and this one may not have would be taken for this one's."""
    for pattern in ("tcpm-subject-*", "funnel*", "paraphrase*"):
        for path in out.glob(pattern):
            path.unlink()
