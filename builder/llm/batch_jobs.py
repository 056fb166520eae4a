"""The jobs of a run in an endpoint's batch API: what was submitted, and what came of it.

``jobs.json`` beside the batch files holds them, written whole after each step.  A kill at any point costs
nothing: a batch carries the hash of its file, and one that was started and not noted is found again by it.
How requests come into files, and what results mean, is not known here.
"""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import Limits
from ..errors import BudgetReached, ConfigError, RequestRefused, RetryableModelError, StoreError
from ..store import CompletionStore, StoreReader, Usage
from ..store_file import explain
from .batch import (
    RequestFile,
    exclusive,
    make_whole,
    read_request_file,
    request_files,
    requests_in,
    waiting,
)
from .batch_api import ENDED, Batch, BatchApi, Gone
from .batch_results import Imported, import_results
from .prices import Prices

OpenApi = Callable[[str, str], BatchApi]
"""The batch API for a role, at a base URL or, where that is "", at the one that is configured."""

_LAYOUT = 1
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 60.0  # seconds between two looks


@dataclass(slots=True)
class Job:
    """A batch file at an endpoint."""

    file: str  # its name
    sha256: str  # its content
    role: str
    model: str
    requests: int
    base_url: str
    input_file_id: str
    batch_id: str = ""  # "": it is about to be started
    status: str = ""
    completed: int = 0
    failed: int = 0
    why: str = ""  # what the endpoint says where it failed, or what else is wrong
    imported: bool = False

    @property
    def live(self) -> bool:
        """Whether its replies may still come: its requests are not asked for again."""
        return not self.imported

    def update(self, batch: Batch) -> None:
        """Take over what the endpoint says."""
        self.batch_id = str(batch.get("id") or self.batch_id)
        self.status = str(batch.get("status") or "not known")
        counts = batch.get("request_counts")
        for name in ("completed", "failed"):
            value = counts.get(name) if isinstance(counts, dict) else None
            setattr(self, name, value if isinstance(value, int) else 0)
        self.why = _why(batch)


def _why(batch: Batch) -> str:
    """The first errors of a batch that failed, on one line."""
    errors = batch.get("errors")
    data = errors.get("data") if isinstance(errors, dict) else None
    said = []
    for error in [e for e in data if isinstance(e, dict)][:3] if isinstance(data, list) else []:
        text = " ".join(str(error.get("message") or error.get("code") or "no reason given").split())[:200]
        said.append(f"line {error['line']}: {text}" if error.get("line") else text)
    return "; ".join(said)


