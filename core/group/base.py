"""What every grouper takes and gives: arrays in, arrays out. No files, no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PhotoTable:
    """n photos, sorted by ``instant`` (unknown times last). Unknown numbers are NaN.

    ids int64 [n]; instant float64 [n] UTC seconds; local float64 [n] wall-clock seconds; lat, lon float64 [n] degrees;
    camera int32 [n] (code, -1 unknown); vectors float16 [n, d] L2-normalised with zero rows where absent, or None;
    probabilities float32 [n, 1000] or None (NaN rows where absent); dhash int64 [n] with ``has_dhash`` bool [n];
    width, height int32 [n]; ``columns``: further float32 [n] measurements by name: sharpness, brightness, contrast,
    saturation, green, blue_above, flatness, text, exposure_time, f_number, iso, focal_length, focal_length_35,
    subject_distance, has_camera (0/1), flash, n_faces, face_area, file_size, screenshot_name (0/1, by file name).
    ``content`` : int64 [n] code of the content hash (equal = same bytes, -1 unknown). ``labels``: class names.
    """

    ids: NDArray[np.int64]
    instant: F64
    local: F64
    lat: F64
    lon: F64
    camera: NDArray[np.int32]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    dhash: NDArray[np.int64]
    has_dhash: NDArray[np.bool_]
    content: NDArray[np.int64]
    vectors: NDArray[np.float16] | None = None
    probabilities: F32 | None = None
    columns: dict[str, F32] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(slots=True)
class FoundGroup:
    """One group. ``members``: positions in the table; ``strengths`` float in [0, 1] and ``reasons`` beside them.

    ``key``: a name stable within the kind ("food" for a kind, a serial number elsewhere). ``parent``: index into the
    groups of ``parent_kind`` of the same run (an event's trip), or None. ``details``: more evidence, plain values.
    """

    key: str
    title: str
    subtitle: str
    members: NDArray[np.int64]
    strengths: F32
    reasons: list[dict[str, Any]]
    strength: float
    cover: int | None = None
    parent: int | None = None
    lat: float | None = None
    lon: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gaps:
    """The n - 1 gaps between neighbours in time, one strength each. Unknown values are NaN.

    before, after int64 [n - 1] positions in the table; strength float32 in [0, 1]; gap_seconds float64;
    distance_km, visual float32; camera_changed bool. ``is_boundary`` bool at the events level.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    strength: F32
    gap_seconds: F64
    distance_km: F32
    visual: F32
    camera_changed: NDArray[np.bool_]
    is_boundary: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """What one grouper found, with what made it."""

    kind: str
    groups: list[FoundGroup]
    algorithm: str
    version: str
    parameters: dict[str, Any]
    seed: int = 0
