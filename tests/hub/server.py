"""A Hub on this machine for tests: what huggingface_hub and datasets ask of huggingface.co, over real HTTP.

It holds repositories of datasets, models and spaces in memory with commits, branches, tags and classic LFS.
There is no Xet storage (clients must set HF_HUB_DISABLE_XET), no multipart upload, no pull request, no search.

    with LoopbackHub() as hub:
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        hub.fail(method="POST", path=r"/commit/main$", status=503)
        ...
        assert hub.files("acme/kpmath")["README.md"].startswith(b"---")
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.http_thread import in_thread
from tests.hub.accounts import Account
from tests.hub.faults import Drop, Faults, Rule, refusal
from tests.hub.history import Commit, Refused, Repo
from tests.hub.routes import routes


@dataclass
class Seen:
    """One request; ``status`` is None until it is answered, and for ever when the connection was dropped."""

    method: str
    path: str
    status: int | None = None


class LoopbackHub(AbstractContextManager["LoopbackHub"]):
    """The hub.  Its URL is ``endpoint``; ``close()``, or the end of ``with``, stops it.

    Attributes:
        token: of the user ``kpdev``, a member of the organisation ``acme``; may write.
        read_token: of the same user; may not write.
        requests: every request so far, in the order of arrival.
        page_size: entries in one page of a tree or of a history.
    """

    user = "kpdev"

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.repos: dict[tuple[str, str], Repo] = {}
        self.requests: list[Seen] = []
        self.page_size = 1000
        self.errors: list[Exception] = []
        self.endpoint = ""
        self._faults = Faults()
        self.token = self.add_account(self.user, "acme")
        self.read_token = self.add_account(self.user, "acme", writes=False)

    # --- life ------------------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._answer], client_max_size=0)
        app.add_routes(routes(self))
        return app

    def __enter__(self) -> LoopbackHub:
        self._server = in_thread(self.app())
        self.endpoint = self._server.__enter__().removesuffix("/v1")
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)
        if self.errors and error[0] is None:
            raise self.errors[0]

    # --- what a test looks at --------------------------------------------------------------------

    def repo(self, repo_id: str, kind: str = "dataset") -> Repo:
        return self.repos[kind, repo_id]

    def head(self, repo_id: str, revision: str = "main", kind: str = "dataset") -> str:
        """The sha that a branch, tag or sha stands for."""
        return self.repo(repo_id, kind).at(revision).sha

    def files(self, repo_id: str, revision: str = "main", kind: str = "dataset") -> dict[str, bytes]:
        """Path -> content at a revision, .gitattributes included."""
        return {path: blob.data for path, blob in sorted(self.repo(repo_id, kind).at(revision).tree.items())}

    def commits(self, repo_id: str, revision: str = "main", kind: str = "dataset") -> list[Commit]:
        """The history of a revision, newest first; the last is the hub's own ``initial commit``."""
        return self.repo(repo_id, kind).log(revision)

    def tags(self, repo_id: str, kind: str = "dataset") -> dict[str, str]:
        """Tag -> sha."""
        return dict(self.repo(repo_id, kind).tags)

    def branches(self, repo_id: str, kind: str = "dataset") -> dict[str, str]:
        """Branch -> sha."""
        return dict(self.repo(repo_id, kind).branches)

    def seen(self, method: str, part: str) -> list[Seen]:
        """The requests of a method whose path contains ``part``."""
        return [request for request in self.requests if request.method == method and part in request.path]

    # --- what a test arranges --------------------------------------------------------------------

    def add_account(self, user: str, *orgs: str, writes: bool = True) -> str:
        """A token for a user, who is a member of the organisations named."""
        token = "hf_" + secrets.token_hex(17)
        self.accounts[token] = Account(user, orgs, writes)
        return token

    def fail(
        self,
        *,
        method: str = "",
        path: str = "",
        times: int = 1,
        skip: int = 0,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        landed: bool = False,
        drop: Drop | None = None,
        delay: float = 0.0,
        keep: int | None = None,
    ) -> None:
        """Faults for the next requests that match; see :class:`tests.hub.faults.Rule`."""
        rule = Rule(method, path, times, skip, None, delay, keep, status, headers or {}, landed, drop)
        self._faults.rules.append(rule)

    def before(
        self, call: Callable[[], object], *, method: str = "", path: str = "", times: int = 1, skip: int = 0
    ) -> None:
        """Runs ``call`` when a request that matches has arrived and before it is looked at."""
        self._faults.rules.append(Rule(method, path, times, skip, call=call))

    def before_commit(self, call: Callable[[], object], times: int = 1, skip: int = 0) -> None:
        """Runs ``call`` before the next commit is looked at: a commit made in it lands first.

        The commit made in ``call`` is itself a commit; with ``times`` above 1 it would be struck too.
        """
        self.before(call, method="POST", path="/commit/", times=times, skip=skip)

    def heal(self) -> None:
        """Forgets all faults."""
        self._faults.rules.clear()

    # --- answering -------------------------------------------------------------------------------

    @web.middleware
    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        entry = Seen(request.method, request.path)
        self.requests.append(entry)

        async def carry_out(http: web.Request) -> web.Response:
            try:
                return await handler(http)
            except Refused as no:
                return refusal(no.status, no.message, no.code)

        try:
            response = await self._faults.pass_on(request, carry_out)
        except Exception as error:
            if isinstance(error, ConnectionResetError) and request.transport is None:
                return web.Response(status=499)  # the client is gone, and nobody reads this
            self.errors.append(error)
            raise
        if request.transport is not None and not request.transport.is_closing():
            entry.status = response.status
        return response
