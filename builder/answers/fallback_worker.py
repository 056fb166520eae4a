"""Math-Verify's opinion of two answers: the task of the fallback's worker processes.

Imported in a worker process only, where :mod:`.worker` holds the limits; Math-Verify's own time-outs
are signals and stay off.

**Safety.**  Of Math-Verify's ways to read a text only LaTeX is used: the plain expressions of
``ExprExtractionConfig`` go through sympy's ``parse_expr``, which evaluates them as Python.  Even so sympy
evaluates code on two occasions: each number is read by ``sympify``, and an infinite sum is computed by
``lambdify``, which prints the names of symbols into Python source as they are, and a name is whatever a
text has put between the braces of an accent.  So the process that runs this may evaluate code that uses
nothing but the names below, and ends at any other (:func:`.worker.forbid_code`).  Infinite sums of which
the value is needed are therefore undecided.
"""

from __future__ import annotations

import importlib
import logging
import re
from typing import Any

# Read by the worker program: what sympy makes of a number, and its own arithmetic of monomials.
EVALUATED_NAMES = {"sympy", "Integer", "Float", "Rational"} | {
    f"monomial_{operation}" for operation in ("mul", "pow", "mulpow", "ldiv", "div", "lcm", "gcd")
}

_DELIMITERS = re.compile(r"(?<!\\)(?:\$|\\[()\[\]])")
_SPACE = re.compile(r"\s+")
_STOP = re.compile(r"(?<!\.)\.$")  # of a sentence; three dots mean something

logging.getLogger("math_verify").setLevel(logging.CRITICAL)
logging.getLogger("latex2sympy2_extended").setLevel(logging.CRITICAL)
_library: Any = importlib.import_module("math_verify")  # it ships no types
_LATEX = [_library.LatexExtractionConfig()]


def agree(pair: list[str]) -> bool:
    """Whether Math-Verify calls the two bare answers equal, whichever of them is taken for the gold one."""
    one, other = (_parse(answer) for answer in pair)
    return any(_library.verify(a, b, timeout_seconds=None) for a, b in ((one, other), (other, one)))


def _parse(answer: str) -> list[Any]:
    """What Math-Verify reads in a bare answer; nothing rather than a text.

    Without ``no_fallback`` two texts of which nothing was understood would be compared after their
    words, units and subscripts have been taken off.
    """
    return list(
        _library.parse(
            dressed(answer),
            extraction_config=_LATEX,
            fallback_mode="no_fallback",
            parsing_timeout=None,
        )
    )


def dressed(answer: str) -> str:
    """The answer as Math-Verify expects one: a single line of LaTeX between dollar signs."""
    bare = _SPACE.sub(" ", _DELIMITERS.sub(" ", answer))
    return f"${_STOP.sub('', bare.strip())}$"


# Most of the imports that sympy puts off come with a first comparison; they are no pair's CPU time.
agree(["x + 1 = y", r"\frac{1}{2} \le x < \sqrt{2}"])
