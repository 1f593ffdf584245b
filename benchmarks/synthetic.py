"""A library of any size in the real tables, made without decoding a photo: for benchmarks and tests of the window.

The photos do not exist; their times, shapes, colours, places and groups are drawn so that a wall of them is believable.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.paths import DATABASE, thumb_path
from core.records import FLAG_BURST, FLAG_COPIES, FLAG_RAW
from core.scan.volumes import volume_of
from core.store.catalog import relative_path

END = datetime(2025, 9, 15, 21, 30, tzinfo=UTC).timestamp()
"""The wall-clock time of the newest photo."""

PLACES = (
    ("Utrecht", 52.09, 5.12), ("Amsterdam", 52.37, 4.90), ("Lisbon", 38.72, -9.14), ("Porto", 41.15, -8.61),
    ("Berlin", 52.52, 13.40), ("Paris", 48.86, 2.35), ("Vienna", 48.21, 16.37), ("Rome", 41.90, 12.50),
    ("Oslo", 59.91, 10.75), ("Edinburgh", 55.95, -3.19), ("Kyoto", 35.01, 135.77), ("Cape Town", -33.92, 18.42),
)  # fmt: skip
SHAPES = (
    (4032, 3024),
    (3024, 4032),
    (6000, 4000),
    (4000, 6000),
    (1920, 1080),
    (1080, 2340),
    (3024, 3024),
    (9000, 2400),
)
SHAPE_ODDS = (0.52, 0.22, 0.12, 0.04, 0.04, 0.03, 0.025, 0.005)
KINDS = ("landscape", "city", "food", "portrait", "pets", "night", "screenshot", "document")
CAMERAS = ("Google Pixel 7", "Canon EOS R6", "Apple iPhone 13")
ALGORITHM = "synthetic"


@dataclass(frozen=True, slots=True)
class Photos:
    """n photos in order of time; ``event`` and ``place`` are serial numbers, ``shape`` an index into SHAPES."""

    local: NDArray[np.float64]
    event: NDArray[np.int64]
    event_place: NDArray[np.int64]
    shape: NDArray[np.int64]
    colour: NDArray[np.int64]
    flags: NDArray[np.int64]
    camera: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.local)

    @property
    def place(self) -> NDArray[np.int64]:
        return self.event_place[self.event]


def draw(n: int, rng: np.random.Generator) -> Photos:
    """Times in events of about 45 photos, most of them at home, with the moods (mean colours) of each event."""
    sizes = np.clip(rng.lognormal(3.2, 1.1, size=n // 8 + 2).astype(np.int64), 1, 2000)
    event = np.repeat(np.arange(len(sizes)), sizes)[:n]
    m = int(event[-1]) + 1 if n else 0
    gaps = rng.exponential(90.0, n) * (rng.random(n) < 0.8)
    starts = np.flatnonzero(np.diff(event, prepend=-1))
    gaps[starts] = rng.lognormal(10.6, 1.0, m)
    local = np.round(np.cumsum(gaps), 3)
    local += END - (local[-1] if n else 0.0)
    return Photos(
        local=local,
        event=event,
        event_place=_event_places(m, rng),
        shape=rng.choice(len(SHAPES), size=n, p=SHAPE_ODDS),
        colour=_colours(event, m, rng),
        flags=_flags(n, rng),
        camera=rng.choice(len(CAMERAS), size=n, p=(0.7, 0.2, 0.1)),
    )


def _event_places(m: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Home and work most of the time, and now and then a run of events elsewhere."""
    places = rng.choice(2, size=m, p=(0.8, 0.2))
    for start in np.flatnonzero(rng.random(m) < 0.05):
        places[start : start + int(rng.integers(2, 7))] = rng.integers(2, len(PLACES))
    return places.astype(np.int64)


def _colours(event: NDArray[np.int64], m: int, rng: np.random.Generator) -> NDArray[np.int64]:
    mood = rng.normal((112, 106, 100), (34, 30, 34), size=(m, 3))
    rgb = np.clip(mood[event] + rng.normal(0, 22, size=(len(event), 3)), 8, 247).astype(np.int64)
    return (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]


