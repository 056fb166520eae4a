"""Cutting a sequence of tokens at the top level, outside all brackets."""

from __future__ import annotations

from .tokens import Token

Tokens = list[Token]


def split(tokens: Tokens, kind: str, texts: frozenset[str] | None = None) -> tuple[list[Tokens], list[str]]:
    """The parts between tokens of a kind (and of ``texts``) at depth 0, and those tokens' texts."""
    parts: list[Tokens] = [[]]
    found: list[str] = []
    depth = 0
    for token in tokens:
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth -= 1
        if depth == 0 and token.kind == kind and (texts is None or token.text in texts):
            parts.append([])
            found.append(token.text)
        else:
            parts[-1].append(token)
    return parts, found


def is_wrapped(tokens: Tokens) -> bool:
    """Whether the first token opens a bracket that the last one closes."""
    if len(tokens) < 2 or tokens[0].kind != "open" or tokens[-1].kind != "close":
        return False
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return i == len(tokens) - 1
    return False


def depth_of(tokens: Tokens) -> int:
    """How deep brackets are nested."""
    deepest = depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        deepest = max(deepest, depth)
    return deepest
