"""Simulated photo libraries with known events: a made-up life gives times, places and cameras to real labelled photos.

**Simulated**: nobody lived these lives. What is real in them are the vectors, of labelled photographs that the
project's own network has seen (:mod:`benchmarks.quality.looks`). The choices that make a life are these, and are
written down so that they can be doubted:

- A person (:mod:`benchmarks.quality.happenings`) has a home, work, friends, favourite places and habits of their own,
  moves house up to twice, and goes on 1 to 14 day trips by zone and distance; a third of the trips are road trips with
  a new place every day. On days at home nothing, one thing, or several things happen. On *dull days* two to four
  different things follow each other with pauses of 6 to 90 minutes, often at the same place.
- An event is what one would put into one folder: one happening, from its first photo to its last, pauses of up to
  some hours included. On a trip each sight, meal or evening is an event.
- Within an event, scenes follow each other with log-normal pauses that fill the event's length (sd of the logarithm
  1.25: some are very long); a scene has one to five photos some seconds apart, or is a burst. Great days and parties
  have one to three further pauses of 0.7 to 4 hours, in part with a change of place.
- Looks: an event has a few subject classes, usual ones where it happens at home, at work or with friends (classes and
  even the very things recur for years), new ones elsewhere; each trip has classes that recur over it. One scene in
  five shows something of any class. A scene is one picture of the pool; its photos are views of it with noise.
- Places: telephones know their place in most photos (noise of 15 m, one in fifty is off by a kilometre), less often
  indoors; one life in eight has a telephone that seldom does. A camera has no GPS in three lives of four.
- One to three cameras; a second one is at some events, taken turns with, sometimes at the same scene within a minute
  or so. Of ``clock="wrong"`` lives one camera's clock is wrong: by whole hours of zone throughout or during one
  trip, or by any time of up to a day, drifting by up to half a second a day.
- Screenshots and received pictures fall at waking hours anywhere, 2 to 9 % of the library; they belong to no event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.happenings import EVERYDAY, FARAWAY, TRIP, WEEKEND, Spot, Template, away, moved, person
from benchmarks.quality.looks import Pool
from core.group.base import PhotoTable
from core.group.timeline import Timeline

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Clock = Literal["right", "wrong"]
DAY = 86400.0
START = 1_388_534_400.0  # 1 January 2014


@dataclass(frozen=True, slots=True)
class WrongClock:
    """A camera's clock that is ahead of the truth by ``seconds`` from ``start`` to ``end`` (true instants)."""

    camera: int
    seconds: float
    start: float
    end: float
    drift: float


@dataclass(frozen=True, slots=True)
class Life:
    """A simulated library. Rows of ``table`` are in order of the *recorded* instant, as the program gets them.

    event, trip int64 [n]: the truth, -1 for none (screenshots and received pictures have no event); label int64 [n]:
    class of the picture; true_instant float64 [n]; ``clock``: the wrong one, if any; ``titles`` of the events.
    """

    seed: int
    table: PhotoTable
    event: I64
    trip: I64
    label: I64
    true_instant: F64
    clock: WrongClock | None
    titles: tuple[str, ...]

    def boundaries(self, line: Timeline) -> Bools:
        """bool [m - 1]: whether an event ends at each gap of the timeline; pictures of no event go with the nearer of
        the photos around them."""
        event = self.event[line.order]
        own = np.flatnonzero(event >= 0)
        at = np.searchsorted(line.time[own], line.time)
        before, after = own[np.maximum(at - 1, 0)], own[np.minimum(at, len(own) - 1)]
        nearer = np.where(line.time - line.time[before] < line.time[after] - line.time, before, after)
        event = np.where(event >= 0, event, event[nearer])
        out: Bools = event[1:] != event[:-1]
        return out


@dataclass(slots=True)
class _Photo:
    time: float
    lat: float
    lon: float
    camera: int
    picture: int
    view: int
    event: int
    trip: int
    zone: float
    passive: bool = False


def life(seed: int, n_events: int = 300, pool: Pool | None = None, *, clock: Clock = "right") -> Life:
    """A simulated library of about ``n_events`` events (3 to 6 thousand photos for 300), the same for the same seed.

    Without ``pool`` the table has no vectors.
    """
    story = _Story(np.random.default_rng([20_240, seed]), pool, cameras=2 if clock == "wrong" else 1)
    story.run(n_events)
    wrong = story.wrong_clock() if clock == "wrong" else None
    return story.finish(seed, wrong)


