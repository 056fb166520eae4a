"""Publishing to the Hub, over real HTTP to the loopback hub: whole versions, races, faults, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

import kpmath
from builder.errors import PublishError
from builder.publish.hub import download, publish_to_hub
from builder.publish.provenance import parse_provenance, read_provenance
from builder.publish.repository import Repository
from tests.hub.client_settings import point_clients
from tests.hub.server import LoopbackHub
from tests.publish.sample import build

REPO = "acme/kpmath"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as hub:
        point_clients(hub, tmp_path / "client", monkeypatch)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        yield hub


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def repository(hub: LoopbackHub, waits: list[float]) -> Repository:
    return Repository(REPO, wait=waits.append)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "kpmath")


def local(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def shown(hub: LoopbackHub, revision: str = "main") -> dict[str, bytes]:
    return {path: data for path, data in hub.files(REPO, revision).items() if path != ".gitattributes"}


def is_whole(files: dict[str, bytes]) -> bool:
    """Whether the files are all of one version: those that its provenance names, with the bytes that it says."""
    provenance = parse_provenance(files["provenance.json"].decode(), "the hub")
    head = kpmath.parse_card(files["README.md"].decode(), "the hub")
    expected = {s.file: s.file_bytes for s in provenance.shards}
    data = {path: len(d) for path, d in files.items() if path.startswith("data/")}
    return data == expected and (head.version, head.content) == (provenance.version, provenance.content)


# --- versions ----------------------------------------------------------------------------------


def test_a_new_repository_gets_one_commit_and_one_tag_and_shows_what_is_here(
    hub: LoopbackHub, repository: Repository, folder: Path
) -> None:
    done = publish_to_hub(folder, repository)
    assert (done["version"], done["change"], done["before"]) == ("1.0.0", "first", None)
    assert shown(hub) == shown(hub, "v1.0.0") == local(folder)
    assert [c.title for c in hub.commits(REPO)] == ["Version 1.0.0", "initial commit"]
    assert hub.tags(REPO) == {"v1.0.0": hub.head(REPO)} == {"v1.0.0": done["commit"]}


def test_publishing_again_changes_nothing_and_says_so(hub: LoopbackHub, repository: Repository, folder: Path) -> None:
    first = publish_to_hub(folder, repository)
    writes = len(hub.seen("POST", "/commit/")), len(hub.seen("PUT", "/lfs/"))
    again = publish_to_hub(folder, repository)
    assert again["nothing"]
    assert again["commit"] == first["commit"]
    assert (len(hub.seen("POST", "/commit/")), len(hub.seen("PUT", "/lfs/"))) == writes
    assert publish_to_hub(folder, repository, version="1.0.0")["nothing"]


def test_more_rows_make_a_minor_version_and_both_stay_loadable(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    publish_to_hub(folder, repository)
    before = local(folder)
    more = build(tmp_path / "more", questions=9)
    done = publish_to_hub(more, repository)
    assert (done["version"], done["change"], done["before"]) == ("1.1.0", "minor", "1.0.0")
    assert shown(hub, "v1.0.0") == before
    assert shown(hub, "v1.1.0") == shown(hub) == local(more)
    assert read_provenance(more).version == "1.1.0"  # the folder is what was published
    assert [r.version for r in read_provenance(more).releases] == ["1.0.0", "1.1.0"]
    assert (
        "- 1.1.0: rows added: 9 in default, 3 in questions, 9 in messages\n- 1.0.0: "
        in (more / "README.md").read_text()
    )


def test_shards_that_are_there_already_are_not_sent_again(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    publish_to_hub(folder, repository)
    sent = len(hub.seen("PUT", "/lfs/"))
    done = publish_to_hub(build(tmp_path / "more", questions=9), repository)
    assert len(hub.seen("PUT", "/lfs/")) - sent == len(done["uploaded"])
    assert done["kept"] > 0


def test_shards_of_the_version_before_go_in_the_same_commit(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    publish_to_hub(folder, repository)
    fewer = build(tmp_path / "fewer", shard_bytes=10**6)  # the same rows in fewer files
    done = publish_to_hub(fewer, repository)
    assert (done["version"], done["change"]) == ("1.0.1", "patch")
    assert done["deleted"]
    assert shown(hub) == local(fewer)
    assert len(hub.commits(REPO)) == 3


def test_rows_are_never_taken_away_by_accident(repository: Repository, folder: Path, tmp_path: Path) -> None:
    publish_to_hub(folder, repository)
    less = build(tmp_path / "less", questions=5)
    message = (
        r"takes something away from it: removed: 3 in default.*say --version 2\.0\.0; .* build with --grow acme/kpmath"
    )
    with pytest.raises(PublishError, match=message):
        publish_to_hub(less, repository)
    assert publish_to_hub(less, repository, version="2.0.0")["change"] == "major"


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.0.0", r"version 1\.0\.0 of acme/kpmath is published already, with other content.*as 1\.1\.0 or later"),
        ("1.0.1", r"version 1\.0\.1 cannot follow 1\.0\.0: rows added: .* makes a minor version, at least 1\.1\.0"),
        ("0.9.0", r"version 0\.9\.0 cannot follow 1\.0\.0"),
        ("new", r"version 'new': write X\.Y\.Z"),
    ],
)
def test_a_version_that_is_taken_or_too_low_is_refused_and_nothing_is_sent(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path, version: str, message: str
) -> None:
    publish_to_hub(folder, repository)
    head, sent = hub.head(REPO), len(hub.seen("PUT", "/lfs/"))
    with pytest.raises(PublishError, match=message):
        publish_to_hub(build(tmp_path / "more", questions=9), repository, version=version)
    assert (hub.head(REPO), len(hub.seen("PUT", "/lfs/"))) == (head, sent)


def test_an_old_version_asked_for_again_is_there_and_stays(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    publish_to_hub(folder, repository)
    publish_to_hub(build(tmp_path / "more", questions=9), repository)
    tags = hub.tags(REPO)
    done = publish_to_hub(folder, repository, version="1.0.0")
    assert done["nothing"]
    assert done["commit"] == tags["v1.0.0"]
    assert hub.tags(REPO) == tags


def test_a_higher_version_may_be_asked_for(hub: LoopbackHub, repository: Repository, folder: Path) -> None:
    assert publish_to_hub(folder, repository, version="v3.1.4")["version"] == "3.1.4"
    assert kpmath.read_card(folder).version == "3.1.4"
    assert shown(hub, "v3.1.4") == local(folder)
    with pytest.raises(PublishError, match=r"has all of this as version 3\.1\.4: there is nothing to publish"):
        publish_to_hub(folder, repository, version="4.0.0")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    done = publish_to_hub(folder, repository, dry_run=True)
    assert (done["version"], done["commit"]) == ("1.0.0", None)
    assert done["bytes"] == sum(s.file_bytes for s in read_provenance(folder).shards)
    assert not [seen for seen in hub.requests if seen.method in ("POST", "PUT", "DELETE")]
    publish_to_hub(folder, repository)
    more = build(tmp_path / "more", questions=9)
    before, writes = local(more), len(hub.seen("POST", "/commit/"))
    assert publish_to_hub(more, repository, dry_run=True)["version"] == "1.1.0"
    assert (local(more), len(hub.seen("POST", "/commit/"))) == (before, writes)


def test_a_private_repository_is_private(hub: LoopbackHub, repository: Repository, folder: Path) -> None:
    publish_to_hub(folder, repository, private=True)
    assert HfApi(endpoint=hub.endpoint, token=hub.token).repo_info(REPO, repo_type="dataset").private


def test_a_published_data_set_comes_back_as_a_folder(hub: LoopbackHub, repository: Repository, folder: Path) -> None:
    publish_to_hub(folder, repository)
    found = download(REPO)
    assert read_provenance(found) == read_provenance(folder)
    with pytest.raises(PublishError, match="there is no data set acme/none on the Hub"):
        download("acme/none")


# --- what is in the way ------------------------------------------------------------------------


def put(hub: LoopbackHub, path: str, data: bytes) -> None:
    """Another client's commit."""
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="dataset", exist_ok=True)
    api.create_commit(REPO, [CommitOperationAdd(path, data)], commit_message="mine", repo_type="dataset")


