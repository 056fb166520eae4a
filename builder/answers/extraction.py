r"""The final answer of a solution's text.

First the text is cut to the reply: special tokens (``<|im_end|>``, ``</s>``, ``[INST]``) end it, and what
stands before the last ``</think>`` is read only for a box.  Then the *last* of these statements that
states something is the answer:

- ``\boxed{...}`` or ``\fbox{...}`` (balanced braces, unclosed and unbraced ones too; boxes joined only by
  "and", "or" and commas are one answer);
- ``#### 72`` on a line of its own (GSM8K), ``<answer>...</answer>``;
- ``"answer": ...`` of a JSON reply, whole or broken; an empty one says that there is no answer;
- "The answer is ...", "Final answer: ...", "Answer: ...", "The correct option is ..." and their relatives in
  several languages; of a sentence, the value that it gives (:mod:`.sentences`).

A new question that the model asked itself after the first statement ends the text.  Without any statement
the ending decides (:mod:`.endings`): a reply that is one short line; a last line that is nothing but a
formula or a value; the last sentence.  Otherwise, and where the text breaks off, there is no answer: a
number from the middle would be a guess.

What the answer means is not known here.  At most the last 40,000 characters and the last 40 statements are
read, each to a bounded length: time is linear whatever the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .endings import breaks_off, ending, first_sentence, formula_value, is_finished, prose, without_chatter
from .marks import boxes, json_value
from .sentences import opening_value, stated_value
from .tidying import MAX_ANSWER, right_side, tidy

_WINDOW = 40_000
_MAX_STATEMENTS = 40
_MAX_QUESTIONS = 10
_MAX_REPEATED = 3  # sentences of the question that an answer repeats
_MAX_WORDS = 12  # of an answer that is words only
_NOTHING = ""  # what an empty answer field says: there is no answer

_SPECIAL = re.compile(
    r"<\|[a-z_A-Z]{2,30}\|>|</?s>|<(?:start|end)_of_turn>|\[/?INST\]|<<SYS>>|<｜[^｜>\n]{2,30}｜>|<eos>|<bos>|<pad>"
)
_TURN_OPENED = re.compile(
    r"\[/INST\]|<\|im_start\|>assistant|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model"
    r"|<\|assistant\|>|<｜Assistant｜>"
)
_THOUGHT_ENDS = ("</think>", "</thinking>", "<|end_of_thought|>", "◁/think▷")
_LOST_ESCAPES = {"\f": "\\f", "\b": "\\b", "\a": "\\a", "\v": "\\v"}  # no text holds these; LaTeX does
_WRITTEN_NEWLINE = re.compile(r"(?<!\\)\\n(?![a-z])(?!Rightarrow|Leftarrow)")
_ESCAPED = re.compile(r"\\\\(?=[a-zA-Z]{2}|[()\[\]])")
_NOT_ESCAPED = re.compile(r"(?<!\\)\\(?:[()\[\]]|[ac-eg-mo-qsv-z])")  # \b, \f, \n, \r, \t, \u are JSON's
_NEW_QUESTION = re.compile(
    r"^[ \t*#>]{0,6}(?:(?:question|problem|q|exercise|human|user|instruction|input)\s?\d{0,3}\s?[:：]"
    r"|#+\s?instruction\b)",
    re.IGNORECASE | re.MULTILINE,
)

_HASHES = re.compile(r"^[ \t]{0,8}#{4}(?!#)[ \t]*(\S[^\n]*)$", re.MULTILINE)
_NUMBERED = re.compile(r"\d+[.)]\s|step\b|case\b", re.IGNORECASE)
_TAG = re.compile("<answer>", re.IGNORECASE)

_NOUNS = (
    *("answer", "ans.", "ans:", "ans =", "final result", "final solution", "final value"),
    *("correct option", "correct choice", "right option", "right choice", "correct alternative"),
    *("antwort", "endergebnis", "ergebnis:", "réponse", "reponse", "respuesta", "risposta", "resposta", "antwoord"),
    *("odpowiedź", "cevap", "đáp án", "ответ", "відповідь", "答案", "答え", "정답", "답:", "उत्तर", "الإجابة", "الجواب"),
)
_FINAL = re.compile(r"(?:final|correct|right|required|desired|exact)[\s_]?$", re.IGNORECASE)
_FIELD = re.compile(r"s?\\?[\"'”]\s{0,4}[:=]\s{0,4}")
_VERB = re.compile(
    r"s?(?![a-zа-я])(?P<tail>[^\n.:：=?!;\"{}$\\]{0,60}?)[\s*_)\]]{0,5}"
    r"(?:(?P<colon>[:：=])|(?:\b(?:is|are|was|equals|(?:should|must|will)\sbe|comes\s(?:out\s)?to|becomes"
    r"|lautet|ist|est|es|è|é|jest|là)\b|[是为為은는は]|—)(?:\s{0,3}[:：])?)",
    re.IGNORECASE,
)
_FORMULA_FOLLOWS = re.compile(r"[*_:]{0,4}\s{1,4}(?=\$|\\\(|\\\[|\\begin|\d+[.)]?\s*$)|\.\s(?=\S)", re.MULTILINE)
_HEADING_START = re.compile(r"(?:^|\n)[\s#*_>-]*(?:\d+[.)]\s*)?(?:the\s)?(?:final\s|correct\s)?$", re.IGNORECASE)
_HEADING_END = re.compile(r"[*_#:]{0,4}[ \t]*\n\s*(?=\S)")
_DOUBT = re.compile(
    r"\b(?:if|suppose|assum\w{1,4}|whether|unless|guess|wrong|incorrect|why|check\w{0,3}|verify\w{0,3}|confirm|false"
    r"|calculate|compute|find|determine|express)\b[^.\n]{0,14}$|\b(?:to|can|could|cannot|will|would|not|correctly)\s{1,3}$",
    re.IGNORECASE,
)
_NO_ANSWER_TAIL = re.compile(r"\b(?:format|field|below|json|following|question|box|should|choices?$)", re.IGNORECASE)
_LABEL_TAIL = re.compile(r"\s*(?:\([^)]*\)|(?:to|for|of|is)\b.*)?", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:[\s*_:：>`#]|\b(?:that|then|thus|therefore|indeed|simply|just|again|equal to|approximately)\b)*", re.IGNORECASE
)
_DISPLAY = re.compile(
    r"\$\$(.{1,1500}?)\$\$|\\\[(.{1,1500}?)\\\]|\\begin\{align\*?\}(.{1,1500}?)\\end\{align\*?\}", re.DOTALL
)
_CHOICE = re.compile(
    r"(?:the\s)?(?:option|choice|letter)?\s*(?P<letter>[(\[]?[A-J][)\]]?)(?=$|[.):,*_\s])(?!\s(?!is\b|because\b)[a-z])"
)
_NO_WORDS = re.compile(  # what follows "the answer is" without being one
    r"(?:not|correct|incorrect|wrong|right|reasonable|consistent|as|see|shown|given|let|we|to|first|because|your|in|of"
    r"|based|expressed|therefore|now|verified|provided|unique|less|greater|more|divisible"
    r"|(?:an?|the)\s(?:same|string|exact|integer|number|sum|product|following|above))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """Where an answer may be stated: after the noun that ends at ``end``, or it is ``said`` already."""

    start: int
    end: int
    said: str | None = None


def extract_answer(text: str) -> str | None:
    """The final answer of ``text`` as it is written there, or None where there is none.

    Dollar signs around it, quotes, a closing full stop and markdown are taken off; LaTeX stays.
    """
    text = _reply(text)
    for mark in _THOUGHT_ENDS:
        thought, found, told = text.rpartition(mark)
        if found:
            return _answer(told) or _last_box(thought)
    if "<think>" in text[:_WINDOW]:  # it ran out of tokens while thinking
        return _last_box(text)
    return _answer(text)


def _reply(text: str) -> str:
    """What the model wrote itself, with the LaTeX commands that a JSON decoder took for escapes."""
    text = text.replace("\r\n", "\n")
    for lost, command in _LOST_ESCAPES.items():
        if lost in text:
            text = text.replace(lost, command)
    text = text.strip()
    if _SPECIAL.match(text):  # a whole conversation
        opened = _TURN_OPENED.search(text)
        text = (text[opened.end() :] if opened else _SPECIAL.sub("", text, count=1)).lstrip()
    end = _SPECIAL.search(text)
    text = text[: end.start()] if end else text
    if "\\n" in text:
        text = _WRITTEN_NEWLINE.sub("\n", text)
    if "\\\\" in text and not _NOT_ESCAPED.search(text):
        text = _ESCAPED.sub(r"\\", text)
    return text


def _last_box(text: str) -> str | None:
    found = boxes(text[-_WINDOW:])
    return found[-1][1] if found else None


def _answer(text: str) -> str | None:
    unfinished = breaks_off(text[-_WINDOW:])
    text = prose(text[-_WINDOW:])
    statements = _statements(text)
    questions = list(_NEW_QUESTION.finditer(text))[:_MAX_QUESTIONS] if statements else []
    for question in questions:
        answer = _last_stated(text, [s for s in statements if s.start < question.start()])
        if answer:
            return answer
    answer = _last_stated(text, statements)
    if answer is None and not unfinished:
        answer = ending(text)
    return answer or None


def _statements(text: str) -> list[_Statement]:
    """Where ``text`` may state an answer, in the order of the text."""
    found = [_Statement(start, start, answer) for start, answer in boxes(text)]
    if "####" in text:
        found += [_Statement(m.start(), m.end(), _after_hashes(m[1])) for m in _last_of(_HASHES, text)]
    if "<answer>" in text:
        found += [_Statement(m.start(), m.end(), _in_tag(text, m.end())) for m in _last_of(_TAG, text)]
    found = [s for s in found if s.said]
    lowered = text.lower()
    for noun in _NOUNS if len(lowered) == len(text) else ():
        at = lowered.find(noun)
        while at >= 0:
            end = at + len(noun.rstrip(".: ="))
            if not noun.isascii() or not lowered[at - 1 : at].isalpha() or lowered[at - 2 : at] == "\\n":
                found.append(_Statement(at, end))
            at = lowered.find(noun, end)
    return sorted(found, key=lambda s: s.start)


def _last_of(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))[-_MAX_STATEMENTS:]


def _last_stated(text: str, statements: list[_Statement]) -> str | None:
    """What the last of ``statements`` says that says something; words only where no other says a value."""
    words = None
    for statement in reversed(statements[-_MAX_STATEMENTS:]):
        if statement.said is not None:
            return statement.said
        answer, is_value = _after_noun(text, statement)
        if is_value:
            return answer
        words = words or answer
    return words


def _after_hashes(line: str) -> str | None:
    """GSM8K's ``#### 72``, which no heading is: it is one word or begins with its value."""
    if _NUMBERED.match(line) or (len(line.split()) > 1 and opening_value(line) is None):
        return None
    answer = tidy(line)
    return answer and right_side(answer)


