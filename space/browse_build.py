"""A small dataset, built while the page runs, where there is none to look through: one build for all visitors."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import weakref
from pathlib import Path

from builder.config import load_recipe
from builder.errors import KPMathError
from builder.pipeline import build
from builder.progress import Progress

from .dataset_view import DatasetView
from .studio import DEMO_RECIPE

SETS = 60


class _LastLine(io.StringIO):
    """A stream that remembers the last line that was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.line = ""

    def write(self, text: str) -> int:
        self.line = text.strip() or self.line
        return len(text)


class SmallDataset:
    """The demo's recipe with :data:`SETS` information sets, built in the background with the procedural model."""

    def __init__(self) -> None:
        self.view: DatasetView | None = None  # once it is built
        self.error = ""  # why it was not
        self._lines = _LastLine()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it is being built now."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def progress(self) -> str:
        """What the build does now, in a line."""
        return self._lines.line or "starting"

    def start(self) -> None:
        """Begin to build, unless that goes on or is done."""
        with self._lock:
            if self.running or self.view is not None:
                return
            self.error = self._lines.line = ""
            self._thread = threading.Thread(target=self._build, name="small dataset", daemon=True)
            self._thread.start()

    def _build(self) -> None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="kpmath-space-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)  # rows are read from it until then
            config = load_recipe(DEMO_RECIPE, [f"sampling.sets={SETS}"])
            build(config, folder / "run", folder / "kpmath", Progress(stream=self._lines, apart=0.2))
            self.view = DatasetView(folder / "kpmath")
        except (KPMathError, OSError) as error:
            self.error = str(error)
