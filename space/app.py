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
from space.demo import LAUNCH, build_demo


def main() -> int:
    """Parse the options and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="space.app", description="KPMath in the browser.")
    parser.add_argument("--recipe", default=None, help="recipe whose seeds and model are shown (default: the demo)")
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("GRADIO_SERVER_PORT", "7860")))
    options = parser.parse_args()
    try:
        demo = build_demo(options.recipe)
    except KPMathError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    demo.queue(default_concurrency_limit=4, max_size=64)
    demo.launch(server_name=options.host, server_port=options.port, **LAUNCH)
    return 0


if __name__ == "__main__":
    sys.exit(main())
