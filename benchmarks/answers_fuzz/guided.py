r"""Coverage-guided fuzzing of the builder's answers, with atheris.

    python -m benchmarks.answers_fuzz.guided [--seconds S] [--corpus DIR] [--out DIR]

libFuzzer changes texts so that they reach new code; each is held to the laws of one text, and beside the one
before it to the laws of two and of groups.  It stops at the first finding with a status that is not 0, after
it has printed the texts; the raw input is left in ``--out``.  Atheris is no dependency of the project:
``pip install atheris`` (Linux, Python 3.11 to 3.13).
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

_SEEDS = 2_000
_LONGEST = 400  # bytes of an input
_OPTIONS = ("-timeout=20", "-rss_limit_mb=1024", f"-max_len={_LONGEST}", "-print_final_stats=1", "-verbosity=1")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fuzz for so many seconds; ends the process.

    Raises:
        SystemExit: atheris is not installed.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="folder of texts that reach new code; kept and added to")
    parser.add_argument("--out", type=Path, default=Path.cwd(), help="folder for the inputs that break a law")
    options = parser.parse_args(arguments)
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.exit("coverage-guided fuzzing needs atheris, which is not installed: pip install atheris")
    with atheris.instrument_imports(include=["builder.answers"]):
        laws = importlib.import_module(".laws", __package__)
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = options.corpus or Path(scratch) / "corpus"
        write_seeds(corpus, options.seed)
        words = Path(scratch) / "words"
        words.write_text("".join(f'"{word}"\n' for word in _words()), encoding="ascii")
        limits = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-dict={words}"]
        places = [f"-artifact_prefix={options.out}/", str(corpus)]
        atheris.Setup([sys.argv[0], *_OPTIONS, *limits, *places], _target(laws))
        atheris.Fuzz()


def write_seeds(corpus: Path, seed: int) -> None:
    """Texts of the grammar, where the folder has none yet."""
    from .cases import make

    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    for number in range(_SEEDS):
        rng = Random(number)
        text = rng.choice(make(seed, number, []).texts)
        (corpus / f"seed-{number}").write_bytes(text.encode("utf-8", "surrogatepass")[:_LONGEST])


def _words() -> list[str]:
    """What libFuzzer may put into texts as a whole, in its notation."""
    from .mutations import COMMANDS, WORDS

    return [rf"\\{command}" for command in COMMANDS] + WORDS


def _target(laws: Any) -> Any:
    """What libFuzzer calls with each input."""
    before = ["1/2"]

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        todo = [(law, [text]) for law in laws.OF_ONE]
        todo += [(law, [before[-1], text]) for law in laws.OF_TWO]
        todo += [(law, [*before, text, before[-1]]) for law in laws.OF_GROUPS]
        for law, texts in todo:
            why = laws.broken(law, texts)
            if why:
                raise AssertionError(f"{law}: {why}: {json.dumps(texts)}")
        before.append(text)
        del before[:-4]

    return check


if __name__ == "__main__":
    main()
