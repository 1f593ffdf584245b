"""The source tree as syntax trees: which module imports what, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """A module of ``app`` or ``core``. ``imports``: (imported module, whether at module level), names included:
    ``from core import store`` counts as ``core.store``. Imports for the type checker alone are left out."""

    name: str
    path: Path
    tree: ast.Module
    imports: tuple[tuple[str, bool], ...]

    def imports_any(self, *prefixes: str, at_top: bool = False) -> list[str]:
        return [name for name, top in self.imports if within(name, *prefixes) and (top or not at_top)]


def within(name: str, *prefixes: str) -> bool:
    """Whether ``name`` is one of the modules, or inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


@cache
def modules() -> tuple[Module, ...]:
    paths = sorted(path for top in ("app", "core") for path in (ROOT / top).rglob("*.py"))
    return tuple(_load(path) for path in paths)


def _load(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return Module(name, path, tree, tuple(_imports(tree, package, top=True)))


def _imports(node: ast.AST, package: str, top: bool) -> Iterator[tuple[str, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from ((alias.name, top) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                parents = package.split(".")
                kept = parents[: len(parents) - child.level + 1]
                base = ".".join([*kept, *([child.module] if child.module else [])])
            yield from ((f"{base}.{alias.name}", top) for alias in child.names)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, package, top and not inside)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(tree: ast.Module) -> Iterator[str]:
    """What is called, as text: ``Session``, ``datetime.now``."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
