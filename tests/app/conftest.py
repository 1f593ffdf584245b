"""A real window over a real library; every job runs to its end where it is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale
from PySide6.QtWidgets import QApplication

from app.bootstrap import build
from app.desk import Desk
from app.main_window import MainWindow
from tests.app.hands import Spy

Open = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Dates and numbers as they are written in Britain, whatever the machine speaks."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def open_window(qapp: QApplication) -> Iterator[Open]:
    """Build windows; they are closed and gone after the test."""
    made: list[MainWindow] = []

    def make(root: Path, *, sync: bool = True, size: tuple[int, int] = (1400, 900)) -> MainWindow:
        window = build(root, sync=sync)
        made.append(window)
        window.resize(*size)
        window.show()
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    made.clear()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def library_path(photo_library_path: Path, tmp_path: Path) -> Path:
    """A library of 300 photos that may be changed."""
    return Path(shutil.copytree(photo_library_path, tmp_path / "library"))


@pytest.fixture
def window(open_window: Open, library_path: Path) -> MainWindow:
    return open_window(library_path)


@pytest.fixture
def desk(window: MainWindow) -> Desk:
    found = window.findChild(Desk)
    assert isinstance(found, Desk)
    return found


@pytest.fixture
def spy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Spy:
    """What is said to the library; the keyboard is on the wall."""
    library = desk.session.library
    assert library is not None
    made = Spy(library.correct)
    monkeypatch.setattr(type(library), "correct", made)
    desk.wall.setFocus()
    return made
