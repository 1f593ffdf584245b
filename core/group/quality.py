"""How good a photo is as the face of a set: sharp, well exposed, large, typical. Only ever compared within a set."""

from __future__ import annotations

import numpy as np

from core.group.base import F64, FoundGroup, PhotoTable
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
