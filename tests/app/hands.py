"""A person's hands on the window: choosing, dragging, and what was said to the library by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from core.correct.corrections import Corrections
from core.records import Change
from core.records_corrections import Correction, Preview


class Spy:
    """Stands before ``library.correct`` and keeps what was asked for. ``also``, ``superseded``: what previews tell
    besides what they would."""

    def __init__(self, correct: Corrections) -> None:
        self._correct = correct
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.also: tuple[str, ...] = ()
        self.superseded: tuple[Correction, ...] = ()

    def attempt(self, name: str, *given: Any, **named: Any) -> tuple[Preview, Change | None]:
        if self.also or self.superseded:
            found = self._correct.preview(name, *given, **named)
            return replace(found, also=found.also + self.also, superseded=found.superseded + self.superseded), None
        found, change = self._correct.attempt(name, *given, **named)
        if change is not None:
            self.said.append((name, given, named))
        return found, change

    def __getattr__(self, name: str) -> Any:
        def say(*given: Any, **named: Any) -> Change:
            change = getattr(self._correct, name)(*given, **named)
            self.said.append((name, given, named))
            return change

        return say


def told(window):
    return [notice.text for notice in window._notices.shown] if window._notices is not None else []


def shown(desk):
    """Let what was said come back to the wall."""
    refresher = desk.session.refresher
    for _ in range(5):
        QApplication.processEvents()
    assert not refresher._timer.isActive()


def undo(desk):
    desk.act("undo")
    shown(desk)


def choose(desk, *indices):
    """Select photos of the wall by their places; the last is current."""
    wall = desk.wall
    wall.choose(wall.picked.only, indices[0])
    for index in indices[1:]:
        wall.choose(wall.picked.toggle, index)


def drag(qtbot, wall, start, end):
    left, viewport = Qt.MouseButton.LeftButton, wall.viewport()
    qtbot.mousePress(viewport, left, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(0, 15))
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, left, pos=end)


def centre(wall, index):
    x, y, width, height = wall.layout_.rect_of(index)
    return QPoint(x + width // 2 + 8, y + height // 2 - wall.scroller.offset)


def row_of(window, location):
    """The middle of a sidebar row, as a point of the wall's viewport."""
    tree = window.sidebar.tree
    index = tree.model().mapFromSource(window.sidebar.model.find(location))
    assert index.isValid()
    tree.scrollTo(index)
    spot = tree.viewport().mapToGlobal(tree.visualRect(index).center())
    return window.findChild(type(window.page("wall"))).viewport().mapFromGlobal(spot)


def open_kind(window, desk, kind):
    tree = window.sidebar.tree
    tree.expand(tree.model().mapFromSource(window.sidebar.model.top_index(kind)))
    return desk.session.library.groups(kind)
