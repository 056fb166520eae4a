"""The whole report: what is written, what the page says, and what no name can do to it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest

from builder.errors import StoreError
from builder.matrix import TCPM
from builder.merging.merge_report import MergedMember, MergedTopic, MergeReport, MergeSummary, OverrideUse, TopicPair
from builder.records import Topic
from builder.report.examples import LENGTH
from builder.report.fates import label
from builder.report.funnel import Funnel, funnel
from builder.report.interactive import map_data, script_data
from builder.report.names import cut, plain
from builder.report.write import write_report
from tests.report.questions import asked, records

# Where a page that stands alone may point: itself, a file beside it, an embedded picture.
LOCAL = re.compile(r"#[a-z-]+|[\w.-]+\.(png|svg|csv|parquet|md|toml)|data:(image/svg\+xml;base64,.*|,)")
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=document.title='owned'>",
    "<!--<script>",
    "]]></style><svg onload=document.title='owned'>",
    '" onmouseover="document.title=\'owned\'" x="',
    "' autofocus onfocus='document.title=1",
    "Algebra - $x^2$ \\frac{1}{2} \\(a\\) $",
    "Algebra - {{ 7 * 7 }} {% raw %}",
    "Algebra - &lt;b&gt; &amp;",
    "Algebra - " + "very long " * 40,
    "Geometry - \u202eright to left\u2066 עברית \u2029 \u2028",
    "代数 - 二次方程",
    " - an empty subject",
    "",
    "Algebra - \x00\x07\x1b[31m\r\n\tcontrols",
    "=cmd|' /C calc'!A0",
]


class Page(HTMLParser):
    """Tags with their attributes, the text of cells, and what script elements hold."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.names: list[str] = []
        self.rows: list[list[str]] = []
        self.cards: dict[str, str] = {}
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._open: list[str] = []
        self._label = ""
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "source", "input"):
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "bdi":
            self.names.append("")
        elif tag == "dt":
            self._label = ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "bdi":
            self.names[-1] += data
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        if inside == "dt":
            self._label += data
        elif inside == "dd":
            self.cards[self._label] = data
        elif inside == "script":
            self.scripts.append(data)
        elif inside == "style":
            self.styles.append(data)

    def ends_open(self) -> list[str]:
        return self._open


def report(known: Any, out: Path, **more: Any) -> Page:
    given = {"sets": iter(known.sets), "key_points": known.key_points, **more}
    files = write_report(out, mpkp=iter(known.mpkp), topics=known.topics, matrices=known.matrices, **given)
    assert files[0] == out / "index.html"
    assert sorted(files) == sorted(out.iterdir())
    assert all(f.stat().st_size > 0 for f in files)
    return Page(files[0])


def merged(names: list[str]) -> MergeReport:
    members = tuple(MergedMember(n, 1, ("test",), None, "itself") for n in names)
    return MergeReport(
        MergeSummary("lexical", 9, len(names), 0.6, "given", 0.9, 0.8, 40, 0.74, 0.42, 0.7, 3, None),
        tuple(MergedTopic(n, 1, 1, (m,), None, None, False, False) for n, m in zip(names, members, strict=True)),
        tuple(TopicPair(kind, names[0], n, 0.5) for kind in ("cross_subject", "near_miss", "weakest") for n in names),
        (OverrideUse("merge", tuple(names), tuple(names), False),),
    )


def lost(run: Path) -> Funnel:
    """A funnel in which every hostile text is a topic, a fate, a problem, a judge's reason and a paraphrase."""
    results = [asked(0), asked(1, "low_score", detail=HOSTILE[0]), asked(2, "tie", topics=HOSTILE[:2])]
    for number, text in enumerate(HOSTILE, 1):
        strange = asked(10 * number, "low_score", problem=text, judge=text, topics=(text, HOSTILE[0]))
        results.append(dataclasses.replace(strange, fate=text))
        results.append(asked(10 * number + 1, "drift_answer", problem=text, parent=0))
    told = funnel(records(run, results, []), per_question=len(HOSTILE), examples=len(HOSTILE))
    assert told is not None
    return told


def one_line(text: str) -> str:
    """A text as an example shows it."""
    return cut(" ".join(plain(text).split()), LENGTH)


USAGE = {
    "total": {"requests": 7, "prompt_tokens": 12345, "cost": None},
    "by_role_and_model": [{"role": "label", "model": "<b>m</b>", "requests": 7, "prompt_tokens": 12345, "cost": None}],
}


@pytest.fixture
def hostile(make: Callable[..., Any]) -> Any:
    """Every hostile name as a topic with every hostile text as a key point; each meets the next."""
    pairs = [{a: [b, a], b: [a]} for a, b in pairwise(HOSTILE)]
    return make([*pairs, dict.fromkeys(HOSTILE, HOSTILE[:3])])


