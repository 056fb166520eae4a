"""The Space: assembled so that it runs alone, and brought to the loopback hub by the real client."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from builder.cli import main
from builder.errors import PublishError
from builder.publish import space
from builder.publish.repository import Repository
from builder.publish.space import LIST, assemble_space, publish_space, space_files
from tests.hub.client_settings import point_clients
from tests.hub.server import LoopbackHub
from tests.publish.started_space import started

REPO = "acme/kpmath-space"
ROOT = space.ROOT


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, as much of it as a Space is made of, that a test may change."""
    copy = tmp_path / "project"
    leave = shutil.ignore_patterns("__pycache__")
    for folder in space._FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    for name in space._FILES:
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    monkeypatch.setattr(space, "ROOT", copy)
    return copy


def local(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def front_matter(card: bytes) -> dict[str, Any]:
    return yaml.safe_load(card.decode().split("---\n")[1])


# --- the folder --------------------------------------------------------------------------------


def test_the_folder_holds_what_the_page_needs_and_nothing_else(sources: Path, tmp_path: Path) -> None:
    for name in ("builder/__pycache__/cli.cpython-311.pyc", "builder/.notes.txt", "space/.DS_Store", "tests/test_x.py"):
        (sources / name).parent.mkdir(exist_ok=True)
        (sources / name).write_bytes(b"\xff")
    names = assemble_space(tmp_path / "out")
    assert set(names) == set(local(tmp_path / "out"))
    top = {name.split("/")[0] for name in names}
    assert top == {
        *("README.md", "app.py", "requirements.txt", "LICENSE", "kpmath.py", LIST),
        *("builder", "space", "prompts", "recipes", "data"),
    }
    assert {n for n in names if n.startswith(("recipes/", "data/"))} == {
        "recipes/demo.toml",
        "data/procedural_seeds.jsonl",
    }
    assert not {"space/README.md", "space/requirements.txt"} & set(names)  # they lie at the top
    assert not [n for n in names if "__pycache__" in n or (Path(n).name.startswith(".") and n != LIST)]


def test_the_same_sources_give_the_same_bytes(sources: Path) -> None:
    assert space_files() == space_files()
    assert list(space_files()) == [*sorted(space_files().keys() - {LIST}), LIST]
    listed = json.loads(space_files()[LIST])["files"]
    assert listed.keys() == space_files().keys() - {LIST}


def test_the_card_names_the_gradio_that_is_installed_and_the_data_set() -> None:
    card = front_matter(space_files("acme/kpmath")["README.md"])
    assert card["sdk_version"] == importlib.metadata.version("gradio")
    assert card["datasets"] == ["acme/kpmath"]
    assert (card["sdk"], card["app_file"], card["python_version"]) == ("gradio", "app.py", "3.11")
    assert "datasets" not in front_matter(space_files()["README.md"])


@pytest.mark.parametrize("name", ["kpmath", "a/b/c", "acme/..", ""])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(PublishError, match=r"dataset .*: write ORG/NAME"):
        space_files(name)
    with pytest.raises(PublishError, match=r"space .*: write ORG/NAME"):
        Repository(name, "space")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("builder/notes.txt", b"hf_" + b"a" * 34, r"builder/notes\.txt holds a key of Hugging Face"),
        ("space/html.py", f'X = "{Path.home()}/x"'.encode(), r"space/html\.py holds a path of this machine"),
        ("prompts/score.txt", b"\xff\x00", r"prompts/score\.txt is no text"),
        ("LICENSE", None, r"cannot read .*LICENSE: No such file.*from a checkout"),
    ],
)
def test_what_must_not_leave_the_machine_or_is_missing_is_told(
    sources: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is None:
        (sources / name).unlink()
    else:
        (sources / name).write_bytes(content)
    with pytest.raises(PublishError, match=message):
        space_files()


def test_a_folder_of_an_earlier_assembly_is_replaced_as_a_whole(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (sources / "builder" / "gone.py").write_text("x = 1\n")
    assemble_space(out)
    (out / "builder" / "__pycache__").mkdir()
    (out / "builder" / "__pycache__" / "cli.pyc").write_bytes(b"left by running it")
    (sources / "builder" / "gone.py").unlink()
    assemble_space(out)
    assert local(out) == space_files()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "project"]  # nothing temporary stays


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda out: (out / "mine.txt").write_text("mine"), r"mine\.txt"),
        (lambda out: (out / "app.py").write_text("mine"), r"app\.py"),
        (lambda out: (out / LIST).unlink(), "LICENSE"),
        (lambda out: (out / LIST).write_text("[]"), "no list of files that KPMath wrote"),
    ],
    ids=["added", "changed", "no list", "another list"],
)
def test_what_it_did_not_write_is_never_overwritten(
    tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    assemble_space(tmp_path / "out")
    change(tmp_path / "out")
    before = local(tmp_path / "out")
    with pytest.raises(PublishError, match=message):
        assemble_space(tmp_path / "out")
    assert local(tmp_path / "out") == before


def test_a_file_is_no_place_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(PublishError, match="is a file"):
        assemble_space(tmp_path / "out")
    with pytest.raises(PublishError, match="cannot write"):
        assemble_space(tmp_path / "out" / "below")


# --- alone -------------------------------------------------------------------------------------


def third_party(folder: Path) -> dict[str, set[str]]:
    """Package -> the modules in the folder by which ``space.app`` imports it, at once or when it is used."""

    def file_of(module: str) -> Path | None:
        path = folder / Path(*module.split("."))
        return next((p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()), None)

    def named(node: ast.AST, package: str) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if file_of(f"{base}.{alias.name}"))

    todo, seen, found = ["space.app"], {"space.app"}, dict[str, set[str]]()
    while todo:
        module = todo.pop()
        path = file_of(module)
        assert path is not None, f"{module} is not in the folder"
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        text = path.read_text(encoding="utf-8")
        names = {package, *(name for node in ast.walk(ast.parse(text)) for name in named(node, package))} - {""}
        if "iter_modules(__path__)" in text:  # it imports all that lies in it
            names |= {f"{module}.{p.stem}" for p in path.parent.glob("*.py") if p.stem != "__init__"}
        for name in names:
            top = name.split(".")[0]
            if file_of(top):
                todo += [name] if name not in seen else []
                seen.add(name)
            elif top not in sys.stdlib_module_names:
                found.setdefault(top, set()).add(module)
    return found


