"""Prompt templates: text files with ``[[placeholders]]``, filled in one strict pass.

A template is a file of ``prompts/``: a head (``version:``, ``role:``, ``placeholders:``), then the
system and the user message.  LaTeX is full of braces, dollars and percent signs, so ``[[name]]`` and
one substitution pass is the form that survives it.  Text that comes from outside (problems, key
points, replies) is neutralised before it goes in: it cannot close our tags.

What a reply looks like and how it is read belongs to the stages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import PromptError
from .llm.chat import ROLES, ChatRequest, Decoding, Message
from .records import content_id

PROMPT_DIR = Path(__file__).resolve().parent.parent / "prompts"
NAMES = (
    "extraction",
    "question",
    "question_topics",
    "score",
    "score_topics",
    "score_token",
    "score_token_topics",
    "solvability",
    "solution",
    "paraphrase",
)

_PLACEHOLDER = re.compile(r"\[\[([a-z_]+)\]\]")
_RESERVED_TAG = re.compile(
    r"<(?=\s{0,3}/?\s{0,3}(?:problem|solution|key_points|information_set|topic|example|solvable|reason|Q)\s{0,3}>)",
    re.IGNORECASE,
)


def neutralise(text: str) -> str:
    """``text`` with our own tags defused: ``</problem>`` becomes ``&lt;/problem>``.

    Everything else, LaTeX and comparisons such as ``a<b`` included, stays as it is.
    """
    return _RESERVED_TAG.sub("&lt;", text)


def numbered(key_points: Sequence[str]) -> str:
    """Key points as the prompts list them: one ``1. ...`` line each, neutralised."""
    return "\n".join(f"{i}. {neutralise(k)}" for i, k in enumerate(key_points, 1))


@dataclass(frozen=True, slots=True)
class Prompt:
    """One template.  ``hash`` covers name, version and text; it is stored with every row it made."""

    name: str
    role: str
    version: int
    placeholders: frozenset[str]
    system: str
    user: str

    @property
    def hash(self) -> str:
        """32 hex digits."""
        return content_id("prompt", self.name, self.version, self.system, self.user)

    def fill(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """The messages with every placeholder replaced once.

        Raises:
            PromptError: a placeholder has no value, or a value has no placeholder.
        """
        missing = sorted(self.placeholders - values.keys())
        unknown = sorted(values.keys() - self.placeholders)
        if missing or unknown:
            raise PromptError(
                f"prompt '{self.name}': "
                + "; ".join(
                    [f"no value for [[{m}]]" for m in missing]
                    + [f"no placeholder [[{u}]] in the template" for u in unknown]
                )
            )
        # One pass over the template: a "[[problem]]" inside a value is text, not a placeholder.
        user = _PLACEHOLDER.sub(lambda m: values[m.group(1)], self.user)
        return Message("system", self.system), Message("user", user)

    def request(
        self, values: Mapping[str, str], decoding: Decoding, subject: str = "", top_logprobs: int = 0
    ) -> ChatRequest:
        """The filled prompt as a request in this prompt's role; ``subject`` is the id of what it is about."""
        return ChatRequest(
            role=self.role,
            messages=self.fill(values),
            prompt_hash=self.hash,
            model=decoding.model,
            temperature=decoding.temperature,
            top_p=decoding.top_p,
            max_tokens=decoding.max_tokens,
            seed=decoding.seed,
            reasoning_effort=decoding.reasoning_effort,
            subject=subject,
            top_logprobs=top_logprobs,
        )


def parse_prompt(name: str, text: str) -> Prompt:
    """A template from its file's text.

    Raises:
        PromptError: the head is incomplete, a message is missing, or the placeholders declared are
            not those used.
    """
    head, _, rest = text.partition("=== system\n")
    system, _, user = rest.partition("=== user\n")
    if not system.strip() or not user.strip():
        raise PromptError(f"prompt '{name}': needs a '=== system' and a '=== user' section")
    fields: dict[str, str] = {}
    for line in head.splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise PromptError(f"prompt '{name}': head line {line!r} is not 'key: value'")
        fields[key.strip()] = value.strip()
    if not fields.get("version", "").isdigit():
        raise PromptError(f"prompt '{name}': 'version:' must be a whole number")
    if fields.get("role") not in ROLES:
        raise PromptError(f"prompt '{name}': 'role:' must be one of {', '.join(ROLES)}")
    declared = frozenset(fields.get("placeholders", "").split())
    used = frozenset(_PLACEHOLDER.findall(user))
    if _PLACEHOLDER.search(system):
        raise PromptError(
            f"prompt '{name}': placeholders belong in the user message; the system message is the "
            "shared prefix that endpoints cache"
        )
    if declared != used:
        raise PromptError(f"prompt '{name}': declares placeholders {sorted(declared)} but uses {sorted(used)}")
    return Prompt(name, fields["role"], int(fields["version"]), used, system.strip(), user.rstrip("\n"))


def load_prompts(directory: str | os.PathLike[str] | None = None) -> dict[str, Prompt]:
    """All templates by name, from ``prompts/`` or a directory of one's own.

    A directory of one's own needs only the templates it changes; the others are the project's.

    Raises:
        PromptError: the directory does not exist, or a template is malformed.
    """
    prompts = {}
    own = Path(directory) if directory else None
    if own and not own.is_dir():
        raise PromptError(f"prompt directory {own} does not exist")
    for name in NAMES:
        path = own / f"{name}.txt" if own and (own / f"{name}.txt").exists() else PROMPT_DIR / f"{name}.txt"
        prompts[name] = parse_prompt(name, path.read_text(encoding="utf-8"))
    return prompts
