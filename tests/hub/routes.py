"""The URLs of the loopback hub."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from tests.hub.accounts import Site
from tests.hub.faults import refusal
from tests.hub.history import KINDS
from tests.hub.repos import Repos

if TYPE_CHECKING:
    from tests.hub.server import LoopbackHub


def routes(hub: LoopbackHub) -> list[web.RouteDef]:
    """All routes of a hub."""
    site = Site(hub)
    found = [
        web.get("/api/whoami-v2", site.whoami),
        web.post("/api/validate-yaml", site.validate),
        web.post("/api/repos/create", site.create),
        web.delete("/api/repos/delete", site.delete),
    ]
    for kind in KINDS:
        found += _of_kind(Repos(hub, kind))
    return [*found, web.route("*", "/{rest:.*}", _nothing_here)]


def _of_kind(repos: Repos) -> list[web.RouteDef]:
    api, page = f"/api/{repos.kind}s/{{ns}}/{{name}}", f"{repos.prefix}/{{ns}}/{{name}}"
    return [
        web.get(api, repos.info),
        web.get(f"{api}/revision/{{rev}}", repos.info),
        web.get(f"{api}/auth-check", repos.auth_check),
        web.put(f"{api}/settings", repos.settings),
        web.post(f"{api}/preupload/{{rev}}", repos.preupload),
        web.post(f"{api}/commit/{{rev}}", repos.commit),
        web.post(f"{api}/tag/{{rev}}", repos.add_tag),
        web.delete(f"{api}/tag/{{rev}}", repos.remove_tag),
        web.post(f"{api}/branch/{{rev}}", repos.add_branch),
        web.delete(f"{api}/branch/{{rev}}", repos.remove_branch),
        web.post(f"{api}/super-squash/{{rev}}", repos.squash),
        web.get(f"{api}/refs", repos.refs),
        web.get(f"{api}/commits/{{rev}}", repos.commits),
        web.get(f"{api}/tree/{{rev}}", repos.tree),
        web.get(f"{api}/tree/{{rev}}/{{path:.+}}", repos.tree),
        web.post(f"{api}/paths-info/{{rev}}", repos.paths_info),
        web.post(f"{page}.git/info/lfs/objects/batch", repos.lfs_batch),
        web.put(f"/lfs/{repos.kind}/{{ns}}/{{name}}/{{oid}}", repos.lfs_put),
        web.post(f"/lfs/{repos.kind}/{{ns}}/{{name}}/{{oid}}/verify", repos.lfs_verify),
        web.get(f"{page}/resolve/{{rev}}/{{path:.+}}", repos.resolve),
    ]


async def _nothing_here(request: web.Request) -> web.Response:
    of_repo = re.match(r"/(api/)?(datasets|models|spaces)/", request.path)
    return refusal(404, "Sorry, we can't find the page you are looking for.", "RepoNotFound" if of_repo else None)
