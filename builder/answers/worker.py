"""The program of a worker process: one task, done for item after item, within limits.

The task is a function ``package.module:name`` that takes and returns what JSON can carry.  Standard
input brings lines, each a JSON list of items; standard output takes one line for each item as soon as
it is done, ``[true, value]`` or ``[false, "what went wrong"]``.  The first line says whether the task
could be loaded.  Starting such processes and what becomes of lost items is left to :mod:`.worker_pool`.

The limits are held in here, so that no signal and no clock of the caller is needed:

- CPU time of one item, by ``setitimer(ITIMER_PROF)`` with its default action: the process ends, in
  the midst of C code too.  CPU time does not depend on how busy the machine is.
- Address space, by ``RLIMIT_AS``; what Python code cannot get ends the process as well.
- What a text could do: from the first item on, this process evaluates no code, starts no process,
  opens no connection and writes no file.  It ends at the attempt (:func:`forbid_code`).
- Its parent: at the end of standard input the process ends, whatever it is doing.

Needs a POSIX system.  Where it does not enforce ``RLIMIT_AS`` (macOS) the memory is not limited.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, BinaryIO

OUT_OF_MEMORY = 81  # exit statuses, next to "killed by SIGPROF"
FORBIDDEN = 82

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_DEEDS = (
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.kill", "pty."),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.ch"),
    *("subprocess.", "socket.", "shutil.", "sqlite3.", "ctypes."),
)


def main() -> None:
    """Do the task named in the arguments (task, CPU seconds, bytes) until standard input ends."""
    task, cpu, memory = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    out = _take_output()
    _limit_memory(memory)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread of its own sees the parent's end during an item too; it waits without taking any CPU.
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    try:
        function, names = _load(task)
    except Exception as error:
        _write(out, [False, f"{type(error).__name__}: {error}"])
        return
    _write(out, [True, None])
    forbid_code(names)
    while True:
        for item in json.loads(lines.get()):
            _write_bytes(out, _answer(function, item, cpu))


def _load(task: str) -> tuple[Callable[[Any], Any], frozenset[str]]:
    """The function, and the names that its module lets appear in evaluated code (``EVALUATED_NAMES``)."""
    module_name, _, name = task.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, name), frozenset(getattr(module, "EVALUATED_NAMES", ()))


def _answer(function: Callable[[Any], Any], item: Any, cpu: float) -> bytes:
    """The line for one item; the process does not come back from an item that goes past a limit."""
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        line = json.dumps([True, function(item)])
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what is left of the memory may be too little to go on
    except Exception as error:
        line = json.dumps([False, f"{type(error).__name__}: {error}"])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return line.encode()


def _limit_memory(size: int) -> None:
    """At most ``size`` bytes of address space, and no core files."""
    import resource  # here, so that the package can be imported where there is none

    with contextlib.suppress(ValueError, OSError):  # a lower limit from outside, or none on this platform
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _take_output() -> BinaryIO:
    """Standard output for the protocol alone: what a library prints must not get in between."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return out


def _write(out: BinaryIO, value: Any) -> None:
    _write_bytes(out, json.dumps(value).encode())


def _write_bytes(out: BinaryIO, line: bytes) -> None:
    out.write(line + b"\n")
    out.flush()  # an item that is done is not lost with the next one


def _read(lines: queue.SimpleQueue[bytes]) -> None:
    try:
        while line := sys.stdin.buffer.readline():
            lines.put(line)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        os._exit(0)


def forbid_code(names: frozenset[str]) -> None:
    """End the process at the first attempt to evaluate code, start a process, connect or write a file.

    Code that belongs to a module's own file is no concern, nor is what a module evaluates while it is
    imported.  All other code may only use the given global and attribute names: with none of them it
    can reach no function.  There is no way back, for an audit hook cannot be taken off.
    """
    sys.dont_write_bytecode = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "exec":
            bad = not _harmless(arguments[0], names) and not _importing(sys._getframe(1))
        elif event == "open":
            bad = bool(arguments[2] & _WRITING)
        else:
            bad = event.startswith(_DEEDS)
        if bad:
            os._exit(FORBIDDEN)

    sys.addaudithook(watch)


def _harmless(code: CodeType, names: frozenset[str]) -> bool:
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return names.issuperset(code.co_names) and all(_harmless(c, names) for c in inner)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False