def test_the_same_records_give_the_same_bytes(make: Callable[..., Any], tmp_path: Path) -> None:
    known = make()
    for name in ("one", "two"):
        report(
            known,
            tmp_path / name,
            merge_report=merged(["A - x", "A - y"]),
            usage=USAGE,
            funnel=lost(tmp_path / f"{name}-run"),
        )
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert {"index.html", "tcpm.png", "tcpm.svg", "graph.svg", "coverage.png", "key_points.csv"} <= set(files)
    assert files == sorted(p.name for p in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_numbers_on_the_page_are_those_of_the_records(make: Callable[..., Any], tmp_path: Path) -> None:
    known = make()
    page = report(known, tmp_path / "out", usage=USAGE, funnel=lost(tmp_path / "run"))
    assert page.cards["practices"] == "5"
    assert page.cards["topics"] == str(len(known.topics))
    assert page.cards["key points"] == "12"
    assert page.cards["pairs that occur"] == "3"
    assert page.cards["information sets"] == "3"
    assert page.cards["pairs covered"] == "75.0%"
    assert page.cards["practices used"] == "60.0%"
    rows = {row[0].removesuffix(" small"): row[1:] for row in page.rows if row and row[0].startswith("Algebra - Sums")}
    sums = next(t for t in known.topics if t.name == "Algebra - Sums")
    drawn = sum(t.topic == sums.name for s in known.sets for t in s.topics)
    assert rows["Algebra - Sums"][:6] == [str(n) for n in (sums.practices, sums.key_points, 7, 2, 3, drawn)]
    assert ["sets", "scored high enough", "low score"] in [row[:3] for row in page.rows]
    assert page.cards["sets sampled"] == str(len(HOSTILE) + 3)
    assert ["all", "", "7", "12,345", "not known"] in page.rows
    data = json.loads(page.scripts[0])
    counts = {(data["topics"][a][0], data["topics"][b][0]): c for a, b, c, _ in data["cells"]}
    for (one, other), count in counts.items():
        i, j = (known.matrix.topics.index(n) for n in (one, other))
        assert known.matrix.counts[i, j] == count
    assert {tuple(sorted(p)) for p in counts} == {
        (known.matrix.topics[a], known.matrix.topics[b]) for a, b in np.argwhere(np.triu(known.matrix.counts) > 0)
    }


def test_no_element_and_no_attribute_comes_from_a_name(hostile: Any, tmp_path: Path) -> None:
    page = report(hostile, tmp_path / "out", merge_report=merged(HOSTILE), usage=USAGE, funnel=lost(tmp_path / "run"))
    assert page.ends_open() == []
    tags = Counter(tag for tag, _ in page.tags)
    assert set(tags) <= set(
        "html head meta link title style body a header h1 h2 h3 p nav ul li main dl div dt dd small section label "
        "select option input span canvas figure picture source img figcaption details summary table caption thead "
        "tbody tr th td bdi script".split()
    )
    assert tags["script"] == 2 and tags["style"] == 1 and tags["input"] == 1
    known = set(
        "lang charset http-equiv content name rel href class id hidden value for tabindex role aria-label aria-live "
        "media srcset src width height alt scope aria-sort data-value type autocomplete spellcheck".split()
    )
    for tag, attributes in page.tags:
        assert set(attributes) <= known, (tag, attributes)
        for name in ("href", "src", "srcset"):
            if name in attributes:
                assert LOCAL.fullmatch(attributes[name] or ""), attributes[name]
    shown = {plain(name).strip() or "(no name)" for name in HOSTILE}
    assert shown <= set(page.names)
    assert {label(name) for name in HOSTILE} <= set(page.names)
    assert {one_line(text) for text in HOSTILE if text} <= set(page.names)
    assert {t[0] for t in json.loads(page.scripts[0])["topics"]} == {plain(name) for name in HOSTILE}
    assert not any(c in page.text for c in "\x00\x07\x1b\u202e\u2066\u2028")


def test_the_pictures_are_well_formed_and_hold_no_script(hostile: Any, tmp_path: Path) -> None:
    report(hostile, tmp_path / "out", funnel=lost(tmp_path / "run"))
    for path in (tmp_path / "out").glob("*.svg"):
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.parse(path).iter()}
        assert not tags & {"script", "foreignObject", "a", "img", "animate", "set"}, path.name


