"""Cues to the kind of a photograph: sums of class probabilities over sets of classes, colour, EXIF, size and name.

Each cue is a float32 [n] in [0, 1]; what is not known is 0. The sets lie in ``resources/kinds.json``; they hold for the
1000 classes of ImageNet ILSVRC2012, and are left out for an embedder with other classes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, PhotoTable
from core.group.timeline import column

CLASSES = 1000
BLOCK = 32768
SCREENS = frozenset(
    {
        (720, 1280), (750, 1334), (768, 1024), (800, 1280), (828, 1792), (1080, 1920), (1080, 2160), (1080, 2220),
        (1080, 2280), (1080, 2340), (1080, 2400), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208),
        (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868), (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3200),
        (1366, 768), (1440, 900), (1536, 2048), (1600, 900), (1668, 2388), (1680, 1050), (1920, 1080), (1920, 1200),
        (2048, 2732), (2560, 1440), (2560, 1600), (2880, 1800), (3024, 1964), (3440, 1440), (3456, 2234), (3840, 2160),
    }
)  # fmt: skip
"""Sizes in pixels of common screens: telephones upright, computers lying."""


@lru_cache(maxsize=1)
def class_sets() -> dict[str, F32]:
    """Name of a set -> weight of each class, float32 [1000]."""
    raw = json.loads(files("resources").joinpath("kinds.json").read_text(encoding="utf-8"))["sets"]
    out: dict[str, F32] = {}
    for name, ranges in raw.items():
        weights = np.zeros(CLASSES, dtype=np.float32)
        for first, last, weight, _names in ranges:
            weights[first : last + 1] = weight
        out[name] = weights
    return out


@dataclass(frozen=True, slots=True)
class Cues:
    """``values``: cue -> float32 [n]. ``top``: set -> int16 [n], the likeliest class of the set (-1 unknown)."""

    values: dict[str, F32]
    top: dict[str, NDArray[np.int16]]


def measure(table: PhotoTable) -> Cues:
    """All cues of a table, through blocks."""
    values, top = _class_cues(table)
    values.update(_light(table))
    values["pale heights"] = _f32(values["mountains"].astype(np.float64) * values["pale"])
    built = (values["city"] + values["architecture"]).astype(np.float64)
    values["built in the dark"] = _f32(_ramp(built, 0.0, 0.5) * values["dark"])
    values.update(_flat(table))
    values.update(_faces(table))
    return Cues(values, top)


def _class_cues(table: PhotoTable) -> tuple[dict[str, F32], dict[str, NDArray[np.int16]]]:
    """Summed probabilities of every set, and its likeliest class."""
    n, sets = len(table), class_sets()
    values = {name: np.zeros(n, dtype=np.float32) for name in sets}
    top = {name: np.full(n, -1, dtype=np.int16) for name in sets}
    p = table.probabilities
    if p is None or p.shape[1] != CLASSES:
        return values, top
    weights = np.stack(list(sets.values()), axis=1)
    for start in range(0, n, BLOCK):
        block = np.asarray(p[start : start + BLOCK], dtype=np.float32)
        known = np.isfinite(block[:, 0])
        block = np.where(known[:, None], block, 0.0)
        sums = np.clip(block @ weights, 0.0, 1.0)
        for column_, name in enumerate(sets):
            part = slice(start, start + len(block))
            values[name][part] = sums[:, column_]
            members = np.flatnonzero(sets[name] > 0)
            hits = np.flatnonzero(sums[:, column_] > 0.05)
            top[name][start + hits] = members[np.argmax(block[np.ix_(hits, members)], axis=1)]
    return values, top


def _light(table: PhotoTable) -> dict[str, F32]:
    """Night by exposure value (EV at ISO 100) and darkness; where that is not known, "dark", and blackness that is
    neither green (woods) nor flat (screens), which does not decide alone. Sky and green by colour; closeness by EXIF.
    """
    bright, green = _known(table, "brightness"), _known(table, "green")
    dark = _ramp(0.42 - bright, 0.0, 0.25)
    woods, screens = _ramp(green, 0.1, 0.3), _ramp(_known(table, "flatness"), 0.6, 0.85)
    black = _ramp(0.16 - bright, 0.0, 0.06) * (1.0 - woods) * (1.0 - screens)
    with np.errstate(divide="ignore", invalid="ignore"):
        ev = np.log2(_known(table, "f_number") ** 2 / _known(table, "exposure_time"))
        ev = ev - np.log2(_known(table, "iso") / 100.0)
    measured = np.isfinite(ev)
    dim = 1.0 / (1.0 + np.exp(np.clip((np.nan_to_num(ev, nan=20.0, posinf=20.0, neginf=-20.0) - 3.5) / 0.7, -40, 40)))
    hour = np.mod(table.local, 86400.0) / 3600.0
    daytime = np.nan_to_num((hour >= 8) & (hour < 17)).astype(np.float64)
    night = np.where(measured, dim * (0.35 + 0.65 * dark), 0.5 * black) * (1.0 - 0.6 * daytime)
    dark_unmeasured = np.where(measured, 0.0, _ramp(0.25 - bright, 0.0, 0.08)) * (1.0 - 0.6 * daytime)
    distance = _known(table, "subject_distance")
    outside = green + _known(table, "blue_above")
    return {
        "low light": _f32(night),
        "dark": _f32(dark_unmeasured),
        "pale": _f32(_ramp(0.3 - _known(table, "saturation"), 0.0, 0.1)),
        "sky and green": _f32(_ramp(outside, 0.35, 0.9)),
        "green": _f32(_ramp(green, 0.4, 0.9)),
        "near": _f32(np.where(distance > 0, _ramp(0.6 - distance, 0.0, 0.35), 0.0)),
    }


def _flat(table: PhotoTable) -> dict[str, F32]:
    """Flat colours without a camera and not of the dark, sizes of screens, names of screenshots, lines of writing."""
    no_camera = 1.0 - np.nan_to_num(column(table, "has_camera", 1.0).astype(np.float64))
    flat = _ramp(_known(table, "flatness"), 0.35, 0.7) * no_camera
    pixels = list(zip(table.width.tolist(), table.height.tolist(), strict=True))
    screen = np.fromiter((size in SCREENS for size in pixels), np.float64, len(pixels)) * no_camera
    writing = _ramp(_known(table, "text"), 0.12, 0.3)
    dark = _ramp(0.25 - _known(table, "brightness"), 0.0, 0.1)
    named = (np.nan_to_num(column(table, "screenshot_name", 0.0)) > 0.5).astype(np.float64)
    return {
        "screenshot by name": _f32(named),
        "screen size, flat": _f32(screen * np.maximum(flat, 0.5 * writing)),
        "flat writing": _f32(flat * writing),
        "flat colours": _f32(flat * (1.0 - writing) * (1.0 - screen) * (1.0 - dark)),
        "writing": _f32(writing * (1.0 - 0.9 * np.maximum(named, screen))),
    }


def _faces(table: PhotoTable) -> dict[str, F32]:
    """Faces, named in the metadata or counted: one or two that fill a twentieth of the picture, or three and more."""
    faces, area = _known(table, "n_faces"), _known(table, "face_area")
    few = (faces >= 1) & (faces <= 2)
    return {
        "faces": _f32(np.where(few, 0.3 + 0.7 * _ramp(area, 0.03, 0.05), 0.0)),
        "many faces": _f32(np.where(faces >= 3, 1.0, 0.0)),
    }


def _known(table: PhotoTable, name: str) -> NDArray[np.float64]:
    return column(table, name, np.nan).astype(np.float64)


def _ramp(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """0 at ``low``, 1 at ``high``, straight between; unknown is 0."""
    return np.nan_to_num(np.clip((values - low) / (high - low), 0.0, 1.0))


def _f32(values: NDArray[np.float64]) -> F32:
    return np.nan_to_num(values).astype(np.float32)
