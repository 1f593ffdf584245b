"""Regions of a photo under the cursor: from a clicked point to the nodes above it, and how one is drawn over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.theme import DARK
from core.records_lab import Region, RegionTree

Point = tuple[float, float]
Mask = NDArray[np.bool_]

FIRST_AREA = 0.02
"""A click selects the smallest region around it that covers so much of the photo; superpixels are too small."""

DIMMED = 120
"""Opacity (of 255) of the black over what is not selected."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over a photo: an image for the whole of it (or, ``square``, for the largest square in its middle),
    and lines in the image's pixels."""

    image: QImage
    lines: tuple[QLineF, ...] = ()
    square: bool = False

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Over the photo that fills ``box``; lines keep their width however far one zooms in."""
        if self.square:
            side = min(box.width(), box.height())
            box = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self.image)
        if not self.lines:
            return
        painter.translate(box.topLeft())
        painter.scale(box.width() / self.image.width(), box.height() / self.image.height())
        for colour, width in ((DARK.on_accent, 4.0), (DARK.accent, 2.0)):
            pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(list(self.lines))


def leaf_at(tree: RegionTree, point: Point) -> int:
    """The superpixel at a point, x and y in [0, 1] of the photo (the nearest one for a point outside)."""
    height, width = tree.leaves.shape
    x, y = (min(max(int(at * size), 0), size - 1) for at, size in zip(point, (width, height), strict=True))
    return int(tree.leaves[y, x])


def way_up(tree: RegionTree, leaf: int) -> tuple[int, ...]:
    """The nodes that hold a superpixel: itself, its parent, and so on to the whole photo."""
    way = [leaf]
    while tree.regions[way[-1]].parent >= 0:
        way.append(tree.regions[way[-1]].parent)
    return tuple(way)


def first_on(tree: RegionTree, way: tuple[int, ...]) -> int:
    """Where on the way a click begins: at the smallest region with a name, else at the first of some size."""
    for place, node in enumerate(way):
        if tree.regions[node].tag:
            return place
    large = (place for place, node in enumerate(way) if tree.regions[node].area >= FIRST_AREA)
    return min(next(large, 0), max(len(way) - 2, 0))


def leaves_of(tree: RegionTree, node: int) -> list[int]:
    """The superpixels that a node is made of."""
    found, open_ = [], [node]
    while open_:
        region = tree.regions[open_.pop()]
        if region.children:
            open_ += region.children
        else:
            found.append(region.node)
    return sorted(found)


def mask_of(tree: RegionTree, node: int) -> Mask:
    """bool [h, w]: the points of a node."""
    inside = np.zeros(len(tree.regions), np.bool_)
    inside[leaves_of(tree, node)] = True
    return inside[tree.leaves]


def beside(tree: RegionTree, node: int, point: Point, step: tuple[int, int]) -> Point | None:
    """The first point outside a node on the way from ``point`` in a direction (dx, dy); None at the photo's edge."""
    mask = mask_of(tree, node)
    height, width = mask.shape
    x, y = min(int(point[0] * width), width - 1), min(int(point[1] * height), height - 1)
    while 0 <= x < width and 0 <= y < height:
        if not mask[y, x]:
            return (x + 0.5) / width, (y + 0.5) / height
        x, y = x + step[0], y + step[1]
    return None


def name_of(region: Region) -> str:
    """What a region is called: by the person, else by the network with how sure it is; empty where nobody knows."""
    if region.tag or not region.label:
        return region.tag
    return f"perhaps {region.label} ({region.strength:.0%})"


def outlined(mask: Mask) -> Overlay:
    """What is not in a region dimmed, with a line around the region."""
    height, width = mask.shape
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 3] = np.where(mask, 0, DIMMED)
    return Overlay(image_of(pixels), outline(mask))


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """uint8 [h, w, 4] (blue, green, red, opacity; premultiplied) as an image with memory of its own."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def outline(mask: Mask) -> tuple[QLineF, ...]:
    """The border of a mask as lines along its pixels' edges, pieces in a row joined; the photo's edge counts as one."""
    edged = np.pad(mask, 1)
    level = [QLineF(x0, y, x1, y) for y, x0, x1 in _runs(edged[1:, 1:-1] != edged[:-1, 1:-1])]
    upright = [QLineF(x, y0, x, y1) for x, y0, y1 in _runs((edged[1:-1, 1:] != edged[1:-1, :-1]).T)]
    return (*level, *upright)


def _runs(on: Mask) -> list[tuple[int, int, int]]:
    """(row, start, end) of each run of true values along the rows."""
    change = np.diff(np.pad(on, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    return list(zip(row.tolist(), start.tolist(), end.tolist(), strict=True))
