r"""What the ending of a text gives where nothing marks an answer, and where sentences end.

Rules, in order:

1. a reply that is nothing but a formula or a value gives it, ``$[0, 1)$``, ``28 percent``; so does one short
   sentence;
2. a last line that is nothing but a formula, a value in bold, or a label with a value:
   ``Total = 5 + 7 = 12``;
3. the last sentence: the value that it ends in ("The area is 12.", "... = 12."), or, where it begins with
   "Therefore", "So", "In total" and their relatives, its only value.

Courtesies after the solution ("I hope it is correct") are not read.  A text that breaks off in the middle
of a sentence, a formula or a drawing has no answer.
"""

from __future__ import annotations

import re

from .sentences import concluded_value, stated_value
from .tidying import MAX_ANSWER, right_side, tidy

_TAIL = 3000  # characters that are read
_SHORT = 160  # of a line that may be an answer

_END = re.compile(
    r"(?<!\.[a-zA-Z])(?<!\b[A-Z][a-z])(?<!\bMrs)(?:[.?]|!(?=\W{0,4}(?:\s[A-Z]|\s*$)))"  # not "p.m.", "Mr.", "5! -"
    r"(?:[*_'\")\]$]|\\[)\]]){0,4}(?=\s|$)"
    r"|[。！？]|\n\s*\n|```"
    r"|\n(?=\s*(?:[-*#•|]|\d+[.)]\s))|(?<=[^\s,;])\n(?=[A-Z])"  # a line of a list, a new line
    r"|(?<=\\\])(?=\s?[A-Z])|(?<=[a-z*]\})(?=[A-Z])"  # a word right after a display formula
)
_CHATTER = re.compile(
    r"\W*(?:i hope|hope (?:it|this|that)|let me know|feel free|if you (?:have|need|would|'d)|(?:please )?note\b"
    r"|please (?:let|feel)|would you like|is there anything|happy to|good luck|thank|great job|q\.?e\.?d|remember"
    r"|end of|check:|verif|we can verify|this (?:matches|completes|confirms|agrees|solution|answer"
    r"|is (?:the|our|my) (?:final |correct )?(?:answer|solution)))",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"\W*(?:therefore|thus|hence|so\b|in total|altogether|in conclusion|finally|consequently|as a result|overall"
    r"|accordingly|it follows|this means|this gives|(?:and )?we (?:get|find|have|conclude|obtain)|also\b|daher|somit"
    r"|folglich|insgesamt|donc|ainsi|par conséquent|au total|por lo tanto|por tanto|entonces|así|en total|quindi"
    r"|pertanto|dunque|portanto|logo\b|assim|因此|所以|故|したがって|よって|따라서|следовательно"
    r"|таким образом|итак|значит|dus\b|zatem)[\s,:]*",
    re.IGNORECASE,
)
_NO_CONCLUSION = re.compile(r"\W*(?:let|suppose|assume|try|consider|for example|recall)\b", re.IGNORECASE)
_CHOSEN = re.compile(
    r"(?:\b(?i:option|choice|answer)\s+|^\W*(?:\w+,?\s+)?)(\(?[A-J]\)?)\s+is\s+(?:the\s+)?(?:correct|right)\b"
)
_PROGRAM = re.compile(
    r"\s*(?:python3?|py|c\+\+|cpp|c|java|js|javascript|output|r|matlab|sage|bash|sh)\s", re.IGNORECASE
)
_YES_NO = re.compile(r"(?:yes|no|true|false|[(\[]?[A-J][)\].]?|ja|nein|oui|non|sí)\.?", re.IGNORECASE)
_STEP = re.compile(r"\W*(?:step|case|part|method|example|section)\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:[-+*/=×÷·(,:<>^&\\]|\\[a-zA-Z]+|\b(?:and|or|the|of|is|to|a))\s*$")
_FINISHED = re.compile(r"[.!。](?:[$*_)'\"]|\\[\])])*$")
_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\[", "\\]"), ("\\(", "\\)"))
_TEXT = re.compile(r"\\(?:text|mathrm|operatorname|mbox)\s?\{[^{}]*\}")
_WORD = re.compile(r"(?<![\\a-zA-Z])(?!(?:and|or|sqrt|sin|cos|tan|log|pi)\b)[^\W\d_]{3,}")
_LETTER_LABEL = re.compile(r"^[A-Z]\s?:\s")
_COLON = re.compile(r":\s")  # several are labels of several values
_LABEL = re.compile(r"[-*# \t]{0,4}[^\W\d_][^\n=:：$\\]{1,80}[:：=](?=[*_\s]*\S)")
_PLAIN = re.compile(r"[-−$€£]{0,2}\s?\d[\d,.]*(?:/\d+)?\s?%?(?:\s[^\s=+*/]+){0,3}")
_LIST_MARK = re.compile(r"\n\s*(?:\d+[.)]|[-*])\s*$")
_ROW = re.compile(r"\\\\(?:\[[^\]]*\])?|\\(?:begin|end)\{align(?:ed|\*)?\}")
_ALIGN = re.compile(r"\\(?:begin|end)\{align(?:ed|\*)?\}")
_MATRIX = re.compile(r"\\begin\{(?!align)|\\substack")
_WIDE = re.compile(r"\\q?quad(?![a-zA-Z])")
_DISPLAYS = (
    ("$$", "$$"),
    ("\\[", "\\]"),
    ("\\begin{align*}", "\\end{align*}"),
    ("\\begin{align}", "\\end{align}"),
    ("\\begin{equation}", "\\end{equation}"),
)