def _in_tag(text: str, start: int) -> str | None:
    """The answer between ``<answer>`` and its end, which may be a sentence or hold a box."""
    inner = text[start : start + MAX_ANSWER].partition("</answer>")[0]
    answer = tidy(inner)
    return _last_box(inner) or ending(inner) or (answer and right_side(answer))


def _after_noun(text: str, noun: _Statement) -> tuple[str | None, bool]:
    """What is said after "answer" or a relative of it, and whether it is a value and not just words.

    An answer field that is empty says "" for sure.
    """
    field = _FIELD.match(text, noun.end)
    if field:
        return json_value(text, field.end()) or _NOTHING, True
    before = text[max(0, noun.start - 40) : noun.start]
    if _DOUBT.search(before):
        return None, False
    formula = _FORMULA_FOLLOWS.match(text, noun.end)
    if formula:
        return _stated(text, formula.end(), label=False)
    heading = _HEADING_END.match(text, noun.end)
    if heading and _HEADING_START.search(before):
        return _stated(text, heading.end(), label=True)
    verb = _VERB.match(text, noun.end)
    if verb is None or _NO_ANSWER_TAIL.search(verb["tail"]):
        return None, False
    if verb["colon"] and not _LABEL_TAIL.fullmatch(verb["tail"]):
        return None, False
    final = " " in text[noun.start : noun.end] or _FINAL.search(before) is not None
    answer, is_value = _stated(text, verb.end(), label=verb["colon"] is not None and not final)
    return answer, is_value or (final and answer is not None)