def requirements(text: str) -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {canonicalize_name(r.name): r for r in map(Requirement, filter(None, lines))}


def test_the_requirements_are_what_the_page_imports_and_no_more(tmp_path: Path) -> None:
    assemble_space(tmp_path / "out")
    imported = third_party(tmp_path / "out")
    assert {"gradio", "sympy", "numpy"} <= imported.keys()  # of the page, of the catalogue, of everything
    listed = requirements((tmp_path / "out" / "requirements.txt").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    extras = {name for lines in project.values() for name in requirements("\n".join(lines))}
    with_them = {  # what comes with those listed
        canonicalize_name(r.name)
        for name in [*listed, "gradio"]
        for r in map(Requirement, importlib.metadata.requires(name) or ())
        if r.marker is None or r.marker.evaluate({"extra": ""})
    }
    of_module = importlib.metadata.packages_distributions()
    distributions = {m: {canonicalize_name(d) for d in of_module.get(m, [m])} for m in imported}
    given = listed.keys() | with_them | extras | {"gradio"}
    assert not {m: imported[m] for m, names in distributions.items() if not names & given}
    assert listed.keys() - {"mcp"} <= set().union(*distributions.values())  # Gradio serves tools where it is there
    assert "gradio" not in listed  # sdk_version says which


def test_the_requirements_are_those_of_the_project() -> None:
    own = requirements((ROOT / "requirements.txt").read_text())
    for name, requirement in requirements(space_files()["requirements.txt"].decode()).items():
        assert requirement.specifier == own[name].specifier, name


# Gradio's client leaves sockets to the garbage collector and uses what is deprecated.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_folder_runs_alone(tmp_path: Path) -> None:
    assemble_space(tmp_path / "out")
    with started(sys.executable, tmp_path / "out", tmp_path / "home") as client:
        assert client.predict(api_name="/sample")[0]["topics"]
        assert client.predict(api_name="/generate")["row"]["problem"]


# --- the Hub -----------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        point_clients(hub, tmp_path / "client", monkeypatch)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        yield hub


@pytest.fixture
def repository(hub: LoopbackHub) -> Repository:
    return Repository(REPO, "space", wait=lambda seconds: None)


def shown(hub: LoopbackHub) -> dict[str, bytes]:
    return {path: data for path, data in hub.files(REPO, kind="space").items() if path != ".gitattributes"}


def change(hub: LoopbackHub, *paths: str, data: bytes = b"theirs", delete: bool = False) -> None:
    """Another client's commit."""
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="space", space_sdk="gradio", exist_ok=True)
    operations = [CommitOperationDelete(p) if delete else CommitOperationAdd(p, data) for p in paths]
    api.create_commit(REPO, operations, commit_message="theirs", repo_type="space")


def commits(hub: LoopbackHub) -> list[str]:
    return [commit.title for commit in hub.commits(REPO, kind="space")]


