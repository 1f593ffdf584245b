"""Pixmaps in memory, least recently used first to go, bounded by their bytes. GUI thread only."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtGui import QPixmap

Key = tuple[int, int, int, int]
"""Photo id, width, height in device pixels (height 0: longest side at most width), version of the thumbnail file."""


class PixmapCache:
    """At most ``budget`` bytes of pixmaps; the newest one stays whatever its size."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        self._pixmaps: OrderedDict[Key, QPixmap] = OrderedDict()
        self._of_photo: dict[int, list[Key]] = {}

    def __len__(self) -> int:
        return len(self._pixmaps)

    def __contains__(self, key: object) -> bool:
        return key in self._pixmaps

    def get(self, key: Key) -> QPixmap | None:
        """The pixmap of exactly this size and version; it counts as used now."""
        pixmap = self._pixmaps.get(key)
        if pixmap is not None:
            self._pixmaps.move_to_end(key)
        return pixmap

    def any_of(self, photo_id: int) -> QPixmap | None:
        """The photo at whatever size came last, to be shown scaled until the right one is there."""
        keys = self._of_photo.get(photo_id)
        return self._pixmaps[keys[-1]] if keys else None

    def put(self, key: Key, pixmap: QPixmap) -> None:
        self._drop(key)
        self._pixmaps[key] = pixmap
        self._of_photo.setdefault(key[0], []).append(key)
        self.bytes += _bytes(pixmap)
        while self.bytes > self.budget and len(self._pixmaps) > 1:
            self._drop(next(iter(self._pixmaps)))

    def forget(self, photo_id: int) -> None:
        """Drop every size of a photo."""
        for key in list(self._of_photo.get(photo_id, ())):
            self._drop(key)

    def clear(self) -> None:
        self._pixmaps.clear()
        self._of_photo.clear()
        self.bytes = 0

    def _drop(self, key: Key) -> None:
        pixmap = self._pixmaps.pop(key, None)
        if pixmap is None:
            return
        self.bytes -= _bytes(pixmap)
        keys = self._of_photo[key[0]]
        keys.remove(key)
        if not keys:
            del self._of_photo[key[0]]


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
