"""Looking closer at the photo in the viewer: its regions, to click, grow and shrink; what a network makes of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.theme import DARK, RADIUS, SPACE_L, SPACE_M, SPACE_S, TYPE_BODY
from app.views.heat import heat_overlay
from app.views.regions import Point, beside, first_on, leaf_at, mask_of, name_of, outlined, way_up
from app.views.viewer_buttons import ViewerBar
from app.views.viewer_canvas import Canvas
from app.wall.access import announce
from core.records_lab import Region, RegionTree

REGIONS, HEAT = "regions", "heat"
MIDDLE = (0.5, 0.5)
_STYLE = f"""
#looking {{ background: rgba(20, 20, 22, 225); border: 1px solid {DARK.line}; border-radius: {RADIUS}px; }}
#looking QLabel {{ color: {DARK.text}; font-size: {TYPE_BODY}px; background: transparent; }}
#looking QToolButton {{ color: {DARK.text}; background: {DARK.hover}; border: 2px solid transparent;
                        border-radius: {RADIUS}px; padding: 4px 10px; font-size: {TYPE_BODY}px; }}
#looking QToolButton:hover {{ background: {DARK.pressed}; }}
#looking QToolButton:focus {{ border-color: {DARK.accent}; }}
#looking QToolButton:disabled {{ color: {DARK.control}; }}
"""


class Panel(QFrame):
    """Words over the foot of the photo, and what can be done with a region."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self.setObjectName("looking")
        self.setStyleSheet(_STYLE)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.smaller = self._button(self.tr("Smaller"), self.tr("Shrink the region"), Qt.Key.Key_BracketLeft)
        self.larger = self._button(self.tr("Larger"), self.tr("Grow the region"), Qt.Key.Key_BracketRight)
        self.name = self._button(self.tr("Name …"), self.tr("Give the region a name"), Qt.Key.Key_T)
        self.like = self._button(self.tr("Find more"), self.tr("Find photos with such a region"), Qt.Key.Key_F)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_S)
        for widget in (self.words, *self.buttons()):
            row.addWidget(widget)
        self.hide()

    def buttons(self) -> tuple[QToolButton, ...]:
        return self.smaller, self.larger, self.name, self.like

    def tell(self, words: str, *, offers: bool = False) -> None:
        """Show words, with the buttons for a region if asked."""
        self.words.setText(words)
        for each in self.buttons():
            each.setVisible(offers)
        announce(self, words)
        self.show()
        self.place()

    def place(self) -> None:
        """In the middle of the photo's foot."""
        host = self._host
        self.words.setWordWrap(False)
        most = host.width() - 2 * SPACE_L
        if self.sizeHint().width() > most:
            self.words.setWordWrap(True)
        width = min(self.sizeHint().width(), most)
        height = max(self.sizeHint().height(), self.heightForWidth(width))
        self.setGeometry((host.width() - width) // 2, host.height() - height - SPACE_L, width, height)

    def _button(self, text: str, help_: str, key: Qt.Key) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleName(help_)
        made.setToolTip(f"{help_} ({QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)})")
        return made


class Looking(QObject):
    """What is laid over the photo. ``regions_wanted``, ``heat_wanted`` carry the photo to read; ``name_wanted`` (tree,
    node) and ``like_wanted`` (photo, node) what the person wants of a region; ``over``: nobody waits any more.

    ``current``: the photo in the viewer.
    """

    regions_wanted = Signal(int)
    heat_wanted = Signal(int)
    name_wanted = Signal(object, int)
    like_wanted = Signal(int, int)
    over = Signal()

    def __init__(self, canvas: Canvas, bar: ViewerBar, current: Callable[[], int | None]) -> None:
        super().__init__(canvas)
        self._canvas, self._bar, self._current = canvas, bar, current
        self.panel = Panel(canvas)
        self.mode = ""
        self._tree: RegionTree | None = None
        self._point: Point | None = None
        self._place = 0
        canvas.tapped.connect(lambda x, y: self.choose((x, y)))
        bar.regions.clicked.connect(lambda: self.toggle(REGIONS))
        bar.heat.clicked.connect(lambda: self.toggle(HEAT))
        self.panel.smaller.clicked.connect(lambda: self.grow(-1))
        self.panel.larger.clicked.connect(lambda: self.grow(1))
        self.panel.name.clicked.connect(self.ask_name)
        self.panel.like.clicked.connect(self.ask_like)

    # ------------------------------------------------------------ on and off

    def toggle(self, mode: str) -> None:
        """Show regions or the heat map; the same again takes it away."""
        if self.mode == mode or self._current() is None:
            self.stop()
        else:
            self.mode = mode
            self.moved()

    def stop(self) -> None:
        """Nothing but the photo."""
        was, self.mode = self.mode, ""
        self._forget()
        self.panel.hide()
        self._tick()
        if was:
            self.over.emit()

    def moved(self) -> None:
        """Another photo is shown: what is laid over it is read anew."""
        photo_id = self._current()
        self._forget()
        self._tick()
        if not self.mode or photo_id is None:
            return
        if self.mode == REGIONS:
            self.panel.tell(self.tr("Finding regions …"))
            self.regions_wanted.emit(photo_id)
        else:
            self.panel.tell(self.tr("Comparing with what the autoencoder gives back …"))
            self.heat_wanted.emit(photo_id)

    def _forget(self) -> None:
        self._tree, self._point, self._place = None, None, 0
        self._canvas.lay_over(None)

    def _tick(self) -> None:
        self._bar.regions.setChecked(self.mode == REGIONS)
        self._bar.heat.setChecked(self.mode == HEAT)

    # ------------------------------------------------------------ what is answered

    def show_tree(self, tree: RegionTree) -> None:
        """The regions of a photo; the one that was selected stays so. Passed over if that photo is not looked at."""
        if self.mode != REGIONS or tree.photo_id != self._current():
            return
        self._tree = tree
        if self._point is None:
            self.panel.tell(self.tr("Click something in the photo."))
        else:
            self._place = min(self._place, len(self._way()) - 1)
            self._draw()

    def show_heat(self, photo_id: int, heat: NDArray[np.float32]) -> None:
        """What cannot be reproduced of a photo; passed over if that photo is not looked at."""
        if self.mode == HEAT and photo_id == self._current():
            self._canvas.lay_over(heat_overlay(heat))
            least = self.tr("Bright: what the autoencoder cannot give back. It sees the middle square of a photo.")
            self.panel.tell(least)

    def tell(self, photo_id: int, words: str) -> None:
        """Words about what goes on, while the photo is looked at; "" brings back those about the region."""
        if self.mode and photo_id == self._current():
            if words:
                self.panel.tell(words)
            elif self._tree is not None:
                self.show_tree(self._tree)

    # ------------------------------------------------------------ a region

    def selected(self) -> Region | None:
        """The region that is selected."""
        if self._tree is None or self._point is None:
            return None
        return self._tree.regions[self._way()[self._place]]

    def choose(self, point: Point) -> None:
        """Select the region at a point of the photo, x and y in [0, 1]."""
        if self._tree is not None:
            self._point = point
            self._place = first_on(self._tree, self._way())
            self._draw()

    def grow(self, by: int) -> None:
        """To the region around (1), or back towards the point that was clicked (-1)."""
        if self._tree is not None and self._point is None:
            self.choose(MIDDLE)
        elif self._tree is not None:
            self._place = min(max(0, self._place + by), len(self._way()) - 1)
            self._draw()

    def go(self, dx: int, dy: int) -> None:
        """Select the region that lies beside the selected one."""
        region = self.selected()
        if self._tree is None:
            return
        if region is None or self._point is None:
            self.choose(MIDDLE)
            return
        found = beside(self._tree, region.node, self._point, (dx, dy))
        if found is not None:
            self.choose(found)

    def ask_name(self) -> None:
        region = self.selected()
        if region is not None:
            self.name_wanted.emit(self._tree, region.node)

    def ask_like(self) -> None:
        region, photo_id = self.selected(), self._current()
        if region is not None and photo_id is not None:
            self.like_wanted.emit(photo_id, region.node)

    def _way(self) -> tuple[int, ...]:
        assert self._tree is not None
        assert self._point is not None
        return way_up(self._tree, leaf_at(self._tree, self._point))

    def _draw(self) -> None:
        region = self.selected()
        if region is None or self._tree is None:
            return
        self._canvas.lay_over(outlined(mask_of(self._tree, region.node)))
        self.panel.smaller.setEnabled(self._place > 0)
        self.panel.larger.setEnabled(self._place < len(self._way()) - 1)
        called = name_of(region) or (self.tr("The whole photo") if region.parent < 0 else self.tr("No name yet"))
        share = self.tr("{percent} of the photo").format(percent=f"{region.area:.0%}")
        self.panel.tell(called if region.parent < 0 else f"{called} · {share}", offers=True)

    # ------------------------------------------------------------ keys

    def key(self, event: QKeyEvent) -> bool:
        """Handle a key of the viewer; False if it means something else there."""
        key = Qt.Key(event.key())
        always = {Qt.Key.Key_O: lambda: self.toggle(REGIONS), Qt.Key.Key_H: lambda: self.toggle(HEAT)}
        deeds: dict[Qt.Key, Callable[[], object]] = dict(always)
        if self.mode:
            deeds[Qt.Key.Key_Escape] = self.stop
        if self.mode == REGIONS:
            deeds |= self._region_keys()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                deeds |= self._way_keys()
        deed = deeds.get(key)
        if deed is not None:
            deed()
        return deed is not None

    def _region_keys(self) -> dict[Qt.Key, Callable[[], object]]:
        grow = dict.fromkeys((Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_BracketRight), lambda: self.grow(1))
        shrink = dict.fromkeys((Qt.Key.Key_Minus, Qt.Key.Key_BracketLeft), lambda: self.grow(-1))
        ask = dict.fromkeys((Qt.Key.Key_T, Qt.Key.Key_Return, Qt.Key.Key_Enter), self.ask_name)
        return {**grow, **shrink, **ask, Qt.Key.Key_F: self.ask_like}

    def _way_keys(self) -> dict[Qt.Key, Callable[[], object]]:
        return {
            Qt.Key.Key_Left: lambda: self.go(-1, 0),
            Qt.Key.Key_Right: lambda: self.go(1, 0),
            Qt.Key.Key_Up: lambda: self.go(0, -1),
            Qt.Key.Key_Down: lambda: self.go(0, 1),
        }