def test_a_new_space_gets_one_commit_and_shows_what_is_here(hub: LoopbackHub, repository: Repository) -> None:
    done = publish_space(repository, dataset="acme/kpmath")
    assert shown(hub) == space_files("acme/kpmath")
    assert commits(hub) == ["KPMath 0.1.0", "initial commit"]
    assert done["commit"] == hub.head(REPO, kind="space")
    assert (len(done["uploaded"]), done["kept"], done["deleted"]) == (len(space_files()), 0, [])


def test_publishing_again_changes_nothing_and_says_so(hub: LoopbackHub, repository: Repository) -> None:
    first = publish_space(repository)
    again = publish_space(repository)
    assert again["nothing"] and again["commit"] == first["commit"] and not first["nothing"]
    assert len(commits(hub)) == 2


def test_only_what_changed_is_sent_and_what_is_gone_goes_in_the_same_commit(
    hub: LoopbackHub, repository: Repository, sources: Path
) -> None:
    (sources / "builder" / "gone.py").write_text("x = 1\n")
    publish_space(repository)
    change(hub, "mine.txt", "builder/mine.py")
    (sources / "builder" / "gone.py").unlink()
    (sources / "prompts" / "score.txt").write_text("another prompt\n")
    done = publish_space(repository)
    assert (done["uploaded"], done["deleted"]) == (["prompts/score.txt", LIST], ["builder/gone.py"])
    assert done["kept"] == len(space_files()) - 2
    assert shown(hub) == {**space_files(), "mine.txt": b"theirs", "builder/mine.py": b"theirs"}
    assert len(commits(hub)) == 4


def test_a_space_that_was_made_on_the_website_is_taken_over(hub: LoopbackHub, repository: Repository) -> None:
    change(hub, "README.md", data=b"---\nsdk: gradio\n---\nCheck out the configuration reference\n")
    publish_space(repository)
    assert shown(hub) == space_files()


def test_somebody_else_s_space_is_left_alone(hub: LoopbackHub, repository: Repository) -> None:
    change(hub, "app.py")
    with pytest.raises(PublishError, match=r"holds a Space that KPMath did not put there \(app\.py\)"):
        publish_space(repository)
    assert shown(hub) == {"app.py": b"theirs"}


def test_a_change_made_there_is_not_overwritten_and_what_to_do_helps(
    hub: LoopbackHub, repository: Repository, sources: Path
) -> None:
    publish_space(repository)
    change(hub, "space/html.py")
    with pytest.raises(PublishError, match=r"space/html\.py was changed there .* delete the file there"):
        publish_space(repository)
    change(hub, "space/html.py", delete=True)
    publish_space(repository)
    assert shown(hub) == space_files()


def test_a_file_that_was_changed_there_is_not_removed(hub: LoopbackHub, repository: Repository, sources: Path) -> None:
    (sources / "builder" / "gone.py").write_text("x = 1\n")
    publish_space(repository)
    change(hub, "builder/gone.py")
    (sources / "builder" / "gone.py").unlink()
    assert publish_space(repository)["deleted"] == []
    assert shown(hub) == {**space_files(), "builder/gone.py": b"theirs"}


def test_a_list_that_is_not_ours_is_told(hub: LoopbackHub, repository: Repository) -> None:
    change(hub, LIST, data=b"{}")
    with pytest.raises(PublishError, match=r"\.kpmath-space\.json of acme/kpmath-space is no list of files"):
        publish_space(repository)


def test_a_race_is_looked_at_again_and_nothing_of_the_other_is_overwritten(
    hub: LoopbackHub, repository: Repository
) -> None:
    repository.create(private=False)
    hub.before_commit(lambda: change(hub, "mine.txt"))
    publish_space(repository)
    assert [seen.status for seen in hub.seen("POST", "/commit/")].count(412) == 1
    assert shown(hub) == {**space_files(), "mine.txt": b"theirs"}


def test_a_race_for_the_same_files_is_refused(hub: LoopbackHub, repository: Repository) -> None:
    repository.create(private=False)
    hub.before_commit(lambda: change(hub, "app.py"))
    with pytest.raises(PublishError, match="did not put there"):
        publish_space(repository)
    assert shown(hub) == {"app.py": b"theirs"}


