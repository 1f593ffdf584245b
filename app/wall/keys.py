"""The keyboard on a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from app.wall.layout import Direction
    from app.wall.view import WallView

ZOOM_STEP = 1.2
_ARROWS: dict[int, Direction] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}


def press(view: WallView, event: QKeyEvent) -> bool:
    """Do what a key means on a wall; False where it means nothing here."""
    if len(view.wall.ids) == 0:
        return False
    key, held = event.key(), event.modifiers()
    ctrl = bool(held & Qt.KeyboardModifier.ControlModifier)
    shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
    if held & Qt.KeyboardModifier.AltModifier:
        return False
    if _boundary(view, key, ctrl, shift):
        return True
    target = _target(view, key)
    if target is not None:
        _go(view, target, ctrl, shift)
        return True
    return _command(view, key, ctrl)


def _boundary(view: WallView, key: int, ctrl: bool, shift: bool) -> bool:
    """What a key means for boundaries, and for what is being carried; False where it means nothing."""
    if key == Qt.Key.Key_Escape and (view.carry.cancel() or view.shift.cancel() or view.boundaries.leave()):
        view.pointer.reset()
        return True
    if ctrl and not shift and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        view.shift.cancel()
        return view.boundaries.step(key == Qt.Key.Key_Down)
    section = view.boundaries.chosen
    if section < 0:
        return False
    if key in _ARROWS and (shift or view.shift.active):
        view.shift.begin(section)
        view.shift.step(_ARROWS[key])
    elif key in _ARROWS:
        start = int(view.wall.section_start[section + 1])
        back = _ARROWS[key] == "up" or _ARROWS[key] == ("right" if view.layout_.mirrored else "left")
        view.choose(view.picked.only, start - 1 if back else start)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        pair = view.boundaries.pair()
        if not view.shift.active and pair is not None:
            view.boundaryActivated.emit(*pair)
        view.shift.apply()
    else:
        return False
    return True


def _target(view: WallView, key: int) -> int | None:
    """The photo that a movement key leads to."""
    layout, current = view.layout_, view.picked.current
    if key == Qt.Key.Key_Home:
        return 0
    if key == Qt.Key.Key_End:
        return layout.n - 1
    if key not in _ARROWS and key not in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        return None
    if current < 0:
        return view.first_seen()
    if key in _ARROWS:
        return layout.neighbour(current, _ARROWS[key])
    x, y, width, height = layout.rect_of(current)
    page = view.viewport().height() * 0.9 * (1 if key == Qt.Key.Key_PageDown else -1)
    return layout.nearest_in_row(layout.nearest_row(y + height / 2 + page), x + width / 2)


def _go(view: WallView, index: int, ctrl: bool, shift: bool) -> None:
    if shift:
        view.choose(view.picked.extend, index, ctrl)
    elif ctrl:
        view.choose(view.picked.focus, index)
    else:
        view.choose(view.picked.only, index)


def _command(view: WallView, key: int, ctrl: bool) -> bool:
    """Everything that is not a movement."""
    current = view.picked.current
    if ctrl and key == Qt.Key.Key_A:
        view.select_all()
    elif ctrl and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        view.zoom(ZOOM_STEP)
    elif ctrl and key == Qt.Key.Key_Minus:
        view.zoom(1 / ZOOM_STEP)
    elif ctrl and key == Qt.Key.Key_Space and current >= 0:
        view.choose(view.picked.toggle, current)
    elif key == Qt.Key.Key_Space and not ctrl:
        view.peek()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current >= 0:
        view.activate(current)
    elif key == Qt.Key.Key_Escape:
        return view.close_peek() or view.clear_selection()
    else:
        return False
    return True
