"""Who may do what on the loopback hub, and what belongs to no single repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.hub import cards
from tests.hub.history import Refused, Repo

if TYPE_CHECKING:
    from tests.hub.server import LoopbackHub

BAD_TOKEN = "Invalid credentials in Authorization header"
NO_TOKEN = "Invalid username or password."


@dataclass(frozen=True)
class Account:
    """Who a token stands for."""

    user: str
    orgs: tuple[str, ...]
    writes: bool


class Site:
    """Accounts, cards, and the making and deleting of repositories."""

    def __init__(self, hub: LoopbackHub) -> None:
        self.hub = hub

    def account(self, request: web.Request) -> Account | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        account = self.hub.accounts.get(header.removeprefix("Bearer "))
        if account is None:
            raise Refused(401, BAD_TOKEN)
        return account

    def writer(self, request: web.Request, namespace: str) -> Account:
        account = self.account(request)
        if account is None:
            raise Refused(401, NO_TOKEN)
        if not account.writes:
            raise Refused(403, "Forbidden: you must use a write token to do this")
        if namespace not in (account.user, *account.orgs):
            raise Refused(403, f"You don't have the rights to write under the namespace {namespace!r}")
        return account

    async def whoami(self, request: web.Request) -> web.Response:
        account = self.account(request)
        if account is None:
            raise Refused(401, NO_TOKEN)
        token = {"displayName": "loopback", "role": "write" if account.writes else "read"}
        orgs = [{"type": "org", "id": org, "name": org, "fullname": org, "roleInOrg": "write"} for org in account.orgs]
        return web.json_response(
            {
                "type": "user",
                "id": account.user,
                "name": account.user,
                "fullname": account.user,
                "orgs": orgs,
                "auth": {"type": "access_token", "accessToken": token},
            }
        )

    async def validate(self, request: web.Request) -> web.Response:
        asked = await request.json()
        errors, warnings = cards.check(asked["content"], asked.get("repoType") or "model")
        told = {"errors": [{"message": e} for e in errors], "warnings": [{"message": w} for w in warnings]}
        return web.json_response(told, status=400 if errors else 200)

    async def create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        account = self.account(request)
        namespace = asked.get("organization") or (account.user if account else "")
        author = self.writer(request, namespace).user
        kind, repo_id = asked.get("type") or "model", f"{namespace}/{asked['name']}"
        url = f"{self.hub.endpoint}/{'' if kind == 'model' else f'{kind}s/'}{repo_id}"
        if (kind, repo_id) in self.hub.repos:
            told = {"error": f"You already created this {kind} repo", "url": url}
            return web.json_response(told, status=409, headers={"X-Error-Message": told["error"]})
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self.hub.repos[kind, repo_id] = Repo(kind, repo_id, author, private)
        return web.json_response({"url": url, "name": repo_id, "id": repo_id})

    async def delete(self, request: web.Request) -> web.Response:
        asked = await request.json()
        account = self.account(request)
        namespace = asked.get("organization") or (account.user if account else "")
        self.writer(request, namespace)
        if self.hub.repos.pop((asked.get("type") or "model", f"{namespace}/{asked['name']}"), None) is None:
            raise Refused(404, "Repository not found", "RepoNotFound")
        return web.Response()
