"""What the loopback hub answers of one repository."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from tests.hub import cards
from tests.hub.accounts import NO_TOKEN, Site
from tests.hub.faults import KEEP
from tests.hub.history import Blob, Change, Commit, Refused, Repo

if TYPE_CHECKING:
    from tests.hub.server import LoopbackHub

REGULAR_LIMIT = 10 * 1024 * 1024  # a larger file goes to LFS, whatever it holds
LFS_SUFFIXES = (".parquet", ".arrow", ".bin", ".gz", ".png", ".zip")


class Repos(Site):
    """What belongs to a repository of one kind."""

    def __init__(self, hub: LoopbackHub, kind: str) -> None:
        super().__init__(hub)
        self.kind = kind
        self.prefix = "" if kind == "model" else f"/{kind}s"

    # --- which repository, and may it be read or written -----------------------------------------

    def readable(self, request: web.Request) -> Repo:
        """The repository of a request.  A private one does not exist for those who may not read it."""
        account = self.account(request)
        namespace = request.match_info["ns"]
        repo = self.hub.repos.get((self.kind, f"{namespace}/{request.match_info['name']}"))
        member = account is not None and namespace in (account.user, *account.orgs)
        if repo is None or (repo.private and not member):
            if account is None:
                raise Refused(401, NO_TOKEN, "RepoNotFound")  # the Hub's answer, though nothing is wrong with a token
            raise Refused(404, "Repository not found", "RepoNotFound")
        return repo

    def writable(self, request: web.Request) -> tuple[Repo, str]:
        repo = self.readable(request)
        return repo, self.writer(request, request.match_info["ns"]).user

    # --- reading ---------------------------------------------------------------------------------

    async def info(self, request: web.Request) -> web.Response:
        repo = self.readable(request)
        commit = repo.at(request.match_info.get("rev", "main"))
        blobs = request.query.get("blobs", "").lower() in ("true", "1")
        told = {
            "_id": commit.sha[:24],
            "id": repo.id,
            "author": repo.id.split("/")[0],
            "sha": commit.sha,
            "lastModified": _date(commit),
            "createdAt": _date(repo.log("main")[-1]),
            "private": repo.private,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": [_sibling(path, blob, blobs) for path, blob in sorted(commit.tree.items())],
        }
        return web.json_response(told)

    async def auth_check(self, request: web.Request) -> web.Response:
        repo = self.readable(request)
        if "write" in request.query:
            self.writer(request, repo.id.split("/")[0])
        return web.Response()

    async def refs(self, request: web.Request) -> web.Response:
        repo = self.readable(request)

        def listed(refs: dict[str, str], where: str) -> list[dict[str, str]]:
            return [{"name": n, "ref": f"refs/{where}/{n}", "targetCommit": sha} for n, sha in refs.items()]

        told = {"branches": listed(repo.branches, "heads"), "tags": listed(repo.tags, "tags")}
        return web.json_response({**told, "converts": [], "pullRequests": []})

    async def commits(self, request: web.Request) -> web.Response:
        log = self.readable(request).log(request.match_info["rev"])
        told = [
            {"id": c.sha, "title": c.title, "message": c.message, "date": _date(c), "authors": [{"user": c.author}]}
            for c in log
        ]
        return self.page(request, told)

    async def tree(self, request: web.Request) -> web.Response:
        repo = self.readable(request)
        commit = repo.at(request.match_info["rev"])
        recursive, expand = (request.query.get(key, "").lower() in ("true", "1") for key in ("recursive", "expand"))
        found = commit.below(request.match_info.get("path", ""), recursive)
        return self.page(request, [_entry(repo, commit, path, blob, expand) for path, blob in found])

    async def paths_info(self, request: web.Request) -> web.Response:
        repo = self.readable(request)
        commit = repo.at(request.match_info["rev"])
        asked = await request.post()
        expand = str(asked.get("expand", "")).lower() in ("true", "1")
        everything = dict(commit.below("", recursive=True))
        paths = [str(path).rstrip("/") for path in asked.getall("paths", [])]
        return web.json_response(
            [_entry(repo, commit, path, everything[path], expand) for path in paths if path in everything]
        )

    def page(self, request: web.Request, entries: Sequence[Any]) -> web.Response:
        """One page of a list, with the URL of the next one in the header Link."""
        start = int(request.query.get("cursor", 0))
        end = start + self.hub.page_size
        headers = {}
        if end < len(entries):
            rest = urlencode({**request.query, "cursor": end})
            headers["Link"] = f'<{self.hub.endpoint}{request.rel_url.raw_path}?{rest}>; rel="next"'
        return web.json_response(list(entries[start:end]), headers=headers)

    async def resolve(self, request: web.Request) -> web.Response:
        commit = self.readable(request).at(request.match_info["rev"])
        blob = commit.tree.get(request.match_info["path"])
        if blob is None:
            raise Refused(404, "Entry not found", "EntryNotFound")
        size = len(blob.data)
        headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{blob.etag}"', "Accept-Ranges": "bytes"}
        if blob.lfs:
            headers |= {"X-Linked-Size": str(size), "X-Linked-Etag": f'"{blob.etag}"'}
        wanted = request.http_range
        if wanted.start is None and wanted.stop is None:
            return web.Response(body=blob.data, headers=headers)
        start, stop, _ = wanted.indices(size)
        if start >= stop:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        return web.Response(status=206, body=blob.data[start:stop], headers=headers)

    # --- writing ---------------------------------------------------------------------------------

    async def settings(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        asked = await request.json()
        if "visibility" in asked:
            repo.private = asked["visibility"] == "private"
        return web.json_response(asked)

    async def preupload(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        head = repo.at(request.match_info["rev"])
        files = []
        for file in (await request.json())["files"]:
            lfs = _wants_lfs(file["path"], file["size"], base64.b64decode(file["sample"]))
            told = {"path": file["path"], "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}
            there = head.tree.get(file["path"])
            files.append({**told, **({"oid": there.etag} if there else {})})
        return web.json_response({"files": files, "commitOid": head.sha})

    async def lfs_batch(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        objects = []
        for wanted in (await request.json())["objects"]:
            told = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in repo.objects:
                href = f"{self.hub.endpoint}/lfs/{self.kind}/{repo.id}/{wanted['oid']}"
                told["actions"] = {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}
            objects.append(told)
        return web.json_response({"transfer": "basic", "objects": objects})

    async def lfs_put(self, request: web.Request) -> web.Response:
        """The storage behind the Hub.  It asks for no token, as a URL signed for one upload does not."""
        repo = self.hub.repo(f"{request.match_info['ns']}/{request.match_info['name']}", self.kind)
        data = await request.read()
        repo.pending[request.match_info["oid"]] = data[: request.get(KEEP)]
        return web.Response()

    async def lfs_verify(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        asked = await request.json()
        repo.verify(asked["oid"], asked["size"])
        return web.Response()

    async def commit(self, request: web.Request) -> web.Response:
        if "create_pr" in request.query:
            raise Refused(501, "this hub serves no pull requests")
        repo, author = self.writable(request)
        change = _change((await request.read()).splitlines())
        if "README.md" in change.files:
            errors, _ = cards.check(change.files["README.md"].decode(), self.kind)
            if errors:
                raise Refused(400, "Invalid metadata in README.md: " + "; ".join(errors))
        new = repo.commit(request.match_info["rev"], change, author)
        url = f"{self.hub.endpoint}{self.prefix}/{repo.id}/commit/{new.sha}"
        return web.json_response({"success": True, "commitOid": new.sha, "commitUrl": url, "hookOutput": ""})

    async def add_tag(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        repo.add_ref(repo.tags, (await request.json())["tag"], request.match_info["rev"])
        return web.Response(status=201)

    async def remove_tag(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        repo.remove_ref(repo.tags, request.match_info["rev"])
        return web.Response()

    async def add_branch(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        asked = await request.json()
        repo.add_ref(repo.branches, request.match_info["rev"], asked.get("startingPoint") or "main")
        return web.Response(status=201)

    async def remove_branch(self, request: web.Request) -> web.Response:
        repo, _ = self.writable(request)
        if request.match_info["rev"] == "main":
            raise Refused(403, "the branch main cannot be deleted")
        repo.remove_ref(repo.branches, request.match_info["rev"])
        return web.Response()

    async def squash(self, request: web.Request) -> web.Response:
        repo, author = self.writable(request)
        repo.squash(request.match_info["rev"], (await request.json())["message"], author)
        return web.Response()


def _wants_lfs(path: str, size: int, sample: bytes) -> bool:
    return size > 0 and (path.endswith(LFS_SUFFIXES) or size > REGULAR_LIMIT or b"\0" in sample)


def _change(lines: Iterable[bytes]) -> Change:
    """The commit that lines of JSON describe."""
    header: dict[str, str] = {}
    files: dict[str, bytes] = {}
    lfs: dict[str, str] = {}
    deleted: dict[str, list[str]] = {"deletedFile": [], "deletedFolder": []}
    for line in lines:
        key, value = (item := json.loads(line))["key"], item["value"]
        match key:
            case "header":
                header = value
            case "file":
                files[value["path"]] = base64.b64decode(value["content"])
            case "lfsFile":
                lfs[value["path"]] = value["oid"]
            case "deletedFile" | "deletedFolder":
                deleted[key].append(value["path"])
            case _:
                raise Refused(400, f"unknown operation {key!r}")
    return Change(
        title=header["summary"],
        message=header.get("description", ""),
        parent=header.get("parentCommit"),
        files=files,
        lfs=lfs,
        deleted=tuple(deleted["deletedFile"]),
        deleted_folders=tuple(deleted["deletedFolder"]),
    )


def _date(commit: Commit) -> str:
    return f"{commit.date:%Y-%m-%dT%H:%M:%S}.{commit.date.microsecond // 1000:03d}Z"


def _sibling(path: str, blob: Blob, blobs: bool) -> dict[str, Any]:
    if not blobs:
        return {"rfilename": path}
    told: dict[str, Any] = {"rfilename": path, "size": len(blob.data), "blobId": blob.oid}
    if blob.lfs:
        told["lfs"] = {"sha256": blob.sha256, "size": len(blob.data), "pointerSize": len(blob.pointer)}
    return told


def _entry(repo: Repo, commit: Commit, path: str, blob: Blob | None, expand: bool) -> dict[str, Any]:
    """A file or a folder (``blob`` None) of a tree."""
    if blob is None:
        told: dict[str, Any] = {"type": "directory", "path": path, "oid": commit.folder_oid(path), "size": 0}
    else:
        told = {"type": "file", "path": path, "oid": blob.oid, "size": len(blob.data)}
        if blob.lfs:
            told["lfs"] = {"oid": blob.sha256, "size": len(blob.data), "pointerSize": len(blob.pointer)}
    if expand:
        last = repo.last_change(commit, path)
        told["lastCommit"] = {"id": last.sha, "title": last.title, "date": _date(last)}
    return told