def test_a_race_without_end_is_given_up_with_a_word(hub: LoopbackHub, repository: Repository) -> None:
    hub.fail(method="POST", path="/commit/", status=412, times=99)
    with pytest.raises(PublishError, match="was changed by somebody else 5 times"):
        publish_space(repository)


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "POST", "path": "/commit/", "status": 503, "times": 2},
        {"method": "POST", "path": "/commit/", "drop": "request"},
        {"method": "POST", "path": "/commit/", "drop": "reply"},  # it was done, and nobody heard of it
        {"method": "POST", "path": "/commit/", "status": 504, "landed": True},
        {"method": "POST", "path": "/repos/create", "drop": "reply"},
        {"method": "GET", "path": "/tree/", "drop": "reply"},
        {"method": "POST", "path": "/preupload/", "status": 429, "headers": {"Retry-After": "0"}},
    ],
    ids=lambda fault: "-".join(str(v) for v in fault.values()),
)
def test_a_fault_that_passes_costs_a_wait_and_no_more(
    hub: LoopbackHub, repository: Repository, fault: dict[str, Any]
) -> None:
    hub.fail(**fault)
    publish_space(repository)
    assert shown(hub) == space_files()
    assert len(commits(hub)) == 2


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"path": "/commit/", "status": 500}, r"the commit to acme/kpmath-space: the Hub failed"),
        (
            {"path": "/commit/", "drop": "request"},
            "the commit to acme/kpmath-space: the connection to .* failed 6 times",
        ),
        ({"path": "/repos/create", "status": 403}, "may not write to acme/kpmath-space"),
    ],
)
def test_a_fault_that_stays_is_told_and_the_same_command_finishes_it(
    hub: LoopbackHub, repository: Repository, fault: dict[str, Any], message: str
) -> None:
    hub.fail(**fault, times=99)
    with pytest.raises(PublishError, match=message):
        publish_space(repository)
    hub.heal()
    publish_space(repository)
    assert shown(hub) == space_files()


def test_what_was_sent_is_read_back_and_must_be_the_same(
    hub: LoopbackHub, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hub that loses a file after it has accepted the commit: the second listing is that of the commit.
    listings: list[str] = []

    def lossy(revision: str) -> dict[str, str]:
        listings.append(revision)
        found = Repository.files(repository, revision)
        return found if len(listings) == 1 else {k: v for k, v in found.items() if k != "app.py"}

    monkeypatch.setattr(repository, "files", lossy)
    with pytest.raises(PublishError, match=r"is not what was sent \(app\.py\)"):
        publish_space(repository)
    assert listings[1] == hub.head(REPO, kind="space")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(hub: LoopbackHub, repository: Repository) -> None:
    done = publish_space(repository, dry_run=True)
    assert (len(done["uploaded"]), done["commit"]) == (len(space_files()), None)
    assert done["bytes"] == sum(map(len, space_files().values()))
    assert not [seen for seen in hub.requests if seen.method in ("POST", "PUT", "DELETE")]
    commit = publish_space(repository)["commit"]
    assert publish_space(repository, dry_run=True) | {"kept": 0} == done | {
        "uploaded": [],
        "bytes": 0,
        "commit": commit,
        "nothing": True,
    }


@pytest.mark.parametrize("private", [True, False])
def test_a_private_space_is_private(hub: LoopbackHub, repository: Repository, private: bool) -> None:
    publish_space(repository, private=private)
    assert HfApi(endpoint=hub.endpoint, token=hub.token).repo_info(REPO, repo_type="space").private is private


# --- the command -------------------------------------------------------------------------------


def test_the_command_publishes_and_says_when_there_is_nothing_to_do(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["publish", "--space", REPO, "--repo", "acme/kpmath"]
    files = space_files("acme/kpmath")
    size = f"{len(files)} files ({sum(map(len, files.values())) / 1e6:.1f} MB)"
    assert main([*command, "--dry-run"]) == 0
    assert capsys.readouterr().out == f"{REPO}: {size} would be sent, 0 kept, 0 deleted\n"
    assert main(command) == 0
    assert capsys.readouterr().out == f"{REPO}: {size} were sent, 0 kept, 0 deleted\n"
    assert shown(hub) == files
    assert main(command) == 0
    assert capsys.readouterr().out == f"{REPO} has all of this already\n"
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nothing"] is True


def test_the_command_writes_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "--space-dir", str(tmp_path / "out")]) == 0
    assert "python app.py in it serves the page" in capsys.readouterr().out
    assert local(tmp_path / "out") == space_files()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give SOURCE (a dataset folder, a recipe or a run), or --space ORG/NAME"),
        (["kpmath", "--space", REPO], "--space takes no SOURCE (kpmath)"),
        (["--space", REPO, "--space-dir", "x"], "not both"),
        (["--space", REPO, "--version", "1.0.0", "--out", "x"], "--version, --out: not with --space"),
        (["--space-dir", "x", "--dry-run"], "--dry-run: not with --space-dir"),
    ],
)
def test_what_does_not_go_together_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", *arguments]) == 2
    assert message in capsys.readouterr().err
