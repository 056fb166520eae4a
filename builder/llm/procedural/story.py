"""Who and what a story is about: names, pronouns and things, for writing and for reading.

The kinds of things ("food", "toy", "paper", "plant") let a sentence say what it fits.  The sentences
themselves are in the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_SHE = ("Maya", "Elena", "Priya", "Nora", "Ines", "Hana", "Ruth", "Olga", "Zoe", "Amina", "Clara", "Lin")
_HE = ("Omar", "Leo", "Felix", "Tariq", "Jonas", "Diego", "Kenji", "Paul", "Anton", "Sam", "Ravi", "Hugo")

ITEMS: dict[str, tuple[tuple[str, str], ...]] = {
    "paper": (
        ("pencil", "pencils"),
        ("notebook", "notebooks"),
        ("postcard", "postcards"),
        ("sticker", "stickers"),
        ("stamp", "stamps"),
    ),
    "toy": (
        ("marble", "marbles"),
        ("bead", "beads"),
        ("trading card", "trading cards"),
        ("balloon", "balloons"),
        ("shell", "shells"),
    ),
    "food": (
        ("cookie", "cookies"),
        ("muffin", "muffins"),
        ("apple", "apples"),
        ("orange", "oranges"),
        ("walnut", "walnuts"),
    ),
    "plant": (("tulip bulb", "tulip bulbs"), ("seedling", "seedlings"), ("sunflower", "sunflowers")),
}
BAKED = ("cookie", "muffin")  # things of "food" that are baked: a wording may ask for items=("baked",)

_KIND = {single: kind for kind, things in ITEMS.items() for single, _ in things}
_PLURAL = {single: many for things in ITEMS.values() for single, many in things}

NAME_PATTERN = "(?:" + "|".join(_SHE + _HE) + ")"
ITEM_PATTERN = "(?:" + "|".join(_PLURAL) + ")"
ITEMS_PATTERN = "(?:" + "|".join(_PLURAL.values()) + ")"


@dataclass
class Context:
    """One story's person and thing; remembers whether the person has been named."""

    name: str
    item: str
    named: bool = False

    @property
    def she(self) -> bool:
        """Whether the pronoun is "she"."""
        return self.name in _SHE

    def fits(self, kinds: tuple[str, ...]) -> bool:
        """Whether the thing is of one of the kinds (no kinds: any thing is)."""
        return not kinds or _KIND[self.item] in kinds or ("baked" in kinds and self.item in BAKED)

    def word(self, slot: str) -> str:
        """The text of a context slot; the person's name where it has not been said yet."""
        if slot == "items":
            return _PLURAL[self.item]
        if slot == "item":
            return self.item
        if slot == "Name" or not self.named:
            self.named = True
            return self.name + ("'s" if slot == "her" else "")
        female = {"She": "She", "she": "she", "her": "her", "him": "her"}
        male = {"She": "He", "she": "he", "her": "his", "him": "him"}
        return (female if self.she else male)[slot]


def things(kinds: tuple[str, ...]) -> list[str]:
    """The things (singular) of the kinds, all where none is named."""
    return [s for s, k in _KIND.items() if not kinds or k in kinds or ("baked" in kinds and s in BAKED)]


def new_context(rng: Random, kinds: tuple[str, ...] = (), taken: tuple[str, ...] = ()) -> Context:
    """A person who is not in ``taken`` and a thing of one of the kinds."""
    name = rng.choice([n for n in _SHE + _HE if n not in taken])
    return Context(name, rng.choice(things(kinds)))
