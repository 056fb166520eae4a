"""The public contract of the KPMath dataset: columns, configurations, version, builder class, ``load()``.

Everything that writes or reads rows takes the schema from here, and only from here; the dataset card's
column tables come from the same descriptions.  This module knows nothing of how rows are made.

Three rules shape the columns:

* What people filter on is a flat scalar; what belongs together is a set of parallel lists.  There are no
  structs (the dataset viewer computes no statistics for them) but the ``role``/``content`` pair of a chat
  message, and no extension types (datasets before 4 cannot read them).
* Counts are whole numbers stored as float64.  The viewer drops the histograms of a whole split when one
  integer column takes exactly two adjacent values, such as 2 or 3 topics; without integer columns that
  cannot happen.
* The same fault strikes lists whose *lengths* are two adjacent numbers.  ``topics`` and ``practice_ids``
  therefore run parallel to ``key_points`` (one entry for each key point) and are not lists of 2 or 3, and
  the raw names of a topic are one string.  The writer reports a column that still shows two adjacent
  lengths, which a very small split can.

Usage::

    kpmath.load()                                  # the published pairs
    kpmath.load("mpkp", path="./kpmath", split="train")
    kpmath.load(path="hf://datasets/ORG/NAME", revision="v1.0.0")
    kpmath.KPMath(config_name="mpkp", data_dir="./kpmath").download_and_prepare()
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import datasets
import pyarrow as pa
import pyarrow.parquet as pq

__version__ = "0.1.0"
__all__ = [
    "CONFIGS",
    "KEYS",
    "CardHead",
    "Column",
    "KPMath",
    "KPMathConfig",
    "describe",
    "features",
    "find_dataset",
    "load",
    "parse_card",
    "read_card",
    "schema",
]

HOMEPAGE = "https://arxiv.org/abs/2403.02333"
CITATION = """@article{huang2024kpdds,
  title   = {Key-Point-Driven Data Synthesis with its Enhancement on Mathematical Reasoning},
  author  = {Huang, Yiming and Liu, Xiao and Gong, Yeyun and Gou, Zhibin and Shen, Yelong and
             Duan, Nan and Chen, Weizhu},
  journal = {arXiv preprint arXiv:2403.02333},
  year    = {2024}
}"""


# --- the schema --------------------------------------------------------------------------------

_STRING = pa.string()
_NUMBER = pa.float64()
_BOOL = pa.bool_()
_STRINGS = pa.list_(pa.string())
_NUMBERS = pa.list_(pa.float64())
_BOOLS = pa.list_(pa.bool_())
_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its Arrow type and what it holds."""

    name: str
    type: pa.DataType
    description: str