class Jobs:
    """The jobs of a run, as they are in ``jobs.json``; to be changed by one process at a time."""

    def __init__(self, work: Path) -> None:
        """
        Raises:
            StoreError: the file cannot be read.
        """
        self.path = work / "jobs.json"
        try:
            kept = json.loads(self.path.read_bytes())
            if kept["layout"] != _LAYOUT:
                raise ValueError(f"layout {kept['layout']}")
            self.jobs = [Job(**job) for job in kept["jobs"]]
        except FileNotFoundError:
            self.jobs = []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self.path} cannot be read ({error}): move it away; 'batch submit' finds what the endpoint has"
            ) from None

    @property
    def live(self) -> list[Job]:
        """Those whose replies may still come."""
        return [job for job in self.jobs if job.live]

    def save(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        partial = self.path.with_name(self.path.name + ".partial")
        text = json.dumps({"layout": _LAYOUT, "jobs": [dataclasses.asdict(job) for job in self.jobs]}, indent=1)
        try:
            partial.write_text(text, encoding="ascii")
            make_whole(partial, self.path)
        except OSError as error:
            raise explain(self.path, error) from None

    def under_way(self) -> Iterator[str]:
        """The custom ids whose replies may still come.

        Raises:
            StoreError: the file of a job is missing or was changed.
        """
        for path in self.live_files():
            for samples, _ in requests_in(path):
                yield samples.custom_id

    def live_files(self) -> list[Path]:
        """The batch files of jobs whose replies may still come."""
        for job in self.live:
            if not (self.path.parent / job.file).is_file():
                raise StoreError(
                    f"{self.path.parent / job.file} is missing, and with it what batch {job.batch_id} asks: put it "
                    "back, or wait with 'batch poll --wait' until the batch has ended"
                )
        return [self.path.parent / job.file for job in self.live]


# --- submitting ----------------------------------------------------------------------------------


def submit(work: Path, store: StoreReader, open_api: OpenApi, limits: Limits) -> list[Job]:
    """Start a batch for each file of the last export that has none; the jobs that are new here.

    A batch that the endpoint has already for the same file is taken over.

    Raises:
        ConfigError: a file was answered in part since it was exported.
        BudgetReached: the requests may take the run over a limit; nothing is submitted.
        ModelError: the endpoint; what was submitted is noted, and the same call goes on.
        StoreError: a file cannot be read or written.
    """
    with exclusive(work), ExitStack() as stack:
        jobs = Jobs(work)
        endpoints = _Endpoints(open_api, stack)
        started = [job for job in jobs.jobs if not job.batch_id]
        new = [job for job in started if _find_again(jobs, job, endpoints)]
        files = _to_submit(work, jobs, store)
        check_limits(limits, store.usage(), [*jobs.live_files(), *(f.path for f in files)])
        return new + [_submit(jobs, file, endpoints) for file in files]


class _Endpoints:
    """The endpoints of the roles, each opened once, and the batches that they have."""

    def __init__(self, open_api: OpenApi, stack: ExitStack) -> None:
        self._open_api, self._stack = open_api, stack
        self._open: dict[tuple[str, str], BatchApi] = {}
        self._batches: dict[str, list[Batch]] = {}

    def api(self, role: str, base_url: str = "") -> BatchApi:
        if (role, base_url) not in self._open:
            api = self._open[role, base_url] = self._open_api(role, base_url)
            self._stack.callback(api.close)
        return self._open[role, base_url]

    def batches(self, api: BatchApi) -> list[Batch]:
        """Those that may be ours, the newest first."""
        if api.base_url not in self._batches:
            self._batches[api.base_url] = [b for b in api.batches() if _hash(b) or b.get("input_file_id")]
        return self._batches[api.base_url]


def _hash(batch: Batch) -> str:
    metadata = batch.get("metadata")
    return str(metadata.get("sha256") or "") if isinstance(metadata, Mapping) else ""


def _find_again(jobs: Jobs, job: Job, endpoints: _Endpoints) -> bool:
    """Whether a job that was about to be started was; one that was not is forgotten."""
    batch = _unclaimed(jobs, job, endpoints.batches(endpoints.api(job.role, job.base_url)))
    if batch is None:
        jobs.jobs.remove(job)
    else:
        job.update(batch)
    jobs.save()
    return batch is not None


def _unclaimed(jobs: Jobs, job: Job, batches: Sequence[Batch]) -> Batch | None:
    """The newest batch with the file of this job that none of the jobs is."""
    known = {other.batch_id for other in jobs.jobs}
    for batch in batches:
        if batch["id"] in known:
            continue
        if job.input_file_id and batch.get("input_file_id") == job.input_file_id:
            return batch
        # One that ended with nothing would only be in the way of the next try.
        ended = batch.get("status") in ENDED and not (batch.get("output_file_id") or batch.get("error_file_id"))
        if _hash(batch) == job.sha256 and not ended:
            return batch
    return None


def _to_submit(work: Path, jobs: Jobs, store: StoreReader) -> list[RequestFile]:
    taken = {job.file for job in jobs.live}
    files = []
    for path in request_files(work):
        if path.name in taken:
            continue
        state = waiting(path, store)
        if state.open == 0:
            continue
        if state.untouched < state.requests:
            raise ConfigError(
                f"{path}: {state.requests - state.untouched:,} of its {state.requests:,} requests were answered since "
                "it was exported: give 'batch export' again, which writes the rest, then submit"
            )
        files.append(read_request_file(path))
    return files


def _submit(jobs: Jobs, file: RequestFile, endpoints: _Endpoints) -> Job:
    api = endpoints.api(file.role)
    job = Job(file.path.name, file.sha256, file.role, file.model, file.requests, api.base_url, "")
    if (batch := _unclaimed(jobs, job, endpoints.batches(api))) is not None:
        job.input_file_id = str(batch.get("input_file_id") or "")
        job.update(batch)
        jobs.jobs.append(job)
        jobs.save()
        return job
    job.input_file_id = api.upload(file.path)
    jobs.jobs.append(job)
    jobs.save()  # before it is started: from now on a batch with this file may be there
    try:
        job.update(api.create(job.input_file_id, {"sha256": file.sha256, "role": file.role}))
    except RequestRefused:
        jobs.jobs.remove(job)
        raise
    finally:
        jobs.save()
    return job


def check_limits(limits: Limits, usage: Iterable[Usage], files: Sequence[Path]) -> None:
    """Whether the run may ask what these files ask: a batch cannot be stopped half-way.

    Raises:
        BudgetReached: with replies as long as they may be, the run would go over a limit.
    """
    if limits.max_cost is None and limits.max_requests is None:
        return
    prices = Prices.load(limits.prices)
    requests, cost = 0, 0.0
    for u in usage:
        requests += u.requests
        cost += prices.cost(u.model, u.prompt_tokens, u.cached_tokens, u.completion_tokens) or 0.0
    for path in files:
        for samples, body in requests_in(path):
            requests += 1
            cost += _worst_case(prices, body, samples.n)
    if limits.max_requests is not None and requests > limits.max_requests:
        raise BudgetReached(
            f"nothing was submitted: the run would have sent {requests:,} requests and --max-requests is "
            f"{limits.max_requests:,}; 'batch export' with a higher limit goes on from here"
        )
    if limits.max_cost is not None and cost > limits.max_cost:
        raise BudgetReached(
            f"nothing was submitted: with replies as long as they may be the run would cost ${cost:.4f} and --max-cost "
            f"is ${limits.max_cost:.4f}; 'batch export' with a higher limit goes on from here"
        )


def _worst_case(prices: Prices, body: Mapping[str, Any], n: int) -> float:
    # Two characters a token is less than any tokenizer needs for English and LaTeX.
    prompt = sum(len(m["content"]) for m in body["messages"]) // 2 + 16
    longest = body.get("max_completion_tokens") or body["max_tokens"]
    return prices.cost(body["model"], prompt, 0, n * longest) or 0.0


# --- polling -------------------------------------------------------------------------------------


def poll(
    work: Path,
    open_store: Callable[[], CompletionStore],
    open_api: OpenApi,
    *,
    wait: bool = False,
    tell: Callable[[str], None] = lambda text: None,
    pause: float = _FIRST_PAUSE,
) -> tuple[list[Job], Imported]:
    """Look how the jobs are, and import what those brought that have ended; all jobs, and what was imported.

    Args:
        wait: look again until all have ended; then an endpoint that cannot be reached for a while is waited for.
        tell: is told what changes.
        pause: seconds until the second look; it doubles up to a minute.

    Raises:
        ModelError: the endpoint; what was imported before stays, and the same call goes on.
        StoreError: a file or the store cannot be used.
    """
    found = Imported()
    while True:
        going_on, fault = False, None
        with exclusive(work), ExitStack() as stack:
            jobs = Jobs(work)
            endpoints = _Endpoints(open_api, stack)
            for job in jobs.live:
                try:
                    going_on |= _look(jobs, job, endpoints.api(job.role, job.base_url), open_store, found, tell)
                except RetryableModelError as error:
                    if not wait:
                        raise
                    going_on, fault = True, error
        if not (wait and going_on):
            return jobs.jobs, found
        if fault is not None:
            tell(f"{fault}; trying again")
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)


