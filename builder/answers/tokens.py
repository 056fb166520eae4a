r"""Text of an answer to tokens: LaTeX and plain notation, in one linear pass.

Cosmetic commands (``\left``, ``\,``, ``\displaystyle``) and money signs vanish here, Unicode becomes
ASCII or commands, control characters that a broken JSON escape left (``\f`` of ``\frac``) are mended.
What a sequence of tokens means is the parser's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from . import vocabulary as v


class Token(NamedTuple):
    """``kind``: num, var, fn, cmd, text, op, rel, sep, open, close, end."""

    kind: str
    text: str
    spaced: bool = False  # white space stands before it


END = Token("end", "")

# --- mending -------------------------------------------------------------------------------------

_BROKEN = (
    (re.compile(r"\x0c(?=rac|loor)"), r"\\f"),
    (re.compile(r"\x08(?=inom|oxed|eta|egin|ar\b|f\b|mod|ig)"), r"\\b"),
    (re.compile(r"\t(?=ext|frac|imes|heta|an\b|o\b|au\b|riangle)"), r"\\t"),
    (re.compile(r"\r(?=ight|angle|m\b|floor|ceil|ho\b)"), r"\\r"),
    (re.compile(r"\n(?=eq\b|e\b|eg\b|u\b|otin)"), r"\\n"),
    (re.compile(r"\x07(?=pprox|lpha|ngle)"), r"\\a"),
    (re.compile(r"\x0b(?=ec|ert|arphi|artheta|arepsilon)"), r"\\v"),
)
_INVISIBLE = ("Cf", "Cs")  # format characters, lone surrogates
_CONTROL = re.compile(r"[\x07-\x0d]")
_RAISED = re.compile(f"[{''.join(v.SUPERSCRIPTS)}]+")
_LOWERED = re.compile(f"[{''.join(v.SUBSCRIPTS)}]+")
# ]1, 2[ and [1, 2[: an end that is open has its bracket turned.
_FRENCH = r"([\[\]])([^\[\](),;]+[,;][^\[\](),;]+)([\[\]])"


def _usual_brackets(m: re.Match[str]) -> str:
    left, inside, right = m.groups()
    return f"{'(' if left == ']' else '['}{inside}{')' if right == '[' else ']'}"


_ELEMENT = r"[\s$]*(?:-?\s?\d|-?\\(?:[dt]?frac|sqrt|pm|pi)(?![a-z])|[a-z](?:_\{?\d\}?)?\s*=)"  # begins one of a list
_REWRITES: tuple[
    tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...
] = (  # what must stand in a text for a rule to be tried, the rule, what it writes
    ("\\[", re.compile(r"(?<=\\\\)\[-?[\d.]{1,6}\s?(?:pt|em|ex|mm|cm)\]"), ""),  # the height of a row
    ("\\", re.compile(r"(?<!\\)\\[\[\]()]"), " "),  # \[ ... \]
    ("box", re.compile(r"\\(?:boxed|fbox)\s?(?=\{)"), ""),
    ("{", re.compile(r"(?<=\d)\{([A-Za-z]{2,20})\}"), r"\\text{\1}"),  # 12{cm}
    ("10", re.compile(r"(?<=\d)\s{0,2}[xX]\s{0,2}(?=10\s?\^|10\*\*)"), r"\\times "),  # 6.1 x 10^7
    ("\\text", re.compile(r"\\text\s?\{\s*\}"), " "),
    ("{}", re.compile(r"(?<!\\)\{\}"), ""),  # {}_5 C_2
    ("**", re.compile(r"(?:(?<=\s)|^)\*\*(\S[^*]*?)\*\*(?=[\s.,:)]|$)"), r"\1"),  # markdown
    ("(", re.compile(r"^(?:frozenset|set|list|tuple)\s?\((.*)\)$", re.DOTALL), r"\1"),
    ("(", re.compile(r"\b(?:np\.array|array|Matrix|vector)(?=\(\[)"), ""),
    ("o", re.compile(r"\b[Nn]o\.\s?(?=\d)"), ""),  # No. 2
    ("FiniteSet", re.compile(r"\bFiniteSet\(([^()]*)\)"), r"\\{\1\\}"),
    ("\\ ", re.compile(r"(?<![a-zA-Z])(R\}?)\s?\\\s(?=[\[({]|\\\{)"), r"\1\\setminus "),
    ("#", re.compile(r"\\?#(?=\d)"), ""),
    ("(", re.compile(r"\b(?:Fraction|Rational)\(\s?(-?\d+)\s?,\s?(\d+)\s?\)"), r"(\1)/(\2)"),
    ("]", re.compile(_FRENCH), _usual_brackets),
    ("[", re.compile(_FRENCH), _usual_brackets),
    ("$", re.compile(r"\b(?:US|AU|CA|NZ|HK|[ACS])\s?\\?\$(?=\s?\d)"), ""),
    ("quad", re.compile(rf"(?<=[\w)}}\]])[\s$]*\\q?quad\s*(?={_ELEMENT})"), ", "),
    (" as ", re.compile(r"\b(?:and |,)?as well as\b"), " and "),
    ("with", re.compile(r"\b(?:along|together) with\b"), " and "),
    ("lso", re.compile(r"\band also\b"), " and "),
    (" ", re.compile(r"^(?:USD|EUR|GBP|INR|Rs\.?)\s(?=\d)"), ""),
    (".", re.compile(r"\b(sq|cu|ft|hr|hrs|min|mins|sec|lb|lbs|oz|approx|cm|km)\.(?=\s|$)"), r"\1"),  # 36 sq. cm
    (".", re.compile(r"\.(?=\s{0,2}(?:\\right)?[)\]}])"), ""),  # (1, 2.]
)
_LOST_BACKSLASH = re.compile(r"(?<!\\)\\(?=[\d-])")  # a row of a matrix: 1\2


def with_escapes(text: str) -> str:
    r"""``text`` with the commands of which an escape was decoded: the form feed of ``\frac``."""
    if _CONTROL.search(text):
        for pattern, command in _BROKEN:
            text = pattern.sub(command, text)
    return text


def mend(text: str) -> str:
    """``text`` in our alphabet: Unicode look-alikes mapped, doubled escapes undone, wrappers taken off."""
    if not text.isascii():
        text = _RAISED.sub(lambda m: "^{" + "".join(v.SUPERSCRIPTS[c] for c in m.group()) + "}", text)
        text = _LOWERED.sub(lambda m: "_{" + "".join(v.SUBSCRIPTS[c] for c in m.group()) + "}", text)
        text = text.replace(" — ", ": ")
        text = unicodedata.normalize("NFKC", text.translate(v.CHARACTERS)).translate(v.CHARACTERS)
        text = "".join(str(unicodedata.decimal(ch, ch)) for ch in text if unicodedata.category(ch) not in _INVISIBLE)
    if "begin" in text:
        text = _LOST_BACKSLASH.sub(r"\\\\", text)
    if "\\\\" in text:
        text = _single_backslashes(text)
    text = _unboxed(text.replace("\x00", ""))
    for needle, pattern, replacement in _REWRITES:
        if needle in text:
            text = pattern.sub(replacement, text)
    return text.strip()


_BOX = re.compile(r"[\s$]*(?:\\[\[(])?[\s$]*\\(?:boxed|fbox)\s?\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_AFTER_BOX = re.compile(r"[\s$.]*(?:\\[\])])?[\s$.]*")


def _unboxed(text: str) -> str:
    """The inside of a box that is all of a text."""
    m = _BOX.match(text) if "box" in text else None
    if m is None:
        return text
    depth = 1
    for brace in _BRACE.finditer(text, m.end()):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth == 0:
            inside = text[m.end() : brace.start()]
            return inside if _AFTER_BOX.fullmatch(text, brace.end()) else text
    return text


_ESCAPED_ROW = re.compile(r"\\{4,}(?:(?=([a-zA-Z]))|)")
_ESCAPED_COMMAND = re.compile(r"(?<!\\)\\\\(?=(?:[dt]?frac|sqrt|pi|text|cdot|left|right|end)(?![a-z]))")


def _single_backslashes(text: str) -> str:
    r"""A doubled backslash before a command is an escape of JSON or Python, but in a matrix a new row.

    There ``\\\\frac`` is a row and a command, and ``\\frac`` can only be a command: nobody starts a
    row with the letters "frac".
    """
    if "begin" not in text:
        return re.sub(r"\\\\(?=[a-zA-Z(\[{)\]}%$,;!])", r"\\", text)
    if "\\\\begin" in text:  # escaped throughout
        return text.replace("\\\\", "\\")
    text = _ESCAPED_ROW.sub(lambda m: "\\\\ \\" if m.group(1) else "\\\\ ", text)
    return _ESCAPED_COMMAND.sub(r"\\", text)


# --- tokens --------------------------------------------------------------------------------------

_GROUP = r"(?:,(?:\\!){1,3}\s?|,|\{,\}|\\,|\\!|\\ |,\\,|\{\\,\}|\ |~|')"
_NUMBER = (
    r"\d{0,400}\.\d{0,400}(?:\\(?:overline|bar)\s?\{\d{1,200}\}|\\(?:overline|bar)\s?\d"
    r"|\\dot\s?\{?\d\}?(?:\d{0,40}\\dot\s?\{?\d\}?)?|\(\d{1,40}\)(?![\d^]))"  # repeating: 0.1\overline{6}, 0.1(6)
    rf"|\d{{1,3}}(?:{_GROUP}\d{{3}})+(?![\d])(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+,\d{1,9}(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d,.])"
    r"|(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d{1,4}(?![\d\w]))?|\d+\.(?!\d)"
)
_TOKEN = re.compile(
    rf"(?P<ws>\s+|~|\\[hv]space\*?\{{[^{{}}]*\}})|(?P<text>\\(?:{v.UNBOXED})(?![a-zA-Z])\s?\{{(?P<body>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}})"
    r"|(?P<env>\\(?:begin|end)\s?\{(?P<envname>[a-zA-Z]{1,12}\*?)\}(?:\{[clr|@ ]{0,60}\})?)"
    rf"|(?P<deg>\^\s?\{{?\s?(?:\\[,;!: ]\s?)?(?:\\(?:circ|degree)|o)(?![a-zA-Z])\s?\}}?)|(?P<num>{_NUMBER})"
    r"|(?P<cmd>\\[a-zA-Z]+)|(?P<row>\\\\)|(?P<brace>\\[{}])|(?P<esc>\\.)|(?P<word>[A-Za-z]+)"
    r"|(?P<dots>\.\.\.+)|(?P<multi>\*\*|<=|>=|!=|==|->|=<|=>)|(?P<one>.)",
    re.DOTALL,
)


def tokenise(text: str, spaced: bool = False) -> list[Token]:
    """The tokens of a text that :func:`mend` went over; ``spaced`` where white space stands before it."""
    tokens: list[Token] = []
    # Brackets in which a comma separates; 49,76,109 is a list, whose commas separate everywhere.
    depth = 1 if _UNSPACED_LIST.search(text) else 0
    brackets: list[bool] = []  # those that are open: whether a comma separates in them
    at = 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        assert m is not None  # the last alternative matches any character
        at = m.end()
        kind, found = m.lastgroup or "", m.group()
        if kind == "ws":
            spaced = True
            continue
        if kind in ("body", "envname"):
            kind = "text" if m.group("text") else "env"
        before = tokens[-1] if tokens else END
        if kind == "num" and ((depth and _COMMA_SEPARATES.search(found)) or before.text in ("_", "^")):
            # (1,234) is a pair: inside brackets a comma separates.  \log_5 225 has two numerals.
            found = _LEADING_NUMERAL.match(found).group()  # type: ignore[union-attr]
            at = m.start() + len(found)
        for token in _make(kind, found, m, spaced, before):
            if token.kind == "open":
                brackets.append(token.text in ("(", "[", "\\{") or (token.text == "{" and not _takes_argument(before)))
                depth += brackets[-1]
            elif token.kind == "close" and brackets:
                depth -= brackets.pop()
            tokens.append(token)
            before = token
        spaced = False
    return tokens


def _takes_argument(before: Token) -> bool:
    r"""Whether a brace behind this token holds an argument: of ``\\frac``, ``\\sqrt``, ``^``, or another one."""
    return before.kind in ("cmd", "fn") or before.text in ("^", "_", "}", "]")


_LEADING_NUMERAL = re.compile(r"\d*\.?\d*(?:\\(?:overline|bar|dot)\s?\{?\d+\}?|\(\d+\))?(?:[eE][+-]?\d+)?")
_UNSPACED_LIST = re.compile(r"\d,\d{1,2}(?![\d\\])")
_COMMA_SEPARATES = re.compile(r"^[\d.]*,(?![\\}])")


def _make(kind: str, found: str, m: re.Match[str], spaced: bool, before: Token) -> Sequence[Token]:
    if kind == "num":
        return (Token("num", found, spaced),)
    if kind == "one":
        return _single(found, spaced)
    if kind == "text":
        return _text(m.group("body"), spaced, found)
    if kind == "env":
        return [Token("open" if found.startswith("\\begin") else "close", f"env:{m.group('envname')}", spaced)]
    if kind == "deg":
        return [Token("op", "deg", spaced)]
    if kind == "cmd":
        return _command(found[1:], spaced)
    if kind == "row":
        return [Token("sep", "\\\\", spaced)]
    if kind == "brace":
        return [Token("open" if found == "\\{" else "close", found, spaced)]
    if kind == "esc":
        return [Token("op", "%", spaced)] if found == "\\%" else [Token("op", "|", spaced)] if found == "\\|" else []
    if kind == "word":
        return _word(found, spaced, before, m)
    if kind == "dots":
        return [Token("var", "...", spaced)]
    if kind == "multi":
        op = {"**": "^", "=<": "<=", "=>": "=>"}.get(found, found)
        return [Token("op" if found in ("**", "->") else "rel", op, spaced)]
    raise AssertionError(kind)


@lru_cache(maxsize=256)
def _single(ch: str, spaced: bool) -> Sequence[Token]:
    if ch in "([{":
        return [Token("open", ch, spaced)]
    if ch in ")]}":
        return [Token("close", ch, spaced)]
    if ch in "=<>":
        return [Token("rel", ch, spaced)]
    if ch in ",;&":
        return [Token("sep", ch, spaced)]
    return [] if ch in '$"' else [Token("op", ch, spaced)]


@lru_cache(maxsize=1024)
def _command(name: str, spaced: bool) -> Sequence[Token]:
    if name in v.SKIPPED:
        return []
    if name in v.RELATIONS:
        return [Token("rel", v.RELATIONS[name], spaced)]
    if name in v.OPERATORS:
        op = v.OPERATORS[name]
        return [Token("sep" if op in ("or", "and") else "op", op, spaced)]
    if name in v.OPENERS:
        return [Token("open", v.OPENERS[name], spaced)]
    if name in v.CLOSERS:
        return [Token("close", v.CLOSERS[name], spaced)]
    name = v.FUNCTION_ALIASES.get(v.VARIANTS.get(name, name), v.VARIANTS.get(name, name))
    if name in v.FUNCTIONS:
        return [Token("fn", name, spaced)]
    if name in v.DOTS:
        return [Token("var", "...", spaced)]
    if name == "cr":
        return [Token("sep", "\\\\", spaced)]
    if name in ("pi", "oo") or name in v.GREEK:
        return [Token("var", name, spaced)]
    glued = _GLUED.match(name)  # \quadx
    if glued:
        return [*_command(glued.group(), spaced), *(Token("var", ch) for ch in name[glued.end() :])]
    return [Token("cmd", name, spaced)]


_GLUED = re.compile(r"(?:qquad|quad|cdot|times|div|pi|cup|leq|geq|pm)(?=[a-z]{1,2}$)")


def _text(body: str, spaced: bool, found: str) -> list[Token]:
    r"""Tokens of ``\text{body}``: a number or a letter is itself, "and" separates, the rest is words."""
    content = body.strip(' \t\n~$"')
    word = content.strip(" .,;:").lower()
    if word in v.SEPARATORS and (len(word) > 1 or found.startswith("\\text")):
        return [Token("sep", word, True)]
    joined = _ENDING.fullmatch(content)
    if joined:  # 3 \text{ cm and } 5
        return [*_text(joined.group(1), spaced, found), Token("sep", joined.group(2), True)]
    joined = _BEGINNING.fullmatch(content)
    if joined:  # \text{or approximately} 0.33
        return [Token("sep", joined.group(1), True), *_text(joined.group(2), True, found)]
    if content == "":
        return [Token("sep", ",", True)] if "," in body else []
    if re.fullmatch(r"[A-Za-z]", content):
        unit = found.startswith(("\\text", "\\mbox", "\\mathrm")) and content not in ("i", "e")
        return [Token("text" if unit else "var", content, spaced)]
    if content in (",", ";"):
        return [Token("sep", content, spaced)]
    if content == "%" or word in ("percent", "pct", "per cent"):
        return [Token("op", "%", spaced)]
    if word in ("degree", "degrees", "\\degree"):
        return [Token("op", "deg", spaced)]
    name = v.FUNCTION_ALIASES.get(word, word)
    if name in v.FUNCTIONS and not (found.startswith("\\text") and word in v.SHORT_UNITS):
        return [Token("fn", name, spaced)]
    if word == "to":
        return [Token("op", ":", spaced)]
    if word in _INFINITE:
        return [Token("var", "oo", spaced)]
    if _UNITS.fullmatch(content):
        return [Token("text", content, spaced)]
    if any(ch.isdigit() for ch in content) or _LETTERS.fullmatch(content):
        return tokenise(content, spaced=True)
    if found.startswith("\\math") and not found.startswith("\\mathrm") and len(content) < 4:
        return [Token("var", ch, spaced) for ch in content if ch.isalpha()] or [Token("text", content, spaced)]
    return [Token("text", content, spaced)]


_INFINITE = frozenset({"inf", "infty", "infinity", "oo"})
_BEGINNING = re.compile(r"(and|or)\s+((?:about|approximately|approx\.?|roughly)\b.*)", re.DOTALL)
_ENDING = re.compile(r"(.*[^\s,;]),?\s+(and|or),?", re.DOTALL)
_UNITS = re.compile(  # m\,s^{-2}
    r"[A-Za-z]{1,4}(?:\s?(?:\\[,;: ]|/|\\cdot(?![a-z])|\*|\s)\s?[A-Za-z]{1,4}|\s?\^\s?\{?-?\d\}?)+"
)
_LETTERS = re.compile(r"\(?[A-J]\)?(?:, ?(?:and )?\(?[A-J]\)?)+")
_GLUE = "0123456789^_*+-=/({})"


def _word(word: str, spaced: bool, before: Token, m: re.Match[str]) -> list[Token]:
    lower = word.lower()
    after = m.string[m.end() : m.end() + 1]
    if lower in v.SHORT_UNITS and lower in v.FUNCTIONS | {"sec"} and after not in tuple("({^_"):  # 5 min, 5 sec
        return [Token("text", word, spaced)]
    name = v.FUNCTION_ALIASES.get(lower, lower)
    if name in v.FUNCTIONS or name in v.NAMED_FUNCTIONS:
        return [Token("fn", v.NAMED_FUNCTIONS.get(name, name), spaced)]
    if lower in v.SEPARATORS and len(lower) > 1:
        return [Token("sep", lower, spaced)]
    if lower == "pi" or lower in v.SPELLED_GREEK:
        return [Token("var", v.VARIANTS.get(lower, lower) if word[0].islower() else word, spaced)]
    if lower in _INFINITE:
        return [Token("var", "oo", spaced)]
    if lower in ("percent", "pct"):
        return [Token("op", "%", spaced)]
    if lower in ("degree", "degrees", "deg"):
        return [Token("op", "deg", spaced)]
    if lower == "to" and before.kind not in ("num", "close", "op"):
        return [Token("text", word, spaced)]
    if lower in _WORD_OPERATORS:
        return [Token("op", _WORD_OPERATORS[lower], spaced)]
    if word in ("U", "u") and before.kind == "close" and m.string[m.end() :].lstrip()[:1] in ("(", "[", "{", "\\"):
        return [Token("op", "cup", spaced)]
    if len(word) == 1:
        return [Token("var", word, spaced)]
    if lower in v.SMALL_WORDS and spaced:
        return [Token("text", word, spaced)]
    glued = (m.start() and m.string[m.start() - 1] in _GLUE) or (after and after in _GLUE)
    if word in v.SHORT_UNITS or len(word) > 3 or (len(word) == 3 and not glued):
        return [Token("text", word, spaced)]
    return [Token("var", ch, spaced and k == 0) for k, ch in enumerate(word)]


_WORD_OPERATORS = {"minus": "-", "plus": "+", "mod": "mod", "choose": "choose", "times": "*", "union": "cup", "to": ":"}
