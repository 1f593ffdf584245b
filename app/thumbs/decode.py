"""A thumbnail file as an image of just the size that is shown. Safe in any thread: images, never pixmaps."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

SAME_SHAPE = 0.04
"""Shapes that differ by less are stretched instead of cropped; nobody sees it, and no edge is lost."""


def decode(path: str, width: int, height: int) -> QImage | None:
    """The picture filling ``width`` x ``height`` device pixels, cropped at the centre where the shapes differ.

    ``height`` 0: the whole picture, its longest side at most ``width``. Never enlarged. None where the file is absent
    or damaged.
    """
    reader = QImageReader(path)
    size = reader.size()
    if not size.isValid():
        return None
    if height == 0:
        _shrink(reader, size, size.scaled(width, width, Qt.AspectRatioMode.KeepAspectRatio))
    else:
        _fill(reader, size, width, height)
    image = reader.read()
    if image.isNull():
        return None
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _fill(reader: QImageReader, size: QSize, width: int, height: int) -> None:
    target = QSize(width, height)
    if abs(size.width() * height / (size.height() * width) - 1) < SAME_SHAPE:
        _shrink(reader, size, target)
        return
    cover = size.scaled(target, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    if cover.width() > size.width():
        target, cover = target.scaled(size, Qt.AspectRatioMode.KeepAspectRatio), size
    reader.setScaledSize(cover)
    left, top = (cover.width() - target.width()) // 2, (cover.height() - target.height()) // 2
    reader.setScaledClipRect(QRect(left, top, target.width(), target.height()))


def _shrink(reader: QImageReader, size: QSize, target: QSize) -> None:
    if target.width() < size.width() or target.height() < size.height():
        reader.setScaledSize(target.expandedTo(QSize(1, 1)))
