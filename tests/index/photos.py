"""Small real photos with EXIF, quick to write and to decode, each with content of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

START = datetime(2024, 5, 1, 9, 0, 0)


def write_photo(path: Path, index: int, *, size: tuple[int, int] = (320, 240), lat: float | None = 48.85) -> Path:
    """A JPEG taken ``index`` minutes after START, in Paris unless ``lat`` is None."""
    rng = np.random.default_rng(index)
    coarse = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    stamp = (START + timedelta(minutes=index)).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Reverie", "Test camera"
    exif.get_ifd(0x8769).update({0x9003: stamp, 0x9011: "+02:00"})
    if lat is not None:
        exif.get_ifd(0x8825).update({1: "N", 2: (int(lat), lat % 1 * 60, 0.0), 3: "E", 4: (2.0, 21.0, 0.0)})
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=85, exif=exif)
    return path


def write_photos(folder: Path, n: int, *, first: int = 0) -> list[Path]:
    return [write_photo(folder / f"IMG_{i:04d}.jpg", i) for i in range(first, first + n)]
