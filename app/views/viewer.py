"""One photo large: the thumbnail at once, then the picture at screen size, then all its pixels where one zooms in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from app.theme import DARK, RADIUS, SPACE_L, SPACE_M
from app.thumbs.loader import ThumbLoader
from app.views.viewer_buttons import ViewerBar
from app.views.viewer_canvas import GROUND, STEP, Canvas
from app.views.viewer_filmstrip import Filmstrip
from app.views.viewer_loader import FULL, LoadPixels, PictureLoader
from app.views.viewer_looking import Looking
from app.wall.access import announce

SIDE_STEP = 512
BUSY_MS = 600
THUMB_PX = 512


class Viewer(QWidget):
    """``open`` it on a list of photos; ``closed`` carries the photo that was looked at last. Dark in both themes.

    ``load_pixels`` (photo id, longest side or None) is called in threads; its errors are shown as the reason.
    ``describe``: words for a photo, for the info overlay and screen readers; called on the GUI thread.
    """

    closed = Signal(int)
    currentChanged = Signal(int)

    def __init__(
        self,
        thumbs: ThumbLoader,
        load_pixels: LoadPixels,
        describe: Callable[[int], str],
        parent: QWidget | None = None,
        *,
        sync: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Photo viewer"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._thumbs = thumbs
        self._describe = describe
        self._pictures = PictureLoader(load_pixels, sync=sync, parent=self)
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._index = -1
        self._turns: dict[int, int] = {}
        self._step = 1
        self.canvas = Canvas(self)
        self.filmstrip = Filmstrip(thumbs, self)
        self.info = self._make_info()
        self.bar = ViewerBar(self)
        self.looking = Looking(self.canvas, self.bar, self.current)
        self._busy = QTimer(self)
        self._busy.setSingleShot(True)
        self._busy.setInterval(BUSY_MS)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.canvas, 1)
        box.addWidget(self.filmstrip)

    def _connect(self) -> None:
        self._thumbs.arrived.connect(self._thumb_arrived)
        self._pictures.arrived.connect(self._picture_arrived)
        self._pictures.failed.connect(self._failed)
        self._busy.timeout.connect(self._still_waiting)
        self.canvas.zoomChanged.connect(self._ask)
        self.filmstrip.picked.connect(self.go)
        self.filmstrip.stepped.connect(self.step)
        self.bar.close_.clicked.connect(self.leave)
        self.bar.previous.clicked.connect(lambda: self.step(-1))
        self.bar.next.clicked.connect(lambda: self.step(1))
        self.bar.turn.clicked.connect(lambda: self.turn(1))
        self.bar.info.clicked.connect(self.toggle_info)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)

    def _make_info(self) -> QLabel:
        label = QLabel(self.canvas)
        label.setAccessibleName(self.tr("About this photo"))
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setStyleSheet(
            f"background: rgba(20, 20, 22, 215); color: {DARK.text}; border-radius: {RADIUS}px; padding: {SPACE_M}px;"
        )
        label.hide()
        return label

    # ------------------------------------------------------------ what others ask of it

    def open(self, ids: Sequence[int] | NDArray[np.int64], index: int) -> None:
        """Show ``ids[index]``; the others are before and after it."""
        self._ids = np.asarray(ids, np.int64)
        self._index = -1
        self._turns.clear()
        self.filmstrip.setVisible(len(self._ids) > 1)
        self.go(index)
        self.setFocus()

    def current(self) -> int | None:
        """Id of the photo that is shown."""
        return int(self._ids[self._index]) if 0 <= self._index < len(self._ids) else None

    def go(self, index: int) -> None:
        """Show another photo of the list, by its place there (the nearest end where it lies outside)."""
        index = min(max(0, index), len(self._ids) - 1)
        if index == self._index or index < 0:
            return
        self._step = 1 if index > self._index else -1
        self._index = index
        photo_id = int(self._ids[index])
        self._pictures.advance()
        self.canvas.show_picture(self._turns.get(photo_id, 0))
        self.filmstrip.set_photos(self._ids, index)
        self.bar.set_place(index, len(self._ids))
        self._refresh()
        self._ask()
        self._tell(photo_id)
        self.looking.moved()

    def step(self, by: int) -> None:
        """The next photo, the one before, or further."""
        self.go(self._index + by)

    def toggle_info(self) -> None:
        """Show or hide what is known of the photo."""
        self.info.setVisible(not self.info.isVisible())
        self._place()

    def turn(self, quarter_turns: int) -> None:
        """Turn the view (never the file), clockwise."""
        self.canvas.turn(quarter_turns)
        photo_id = self.current()
        if photo_id is not None:
            self._turns[photo_id] = self.canvas.turns

    def leave(self) -> None:
        """Back to where one was."""
        photo_id = self.current()
        self.looking.stop()
        self._busy.stop()
        self._pictures.forget()
        self.canvas.show_picture(0)
        self._index = -1
        if photo_id is not None:
            self.closed.emit(photo_id)

    def shut(self) -> None:
        """Join the decoding threads; the viewer is not used afterwards."""
        self._busy.stop()
        self._pictures.close()

    # ------------------------------------------------------------ pictures

    def _side(self) -> int:
        """Longest side to decode for the screen: a step above what is needed, so that resizing decodes rarely."""
        side = max(self.canvas.width(), self.canvas.height()) * self.devicePixelRatioF()
        return int(-(-side // SIDE_STEP) * SIDE_STEP)

    def _ask(self) -> None:
        """Want what the zoom needs of this photo, then the neighbours at screen size."""
        photo_id = self.current()
        if photo_id is None:
            return
        side = self._side()
        if self._pictures.picture(photo_id, FULL) is None:
            self._pictures.want(photo_id, side)
        screen = self._pictures.picture(photo_id, side)
        is_all = screen is not None and max(screen.width(), screen.height()) < side
        if not is_all and self._wants_full(side):
            self._pictures.want(photo_id, FULL)
        self._await(photo_id, screen)
        for neighbour in (self._index + self._step, self._index - self._step):
            if 0 <= neighbour < len(self._ids):
                self._pictures.want(int(self._ids[neighbour]), side, later=True)

    def _wants_full(self, side: int) -> bool:
        closer = not self.canvas.zoom.fits and self.canvas.needed_side() > side
        return closer or self.canvas.wants_actual

    def _await(self, photo_id: int, screen: QPixmap | None) -> None:
        if screen is None and self._pictures.failure(photo_id) is None:
            if not self._busy.isActive():
                self._busy.start()
        else:
            self._busy.stop()
            self.canvas.set_busy(self.canvas.wants_actual)

    def _still_waiting(self) -> None:
        photo_id = self.current()
        if photo_id is not None:
            self.canvas.set_busy(self._pictures.picture(photo_id, self._side()) is None)

    def _refresh(self) -> None:
        """Give the canvas everything that is here of the photo."""
        photo_id = self.current()
        if photo_id is None:
            return
        side = self._side()
        thumb = self._thumbs.get(photo_id, THUMB_PX)
        screen, full = self._pictures.picture(photo_id, side), self._pictures.picture(photo_id, FULL)
        size = full or (screen if screen is not None and max(screen.width(), screen.height()) < side else None)
        versions = [pixmap for pixmap in (thumb, screen, full) if pixmap is not None]
        self.canvas.set_versions(versions, (size.width(), size.height()) if size is not None else None)
        self.canvas.set_trouble(self._pictures.failure(photo_id))

    def _thumb_arrived(self, photo_id: int) -> None:
        if photo_id == self.current():
            self._refresh()

    def _picture_arrived(self, photo_id: int, side: int) -> None:
        if photo_id == self.current():
            self._refresh()
            self._ask()

    def _failed(self, photo_id: int, reason: str) -> None:
        if photo_id == self.current():
            self._refresh()
            self._await(photo_id, None)
            self._announce(photo_id)

    def _tell(self, photo_id: int) -> None:
        self.info.setText(self._describe(photo_id))
        self._place()
        self._announce(photo_id)
        self.currentChanged.emit(photo_id)

    def _announce(self, photo_id: int) -> None:
        """The photo in words, and why it cannot be shown where that is so."""
        words, reason = self.info.text(), self._pictures.failure(photo_id)
        if reason is not None:
            words = "\n".join((self.tr("This photo cannot be shown: {reason}").format(reason=reason), words))
        announce(self, words)

    # ------------------------------------------------------------ events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event):
            event.ignore()

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if self.looking.key(event):
            return True
        onward = -1 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
        deeds: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Right: lambda: self.step(onward),
            Qt.Key.Key_Left: lambda: self.step(-onward),
            Qt.Key.Key_Down: lambda: self.step(1),
            Qt.Key.Key_Up: lambda: self.step(-1),
            Qt.Key.Key_Space: lambda: self.step(1),
            Qt.Key.Key_PageDown: lambda: self.step(10),
            Qt.Key.Key_PageUp: lambda: self.step(-10),
            Qt.Key.Key_Home: lambda: self.go(0),
            Qt.Key.Key_End: lambda: self.go(len(self._ids) - 1),
            Qt.Key.Key_Escape: self.leave,
            Qt.Key.Key_Return: self.leave,
            Qt.Key.Key_Enter: self.leave,
            Qt.Key.Key_I: self.toggle_info,
            Qt.Key.Key_R: lambda: self.turn(-1 if shift else 1),
            Qt.Key.Key_Z: self.canvas.toggle_actual,
            Qt.Key.Key_Plus: lambda: self.canvas.zoom_by(STEP),
            Qt.Key.Key_Equal: lambda: self.canvas.zoom_by(STEP),
            Qt.Key.Key_Minus: lambda: self.canvas.zoom_by(1 / STEP),
            Qt.Key.Key_0: lambda: self.canvas.zoom_to(1.0),
        }
        deed = deeds.get(key)
        if deed is None:
            return False
        deed()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.BackButton:
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(GROUND))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight: no pictures are kept."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.looking.stop()
            self._busy.stop()
            self._pictures.forget()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.canvas.update()

    def _place(self) -> None:
        """Overlays where they belong."""
        self.bar.setGeometry(0, 0, self.width(), self.bar.sizeHint().height())
        width = min(360, self.canvas.width() - 2 * SPACE_L)
        self.info.setFixedWidth(max(120, width))
        self.info.adjustSize()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.canvas.width() - self.info.width() - SPACE_L if mirrored else SPACE_L
        self.info.move(x, self.bar.height() + SPACE_M)
        self.looking.panel.place()
