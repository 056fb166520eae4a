"""The loopback hub answers the real huggingface_hub as the Hub does: the same calls, results and errors."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
    constants,
    hf_hub_download,
)
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub.client_settings import environment
from tests.hub.server import LoopbackHub

REPO = "acme/numbers"
CARD = "---\nlicense: apache-2.0\n---\n# Numbers\n"


def shard(start: int, rows: int = 100) -> bytes:
    """A Parquet file whose column ``n`` counts from ``start``."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"n": list(range(start, start + rows))}), buffer)
    return buffer.getvalue()


def put(api: HfApi, files: dict[str, bytes], parent: str | None = None, branch: str = "main") -> str:
    """One commit with these files; gives its sha."""
    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    made = api.create_commit(
        REPO, operations, commit_message="a commit", repo_type="dataset", parent_commit=parent, revision=branch
    )
    return made.oid


def status_of(error: pytest.ExceptionInfo[HfHubHTTPError]) -> int:
    return error.value.response.status_code


# --- repositories --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["dataset", "model", "space"])
def test_a_repository_of_each_kind_is_made_described_and_deleted(hub: LoopbackHub, kind: str) -> None:
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    url = api.create_repo("acme/one", repo_type=kind, space_sdk="gradio" if kind == "space" else None)
    assert (url.repo_id, url.repo_type) == ("acme/one", kind)
    info = api.repo_info("acme/one", repo_type=kind)
    assert (info.id, info.author, info.sha, info.private) == (
        "acme/one",
        "acme",
        hub.head("acme/one", kind=kind),
        False,
    )
    assert api.list_repo_files("acme/one", repo_type=kind) == [".gitattributes"]
    assert api.upload_file(path_or_fileobj=b"x", path_in_repo="a/b.txt", repo_id="acme/one", repo_type=kind).oid
    assert Path(api.hf_hub_download("acme/one", "a/b.txt", repo_type=kind)).read_bytes() == b"x"
    api.delete_repo("acme/one", repo_type=kind)
    with pytest.raises(RepositoryNotFoundError):
        api.repo_info("acme/one", repo_type=kind)


def test_a_repository_that_exists_is_409_unless_that_is_ok(hub: LoopbackHub, api: HfApi) -> None:
    with pytest.raises(HfHubHTTPError) as error:
        api.create_repo(REPO, repo_type="dataset")
    assert status_of(error) == 409
    assert api.create_repo(REPO, repo_type="dataset", exist_ok=True).repo_id == REPO


def test_a_name_without_namespace_belongs_to_the_user(hub: LoopbackHub, api: HfApi) -> None:
    assert api.create_repo("own", repo_type="dataset").repo_id == "kpdev/own"
    assert api.repo_exists("kpdev/own", repo_type="dataset")
    assert not api.repo_exists("own", repo_type="dataset")


def test_whoami_names_the_user_and_the_organisation(hub: LoopbackHub, api: HfApi) -> None:
    who = api.whoami()
    assert (who["name"], [org["name"] for org in who["orgs"]]) == ("kpdev", ["acme"])


# --- who may do what -----------------------------------------------------------------------------


def test_a_read_token_may_read_and_may_not_write(hub: LoopbackHub, api: HfApi) -> None:
    reader = HfApi(endpoint=hub.endpoint, token=hub.read_token)
    assert reader.dataset_info(REPO).id == REPO
    for write in (
        lambda: put(reader, {"a.txt": b"a"}),
        lambda: reader.create_repo("acme/other", repo_type="dataset"),
        lambda: reader.create_tag(REPO, tag="v1", repo_type="dataset"),
        lambda: reader.delete_repo(REPO, repo_type="dataset"),
    ):
        with pytest.raises(HfHubHTTPError) as error:
            write()
        assert status_of(error) == 403
    assert list(hub.files(REPO)) == [".gitattributes"]


def test_a_wrong_token_is_401_even_for_what_is_public(hub: LoopbackHub, api: HfApi) -> None:
    with pytest.raises(HfHubHTTPError, match="Invalid credentials") as error:
        HfApi(endpoint=hub.endpoint, token="hf_wrong").dataset_info(REPO)
    assert status_of(error) == 401 and not isinstance(error.value, RepositoryNotFoundError)


