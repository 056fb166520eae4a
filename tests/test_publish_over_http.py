"""The whole way over HTTP as a person goes it: publish, load, grow, publish; and processes killed on the way."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

import kpmath
from builder.cli import main
from builder.config import load_recipe
from builder.errors import ConfigError
from builder.pipeline import build
from builder.publish.hub import publish_to_hub
from builder.publish.provenance import parse_provenance, read_provenance
from builder.publish.repository import Repository
from tests.hub.client_settings import environment, point_clients
from tests.hub.server import LoopbackHub

ROOT = Path(__file__).resolve().parent.parent
REPO = "acme/kpmath"
KILLS = 10


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a data set: ``old``, and ``new`` that grew from it."""
    folder = tmp_path_factory.mktemp("built")
    recipe = ROOT / "recipes" / "demo.toml"
    # Small shards: a publication of many requests.
    settings = ["publish.shard_mib=1"]
    build(load_recipe(recipe, ["sampling.sets=40", *settings]), folder / "run-old", folder / "old")
    more = load_recipe(recipe, ["sampling.sets=80", *settings])
    build(more, folder / "run-new", folder / "new", grow=str(folder / "old"))
    return folder


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        yield hub


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "builder", *map(str, arguments)]


def run(hub: LoopbackHub, home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=environment(hub, home), cwd=ROOT, capture_output=True, text=True, timeout=200
    )


def local(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def shown(hub: LoopbackHub, revision: str = "main") -> dict[str, bytes]:
    return {path: data for path, data in hub.files(REPO, revision).items() if path != ".gitattributes"}


# --- publish, load, grow, publish, load both ---------------------------------------------------

LOAD = """
import json, sys
import kpmath
from datasets import load_dataset
repo, counts = sys.argv[1], {}
for tag in sys.argv[2:]:
    whole = load_dataset(repo, revision=tag, split="train")
    stream = list(load_dataset(repo, "questions", revision=tag, split="train", streaming=True))
    ours = kpmath.load("mpkp", path=f"hf://datasets/{repo}", revision=tag, split="train")
    counts[tag] = [whole.num_rows, len(stream), ours.num_rows, str(ours.info.version)]
print(json.dumps(counts))
"""


def test_a_data_set_is_published_loaded_grown_from_the_hub_and_published_again(
    hub: LoopbackHub, built: Path, tmp_path: Path
) -> None:
    first = run(hub, tmp_path, "publish", shutil.copytree(built / "old", tmp_path / "old"), "--repo", REPO)
    assert first.returncode == 0, first.stderr
    assert f'load_dataset("{REPO}", revision="v1.0.0")' in first.stdout
    # A run that was synthesised before: the data set on the Hub is what it adds to.
    grown = run(
        hub,
        tmp_path,
        "publish",
        built / "run-new",
        "--out",
        tmp_path / "grown",
        "--grow",
        REPO,
        "--repo",
        REPO,
        "--json",
    )
    assert grown.returncode == 0, grown.stderr
    said = json.loads(grown.stdout)
    assert (said["version"], said["change"], said["deleted"]) == ("1.1.0", "minor", [])
    assert shown(hub, "v1.0.0") == local(built / "old")
    assert shown(hub) == local(tmp_path / "grown")
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, REPO, "v1.0.0", "v1.1.0"],
        env=environment(hub, tmp_path) | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert loaded.returncode == 0, loaded.stderr
    rows = {f"v{p.version}": p.rows() for p in map(read_provenance, (built / "old", tmp_path / "grown"))}
    assert json.loads(loaded.stdout.splitlines()[-1]) == {
        tag: [n["default"], n["questions"], n["mpkp"], tag[1:]] for tag, n in rows.items()
    }


REFUSALS = """
import json, os, sys
import kpmath

def said(**asked):
    try:
        return kpmath.load(split="train", **asked).num_rows
    except (ValueError, FileNotFoundError) as error:
        return f"{type(error).__name__}: {error}"

repo = sys.argv[1]
os.environ["KPMATH_REPO"] = repo
print(json.dumps([said(**json.loads(asked)) for asked in sys.argv[2:]]))
"""


