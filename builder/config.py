"""One frozen configuration: every number of METHOD is a default here, never a literal in a stage.

A recipe is a TOML file whose tables are the sections below.  Reading it checks every key, type and
range and names the nearest valid key where one is misspelt.  The fingerprint covers what changes the
result; where a run is stored or how many requests are in flight does not.

What the values mean for a stage is told there; this module only holds and checks them.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from .errors import ConfigError
from .llm.chat import EMBED, JUDGES, ROLES, Decoding
from .records import content_id

PROCEDURAL = "procedural"
"""Backend name of the embedded procedural model."""


def _number(low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"low": low, "high": high}


def _choice(*values: str) -> dict[str, Any]:
    return {"choices": values}


def _f(default: Any, check: dict[str, Any] | None = None) -> Any:
    return field(default=default, metadata=check or {})


@dataclass(frozen=True, slots=True)
class SeedSource:
    """Where practices come from: a local file or a Hub dataset, with its column names."""

    name: str
    path: str | None = None  # .jsonl, .jsonl.gz, .json or .parquet, relative to the recipe; wins over hub
    hub: str | None = None  # dataset id on the Hub
    config: str | None = None
    split: str = "train"
    problem: str = "problem"
    solution: str = "solution"
    answer: str | None = None  # column; without it the answer is read from the solution
    id: str | None = None
    subject: str | None = None
    level: str | None = None
    reply: str | None = None  # column with a labelling reply that exists already
    labels: str | None = None  # column with topics and key points that exist already (docs/mpkp.md)
    limit: int | None = _f(None, _number(1))
    publish_text: bool = True  # False: the text of these practices is left out of what is published
    license: str = "unknown"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+", self.name):
            raise ConfigError(
                f"seeds.name = {self.name!r}: letters, digits, '.', '_' and '-' only, since it begins ids"
            )
        if not self.path and not self.hub:
            raise ConfigError(f"seed source {self.name!r}: give 'path' (a local file) or 'hub' (a dataset id)")
        if self.reply and self.labels:
            raise ConfigError(f"seed source {self.name!r}: give 'reply' or 'labels', not both")


@dataclass(frozen=True, slots=True)
class TestSet:
    """A test set against which questions and solutions are checked (METHOD 8)."""

    __test__ = False  # the name is METHOD's; it is no pytest class

    name: str
    path: str | None = None
    hub: str | None = None
    config: str | None = None
    split: str = "test"
    problem: str = "problem"
    solution: str | None = None
    options: str | None = None  # the column of a multiple-choice question's options: a text, a list or a table

    def __post_init__(self) -> None:
        if not self.path and not self.hub:
            raise ConfigError(f"test set {self.name!r}: give 'path' (a local file) or 'hub' (a dataset id)")


@dataclass(frozen=True, slots=True)
class Run:
    """The run itself."""

    name: str = "kpmath"
    seed: int = _f(0, _number(0))
    part_size: int = _f(256, _number(1))  # information sets in one part file: bounds the memory


@dataclass(frozen=True, slots=True)
class Model:
    """Who answers, for all roles or (as ``models.ROLE``) for one."""

    backend: str = _f("openai", _choice("openai", PROCEDURAL))
    name: str = ""
    base_url: str = ""  # "" is $OPENAI_BASE_URL, else OpenAI
    api_key_env: str = "OPENAI_API_KEY"  # the variable that holds the key; the key is never stored
    api_key_file: str = ""  # a file that holds the key; wins over the variable
    concurrency: int = _f(256, _number(1))  # requests in flight at most; how many are is found by itself
    requests_per_minute: float = _f(0.0, _number(0))  # 0: from the endpoint's headers, or found by itself
    tokens_per_minute: float = _f(0.0, _number(0))  # prompt and completion; 0 as above
    samples_per_request: int = _f(0, _number(0))  # replies asked for at once; 0: as many as the endpoint gives
    timeout: float = _f(600.0, _number(1))  # seconds for one request
    max_retries: int = _f(6, _number(0))
    patience: float = _f(900.0, _number(0))  # seconds in which an endpoint may answer nothing at all
    send_seed: bool = True
    send_sampling: bool = True  # False for reasoning models that refuse temperature and top_p
    reasoning_effort: str = ""  # such as "low"; "" is not sent
    dimensions: int = _f(0, _number(0))  # numbers in a vector, for models.embed; 0 is the model's own

    @property
    def is_procedural(self) -> bool:
        """Whether the procedural model answers, embedded or served over HTTP (under a name that says so)."""
        return self.backend == PROCEDURAL or self.name.lower().startswith(PROCEDURAL)


OPERATIONAL = frozenset(
    """concurrency requests_per_minute tokens_per_minute samples_per_request timeout max_retries patience
    api_key_env api_key_file base_url""".split()
)
"""Keys of a model that say how it is asked and change no result: no part of the fingerprint."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may spend, earlier sessions on the same run folder included."""

    max_cost: float | None = _f(None, _number(0))  # US dollars
    max_requests: int | None = _f(None, _number(1))  # requests sent, those that failed included
    prices: str = ""  # a TOML file with prices that are added to, or take the place of, our own