def _columns(*entries: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    return tuple(Column(*entry) for entry in entries)


_ORIGIN = _columns(
    ("source", _STRING, "seed sources of the practices behind it, joined by `+`"),
    ("subject", _STRING, "subject of the first topic: the part before ` - `"),
    ("topic_1", _STRING, "first topic of the information set"),
    ("topic_2", _STRING, "second topic"),
    ("topic_3", _STRING, "third topic; null where the set has two"),
    ("topics_count", _NUMBER, "number of topics in the information set, 2 or 3"),
    ("key_points_count", _NUMBER, "number of different key points in the information set"),
    ("key_points", _STRINGS, "key points that the problem was asked to need"),
    (
        "topics",
        _STRINGS,
        "topic of each key point, parallel to `key_points`; topic_1 to topic_3, where a recipe has none",
    ),
    ("practice_ids", _STRINGS, "seed practice that each key point comes from, parallel to `topics`"),
)

_PROVENANCE = _columns(
    ("information_set_id", _STRING, "id of the information set"),
    ("parent_id", _STRING, "question that this one paraphrases; null where it was written anew"),
    ("model", _STRING, "model that wrote the solution (in `questions`: the first candidate)"),
    ("question_model", _STRING, "model that wrote the problem"),
    ("score_model", _STRING, "model that judged the problem"),
    ("question_prompt", _STRING, "hash of the prompt that the problem was written with"),
    ("score_prompt", _STRING, "hash of the prompt that it was judged with"),
    ("solution_prompt", _STRING, "hash of the prompt that it was solved with"),
    ("recipe", _STRING, "fingerprint of the configuration of the run"),
)

_QUALITY = _columns(
    ("score", _NUMBER, "judge's score of the problem, 0 to 1; null where the verdict could not be read"),
    (
        "agreement",
        _NUMBER,
        "candidates that agree with this answer, over `planned`, 0 to 1; 0 where none won. "
        "Where sampling stopped early it is a low estimate: those not drawn count as not agreeing",
    ),
    ("difficulty", _NUMBER, "1 - agreement"),
    ("candidates", _NUMBER, "number of solutions sampled for the question"),
    ("planned", _NUMBER, "number of solutions that the recipe allows for a question"),
    (
        "stopped",
        _STRING,
        "why no more were sampled: `all_drawn`, `settled` (the answer wins whatever the others say) or "
        "`out_of_reach` (no answer can reach the agreement asked for)",
    ),
    ("abstained", _NUMBER, "candidates without a vote: no answer, or a wrong computation in the text"),
    ("class_size", _NUMBER, "candidates with this answer"),
    ("rule", _STRING, "rule of the vote: `strict` or `faithful`"),
)

_DEFAULT = (
    *_columns(
        ("id", _STRING, "id of the row: that of the solution"),
        ("question_id", _STRING, "id of the question; several rows share it"),
        ("problem", _STRING, "the problem"),
        ("solution", _STRING, "one solution whose answer won the vote, as the model wrote it"),
        ("answer", _STRING, "the answer that the candidates agree on"),
    ),
    *_ORIGIN,
    *_QUALITY,
    *_PROVENANCE,
)

_QUESTIONS = (
    *_columns(
        ("id", _STRING, "id of the question"),
        ("problem", _STRING, "the problem; null where the reply held none, or where it met a test set"),
        ("fate", _STRING, "`kept`, or the step that stopped it"),
        ("reason", _STRING, "the reason in words; null where it was kept"),
        ("answer", _STRING, "the answer that the candidates agree on; null where none won"),
    ),
    *_ORIGIN,
    *_columns(
        ("key_points_present", _NUMBER, "judge: are the key points needed, 0 to 1"),
        ("correct", _NUMBER, "judge: is the problem free of errors, 0 to 1"),
        ("key_points_needed", _BOOLS, "judge: is each needed, parallel to `key_points`; null where it did not say"),
        ("verdicts", _NUMBERS, "score of each verdict, null where one is unreadable; null where it was not judged"),
        ("score_reason", _STRING, "judge's reason, that of the lowest verdict"),
        ("solvable", _BOOL, "judge: can it be solved as it is written; null where not asked, or unreadable"),
        ("solvability_reason", _STRING, "why not, in the judge's words, or why its reply could not be read"),
        ("solvability_model", _STRING, "model that was asked whether it can be solved; null where none was"),
        ("solvability_prompt", _STRING, "hash of the prompt that it was asked with"),
    ),
    *_QUALITY,
    *_columns(
        ("vote_rejected", _STRING, "`no_answer`, `tie`, `no_agreement` or `low_agreement`; null where an answer won"),
        ("class_sizes", _NUMBERS, "sizes of the answer classes, largest first"),
        ("candidate_ids", _STRINGS, "ids of the candidate solutions; empty where it was not solved"),
        ("candidate_solutions", _STRINGS, "their texts, parallel; null where one met a test set"),
        (
            "candidate_answers",
            _STRINGS,
            "their answers, parallel; null where none, sub-questions joined by `, `",
        ),
        ("candidate_classes", _NUMBERS, "their answer classes on the first sub-question, parallel"),
        ("candidate_scores", _NUMBERS, "their consensus scores, parallel"),
        ("candidate_wins", _BOOLS, "whether they stay after the vote, parallel"),
        ("candidate_errors", _STRINGS, "wrong computations found in them, parallel; null where none"),
        (
            "candidate_fates",
            _STRINGS,
            "what became of them, parallel: `published`, `outvoted`, `not_chosen` (the text of another one, or more "
            "than the recipe publishes), or the reason that left one out; null where the question was not kept",
        ),
        ("fallback", _STRING, "rule that met a zero vector in sampling; null where none was needed"),
    ),
    *_PROVENANCE,
)

# A data set may grow by runs over other seeds: each has topics and a matrix of its own.
_KNOWLEDGE = (
    "knowledge",
    _STRING,
    "id of the knowledge construction: practices, topics and matrix that belong together have the same",
)

_MPKP = _columns(
    ("id", _STRING, "id of the practice"),
    ("source", _STRING, "seed source"),
    ("problem", _STRING, "the problem; null where its licence keeps the text out"),
    ("solution", _STRING, "its solution; null where its licence keeps the text out"),
    ("answer", _STRING, "its final answer; null where its licence keeps the text out"),
    ("text_published", _BOOL, "whether problem, solution and answer are here"),
    ("subject", _STRING, "subject: the source's own, else that of the first topic"),
    ("level", _STRING, "level that the source gives"),
    ("topics_count", _NUMBER, "number of topics"),
    ("key_points_count", _NUMBER, "number of different key points"),
    ("key_points", _STRINGS, "key points that the solution uses"),
    ("topics", _STRINGS, "topic of each key point after merging, parallel to `key_points`"),
    ("raw_topics", _STRINGS, "topic as the labeller named it, parallel to `key_points`"),
    (
        "raw_key_points",
        _STRINGS,
        "key point as the labeller wrote it, parallel to `key_points`, where near-identical ones have one text; "
        "several joined by ` | `",
    ),
    ("model", _STRING, "model that labelled it"),
    ("extraction_prompt", _STRING, "hash of the prompt that it was labelled with"),
    _KNOWLEDGE,
)

_TOPICS = _columns(
    ("topic", _STRING, "name of the topic"),
    ("subject", _STRING, "the part before ` - `"),
    ("practices", _NUMBER, "number of practices that have it"),
    ("key_points", _NUMBER, "number of key points under it"),
    ("share", _NUMBER, "share of all practices that have it, 0 to 1"),
    ("aliases", _STRING, "raw names joined under it, its own included, separated by ` | `"),
    ("nearest", _STRING, "nearest other topic"),
    ("nearest_similarity", _NUMBER, "cosine similarity to it, -1 to 1"),
    ("sampled", _BOOL, "false for `Others - ...`, which sampling leaves out"),
    ("small", _BOOL, "under the minimum count and too far from any other topic to be joined"),
    _KNOWLEDGE,
)

_TCPM = _columns(
    ("source", _STRING, "`all`, or the seed source whose practices alone were counted, where there are several"),
    ("topic_a", _STRING, "row of the matrix"),
    ("topic_b", _STRING, "column of the matrix; both orders of a pair are here"),
    ("count", _NUMBER, "practices that have both; on the diagonal those with many key points of it"),
    ("weight", _NUMBER, "weight in the sampling: log10(count + 1) unless the recipe says otherwise"),
    _KNOWLEDGE,
)

_CHAT = _columns(
    ("id", _STRING, "id of the row in `default`"),
    ("messages", _MESSAGES, "the problem as `user`, the solution as `assistant`"),
    ("answer", _STRING, "the answer that the candidates agree on"),
    ("question_id", _STRING, "id of the question"),
    ("source", _STRING, "seed sources of the practices behind it"),
    ("subject", _STRING, "subject of the first topic"),
    ("topic_1", _STRING, "first topic of the information set"),
    ("score", _NUMBER, "judge's score of the problem, 0 to 1"),
    ("agreement", _NUMBER, "candidates that agree with this answer, over those planned, 0 to 1"),
    ("model", _STRING, "model that wrote the solution"),
    ("recipe", _STRING, "fingerprint of the configuration of the run"),
)

CONFIGS: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "default": ("one row for each published question-solution pair", _DEFAULT),
    "questions": ("one row for each question, rejected ones included, with all candidates", _QUESTIONS),
    "mpkp": ("seed practices with their topics and key points", _MPKP),
    "topics": ("the merged topics", _TOPICS),
    "tcpm": ("topic co-occurrence, one row for each cell that is not zero", _TCPM),
    "messages": ("the rows of `default` in chat form, for fine-tuning", _CHAT),
}
"""Configuration -> (what a row is, its columns); ``default`` comes first."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "default": ("id",),
    "questions": ("id",),
    "mpkp": ("id", "knowledge"),
    "topics": ("topic", "knowledge"),
    "tcpm": ("topic_a", "topic_b", "source", "knowledge"),
    "messages": ("id",),
}
"""Configuration -> the columns that name a row: no two rows have the same, and versions keep them."""


def describe(config: str) -> tuple[Column, ...]:
    """The columns of a configuration, in order.

    Raises:
        ValueError: there is no such configuration.
    """
    if config not in CONFIGS:
        raise ValueError(f"no configuration {config!r}; there are {', '.join(CONFIGS)}")
    return CONFIGS[config][1]


def schema(config: str) -> pa.Schema:
    """The Arrow schema of a configuration, without metadata."""
    return pa.schema([(c.name, c.type) for c in describe(config)])


def features(config: str) -> datasets.Features:
    """The same schema as ``datasets.Features``."""
    return datasets.Features.from_arrow_schema(schema(config))


# --- a dataset folder --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardHead:
    """What identifies a dataset folder: read from the front matter of its card."""

    version: str  # X.Y.Z
    fingerprint: str  # of the recipe
    content: str  # hash over the rows of all configurations


_HEAD_KEYS = {"version": "kpmath_version", "fingerprint": "kpmath_recipe", "content": "kpmath_content"}


def read_card(folder: str | os.PathLike[str]) -> CardHead:
    """The head of the card of a KPMath dataset folder.

    Raises:
        FileNotFoundError: the folder has no card.
        ValueError: its card is not one of KPMath's.
    """
    path = Path(folder) / "README.md"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} is no KPMath dataset: it has no README.md")
    return parse_card(path.read_text(encoding="utf-8"), str(path))


def parse_card(text: str, name: str) -> CardHead:
    """The head of the card ``text``; ``name`` says where that came from.

    Raises:
        ValueError: it is not a card of KPMath's.
    """
    front = text.split("\n---", 1)[0]
    found = {}
    for field, key in _HEAD_KEYS.items():
        match = re.search(rf"^{key}: ['\"]?([\w.+-]+)['\"]?\s*$", front, re.MULTILINE)
        if match is None:
            raise ValueError(f"{name} is not a card of KPMath: its front matter has no '{key}'")
        found[field] = match.group(1)
    return CardHead(**found)


def _dataset_folder(path: Path) -> Path:
    """The dataset folder that ``path`` is, or that a run folder points to in ``dataset.txt``."""
    pointer = path / "dataset.txt"
    if pointer.is_file() and not (path / "README.md").exists():
        return (path / pointer.read_text(encoding="utf-8").strip()).resolve()
    return path


def find_dataset(path: str | os.PathLike[str] | None = None) -> Path | None:
    """The local dataset folder: ``path``, else ``$KPMATH_DATA``, else ``./kpmath``, else None.

    ``path`` may be a dataset folder, or a run folder that points to one.

    Raises:
        FileNotFoundError: the path given (or in the variable) does not exist or is no KPMath dataset.
        ValueError: its card is not one of KPMath's.
    """
    named = path if path is not None else os.environ.get("KPMATH_DATA") or None
    folder = _dataset_folder(Path(named if named is not None else "kpmath").expanduser())
    if named is None and not (folder / "README.md").is_file():
        return None
    if not folder.is_dir():
        where = "path" if path is not None else "$KPMATH_DATA"
        raise FileNotFoundError(f"{where}: {named} is no folder; build one with `make demo`, or mend the path")
    if not (folder / "README.md").is_file() and (folder / "run.toml").is_file():
        raise FileNotFoundError(f"{folder} is a run that has published no dataset yet; finish its build")
    read_card(folder)
    return folder


# --- the builder -------------------------------------------------------------------------------


class KPMathConfig(datasets.BuilderConfig):  # type: ignore[misc]  # datasets ships no types
    """One configuration of the dataset; its version becomes that of the folder it is built from."""


class _Downloads(Protocol):
    def download(self, files: Sequence[str]) -> list[str]: ...


class KPMath(datasets.ArrowBasedBuilder):  # type: ignore[misc]
    """Builds KPMath from the Parquet shards of a dataset folder, or of the run that published it.

    ``data_dir`` is that folder; without it the folder is found as :func:`find_dataset` does.  The cache
    key covers the card and the size of every shard, so a rebuilt folder is never answered from the cache.
    With ``num_proc`` the shards are shared out.

    Raises:
        FileNotFoundError: there is no dataset folder.
        ValueError: the folder is not one of KPMath's, or the configuration is not in it.
    """

    BUILDER_CONFIG_CLASS = KPMathConfig
    BUILDER_CONFIGS: ClassVar = [
        KPMathConfig(name=name, version=datasets.Version(__version__), description=text)
        for name, (text, _) in CONFIGS.items()
    ]
    DEFAULT_CONFIG_NAME = "default"

    def __init__(self, *args: Any, data_dir: str | None = None, hash: str | None = None, **kwargs: Any) -> None:
        folder = find_dataset(data_dir)
        if folder is None:
            raise FileNotFoundError(
                "no KPMath dataset here: give data_dir=, set KPMATH_DATA, or build ./kpmath with `make demo`"
            )
        self.folder = folder
        kwargs.setdefault("dataset_name", "kpmath")
        # data_dir itself stays out of the configuration: the content names the cache entry, not the place.
        super().__init__(*args, hash=hash or _content_hash(folder), **kwargs)

    def _create_builder_config(self, *args: Any, **kwargs: Any) -> tuple[datasets.BuilderConfig, str]:
        config, config_id = super()._create_builder_config(*args, **kwargs)
        config = copy.copy(config)  # the class's own is shared by all folders
        config.version = datasets.Version(read_card(self.folder).version)
        return config, config_id

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description=f"KPMath, {CONFIGS[self.config.name][0]}.",
            features=features(self.config.name),
            homepage=HOMEPAGE,
            citation=CITATION,
        )

    def _split_generators(self, dl_manager: _Downloads) -> list[datasets.SplitGenerator]:
        splits = _shards(self.folder, self.config.name)
        if not splits:
            raise ValueError(f"{self.folder} holds no shards of the configuration {self.config.name!r}")
        expected = _expected_rows(self.folder, self.config.name)
        for split, files in splits.items():
            rows = sum(pq.read_metadata(file).num_rows for file in files)
            if split in expected and rows != expected[split]:
                raise ValueError(
                    f"{self.folder}: the card says {expected[split]} rows in {self.config.name}/{split}, the "
                    f"shards hold {rows}; the folder is not whole, build or download it again"
                )
        return [datasets.SplitGenerator(name=split, gen_kwargs={"files": files}) for split, files in splits.items()]

    def _generate_tables(self, files: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        wanted = schema(self.config.name)
        for file in files:
            with pq.ParquetFile(file) as parquet:
                if not parquet.schema_arrow.remove_metadata().equals(wanted):
                    raise ValueError(
                        f"{file} has other columns than kpmath {__version__}; use the kpmath.py that belongs "
                        "to this dataset"
                    )
                for index, batch in enumerate(parquet.iter_batches(batch_size=1000)):
                    yield f"{Path(file).name}-{index}", pa.Table.from_batches([batch], schema=wanted)


def _shards(folder: Path, config: str) -> dict[str, list[str]]:
    """Split -> its shards in order."""
    splits: dict[str, list[str]] = {}
    for file in sorted((folder / "data" / config).glob("*.parquet")):
        match = re.fullmatch(r"(\w+)-\d{5}\.parquet", file.name)
        if match:
            splits.setdefault(match.group(1), []).append(str(file))
    return splits


def _expected_rows(folder: Path, config: str) -> dict[str, int]:
    infos = datasets.info.DatasetInfosDict.from_directory(str(folder))
    if config not in infos or infos[config].splits is None:
        return {}
    return {name: split.num_examples for name, split in infos[config].splits.items()}


def _content_hash(folder: Path) -> str:
    digest = hashlib.blake2b((folder / "README.md").read_bytes(), digest_size=8)
    for file in sorted(folder.glob("data/*/*.parquet")):
        digest.update(f"{file.relative_to(folder).as_posix()} {file.stat().st_size}\n".encode())
    return digest.hexdigest()


# --- loading -----------------------------------------------------------------------------------

_HUB = "hf://datasets/"
_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)")


def load(
    config: str = "default",
    path: str | os.PathLike[str] | None = None,
    revision: str | None = None,
    **kw: Any,
) -> Any:
    """A configuration of KPMath, from ``path``, ``$KPMATH_DATA``, ``./kpmath`` or the Hub, in this order.

    What comes back is checked to be what the card says: a cache of ``datasets`` is never taken for it.

    Args:
        config: ``default``, ``questions``, ``mpkp``, ``topics``, ``tcpm`` or ``messages``.
        path: a dataset folder, a run folder that points to one, or ``hf://datasets/ORG/NAME``.
        revision: a version (``v1.0.0``), on the Hub a branch or commit too; for a local folder it must be the
            version of its card.
        kw: passed on to ``datasets.load_dataset``: ``split=``, ``streaming=``, ``num_proc=``, ...

    Returns:
        What ``datasets.load_dataset`` gives: a ``DatasetDict``, or a ``Dataset`` with ``split=``; the
        iterable forms with ``streaming=True``.

    Raises:
        FileNotFoundError: there is no dataset, and ``$KPMATH_REPO`` names none on the Hub.
        ValueError: unknown configuration, or another version than the one asked for.
        RuntimeError: what was loaded is not what the card says.
    """
    describe(config)
    if path is not None and os.fspath(path).startswith(_HUB):
        return _load_from_hub(os.fspath(path).removeprefix(_HUB), config, revision, kw)
    folder = find_dataset(path)
    if folder is None:
        repo = os.environ.get("KPMATH_REPO")
        if not repo:
            raise FileNotFoundError(
                "no KPMath dataset found: build one with `make demo` (it makes ./kpmath), give path=, set "
                "KPMATH_DATA to a dataset folder, or set KPMATH_REPO to a dataset repository on the Hub "
                "(ORG/NAME)"
            )
        return _load_from_hub(repo, config, revision, kw)
    head = read_card(folder)
    if revision is not None and revision.removeprefix("v") != head.version:
        raise ValueError(
            f"{folder} holds version {head.version}, not {revision}; leave revision out, or give the folder "
            "of that version"
        )
    # An absolute path is never taken for the name of a repository on the Hub.
    return _load_checked(str(folder.resolve()), config, head, None, kw)


def _load_from_hub(repo: str, config: str, revision: str | None, kw: Mapping[str, Any]) -> Any:
    head = _hub_head(repo, revision)
    version = _VERSION.fullmatch(revision or "")
    if head is not None and version and head.version != version.group(1):
        raise ValueError(
            f"{repo}: the tag {revision} holds version {head.version}; it was moved, look at the repository's tags"
        )
    if head is not None:
        return _load_checked(repo, config, head, revision, kw)
    loaded = datasets.load_dataset(repo, config, revision=revision, **kw)
    for part in _parts(loaded):
        if version and str(part.info.version) != version.group(1):
            raise ValueError(
                f"the Hub cannot be reached and the cache holds version {part.info.version} of {repo}, not {revision}"
            )
    return loaded


def _hub_head(repo: str, revision: str | None) -> CardHead | None:
    """The head of the card on the Hub at ``revision``; None where the Hub cannot be reached."""
    from huggingface_hub import hf_hub_download

    # Not from its errors: the version beside datasets 2 does not have all of them there.
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        card = hf_hub_download(repo, "README.md", repo_type="dataset", revision=revision)
    except RepositoryNotFoundError:
        raise FileNotFoundError(
            f"there is no dataset {repo} on the Hub, or it is private: check the name, or log in with `hf auth login`"
        ) from None
    except RevisionNotFoundError:
        raise ValueError(f"{repo} has no revision {revision}; its versions are its tags, such as v1.0.0") from None
    except LocalEntryNotFoundError:
        return None
    return parse_card(Path(card).read_text(encoding="utf-8"), f"the card of {repo}")


def _load_checked(source: str, config: str, head: CardHead, revision: str | None, kw: Mapping[str, Any]) -> Any:
    """Load and refuse rows that are not those of the card: its content hash travels with what was loaded."""
    loaded = datasets.load_dataset(source, config, revision=revision, **kw)
    if not _holds(loaded, head):
        loaded = datasets.load_dataset(source, config, revision=revision, **{**kw, "download_mode": "force_redownload"})
        if not _holds(loaded, head):
            raise RuntimeError(
                f"{source}: the rows loaded are not those of its card (version {head.version}); remove them "
                "from the cache of datasets"
            )
    return loaded


def _parts(loaded: Any) -> list[Any]:
    return list(loaded.values()) if isinstance(loaded, dict) else loaded if isinstance(loaded, list) else [loaded]


def _holds(loaded: Any, head: CardHead) -> bool:
    return all(head.content in (part.info.description or "") for part in _parts(loaded))
