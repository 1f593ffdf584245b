"""Where every photo of a wall stands: justified rows over sections with headers. Pure arrays, no Qt.

A section's photos are laid on one long ribbon (aspect ratio plus gap each), the ribbon is cut into equal lengths, and
each cut becomes a row that is scaled to the wall's width. Cutting equally leaves no ragged last row in a section of
several rows; a single short row keeps the wished height instead of being blown up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Direction = Literal["left", "right", "up", "down"]

MIN_ASPECT, MAX_ASPECT = 0.4, 4.0
"""Shapes beyond these are shown cropped at the centre, so that a 10:1 panorama does not flatten its row."""
MAX_STRETCH = 1.4
"""A row is justified only up to this many times the wished height."""
UNKNOWN_ASPECT = 1.5
SECTION_GAP = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions on a wall ``width`` pixels wide and ``height`` pixels high, origin at the top left.

    row_first int64 [r + 1]: first photo of each row; row_y, row_height int64 [r]; row_scale float64 [r]: height before
    rounding, pixels per unit of aspect; ribbon float64 [n + 1]: running sum of the clamped aspects;
    section_y int64 [m]: top of each section's header; header int64 [m]: height of the headers (0 where a section has
    none); footer int64 [m]: height of the line below each section (0 for none); section_row int64 [m + 1]: first row of
    each section. ``mirrored``: rows run from right to left.
    """

    width: int
    height: int
    gap: int
    mirrored: bool
    row_first: Ints
    row_y: Ints
    row_height: Ints
    row_scale: NDArray[np.float64]
    ribbon: NDArray[np.float64]
    section_y: Ints
    header: Ints
    footer: Ints
    section_row: Ints

    @property
    def n(self) -> int:
        """Number of photos."""
        return len(self.ribbon) - 1

    @property
    def n_rows(self) -> int:
        return len(self.row_y)

    def rows_between(self, y0: float, y1: float) -> tuple[int, int]:
        """Rows ``[first, stop)`` that touch the band from ``y0`` to ``y1`` (exclusive)."""
        first = max(0, int(np.searchsorted(self.row_y, y0, "right")) - 1)
        if first < self.n_rows and self.row_y[first] + self.row_height[first] <= y0:
            first += 1
        return first, max(first, int(np.searchsorted(self.row_y, y1, "left")))

    def rects(self, first: int, stop: int) -> tuple[Ints, Ints]:
        """Photos of the rows ``[first, stop)``: indices int64 [k] and x, y, width, height int64 [k, 4]."""
        if stop <= first:
            return np.empty(0, np.int64), np.empty((0, 4), np.int64)
        index = np.arange(self.row_first[first], self.row_first[stop])
        row = np.repeat(np.arange(first, stop), np.diff(self.row_first[first : stop + 1]))
        left, right = self._edges(index, row)
        rect = np.stack([left, self.row_y[row], right - left, self.row_height[row]], axis=1)
        return index, rect

    def rect_of(self, index: int) -> tuple[int, int, int, int]:
        """The rectangle of one photo: x, y, width, height."""
        row = self.row_of(index)
        left, right = self._edges(np.array([index]), np.array([row]))
        return int(left[0]), int(self.row_y[row]), int(right[0] - left[0]), int(self.row_height[row])

    def row_of(self, index: int) -> int:
        return int(np.searchsorted(self.row_first, index, "right")) - 1

    def at(self, x: float, y: float) -> int:
        """The photo under a point, -1 where there is none."""
        first, stop = self.rows_between(y, y + 1)
        if first >= stop or not self.row_y[first] <= y < self.row_y[first] + self.row_height[first]:
            return -1
        index, rect = self.rects(first, first + 1)
        hit = np.flatnonzero((rect[:, 0] <= x) & (x < rect[:, 0] + rect[:, 2]))
        return int(index[hit[0]]) if len(hit) else -1

    def within(self, x0: float, y0: float, x1: float, y1: float) -> Ints:
        """Photos that a rubber band from (x0, y0) to (x1, y1) touches."""
        index, rect = self.rects(*self.rows_between(y0, y1))
        return index[(rect[:, 0] < x1) & (rect[:, 0] + rect[:, 2] > x0)]

    def neighbour(self, index: int, direction: Direction) -> int:
        """The photo beside, above or below; the same photo at an end of the wall."""
        if direction in ("left", "right"):
            step = -1 if (direction == "left") != self.mirrored else 1
            return min(max(index + step, 0), self.n - 1)
        row = self.row_of(index) + (-1 if direction == "up" else 1)
        if not 0 <= row < self.n_rows:
            return index
        x, _, width, _ = self.rect_of(index)
        return self.nearest_in_row(row, x + width / 2)

    def nearest_in_row(self, row: int, x: float) -> int:
        """The photo of a row whose centre is nearest to ``x``."""
        index, rect = self.rects(row, row + 1)
        return int(index[np.argmin(np.abs(rect[:, 0] + rect[:, 2] / 2 - x))])

    def nearest_row(self, y: float) -> int:
        """The row whose middle is nearest to ``y``."""
        row = min(max(0, int(np.searchsorted(self.row_y, y, "right")) - 1), self.n_rows - 1)
        if row + 1 < self.n_rows:
            above, below = self.row_y[row : row + 2] + self.row_height[row : row + 2] / 2 - y
            return row + 1 if abs(below) < abs(above) else row
        return row

    def section_at(self, y: float) -> int:
        """The section that a height belongs to, its header included; -1 on an empty wall."""
        return min(int(np.searchsorted(self.section_y, y, "right")) - 1, len(self.section_y) - 1)

    def section_end(self, section: int) -> int:
        """The height at which a section's last row ends."""
        row = int(self.section_row[section + 1]) - 1
        if row < self.section_row[section]:
            return int(self.section_y[section])
        return int(self.row_y[row] + self.row_height[row])

    def footer_y(self, section: int) -> int:
        """The top of the line below a section."""
        return int(self.section_y[section + 1] - self.footer[section])

    def footer_at(self, y: float) -> int:
        """The section whose line below lies at a height, or -1."""
        section = self.section_at(y)
        if section < 0 or self.footer[section] == 0:
            return -1
        return section if y >= self.footer_y(section) else -1

    def gap_at(self, x: float, y: float, first: int, stop: int) -> int:
        """The gap between photos nearest to a point, as the index of the photo after it, within ``first`` .. ``stop``
        (both included)."""
        index = self.nearest_in_row(self.nearest_row(y), x)
        left, _, width, _ = self.rect_of(index)
        after = (x > left + width / 2) != self.mirrored
        return min(max(index + int(after), first), stop)

    def _edges(self, index: Ints, row: Ints) -> tuple[Ints, Ints]:
        """Left and right edges in whole pixels; neighbours are exactly one gap apart."""
        first, scale = self.row_first[row], self.row_scale[row]
        before = (index - first) * self.gap
        left = np.floor((self.ribbon[index] - self.ribbon[first]) * scale + before + 0.5).astype(np.int64)
        right = np.floor((self.ribbon[index + 1] - self.ribbon[first]) * scale + before + 0.5).astype(np.int64)
        return (self.width - right, self.width - left) if self.mirrored else (left, right)


