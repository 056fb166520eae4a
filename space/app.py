"""Entry of the Space: ``python -m space.app``, or ``app.py`` of an assembled Space."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# The demo needs no network, and tells nobody that it runs.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from builder.errors import KPMathError
from space.limits import Limits
from space.models import Models
from space.page import build_page, launch_settings
from space.studio import Studio

_HERE = ("127.0.0.1", "localhost", "::1")


def main() -> int:
    """Parse the options and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="space.app", description="KPMath in the browser.")
    parser.add_argument("--recipe", default=None, help="recipe whose seeds and model are shown (default: the demo)")
    parser.add_argument(
        "--dataset", default=None, help="dataset folder to browse (default: $KPMATH_DATA, else ./kpmath, else none)"
    )
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", _HERE[0]))
    # A default that is a text goes through ``type`` too: a port that is no number is told like one that is typed.
    parser.add_argument("--port", type=int, default=os.environ.get("GRADIO_SERVER_PORT", "7860"))
    options = parser.parse_args()
    local = options.host in _HERE
    try:
        studio = Studio.open(options.recipe, options.dataset)
        limits = Limits.from_environment(local=local)
        page = build_page(studio, Models.of(studio.config, local=local), limits)
    except KPMathError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    page.queue(default_concurrency_limit=limits.jobs, max_size=limits.queue)
    try:
        page.launch(server_name=options.host, server_port=options.port, **launch_settings())
    except OSError as error:
        print(f"error: cannot serve on {options.host}:{options.port}: {error}; try --port", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