@dataclass(frozen=True, slots=True)
class Prompts:
    """Templates of one's own."""

    directory: str = ""  # a folder with changed templates; "" is the project's


@dataclass(frozen=True, slots=True)
class Seeds:
    """METHOD 1, reading."""

    on_missing_answer: str = _f("skip", _choice("skip", "keep", "error"))


@dataclass(frozen=True, slots=True)
class Extraction:
    """METHOD 1, labelling."""

    temperature: float = _f(0.0, _number(0, 2))
    top_p: float = _f(1.0, _number(0, 1))
    max_tokens: int = _f(1024, _number(1))
    attempts: int = _f(3, _number(1))


@dataclass(frozen=True, slots=True)
class Topics:
    """METHOD 1, merging."""

    embedder: str = _f("lexical", _choice("lexical", "minilm", "endpoint"))  # endpoint: the one of models.embed
    merge: bool = True  # False: names stay as they are, for practices that somebody has merged already
    threshold: float | None = _f(None, _number(0, 1))  # similarity from which two topics are one; none: calibrated
    cross_subject_margin: float = _f(0.14, _number(0, 1))  # how much more alike topics of different subjects must be
    target: int | None = _f(None, _number(1))  # a number of topics instead of the threshold
    name_weight: float = _f(0.6, _number(0, 1))  # share of the name's vector beside the key points' mean
    min_practices: int = _f(3, _number(1))  # smaller topics join a wider one, or their nearest above the floor
    floor_margin: float = _f(0.14, _number(0, 1))  # how far under the threshold the floor of small topics is
    overrides: str = ""  # a TOML file: which topics to merge, to keep apart, to rename
    key_point_threshold: float | None = _f(None, _number(0, 1))  # the same for key points inside a topic
    full_matrix: int = _f(20_000, _number(2))  # more topics than this are compared with their neighbours only
    neighbours: int = _f(64, _number(2))  # ... this many


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """METHOD 2."""

    diagonal_min: int = _f(5, _number(0))  # more key points than this put a topic on the diagonal
    weights: str = _f("log10", _choice("log10", "none", "sqrt", "ppmi"))  # of the counts; the paper's is log10


@dataclass(frozen=True, slots=True)
class Sampling:
    """METHOD 3."""

    sets: int = _f(1000, _number(1))
    two_topic_share: float = _f(0.5, _number(0, 1))
    draw: str = _f("tcpm", _choice("tcpm", "random"))  # random: topics without the matrix, an arm of the ablation
    key_points: bool = True  # False: topics and examples only, the other arm
    coverage: bool = False  # pairs that were drawn before count less
    topics: tuple[str, ...] = ()  # only these
    with_topics: tuple[str, ...] = ()  # every set has one of these
    without_topics: tuple[str, ...] = ()  # no set has one of these
    subjects: tuple[str, ...] = ()  # only topics of these subjects: what stands before " - "
    levels: tuple[str, ...] = ()  # only practices of these levels, as the seeds name them
    sources: tuple[str, ...] = ()  # only practices of these seed sources, and their matrix


