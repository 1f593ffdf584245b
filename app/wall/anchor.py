"""What stays in its place while everything around it is laid out anew. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.wall.layout import Ints, Layout


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point of a photo, ``share`` of its height down (plus ``rest`` pixels where the point lies outside the photo),
    and the height ``view_y`` in the view at which it is seen."""

    index: int
    share: float
    rest: float
    view_y: int


def anchor_at(layout: Layout, offset: int, view_y: int, x: float) -> Anchor | None:
    """The photo at (or nearest to) a point of the view; None on an empty wall."""
    if layout.n == 0:
        return None
    y = offset + view_y
    row, _ = layout.rows_between(y, y + 1)
    row = min(row, layout.n_rows - 1)
    index = layout.nearest_in_row(row, x)
    top, height = int(layout.row_y[row]), int(layout.row_height[row])
    share = min(1.0, max(0.0, (y - top) / height))
    return Anchor(index, share, y - top - share * height, view_y)


def offset_of(layout: Layout, anchor: Anchor) -> float:
    """The scroll offset that puts the anchor back where it was seen."""
    _, y, _, height = layout.rect_of(anchor.index)
    return y + anchor.share * height + anchor.rest - anchor.view_y


def transfer(anchor: Anchor, old_ids: Ints, new_ids: Ints, nearby: Ints) -> Anchor | None:
    """The same anchor on a wall of other photos: the photo itself, else one seen ``nearby``; None if all are gone."""
    for photo_id in (old_ids[anchor.index], *nearby[:64].tolist()):
        found = np.flatnonzero(new_ids == photo_id)
        if len(found):
            index = int(found[np.argmin(np.abs(found - anchor.index))])
            return Anchor(index, anchor.share, anchor.rest, anchor.view_y)
    return None
