"""From a reply as it came to the text that is read: no reasoning, no HTML, no invisible characters.

This module knows nothing of topics and key points.
"""

from __future__ import annotations

import html
import re

from ..errors import ReplyError

# What models set around their reasoning, and what ends it where the chat template has opened it.
_REASONING = re.compile(
    r"<(?P<html>/?)(?:seed:)?(?:think|thinking|thoughts?|reasoning|analysis|reflection|scratchpad)>"
    r"|\[(?P<square>/?)THINK\]|◁(?P<kimi>/?)think▷|<\|(?:begin|(?P<named>end))_of_thought\|>",
    re.IGNORECASE,
)
_FINAL_CHANNEL = "<|channel|>final<|message|>"
_SPECIAL_TOKEN = re.compile(r"<\|[A-Za-z_]{1,30}\|>|</s>")

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z]{1,10}[1-6]?)\s?/?>")
_INLINE = frozenset("b strong i em u code span mark".split())
_BLOCK = frozenset("br hr p div ul ol li pre blockquote h1 h2 h3 h4 h5 h6 answer final output response result".split())
_ALONE = frozenset("br hr li".split())  # tags that are written without a closing one
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}[0-9]{0,2}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")

CELL_BREAK = "\v"
"""A line break inside a cell of a table."""

_NEWLINES = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]")


def readable(reply: str) -> str:
    r"""The answer of a reply as lines ended by ``\n``, without reasoning, tags, entities and invisible characters.

    ``CELL_BREAK`` stands for ``<br>`` in a line that begins with ``|``.

    Raises:
        ReplyError: "reasoning without an end"; "a broken character ..." (see :func:`refuse_broken`).
    """
    text = _NEWLINES.sub("\n", without_reasoning(reply))
    refuse_broken(text)
    text = _ENTITY.sub(lambda m: html.unescape(m[0]), _without_tags(_SPECIAL_TOKEN.sub("", text)))
    text = _INVISIBLE.sub("", _SPACES.sub(" ", _NEWLINES.sub("\n", text)))
    refuse_broken(text.replace(CELL_BREAK, ""))  # an entity can name one as well
    return text


def without_reasoning(reply: str) -> str:
    """What stands outside of reasoning tags.  A closing tag that nothing opened ends what is before it.

    Raises:
        ReplyError: "reasoning without an end".
    """
    reply = reply.rpartition(_FINAL_CHANNEL)[2]
    kept: list[str] = []
    start, inside = 0, False
    for tag in _REASONING.finditer(reply):
        if any(tag.groups()):
            if not inside:
                kept.clear()
            start, inside = tag.end(), False
        elif not inside:
            kept.append(reply[start : tag.start()])
            inside = True
    if inside:
        raise ReplyError("reasoning without an end")
    return "\n".join([*kept, reply[start:]])


def refuse_broken(text: str) -> None:
    r"""Refuse text with control characters: they are what an escape makes of LaTeX (``\frac``, ``\beta``).

    Line ends and tabs are no matter here.

    Raises:
        ReplyError: "a broken character ...".
    """
    if found := _BROKEN.search(text):
        raise ReplyError(f"a broken character U+{ord(found[0]):04X}: LaTeX damaged by an escape, or no valid text")


def _without_tags(text: str) -> str:
    """Markup tags taken out; other text in angle brackets, ``a<b`` and ``<script>`` included, stays."""
    if "<" not in text:
        return text
    closed = {m["name"].lower() for m in _TAG.finditer(text) if m["close"]} | _ALONE

    def plain(line: str) -> str:
        line_break = CELL_BREAK if line.lstrip().startswith("|") else "\n"

        def one(tag: re.Match[str]) -> str:
            name = tag["name"].lower()
            if name not in closed or name not in _INLINE | _BLOCK:
                return tag[0]
            if name in _INLINE:
                return ""
            return line_break + ("- " if name == "li" and not tag["close"] else "")

        return _TAG.sub(one, line)

    return "\n".join(map(plain, text.split("\n")))