def _flags(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    draws = rng.random((3, n))
    return FLAG_RAW * (draws[0] < 0.04) | FLAG_COPIES * (draws[1] < 0.02) | FLAG_BURST * (draws[2] < 0.06)


# ---------------------------------------------------------------- rows


def _insert(db: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    marks = ",".join("?" * len(columns))
    names = ",".join(f'"{c}"' for c in columns)
    db.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def _insert_photos(db: sqlite3.Connection, photos: Photos, n_thumbs: int, rng: np.random.Generator) -> None:
    n = len(photos)
    shapes = np.array(SHAPES)[photos.shape]
    spots = np.array([(lat, lon) for _, lat, lon in PLACES])[photos.place] + rng.normal(0, 0.01, (n, 2))
    thumb = np.where(np.arange(n) >= n - n_thumbs, 2, 0)
    columns = {
        "id": np.arange(1, n + 1), "local": photos.local, "instant": photos.local - 3600.0,
        "width": shapes[:, 0], "height": shapes[:, 1], "lat": spots[:, 0].round(5), "lon": spots[:, 1].round(5),
        "mean_colour": photos.colour, "dhash": rng.integers(-(2**63), 2**63 - 1, n), "flags": photos.flags,
        "thumb": thumb,
    }  # fmt: skip
    cameras, places = np.array(CAMERAS, object)[photos.camera], np.array([p[0] for p in PLACES], object)[photos.place]
    numbers = zip(*(c.tolist() for c in columns.values()), cameras, places, strict=True)
    fixed = (2, 60, "exif", 0, '{"sharpness": 120.0, "brightness": 0.45}', "{}", 0)
    names = (
        *columns,
        "camera",
        "place",
        "stage",
        "utc_offset",
        "taken_source",
        "rating",
        "measures",
        "details",
        "hidden",
    )
    _insert(db, "photo", names, (row + fixed for row in numbers))


def _insert_files(db: sqlite3.Connection, photos: Photos, originals: Path) -> None:
    """One JPEG each (that is not there), in a folder per month below ``originals``."""
    volume = volume_of(str(originals))
    top = relative_path(str(originals), volume.mount_point)
    months = photos.local.astype("datetime64[s]").astype("datetime64[M]")
    distinct, folder = np.unique(months, return_inverse=True)
    _insert(
        db,
        "volume",
        ("id", "uuid", "label", "mount_point", "present"),
        [(1, volume.uuid, volume.label, os.fsencode(volume.mount_point), 1)],
    )
    columns = ("id", "volume_id", "path", "root", "missing", "hidden")
    _insert(db, "folder", columns, [(1, 1, top, 1, 0, 0)])
    paths = (os.path.join(top, *str(month).encode().split(b"-")) for month in distinct)
    _insert(db, "folder", columns, ((i, 1, path, 0, 0, 0) for i, path in enumerate(paths, start=2)))
    columns = ("id", "folder_id", "name", "photo_id", "role", "size", "mtime_ns", "inode", "missing", "scan")
    rows = (
        (i, f, b"IMG_%07d.jpg" % i, i, "primary", 3_400_000, 0, i, 0, 1)
        for i, f in enumerate((folder + 2).tolist(), start=1)
    )
    _insert(db, "file", columns, rows)


class _Groups:
    """Numbers groups and writes them with their members."""

    def __init__(self, db: sqlite3.Connection, photos: Photos) -> None:
        self.db, self.photos, self.next_id = db, photos, 1

    def run(self, kind: str) -> int:
        columns = ("kind", "algorithm", "version", "parameters", "seed", "created_at", "seconds")
        _insert(self.db, "grouping_run", columns, [(kind, ALGORITHM, "1", "{}", 0, END, 0.0)])
        return int(self.db.execute("SELECT max(id) FROM grouping_run").fetchone()[0])

    def add(
        self,
        kind: str,
        run: int,
        members: NDArray[np.int64],
        key: str,
        title: str,
        subtitle: str,
        parent: int | None = None,
    ) -> int:
        """``members``: positions, in order of time."""
        number, self.next_id = self.next_id, self.next_id + 1
        local = self.photos.local
        lat, lon = PLACES[int(self.photos.event_place[self.photos.event[members[0]]])][1:]
        columns = (
            "id", "kind", "key", "title", "subtitle", "parent_id", "strength", "n_photos", "cover_id", "start", "end",
            "lat", "lon", "details", "run_id",
        )  # fmt: skip
        span = (float(local[members[0]]), float(local[members[-1]]))
        cover = int(members[len(members) // 2]) + 1
        row = (number, kind, key, title, subtitle, parent, 0.9, len(members), cover, *span, lat, lon, "{}", run)
        _insert(self.db, "group", columns, [row])
        reason = json.dumps({"gap_seconds": 90})
        rows = ((number, i + 1, 0.9, reason) for i in members.tolist())
        _insert(self.db, "membership", ("group_id", "photo_id", "strength", "reason"), rows)
        return number


def _runs(codes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Positions of each run of equal neighbours."""
    return np.split(np.arange(len(codes)), np.flatnonzero(np.diff(codes)) + 1) if len(codes) else []


def _insert_trips(groups: _Groups) -> dict[int, int]:
    """Runs of events at one place away from home; returns trip ids by event."""
    photos, run, parents = groups.photos, groups.run("trips"), {}
    for events in _runs(photos.event_place):
        place = int(photos.event_place[events[0]])
        if place < 2:
            continue
        members = np.arange(*np.searchsorted(photos.event, (events[0], events[-1] + 1)))
        name = PLACES[place][0]
        number = groups.add("trips", run, members, str(events[0]), f"Trip to {name}", name)
        parents.update(dict.fromkeys(events.tolist(), number))
    return parents


def _insert_events(groups: _Groups, parents: dict[int, int]) -> None:
    photos, run = groups.photos, groups.run("events")
    for number, members in enumerate(_runs(photos.event)):
        place = PLACES[int(photos.event_place[number])][0]
        day = datetime.fromtimestamp(float(photos.local[members[0]]), UTC)
        title = f"{day:%A} in {place}"
        groups.add("events", run, members, str(number), title, place, parents.get(number))


def _insert_places_and_kinds(groups: _Groups, rng: np.random.Generator) -> None:
    photos, run = groups.photos, groups.run("places")
    for place, (name, _, _) in enumerate(PLACES):
        members = np.flatnonzero(photos.place == place)
        if len(members):
            groups.add("places", run, members, name, name, "")
    run = groups.run("kinds")
    draws = rng.random((len(KINDS), len(photos)), np.float32)
    for i, kind in enumerate(KINDS):
        members = np.flatnonzero(draws[i] < 0.16 / (i + 1))
        if len(members):
            groups.add("kinds", run, members, kind, kind.capitalize(), "")


def _insert_small_groups(groups: _Groups, rng: np.random.Generator) -> None:
    """Look-alikes, identical photos, duplicates, bursts and odd ones of a few neighbours each."""
    n = len(groups.photos)
    for kind, size, share, title in (("lookalikes", 6, 0.004, "Look-alikes"), ("duplicates", 2, 0.003, "Duplicates"),
                                     ("bursts", 5, 0.006, "Burst"), ("identical", 2, 0.001, "Identical files"),
                                     ("odd", 3, 0.003, "Odd ones")):  # fmt: skip
        run = groups.run(kind)
        starts = np.flatnonzero(rng.random(max(n // size, 1)) < share * size) * size
        for start in starts[starts + size <= n].tolist():
            groups.add(kind, run, np.arange(start, start + size), str(start), title, "")


def _insert_boundaries(db: sqlite3.Connection, photos: Photos) -> None:
    gaps, cut = np.diff(photos.local), np.diff(photos.event) > 0
    strength = np.clip(np.log1p(gaps) / 13.0, 0, 1).round(4)
    columns = (
        "before_id",
        "after_id",
        "strength",
        "gap_seconds",
        "distance_km",
        "visual",
        "camera_changed",
        "event",
        "raw",
    )
    numbers = zip(strength.tolist(), gaps.tolist(), cut.tolist(), strict=True)
    _insert(
        db, "boundary", columns, ((i, i + 1, s, g, 0.1, 0.2, 0, c, s) for i, (s, g, c) in enumerate(numbers, start=1))
    )


def _write_thumbs(root: Path, photos: Photos, count: int, rng: np.random.Generator) -> None:
    """Small JPEGs in each photo's colour and shape for the newest ``count`` photos."""
    from PIL import Image

    for i in range(max(len(photos) - count, 0), len(photos)):
        width, height = SHAPES[int(photos.shape[i])]
        scale = 512 / max(width, height)
        colour = int(photos.colour[i])
        base = np.array([colour >> 16, colour >> 8 & 255, colour & 255])
        blotches = np.clip(base + rng.normal(0, 40, (6, 8, 1)), 0, 255).astype(np.uint8)
        path = Path(thumb_path(root, i + 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(blotches)
        picture.resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC).save(path, quality=85)


def _write_vectors(root: Path, photos: Photos, dim: int, rng: np.random.Generator) -> None:
    """Unit vectors that lie close together within an event."""
    from core.records import Change
    from core.store.store import Store

    store = Store.open(root)
    try:
        vectors = store.vectors(ALGORITHM, "1", dim)
        centres = rng.normal(size=(len(photos.event_place), dim))
        for start in range(0, len(photos), 8192):
            block = centres[photos.event[start : start + 8192]]
            block = block + 0.4 * rng.normal(size=block.shape)
            block /= np.linalg.norm(block, axis=1, keepdims=True)
            rows = vectors.append(block.astype(np.float16))
            values = ((vectors.embedder_id, start + i + 1, row, 1.0) for i, row in enumerate(rows))
            with store.write(Change(photos=True)) as conn:
                conn.exec_driver_sql(
                    "INSERT INTO vector (embedder_id, photo_id, row, norm) VALUES (?, ?, ?, ?)", list(values)
                )
    finally:
        store.close()


def _fill(root: Path, photos: Photos, originals: Path, *, events: bool, thumbs: int, rng: np.random.Generator) -> None:
    with closing(sqlite3.connect(root / DATABASE, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("BEGIN")
        _insert_photos(db, photos, thumbs, rng)
        _insert_files(db, photos, originals)
        if events and len(photos):
            groups = _Groups(db, photos)
            _insert_events(groups, _insert_trips(groups))
            _insert_places_and_kinds(groups, rng)
            _insert_small_groups(groups, rng)
            _insert_boundaries(db, photos)
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('generation', '1')")
        db.execute("COMMIT")


def make_library(root: Path, n: int, *, seed: int = 0, events: bool = True, thumbs: int = 0, vectors: int = 0) -> None:
    """Write a library of ``n`` photo rows into the new folder ``root``, with its snapshot.

    ``events``: also trips, events, places, kinds and the rest. ``thumbs``: real small thumbnails for so many of the
    newest photos. ``vectors``: numbers per vector of an embedder called "synthetic" (0: none).
    The photos' files do not exist.
    """
    from core.library import Library
    from core.store.store import Store

    rng = np.random.default_rng(seed)
    Store.open(root).close()
    photos = draw(n, rng)
    originals = Path(os.path.realpath(root)) / "originals"
    originals.mkdir()
    _fill(root, photos, originals, events=events, thumbs=thumbs, rng=rng)
    _write_thumbs(root, photos, thumbs, rng)
    if vectors:
        _write_vectors(root, photos, vectors, rng)
    Library.open(root).close()
