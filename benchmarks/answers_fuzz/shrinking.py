"""A finding made a little smaller: texts and pieces of texts left out while the law is still broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence

TRIES = 400


def smaller(
    texts: Sequence[str], fails: Callable[[Sequence[str]], bool], keep: int = 1, tries: int = TRIES
) -> list[str]:
    """The fewest and shortest texts found for which ``fails`` still holds, at least ``keep`` of them."""
    best = list(texts)
    left = tries

    def accepted(candidate: list[str]) -> bool:
        nonlocal best, left
        left -= 1
        if left < 0 or not fails(candidate):
            return False
        best = candidate
        return True

    k = len(best) - 1
    while k >= 0 and len(best) > keep:
        accepted(best[:k] + best[k + 1 :])
        k -= 1
    for k in range(len(best)):
        size = max(1, len(best[k]) // 2)
        while size and left > 0:
            at = 0
            while at < len(best[k]) and left > 0:
                text = best[k][:at] + best[k][at + size :]
                if not accepted([*best[:k], text, *best[k + 1 :]]):
                    at += size
            size //= 2
    return best
