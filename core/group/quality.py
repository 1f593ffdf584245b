"""How good a photo is: as the face of a set, as the one of several versions to keep, as the best shot of a burst.

Marks are only ever compared within a set. There is no threshold below which a photo is blurred or dark: what a burst
in the dusk looks like, only its own frames can tell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64, FoundGroup, PhotoTable
from core.group.timeline import I64, column, passive

CANDIDATES = 24


def quality(table: PhotoTable) -> F64:
    """float64 [n]: a relative mark from sharpness, exposure, contrast and size; unmeasured counts as middling."""
    sharp = np.log1p(np.maximum(_known(table, "sharpness", 100.0), 0.0)) / np.log(2000.0)
    exposure = 1.0 - np.minimum(np.abs(_known(table, "brightness", 0.45) - 0.45) / 0.45, 1.0)
    contrast = np.minimum(_known(table, "contrast", 0.2) / 0.25, 1.0)
    pixels = np.log1p(table.width.astype(np.float64) * table.height) / np.log(5e7)
    out: F64 = 1.0 * sharp + 0.6 * exposure + 0.4 * contrast + 0.3 * pixels - 1.0 * passive(table)
    return out


def _known(table: PhotoTable, name: str, otherwise: float) -> F64:
    values = column(table, name, otherwise).astype(np.float64)
    return np.where(np.isfinite(values), values, otherwise)


def choose_covers(table: PhotoTable, groups: list[FoundGroup]) -> None:
    """Give every group without a cover its best: of the best-marked members, the most typical one, by vectors."""
    marks = quality(table)
    for group in groups:
        if group.cover is None and len(group.members):
            group.cover = best(table, marks, group.members)


def best(table: PhotoTable, marks: F64, rows: I64) -> int:
    """Position of the best photo among ``rows``; ties go to the smallest id."""
    order = np.lexsort((table.ids[rows], -marks[rows]))[:CANDIDATES]
    few, score = rows[order], marks[rows][order]
    if table.vectors is not None and len(few) > 2:
        vectors = np.asarray(table.vectors[few], dtype=np.float32)
        middle = vectors.mean(axis=0)
        score = score + 0.5 * (vectors @ middle) / max(float(np.linalg.norm(middle)), 1e-6)
    return int(few[int(np.argmax(score))])


# ---------------------------------------------------------------- versions of one shot


def keeping(table: PhotoTable, rows: I64) -> F64:
    """float64 [len(rows)]: which of several versions of one shot to keep: pixels first, then a raw file, what the
    camera wrote, a position, and bytes (fewer of them mean a coarser encoding)."""
    pixels = np.log2(np.maximum(table.width[rows].astype(np.float64) * table.height[rows], 1.0))
    raw, camera = (np.nan_to_num(column(table, name, 0.0)[rows]) for name in ("has_raw", "has_camera"))
    size = np.log2(np.maximum(np.nan_to_num(column(table, "file_size", 0.0)[rows]), 1.0))
    placed = np.isfinite(table.lat[rows])
    out: F64 = 4.0 * np.round(pixels, 1) + 3.0 * raw + 3.0 * camera + placed + 0.3 * size + quality(table)[rows]
    return out


def why_keep(table: PhotoTable, best: int, others: I64) -> list[str]:
    """What speaks for the photo proposed to keep, in words."""
    pixels = table.width.astype(np.int64) * table.height
    why = ["most pixels"] if pixels[best] > pixels[others].max() else []
    for name, words in (
        ("has_raw", "has its raw file"),
        ("has_camera", "has its camera data"),
        ("sharpness", "sharpest"),
        ("file_size", "largest file"),
    ):
        values = np.nan_to_num(column(table, name, np.nan), nan=-1.0)
        if values[best] > values[others].max():
            why.append(words)
    if np.isfinite(table.lat[best]) and not np.isfinite(table.lat[others]).any():
        why.append("has its position")
    return why or ["first in the library"]


# ---------------------------------------------------------------- frames of a burst


def focus(table: PhotoTable) -> F32:
    """float32 [n]: how sharp the sharpest part of each photo is, or the whole where parts were not measured; NaN where
    nothing was. Between photos of different things it says little."""
    parts, whole = column(table, "subject_sharpness", np.nan), column(table, "sharpness", np.nan)
    return np.where(np.isfinite(parts), parts, whole).astype(np.float32)


def best_shot(table: PhotoTable, rows: I64) -> tuple[int, str, dict[str, float]]:
    """Of frames of one burst the best: its place in ``rows``, why, and the figures.

    Sharpness of the subject as a share of the burst's sharpest (no more than a factor of two counts), less what is
    clipped and how far the exposure is from the burst's own middle.
    """
    sharp = _of_parts(table, rows)
    clipped = np.nan_to_num(column(table, "clipped", 0.0)[rows].astype(np.float64))
    light = _known(table, "brightness", 0.45)[rows]
    off = np.abs(light - np.median(light))
    share = np.maximum(sharp / max(float(sharp.max()), 1e-9), 0.5)
    mark = share - 2.0 * (clipped - clipped.min()) - np.where(off > 0.1, off, 0.0)
    if float(sharp.max()) <= 0.0:
        mark = quality(table)[rows]
    best = int(np.lexsort((table.ids[rows], -np.round(mark, 6)))[0])
    rest = np.delete(np.arange(len(rows)), best)
    why = _why_best(sharp, clipped, off, best, rest)
    figures = {"sharpness_share": round(float(sharp[best] / max(float(sharp.max()), 1e-9)), 3)}
    if np.isfinite(column(table, "clipped", np.nan)[rows]).all():
        figures["clipped"] = round(float(clipped[best]), 3)
    return best, why, figures


def _of_parts(table: PhotoTable, rows: I64) -> F64:
    """Sharpness of frames that were all measured in the same way; zeros where some were not measured at all."""
    for name in ("subject_sharpness", "sharpness"):
        values = column(table, name, np.nan)[rows].astype(np.float64)
        if np.isfinite(values).all():
            return np.maximum(values, 0.0)
    return np.zeros(len(rows))


def _why_best(sharp: F64, clipped: F64, off: F64, best: int, rest: NDArray[np.int64]) -> str:
    if sharp[best] > 0.0 and sharp[best] >= sharp.max():
        return "sharpest of the burst"
    if clipped[best] < clipped[int(np.argmax(sharp))] - 0.01:
        return "nearly the sharpest, and less of it is blown out or black"
    if off[best] <= off[rest].min():
        return "best exposed of the burst"
    return "sharp and well exposed, taken together"
