"""Imports point one way, and nothing of a model's text can become code."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for folder in ("builder", "space") for p in (ROOT / folder).rglob("*.py"))

# The lower a layer, the less it may know.  A module may import its own layer and lower ones.
LAYERS = [
    (
        "kpmath",
        "builder.records",
        "builder.matrix",
        "builder.errors",
        "builder.llm.chat",
        "builder.config",
    ),
    (
        "builder.prompts",
        "builder.constraints",
        "builder.drawing",
        "builder.merging",
        "builder.label_reading",
        "builder.llm",
        "builder.store",
        "builder.store_file",
        "builder.store_reader",
        "builder.salvage",
        "builder.stage_files",
        "builder.embeddings",
        "builder.given_labels",
        "builder.answers",
        "builder.filters",
        "builder.progress",
        "builder.tokens",
    ),
    ("builder.stages",),
    (
        "builder.synthesis",
        "builder.publish",
        "builder.run",
        "builder.embedder",
        "builder.report",
        "builder.gates",
        "builder.agreement",
    ),
    ("builder.knowledge", "builder.pipeline", "builder.ablation", "builder.composing"),
    ("builder.estimation",),
    (
        "builder.cli",
        "builder.cli_ablation",
        "builder.cli_agreement",
        "builder.cli_answers",
        "builder.cli_batch",
        "builder.cli_estimate",
        "builder.cli_publish",
        "builder.cli_gates",
        "builder.cli_knowledge",
        "builder.cli_options",
        "builder.cli_replies",
        "builder.cli_serve",
        "builder.__main__",
        "space",
    ),
]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> int | None:
    best = None
    for index, names in enumerate(LAYERS):
        for name in names:
            if (module == name or module.startswith(name + ".")) and (best is None or len(name) > best[0]):
                best = (len(name), index)
    return best[1] if best else None


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    modules = {module_of(p) for p in SOURCES}
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found.update(a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            names = {f"{base}.{a.name}" for a in node.names}
            found |= names
            if not names <= modules:  # `from . import sets` takes nothing of the package itself
                found.add(base)
    return {m for m in found if m in modules | {"kpmath"} and m != "builder"}


IMPORTS = {path: imports_of(path) for path in SOURCES}
"""Read when tests are collected: Python 3.11 cannot parse while another thread does, such as a page of the Space."""


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_a_module_imports_no_layer_above_its_own(path: Path) -> None:
    own = layer_of(module_of(path))
    if own is None:
        assert module_of(path) == "builder"
        return
    above = {m for m in IMPORTS[path] if (layer_of(m) or 0) > own}
    assert not above, f"{module_of(path)} imports {sorted(above)}"


def test_no_stage_imports_another_stage() -> None:
    for path in (ROOT / "builder" / "stages").glob("*.py"):
        others = {m for m in IMPORTS[path] if m.startswith("builder.stages.")}
        assert not others, f"{path.name} imports {sorted(others)}"


def test_there_is_no_import_cycle() -> None:
    graph = {module_of(p): IMPORTS[p] - {module_of(p)} for p in SOURCES}
    state: dict[str, int] = {}

    def visit(module: str, trail: list[str]) -> None:
        state[module] = 1
        for other in sorted(graph.get(module, ())):
            assert state.get(other) != 1, f"cycle: {' -> '.join([*trail, module, other])}"
            if other not in state:
                visit(other, [*trail, module])
        state[module] = 2

    for module in graph:
        if module not in state:
            visit(module, [])


def calls_of(path: Path) -> list[tuple[int, str, bool]]:
    """Of every call, but those of ``re``: its line, its name, and whether its first argument may be text."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if isinstance(node.func, ast.Attribute):
                receiver = node.func.value
                is_re = isinstance(receiver, ast.Name) and receiver.id == "re"
                name = "" if is_re else node.func.attr
            first = node.args[0] if node.args else None
            literal = isinstance(first, ast.Constant) and not isinstance(first.value, str)
            found.append((node.lineno, name, first is not None and not literal))
    return found


CALLS = {path: calls_of(path) for path in SOURCES}
parsed.cache_clear()


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_nothing_evaluates_text_as_code(path: Path) -> None:
    forbidden = {"eval", "exec", "compile", "parse_expr", "lambdify", "parse_latex", "__import__"}
    for line, name, may_be_text in CALLS[path]:
        assert name not in forbidden, f"{path.name}:{line} calls {name}"
        assert name not in ("sympify", "S") or not may_be_text, f"{path.name}:{line} gives {name} what may be text"