def _look(
    jobs: Jobs,
    job: Job,
    api: BatchApi,
    open_store: Callable[[], CompletionStore],
    found: Imported,
    tell: Callable[[str], None],
) -> bool:
    """Whether there is more to come."""
    if not job.batch_id:
        job.why = "it is not known whether it was started: 'batch submit' finds out"
        return False
    before = (job.status, job.completed, job.failed)
    try:
        batch = api.batch(job.batch_id)
        job.update(batch)
        if (job.status, job.completed, job.failed) != before:
            tell(f"{job.file}: {job.status}, {job.completed + job.failed:,} of {job.requests:,} requests")
        if job.status in ENDED:
            _take(job, batch, api, jobs.path.parent / "results", open_store, found)
    except Gone as error:
        job.why = f"{error}: the wrong account or key? If it is gone for good, remove its entry from {jobs.path}"
        return False
    finally:
        jobs.save()
    return job.live


def _take(
    job: Job, batch: Batch, api: BatchApi, folder: Path, open_store: Callable[[], CompletionStore], found: Imported
) -> None:
    """Import what a batch that has ended brought."""
    if job.status == "completed" and job.completed and not batch.get("output_file_id"):
        job.why = "its results are not there yet"
        return
    if results := _download(job, batch, api, folder):
        with open_store() as store:
            import_results(store, results, found)
    job.imported = True


def _download(job: Job, batch: Batch, api: BatchApi, folder: Path) -> list[Path]:
    paths = []
    for kind in ("output", "error"):
        if file_id := batch.get(f"{kind}_file_id"):
            paths.append(folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', job.batch_id)[:100]}-{kind}.jsonl")
            api.download(str(file_id), paths[-1])
    return paths
