"""Nothing grows beyond what can be read at one sitting."""

from __future__ import annotations

import pytest

from tests.architecture.source import ROOT, Module, functions, modules

LONGEST_FILE, LONGEST_FUNCTION = 400, 60


WRITTEN = [module for module in modules() if "migrations.versions" not in module.name]
"""Migrations are records of the past: they are never edited."""


@pytest.mark.parametrize("module", WRITTEN, ids=lambda module: module.name)
def test_files_and_functions_stay_short(module: Module) -> None:
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{module.path.relative_to(ROOT)} has {lines} lines"
    for function in functions(module.tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{module.name}.{function.name} has {length} lines"


def test_most_functions_fit_into_25_lines() -> None:
    lengths = [(each.end_lineno or 0) - each.lineno + 1 for module in modules() for each in functions(module.tree)]
    assert sum(length < 25 for length in lengths) > 0.9 * len(lengths)
