"""Worker processes: what is lost, what is kept, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builder.answers.worker_pool import Outcome, WorkerError, WorkerPool
from builder.answers.worker_process import Limits

ROOT = Path(__file__).resolve().parents[2]
TASKS = "tests.answers.worker_tasks"


def alive(pid: int) -> bool:
    """Whether a process still does anything; a dead one that nobody has waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        if Path("/proc/self/stat").exists():
            return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def gone(pid: int) -> bool:
    end = time.monotonic() + 30
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("chunk", [1, 7])
def test_outcomes_come_in_the_order_of_the_items(workers: int, chunk: int) -> None:
    items = [0.03, *range(50), 0.01, *range(50), "x" * 300_000, None, {"\ud800": [True]}]
    with WorkerPool(f"{TASKS}:echo", Limits(), workers) as pool:
        assert list(pool.map(items, chunk)) == [Outcome(item) for item in items]


def test_items_may_be_without_end_and_few_are_held() -> None:
    drawn = itertools.count()
    with WorkerPool(f"{TASKS}:echo", Limits(), 2) as pool:
        outcomes = pool.map(drawn, 5)
        assert [next(outcomes).value for _ in range(100)] == list(range(100))
    assert next(drawn) < 200


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("spin", "cpu"),
        ("eat memory", "memory"),
        ("abort", "died"),
        ("evaluate", "code"),
        ("write", "code"),
        ("start a process", "code"),
        ("connect", "code"),
        ("raise", "error: ValueError: no such answer"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 5])
def test_an_item_that_goes_wrong_is_lost_alone(deed: str, reason: str, chunk: int) -> None:
    with WorkerPool(f"{TASKS}:act", Limits(cpu=0.3), 1) as pool:
        outcomes = list(pool.map([1, 2, deed, 3, 4], chunk))
    assert outcomes == [Outcome(1), Outcome(2), Outcome(None, reason), Outcome(3), Outcome(4)]


def test_a_task_that_only_waits_is_lost_after_the_wall_clock_limit() -> None:
    with WorkerPool(f"{TASKS}:act", Limits(wall=4), 2) as pool:
        outcomes = list(pool.map([1, "sleep", 2], 3))
    assert outcomes == [Outcome(1), Outcome(None, "time"), Outcome(2)]


def test_a_task_may_print_and_import() -> None:
    with WorkerPool(f"{TASKS}:act", Limits(), 1) as pool:
        assert list(pool.map(["print", "import", 1], 3)) == [Outcome(None), Outcome("graphlib"), Outcome(1)]


def test_nothing_is_lost_when_a_worker_is_killed_from_outside() -> None:
    with WorkerPool(f"{TASKS}:tell", Limits(), 1) as pool:
        outcomes = pool.map(range(30), 10)
        seen = [next(outcomes).value]
        os.kill(seen[0]["pid"], signal.SIGKILL)
        seen += [outcome.value for outcome in outcomes]
        assert [told["item"] for told in seen] == list(range(30))
        assert seen[-1]["pid"] != seen[0]["pid"]
        os.kill(seen[-1]["pid"], signal.SIGKILL)  # while it has nothing to do
        assert pool.call("more").value["item"] == "more"


def test_a_worker_has_a_pinned_environment_without_the_callers_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    told = []
    for _ in range(2):
        with WorkerPool(f"{TASKS}:tell", Limits(), 1) as pool:
            told.append(pool.call(1).value)
    environment = told[0]["environment"]
    assert environment["SYMPY_GROUND_TYPES"] == "python"
    assert environment["OMP_NUM_THREADS"] == "1"
    assert "OPENAI_API_KEY" not in environment
    assert told[0]["hash"] == told[1]["hash"]


def test_closing_ends_the_processes() -> None:
    with WorkerPool(f"{TASKS}:tell", Limits(), 2) as pool:
        pids = {outcome.value["pid"] for outcome in pool.map(range(20))}
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(WorkerError, match="closed"):
        pool.call(1)


def test_an_iterator_that_is_closed_ends_what_it_had_under_way() -> None:
    with WorkerPool(f"{TASKS}:tell", Limits(), 1) as pool:
        outcomes = pool.map(range(1000), 100)
        pid = next(outcomes).value["pid"]
        del outcomes
        assert gone(pid)
        assert pool.call("next").value["item"] == "next"


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), signal.SIGKILL)", "sys.exit()", "raise OSError"])
def test_no_worker_outlives_its_parent(ending: str) -> None:
    script = f"""
import os, signal, sys, threading
from builder.answers.worker_pool import WorkerPool
from builder.answers.worker_process import Limits
idle, busy = (WorkerPool("{TASKS}:nap", Limits(), 1) for _ in range(2))
print(idle.call(0).value, busy.call(0).value, flush=True)
threading.Thread(target=busy.call, args=(1000,), daemon=True).start()
{ending}
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    pids = [int(word) for word in run.stdout.split()]
    assert len(pids) == 2, run.stderr
    assert all(gone(pid) for pid in pids)


def test_threads_and_event_loops_share_a_pool() -> None:
    def from_threads(pool: WorkerPool) -> None:
        with ThreadPoolExecutor(8) as threads:
            found.update(threads.map(lambda i: pool.call(i).value, range(200)))

    async def from_a_loop(pool: WorkerPool) -> list[Outcome]:
        return await asyncio.gather(*(asyncio.to_thread(pool.call, i) for i in range(200, 300)))

    found: set[int] = set()
    with WorkerPool(f"{TASKS}:echo", Limits(), 2) as pool:
        other = threading.Thread(target=from_threads, args=(pool,))
        other.start()
        found.update(outcome.value for outcome in asyncio.run(from_a_loop(pool)))
        other.join()
    assert found == set(range(300))


@pytest.mark.parametrize(
    ("task", "limits", "says"),
    [
        ("tests.answers.no_such_tasks:echo", Limits(), "No module named"),
        (f"{TASKS}:no_such_task", Limits(), "no_such_task"),
        (f"{TASKS}:echo", Limits(memory=8 << 20), "8 MB"),
    ],
)
def test_workers_that_cannot_start_are_an_error(task: str, limits: Limits, says: str) -> None:
    with WorkerPool(task, limits, 1) as pool, pytest.raises(WorkerError, match=says):
        pool.call(1)
