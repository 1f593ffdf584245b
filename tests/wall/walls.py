"""Walls and thumbnails made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QImage

from core.paths import thumb_path
from core.records import FLAG_THUMB, Wall

NEWEST = 1_757_700_000.0  # 12 September 2025, 18:00
HOUR = 3600.0


def make_wall(
    ids: Sequence[int],
    sections: Sequence[int] = (),
    *,
    aspect: Sequence[float] = (1.5, 0.75, 1.333, 1.0),
    titles: bool = True,
    hours_between: float = 1.0,
) -> Wall:
    """Photos with these ids, ``hours_between`` them, in sections of these sizes (one section if none are given)."""
    n, sizes = len(ids), list(sections) or [len(ids)]
    assert sum(sizes) == n
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Wall(
        ids=np.array(ids, np.int64),
        aspect=np.resize(np.array(aspect, np.float32), n),
        colour=np.full(n, 0x336699, np.uint32),
        local=NEWEST - np.arange(n) * HOUR * hours_between,
        flags=np.full(n, FLAG_THUMB, np.uint8),
        section_start=start,
        section_id=np.arange(1, len(sizes) + 1),
        titles=[f"Section {i}" if titles else "" for i in range(len(sizes))],
        subtitles=[f"{size} photos" for size in sizes],
    )


def write_thumb(root: Path, photo_id: int, width: int = 512, height: int = 341, colour: str = "#c04020") -> Path:
    """A plain JPEG where the thumbnail of a photo is kept."""
    path = Path(thumb_path(root, photo_id))
    path.parent.mkdir(parents=True, exist_ok=True)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path), "JPEG", 90)
    return path
