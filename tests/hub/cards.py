"""What the loopback hub's ``/api/validate-yaml`` says of a card.

A part of the Hub's rules: those that a card of this project could break.  The Hub also knows lists of licences,
tasks and languages, which no package ships.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import yaml

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
SDKS = ("gradio", "docker", "static")
_TEXTS = ("language", "license", "tags", "task_categories", "task_ids", "size_categories", "datasets", "models")


def check(content: str, kind: str) -> tuple[list[str], list[str]]:
    """The errors and the warnings of a README.md of a repository of that kind."""
    lines = content.splitlines()
    if not lines or lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        return [], ["empty or missing yaml metadata in repo card"]
    end = [line.strip() for line in lines[1:]].index("---")
    try:
        front = yaml.safe_load("\n".join(lines[1 : end + 1]))
    except yaml.YAMLError as error:
        return [f"Invalid YAML: {' '.join(str(error).split())}"], []
    if not isinstance(front, dict):
        return ["the metadata must be an object"], []
    rules = {"dataset": _dataset, "space": _space}.get(kind)
    return [*_texts(front), *(rules(front) if rules else [])], []


def _texts(front: dict[str, Any]) -> list[str]:
    wrong = []
    for key in _TEXTS:
        value = front.get(key, [])
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            wrong.append(f'"{key}" must be a string or an array of strings')
    return wrong


def _dataset(front: dict[str, Any]) -> list[str]:
    known = json.loads((files("datasets") / "utils/resources/size_categories.json").read_text())
    sizes = front.get("size_categories", [])
    wrong = [
        f'"size_categories" must be one of {known}: {size}'
        for size in ([sizes] if isinstance(sizes, str) else sizes)
        if size not in known
    ]
    configs = front.get("configs", [])
    if not isinstance(configs, list) or not all(isinstance(c, dict) and "config_name" in c for c in configs):
        wrong.append('"configs" must be an array of objects with a "config_name"')
    elif sum(bool(c.get("default")) for c in configs) > 1:
        wrong.append('only one of "configs" can be the default')
    return wrong


def _space(front: dict[str, Any]) -> list[str]:
    wrong = []
    if front.get("sdk") not in SDKS:
        wrong.append(f'"sdk" must be one of {list(SDKS)}')
    for key in ("colorFrom", "colorTo"):
        if key in front and front[key] not in COLOURS:
            wrong.append(f'"{key}" must be one of {list(COLOURS)}')
    if len(str(front.get("short_description", ""))) > 60:
        wrong.append('"short_description" length must be less than or equal to 60 characters long')
    if not isinstance(front.get("sdk_version", ""), str):
        wrong.append('"sdk_version" must be a string')
    return wrong