def test_the_csv_files_hold_no_formula(hostile: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(hostile, out, merge_report=merged(HOSTILE), funnel=lost(tmp_path / "run"))
    for path in out.glob("*.csv"):
        assert not re.search(r'(^|[,\n]"?)\s*[=@]', path.read_text(encoding="utf-8")), path.name
    assert "=cmd|' /C calc'!A0" in pq.read_table(out / "topics.parquet").column("name").to_pylist()


def test_the_page_lets_only_its_own_script_and_style_run_and_loads_nothing(
    make: Callable[..., Any], tmp_path: Path
) -> None:
    page = report(make(), tmp_path)
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy") or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for rule, text in (("script-src", page.scripts[1]), ("style-src", page.styles[0])):
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    outside = page.text.replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|//[a-z]", re.sub(r"base64,[\w+/=]+", "", outside))
    assert "@import" not in outside and "url(" not in outside


def test_a_reader_without_eyes_or_mouse_gets_it_too(make: Callable[..., Any], tmp_path: Path) -> None:
    page = report(make(), tmp_path / "out", funnel=lost(tmp_path / "run"))
    images = [a for tag, a in page.tags if tag == "img"]
    assert len(images) == 8 and all(a["alt"] for a in images)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {(a["href"] or "")[1:] for tag, a in page.tags if tag == "a" and (a["href"] or "").startswith("#")}
    assert links <= set(ids)
    assert all(a.get("tabindex") == "0" and a.get("aria-label") for tag, a in page.tags if a.get("role") == "region")
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1 and all(b - a <= 1 for a, b in pairwise(headings))


def test_what_is_not_known_is_left_out(make: Callable[..., Any], tmp_path: Path) -> None:
    known = make()
    files = write_report(tmp_path, mpkp=known.mpkp, topics=known.topics, matrices=known.matrices)
    page = Page(files[0])
    sections = [a["id"] for tag, a in page.tags if tag == "section"]
    assert sections == ["matrix", "graph", "frequency", "key-points", "topics", "files"]
    assert not {"coverage.png", "coverage_pairs.csv", "key_points.parquet", "merge_report.md"} & {f.name for f in files}


def test_no_record_at_all_is_a_report_too(make: Callable[..., Any], tmp_path: Path) -> None:
    page = report(make([]), tmp_path)
    assert page.cards["practices"] == page.cards["topics"] == "0"


def test_maps_of_subjects_of_an_earlier_report_do_not_stay(make: Callable[..., Any], tmp_path: Path) -> None:
    many = make([{f"Large - {i}": ["k"], f"Large - {i + 1}": ["k"]} for i in range(6)])
    report(many, tmp_path)
    assert (tmp_path / "tcpm-subject-01.png").exists()
    report(make([{"Large - 1": ["k"], "Large - 2": ["k"]}]), tmp_path, sets=many.sets)
    assert not (tmp_path / "tcpm-subject-01.png").exists()


def test_a_funnel_of_an_earlier_report_does_not_stay(make: Callable[..., Any], tmp_path: Path) -> None:
    report(make(), tmp_path / "out", funnel=lost(tmp_path / "run"))
    assert (tmp_path / "out" / "paraphrase_similarity.csv").exists()
    report(make(), tmp_path / "out")  # which looks at every file that is there


def test_a_folder_that_cannot_be_written_is_one_clear_line(make: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    known = make()
    with pytest.raises(StoreError, match="the report cannot be written to"):
        write_report(tmp_path / "file", mpkp=known.mpkp, topics=known.topics, matrices=known.matrices)


def test_the_interactive_map_holds_no_more_than_its_limit() -> None:
    n = 1000
    names = tuple(f"Subject {i % 7} - {i:04}" for i in range(n))
    order = sorted(range(n), key=names.__getitem__)
    counts = np.zeros((n, n), np.int64)
    counts[np.arange(n - 1), np.arange(1, n)] = counts[np.arange(1, n), np.arange(n - 1)] = 1 + np.arange(n - 1)
    matrix = TCPM.of([names[i] for i in order], counts)
    data = map_data(matrix, [Topic(names[i], 3, 1, (), None, None, True, False) for i in order])
    assert len(data["topics"]) == 300
    assert all(0 <= a <= b < 300 for a, b, *_ in data["cells"])
    subjects = [t[2] for t in data["topics"]]
    assert sum(a != b for a, b in pairwise(subjects)) == len(set(subjects)) - 1


def test_data_in_a_script_element_cannot_end_it() -> None:
    text = script_data({"x": "</script><!--<script>&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"x": "</script><!--<script>&\u2028"}


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here")
def test_in_a_browser_the_page_works_and_no_name_runs(hostile: Any, tmp_path: Path) -> None:
    told = lost(tmp_path / "run")
    report(hostile, tmp_path / "report", merge_report=merged(HOSTILE), usage=USAGE, funnel=told)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    page = (tmp_path / "report" / "index.html").as_uri()
    shown = subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", page],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in shown.stderr  # no error, nothing that the policy had to stop
    assert "<title>Run report</title>" in shown.stdout
    headers = re.findall(r"<th [^>]*><button", shown.stdout)
    assert len(headers) > 30  # the tables of reasons and topics can be sorted
    assert f"{len(HOSTILE)} of {len(HOSTILE)} rows" in shown.stdout
    subjects = len({plain(n).partition(" - ")[0].strip() for n in HOSTILE})
    assert len(re.findall(r'<option value="\d+">', shown.stdout)) == subjects
    assert 'id="interactive" hidden' not in shown.stdout
