"""Pictures to learn enlarging from: patches of photographs, and the small pictures that a bicubic reduction makes.

Photographs come with the noise and the blur of their cameras and of JPEG; a picture is first reduced until neither
shows at the size of a pixel, as the public sets for this task were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

U8 = NDArray[np.uint8]
Lowered = Callable[[U8, int, np.random.Generator], U8]
"""A large patch, the scale and a generator -> the small patch that is to be enlarged."""
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
LARGE = 1600
"""A picture longer than this is halved until it is not; one below ``SMALL`` only loses a third, for JPEG's sake."""
SMALL = 700
FLAT = 3.0
"""Mean absolute difference between neighbours (of 255) below which a patch shows nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Patches:
    """high uint8 [n, size, size, 3]; low [n, size / scale, size / scale, 3]; ``sources``: (name, SHA-256) of
    the files."""

    high: U8
    low: U8
    sources: tuple[tuple[str, str], ...]

    @property
    def scale(self) -> int:
        return int(self.high.shape[1] // self.low.shape[1])

    def __len__(self) -> int:
        return len(self.high)


def files_below(folders: Sequence[Path]) -> list[Path]:
    """Pictures in the folders and below, each folder's by name."""
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix.lower() in ENDINGS]


def apart(paths: Sequence[Path], part: float, seed: int) -> tuple[list[Path], list[Path]]:
    """Files to learn from and files kept apart, whole pictures both, in their order; at least one is kept apart where
    there are two."""
    kept = np.random.default_rng(seed).permutation(len(paths))[: max(round(part * len(paths)), int(len(paths) > 1))]
    away = set(kept.tolist())
    return [p for i, p in enumerate(paths) if i not in away], [paths[i] for i in sorted(away)]


def reduced(picture: Image.Image) -> Image.Image:
    """The picture at a size where its own noise, blur and compression no longer show."""
    width, height = picture.size
    factor = 1.0
    while max(width, height) * factor > LARGE:
        factor /= 2
    if factor == 1.0:
        factor = 0.75 if max(width, height) < SMALL else 0.85
    size = max(int(width * factor), 1), max(int(height * factor), 1)
    return picture.resize(size, Image.Resampling.LANCZOS)


def lower(high: U8, scale: int) -> U8:
    """uint8 [h, w, 3] -> [h / scale, w / scale, 3] by Pillow's bicubic, with antialiasing."""
    height, width = high.shape[:2]
    small = Image.fromarray(high).resize((width // scale, height // scale), Image.Resampling.BICUBIC)
    return np.asarray(small)


def plain(high: U8, scale: int, rng: np.random.Generator) -> U8:
    """:func:`lower`, which draws nothing."""
    return lower(high, scale)


def gather(
    paths: Iterable[Path],
    *,
    scale: int,
    size: int = 128,
    per_picture: int = 60,
    most: int = 24_000,
    seed: int = 0,
    lowered: Lowered = plain,
) -> Patches:
    """At most ``per_picture`` patches of each picture, none flat, at most ``most`` of all; unreadable files are left
    out. The order is that of the pictures. ``lowered`` makes the small pictures."""
    return _collected(_opened(paths), scale, size, per_picture, most, seed, lowered)


def of_pictures(
    pictures: Iterable[U8],
    *,
    scale: int,
    size: int = 128,
    per_picture: int = 60,
    most: int = 24_000,
    seed: int = 0,
    lowered: Lowered = plain,
) -> Patches:
    """:func:`gather` from pictures that are decoded, uint8 [h, w, 3]; their names are their numbers."""
    known = (
        (str(number), hashlib.sha256(picture.tobytes()).hexdigest, np.asarray(reduced(Image.fromarray(picture))))
        for number, picture in enumerate(pictures)
    )
    return _collected(known, scale, size, per_picture, most, seed, lowered)


def _collected(
    pictures: Iterable[tuple[str, Callable[[], str], U8]],
    scale: int,
    size: int,
    per_picture: int,
    most: int,
    seed: int,
    lowered: Lowered,
) -> Patches:
    """From (name, how to get the SHA-256, picture). Where patches lie, and what becomes of them, are drawn apart."""
    rng, others = np.random.default_rng(seed), np.random.default_rng((seed, 1))
    high: list[U8] = []
    low: list[U8] = []
    sources = []
    for name, digest, picture in pictures:
        found = list(_cut(picture, size, per_picture, rng))
        if not found:
            continue
        sources.append((name, digest()))
        high += found
        low += [lowered(patch, scale, others) for patch in found]
        if len(high) >= most:
            break
    empty = np.zeros((0, size, size, 3), np.uint8)
    if not high:
        return Patches(empty, empty[:, ::scale, ::scale], ())
    return Patches(np.stack(high)[:most], np.stack(low)[:most], tuple(sources))


def _opened(paths: Iterable[Path]) -> Iterator[tuple[str, Callable[[], str], U8]]:
    for path in paths:
        try:
            with Image.open(path) as opened:
                opened.draft("RGB", (LARGE, LARGE))
                picture = np.asarray(reduced(opened.convert("RGB")))
        except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
            continue
        yield path.name, partial(_sha256, path), picture


def _cut(picture: U8, size: int, count: int, rng: np.random.Generator) -> Iterator[U8]:
    height, width = picture.shape[:2]
    if min(height, width) < size:
        return
    wanted = min(count, max(1, height * width // (size * size)))
    for _ in range(2 * wanted):
        top, left = rng.integers(0, height - size + 1), rng.integers(0, width - size + 1)
        patch = picture[top : top + size, left : left + size]
        if wanted and _busy(patch):
            wanted -= 1
            yield patch.copy()


def _busy(patch: U8) -> bool:
    grey = patch.astype(np.int16).mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()) >= FLAT


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
