"""The final answer of a solution, and whether two answers are the same.

``extract_answer`` finds it in a text (:mod:`.extraction`); ``canonical_key`` gives what it means as a
hashable key (:mod:`.tokens`, :mod:`.parser`, :mod:`.values`, :mod:`.structure`); ``equal`` and
``answer_classes`` compare (:mod:`.classes`).  Nothing of a text is ever run as code.
"""

from .classes import answer_classes, canonical_key, equal
from .extraction import extract_answer

__all__ = ["answer_classes", "canonical_key", "equal", "extract_answer"]