@dataclass(frozen=True, slots=True)
class Questions:
    """METHOD 4."""

    temperature: float = _f(0.7, _number(0, 2))
    top_p: float = _f(0.95, _number(0, 1))
    max_tokens: int = _f(2048, _number(1))
    max_parts: int = _f(3, _number(1))  # more sub-questions than this are dropped


@dataclass(frozen=True, slots=True)
class Scoring:
    """METHOD 5."""

    temperature: float = _f(0.0, _number(0, 2))
    top_p: float = _f(1.0, _number(0, 1))
    max_tokens: int = _f(2048, _number(1))
    threshold: float = _f(0.85, _number(0, 1))
    read: str = _f("reply", _choice("reply", "token"))  # token: the log-probability of Yes against No, one token
    samples: int = _f(1, _number(1, 32))  # verdicts on each question; for more than one, set a temperature
    combine: str = _f("mean", _choice("mean", "min", "majority"))  # majority: what more than half of them reach
    solvability: bool = False  # ask, of what reaches the threshold, whether it can be solved as it is written

    def __post_init__(self) -> None:
        if self.read == "token" and self.samples > 1:
            raise ConfigError(
                f"scoring.samples = {self.samples}: with scoring.read = 'token' a judge has one verdict; "
                "several judges are [models.score_2] and [models.score_3]"
            )


@dataclass(frozen=True, slots=True)
class Solutions:
    """METHOD 6, sampling."""

    samples: int = _f(10, _number(1, 128))
    sampling: str = _f("fixed", _choice("fixed", "adaptive"))  # adaptive: until the vote is settled
    request_cost: float = _f(1.0, _number(0))  # adaptive: what one more request costs, in samples
    temperature: float = _f(0.75, _number(0, 2))
    top_p: float = _f(0.95, _number(0, 1))
    max_tokens: int = _f(2048, _number(1))
    # Arithmetic in the text that is false: such a solution does not vote, or is only marked, or is not looked for.
    computations: str = _f("drop", _choice("drop", "mark", "off"))


@dataclass(frozen=True, slots=True)
class Voting:
    """METHOD 6, the vote."""

    rule: str = _f("strict", _choice("strict", "faithful"))
    min_agreement: float = _f(0.0, _number(0, 1))  # share of the samples that must agree, beyond METHOD's two


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """METHOD 7."""

    per_question: int = _f(0, _number(0, 32))  # 0 is off
    temperature: float = _f(0.8, _number(0, 2))
    top_p: float = _f(0.95, _number(0, 1))
    max_tokens: int = _f(2048, _number(1))


@dataclass(frozen=True, slots=True)
class Dedup:
    """METHOD 8, redundancy."""

    ngram: int = _f(5, _number(1))
    threshold: float = _f(0.8, _number(0, 1))  # Jaccard similarity of the n-gram sets
    permutations: int = _f(128, _number(16, 1024))
    semantic: str | None = _f(None, _choice("lexical", "minilm", "endpoint"))  # vectors that find rewordings too
    cosine: float = _f(0.9, _number(0, 1))  # ... from this similarity on, where the mathematics is the same


@dataclass(frozen=True, slots=True)
class Decontamination:
    """METHOD 8, contamination."""

    question_ngram: int = _f(20, _number(2))
    solution_ngram: int = _f(30, _number(2))
    repeats_only: bool = False  # of questions only those that repeat a row's mathematics too, beyond METHOD's rule


