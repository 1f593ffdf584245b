"""Walls at any level of the album: moments, events, trips, seasons, years, and all between.

The line and what is stored of events and trips are read once for a state of the library; a level is then one comparison
over the strengths. Titles are made when they are asked for.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.records import LEVELS, Edges, Group, Scope, Wall
from core.store import meta
from core.store.level_texts import Pieces, Sections
from core.store.line import Line, read_line
from core.store.queries_wall import members
from core.store.wall_columns import Columns, Ints, KeptColumns, Places


@dataclass(frozen=True, slots=True)
class Album:
    """The line at one state of the library, with the stored events and trips that are pieces of it."""

    generation: int
    line: Line
    events: Pieces
    trips: Pieces


class Levels:
    """Serves walls of levels from memory; reads again when the library has changed. Safe from any thread."""

    def __init__(self, kept: KeptColumns) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._album: Album | None = None

    def wall(self, conn: Connection, scope: Scope) -> Wall:
        """The wall of a scope of kind "level". Raises KeyError for a group that is gone."""
        album = self.album(conn)
        if not scope.id:
            return level_wall(album, album.line, None, scope.level)
        rows = _rows_of(conn, album, scope.id)
        return level_wall(album, album.line.take(rows), rows, scope.level)

    def groups(self, conn: Connection, level: float) -> list[Group]:
        """The sections of the whole library at a level, newest first."""
        wall = self.wall(conn, Scope("level", level=level))
        return _as_groups(self.album(conn), wall, level)

    def album(self, conn: Connection) -> Album:
        """What the levels are cut from, at the state of the library that ``conn`` sees."""
        number = meta.generation(conn)
        with self._lock:
            if self._album is None or self._album.generation != number:
                self._album = read_album(conn, number, self._kept.of(conn))
            return self._album


def read_album(conn: Connection, number: int, columns: Columns) -> Album:
    line = read_line(conn, columns)
    return Album(
        number,
        line,
        Pieces.read(conn, "events", line, LEVELS["events"]),
        Pieces.read(conn, "trips", line, LEVELS["trips"]),
    )


def _rows_of(conn: Connection, album: Album, group_id: int) -> Ints:
    """Positions of a group's photos in the line, ascending. Raises KeyError."""
    if conn.exec_driver_sql('SELECT 1 FROM "group" WHERE id = ? AND n_photos > 0', (group_id,)).first() is None:
        raise KeyError(group_id)
    rows = Places(album.line.columns.ids).of(members(conn, "id = ?", [group_id])[1])
    return np.unique(rows[rows >= 0])


def level_wall(album: Album, line: Line, rows: Ints | None, level: float) -> Wall:
    """A line cut wherever a boundary reaches ``level``. ``rows``: its positions in the album's line, if not all."""
    n = len(line)
    cuts = np.flatnonzero(line.strength[: max(n - 1, 0)] >= np.float32(level))
    starts = np.concatenate([[0], cuts + 1, [n]]) if n else np.zeros(1, np.int64)
    columns = line.columns
    first, last = starts[:-1], starts[1:] - 1
    if rows is not None:
        first, last = rows[first], rows[last]
    ids = group_ids(album, first, last + 1, level)
    if rows is not None:  # scattered photos are no piece of the line
        ids[np.diff(starts) != last + 1 - first] = 0
    names = Sections(album.events, album.trips, columns.local, starts, first, last, ids, level, line.undated)
    return Wall(
        ids=columns.ids,
        aspect=columns.aspect,
        colour=columns.colour,
        local=columns.local,
        flags=columns.flags,
        section_start=starts,
        section_id=ids,
        titles=names.titles(),
        subtitles=names.subtitles(),
        generation=album.generation,
        edges=_edges(line, cuts, len(starts) - 1),
    )


def group_ids(album: Album, start: Ints, stop: Ints, level: float) -> Ints:
    """int64 [m]: the stored event or trip that is exactly the photos start..stop-1 of the line, 0 where none is."""
    event, trip = album.events.exactly(start, stop), album.trips.exactly(start, stop)
    return np.where(trip > 0, trip, event) if level > LEVELS["events"] else np.where(event > 0, event, trip)


def _edges(line: Line, cuts: Ints, m: int) -> Edges:
    """The boundaries below the m sections that end at ``cuts``; the last has none."""
    at = np.append(cuts, 0) if m else np.zeros(0, np.int64)
    none = np.append(line.newer[cuts] == 0, True) if m else np.zeros(0, np.bool_)
    return Edges(
        strength=np.where(none, np.nan, line.strength[at]).astype(np.float32),
        gap_seconds=np.where(none, np.nan, line.gap_seconds[at]),
        distance_km=np.where(none, np.nan, line.distance_km[at]).astype(np.float32),
        before=np.where(none, 0, line.older[at]),
        after=np.where(none, 0, line.newer[at]),
        pinned=np.where(none, False, line.pinned[at]),
    )


def _as_groups(album: Album, wall: Wall, level: float) -> list[Group]:
    edges = wall.edges
    below = edges.strength if edges is not None else np.full(len(wall.section_id), np.nan, np.float32)
    sure = piece_strengths(np.nan_to_num(below, nan=1.0).astype(np.float64))
    starts = wall.section_start.tolist()
    found = []
    for i, (a, b) in enumerate(pairwise(starts)):
        number = int(wall.section_id[i])
        stored = album.events.by_id.get(number) or album.trips.by_id.get(number)
        known = wall.local[a:b][~np.isnan(wall.local[a:b])]
        found.append(
            Group(
                id=number,
                kind=stored.kind if stored else "level",
                title=wall.titles[i],
                subtitle=wall.subtitles[i],
                parent=None,
                strength=float(sure[i]),
                n_photos=b - a,
                cover=stored.cover if stored else int(wall.ids[(a + b) // 2]),
                start=float(known.min()) if len(known) else None,
                end=float(known.max()) if len(known) else None,
                lat=stored.lat if stored else None,
                lon=stored.lon if stored else None,
            )
        )
    return found


def piece_strengths(below: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each section is parted from those around it: the weaker of its two boundaries."""
    above = np.concatenate([[1.0], below[:-1]]) if len(below) else below
    out: NDArray[np.float64] = np.minimum(above, below)
    return out
