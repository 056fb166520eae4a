"""A GGUF file as an OpenAI-compatible endpoint: the server of llama.cpp in a child process.

The optional package ``xllamacpp`` brings the whole server as a compiled module.  It gets a process of
its own because it ends the process that it is in when it fails badly, holds the interpreter while it
loads, and waits for replies half-written when it is told to end.  The child ends with its parent.

Nothing here knows roles and prompts, and no request passes through: clients talk to llama.cpp.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import json
import os
import re
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigError, ModelError

REQUIREMENT = "xllamacpp>=2026.10"
"""What the extra ``gguf`` installs."""

MAX_SLOTS = 256  # llama.cpp's own limit
MIN_CONTEXT = 256  # tokens; llama.cpp counts contexts in such steps, and does not survive one token
MAX_CONTEXT = 1 << 22  # tokens; times MAX_SLOTS it still is one of llama.cpp's 32-bit numbers
MAX_THREADS = 512  # llama.cpp's own limit

_MAGIC = b"GGUF"
_HEADER = 24  # bytes: magic, version, number of tensors, number of keys
_ERROR = re.compile(r"^[\d.]+ E (.+)$", re.MULTILINE)
_KEPT = 8192  # characters of the beginning and of the end of llama.cpp's log
_LONGEST_REASON = 300  # characters
_PROGRAM = "from builder.llm.gguf import child; child()"


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A GGUF file, and how it is served."""

    file: str
    name: str  # of the model, in replies and in the list of models
    host: str = "127.0.0.1"
    port: int = 0  # 0 takes a free one
    slots: int = 10  # replies written at once; a request for n samples needs n of them
    context: int = 4096  # tokens of prompt and reply together, in each slot
    threads: int | None = None  # None: llama.cpp's choice


async def serve_forever(model: GgufModel, *, verbose: bool = False) -> None:
    """Serve until cancelled (Ctrl-C) or told to end (SIGTERM); says on stdout where.

    With ``verbose`` all that llama.cpp logs goes to stderr.

    Raises:
        ConfigError: the package or the file is missing, or llama.cpp cannot serve it.
        ModelError: llama.cpp ended while it was serving.
    """
    check_file(Path(model.file))
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigError(
            f"serving a GGUF file needs the package xllamacpp: pip install '{REQUIREMENT}', "
            "or the extra `gguf` of this project"
        )
    process = await _start(model, verbose)
    told = asyncio.Event()

    def end() -> None:
        told.set()
        _kill(process)

    with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    assert process.stdout is not None and process.stderr is not None
    log = asyncio.create_task(_follow(process.stderr, verbose))
    try:
        address = await _address(process.stdout)
        if address:
            print(f"serving {model.name} at {address}/v1", flush=True)
        status = await process.wait()
    finally:
        _kill(process)
        await process.wait()
        first, last = await log
    if told.is_set():
        return
    if address:
        raise ModelError(f"llama.cpp ended while it served {model.file}: {_reason(status, '', last)}")
    raise ConfigError(f"llama.cpp cannot serve {model.file}: {_reason(status, first, last)}")


def check_file(file: Path) -> None:
    """See that a file is there and begins as GGUF does; what else may be wrong with it, llama.cpp says.

    Raises:
        ConfigError: it is not.
    """
    try:
        with file.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}): give a GGUF file") from None
    if not header.startswith(_MAGIC):
        raise ConfigError(f"{file} is no GGUF file (it does not begin with the letters GGUF)")
    if len(header) < _HEADER:
        raise ConfigError(f"{file} is a GGUF file cut off in its header ({len(header)} bytes): fetch it again")


# --- the parent's side -------------------------------------------------------------------------


async def _start(model: GgufModel, verbose: bool) -> asyncio.subprocess.Process:
    path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM, json.dumps(asdict(model)), str(int(verbose))),
        stdin=asyncio.subprocess.PIPE,  # its end is how the child learns of ours
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us
        env={
            # Threads that spin while they wait starve each other as soon as a pipeline runs beside them: measured
            # on two busy cores, 81 s become 16 s.
            "OMP_WAIT_POLICY": "passive",
            **os.environ,
            "PYTHONPATH": path,
            "GGML_NO_BACKTRACE": "1",  # a crash must end the child, not call a debugger to it
        },
    )


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _address(stdout: asyncio.StreamReader) -> str | None:
    """Where the child serves, once it does; None where it ends before."""
    async for line in stdout:
        text = line.decode().strip()
        if text.startswith("http://"):
            return text
    return None


async def _follow(stderr: asyncio.StreamReader, verbose: bool) -> tuple[str, str]:
    """Read the log to its end; the beginning and the end of it."""
    first = last = ""
    while chunk := await stderr.read(1 << 16):
        text = chunk.decode("utf-8", "replace")
        if verbose:
            print(text, end="", file=sys.stderr, flush=True)
        first, last = (first + text)[:_KEPT], (last + text)[-_KEPT:]
    return first, last


def _reason(status: int, first: str, last: str) -> str:
    """Why the child ended, in a line that reaches a terminal unharmed whatever the file made llama.cpp say."""
    if status == -signal.SIGKILL:
        return "it was killed, most often for want of memory: fewer --slots or a smaller --context take less"
    # Of errors the first is the cause; a crash is told last.
    error = _ERROR.search(first) if status > 0 else None
    lines = last.split("\n") if error is None else [error[1]]
    text = next((line for line in reversed(lines) if line.strip()), f"it ended with status {status} and said nothing")
    shown = "".join(c if c.isprintable() else " " for c in text)[:_LONGEST_REASON]
    return f"{shown.strip()} (--verbose shows all that it says)"


# --- the child's side --------------------------------------------------------------------------


def child() -> None:
    """Load the model, say on stdout where it is served, and end with stdin."""
    library = importlib.import_module("xllamacpp")  # it ships no types
    try:
        parameters = _parameters(library, GgufModel(**json.loads(sys.argv[1])), verbose=sys.argv[2] == "1")
    except AttributeError as error:  # names change from one version to the next
        sys.exit(f"the installed xllamacpp is not one that this was made for ({error}): pip install '{REQUIREMENT}'")
    try:
        server = library.Server(parameters)
    except RuntimeError:  # why, it has logged
        sys.exit(1)
    print(server.listening_address, flush=True)
    sys.stdin.buffer.read()
    os._exit(0)  # its destructor would wait for every reply half-written


def _parameters(library: Any, model: GgufModel, *, verbose: bool) -> Any:
    parameters = library.CommonParams()
    parameters.model.path = model.file
    parameters.model_alias = {model.name}
    parameters.hostnames = [model.host]
    parameters.port = model.port
    parameters.n_parallel = model.slots
    parameters.n_ctx = model.slots * model.context
    parameters.kv_unified = False  # each slot has its context for itself: no reply is cut by another's length
    parameters.cache_ram_mib = 0  # prompts of idle slots would take up to 8 GiB, and hit no oftener
    parameters.ui = False
    parameters.cors_origins = ""  # no web page may read from it
    parameters.verbosity = 3 if verbose else 1  # 1: errors
    if model.threads is not None:
        parameters.cpuparams.n_threads = model.threads
        parameters.cpuparams_batch.n_threads = model.threads
    return parameters