@dataclass(frozen=True, slots=True)
class Filters:
    """METHOD 4 and 8: what is dropped for its text alone."""

    off: tuple[str, ...] = ()  # reasons that are not looked for, such as "proof"
    max_digits: int = _f(20, _number(1))  # questions, answers and solutions with a longer number are dropped


@dataclass(frozen=True, slots=True)
class Publish:
    """The dataset folder."""

    pretty_name: str = "KPMath"
    version: str = "1.0.0"
    license: str = "apache-2.0"
    shard_mib: int = _f(128, _number(1))  # of a shard's rows in Arrow form; readers hold two or three of them
    solutions_per_question: int = _f(0, _number(0))  # at most; 0: all that agree
    calibration: str = ""  # a file of "calibrate --save FILE.json": its figures are shown in the card
    choose: str = _f("best", _choice("best", "first"))  # which, where there are more: see stages.voting.best_first

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d+\.\d+\.\d+", self.version):
            raise ConfigError(f"publish.version = {self.version!r}: write X.Y.Z, for example 1.0.0")


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration of a run, with the paper's values as defaults."""

    run: Run = Run()
    seeds: tuple[SeedSource, ...] = ()
    test_sets: tuple[TestSet, ...] = ()
    model: Model = Model()
    models: tuple[tuple[str, Model], ...] = ()  # role -> its own model
    limits: Limits = Limits()
    prompts: Prompts = Prompts()
    reading: Seeds = Seeds()
    extraction: Extraction = Extraction()
    topics: Topics = Topics()
    cooccurrence: Cooccurrence = Cooccurrence()
    sampling: Sampling = Sampling()
    questions: Questions = Questions()
    scoring: Scoring = Scoring()
    solutions: Solutions = Solutions()
    voting: Voting = Voting()
    filters: Filters = Filters()
    paraphrase: Paraphrase = Paraphrase()
    dedup: Dedup = Dedup()
    decontamination: Decontamination = Decontamination()
    publish: Publish = Publish()

    def model_for(self, role: str) -> Model:
        """The model of a role: its own where the recipe gives one, else the common one."""
        return dict(self.models).get(role, self.model)

    @property
    def judges(self) -> tuple[str, ...]:
        """The roles that score, the common one first."""
        own = dict(self.models)
        return tuple(j for j in JUDGES if j == JUDGES[0] or j in own)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of chat models that this configuration may ask, the other judges last."""
        return (*ROLES, *self.judges[1:])

    def decoding(self, role: str, *, in_words: bool = False) -> Decoding:
        """How the replies of a role are drawn; the seed is the run's.

        ``in_words``: a whole reply also of a judge whose scores are read from one token.
        """
        sections: dict[str, Extraction | Questions | Scoring | Solutions | Paraphrase] = {
            "label": self.extraction,
            "write": self.questions,
            **dict.fromkeys(JUDGES, self.scoring),
            "solve": self.solutions,
            "paraphrase": self.paraphrase,
        }
        section, model = sections[role], self.model_for(role)
        if isinstance(section, Scoring) and section.read == "token" and not in_words:
            section = replace(section, temperature=0.0, top_p=1.0, max_tokens=1)
        temperature, top_p = (section.temperature, section.top_p) if model.send_sampling else (None, None)
        return Decoding(model.name, temperature, top_p, section.max_tokens, self.run.seed, model.reasoning_effort)

    @property
    def fingerprint(self) -> str:
        """32 hex digits over all that changes the result, and the same on every machine.

        A file counts by its name here; its content is in the ids of the practices.
        """
        plain = to_plain(self)
        del plain["run"]["name"], plain["run"]["part_size"]
        for source in [*plain.get("seeds", []), *plain.get("test_sets", [])]:
            if "path" in source:
                source["path"] = Path(source["path"]).name
        for presentation in ("pretty_name", "version", "license", "shard_mib", "calibration"):
            del plain["publish"][presentation]
        plain["prompts"] = {}  # their hashes are stored with every row
        if not self.scoring.solvability:  # a recipe that does not ask is the one that it was before there was the key
            del plain["scoring"]["solvability"]
        plain.pop("limits", None)
        for model in [plain["model"], *plain.get("models", {}).values()]:
            for operational in OPERATIONAL:
                model.pop(operational, None)
        return content_id("config", plain)


# --- reading -----------------------------------------------------------------------------------


def _hint(hint: Any) -> tuple[type[Any], bool]:
    """The plain type of an annotation and whether None is allowed."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        plain = next(a for a in typing.get_args(hint) if a is not type(None))
        return plain, True
    return hint, False