def first_sentence(text: str) -> str:
    """The first sentence of ``text`` with what ends it."""
    end = _END.search(text)
    return text[: end.end()] if end else text


def is_finished(sentence: str) -> bool:
    """Whether ``sentence`` ends as sentences do."""
    return _FINISHED.search(sentence.rstrip()) is not None


def last_sentences(text: str, count: int) -> list[str]:
    """The last ``count`` sentences of ``text`` with what ends them, in their order."""
    cuts = [m.end() for m in _END.finditer(text)]
    parts = [text[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [p for p in parts if p][-count:]


def without_chatter(text: str) -> str:
    """``text`` without the courtesies and marks of the end after a solution."""
    for _ in range(8):
        text = text.rstrip(" \t\n`-_#□■∎")
        last = last_sentences(text[-1000:], 1)
        if not last or not _CHATTER.match(last[0]):
            break
        text = text[: -len(last[0])]
    return text


_CALCULATION = re.compile(r"<<[^<>\n]{0,200}>>")  # GSM8K writes 2+3=<<2+3=5>>5
_MONEY = re.compile(r"\$(?=\d[\d,.]*(?:[^\d$\\=+*/^-][^$]*)?$|\d[\d,.]*\s[a-z])|(?<=\d)\$(?=\s*$)")
_OPENED = (("[asy]", "[/asy]"), ("\\[", "\\]"), ("\\(", "\\)"), ("\\begin{", "\\end{"), ("<<", ">>"))


def breaks_off(text: str) -> bool:
    """Whether ``text`` ends inside a formula, a drawing or a computation that was opened."""
    last = text[-_TAIL:]
    if any(last.rfind(opening) > last.rfind(closing) for opening, closing in _OPENED):
        return True
    paragraph = last.rsplit("\n\n", 1)[-1].replace("\\$", "")
    return paragraph.count("$") % 2 == 1 and _MONEY.sub("", paragraph).count("$") % 2 == 1


def prose(text: str) -> str:
    """``text`` without programs, their output, drawings and a calculator's notes."""
    if "<<" in text:
        text = _CALCULATION.sub("", text)
    if "```" in text:
        blocks = text.split("```")
        text = "```".join("\n\n(program)\n\n" if _PROGRAM.match(b) and i else b for i, b in enumerate(blocks))
    if "[asy]" in text:
        first, *drawings = text.split("[asy]")
        text = first + "".join(d.partition("[/asy]")[2] for d in drawings)
    return text


def ending(text: str) -> str | None:
    """The answer that the ending of ``text`` gives; None where it gives none."""
    if len(text) < _SHORT and _PLAIN.fullmatch(text.replace("$", "").strip()):
        return tidy(text.replace("$", "") if text.strip().startswith("$") else text)
    body = without_chatter(text[-_TAIL:])
    if not body.strip() or breaks_off(text) or _LIST_MARK.search(text[-20:]):
        return None
    answer = _whole_formula(text.strip())
    if answer:
        return answer
    display = _display_at_end(body)
    if display is not None:
        return formula_value(display)
    if len(text) < _TAIL and "\n" not in body.strip():
        answer = _short_reply(body.strip())
        if answer:
            return answer
    return _last_line(body) or _last_sentence(body)


def _whole_formula(text: str) -> str | None:
    """The answer of a reply that is nothing but a formula, with delimiters or in plain text."""
    for opening, closing in _DELIMITERS:
        formula = text.rstrip(" .")
        if formula.startswith(opening) and formula.endswith(closing) and len(formula) > len(opening + closing):
            inner = formula[len(opening) : -len(closing)]
            answer = tidy(inner) if opening not in inner and len(inner) < MAX_ANSWER else None
            return answer and right_side(answer)
    if len(text) > _SHORT or "\n" in text or _WORD.search(_TEXT.sub("", text)) or _UNFINISHED.search(text):
        return None
    answer = tidy(_LETTER_LABEL.sub("", text)) if any(ch.isdigit() or ch in "=\\√π∞" for ch in text) else None
    return answer and right_side(answer.lstrip("= "))


def _short_reply(line: str) -> str | None:
    """The answer of a reply that is one line: yes or no, or a short sentence with a value."""
    if _YES_NO.fullmatch(line):
        return tidy(line)
    *earlier, line = last_sentences(line, 9)
    if len(_COLON.findall(line)) > 1 or any(not sentence.endswith("?") for sentence in earlier):
        return None
    if _NO_CONCLUSION.match(line) or line.startswith("If ") or len(line) > _SHORT:
        return None
    if not is_finished(line) and (_UNFINISHED.search(line) or not _PLAIN.fullmatch(line)):
        return None
    return concluded_value(line, only=True)


def _last_line(body: str) -> str | None:
    """The answer of a last line that is a formula, a value in bold, or a label with a value."""
    line = body.rsplit("\n", 1)[-1].strip()
    if len(line) > _SHORT or _END.search(line[:-1]) or len(_COLON.findall(line)) > 1:
        return None
    if _STEP.match(line) or _NO_CONCLUSION.match(line) or _UNFINISHED.search(line):
        return None
    if line.rstrip(".").endswith(("**", "__")):
        return stated_value(line)
    label = _LABEL.match(line)
    answer = concluded_value(line[label.end() - 1 :], only=True) if label else None
    return answer if answer and _PLAIN.fullmatch(answer) else None


def _last_sentence(body: str) -> str | None:
    last = last_sentences(body, 1)[0]
    opening = _CONCLUSION.match(last)
    if not is_finished(last):
        return None
    chosen = _CHOSEN.search(last)
    if chosen:
        return chosen[1]
    if opening is None and _NO_CONCLUSION.match(last):
        return None
    said = _ALIGN.sub(" ", last[opening.end() if opening else 0 :].replace("\n", " "))
    return concluded_value(said, only=opening is not None)


def _display_at_end(body: str) -> str | None:
    """The display formula that ``body`` ends with; None where it ends with something else."""
    body = body.rstrip(" .\n")
    for opening, closing in _DISPLAYS:
        if body.endswith(closing):
            start = body.rfind(opening, 0, len(body) - len(closing))
            if start < 0 or len(body) - start > MAX_ANSWER:
                return None
            return body[start + len(opening) : -len(closing)]
    return None


def formula_value(formula: str) -> str | None:
    """What a display formula says: of its last row, the right side where the left is no name."""
    if not _MATRIX.search(formula):
        rows = [r for r in _ROW.split(formula.replace("&", "")) if r.strip()]
        formula = rows[-1] if rows else ""
    answer = tidy(_WIDE.sub(" ", formula).lstrip("= \n\t"))
    return answer and right_side(answer, asked=True)
