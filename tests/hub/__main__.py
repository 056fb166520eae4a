"""``python -m tests.hub [--port P]``: a loopback hub in the foreground, for trying a client by hand."""

from __future__ import annotations

import argparse

from aiohttp import web

from tests.hub.server import LoopbackHub


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hub", description=__doc__)
    parser.add_argument("--port", type=int, default=5740, help="port on 127.0.0.1 (default: 5740)")
    port = parser.parse_args().port
    hub = LoopbackHub()
    hub.endpoint = f"http://127.0.0.1:{port}"
    print(f"export HF_ENDPOINT={hub.endpoint} HF_TOKEN={hub.token} HF_HUB_DISABLE_XET=1", flush=True)
    web.run_app(hub.app(), host="127.0.0.1", port=port, print=lambda *_: None, access_log=None)


if __name__ == "__main__":
    main()
