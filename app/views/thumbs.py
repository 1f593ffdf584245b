"""A few clickable thumbnails outside the wall: decoded in a job, painted cropped to a square."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget
from shiboken6 import isValid

from app.jobs import JobRunner
from app.theme import RADIUS, SPACE_XS, Theme
from app.views.widgets import focus_ring
from core.progress import Progress

COLUMNS = 3


def read_square(path: str, side: int) -> QImage:
    """The middle square of a thumbnail file at ``side`` pixels; a null image if it cannot be read. Any thread."""
    reader = QImageReader(path)
    full = reader.size()
    if full.isValid():
        reader.setScaledSize(full.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    x, y = max(0, (image.width() - side) // 2), max(0, (image.height() - side) // 2)
    return image.copy(x, y, min(side, image.width()), min(side, image.height()))


class ThumbButton(QAbstractButton):
    """One photo to click."""

    def __init__(self, theme: Theme, name: str, side: int) -> None:
        super().__init__()
        self._theme, self._side = theme, side
        self._pixmap: QPixmap | None = None
        self.setFixedSize(side, side)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def show_image(self, image: QImage) -> None:
        if not image.isNull():
            self._pixmap = QPixmap.fromImage(image)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS - 2, RADIUS - 2)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.placeholder))
        if self._pixmap is not None:
            painter.drawPixmap(self.rect(), self._pixmap)
        if self.hasFocus() or self.underMouse():
            focus_ring(painter, QRectF(self.rect()), self._theme.tokens.accent)


class ThumbGrid(QWidget):
    """Small photos in rows of ``columns``; ``chosen`` carries the photo's id. ``key``: grids of one key outdate each
    other's reading."""

    chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        runner: JobRunner,
        path_of: Callable[[int], str],
        side: int,
        *,
        columns: int = COLUMNS,
        key: str = "inspector-thumbs",
    ) -> None:
        super().__init__()
        self._theme, self._runner, self._path_of, self._side = theme, runner, path_of, side
        self._columns, self._key = columns, key
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_XS)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)

    def set_photos(self, photos: Sequence[tuple[int, str]]) -> None:
        """Show photos given as (id, what to call it)."""
        for old in self.buttons():
            self._grid.removeWidget(old)
            old.deleteLater()
        for place, (photo_id, name) in enumerate(photos):
            made = ThumbButton(self._theme, name, self._side)
            made.clicked.connect(lambda _=False, photo_id=photo_id: self.chosen.emit(photo_id))
            self._grid.addWidget(made, place // self._columns, place % self._columns)
        self._load([photo_id for photo_id, _ in photos])

    def buttons(self) -> list[ThumbButton]:
        items = [self._grid.itemAt(place) for place in range(self._grid.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, ThumbButton)]

    def _load(self, ids: Sequence[int]) -> None:
        paths = [self._path_of(photo_id) for photo_id in ids]
        side = round(self._side * self.devicePixelRatioF())

        def work(progress: Progress) -> list[QImage]:
            progress.check()
            return [read_square(path, side) for path in paths]

        def done(images: list[QImage]) -> None:
            if not isValid(self):  # it was put away meanwhile
                return
            for made, image in zip(self.buttons(), images, strict=False):
                made.show_image(image)

        if paths:
            self._runner.submit("io", work, key=self._key, done=done)
