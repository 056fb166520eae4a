"""``python -m builder serve-model``: a model as an OpenAI-compatible endpoint on this machine.

Parses options and starts either the procedural model (:mod:`builder.llm.server`) or, with ``--gguf``,
a language model from a file (:mod:`builder.llm.gguf`).
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from .config import PROCEDURAL, Model
from .errors import ConfigError
from .llm import gguf, server
from .llm.gguf import GgufModel
from .run import open_model

_RANGES = {
    "slots": (1, gguf.MAX_SLOTS),
    "context": (gguf.MIN_CONTEXT, gguf.MAX_CONTEXT),
    "threads": (1, gguf.MAX_THREADS),
}


def add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``serve-model`` to the commands of the command line."""
    text = "serve the procedural model, or a language model from a GGUF file, as an OpenAI-compatible endpoint"
    sub = commands.add_parser("serve-model", help=text, description=text)
    sub.set_defaults(command=_serve)
    sub.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    sub.add_argument("--port", type=int, default=8000, help="0 takes a free one (default: 8000)")
    sub.add_argument("--name", help="the model's name (default: procedural-1, or the file's name without .gguf)")
    sub.add_argument("--gguf", metavar="FILE", help="serve this language model; needs the extra 'gguf'")
    own = sub.add_argument_group("with --gguf")
    own.add_argument(
        "--slots",
        type=int,
        metavar="N",
        help="replies written at once; a request for n samples needs n slots, and a recipe draws 10 solutions "
        "of a question by default (default: 10)",
    )
    own.add_argument(
        "--context",
        type=int,
        metavar="TOKENS",
        help="prompt and reply together, in each slot; memory grows with slots times context (default: 4096)",
    )
    own.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: one for each core)")
    own.add_argument("--verbose", action="store_true", default=None, help="all that llama.cpp logs, on stderr")


def _serve(options: argparse.Namespace) -> int:
    _check("port", options.port, 0, 65535)
    try:
        if options.gguf is None:
            _serve_procedural(options)
        else:
            asyncio.run(gguf.serve_forever(_gguf_model(options), verbose=bool(options.verbose)))
    except KeyboardInterrupt:  # the way to end a server; there is nothing to go on with
        return 130
    return 0


def _serve_procedural(options: argparse.Namespace) -> None:
    for option in (*_RANGES, "verbose"):
        if getattr(options, option) is not None:
            raise ConfigError(f"--{option} is for a language model: give its file with --gguf")
    name = "procedural-1" if options.name is None else options.name
    if not name.lower().startswith(PROCEDURAL):
        raise ConfigError(
            f"--name {name!r}: must begin with '{PROCEDURAL}', so that what it makes is never taken for "
            "a language model's"
        )
    chat = open_model(Model(backend=PROCEDURAL, name=name))
    asyncio.run(server.serve_forever(chat, [name], options.host, options.port))


def _gguf_model(options: argparse.Namespace) -> GgufModel:
    name = Path(options.gguf).stem if options.name is None else options.name
    if not name.strip() or not name.isprintable():
        raise ConfigError(f"--name {name!r}: give the model a name of printable characters")
    if name.lower().startswith(PROCEDURAL):
        raise ConfigError(
            f"--name {name!r}: must not begin with '{PROCEDURAL}', which is the name of the model that is no "
            "language model; give another with --name"
        )
    given = {option: value for option in _RANGES if (value := getattr(options, option)) is not None}
    for option, value in given.items():
        _check(option, value, *_RANGES[option])
    return GgufModel(options.gguf, name, options.host, options.port, **given)


def _check(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ConfigError(f"--{option} {value}: must be between {low} and {high}")
