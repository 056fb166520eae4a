"""What a person sees while a stage runs."""

from __future__ import annotations

import io

import pytest

from builder.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(progress, total, steps, **counts):
    with progress.stage("writing [questions]", total) as stage:
        for i in range(steps):
            stage.advance(1, **{name: value * (i + 1) for name, value in counts.items()})


def test_without_a_terminal_a_stage_prints_a_line_for_each_tenth():
    stream = io.StringIO()
    run(Progress(stream=stream, apart=0), 200, 200, kept=2)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("writing [questions]: 10% 20/200 ")
    assert "left" in lines[0]
    assert lines[-1].startswith("writing [questions]: 100% 200/200 ")
    assert lines[-1].endswith("kept=400")


@pytest.mark.parametrize(("total", "steps", "state"), [(200, 5, "done 5/200"), (None, 7, "done 7"), (0, 0, "done 0")])
def test_a_stage_that_ends_early_or_without_a_known_total_says_where_it_is(total, steps, state):
    stream = io.StringIO()
    run(Progress(stream=stream, apart=0), total, steps)
    assert stream.getvalue().startswith(f"writing [questions]: {state}")
    assert stream.getvalue().count("\n") == 1


def test_a_stage_that_fails_says_stopped_and_the_error_passes():
    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Progress(stream=stream, apart=0).stage("solving", 10) as stage:
        stage.advance(1)
        raise KeyboardInterrupt
    assert stream.getvalue().splitlines()[-1].startswith("solving: stopped 1/10")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_prints_nothing(stream):
    run(Progress(quiet=True, stream=stream), 20, 20, kept=1)
    assert stream.getvalue() == ""


def test_on_a_terminal_there_is_a_bar_with_counts_and_brackets_stay_text(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    stream = Terminal()
    with Progress(stream=stream, apart=0) as progress:
        run(progress, 20, 20, kept=3)
        with progress.stage("outer", 1) as outer:
            run(progress, 5, 5)
            outer.advance(1)
    text = stream.getvalue()
    assert "writing [questions]" in text
    assert "20/20" in text
    assert "kept=60" in text
    assert "outer" in text


def test_stdout_stays_free(capsys):
    run(Progress(), 10, 10)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_a_short_stage_without_a_terminal_prints_one_line():
    stream = io.StringIO()
    run(Progress(stream=stream), 200, 200)
    assert stream.getvalue().count("\n") == 1
