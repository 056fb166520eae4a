"""What an answer says: the record that reading an answer gives.

How it is read is the business of :mod:`.reader`; how readings become classes, of :mod:`.classes`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .values import Key

NO_SOLUTION: Key = ("word", "no solution")
REALS: Key = ("iv", ("oo", -1), ("oo", 1), False, False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says.

    ``key``: what it is; ``also``: what it may be attached to by convention; ``digits`` and ``places``:
    significant digits and decimal places of a plain decimal (0 for anything else), which may stand for
    a value that it rounds; ``names``: the variables that were given values; ``units``: the words
    after values; ``understood``: False where only the identity of the text is known; ``several``: True
    where a plus-minus gives two values, so that ``key`` is their collection.
    """

    key: Key
    also: tuple[Key, ...] = ()
    digits: int = 0
    places: int = 0
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    understood: bool = True
    several: bool = False

    def fits(self, key: Key) -> bool:
        """Whether this answer is, or may be attached to, what ``key`` is."""
        return key == self.key or key in self.also