class _Story:
    """Gathers the photos of one life."""

    def __init__(self, rng: np.random.Generator, pool: Pool | None, cameras: int) -> None:
        self.rng, self.pool = rng, pool
        self.n_classes = 40 if pool is None else len(pool.names)
        label = np.repeat(np.arange(40), 30) if pool is None else pool.label
        self.of_class = [np.flatnonzero(label == c) for c in range(self.n_classes)]
        self.label = label
        self.person = person(rng, self.n_classes)
        self.photos: list[_Photo] = []
        self.titles: list[str] = []
        self.trips: list[tuple[float, float]] = []
        self.n_cameras = max(int(rng.choice([1, 2, 2, 2, 3])), cameras)
        self.gps = [float(rng.uniform(0.2, 0.5) if rng.random() < 1 / 8 else rng.uniform(0.9, 0.99))]
        self.gps += [float(rng.choice([0.0, 0.0, 0.0, 0.85])), 0.8]
        self.main = [1.0, float(rng.uniform(0.1, 0.5)), 0.15]
        self.familiar: dict[int, I64] = {}

    # ------------------------------------------------------------ days

    def run(self, n_events: int) -> None:
        day, moves = START, 0
        next_trip = day + self.rng.exponential(60) * DAY
        while len(self.titles) < n_events:
            if moves < 2 and self.rng.random() < 1 / 900:
                self.person, moves = moved(self.rng, self.person, self.n_classes), moves + 1
            if day >= next_trip:
                day = self._trip(day)
                next_trip = day + (10 + self.rng.exponential(80)) * DAY
            else:
                self._day_at_home(day)
                day += DAY

    def _day_at_home(self, day: float) -> None:
        weekend = int(day // DAY + 3) % 7 >= 5
        if self.rng.random() < self.person.quiet * (0.7 if weekend else 1.0):
            return
        zone = round(self.person.home[1] / 15)
        if weekend and self.rng.random() < 0.55:
            chosen = [_pick(self.rng, WEEKEND)] + [_pick(self.rng, EVERYDAY)] * int(self.rng.random() < 0.35)
        else:
            chosen = [_pick(self.rng, EVERYDAY) for _ in range(int(self.rng.choice([1, 1, 1, 1, 2, 2, 3])))]
        crowded = len(chosen) > 1 and self.rng.random() < self.person.dull
        chosen.sort(key=lambda template: sum(template.start))
        free = -1.0
        for template in chosen:
            begin = day + self.rng.uniform(*template.start) * 3600.0
            if free > 0 and (crowded or begin < free + 360.0):
                begin = free + _minutes(self.rng, 6, 90)
            spot = self.person.spot(template.where, self.rng)
            free = self._event(template, begin, spot, zone, -1, self.person.usual(template.where))

    def _trip(self, day: float) -> float:
        days = int(np.clip(round(np.exp(self.rng.normal(1.35, 0.7))), 1, 14))
        base = self.person.home
        base = away(self.rng, base, 80, 900) if self.rng.random() < 0.5 else FARAWAY[int(self.rng.integers(20))]
        road = self.rng.random() < 0.35
        classes = tuple(self.rng.choice(self.n_classes, min(6, self.n_classes), replace=False).tolist())
        number = len(self.trips)
        self.trips.append((day, day + days * DAY))
        for index in range(days):
            if road and index:
                base = away(self.rng, base, 60, 350)
            self._day_away(day + index * DAY, base, number, classes)
        return day + days * DAY

    def _day_away(self, day: float, base: Spot, trip: int, classes: tuple[int, ...]) -> None:
        zone = round(base[1] / 15)
        chosen = [_pick(self.rng, TRIP) for _ in range(int(self.rng.integers(1, 6)))]
        chosen.sort(key=lambda template: sum(template.start))
        free = -1.0
        for template in chosen:
            begin = day + self.rng.uniform(*template.start) * 3600.0
            begin = max(begin, free + _minutes(self.rng, 10, 150)) if free > 0 else begin
            if begin > day + 23.5 * 3600.0:
                break
            free = self._event(template, begin, away(self.rng, base, 0.1, 8), zone, trip, classes)

    # ------------------------------------------------------------ events

    def _event(self, what: Template, begin: float, spot: Spot, zone: float, trip: int, usual: tuple[int, ...]) -> float:
        """Add one event that begins at local time ``begin``; returns the local time of its last photo."""
        rng = self.rng
        n = max(1, round(what.photos * self.person.rhythm * float(np.exp(rng.normal(0, what.photos_spread)))))
        hours = what.hours * float(np.exp(rng.normal(0, what.spread)))
        sizes = _scene_sizes(rng, min(n, 400))
        offsets = _scene_times(rng, len(sizes), hours * 3600.0)
        offsets, place = self._pauses(what, offsets, spot)
        classes = self._classes(what, usual)
        cameras = self._cameras(what)
        number, last = len(self.titles), begin
        self.titles.append(what.name)
        shown = classes[0]
        for k, (size, offset) in enumerate(zip(sizes, offsets.tolist(), strict=True)):
            if rng.random() < 0.45:
                shown = classes[int(rng.integers(len(classes)))]
            subject = shown if rng.random() > 0.2 else int(rng.integers(self.n_classes))
            picture = self._picture(subject, familiar=subject in usual and trip < 0)
            where = self._walk(place[k], what.roam, k / max(len(sizes), 1))
            burst = rng.random() < what.lively
            for camera, when in self._shots(cameras, size, begin + offset, burst):
                self._shoot(when - zone * 3600.0, camera, where, what.indoors, picture, (number, trip), zone)
                last = max(last, when)
        return last

    def _pauses(self, what: Template, offsets: F64, spot: Spot) -> tuple[F64, list[Spot]]:
        """Long pauses inside an event, some with a change of place."""
        places = [spot] * len(offsets)
        if what.pauses and len(offsets) > 3:
            for _ in range(int(self.rng.integers(0, what.pauses + 1))):
                at = int(self.rng.integers(1, len(offsets)))
                offsets = offsets + np.where(np.arange(len(offsets)) >= at, self.rng.uniform(0.7, 4.0) * 3600.0, 0.0)
                if self.rng.random() < 0.5:
                    there = away(self.rng, places[at], 0.5, max(what.roam * 4, 2.0))
                    places = [*places[:at], *[there] * (len(places) - at)]
        return offsets, places

    def _classes(self, what: Template, usual: tuple[int, ...]) -> list[int]:
        """The event's subjects, from the usual ones of its place in two cases of three."""
        n = int(self.rng.integers(1, what.classes + 1))
        out = [int(self.rng.integers(self.n_classes)) for _ in range(n)]
        return [int(self.rng.choice(usual)) if usual and self.rng.random() < 0.67 else c for c in out]

    def _picture(self, subject: int, familiar: bool) -> int:
        """A picture of a class; what is familiar is often one of four that are seen over and over."""
        if familiar and self.rng.random() < 0.5:
            if subject not in self.familiar:
                self.familiar[subject] = self.rng.choice(self.of_class[subject], 4)
            return int(self.rng.choice(self.familiar[subject]))
        return int(self.rng.choice(self.of_class[subject]))

    def _walk(self, place: Spot, roam: float, progress: float) -> Spot:
        """Where a scene is: a loop of ``roam`` km around the place."""
        angle = 2 * np.pi * progress
        north = (np.sin(angle) * 0.5 + self.rng.normal(0, 0.15)) * roam / 111.2
        east = (np.cos(angle) * 0.5 - 0.5 + self.rng.normal(0, 0.15)) * roam / 111.2
        return place[0] + north, place[1] + east / max(np.cos(np.radians(place[0])), 0.2)

    # ------------------------------------------------------------ cameras

    def _cameras(self, what: Template) -> list[int]:
        """The cameras at an event, the one that takes most first."""
        if self.n_cameras > 1 and self.rng.random() < what.second * 1.3:
            chosen = [0, 1] if self.n_cameras == 2 or self.rng.random() < 0.7 else [0, 1, 2]
            return chosen if self.rng.random() < 0.6 else chosen[::-1]
        return [1] if self.n_cameras > 1 and self.rng.random() < self.main[1] * what.second else [0]

    def _shots(self, cameras: Sequence[int], size: int, begin: float, burst: bool) -> list[tuple[int, float]]:
        """(camera, time) of a scene's photos: by one camera, or by two within a minute or so."""
        rng = self.rng
        steps = rng.uniform(0.15, 0.7, size) if burst else np.exp(rng.normal(2.2, 0.9, size))
        camera = cameras[min(int(rng.exponential(0.7)), len(cameras) - 1)]
        out = [(camera, begin + float(t)) for t in np.cumsum(steps) - steps[0]]
        if len(cameras) > 1 and rng.random() < 0.22:
            others = [c for c in cameras if c != camera]
            late = float(rng.normal(0, 35.0))
            out += [(others[int(rng.integers(len(others)))], begin + late + 6.0 * i) for i in range(min(size, 2))]
        return out

    def _shoot(
        self, when: float, camera: int, where: Spot, indoors: float, picture: int, of: tuple[int, int], zone: float
    ) -> None:
        rng = self.rng
        lat = lon = np.nan
        if rng.random() < self.gps[camera] and rng.random() > indoors * 0.6:
            error = 15e-3 if rng.random() > 0.02 else 1.0
            lat = where[0] + rng.normal(0, error) / 111.2
            lon = where[1] + rng.normal(0, error) / 111.2
        self.photos.append(_Photo(when, lat, lon, camera, picture, int(rng.integers(3)), *of, zone))

    def wrong_clock(self) -> WrongClock | None:
        """One of the cameras' clocks goes wrong: a zone, a zone during one trip, or any time, with a drift."""
        taken = [p.time for p in self.photos if p.camera == 1]
        if not taken:
            return None
        start, end, drift = min(taken) - DAY, max(taken) + DAY, 0.0
        kind = self.rng.choice(["zone", "trip", "any", "any"])
        seconds = float(self.rng.choice([-9, -7, -6, -5, -3, -2, -1, 1, 1, 2, 3, 5, 6, 7, 8])) * 3600.0
        if kind == "any":
            seconds = float(self.rng.uniform(120, DAY)) * float(self.rng.choice([-1, 1]))
            drift = float(self.rng.uniform(-0.5, 0.5)) / DAY
        if kind == "trip":
            spans = [(a, b) for a, b in self.trips if sum(a <= t <= b for t in taken) >= 15]
            if spans:
                start, end = spans[int(self.rng.integers(len(spans)))]
        return WrongClock(1, seconds, start, end, drift)

    # ------------------------------------------------------------ the table

    def _passive(self) -> None:
        """Screenshots and received pictures at waking hours."""
        rng = self.rng
        times = np.array([p.time for p in self.photos])
        zone = round(self.person.home[1] / 15)
        for _ in range(round(len(times) * rng.uniform(0.02, 0.09))):
            when = rng.uniform(times.min(), times.max())
            when = when // DAY * DAY + rng.uniform(8, 23) * 3600.0 - zone * 3600.0
            picture = int(rng.integers(len(self.label)))
            self.photos.append(_Photo(when, np.nan, np.nan, -1, picture, 0, -1, -1, zone, passive=True))

    def finish(self, seed: int, wrong: WrongClock | None) -> Life:
        self._passive()
        rows = self.photos
        true = np.round(np.array([p.time for p in rows]), 2)
        camera = np.array([p.camera for p in rows], dtype=np.int32)
        shift = np.zeros(len(rows))
        if wrong is not None:
            hit = (camera == wrong.camera) & (true >= wrong.start) & (true <= wrong.end)
            shift = np.where(hit, wrong.seconds + wrong.drift * (true - wrong.start), 0.0)
        order = np.lexsort((np.arange(len(rows)), true + shift))
        rows = [rows[i] for i in order.tolist()]
        picture = np.array([p.picture for p in rows])
        return Life(
            seed=seed,
            table=self._table(rows, (true + shift)[order], camera[order], picture),
            event=np.array([p.event for p in rows]),
            trip=np.array([p.trip for p in rows]),
            label=self.label[picture],
            true_instant=true[order],
            clock=wrong,
            titles=tuple(self.titles),
        )

    def _table(self, rows: list[_Photo], instant: F64, camera: NDArray[np.int32], picture: I64) -> PhotoTable:
        n = len(rows)
        zone = np.array([p.zone for p in rows]) * 3600.0
        passive = np.array([p.passive for p in rows])
        size, never = np.full(n, 4000, dtype=np.int32), np.zeros(n, dtype=np.bool_)
        screenshot = passive & (self.rng.random(n) < 0.6)
        vectors = None
        if self.pool is not None:
            raw = self.pool.vectors[picture, [p.view for p in rows]].astype(np.float32)
            raw += self.rng.normal(0, 0.15 / np.sqrt(raw.shape[1]), raw.shape).astype(np.float32)
            vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float16)
        return PhotoTable(
            ids=np.arange(1, n + 1, dtype=np.int64),
            instant=instant,
            local=instant + zone,
            lat=np.array([p.lat for p in rows]),
            lon=np.array([p.lon for p in rows]),
            camera=camera,
            width=size,
            height=size,
            dhash=np.zeros(n, dtype=np.int64),
            has_dhash=never,
            content=np.full(n, -1, dtype=np.int64),
            vectors=vectors,
            columns={
                "has_camera": (~passive).astype(np.float32),
                "screenshot_name": screenshot.astype(np.float32),
            },
        )


def _pick(rng: np.random.Generator, choices: tuple[tuple[float, Template], ...]) -> Template:
    weights = np.array([weight for weight, _ in choices])
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))][1]


def _minutes(rng: np.random.Generator, low: float, high: float) -> float:
    """Seconds of a pause of ``low`` to ``high`` minutes, even in logarithm."""
    return 60.0 * float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _scene_sizes(rng: np.random.Generator, n: int) -> list[int]:
    """n photos as scenes of one to five."""
    sizes: list[int] = []
    while sum(sizes) < n:
        sizes.append(min(int(rng.choice([1, 1, 1, 2, 2, 3, 5])), n - sum(sizes)))
    return sizes


def _scene_times(rng: np.random.Generator, n: int, seconds: float) -> F64:
    """Seconds from the event's start at which n scenes begin: log-normal pauses that fill ``seconds``."""
    if n == 1:
        return np.zeros(1)
    pauses = np.exp(rng.normal(0, 1.25, n - 1))
    return np.concatenate([[0.0], np.cumsum(pauses / pauses.sum() * seconds)])