def _check(where: str, value: Any, hint: Any, limits: typing.Mapping[str, Any]) -> Any:
    kind, _ = _hint(hint)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f'{where} = {value!r}: must be a list, for example ["a", "b"]')
        inner = typing.get_args(kind)[0]
        return tuple(_check(f"{where}[{i}]", v, inner, limits) for i, v in enumerate(value))
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
        raise ConfigError(f"{where} = {value!r}: must be {names[kind]}")
    if limits.get("choices") and value not in limits["choices"]:
        raise ConfigError(f"{where} = {value!r}: must be one of {', '.join(limits['choices'])}")
    low, high = limits.get("low"), limits.get("high")
    if low is not None and value < low:
        raise ConfigError(f"{where} = {value!r}: must be at least {low}")
    if high is not None and value > high:
        raise ConfigError(f"{where} = {value!r}: must be at most {high}")
    return value


def _unknown(where: str, key: str, valid: Sequence[str]) -> ConfigError:
    near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"valid keys: {', '.join(valid)}"
    return ConfigError(f"unknown key '{where}{key}': {hint}")


def _section(cls: type[Any], table: Any, where: str, base: Any = None) -> Any:
    if not isinstance(table, dict):
        raise ConfigError(f"[{where}] must be a table of keys, not {table!r}")
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            raise _unknown(f"{where}.", key, list(fields))
        values[key] = _check(f"{where}.{key}", value, hints[key], fields[key].metadata)
    for name, f in fields.items():
        if base is None and name not in values and f.default is dataclasses.MISSING:
            raise ConfigError(f"[{where}] needs the key '{name}'")
    return dataclasses.replace(base, **values) if base is not None else cls(**values)


def _judges_differ(models: Mapping[str, Model], common: Model) -> None:
    """The same judge asked twice gives the same verdict twice."""
    seen: dict[tuple[str, str], str] = {}
    for judge in JUDGES:
        if judge == JUDGES[0] or judge in models:
            model = models.get(judge, common)
            first = seen.setdefault((model.backend, model.name), judge)
            if first != judge:
                raise ConfigError(
                    f"models.{judge}: {model.name!r} is the model of {first!r} too, whose verdicts it would repeat; "
                    "several verdicts of one judge: scoring.samples"
                )


def from_plain(plain: dict[str, Any]) -> Config:
    """A configuration from the tables of a recipe.

    Raises:
        ConfigError: unknown key (with the nearest valid one), wrong type, value out of range.
    """
    sections = {f.name: f for f in dataclasses.fields(Config)}
    values: dict[str, Any] = {}
    for key, table in plain.items():
        if key not in sections:
            raise _unknown("", key, list(sections))
        if key in ("seeds", "test_sets"):
            if not isinstance(table, list):
                raise ConfigError(f"'{key}' is a list of tables: write [[{key}]]")
            cls: type[Any] = SeedSource if key == "seeds" else TestSet
            values[key] = tuple(_section(cls, t, f"{key}[{i}]") for i, t in enumerate(table))
        elif key != "models":
            values[key] = _section(typing.get_type_hints(Config)[key], table, key)
    common = values.get("model", Model())
    roles = plain.get("models", {})
    if not isinstance(roles, dict):
        raise ConfigError("'models' is a table of roles: write [models.label] and so on")
    known = (*ROLES, *JUDGES[1:], EMBED)
    for role in roles:
        if role not in known:
            raise _unknown("models.", role, known)
    # A role's own model inherits what it does not say from the common one, which is a chat model: not for vectors.
    values["models"] = tuple(
        (r, _section(Model, roles[r], f"models.{r}", Model() if r == EMBED else common)) for r in sorted(roles)
    )
    _judges_differ(dict(values["models"]), common)
    names = [s.name for s in values.get("seeds", ())]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"two seed sources are called {name!r}; ids need different names")
    return Config(**values)


