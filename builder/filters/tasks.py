r"""What a problem asks for: nothing, one thing, several things, or a proof.

Sub-questions with labels, (a) and (b), are counted by :func:`count_parts`; how many of them a question may have
is a setting of its own (``questions.max_parts``).  Here only the questions that run on without labels are found:
``What is x? Also find y.``  Two solutions of such a text end in answers that cannot be compared.
"""

from __future__ import annotations

import re

from .flaw import Flaw, flaw
from .text import FORMULA, QUOTED, sentences

# A sub-question's label at the start of a line or sentence: "(a)", "b)", "(ii)", "1.", "Part 2:".
_PART = re.compile(r"(?:^|(?<=[\s.;:?]))(?:\(?([a-h])\)|\(([ivx]{1,4})\)|part\s+([a-h]|\d))(?=[\s:.])", re.IGNORECASE)

_WH = r"(?:what|how|which|who|whom|whose|where|when|why)"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|must|may|might)"
_VERB = r"(?:find|compute|determine|calculate|evaluate|solve|simplify|factor(?:i[sz]e)?)"
_PROOF = r"(?:prove|show that|verify that|demonstrate that|justify)"
_LEAD = r"(?:also|then|now|next|finally|hence|furthermore|further|additionally|moreover|please|and|besides)"
_QUESTION = re.compile(rf"\b{_WH}\b|^\W*+(?:\w+,\s)?{_AUXILIARY}\b|,\s*+{_AUXILIARY}\b", re.IGNORECASE)
# Where an imperative begins: a sentence, a formula's end, or a clause.
_START = rf"(?:^[\s{FORMULA}{QUOTED}*(]*+|[,;:{FORMULA}]\s*+)(?:{_LEAD},?\s++){{0,2}}"
_IMPERATIVE = re.compile(rf"{_START}(?:{_VERB}|{_PROOF})\b", re.IGNORECASE)
_STATED = re.compile(rf"{_START}{_PROOF}\b", re.IGNORECASE)
_RESTATES = re.compile(r"^[\s(]*+(?:that is|in other words|i\.e|specifically|more precisely|or)\b", re.IGNORECASE)
_FIRST = re.compile(rf"\b(?:what|how (?:many|much|long|far|old|fast|tall)|{_VERB})\b", re.IGNORECASE)
# Within one sentence: "how many ways are there, and what is the probability ..."
_SECOND = re.compile(
    rf"\sand\s(?:{_LEAD}\s)?"
    r"(?:what (?:is|are|was|were|will|would|percentage|fraction)\b|how (?:many|much|long|far|old|fast|tall)\b)",
    re.IGNORECASE,
)
# A verb that asks wherever it stands, or another one where an imperative may begin.
_ASKS = re.compile(
    rf"[?？]|\b(?:{_VERB}|{_PROOF}|what|how|which (?:of|one|is)|express|write|estimate|approximate|rewrite|convert"
    r"|expand|reduce|round)\b"
    r"|(?:^|[.:;,!)\s]\s|[$\]}*]\s*+|\b(?:and|then|please|to) )"
    r"(?:give|state|list|name|graph|plot|complete|fill|choose|select|identify|describe|explain|classify|arrange|order"
    r"|rank|remove|sum|construct|draw|sketch|enter|count|add|subtract|multiply|divide|derive|optimi[sz]e|minimi[sz]e"
    r"|maximi[sz]e|match|decide|check|use|answer|specify|rationali[sz]e|tell|show|represent|compare|design"
    r"|analy[sz]e|discuss|put|cross|tick|mark|study|justify)\b",
    re.IGNORECASE,
)
# Options, a blank to be filled in, or a sentence that stops where the answer would stand.
_BLANK = re.compile(
    r"\(\s*+A\s*+\)|_{2,}|\\_|\\u?line\b|\\underline|\\uline|\\(?:square|Box|boxed)\b|□|\(\s*+\)|（\s*+）|\.{4}|…|\\hspace|~\s*+~"
    r"|=\s*+(?:\\\]|\$+|\\\))?\s*+[.．]?\s*$|\b(?:is|are|be|equals?|to|of|by|was)\s*+[:.．]?\s*$",
)
_BESIDES = re.compile(
    r"\b(?:also|additionally|furthermore|moreover|further|as well|besides|finally|if (?:not|so))\b", re.I
)
_FORM = re.compile(r"\b(?:(?:in|of) the form|(?:written|expressed|converted|simplified) (?:as|in|to))\b", re.IGNORECASE)
_TUPLE = re.compile(r"\bordered (?:pair|triple|tuple|quadruple)", re.IGNORECASE)  # several values, one answer
_YOURS = re.compile(r"\byour (?:final )?(?:answer|result|solution)\b", re.IGNORECASE)
_FINDS = re.compile(rf"\b(?:{_VERB}|derive|what|how many)\b", re.IGNORECASE)


def count_parts(problem: str) -> int:
    """How many labelled sub-questions a problem has; 1 where there are no labels."""
    labels = {"".join(filter(None, m.groups())).lower() for m in _PART.finditer(problem)}
    return max(1, len(labels))


def task_flaw(text: str, masked: str) -> Flaw | None:
    """``not_a_question``, ``proof`` or ``several_questions``; ``masked`` is the :func:`~.text.plain` text."""
    if not _ASKS.search(text) and not _BLANK.search(text):
        return flaw("not_a_question", text[-120:])
    asked = _tasks(masked)
    proofs = [s for s in asked if _STATED.search(masked[slice(*s)])]
    if asked and len(proofs) == len(asked) and not _FINDS.search(masked, proofs[0][0]):
        return flaw("proof", text[slice(*proofs[0])])
    if count_parts(text) > 1 or _TUPLE.search(text):
        return None
    if len(asked) > 1 and not _one_after_another(masked, asked):
        return flaw("several_questions", text[slice(*asked[1])])
    for start, end in asked:
        first = _FIRST.search(masked, start, end)
        if first and (second := _SECOND.search(masked, first.end(), end)):
            return flaw("several_questions", text[second.start() : end])
    return None


def _tasks(masked: str) -> list[tuple[int, int]]:
    """The sentences that ask for something, but for those that say again what was asked."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(masked):
        sentence = masked[start:end]
        asks = sentence.rstrip(f"\"') {QUOTED}").endswith("?") and _QUESTION.search(sentence)
        if (asks or _IMPERATIVE.search(sentence)) and not (found and _RESTATES.match(sentence)):
            found.append((start, end))
    return found


def _one_after_another(masked: str, tasks: list[tuple[int, int]]) -> bool:
    """Whether the last task uses what the others find and is what is asked for.

    ``Find x in the form a + b sqrt c. What is a + b + c?`` has one answer; ``Solve it. What is the sum of its
    roots?`` too; what is asked *also* is another thing.
    """
    last = masked[slice(*tasks[-1])]
    if any(_BESIDES.search(masked[slice(*task)]) for task in tasks[1:]):
        return False
    if _FORM.search(masked, tasks[0][0], tasks[-1][1]) or _YOURS.search(last):
        return True
    questions = [masked[slice(*task)].rstrip().endswith("?") for task in tasks]
    return questions[-1] and not any(questions[:-1])
