"""What the sections of a level are called: by stored events and trips, else by years, seasons, dates or the hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.records import LEVELS
from core.store import schema as s
from core.store import wording
from core.store.line import Line
from core.store.wall_columns import Ints

SEASONS = ("Winter", "Spring", "Summer", "Autumn")
_DAY = 86400.0
_NIGHT_ENDS = 4 * 3600.0
_PARTS = ((4.0, "night"), (12.0, "morning"), (17.0, "afternoon"), (22.5, "evening"))


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored event or trip."""

    id: int
    kind: str
    title: str
    subtitle: str
    cover: int | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Pieces:
    """The stored groups of one kind that are a piece of the line: ascending start, stop int64 [k], id int64 [k]."""

    start: Ints
    stop: Ints
    id: Ints
    by_id: dict[int, Stored] = field(default_factory=dict)

    @staticmethod
    def read(conn: Connection, kind: str, line: Line, level: float) -> Pieces:
        """Those groups whose photos are exactly the ones between two cuts of ``level``."""
        c = s.group.c
        wanted = select(c.id, c.kind, c.title, c.subtitle, c.cover_id, c.lat, c.lon, c.n_photos)
        rows = conn.execute(wanted.where(c.kind == kind, c.n_photos > 0)).all()
        by_id = {row.id: Stored(*tuple(row)[:7]) for row in rows}
        sizes = {row.id: row.n_photos for row in rows}
        n = len(line)
        if not n or not rows:
            empty = np.zeros(0, np.int64)
            return Pieces(empty, empty, empty, by_id)
        cuts = np.flatnonzero(line.strength[: n - 1] >= np.float32(level)) + 1
        start, stop = np.concatenate([[0], cuts]), np.append(cuts, n)
        first, last = (_groups_of(conn, kind, line.columns.ids[at]) for at in (start, stop - 1))
        size = np.array([sizes.get(g, -1) for g in first.tolist()], np.int64)
        whole = (first > 0) & (first == last) & (size == stop - start)
        return Pieces(start[whole], stop[whole], first[whole], by_id)

    def exactly(self, start: Ints, stop: Ints) -> Ints:
        """int64 [m]: the group that is exactly start..stop-1 (start ascending), 0 where none is."""
        out = np.zeros(len(start), np.int64)
        if len(start):
            at = np.minimum(np.searchsorted(start, self.start), len(start) - 1)
            same = (start[at] == self.start) & (stop[at] == self.stop)
            out[at[same]] = self.id[same]
        return out


def _groups_of(conn: Connection, kind: str, photos: Ints) -> Ints:
    """int64 [k]: the group of a kind that each photo is in, 0 for none."""
    wanted = "[" + ",".join(map(str, photos.tolist())) + "]"
    rows = conn.exec_driver_sql(
        "SELECT m.photo_id, m.group_id FROM json_each(?) j CROSS JOIN membership m ON m.photo_id = j.value"
        ' CROSS JOIN "group" g ON g.id = m.group_id WHERE g.kind = ?',
        (wanted, kind),
    )
    found = {row[0]: row[1] for row in rows}
    return np.array([found.get(i, 0) for i in photos.tolist()], np.int64)


class Texts(Sequence[str]):
    """m texts, each made when it is asked for; none of them is empty."""

    def __init__(self, m: int, make: Callable[[int], str]) -> None:
        self._m, self._make = m, make

    def __len__(self) -> int:
        return self._m

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        places = range(self._m)[index]
        return self._make(places) if isinstance(places, int) else [self._make(i) for i in places]


@dataclass(frozen=True, slots=True)
class Sections:
    """The m sections of a level: ``starts`` int64 [m + 1] into ``local`` [n]; ``first``, ``last`` int64 [m] their ends
    in the album's line; ``ids`` the stored group that each is, 0 for none; those from ``undated`` on have no time."""

    events: Pieces
    trips: Pieces
    local: NDArray[np.float64]
    starts: Ints
    first: Ints
    last: Ints
    ids: Ints
    level: float
    undated: int

    def titles(self) -> Texts:
        return Texts(len(self.ids), self.title)

    def subtitles(self) -> Texts:
        return Texts(len(self.ids), self.subtitle)

    def title(self, i: int) -> str:
        """A stored group's own title, else what the level suggests."""
        times = self._times(i)
        if not len(times) or self.starts[i] >= self.undated:
            return wording.UNDATED
        middle = float(times[len(times) // 2])
        if self.level >= LEVELS["years"]:
            return str(_year(middle))
        if self.level >= LEVELS["seasons"]:
            return season(middle, self._is_southern(i))
        stored = self.stored(i)
        if stored is not None:
            return stored.title
        if self.level > LEVELS["events"]:
            return _dates(times) or wording.UNDATED
        return moment(times)

    def subtitle(self, i: int) -> str:
        """When, what else is known, and how many."""
        times, count = self._times(i), wording.photos(int(self.starts[i + 1] - self.starts[i]))
        stored = self.stored(i) if self.level < LEVELS["seasons"] else None
        more = stored.subtitle if stored is not None and stored.subtitle not in stored.title else ""
        dates = _dates(times)
        known = "" if not dates or dates[-4:] in more or dates in self.title(i) else dates
        return wording.joined(known, more, count)

    def stored(self, i: int) -> Stored | None:
        """The stored event or trip that a section is."""
        number = int(self.ids[i])
        return self.events.by_id.get(number) or self.trips.by_id.get(number) if number else None

    def _times(self, i: int) -> NDArray[np.float64]:
        part = self.local[self.starts[i] : self.starts[i + 1]]
        return part[~np.isnan(part)]

    def _is_southern(self, i: int) -> bool:
        """True when most events of a section whose place is known lie south of the equator."""
        low, high = np.searchsorted(self.events.start, [self.first[i], self.last[i] + 1])
        found = [self.events.by_id[number].lat for number in self.events.id[low:high].tolist()]
        known = [lat for lat in found if lat is not None]
        return bool(known) and float(np.median(known)) < 0.0


def season(local: float, southern: bool = False) -> str:
    """``Summer 2024``; a winter over the turn of the year is ``Winter 2023/24`` (a southern summer likewise)."""
    day = wording.day_of(local)
    if day is None:
        return wording.UNDATED
    name = SEASONS[(day.month % 12 // 3 + (2 if southern else 0)) % 4]
    if day.month in (12, 1, 2):
        first = day.year if day.month == 12 else day.year - 1
        return f"{name} {first}/{(first + 1) % 100:02d}"
    return f"{name} {day.year}"


def moment(times: NDArray[np.float64]) -> str:
    """``Sunday afternoon, 14:05``; nights belong to the day before."""
    first = float(times.min())
    day = wording.day_of(first - _NIGHT_ENDS)
    if day is None:
        return wording.UNDATED
    hour = first % _DAY / 3600.0
    part = next((name for end, name in _PARTS if hour < end), "night")
    return f"{wording.WEEKDAYS[day.weekday()]} {part}, {int(hour):02d}:{int(hour % 1 * 60):02d}"


def _year(local: float) -> int | str:
    day = wording.day_of(local)
    return wording.UNDATED if day is None else day.year


def _dates(times: NDArray[np.float64]) -> str:
    if not len(times):
        return ""
    return wording.date_range(wording.day_of(float(times.min())), wording.day_of(float(times.max())))