def test_nobody_writes_without_a_token_or_into_a_namespace_of_others(hub: LoopbackHub, api: HfApi) -> None:
    stranger = HfApi(endpoint=hub.endpoint, token=hub.add_account("stranger"))
    with pytest.raises(HfHubHTTPError) as error:
        put(stranger, {"a.txt": b"a"})
    assert status_of(error) == 403
    with pytest.raises(HfHubHTTPError) as error:
        put(HfApi(endpoint=hub.endpoint, token=False), {"a.txt": b"a"})
    assert status_of(error) == 401


def test_a_private_repository_is_not_found_by_those_who_may_not_read_it(hub: LoopbackHub) -> None:
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type="dataset", private=True)
    assert api.dataset_info(REPO).private
    for token, status in ((False, 401), (hub.add_account("stranger"), 404)):
        outside = HfApi(endpoint=hub.endpoint, token=token)
        with pytest.raises(RepositoryNotFoundError) as error:
            outside.dataset_info(REPO)
        assert status_of(error) == status
        with pytest.raises(RepositoryNotFoundError):
            outside.hf_hub_download(REPO, ".gitattributes", repo_type="dataset")
    api.update_repo_settings(REPO, repo_type="dataset", private=False)
    assert not HfApi(endpoint=hub.endpoint, token=False).dataset_info(REPO).private


# --- commits -------------------------------------------------------------------------------------


def test_a_folder_is_uploaded_with_its_shards_in_lfs_and_comes_back_the_same(
    hub: LoopbackHub, api: HfApi, tmp_path: Path
) -> None:
    files = {"README.md": CARD.encode(), "data/train-00000.parquet": shard(0), "data/train-00001.parquet": shard(100)}
    for path, data in files.items():
        (tmp_path / "up" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "up" / path).write_bytes(data)
    made = api.upload_folder(folder_path=tmp_path / "up", repo_id=REPO, repo_type="dataset")
    assert made.oid == hub.head(REPO)
    assert {path: data for path, data in hub.files(REPO).items() if path != ".gitattributes"} == files
    tree = {entry.path: entry for entry in api.list_repo_tree(REPO, recursive=True, repo_type="dataset")}
    assert tree["README.md"].lfs is None
    assert tree["data/train-00000.parquet"].lfs.size == len(shard(0))
    down = Path(api.snapshot_download(REPO, repo_type="dataset"))
    assert {path: (down / path).read_bytes() for path in files} == files


