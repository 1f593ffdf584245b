"""One picture closer: large, what it is, the real photos nearest to it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.studio.bend import in_line
from app.theme import RADIUS, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.thumbs.loader import ThumbLoader
from app.views.picture import Picture, fitted
from app.views.widgets import ElidedLabel, label

SIDE, LEAST, HEIGHT = 128, 96, 200
NEAREST, NEAR_WIDTH, NARROWEST = 5, 92, 52
NONE_NEAR = "None of your photos resembles it much."
LOOKING = "Looking for the photos nearest to it …"


class Face(QWidget):
    """A picture that is no photo of the library, as large as its place lets it be."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._image = QImage()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST, LEAST)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    @property
    def image(self) -> QImage:
        return self._image

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.placeholder))
            painter.drawRoundedRect(fitted(self.rect().toRectF(), 1.0), RADIUS, RADIUS)
            return
        where = fitted(self.rect().toRectF(), self._image.width() / max(self._image.height(), 1))
        painter.drawImage(where, self._image, QRectF(self._image.rect()))


class Nearest(QWidget):
    """Real photos beside a generated picture: whoever sees it, sees also what it may have been copied from."""

    photo_wanted = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader) -> None:
        super().__init__()
        self._theme, self._thumbs = theme, thumbs
        self.told = label(LOOKING, "small", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_XS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(ElidedLabel("Nearest of your photos", "section"))
        column.addWidget(self.told)
        column.addLayout(self._row, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def wait(self) -> None:
        self._clear()
        self.told.setText(LOOKING)
        self.told.show()

    def show_found(self, found: Sequence[tuple[int, float]]) -> None:
        """(photo id, cosine), the nearest first."""
        self._clear()
        self.told.setText(NONE_NEAR)
        self.told.setVisible(not found)
        for photo_id, cosine in found[:NEAREST]:
            self._row.addWidget(self._photo(photo_id, cosine))
        self._row.addStretch(1)
        self._fit()

    def show_broken(self, error: BaseException) -> None:
        self._clear()
        self.told.setText(str(error))
        self.told.show()

    @property
    def pictures(self) -> list[Picture]:
        return [made for made in self.findChildren(Picture) if made.isVisibleTo(self)]

    def _photo(self, photo_id: int, cosine: float) -> QWidget:
        alike = f"{round(100 * max(cosine, 0.0))} % alike"
        made = Picture(self._theme, self._thumbs, photo_id, f"A photo of yours, {alike}")
        made.setMinimumSize(40, 40)
        made.clicked.connect(partial(self.photo_wanted.emit, photo_id))
        holder = QWidget()
        holder.setMaximumWidth(NEAR_WIDTH)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(made, 1)
        told = label(f"{round(100 * max(cosine, 0.0))} %", "small")
        told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(told)
        return holder

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As many as there is room for, the nearest first."""
        for place in range(self._row.count()):
            item = self._row.itemAt(place)
            holder = item.widget() if item is not None else None
            if holder is not None:
                holder.setVisible(place == 0 or (place + 1) * NARROWEST <= self.width())

    def _clear(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()


class Band(QFrame):
    """The current picture. ``buttons`` are what can be done with it."""

    photo_wanted = Signal(int)

    def __init__(self, theme: Theme, thumbs: ThumbLoader, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self.setObjectName("band")
        self.setFixedHeight(HEIGHT)
        self.face = Face(theme, "The picture that is chosen")
        self.target = Face(theme, "The photo that was sought")
        for face in (self.face, self.target):
            face.setFixedSize(SIDE, SIDE)
        self.target.hide()
        self.line = ElidedLabel("", "strong")
        self.nearest = Nearest(theme, thumbs)
        self.nearest.photo_wanted.connect(self.photo_wanted)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        words.addWidget(self.line)
        words.addWidget(self.nearest, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self.target)
        row.addWidget(self.face)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(in_line(*buttons))

    def show_picture(self, image: QImage, line: str) -> None:
        """Another picture; its nearest photos come later."""
        self.target.hide()
        self.face.show_image(image)
        self.line.setText(line)
        self.face.setAccessibleName(f"The picture that is chosen: {line}")
        self.nearest.wait()

    def show_target(self, image: QImage) -> None:
        """The photo that was sought, beside what the generator makes of it."""
        self.target.show_image(image)
        self.target.show()