def build(
    aspect: NDArray[np.floating],
    section_start: Ints,
    header: Ints,
    width: int,
    row_height: int,
    *,
    gap: int = 4,
    mirrored: bool = False,
    footer: Ints | None = None,
) -> Layout:
    """Lay out n photos in m sections.

    aspect [n] (width / height), section_start int64 [m + 1], header int64 [m] in pixels, footer int64 [m]: room below
    each section but the last. A million photos take about a twentieth of a second; nothing loops over photos.
    """
    width = max(width, 1)
    shape = np.asarray(aspect, np.float64)
    shape = np.clip(np.where(shape > 0, shape, UNKNOWN_ASPECT), MIN_ASPECT, MAX_ASPECT)  # NaN compares false
    ribbon = np.concatenate([[0.0], np.cumsum(shape)])
    row_first = _cut(shape, ribbon, section_start, (width + gap) / row_height, gap / row_height)
    scale = _scale(ribbon, row_first, width, row_height, gap)
    height = np.maximum(1, np.rint(scale)).astype(np.int64)
    section_row = np.searchsorted(row_first[:-1], section_start)
    filled = np.diff(section_start) > 0
    header = np.where(filled, header, 0).astype(np.int64)
    below = _below(footer, filled)
    row_y, end = _stack(height, section_row, header, below, gap)
    top = np.append(row_y, end)[section_row[:-1]] - header
    return Layout(width, end, gap, mirrored, row_first, row_y, height, scale, ribbon, top, header, below, section_row)


def _below(footer: Ints | None, filled: NDArray[np.bool_]) -> Ints:
    """Room below each section [m]: as wished between two that hold photos, 0 elsewhere."""
    below = np.zeros(len(filled), np.int64)
    if footer is not None and len(filled) > 1:
        below[:-1] = np.where(filled[:-1] & filled[1:], footer[:-1], 0)
    return below


def _cut(shape: NDArray[np.float64], ribbon: NDArray[np.float64], start: Ints, wished: float, gap: float) -> Ints:
    """First photo of each row [r + 1]; ``wished`` and ``gap`` are a row's length and a gap in units of aspect."""
    n, count = len(shape), np.diff(start)
    if n == 0:
        return np.zeros(1, np.int64)
    place = ribbon + np.arange(n + 1) * gap  # the ribbon with its gaps
    total = place[start[1:]] - place[start[:-1]]
    rows = np.clip(np.rint(total / wished), 1, np.maximum(count, 1))
    length = np.maximum(total, 1e-9) / rows
    middle = (place[:-1] + place[1:]) / 2 - np.repeat(place[start[:-1]], count)
    row = np.minimum(np.floor(middle / np.repeat(length, count)), np.repeat(rows, count) - 1)
    row += np.repeat(np.cumsum(rows) - rows, count)
    return np.concatenate([[0], np.flatnonzero(np.diff(row)) + 1, [n]])


def _scale(ribbon: NDArray[np.float64], row_first: Ints, width: int, row_height: int, gap: int) -> NDArray[np.float64]:
    """Exact height of every row [r]: justified, or as wished where justifying would blow the row up."""
    taken = np.diff(ribbon[row_first])
    scale = (width - (np.diff(row_first) - 1) * gap) / np.maximum(taken, 1e-9)
    scale = np.where(scale > MAX_STRETCH * row_height, row_height, scale)
    return np.maximum(scale, 1.0)


def _stack(height: Ints, section_row: Ints, header: Ints, footer: Ints, gap: int) -> tuple[Ints, int]:
    """Top of every row [r] and the end of the wall."""
    before = np.zeros(len(height) + 1, np.int64)
    before[1:] = np.cumsum(height + gap)
    extra = np.zeros(len(height) + 1, np.int64)
    np.add.at(extra, section_row[:-1], header + np.where(header > 0, SECTION_GAP, 0))
    np.add.at(extra, section_row[1:], footer)
    row_y = before + np.cumsum(extra)
    row_y -= SECTION_GAP if len(header) and header[0] > 0 else 0
    return row_y[:-1], int(row_y[-1]) - (gap if len(height) else 0)
