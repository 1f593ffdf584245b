"""Frozen records that travel between rooms, threads and processes. No behaviour, no Qt, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

STAGES = ("scan", "read", "metadata", "sidecar", "decode", "thumbnail", "embed", "unsupported")
"""Where a problem can arise, in the order of the work."""

GROUP_KINDS = (
    "events", "trips", "places", "kinds", "topics", "lookalikes", "identical", "duplicates", "bursts", "odd",
)  # fmt: skip

LEVELS: dict[str, float] = {"moments": 0.15, "events": 0.5, "trips": 0.93, "seasons": 0.985, "years": 0.995}
"""Names of the levels and the boundary strength from which each cuts, each nested in the one before."""


# ---------------------------------------------------------------- media


@dataclass(frozen=True, slots=True)
class Problem:
    """One file that could not be read (fully): the row of the problem list. ``path`` may hold surrogates."""

    path: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class FaceRegion:
    """A named face as metadata gives it (MWG regions); centre and size in [0, 1] of the upright picture."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says of itself. Every field may be absent (None); nonsense is left out and noted in ``warnings``.

    ``taken_local``: seconds since 1970-01-01 of the *wall clock* where the photo was taken (with sub-seconds);
    ``utc_offset``: minutes east of Greenwich where known, so instant = taken_local - 60 * utc_offset.
    ``taken_source``: "exif", "xmp", "iptc", "file name" or "file time".
    ``lat``, ``lon`` in degrees, ``altitude`` in metres. ``orientation`` 1..8 as in EXIF.
    ``width``, ``height``: pixels as stored, before orientation (None where only decoding can tell).
    ``exposure_time`` in seconds, ``focal_length`` (and 35 mm equivalent) in mm, ``subject_distance`` in metres.
    ``source_type``: IPTC's digital source type, where a file names one ("trainedAlgorithmicMedia": a model made it).
    """

    taken_local: float | None = None
    utc_offset: int | None = None
    taken_source: str | None = None
    lat: float | None = None
    lon: float | None = None
    altitude: float | None = None
    orientation: int = 1
    width: int | None = None
    height: int | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    exposure_time: float | None = None
    f_number: float | None = None
    iso: int | None = None
    exposure_bias: float | None = None
    focal_length: float | None = None
    focal_length_35: float | None = None
    subject_distance: float | None = None
    flash: bool | None = None
    software: str | None = None
    rating: int | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    faces: tuple[FaceRegion, ...] = ()
    warnings: tuple[str, ...] = ()
    source_type: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a walk found. ``kind``: "photo", "raw", "sidecar" or "video". ``path`` may hold surrogates."""

    path: str
    kind: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Examined:
    """The first pass over one shot: metadata of its primary file (sidecars merged), no decoding.

    ``quick_key``: 16 bytes over size, head and tail of the file, a cheap hint at its identity.
    ``preview``: an embedded JPEG preview already turned upright and shrunk (at most 512 px), or None.
    ``problem``: set when the file cannot be a photo at all (empty, unreadable, not a picture).
    ``notes``: lesser problems (a broken sidecar, absurd EXIF) beside a photo that is fine.
    """

    path: str
    quick_key: bytes
    metadata: Metadata | None
    preview: bytes | None
    problem: Problem | None
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """The second pass over one photo: decoded once, everything measured.

    ``width``, ``height``: of the upright picture at full size. ``mean_colour``: 0xRRGGBB. ``dhash``: 64-bit difference
    hash as a signed integer. ``sharpness``: variance of the Laplacian of the 512-px grey picture;
    ``subject_sharpness``: that of its sharpest tenth. ``clipped``: share of pixels that are black or white outright.
    ``brightness``, ``contrast``: mean and sd of luma in [0, 1]. ``saturation``: mean in [0, 1]. ``green``,
    ``blue_above``: share of green pixels, share of sky-blue pixels in the upper third. ``flatness``: share of pixels
    equal to their right-hand neighbour (screenshots, drawings). ``text``: share of rows-and-columns structure typical
    for text, [0, 1].
    ``network_input``: uint8 [size, size, 3] for the embedder, or None where none was asked for.
    ``content_hash``: BLAKE3 of the whole file, 32 bytes.
    """

    path: str
    content_hash: bytes
    width: int = 0
    height: int = 0
    mean_colour: int = 0
    dhash: int = 0
    sharpness: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    green: float = 0.0
    blue_above: float = 0.0
    flatness: float = 0.0
    text: float = 0.0
    subject_sharpness: float = 0.0
    clipped: float = 0.0
    thumb: bytes | None = None
    network_input: NDArray[np.uint8] | None = None
    problem: Problem | None = None


# ---------------------------------------------------------------- what the window and the command line read