def _stated(text: str, at: int, label: bool) -> tuple[str | None, bool]:
    """The answer that begins about ``at``, and whether it is a value.

    What merely follows the label "Answer:" may repeat the question, and may be a whole solution: its first
    sentence counts if it begins with the value or if nothing comes after it.
    """
    sentence = rest = ""
    for _ in range(_MAX_REPEATED):
        rest = text[at : at + MAX_ANSWER]
        lead = _LEAD.match(rest)
        at += lead.end() if lead else 0
        rest = text[at : at + MAX_ANSWER]
        display = _DISPLAY.match(rest)
        if display:
            return formula_value(display[display.lastindex or 0]), True
        sentence = first_sentence(rest)
        at += len(sentence)
        if not sentence.rstrip("*_ )\"'").endswith("?"):
            break
        if not label:
            return None, False  # "The answer is 5?"
    after = text[at : at + MAX_ANSWER]
    finished = len(sentence) < len(rest) or is_finished(sentence)
    if not finished and breaks_off(sentence):
        return None, False
    alone = not without_chatter(after).strip(" .*_`\n)]}\"'")
    whole = label and not alone
    answer = _choice(sentence) or (opening_value(sentence) if whole else stated_value(sentence, only=finished))
    if answer is not None or not alone:
        return answer, answer is not None
    said = tidy(sentence)
    if not said or len(said.split()) > _MAX_WORDS or _NO_WORDS.match(said):
        return None, False
    return said, False


def _choice(sentence: str) -> str | None:
    """The labelled choice that a sentence begins with: ``(C) 12``, ``option B``, ``D.``"""
    m = _CHOICE.match(sentence)
    if not m:
        return None
    rest = sentence[m.end() :].strip(" *_.)")
    if not rest or len(rest.split()) > 4 or rest.startswith(("is ", "because ")):
        return tidy(m["letter"])
    return tidy(sentence[m.start("letter") :])