def asked(hub: LoopbackHub, home: Path, *calls: dict[str, str], offline: bool = False) -> list[object]:
    """What ``kpmath.load`` gives, or says, in a process of its own."""
    own = {"PYTHONPATH": str(ROOT), **({"HF_HUB_OFFLINE": "1"} if offline else {})}
    done = subprocess.run(
        [sys.executable, "-c", REFUSALS, REPO, *map(json.dumps, calls)],
        env=environment(hub, home) | own,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_version_that_is_asked_for_is_the_one_that_comes_or_the_reason_is_told(
    hub: LoopbackHub, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_clients(hub, tmp_path / "client", monkeypatch)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    for name in ("old", "new"):
        publish_to_hub(Path(shutil.copytree(built / name, tmp_path / name)), Repository(REPO))
    old, new = (read_provenance(built / name).rows()["default"] for name in ("old", "new"))
    first = asked(
        hub,
        tmp_path,
        {"revision": "v1.0.0"},
        {},
        {"revision": "v1.1.0"},
        {"revision": hub.tags(REPO)["v1.0.0"]},
        {"revision": "v9.9.9"},
        {"path": "hf://datasets/acme/none"},
    )
    assert first[:4] == [old, new, new, old]
    assert "acme/kpmath has no revision v9.9.9; its versions are its tags" in str(first[4])
    assert "there is no dataset acme/none on the Hub" in str(first[5])
    # Without the Hub the cache answers, and for no other version than its own.
    (offline,) = asked(hub, tmp_path, {"revision": "v1.1.0"}, offline=True)
    assert offline == new
    # A tag that somebody moved is not taken for the version that it names.
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.delete_tag(REPO, tag="v1.0.0", repo_type="dataset")
    api.create_tag(REPO, tag="v1.0.0", revision=hub.tags(REPO)["v1.1.0"], repo_type="dataset")
    (moved,) = asked(hub, tmp_path, {"revision": "v1.0.0"})
    assert "the tag v1.0.0 holds version 1.1.0; it was moved" in str(moved)


# --- kill -9 -----------------------------------------------------------------------------------


def is_whole(files: dict[str, bytes]) -> bool:
    """Whether a branch shows one version: its provenance, the shards that it names, its card."""
    provenance = parse_provenance(files["provenance.json"].decode(), "the hub")
    head = kpmath.parse_card(files["README.md"].decode(), "the hub")
    data = {path: len(data) for path, data in files.items() if path.startswith("data/")}
    return data == {s.file: s.file_bytes for s in provenance.shards} and head.version == provenance.version


@pytest.fixture(scope="module")
def requests_of_a_publication(built: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many requests it takes to publish ``new`` after ``old``."""
    folder = tmp_path_factory.mktemp("counting")
    with LoopbackHub() as hub, pytest.MonkeyPatch.context() as patch:
        point_clients(hub, folder / "client", patch)
        patch.setenv("HF_TOKEN", hub.token)
        for name in ("old", "new"):
            before = len(hub.requests)
            publish_to_hub(Path(shutil.copytree(built / name, folder / name)), Repository(REPO))
        return len(hub.requests) - before  # the command line makes no fewer


@pytest.mark.parametrize("kill", range(KILLS))
def test_the_branch_shows_a_whole_version_whenever_a_publication_is_killed_and_the_next_one_finishes_it(
    hub: LoopbackHub,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    requests_of_a_publication: int,
    kill: int,
) -> None:
    # One random point in each tenth of the way.
    tenth = requests_of_a_publication / KILLS
    point = random.Random(kill).randrange(int(kill * tenth), max(int(kill * tenth) + 1, int((kill + 1) * tenth)))
    old, new = (Path(shutil.copytree(built / name, tmp_path / name)) for name in ("old", "new"))
    point_clients(hub, tmp_path / "client", monkeypatch)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    publish_to_hub(old, Repository(REPO))
    before = shown(hub)
    process = subprocess.Popen(
        command("publish", new, "--repo", REPO, "--quiet"),
        env=environment(hub, tmp_path),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    hub.before(process.kill, path="", skip=point)
    assert process.wait(timeout=200) == -9
    hub.heal()
    assert is_whole(shown(hub))
    assert shown(hub) in (before, local(new))
    assert shown(hub, "v1.0.0") == before
    sent = set(hub.repo(REPO).objects)
    again = run(hub, tmp_path, "publish", new, "--repo", REPO)
    assert again.returncode == 0, again.stderr
    assert shown(hub) == shown(hub, "v1.1.0") == local(new)
    assert shown(hub, "v1.0.0") == before
    assert list(hub.tags(REPO)) == ["v1.0.0", "v1.1.0"]
    assert [c.title for c in hub.commits(REPO)] == ["Version 1.1.0", "Version 1.0.0", "initial commit"]
    assert sent <= set(hub.repo(REPO).objects)


# --- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["publish"], "give SOURCE"),
        (["publish", "{folder}"], "is a dataset folder already: give --repo ORG/NAME"),
        (["publish", "{folder}", "--version", "1.0.0"], "--version, --private and --dry-run belong to --repo"),
        (
            ["publish", "{folder}", "--repo", REPO, "--grow", "x"],
            "--grow: .* is a dataset folder, which is published as",
        ),
        (["publish", "{folder}", "--repo", REPO, "--out", "x"], "--out: .* is a dataset folder"),
        (["publish", "nothing-here", "--repo", REPO], "nothing-here: give a recipe"),
    ],
)
def test_a_mistake_of_the_command_line_is_told_before_anything_is_done(
    built: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([a.format(folder=built / "old") for a in arguments]) == ConfigError.exit_code
    assert re.search(message, capsys.readouterr().err)