def test_an_unchanged_folder_makes_no_commit_and_sends_no_bytes(hub: LoopbackHub, api: HfApi, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(shard(0))
    first = api.upload_folder(folder_path=tmp_path, repo_id=REPO, repo_type="dataset", allow_patterns="*.parquet")
    hub.requests.clear()
    again = api.upload_folder(folder_path=tmp_path, repo_id=REPO, repo_type="dataset", allow_patterns="*.parquet")
    assert again.oid == first.oid and len(hub.commits(REPO)) == 2
    assert not hub.seen("PUT", "/lfs/") and not hub.seen("POST", "/commit/")


def test_one_commit_adds_replaces_and_deletes_all_at_once(hub: LoopbackHub, api: HfApi) -> None:
    put(api, {"a.txt": b"1", "old.txt": b"o", "gone/x.txt": b"x", "gone/deep/y.txt": b"y"})
    additions = [CommitOperationAdd("data/t.parquet", shard(0)), CommitOperationAdd("a.txt", b"2")]
    api.preupload_lfs_files(REPO, additions=additions, repo_type="dataset")
    assert "data/t.parquet" not in hub.files(REPO), "uploading alone shows nothing"
    operations = [*additions, CommitOperationDelete("old.txt"), CommitOperationDelete("gone/")]
    made = api.create_commit(
        REPO,
        operations,
        commit_message="v2",
        commit_description="why",
        repo_type="dataset",
        parent_commit=hub.head(REPO),
    )
    assert hub.files(REPO).keys() == {".gitattributes", "a.txt", "data/t.parquet"}
    assert hub.files(REPO)["a.txt"] == b"2"
    newest = api.list_repo_commits(REPO, repo_type="dataset")[0]
    assert (newest.commit_id, newest.title, newest.message, newest.authors) == (made.oid, "v2", "why", ["kpdev"])


def test_files_are_copied_on_the_hub(hub: LoopbackHub, api: HfApi) -> None:
    put(api, {"a.txt": b"text", "a.parquet": shard(0)})
    copies = [CommitOperationCopy("a.txt", "b.txt"), CommitOperationCopy("a.parquet", "b.parquet")]
    api.create_commit(REPO, copies, commit_message="copy", repo_type="dataset")
    files = hub.files(REPO)
    assert (files["b.txt"], files["b.parquet"]) == (files["a.txt"], files["a.parquet"])


def test_a_stale_parent_is_refused_with_412_and_changes_nothing(hub: LoopbackHub, api: HfApi) -> None:
    stale = hub.head(REPO)
    head = put(api, {"a.txt": b"1"})
    with pytest.raises(HfHubHTTPError) as error:
        put(api, {"a.txt": b"2"}, parent=stale)
    assert status_of(error) == 412
    assert hub.head(REPO) == head and hub.files(REPO)["a.txt"] == b"1"


def test_deleting_what_is_not_there_is_refused(hub: LoopbackHub, api: HfApi) -> None:
    for path in ("no.txt", "no/"):
        with pytest.raises(EntryNotFoundError):
            api.create_commit(REPO, [CommitOperationDelete(path)], commit_message="d", repo_type="dataset")


def test_a_commit_cannot_point_at_an_object_that_was_not_uploaded(hub: LoopbackHub, api: HfApi) -> None:
    addition = CommitOperationAdd("a.parquet", shard(0))
    api.preupload_lfs_files(REPO, additions=[addition], repo_type="dataset", free_memory=False)
    hub.repo(REPO).objects.clear()
    with pytest.raises(HfHubHTTPError) as error:
        api.create_commit(REPO, [addition], commit_message="a", repo_type="dataset")
    assert status_of(error) == 400 and "a.parquet" not in hub.files(REPO)


@pytest.mark.parametrize(
    "card",
    ["---\nlicense: [\n---\n", "---\nsize_categories: many\n---\n", "---\nconfigs: [a]\n---\n", "---\n- a\n---\n"],
)
def test_a_card_with_wrong_metadata_is_refused_before_anything_is_sent(hub: LoopbackHub, api: HfApi, card: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid metadata in README\.md"):
        put(api, {"README.md": card.encode(), "a.parquet": shard(0)})
    assert not hub.seen("POST", "/preupload/") and not hub.seen("POST", "/commit/")


def test_a_card_without_metadata_is_warned_of(hub: LoopbackHub, api: HfApi) -> None:
    with pytest.warns(UserWarning, match="empty or missing yaml"):
        put(api, {"README.md": b"# only a title\n"})
    put(api, {"README.md": CARD.encode()})
    assert hub.files(REPO)["README.md"] == CARD.encode()


# --- tags and branches ---------------------------------------------------------------------------


def test_a_tag_stays_where_it_was_set_and_is_set_once(hub: LoopbackHub, api: HfApi) -> None:
    first = put(api, {"a.txt": b"1"})
    api.create_tag(REPO, tag="v1.0.0", revision=first, repo_type="dataset")
    second = put(api, {"a.txt": b"2"})
    with pytest.raises(HfHubHTTPError) as error:
        api.create_tag(REPO, tag="v1.0.0", repo_type="dataset")
    assert status_of(error) == 409
    api.create_tag(REPO, tag="v1.0.0", repo_type="dataset", exist_ok=True)
    assert hub.tags(REPO) == {"v1.0.0": first} and hub.head(REPO) == second
    assert api.dataset_info(REPO, revision="v1.0.0").sha == first
    assert Path(api.hf_hub_download(REPO, "a.txt", revision="v1.0.0", repo_type="dataset")).read_bytes() == b"1"
    api.delete_tag(REPO, tag="v1.0.0", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.dataset_info(REPO, revision="v1.0.0")


def test_a_branch_grows_apart_from_main(hub: LoopbackHub, api: HfApi) -> None:
    base = put(api, {"a.txt": b"1"})
    api.create_branch(REPO, branch="stage/one", revision=base, repo_type="dataset")
    put(api, {"a.txt": b"2"}, branch="stage/one")
    assert (hub.files(REPO)["a.txt"], hub.files(REPO, "stage/one")["a.txt"]) == (b"1", b"2")
    refs = api.list_repo_refs(REPO, repo_type="dataset")
    assert {ref.name: ref.target_commit for ref in refs.branches} == hub.branches(REPO)
    assert Path(api.hf_hub_download(REPO, "a.txt", revision="stage/one", repo_type="dataset")).read_bytes() == b"2"
    with pytest.raises(HfHubHTTPError):
        api.create_branch(REPO, branch="stage/one", repo_type="dataset")
    api.delete_branch(REPO, branch="stage/one", repo_type="dataset")
    assert list(hub.branches(REPO)) == ["main"]


def test_squashing_leaves_one_commit_with_the_same_files(hub: LoopbackHub, api: HfApi) -> None:
    for text in (b"1", b"2"):
        put(api, {"a.txt": text})
    before = hub.files(REPO)
    api.super_squash_history(REPO, repo_type="dataset")
    assert hub.files(REPO) == before and len(hub.commits(REPO)) == 1


# --- reading -------------------------------------------------------------------------------------


def test_what_is_missing_is_told_apart(hub: LoopbackHub, api: HfApi) -> None:
    with pytest.raises(RepositoryNotFoundError):
        api.hf_hub_download("acme/none", "a.txt", repo_type="dataset")
    with pytest.raises(RevisionNotFoundError):
        api.hf_hub_download(REPO, "a.txt", revision="v9", repo_type="dataset")
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(REPO, "a.txt", repo_type="dataset")
    with pytest.raises(EntryNotFoundError):
        list(api.list_repo_tree(REPO, "nowhere", repo_type="dataset"))


def test_a_tree_and_a_history_come_in_pages(hub: LoopbackHub, api: HfApi) -> None:
    put(api, {f"d/{i:02}.txt": b"%d" % i for i in range(7)})
    hub.page_size = 3
    assert len(list(api.list_repo_tree(REPO, "d", repo_type="dataset"))) == 7
    assert len(hub.seen("GET", "/tree/")) == 3
    for i in range(4):
        put(api, {"n.txt": b"%d" % i})
    assert [c.commit_id for c in api.list_repo_commits(REPO, repo_type="dataset")] == [c.sha for c in hub.commits(REPO)]


def test_a_tree_tells_the_commit_that_changed_each_file(hub: LoopbackHub, api: HfApi) -> None:
    first = put(api, {"d/a.txt": b"1", "d/b.txt": b"1"})
    second = put(api, {"d/b.txt": b"2"})
    found = api.get_paths_info(REPO, ["d", "d/a.txt", "d/b.txt", "no"], expand=True, repo_type="dataset")
    assert {entry.path: entry.last_commit.oid for entry in found} == {"d": second, "d/a.txt": first, "d/b.txt": second}


def test_the_file_system_globs_and_reads_a_part_of_a_file(hub: LoopbackHub, api: HfApi) -> None:
    put(api, {f"data/train-{i:05}.parquet": shard(i) for i in range(3)} | {"data/test-00000.parquet": shard(9)})
    api.create_tag(REPO, tag="v1", repo_type="dataset")
    put(api, {"data/train-00003.parquet": shard(3)})
    fs = HfFileSystem(endpoint=hub.endpoint, token=hub.token, skip_instance_cache=True)
    assert len(fs.glob(f"datasets/{REPO}/data/train-*.parquet")) == 4
    assert len(fs.glob(f"datasets/{REPO}@v1/data/train-*.parquet")) == 3
    with fs.open(f"datasets/{REPO}@v1/data/train-00001.parquet", block_size=64) as file:
        file.seek(-4, io.SEEK_END)
        assert file.read() == b"PAR1"
    assert pq.read_table(f"datasets/{REPO}/data/train-00002.parquet", filesystem=fs)["n"][0].as_py() == 2
    assert {seen.status for seen in hub.seen("GET", "/resolve/")} == {206}


def test_a_download_that_breaks_off_is_resumed_from_where_it_was(
    hub: LoopbackHub, api: HfApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    data = bytes(range(256)) * 400
    put(api, {"big.bin": data})
    hub.fail(method="GET", path="/resolve/", drop="reply")
    path = hf_hub_download(REPO, "big.bin", repo_type="dataset", endpoint=hub.endpoint, token=hub.token)
    assert Path(path).read_bytes() == data
    assert [seen.status for seen in hub.seen("GET", "/resolve/")] == [None, 206]


# --- faults --------------------------------------------------------------------------------------


def test_another_commit_that_lands_first_is_a_412(hub: LoopbackHub, api: HfApi) -> None:
    other = HfApi(endpoint=hub.endpoint, token=hub.add_account("other", "acme"))
    hub.before_commit(lambda: put(other, {"theirs.txt": b"t"}))
    with pytest.raises(HfHubHTTPError) as error:
        put(api, {"ours.txt": b"o"}, parent=hub.head(REPO))
    assert status_of(error) == 412
    put(api, {"ours.txt": b"o"}, parent=hub.head(REPO))
    assert {"ours.txt", "theirs.txt"} <= hub.files(REPO).keys()


def test_a_call_that_fails_in_a_rule_fails_the_test(tmp_path: Path) -> None:
    def wrong() -> None:
        raise LookupError("the rule's own mistake")

    with pytest.raises(LookupError, match="own mistake"), LoopbackHub() as hub:
        hub.before(wrong, path="whoami")
        with pytest.raises(HfHubHTTPError):
            HfApi(endpoint=hub.endpoint, token=hub.token).whoami()


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"status": 429, "headers": {"Retry-After": "0"}}, [429, 200]),
        ({"status": 503}, [503, 200]),
        ({"drop": "upload"}, [None, 200]),
        ({"drop": "reply"}, [None, 200]),
    ],
    ids=["429", "503", "upload dropped", "reply dropped"],
)
def test_the_client_sends_an_object_again_after(
    hub: LoopbackHub, api: HfApi, fault: dict[str, object], sent: list[int | None]
) -> None:
    hub.fail(method="PUT", path="/lfs/", **fault)
    put(api, {"a.parquet": shard(0, 50_000)})
    assert hub.files(REPO)["a.parquet"] == shard(0, 50_000)
    assert [seen.status for seen in hub.seen("PUT", "/lfs/")] == sent


