"""A large picture enlarged in pieces that overlap and are faded into each other, so that no seam shows.

The network sees each piece with a border of its surroundings that is thrown away again, as wide as the network's reach
where that is not too far; what is kept of neighbouring pieces overlaps by a few pixels more and is blended there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.progress import Progress
from core.superres.models import Model

F32 = NDArray[np.float32]
FADE = 4
"""Pixels (of the small picture) that what is kept of a piece goes beyond its own part, to each side."""
FARTHEST = 48
"""The widest border thrown away. A network of hundreds of layers reaches farther, but hardly looks there: of
Real-ESRGAN ×4+, which reaches 349 pixels, the difference is below a third of 1/255 from 42 on, and a tenth from 54."""
SMALLEST = 32
"""The side of the smallest own part of a piece that makes sense."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Along one axis: the own part of a piece, what is kept of it, and what the network sees of it."""

    own: tuple[int, int]
    kept: tuple[int, int]
    seen: tuple[int, int]


def overlap_of(model: Model) -> int:
    """Pixels to each side of a piece's own part that the network is shown for this model."""
    return min(model.receptive_field, FARTHEST) + FADE


def run(
    model: Model,
    image: F32,
    *,
    tile: int | None = None,
    overlap: int | None = None,
    progress: Progress | None = None,
) -> F32:
    """Float32 [h, w, 3] in [0, 1] -> [scale * h, scale * w, 3], not clamped: as :func:`bands`, put together."""
    height, width, channels = image.shape
    out = np.empty((height * model.scale, width * model.scale, channels), np.float32)
    for top, rows in bands(model, image, tile=tile, overlap=overlap, progress=progress):
        out[top : top + len(rows)] = rows
    return out


def bands(
    model: Model,
    image: F32,
    *,
    tile: int | None = None,
    overlap: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, F32]]:
    """The enlarged picture from top to bottom: (first row, float32 [rows, scale * w, 3]), never all of it at once.

    ``tile``: the side of what the network sees at once, borders included. ``overlap``: how far that goes beyond a
    piece's own part, at least ``FADE``. Where memory is short the tile is halved, which the progress says, and the work
    goes on from the band it had come to. Raises Cancelled, ReverieError (not even the smallest tile fits).
    """
    progress = progress or Progress()
    beyond = max(overlap_of(model) if overlap is None else overlap, FADE)
    side = max((tile or model.tile) - 2 * beyond, SMALLEST)
    height, width = image.shape[:2]
    top, carried = 0, None
    progress.phase("Enlarging", height * width, "pixels")
    while top < height:
        rows, columns = _spans(height, side, beyond, begin=top)[0], _spans(width, side, beyond)
        try:
            made = _band(model, image, rows, columns, progress)
        except MemoryError:
            progress.set(top * width)
            side = _halved(min(side, max(span.own[1] - span.own[0] for span in (rows, *columns))), progress)
            continue
        yield from _finished(model.scale, rows, made, carried, height)
        carried = _rest(model.scale, rows, made, height)
        top = rows.own[1]


def pixels_seen(height: int, width: int, model: Model, tile: int | None = None) -> int:
    """Pixels that the network is shown in all for a picture of this size: the borders of pieces count again."""
    beyond = overlap_of(model)
    side = max((tile or model.tile) - 2 * beyond, SMALLEST)
    along = [sum(span.seen[1] - span.seen[0] for span in _spans(size, side, beyond)) for size in (height, width)]
    return along[0] * along[1]


def _spans(size: int, side: int, beyond: int, begin: int = 0) -> list[_Span]:
    """Pieces of about equal own parts, at most ``side`` long, from ``begin`` to ``size``."""
    if begin == 0 and size <= side + 2 * beyond:
        return [_Span((0, size), (0, size), (0, size))]
    count = -(-(size - begin) // side)
    edges = [begin + (size - begin) * i // count for i in range(count + 1)]
    return [
        _Span(
            (first, last),
            (max(first - FADE, 0), min(last + FADE, size)),
            (max(first - beyond, 0), min(last + beyond, size)),
        )
        for first, last in pairwise(edges)
    ]


def _band(model: Model, image: F32, rows: _Span, columns: list[_Span], progress: Progress) -> F32:
    """What is kept of a row of pieces, faded into each other sideways: float32 [scale * kept rows, scale * w, 3]."""
    scale, width = model.scale, image.shape[1]
    kept = rows.kept[1] - rows.kept[0]
    band = np.zeros((kept * scale, width * scale, image.shape[2]), np.float32)
    for across in columns:
        progress.check()
        made = model(image[rows.seen[0] : rows.seen[1], across.seen[0] : across.seen[1]])
        top, left = rows.kept[0] - rows.seen[0], across.kept[0] - across.seen[0]
        length = across.kept[1] - across.kept[0]
        made = made[top * scale : (top + kept) * scale, left * scale : (left + length) * scale]
        at = slice(across.kept[0] * scale, across.kept[1] * scale)
        band[:, at] += made * fade(across.own, length, width, scale)[:, None]
        share = (rows.own[1] - rows.own[0]) * (across.own[1] - across.own[0])
        progress.advance(share)
    return band


def fade(own: tuple[int, int], kept: int, size: int, scale: int) -> F32:
    """Weight of each large pixel of what is kept along one axis: rising and falling over 2 ``FADE`` small pixels where
    there is a neighbour, so that the weights of neighbours add up to one."""
    weight = np.ones(kept * scale, np.float32)
    before = min(own[0], FADE) + FADE
    ramp = ((np.arange(before * scale) + 0.5) / (before * scale)).astype(np.float32)
    if own[0] > 0:
        weight[: len(ramp)] = ramp
    after = min(size - own[1], FADE) + FADE
    ramp = ((np.arange(after * scale) + 0.5) / (after * scale)).astype(np.float32)
    if own[1] < size:
        weight[-len(ramp) :] = ramp[::-1]
    return weight


def _finished(scale: int, rows: _Span, made: F32, carried: F32 | None, height: int) -> Iterator[tuple[int, F32]]:
    """The rows that no later band has a part in."""
    weight = fade(rows.own, rows.kept[1] - rows.kept[0], height, scale)
    if carried is not None:
        made[: len(carried)] = made[: len(carried)] * weight[: len(carried), None, None] + carried
    last = rows.kept[1] if rows.own[1] == height else rows.own[1] - FADE
    yield rows.kept[0] * scale, made[: (last - rows.kept[0]) * scale]


def _rest(scale: int, rows: _Span, made: F32, height: int) -> F32 | None:
    """The part that the band has in the rows which the next one begins with."""
    if rows.own[1] == height:
        return None
    weight = fade(rows.own, rows.kept[1] - rows.kept[0], height, scale)
    length = (rows.kept[1] - rows.own[1] + FADE) * scale
    return made[-length:] * weight[-length:, None, None]


def _halved(side: int, progress: Progress) -> int:
    half = max(side // 2, SMALLEST)
    if side <= SMALLEST:
        raise ReverieError("There is not enough memory to enlarge this picture, not even in the smallest pieces.")
    progress.notice(f"Memory is short: going on with pieces of {half} pixels.")
    return half
