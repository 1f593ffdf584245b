"""The open library as the window sees it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer

from app.desk import Desk
from app.main_window import MainWindow
from app.session import WARM_AFTER_MS, Session
from core.library import Library


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[Library]:
    """The libraries that were warmed."""
    found: list[Library] = []
    monkeypatch.setattr(Library, "warm", lambda library: found.append(library))
    return found


def test_warming_is_left_to_the_time_after_the_first_paint(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, warmed: list[Library]
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(QTimer, "singleShot", lambda ms, *_: asked.append(ms))
    session = window.findChild(Desk).session
    assert warmed == []
    session._opened((session.library, None))
    assert WARM_AFTER_MS in asked
    assert warmed == []


def test_what_a_first_correction_needs_is_loaded_until_the_window_closes(desk: Desk, warmed: list[Library]) -> None:
    session: Session = desk.session
    library = session.library
    session.warm()
    assert warmed == [library]
    session.close()
    session.warm()
    assert warmed == [library]