def test_an_upload_that_arrives_cut_is_refused(hub: LoopbackHub, api: HfApi) -> None:
    hub.fail(method="PUT", path="/lfs/", keep=100)
    with pytest.raises(RuntimeError, match="Error while uploading"):
        put(api, {"a.parquet": shard(0)})
    assert not hub.repo(REPO).objects and len(hub.commits(REPO)) == 1
    put(api, {"a.parquet": shard(0)})
    assert hub.files(REPO)["a.parquet"] == shard(0)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 412, 500])
def test_a_commit_is_answered_with_any_status_and_does_not_happen(hub: LoopbackHub, api: HfApi, status: int) -> None:
    hub.fail(method="POST", path="/commit/main$", status=status, times=99)
    with pytest.raises(HfHubHTTPError) as error:
        put(api, {"a.txt": b"1"})
    assert status_of(error) == status and len(hub.commits(REPO)) == 1
    hub.heal()
    put(api, {"a.txt": b"1"})


@pytest.mark.parametrize("fault", [{"drop": "reply"}, {"status": 504, "landed": True}], ids=["dropped", "504"])
def test_a_commit_can_land_though_its_answer_is_lost(hub: LoopbackHub, api: HfApi, fault: dict[str, object]) -> None:
    hub.fail(method="POST", path="/commit/main$", **fault)
    with pytest.raises(Exception, match=r"504|disconnect|peer closed"):
        put(api, {"a.txt": b"1"}, parent=hub.head(REPO))
    assert hub.files(REPO)["a.txt"] == b"1"


