"""Thumbnails of real photographs for libraries whose photos do not exist: a few per shape, hard-linked to many ids."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.photos import _sources
from core.paths import thumb_path

SIDE = 512
PER_SHAPE = 12
QUALITY = 85


def link_thumbs(root: Path, ids: NDArray[np.int64], aspect: NDArray[np.float32], *, seed: int = 0) -> None:
    """Give every photo a thumbnail of its own shape: JPEG, longest side 512 px, like those an import makes."""
    rng = np.random.default_rng(seed)
    store = root / "thumbs" / "originals"
    store.mkdir(parents=True, exist_ok=True)
    shapes, which = np.unique(np.round(aspect, 3), return_inverse=True)
    for number, shape in enumerate(shapes.tolist()):
        made = [_make(store / f"{number}-{i}.jpg", shape, rng) for i in range(PER_SHAPE)]
        for photo_id in ids[which == number].tolist():
            target = Path(thumb_path(root, photo_id))
            target.parent.mkdir(exist_ok=True)
            target.unlink(missing_ok=True)
            os.link(made[int(rng.integers(PER_SHAPE))], target)


def _make(path: Path, aspect: float, rng: np.random.Generator) -> Path:
    """A piece of a real photograph, of the given shape, with a little sensor noise."""
    sources = _sources()
    source = sources[int(rng.integers(len(sources)))]
    width, height = (SIDE, max(1, round(SIDE / aspect))) if aspect >= 1 else (max(1, round(SIDE * aspect)), SIDE)
    w = min(source.width, source.height * aspect) * rng.uniform(0.6, 1.0)
    h = w / aspect
    left, top = rng.uniform(0, source.width - w), rng.uniform(0, source.height - h)
    piece = source.resize((width, height), Image.Resampling.LANCZOS, box=(left, top, left + w, top + h))
    noisy = np.asarray(piece, np.float32) + rng.normal(0, 4, (height, width, 1))
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(path, "JPEG", quality=QUALITY)
    return path
