"""Math-Verify's opinion of two answers with what it took: a task for a worker of the fallback.

Imported in a worker process only, see :mod:`.answers_safety`.
"""

from __future__ import annotations

import time
from typing import Any

from builder.answers.fallback_worker import EVALUATED_NAMES, agree

from .answers_safety import peak_mb

__all__ = ["EVALUATED_NAMES", "judged"]  # the names are read by the worker program


def judged(pair: list[str]) -> dict[str, Any]:
    """The verdict, the seconds of CPU that it took and the peak memory of this process in MB."""
    start = time.process_time()
    verdict = agree(pair)
    return {"equal": verdict, "cpu": time.process_time() - start, "memory_mb": peak_mb()}