def test_a_client_that_is_killed_in_the_middle_of_an_upload_leaves_nothing(
    hub: LoopbackHub, api: HfApi, tmp_path: Path
) -> None:
    upload = "from huggingface_hub import HfApi, CommitOperationAdd as Add;"
    upload += (
        f"HfApi().create_commit('{REPO}', [Add('big.bin', bytes(50_000_000))], commit_message='x', repo_type='dataset')"
    )
    clients: list[subprocess.Popen[bytes]] = []
    hub.before(lambda: clients[0].kill(), method="PUT", path="/lfs/")
    clients.append(subprocess.Popen([sys.executable, "-c", upload], env=environment(hub, tmp_path)))
    assert clients[0].wait(timeout=60) == -signal.SIGKILL
    assert not hub.repo(REPO).objects and len(hub.commits(REPO)) == 1
    assert [seen.status for seen in hub.seen("PUT", "/lfs/")] == [None]


def test_rules_let_some_requests_pass_and_strike_a_number_of_times(hub: LoopbackHub, api: HfApi) -> None:
    hub.fail(method="GET", path="/refs$", skip=1, times=2, status=403)
    answers = []
    for _ in range(5):
        try:
            api.list_repo_refs(REPO, repo_type="dataset")
        except HfHubHTTPError as error:
            answers.append(error.response.status_code)
        else:
            answers.append(200)
    assert answers == [200, 403, 403, 200, 200]


def test_a_slow_answer_is_waited_for(hub: LoopbackHub, api: HfApi) -> None:
    hub.fail(method="GET", path="whoami", delay=0.05)
    assert api.whoami()["name"] == "kpdev"
