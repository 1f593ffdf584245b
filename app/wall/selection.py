"""What is selected on a wall: one flag per photo, a current photo, an anchor for ranges. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Selection:
    """Indices refer to the wall shown. Every method that can change the selection says whether it did."""

    def __init__(self, n: int = 0) -> None:
        self.mask: NDArray[np.bool_] = np.zeros(n, np.bool_)
        self.current = -1
        self.anchor = -1

    @property
    def any(self) -> bool:
        return bool(self.mask.any())

    def indices(self) -> Ints:
        """The selected photos, int64, in the order of the wall."""
        return np.flatnonzero(self.mask)

    def focus(self, index: int) -> bool:
        """Make a photo current without selecting it; the next range starts here."""
        self.current = self.anchor = index
        return False

    def only(self, index: int) -> bool:
        """Select one photo alone and make it current."""
        self.focus(index)
        chosen = np.zeros_like(self.mask)
        chosen[index] = True
        return self.replace(chosen)

    def toggle(self, index: int) -> bool:
        """Flip one photo and make it current."""
        self.focus(index)
        self.mask[index] = not self.mask[index]
        return True

    def extend(self, index: int, keep: bool = False) -> bool:
        """Select everything from the anchor to ``index``; ``keep`` what was selected besides."""
        if self.anchor < 0:
            self.anchor = index
        self.current = index
        low, high = sorted((self.anchor, index))
        chosen = self.mask.copy() if keep else np.zeros_like(self.mask)
        chosen[low : high + 1] = True
        return self.replace(chosen)

    def all(self) -> bool:
        return self.replace(np.ones_like(self.mask))

    def clear(self) -> bool:
        """Select nothing; the current photo stays current."""
        return self.replace(np.zeros_like(self.mask))

    def band(self, touched: Ints, before: NDArray[np.bool_], flip: bool) -> bool:
        """The rubber band touches these now; ``before``: selection when it was begun, ``flip`` instead of add."""
        chosen = before.copy()
        chosen[touched] = ~chosen[touched] if flip else True
        return self.replace(chosen)

    def toggle_range(self, start: int, stop: int) -> bool:
        """A whole section: select it, or deselect it where all of it was selected."""
        chosen = self.mask.copy()
        chosen[start:stop] = not chosen[start:stop].all()
        return self.replace(chosen)

    def replace(self, chosen: NDArray[np.bool_]) -> bool:
        changed = not np.array_equal(chosen, self.mask)
        self.mask = chosen
        return changed

    def carried_over(self, old_ids: Ints, new_ids: Ints) -> Selection:
        """The same photos selected and current on another wall (photos may appear more than once there)."""
        carried = Selection(len(new_ids))
        if self.any:
            carried.mask = np.isin(new_ids, old_ids[self.mask])
        carried.current = _find(new_ids, old_ids, self.current)
        carried.anchor = _find(new_ids, old_ids, self.anchor)
        return carried


def _find(new_ids: Ints, old_ids: Ints, index: int) -> int:
    """Where the photo that stood at ``index`` stands now: the occurrence nearest to its old place, or -1."""
    if index < 0:
        return -1
    found = np.flatnonzero(new_ids == old_ids[index])
    return int(found[np.argmin(np.abs(found - index))]) if len(found) else -1
