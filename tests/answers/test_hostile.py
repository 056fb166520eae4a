"""Hostile text: no hang, no crash, no code, no file; every text has a key and equals itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.hostile import CHARACTERS, CODE, HOSTILE
from builder.answers import answer_classes, canonical_key, equal, extract_answer
from builder.answers.classes import reading

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_without_harm_and_equals_itself(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = HOSTILE[name]
    reading.cache_clear()
    start = time.process_time()
    assert hash(canonical_key(text)) is not None or not text.strip()
    # A hang takes minutes; the benchmark measures the 50 ms that each may take.
    assert time.process_time() - start < 2
    assert equal(text, f" {text} ") == bool(text.strip())
    assert answer_classes([text, "1", text])[0] in (0, None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_extracted_without_harm(name):
    text = HOSTILE[name]
    start = time.process_time()
    for solution in (text, rf"So it is \boxed{{{text}}}.", f"The answer is: {text}", f"#### {text}"):
        extract_answer(solution)
    assert time.process_time() - start < 4


@pytest.mark.parametrize("name", CODE)
def test_code_is_a_text_like_any_other(name):
    assert not equal(CODE[name], "0") and not equal(CODE[name], "1")


@pytest.mark.parametrize(
    ("name", "value"), [("zero-width", "123"), ("full-width digits", "123"), ("Arabic digits", "123"), ("NUL", "12")]
)
def test_odd_characters_are_the_digits_they_stand_for(name, value):
    assert equal(CHARACTERS[name], value)


def test_what_is_too_large_to_compute_is_never_merged_with_its_neighbour():
    rows = ["9^{9^{9^9}}", "9^{9^{9^9}}+1", "9^{9^{9^8}}", "1000001!", "1000000!", "10^{1000000000}", "10^{1000000001}"]
    assert answer_classes(rows) == list(range(len(rows)))


def test_the_parser_stays_small_and_reads_no_file_and_no_socket(tmp_path):
    """A fresh process goes over all texts with file and network access forbidden by an audit hook."""
    script = tmp_path / "watched.py"
    script.write_text(
        "import resource, sys\n"
        "from benchmarks.hostile import HOSTILE\n"
        "from builder.answers import equal, answer_classes\n"
        "equal('1/2', r'\\sqrt{2}')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "seen = []\n"
        "banned = ('open', 'socket.', 'subprocess.', 'os.system', 'exec', 'compile', 'import', 'os.posix_spawn')\n"
        "def hook(event, args):\n"
        "    if any(event == b or (b[-1] == '.' and event.startswith(b)) for b in banned):\n"
        "        seen.append((event, str(args)[:80]))\n"
        "sys.addaudithook(hook)\n"
        "for text in HOSTILE.values():\n"
        "    equal(text, text + ' ')\n"
        "    answer_classes([text, '1'])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, seen)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    grown, seen = done.stdout.split(" ", 1)
    assert seen.strip() == "[]"
    assert int(grown) < 100 * 1024  # kilobytes on Linux
