"""Who may import whom. Each rule of docs/ARCHITECTURE.md is a test over the syntax trees."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, _imports, calls, modules, within

QT = ("PySide6", "shiboken6", "PyQt6", "qtpy")
WITHOUT_QT = (
    *("app.cli_studio", "app.cli_upscale"),
    *("app.cli_correct", "app.cli_groups", "app.cli_lab", "app.cli_learn", "app.cli_shared"),
    *("app.__main__", "app.cli", "app.cli_output", "app.cli_progress", "app.launch", "app"),
)
FACADE = (
    "core.library",
    "core.records",
    "core.records_corrections",
    "core.records_lab",
    "core.records_studio",
    "core.studio.files",
    "core.progress",
    "core.errors",
    "core.paths",
    "core.sample",
    "core.doctor",
    "core.embed.registry",
)
"""What the window and the command line may know of the core."""

FIRST_WINDOW = {"app.bootstrap": "core.store.snapshot"}
"""The one exception: the wall saved for the next start is read before the library is opened."""

HEAVY = (
    "torch", "torchvision", "timm", "open_clip", "sklearn", "scipy", "numba", "onnx", "onnxruntime", "skimage", "cv2",
)  # fmt: skip
TORCH = ("torch", "torchvision", "timm", "open_clip")
TORCH_ROOMS = ("core.nn", "core.embed", "core.sequence", "core.recognise", "core.gan", "core.superres", "core.device")
TORCH_FREE = ("core.embed.base", "core.embed.registry", "core.embed.catalogue")
COMPUTING = ("core.group", "core.sequence", "core.gan", "core.superres", "core.embed", "core.recognise")
JOINING = (
    *("core.index", "core.grouping", "core.correct", "core.learn", "core.lab", "core.studio"),
    *("core.library", "core.doctor"),
)
STORAGE = ("core.store", "core.library", "core.index", "core.grouping", "sqlalchemy", "sqlite3", "alembic")
CLOCKS = ("time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now")


def _offenders(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {', '.join(names)}" for name, names in found.items() if names)


def _inside(*rooms: str) -> list[Module]:
    return [module for module in modules() if within(module.name, *rooms)]


def test_the_tree_is_read() -> None:
    names = {module.name for module in modules()}
    assert {"app.cli", "app.bootstrap", "core.library", "core.store.schema", "core.embed.registry"} <= names
    bootstrap = next(module for module in modules() if module.name == "app.bootstrap")
    assert bootstrap.imports_any("PySide6"), "imports are found at all"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import torch", [("torch", True)]),
        ("from core import store", [("core.store", True)]),
        ("def f():\n import torch.nn", [("torch.nn", False)]),
        ("from . import records", [("core.room.records", True)]),
        ("from ..store import meta", [("core.store.meta", True)]),
        ("if TYPE_CHECKING:\n import torch", []),
        ("try:\n import torch\nexcept ImportError:\n pass", [("torch", True)]),
    ],
)
def test_imports_are_found_in_every_form(text: str, expected: list[tuple[str, bool]]) -> None:
    assert list(_imports(ast.parse(text), "core.room", top=True)) == expected


# ---------------------------------------------------------------- 1. Qt


def test_core_imports_no_qt() -> None:
    assert not _offenders({module.name: module.imports_any(*QT) for module in _inside("core")})


def test_the_command_line_imports_no_qt() -> None:
    found = {module.name: module.imports_any(*QT) for module in modules() if module.name in WITHOUT_QT}
    assert set(found) == set(WITHOUT_QT)
    assert not _offenders(found)


def test_core_never_imports_app() -> None:
    found = {module.name: module.imports_any("app", "tests", "benchmarks", "scripts") for module in _inside("core")}
    assert not _offenders(found)


# ---------------------------------------------------------------- 2. the facade


def test_app_talks_to_the_facade_alone() -> None:
    found = {
        module.name: [
            name
            for name in module.imports_any("core")
            if not within(name, *FACADE, *([FIRST_WINDOW[module.name]] if module.name in FIRST_WINDOW else []))
        ]
        for module in _inside("app")
    }
    assert not _offenders(found)


def test_app_knows_neither_sql_nor_heavy_libraries() -> None:
    found = {module.name: module.imports_any(*HEAVY, "sqlalchemy", "sqlite3", "alembic") for module in _inside("app")}
    assert not _offenders(found)


# ---------------------------------------------------------------- 3. computing and storing


def test_computing_rooms_know_no_storage() -> None:
    assert not _offenders({module.name: module.imports_any(*STORAGE) for module in _inside(*COMPUTING)})


def test_computing_rooms_read_no_clock() -> None:
    found = {
        module.name: [call for call in calls(module.tree) if call in CLOCKS or call.endswith((".now", ".utcnow"))]
        for module in _inside(*COMPUTING)
    }
    assert not _offenders(found)


def test_only_three_rooms_join_computing_with_the_store() -> None:
    found = {
        module.name: module.imports_any(*COMPUTING)
        for module in _inside("core")
        if module.imports_any("core.store") and not within(module.name, *JOINING)
    }
    assert not _offenders(found)


# ---------------------------------------------------------------- 4. torch


def test_torch_stays_in_its_rooms() -> None:
    found = {
        module.name: module.imports_any(*TORCH)
        for module in modules()
        if not within(module.name, *TORCH_ROOMS) or module.name in TORCH_FREE
    }
    assert not _offenders(found)


def test_choosing_a_device_imports_torch_only_when_asked() -> None:
    device = next(module for module in modules() if module.name == "core.device")
    assert device.imports_any(*TORCH)
    assert not device.imports_any(*TORCH, at_top=True)


# ---------------------------------------------------------------- 5. one place builds the object graph


@pytest.mark.parametrize("built", ["MainWindow", "Session", "JobRunner", "ThumbLoader", "Desk"])
def test_only_bootstrap_builds_the_window(built: str) -> None:
    builders = {module.name for module in modules() if built in calls(module.tree)}
    assert builders == {"app.bootstrap"}
