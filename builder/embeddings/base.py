"""What every embedder gives: one vector of length one for each text.

What is done with the vectors (merging topics) is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Something that gives vectors."""

    name: str

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), d), float32, each row of length 1 (or 0 where a text has nothing in it).

        A row depends on its own text only, so that texts may be embedded in parts.
        """
        ...


def unit_rows(rows: npt.NDArray[np.floating]) -> Matrix:
    """``rows`` divided by their lengths; a row of zeros stays."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    unit: Matrix = np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0).astype(np.float32)
    return unit
