"""What every grouper takes and gives: arrays in, arrays out. No files, no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.group.gaps import GapModel
    from core.group.neighbours import Neighbours
    from core.group.probes import Probe
    from core.group.topics import Texts

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


# ---------------------------------------------------------------- what corrections and learning add


@dataclass(frozen=True, slots=True)
class LineConstraint:
    """A correction of the line, in positions of the table: between ``a`` and ``b`` (either order) no gap reaches the
    strength ``threshold`` (``cut`` False), or at least one does (``cut`` True). ``correction``: its id; where two
    contradict each other the higher one holds."""

    a: int
    b: int
    threshold: float
    cut: bool
    correction: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """These positions are in no group that holds one of the ``anchors`` (positions) or has the key ``key``."""

    photos: tuple[int, ...]
    anchors: tuple[int, ...] = ()
    key: str | None = None


Pairs = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
"""(pairs of positions that belong together, pairs that do not)."""

NO_PAIRS: Pairs = ((), ())


def _no_moves() -> NDArray[np.int64]:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the person said and what was learned, in positions of the table; nothing of it is the default.

    ``line``: constraints on the strengths of the line, the newest last. ``moves`` int64 [k, 2]: photos that left the
    line, each with the photo whose piece it belongs to at every level; photos that stand apart share an anchor that is
    one of themselves. ``pairs``: by kind of group ("lookalikes", "duplicates", "bursts"). ``excluded``: by kind of
    group. ``kinds``: by kind of photograph the positions that are, and that are not, of it. ``taught``: kind -> title
    of kinds that the person added. ``gap_model``: learned weights of the gaps. ``logits`` float64: a network's log
    odds of the m - 1 gaps between all dated photos in order of time, in place of the rule's. ``probes``: learned
    kinds; ``heads``: by taught kind the positions that another head than the probe decided, with its strengths.
    ``metric`` float32 [d] or [d, r]: what to scale or project vectors with before comparing. ``neighbours`` of
    all rows, where they are known already. ``looks`` float16 [n, k]: a learner's vectors, of which look-alikes are made
    in place of the table's, ``looks_neighbours`` by them; ``looks_odd``: they also tell what is unlike anything.
    ``texts``: what is written beside the photos.
    """

    line: tuple[LineConstraint, ...] = ()
    moves: NDArray[np.int64] = field(default_factory=_no_moves)
    pairs: Mapping[str, Pairs] = field(default_factory=dict)
    excluded: Mapping[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)
    taught: Mapping[str, str] = field(default_factory=dict)
    gap_model: GapModel | None = None
    logits: F64 | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    heads: Mapping[str, tuple[NDArray[np.int64], F32]] = field(default_factory=dict)
    metric: F32 | None = None
    neighbours: Neighbours | None = None
    texts: Texts | None = None
    looks: NDArray[np.float16] | None = None
    looks_neighbours: Neighbours | None = None
    looks_odd: bool = False
