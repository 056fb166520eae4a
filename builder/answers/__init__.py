"""The final answer of a solution, and whether two answers are the same.

``extract_answer`` finds it in a text (:mod:`.extraction`).  What an answer says is read by
:mod:`.reader` (over :mod:`.tokens`, :mod:`.parser`, :mod:`.values`); ``canonical_key`` is that as a
hashable key, ``equal`` and ``answer_classes`` compare, ``firm_keys`` tells what of the classes no further
answer can change (:mod:`.classes`), ``asked`` tells what a question asks for where that decides
(:mod:`.question`).  Millions of questions go through :mod:`.bulk`, answers
that cannot be read may go to :mod:`.fallback`.  Nothing of a text is ever run as code.
"""

from .classes import Verdict, answer_classes, canonical_key, equal, firm_keys
from .extraction import extract_answer
from .question import Asked, asked

__all__ = ["Asked", "Verdict", "answer_classes", "asked", "canonical_key", "equal", "extract_answer", "firm_keys"]