@dataclass(frozen=True, slots=True)
class Scope:
    """What a wall shows. ``kind``: "all", one of GROUP_KINDS (all groups of it, as sections), "group" (one group,
    ``id``), "folder" (``id``), "ids" (``ids``, in that order: similar photos, a search), "level" (the whole library cut
    wherever a boundary reaches ``level``; with ``id``, the one group of that id cut so)."""

    kind: str = "all"
    id: int = 0
    ids: tuple[int, ...] = ()
    level: float = 0.0


FLAG_MISSING, FLAG_RAW, FLAG_COPIES, FLAG_PREVIEW, FLAG_THUMB, FLAG_ENLARGED, FLAG_BURST, FLAG_MARKED = (
    1, 2, 4, 8, 16, 32, 64, 128
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edges:
    """The boundary below each of the m sections of a wall, towards the older section that follows.

    strength float32 [m] (NaN: the two are no neighbours in time, or it is the last); gap_seconds float64 [m];
    distance_km float32 [m]; before, after int64 [m]: the photos either side, older and newer, 0 for none; pinned
    bool [m]: a correction holds it.
    """

    strength: NDArray[np.float32]
    gap_seconds: NDArray[np.float64]
    distance_km: NDArray[np.float32]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    pinned: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wall:
    """All photos of a scope as columns, newest first, cut into sections; the whole memory of a wall.

    ids int64 [n]; aspect float32 [n] (width / height); colour uint32 [n] (0xRRGGBB); local float64 [n] (wall-clock
    seconds, NaN unknown); flags uint8 [n] (FLAG_*). section_start int64 [m + 1] (offsets into the columns);
    section_id int64 [m] (group id, 0 for none); titles, subtitles: m texts (they may be made as they are asked for).
    ``generation`` of the store it was read at. ``edges``: for walls whose sections follow each other in time.
    """

    ids: NDArray[np.int64]
    aspect: NDArray[np.float32]
    colour: NDArray[np.uint32]
    local: NDArray[np.float64]
    flags: NDArray[np.uint8]
    section_start: NDArray[np.int64]
    section_id: NDArray[np.int64]
    titles: Sequence[str]
    subtitles: Sequence[str]
    generation: int = 0
    edges: Edges | None = None


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One photo as lists and JSON show it."""

    id: int
    path: str
    taken_local: float | None
    utc_offset: int | None
    taken_source: str | None
    lat: float | None
    lon: float | None
    place: str | None
    width: int
    height: int
    camera: str | None
    rating: int
    missing: bool
    kinds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a photo. ``role``: "primary", "raw", "sidecar" or "copy"."""

    path: str
    role: str
    size: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """A photo's place in a group, with how sure and why. ``reason`` is the evidence as plain values; ``parent``: the
    wider group that holds this one."""

    group_id: int
    kind: str
    title: str
    strength: float
    reason: dict[str, Any] = field(default_factory=dict)
    parent: int | None = None
    n_photos: int = 0


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """Everything the inspector shows of one photo."""

    row: PhotoRow
    metadata: Metadata
    files: tuple[FileRow, ...]
    memberships: tuple[Membership, ...]
    labels: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group as the sidebar and ``groups`` list it. ``start``, ``end``: wall-clock seconds or None."""

    id: int
    kind: str
    title: str
    subtitle: str
    parent: int | None
    strength: float
    n_photos: int
    cover: int | None
    start: float | None = None
    end: float | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Boundary:
    """The gap between two neighbours in time. ``distance_km``, ``visual`` are None where they cannot be known."""

    before: int
    after: int
    strength: float
    gap_seconds: float
    distance_km: float | None
    visual: float | None
    camera_changed: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds photos. ``root``: the person added it. ``n_photos``: in it and below."""

    id: int
    path: str
    parent: int | None
    n_photos: int
    root: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class Status:
    """``pending``: photos found whose second pass is not done. ``videos``: counted, not handled yet. ``groups``: how
    many of each kind; ``odd``: photos that are odd, for whatever reason."""

    photos: int
    missing: int
    problems: int
    pending: int
    videos: int
    embedder: str
    device: str
    groups: dict[str, int]
    odd: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``decoded`` counts files whose pixels were decoded (0 for a second import)."""

    found: int
    new: int
    changed: int
    moved: int
    missing: int
    decoded: int
    problems: int
    videos: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a piece of work changed, so that views refresh only what they show. ``made``: the collection of pictures
    that generators made."""

    photos: bool = False
    groups: bool = False
    problems: bool = False
    folders: bool = False
    ids: tuple[int, ...] = ()
    made: bool = False


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture for the viewer: upright, sRGB, 8 bits, ``channels`` 3 or 4, rows packed."""

    width: int
    height: int
    channels: int
    data: bytes
