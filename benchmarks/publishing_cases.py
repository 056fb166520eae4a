"""The cases of the publishing benchmark: each is done in a process of its own, see benchmarks/publishing.py.

The rows are those of a data set that a run published, again and again: each time with other digits in problem,
solution and answer and with ids of their own, drawn one by one.  A row group holds fewer rows than a round, so that
what compresses within one is what the model's texts have in common, not the repeats.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import os
import random
import resource
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq

import kpmath
from builder.publish.folder import keep_shards, write_heads
from builder.publish.provenance import Provenance, Release, Shard, content_of, read_provenance
from builder.publish.shards import ROW_GROUP, write_config
from builder.publish.validate import validate
from builder.publish.versions import Change, compare, next_version

Row = dict[str, Any]
Result = dict[str, Any]
CONFIG, SPLIT = "default", "train"
_DIGITS = "0123456789"


class Clock:
    """What is done inside ``with clock.running()`` is measured: seconds, CPU of all processes, peak memory."""

    def __init__(self) -> None:
        self.took: Result = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        seconds, cpu = time.perf_counter(), _cpu()
        yield
        self.took = {"seconds": time.perf_counter() - seconds, "cpu": _cpu() - cpu, "mib": _peak_mib()}


def _cpu() -> float:
    """CPU seconds of this process, its threads and the processes that it waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _peak_mib() -> float:
    """Highest resident memory of this process, or of the largest that it waited for."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = int(status.partition("VmHWM:")[2].split()[0])  # kB; that of this process alone
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


# --- rows and folders ----------------------------------------------------------------------------


def varied(model: str, start: int, count: int) -> Iterator[Row]:
    """``count`` rows from number ``start`` of an endless sequence made of the data set in the folder ``model``."""
    files = [s.file for s in read_provenance(model).shards if s.config == CONFIG]
    base = [row for file in files for row in pq.read_table(Path(model) / file).to_pylist()]
    first, skipped = divmod(start, len(base))
    rounds = (_round(base, number) for number in itertools.count(first))
    return itertools.islice(itertools.chain.from_iterable(rounds), skipped, skipped + count)


def _round(base: Sequence[Row], number: int) -> Iterator[Row]:
    digits = str.maketrans(_DIGITS, "".join(random.Random(number).sample(_DIGITS, len(_DIGITS))))
    for row in base:
        yield {
            **row,
            "id": _id(number, row["id"]),
            "question_id": _id(number, row["question_id"]),
            "problem": row["problem"].translate(digits),
            "solution": row["solution"].translate(digits),
            "answer": row["answer"].translate(digits),
        }


def _id(number: int, name: str) -> str:
    return hashlib.blake2b(f"{number} {name}".encode(), digest_size=16).hexdigest()


def finish(model: str, out: str, written: Iterable[Shard]) -> None:
    """Make a dataset folder of the shards in ``out``: the other configurations are those of ``model``."""
    provenance = read_provenance(model)
    others = tuple(s for s in provenance.shards if s.config != CONFIG)
    keep_shards(Path(model), others, Path(out))
    shards = (*written, *others)
    release = Release("1.0.0", "made by a benchmark", content_of(shards))
    write_heads(dataclasses.replace(provenance, releases=(release,), shards=shards), out)


def plain_files(folder: str) -> list[str]:
    """The Parquet files of ``write`` or ``write_plain`` in order."""
    files = sorted(Path(folder).glob(f"data/{CONFIG}/*.parquet")) or sorted(Path(folder).glob("*.parquet"))
    return [str(f) for f in files]


# --- writing -------------------------------------------------------------------------------------


def make_rows(clock: Clock, model: str, rows: int) -> Result:
    """Only draw them: what every way of writing does before it writes."""
    drawn = varied(model, 0, rows)
    with clock.running():
        count = sum(1 for _ in drawn)
    return {"rows": count}


def write(clock: Clock, model: str, rows: int, out: str, shard_bytes: int) -> Result:
    """builder/publish/shards.py; then, without the clock, the rest of a dataset folder."""
    drawn = varied(model, 0, rows)
    with clock.running():
        shards = write_config(drawn, CONFIG, SPLIT, out, shard_bytes=shard_bytes)
    finish(model, out, shards)
    return _sizes(out) | {"rows": sum(s.rows for s in shards), "arrow_bytes": sum(s.bytes for s in shards)}


def write_plain(clock: Clock, model: str, rows: int, out: str, files: int) -> Result:
    """pyarrow alone: the same row groups and compression, in as many files."""
    Path(out).mkdir()
    drawn, schema = varied(model, 0, rows), kpmath.schema(CONFIG)
    with clock.running():
        for number in range(files):
            left = itertools.islice(drawn, -(-rows // files))
            with pq.ParquetWriter(f"{out}/{number}.parquet", schema, compression="zstd") as writer:
                while chunk := list(itertools.islice(left, ROW_GROUP)):
                    writer.write_batch(pa.RecordBatch.from_pylist(chunk, schema=schema))
    return _sizes(out) | {"rows": sum(pq.read_metadata(f).num_rows for f in plain_files(out))}


def _sizes(out: str) -> Result:
    files = plain_files(out)
    return {"files": len(files), "bytes": sum(Path(f).stat().st_size for f in files)}


def grow(clock: Clock, model: str, base: str, start: int, rows: int, out: str, shard_bytes: int) -> Result:
    """A folder with the shards of ``base`` and further rows, up to the card."""
    drawn, old = varied(model, start, rows), read_provenance(base)
    Path(out).mkdir()
    with clock.running():
        keep_shards(Path(base), old.shards, Path(out))
        first = sum(s.config == CONFIG for s in old.shards)
        new = write_config(drawn, CONFIG, SPLIT, out, shard_bytes=shard_bytes, first=first)
        write_heads(_grown(old, new), out)
    return {"rows": sum(s.rows for s in new)}


def _grown(old: Provenance, new: tuple[Shard, ...]) -> Provenance:
    change = Change.of_added(new)
    kept = old.splits()[CONFIG][SPLIT]
    shards = (*kept, *new, *(s for s in old.shards if s not in kept))
    release = Release(next_version(old.version, change.kind), change.words(), content_of(shards))
    return dataclasses.replace(old, releases=(*old.releases, release), shards=shards)


# --- reading -------------------------------------------------------------------------------------


def read_table(clock: Clock, folder: str) -> Result:
    """pyarrow alone, all rows into memory."""
    with clock.running():
        table = pq.read_table(plain_files(folder))
    return {"rows": table.num_rows}


def load_plain(clock: Clock, folder: str, num_proc: int) -> Result:
    """load_dataset on Parquet files without a card, into a fresh cache."""
    files = {SPLIT: plain_files(folder)}
    return _loaded(clock, folder, lambda **to: datasets.load_dataset("parquet", data_files=files, **to), num_proc)


def load(clock: Clock, folder: str, num_proc: int) -> Result:
    """load_dataset on a dataset folder, into a fresh cache."""
    return _loaded(clock, folder, lambda **to: datasets.load_dataset(folder, **to), num_proc)


def load_ours(clock: Clock, folder: str, num_proc: int) -> Result:
    """kpmath.load, into a fresh cache."""
    return _loaded(clock, folder, lambda **to: kpmath.load(path=folder, **to), num_proc)


def load_builder(clock: Clock, folder: str, num_proc: int) -> Result:
    """The builder class of kpmath.py, into a fresh cache."""

    def build(split: str, num_proc: int, cache_dir: str) -> Any:
        builder = kpmath.KPMath(config_name=CONFIG, data_dir=folder, cache_dir=cache_dir)
        builder.download_and_prepare(num_proc=num_proc)
        return builder.as_dataset(split)

    return _loaded(clock, folder, build, num_proc)


def _loaded(clock: Clock, folder: str, make: Any, num_proc: int) -> Result:
    datasets.disable_progress_bars()
    cache = folder + ".cache"
    with clock.running():
        rows = make(split=SPLIT, num_proc=num_proc, cache_dir=cache)
    count = rows.num_rows
    shutil.rmtree(cache)
    return {"rows": count}


def stream_pyarrow(clock: Clock, folder: str) -> Result:
    """pyarrow alone, row group by row group, every row as a dictionary."""

    def rows() -> Iterator[Row]:
        for file in plain_files(folder):
            with pq.ParquetFile(file) as parquet:
                for batch in parquet.iter_batches(batch_size=ROW_GROUP):
                    yield from batch.to_pylist()

    return _streamed(clock, rows)


def stream_plain(clock: Clock, folder: str) -> Result:
    """datasets on Parquet files without a card."""
    files = {SPLIT: plain_files(folder)}
    return _streamed(clock, lambda: datasets.load_dataset("parquet", data_files=files, split=SPLIT, streaming=True))


def stream(clock: Clock, folder: str) -> Result:
    """datasets on a dataset folder."""
    return _streamed(clock, lambda: datasets.load_dataset(folder, split=SPLIT, streaming=True))


def stream_batches(clock: Clock, folder: str) -> Result:
    """kpmath.load in batches, made into dictionaries."""

    def rows() -> Iterator[Row]:
        for batch in kpmath.load(path=folder, split=SPLIT, streaming=True).iter(batch_size=ROW_GROUP):
            yield from (dict(zip(batch, cells, strict=True)) for cells in zip(*batch.values(), strict=True))

    return _streamed(clock, rows)


def _streamed(clock: Clock, opened: Any) -> Result:
    with clock.running():
        began = time.perf_counter()
        rows = iter(opened())
        next(rows)
        first = time.perf_counter() - began
        count = 1 + sum(1 for _ in rows)
    return {"rows": count, "first": first}


# --- publishing ----------------------------------------------------------------------------------


def check(clock: Clock, folder: str) -> Result:
    """builder/publish/validate.py: what publishing asks of a folder."""
    with clock.running():
        provenance = validate(Path(folder))
    return {"rows": provenance.rows()[CONFIG]}


def compare_folders(clock: Clock, old: str, new: str) -> Result:
    """builder/publish/versions.py: what the second folder changes."""
    before, after = read_provenance(old), read_provenance(new)
    with clock.running():
        change = compare(before, after, lambda s: Path(old) / s.file, lambda s: Path(new) / s.file)
    return {"rows": after.rows()[CONFIG], "change": change.words()}


CASES = {
    case.__name__: case
    for case in (
        *(make_rows, write, write_plain, grow),
        *(read_table, load_plain, load, load_ours, load_builder),
        *(stream_pyarrow, stream_plain, stream, stream_batches),
        *(check, compare_folders),
    )
}


def run(case: str, given: dict[str, Any]) -> Result:
    """Do one case."""
    clock = Clock()
    result = CASES[case](clock, **given)
    return result | clock.took
