"""A quick look: the current photo large over the wall, for as long as one likes, with the arrows still working."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.theme import SPACE_XL
from app.thumbs.loader import ThumbLoader
from app.views.viewer_loader import LoadPixels, PictureLoader
from app.views.viewer_zoom import fitted

SCRIM = QColor(15, 15, 16, 225)
SIDE_STEP = 512


class Peek(QWidget):
    """Covers the wall; shows the thumbnail at once and the picture at screen size when it is decoded."""

    def __init__(self, wall: QWidget, thumbs: ThumbLoader, load: Callable[[], LoadPixels | None]) -> None:
        super().__init__(wall)
        self.hide()
        self.setAccessibleName(self.tr("Quick look"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._thumbs = thumbs
        self._load = load
        self._pictures: PictureLoader | None = None
        self._photo_id = -1
        thumbs.arrived.connect(self._arrived)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)

    def show_photo(self, photo_id: int) -> None:
        """Show a photo, or another one."""
        self._photo_id = photo_id
        load = self._load()
        if self._pictures is None and load is not None:
            self._pictures = PictureLoader(load, parent=self)
            self._pictures.arrived.connect(self._arrived)
        if self._pictures is not None:
            self._pictures.advance()
            self._pictures.want(photo_id, self._side())
        self.show()
        self.raise_()
        self.update()

    def put_away(self) -> None:
        """Hide, and forget the pictures."""
        self.hide()
        if self._pictures is not None:
            self._pictures.forget()

    def shut(self) -> None:
        """Join the decoding threads."""
        if self._pictures is not None:
            self._pictures.close()

    def _side(self) -> int:
        side = max(self.width(), self.height()) * self.devicePixelRatioF()
        return int(-(-side // SIDE_STEP) * SIDE_STEP)

    def _arrived(self, photo_id: int) -> None:
        if photo_id == self._photo_id and self.isVisible():
            self.update()

    def _picture(self) -> QPixmap | None:
        decoded = self._pictures.picture(self._photo_id, self._side()) if self._pictures is not None else None
        return decoded or self._thumbs.get(self._photo_id, 512)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), SCRIM)
        pixmap = self._picture()
        if pixmap is not None:
            room = self.rect().adjusted(SPACE_XL, SPACE_XL, -SPACE_XL, -SPACE_XL)
            width, height = fitted((pixmap.width(), pixmap.height()), (room.width(), room.height()))
            box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.put_away()
