"""Zooming and panning as numbers: what part of a picture is where in the view. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_ACTUAL = 8.0
UNKNOWN_LIMIT = 8.0

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zoom:
    """``factor`` 1 shows the whole picture; the picture's point ``(x, y)`` in [0, 1] is in the middle of the view."""

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def fits(self) -> bool:
        return self.factor <= 1.0 + 1e-6


FIT = Zoom()


def fitted(picture: Size, view: Size, limit: float | None = None) -> Size:
    """Size at which a whole picture is seen; never more than ``limit`` view pixels for one of the picture's."""
    scale = min(view[0] / max(picture[0], 1e-9), view[1] / max(picture[1], 1e-9))
    if limit is not None:
        scale = min(scale, limit)
    return max(1.0, picture[0] * scale), max(1.0, picture[1] * scale)


def actual_factor(picture: Size, fit: Size, ratio: float) -> float:
    """The factor that shows one pixel of the picture on one pixel of the screen."""
    return picture[0] / (fit[0] * ratio)


def greatest(actual: float | None) -> float:
    """The largest factor: eight times actual size, or eight times the fit while that is not known."""
    return UNKNOWN_LIMIT if actual is None else max(1.0, MAX_ACTUAL * actual)


def placed(zoom: Zoom, fit: Size, view: Size) -> tuple[float, float, float, float]:
    """Where the whole picture stands in the view: x, y, width, height."""
    width, height = fit[0] * zoom.factor, fit[1] * zoom.factor
    return view[0] / 2 - zoom.x * width, view[1] / 2 - zoom.y * height, width, height


def clamped(zoom: Zoom, fit: Size, view: Size) -> Zoom:
    """No empty space at an edge while the picture is larger than the view; centred where it is smaller."""
    return replace(
        zoom, x=_clamp(zoom.x, fit[0] * zoom.factor, view[0]), y=_clamp(zoom.y, fit[1] * zoom.factor, view[1])
    )


def zoomed(zoom: Zoom, factor: float, at: Size, fit: Size, view: Size) -> Zoom:
    """Another factor; the picture's point under ``at`` (in the view) stays there as far as the edges allow."""
    left, top, width, height = placed(zoom, fit, view)
    px, py = (at[0] - left) / width, (at[1] - top) / height
    x = px - (at[0] - view[0] / 2) / (fit[0] * factor)
    y = py - (at[1] - view[1] / 2) / (fit[1] * factor)
    return clamped(Zoom(factor, x, y), fit, view)


def panned(zoom: Zoom, dx: float, dy: float, fit: Size, view: Size) -> Zoom:
    """The picture moved by pixels of the view."""
    moved = replace(zoom, x=zoom.x - dx / (fit[0] * zoom.factor), y=zoom.y - dy / (fit[1] * zoom.factor))
    return clamped(moved, fit, view)


def upright(point: Size, turns: int) -> Size:
    """A point of a picture that is shown turned, x and y in [0, 1], as one of the picture as it is."""
    x, y = point
    for _ in range(turns % 4):
        x, y = y, 1 - x
    return x, y


def _clamp(centre: float, size: float, view: float) -> float:
    if size <= view:
        return 0.5
    half = view / 2 / size
    return min(max(centre, half), 1 - half)
