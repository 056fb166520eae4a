"""A flaw: why a question or an answer is dropped, and the text that shows it."""

from __future__ import annotations

from dataclasses import dataclass

EVIDENCE = 120
"""The most characters of evidence that are kept."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """``reason`` is a short snake_case name, used as a fate; ``evidence`` is the exact piece of text."""

    reason: str
    evidence: str


def flaw(reason: str, evidence: str) -> Flaw:
    """A flaw with its evidence cut to :data:`EVIDENCE` characters."""
    return Flaw(reason, evidence.strip()[:EVIDENCE])
