"""Tasks for worker processes in tests: harmless ones, and each way to go wrong."""

from __future__ import annotations

import os
import time
from typing import Any


def echo(item: Any) -> Any:
    return item


def act(item: Any) -> Any:
    """Do what the item says; echo it where it says nothing known."""
    return DEEDS[item]() if isinstance(item, str) and item in DEEDS else item


def tell(item: Any) -> dict[str, Any]:
    """Where and how it was done."""
    time.sleep(0.02)
    return {"item": item, "pid": os.getpid(), "environment": dict(os.environ), "hash": hash("answer")}


def nap(seconds: float) -> int:
    """The process that has slept."""
    time.sleep(seconds)
    return os.getpid()


def _spin() -> None:
    while True:
        pass


def _raise() -> None:
    raise ValueError("no such answer")


def _evaluate() -> object:
    return eval("len('answer')")  # noqa: S307


def _write() -> None:
    with open("written-by-a-worker", "w"):  # noqa: PTH123
        pass


def _start_process() -> None:
    os.system("true")


def _connect() -> None:
    import socket

    socket.create_connection(("127.0.0.1", 9))


def _import_late() -> str:
    import graphlib  # not needed by anything else here

    return graphlib.__name__


DEEDS = {
    "spin": _spin,
    "eat memory": lambda: len(bytearray(1 << 40)),
    "abort": os.abort,
    "sleep": lambda: time.sleep(1000),
    "raise": _raise,
    "evaluate": _evaluate,
    "write": _write,
    "start a process": _start_process,
    "connect": _connect,
    "import": _import_late,
    "print": lambda: print("noise", flush=True),
}