def _parse_value(text: str) -> Any:
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text  # a bare word is a string


def apply_overrides(plain: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """``KEY=VALUE`` options (``sampling.sets=200``, ``seeds.0.path=x.jsonl``) over a recipe's tables."""
    for item in overrides:
        path, equals, text = item.partition("=")
        keys = path.strip().split(".")
        if not equals or not all(keys):
            raise ConfigError(f"--set {item!r}: write KEY=VALUE, for example sampling.sets=200")
        target: Any = plain
        for depth, key in enumerate(keys[:-1]):
            if isinstance(target, list):
                if not key.isdigit() or int(key) >= len(target):
                    raise ConfigError(f"--set {item!r}: '{'.'.join(keys[:depth])}' has no entry {key}")
                target = target[int(key)]
            else:
                target = target.setdefault(key, {})
            if not isinstance(target, (dict, list)):
                raise ConfigError(f"--set {item!r}: '{'.'.join(keys[: depth + 1])}' is no table")
        if not isinstance(target, dict):
            raise ConfigError(f"--set {item!r}: name one entry, for example {keys[0]}.0.{keys[-1]}=...")
        target[keys[-1]] = _parse_value(text.strip())
    return plain


_FILES = (("prompts", "directory"), ("limits", "prices"), ("topics", "overrides"), ("publish", "calibration"))
"""Keys beside the sources' own that name a file."""


def load_recipe(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Config:
    """The configuration of a recipe file, with ``KEY=VALUE`` overrides.

    Paths in it are relative to the recipe.

    Raises:
        ConfigError: the file is missing or is not TOML, or :func:`from_plain` refuses it.
    """
    recipe = Path(path)
    try:
        plain = tomllib.loads(recipe.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"recipe {recipe} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"recipe {recipe} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"recipe {recipe} is not valid TOML: {error}") from None
    root = recipe.resolve().parent
    for source in (s for k in ("seeds", "test_sets") for s in _tables(plain.get(k)) if "path" in s):
        if isinstance(source["path"], str):
            source["path"] = str((root / os.path.expandvars(source["path"])).resolve())
    for section, key in _FILES:
        table = plain.get(section, {})
        if isinstance(table, dict) and isinstance(table.get(key), str) and table[key]:
            table[key] = str((root / table[key]).resolve())
    try:
        return from_plain(apply_overrides(plain, overrides))
    except ConfigError as error:
        raise ConfigError(f"{recipe}: {error}") from None


def _tables(value: Any) -> list[dict[str, Any]]:
    return [t for t in value if isinstance(t, dict)] if isinstance(value, list) else []


def to_plain(config: Config) -> dict[str, Any]:
    """The tables of a recipe that gives ``config``; keys without a value are left out."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: clean(v) for k, v in value.items() if v is not None}
        if isinstance(value, (list, tuple)):
            return [clean(v) for v in value]
        return value

    plain = dataclasses.asdict(config)
    plain["models"] = {role: dataclasses.asdict(model) for role, model in config.models}
    cleaned: dict[str, Any] = clean(plain)
    return {k: v for k, v in cleaned.items() if v not in ([], {})}


def dump_config(config: Config) -> str:
    """``run.toml``: the resolved configuration with its fingerprint in the first line."""
    return f"# fingerprint {config.fingerprint}\n" + tomli_w.dumps(to_plain(config))