@pytest.mark.parametrize(
    ("path", "data", "message"),
    [
        ("kpmath.py", b"x = 1", r"acme/kpmath holds kpmath\.py: datasets loads no repository with a script"),
        ("data/train.parquet", b"PAR1", r"holds data that KPMath did not put there \(data/train\.parquet\)"),
        ("provenance.json", b"{}", r"provenance\.json of acme/kpmath is no provenance of KPMath"),
    ],
)
def test_a_repository_that_is_somebody_elses_is_left_alone(
    hub: LoopbackHub, repository: Repository, folder: Path, path: str, data: bytes, message: str
) -> None:
    put(hub, path, data)
    head = hub.head(REPO)
    with pytest.raises(PublishError, match=message):
        publish_to_hub(folder, repository)
    assert hub.head(REPO) == head


def test_a_file_of_the_owner_stays(hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path) -> None:
    put(hub, "LICENSE", b"Apache-2.0")
    publish_to_hub(folder, repository)
    publish_to_hub(build(tmp_path / "more", questions=9), repository)
    assert hub.files(REPO)["LICENSE"] == b"Apache-2.0"


def test_a_race_is_looked_at_again_and_nothing_of_the_other_is_overwritten(
    hub: LoopbackHub, repository: Repository, folder: Path
) -> None:
    publish = Repository(REPO)
    publish.create(private=False)
    hub.before_commit(lambda: put(hub, "LICENSE", b"theirs"))
    publish_to_hub(folder, repository)
    assert [s.status for s in hub.seen("POST", "/commit/")].count(412) == 1
    assert shown(hub) == {**local(folder), "LICENSE": b"theirs"}
    assert hub.tags(REPO)["v1.0.0"] == hub.head(REPO)


