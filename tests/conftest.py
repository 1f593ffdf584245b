"""What every test gets: no screen needed, nothing of the person's own touched, and no leaks."""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from core.library import Library

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile(
    "reverie",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("reverie")

_numbers = itertools.count()
_GRACE_SECONDS = 5.0


@pytest.fixture(scope="session")
def private_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stands for the person's own."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _own_places(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a default library of its own, and settings that are not the person's."""
    monkeypatch.setenv("REVERIE_LIBRARY", str(private_home / f"library-{next(_numbers)}"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(private_home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(private_home / "data"))


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Every thread that a test starts ends with it. Threads that Qt started (dummies to Python) are Qt's own."""
    before = set(threading.enumerate())
    yield
    leaked = [t for t in threading.enumerate() if t not in before and not isinstance(t, threading._DummyThread)]
    for thread in leaked:
        thread.join(_GRACE_SECONDS)
    alive = [t.name for t in leaked if t.is_alive()]
    assert not alive, f"threads still running after the test: {alive}"


def _top_level_widgets() -> list[object]:
    """Parentless widgets that exist now, after pending deletions; empty where no test has loaded Qt."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = widgets.QApplication.topLevelWidgets()
    return [w for w in found if w.parent() is None and w.metaObject().className() != "QTipLabel"]


@pytest.fixture(autouse=True)
def _no_leaked_widgets() -> Iterator[None]:
    """Every window that a test makes is gone after it."""
    held = _top_level_widgets()  # held, so that no other widget can get the id of one of these
    before = {id(w) for w in held}
    yield
    if any(id(w) not in before for w in _top_level_widgets()):
        gc.collect()
        leaked = [w for w in _top_level_widgets() if id(w) not in before]
        assert not leaked, f"windows left after the test: {leaked}"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library, open for writing."""
    from core.library import Library

    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture(scope="session")
def photo_library_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of 300 rows with groups, thumbnails for 40 and vectors; for reading only."""
    from tests.support.libraries import make_library

    root = tmp_path_factory.mktemp("photos") / "library"
    make_library(root, 300, seed=1, thumbs=40, vectors=16)
    return root
