"""Pieces of HTML and Markdown that all tabs use; every text that goes in is untrusted and is escaped here.

The classes are those of ``assets/style.css``.  What comes out is for ``gr.HTML(value=...)``: never for its
``html_template``, which Gradio evaluates as a JavaScript template literal.  Knows no records and no Gradio.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from builder.report.names import plain

LONGEST = 20_000
"""Characters of one text that are shown; a browser stands still over a megabyte of mathematics."""

# As the writers of GSM8K and MATH use them: "$5 and $6" are prices, "$x$" is mathematics.  The bound on the length
# of a formula bounds the search for the end of one that has none.
_MATHEMATICS = re.compile(
    r"\\[^\[(]|(?P<math>\$\$.{1,2000}?\$\$|\\\[.{1,2000}?\\\]|\\\(.{1,2000}?\\\)"
    r"|\$(?=[^\s$])(?:\\.|[^$\\]){1,2000}?(?<=\S)\$(?!\d))",
    re.DOTALL,
)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_LONE_DOLLAR = "<span>&#36;</span>"  # in an element of its own it can pair with no other


def escape(text: object) -> str:
    """For the inside of an element or of a quoted attribute: one line, without control characters."""
    return html.escape(plain(str(text)))


def paragraphs(text: str) -> str:
    """Text of several lines, escaped, its line breaks kept."""
    return "<br>".join(escape(line) for line in _cut(text).splitlines())


def math_markdown(text: str) -> str:
    """Untrusted text for ``gr.Markdown(latex_delimiters=LATEX)``: its mathematics is set, all else is literal.

    No markup of the text is left: no link, picture, heading, code or HTML; a price in dollars is no mathematics.
    """
    text, done, parts = _cut(text), 0, []
    for found in _MATHEMATICS.finditer(text):
        parts.append(_literal(text[done : found.start()]))
        parts.append(_formula(found["math"]) if found["math"] else _escaped_letter(found[0]))
        done = found.end()
    return "".join([*parts, _literal(text[done:])])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "… (cut here)"


def _formula(text: str) -> str:
    """A formula with its delimiters; what stands between them is read as text, so that no markup begins in it."""
    ends = 1 if text[0] == "$" and not text.startswith("$$") else 2
    # A blank line would end the paragraph, and with it the formula.
    inner = re.sub(r"\n\s*\n", "\n", text[ends:-ends])
    return text[:ends] + _PUNCTUATION.sub(_entity, inner) + text[-ends:]


def _escaped_letter(text: str) -> str:
    r"""What TeX escapes (``\$``, ``\%``) stands for itself; any other backslash is one."""
    return _literal(text[1:] if text[1] in "$%&#_{}" else text)


def _literal(text: str) -> str:
    flush = re.sub(r"(?m)^[ \t]+", " ", text)  # more leading spaces would make it code
    return _PUNCTUATION.sub(_entity, flush).replace("&#36;", _LONE_DOLLAR)


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def chip(text: str, *, state: str = "", title: str = "") -> str:
    """A name in a frame.  ``state``: "on" (chosen), "off" (struck out) or ""."""
    return f'<span class="kp-chip{_state(state)}"{_attribute("title", title)}>{escape(text)}</span>'


def chips(texts: Iterable[str]) -> str:
    """A row of chips, as a list; "" for none."""
    items = "".join(f"<li>{chip(text)}</li>" for text in texts)
    return f'<ul class="kp-chips">{items}</ul>' if items else ""


def badge(text: str, tone: str = "") -> str:
    """A short verdict.  ``tone``: "good", "bad", "wait" or ""."""
    return f'<span class="kp-badge{_state(tone)}">{escape(text)}</span>'


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how long it is (``value``, from 0), and what is written beside it."""

    label: str
    value: float
    shown: str
    state: str = ""  # "on": it leads, or is chosen
    tone: str = ""  # of the bar: "good", "bad", "off" or ""


def bar_rows(bars: Sequence[Bar], *, label: str, largest: float | None = None) -> str:
    """Horizontal bars with their labels and numbers, as a list named ``label``.

    ``largest`` is the value of a bar that is full; None: the largest of them.
    """
    full = largest or max((b.value for b in bars), default=0.0) or 1.0
    rows = "".join(f"<li>{_bar(b, full)}</li>" for b in bars)
    return f'<ul class="kp-bars"{_attribute("aria-label", label)}>{rows}</ul>'


def _bar(bar: Bar, full: float) -> str:
    share = min(max(bar.value / full, 0.0), 1.0)
    return (
        f'<div class="kp-bar{_state(bar.state)}"><span class="kp-label">{escape(bar.label)}</span>'
        f'<span class="kp-track" aria-hidden="true"><span class="kp-fill{_state(bar.tone)}" '
        f'style="width:{share:.1%}"></span></span><span class="kp-value">{escape(bar.shown)}</span></div>'
    )


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that scrolls sideways where it is too wide; numbers stand to the right."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in headers)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f'<div class="kp-scroll" role="region" tabindex="0"{_attribute("aria-label", caption)}>'
        f'<table class="kp-table"><caption class="kp-sr">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'<td class="is-number">{value:,}</td>'
    return f"<td>{escape(value)}</td>"


def empty_state(title: str, hint: str = "") -> str:
    """What stands where nothing is yet, and what to do about it."""
    return f'<div class="kp-empty"><strong>{escape(title)}</strong><span class="kp-muted">{escape(hint)}</span></div>'


def error_box(text: str) -> str:
    """A mistake, in place, read out by screen readers."""
    return f'<div class="kp-error" role="alert">{escape(text)}</div>'


def _state(state: str) -> str:
    return f" is-{escape(state)}" if state else ""


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""