def test_a_race_with_another_version_makes_the_next_one(
    hub: LoopbackHub, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    publish_to_hub(folder, repository)
    theirs = build(tmp_path / "theirs", questions=9)
    mine = build(tmp_path / "mine", questions=12)
    hub.before_commit(lambda: publish_to_hub(theirs, Repository(REPO)))
    assert publish_to_hub(mine, repository)["version"] == "1.2.0"
    assert list(hub.tags(REPO)) == ["v1.0.0", "v1.1.0", "v1.2.0"]
    assert shown(hub, "v1.1.0") == local(theirs)
    assert shown(hub) == local(mine)


def test_a_race_without_end_is_given_up_with_a_word(hub: LoopbackHub, repository: Repository, folder: Path) -> None:
    hub.fail(method="POST", path="/commit/", status=412, times=99)
    with pytest.raises(PublishError, match="was changed by somebody else 5 times"):
        publish_to_hub(folder, repository)


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "POST", "path": "/commit/", "status": 503, "times": 2},
        {"method": "POST", "path": "/commit/", "status": 429, "headers": {"Retry-After": "7"}},
        {"method": "POST", "path": "/commit/", "drop": "request"},
        {"method": "POST", "path": "/commit/", "drop": "reply"},  # it was done, and nobody heard of it
        {"method": "POST", "path": "/commit/", "status": 504, "landed": True},
        {"method": "PUT", "path": "/lfs/", "drop": "upload"},
        {"method": "POST", "path": "/tag/", "drop": "reply"},
        {"method": "POST", "path": "/tag/", "status": 502},
        {"method": "GET", "path": "/refs", "status": 500, "times": 2},
        {"method": "GET", "path": "/tree/", "drop": "reply"},
        {"method": "POST", "path": "/repos/create", "drop": "reply"},
        {"path": "/preupload/", "delay": 0.2, "times": 3},
    ],
    ids=lambda fault: "-".join(str(v) for v in fault.values()),
)
def test_a_fault_that_passes_costs_a_wait_and_no_more(
    hub: LoopbackHub, repository: Repository, folder: Path, fault: dict[str, Any]
) -> None:
    hub.fail(**fault)
    publish_to_hub(folder, repository)
    assert shown(hub, "v1.0.0") == local(folder)
    assert len(hub.commits(REPO)) == 2


def test_the_hub_is_waited_for_as_long_as_it_says(
    hub: LoopbackHub, repository: Repository, folder: Path, waits: list[float]
) -> None:
    hub.fail(method="POST", path="/tag/", status=429, headers={"Retry-After": "37"})
    publish_to_hub(folder, repository)
    assert waits == [37.0]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            {"path": "/tag/", "status": 429},
            r"tagging acme/kpmath v1\.0\.0: the Hub asks to slow down: wait some minutes",
        ),
        (
            {"path": "/commit/", "status": 500},
            r"the commit to acme/kpmath: the Hub failed: give the same command again",
        ),
        (
            {"method": "POST", "path": "/commit/", "drop": "request"},
            "the commit to .*: the connection to .* failed 6 times",
        ),
        ({"path": "/commit/", "status": 413}, "too large for the Hub"),
    ],
)
def test_a_fault_that_stays_is_told_with_what_to_do(
    hub: LoopbackHub, repository: Repository, folder: Path, fault: dict[str, Any], message: str
) -> None:
    hub.fail(**fault, times=99)
    with pytest.raises(PublishError, match=message):
        publish_to_hub(folder, repository)
    hub.heal()
    publish_to_hub(folder, repository)  # the same command finishes it
    assert shown(hub, "v1.0.0") == local(folder)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("hf_wrong", r"401|the token is missing or wrong: log in with `hf auth login`, or set HF_TOKEN"),
        (None, "the token is missing or wrong"),
        ("read", r"the token may not write to acme/kpmath"),
    ],
)
def test_a_token_that_may_not_write_is_told_apart(
    hub: LoopbackHub,
    repository: Repository,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    token: str | None,
    message: str,
) -> None:
    if token is None:
        monkeypatch.delenv("HF_TOKEN")
    else:
        monkeypatch.setenv("HF_TOKEN", hub.read_token if token == "read" else token)
    with pytest.raises(PublishError, match=message):
        publish_to_hub(folder, repository)


@pytest.mark.parametrize("name", ["a/b/c", "-x/y", "acme/..", "x" * 200])
def test_a_name_that_cannot_be_one_is_refused(hub: LoopbackHub, folder: Path, name: str) -> None:
    with pytest.raises(PublishError, match=r"write ORG/NAME"):
        publish_to_hub(folder, Repository(name))


def test_what_was_sent_is_read_back_and_must_be_the_same(
    hub: LoopbackHub, repository: Repository, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hub that loses a shard after it has accepted the commit.
    def lose() -> None:
        HfApi(endpoint=hub.endpoint, token=hub.token).delete_file(
            "data/tcpm/train-00000.parquet", REPO, repo_type="dataset"
        )
        hub.heal()

    real = Repository.commit

    def commit(self: Repository, *args: Any) -> str:
        real(self, *args)
        lose()
        return hub.head(REPO)

    monkeypatch.setattr(Repository, "commit", commit)
    with pytest.raises(PublishError, match=r"at v1\.0\.0 is not what was sent \(data/tcpm/train-00000\.parquet\)"):
        publish_to_hub(folder, repository)
