"""Decides every file of a sample album, without a pixel: which moment, which camera, which view, which copies."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from core.sample import life
from core.sample.sources import SUBJECTS

SMALLEST = 24
"""Fewer photos than this cannot hold one of everything that a sample album promises."""

CLOCK_ERROR = timedelta(minutes=47)
"""How far the camera's clock is ahead of the telephone's."""

SHARED = 0.5
"""Share of the moments at which telephone and camera both photograph the subject, where an event has both."""

_PHOTOS_A_SEASON = 400
_MOST_SEASONS = 12


@dataclass(frozen=True, slots=True)
class View:
    """How a subject is looked at. Lengths are shares of the cut-out; ``corners`` moves its four corners (x, y).

    ``exposure`` and ``contrast`` are factors, ``warmth`` is positive towards red, ``blur`` is in pixels of a
    1600-pixel picture, ``noise`` is the standard deviation in grey levels, ``falloff`` darkens one side.
    """

    zoom: float
    x: float
    y: float
    turn: float
    corners: tuple[float, ...]
    exposure: float
    warmth: float
    contrast: float
    blur: float
    noise: float
    falloff: float


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo of the person's own. ``taken``: true wall-clock time; ``gps``: latitude, longitude, altitude."""

    subject: str
    view: View
    taken: datetime
    event: str
    place: life.Place
    trip: str
    light: str
    device: str
    orientation: int
    gps: tuple[float, float, float] | None
    burst: str | None = None
    path: str = ""

    @property
    def instant(self) -> datetime:
        """The moment in UTC, without a zone."""
        return self.taken - timedelta(minutes=self.place.utc_offset)


@dataclass(frozen=True, slots=True)
class Copy:
    """A further file of a shot: ``how`` is "exact", "edited" (re-encoded, EXIF kept) or "sent" (small, no EXIF)."""

    path: str
    of: Shot
    how: str


@dataclass(frozen=True, slots=True)
class Received:
    """A picture that somebody sent: no EXIF, the day is in its name."""

    path: str
    subject: str
    view: View
    arrived: datetime


@dataclass(frozen=True, slots=True)
class Screen:
    """A screenshot; ``design`` and ``seed`` say what is on the screen."""

    path: str
    design: str
    seed: int
    taken: datetime
    place: life.Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be read: ``how`` is "truncated" (of shot ``of``), "empty" or "not a picture"."""

    path: str
    how: str
    of: Shot


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will be written. ``events``: id -> event with its season's first day."""

    shots: list[Shot]
    copies: list[Copy]
    received: list[Received]
    screens: list[Screen]
    broken: list[Broken]
    events: dict[str, life.Event] = field(default_factory=dict)

    @property
    def n_photos(self) -> int:
        """Files that can be read."""
        return len(self.shots) + len(self.copies) + len(self.received) + len(self.screens)


_LIGHTS = {
    # exposure, warmth, noise, blur: middle and half width
    "day": ((1.0, 0.1), (0.0, 0.03), (2.0, 0.6), (0.3, 0.3)),
    "warm": ((0.86, 0.08), (0.09, 0.03), (3.0, 0.8), (0.5, 0.5)),
    "dusk": ((0.68, 0.08), (-0.07, 0.03), (4.0, 1.0), (0.7, 0.6)),
    "night": ((0.52, 0.09), (0.12, 0.06), (6.0, 1.5), (1.0, 0.9)),
}

DESIGNS = ("chat", "timetable", "settings", "map")


def make_plan(photos: int, seed: int) -> Plan:
    """The plan for ``photos`` readable files (and three broken ones); the same for the same arguments."""
    rng = random.Random(seed)
    n_exact, n_edited, n_sent = (max(1, round(photos * share)) for share in (0.017, 0.02, 0.02))
    n_screens, n_received = max(2, round(photos * 0.04)), max(1, round(photos * 0.02))
    own = photos - n_exact - n_edited - n_sent - n_screens - n_received
    events, shots = _live(own, rng)
    shots = _name_files(shots)
    return Plan(
        shots=shots,
        copies=_copies(shots, {"exact": n_exact, "edited": n_edited, "sent": n_sent}, rng),
        received=_received(shots, n_received, rng),
        screens=_screens(shots, n_screens, rng),
        broken=_broken(shots, rng),
        events=events,
    )


def _live(own: int, rng: random.Random) -> tuple[dict[str, life.Event], list[Shot]]:
    """Shots of all events of as many seasons as ``own`` photos fill, unnamed."""
    n_seasons = min(_MOST_SEASONS, math.ceil(own / _PHOTOS_A_SEASON))
    planned = [(number, event) for number in range(n_seasons) for event in life.season(number)]
    counts = _share_out(own, [event.weight for _, event in planned])
    _guarantee_party(planned, counts)
    events: dict[str, life.Event] = {}
    shots: list[Shot] = []
    for (number, event), count in zip(planned, counts, strict=True):
        if count:
            key = f"e{len(events) + 1:03d}"
            events[key] = event
            start = datetime.combine(life.first_day(number), time()) + timedelta(days=event.day, hours=event.hour)
            start += timedelta(seconds=round(rng.uniform(0, 1200), 3))
            shots += _shoot(key, event, start, count, rng)
    return events, shots


def _share_out(total: int, weights: list[float]) -> list[int]:
    """Whole shares of ``total`` in proportion to ``weights`` (largest remainders)."""
    exact = [total * weight / sum(weights) for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def _guarantee_party(planned: list[tuple[int, life.Event]], counts: list[int]) -> None:
    """Gives the first party at least five photos (a burst and both cameras), taken from the fullest events."""
    party = next(i for i, (_, event) in enumerate(planned) if event.title == "Birthday party")
    while counts[party] < 5:
        richest = max((i for i in range(len(counts)) if i != party), key=lambda i: (counts[i], -planned[i][1].weight))
        counts[richest] -= 1
        counts[party] += 1


def _shoot(key: str, event: life.Event, start: datetime, count: int, rng: random.Random) -> list[Shot]:
    """The shots of one event: moments spread over its hours, a few shots at each, some of them bursts."""
    n_moments = max(1, round(count / 4)) if count < 5 else max(2, round(count / 4))
    begins = sorted([0.0, *(rng.uniform(0, event.hours * 3600) for _ in range(n_moments - 1))])
    mood = _mood(event.light, rng)
    shots: list[Shot] = []
    clock = start - timedelta(seconds=20)
    for moment in range(n_moments):
        size = (moment + 1) * count // n_moments - moment * count // n_moments
        clock = max(start + timedelta(seconds=begins[moment]), clock + timedelta(seconds=20))
        taken = _moment(key, event, moment, clock, size, mood, rng)
        shots += taken
        clock = taken[-1].taken if taken else clock
    return shots


def _mood(light: str, rng: random.Random) -> tuple[float, float]:
    """An event's own exposure factor and warmth, so that its photos belong together."""
    return rng.uniform(0.93, 1.07), rng.uniform(-0.03, 0.03)


def _moment(
    key: str,
    event: life.Event,
    moment: int,
    clock: datetime,
    size: int,
    mood: tuple[float, float],
    rng: random.Random,
) -> list[Shot]:
    """``size`` shots of one subject within a few minutes, or within seconds as a burst; by both devices in turn at some
    moments of events that have the camera along."""
    place = event.place
    assert place is not None
    first_of_party = event.title == "Birthday party" and moment == 0
    with_camera = event.title == "Birthday party" and moment == 1
    device = "camera" if with_camera or (not first_of_party and rng.random() < event.camera_share) else "phone"
    both = 0.0 < event.camera_share < 1.0 and not (first_of_party or with_camera) and rng.random() < SHARED
    burst = event.lively and size >= 2 and (first_of_party or (device == "phone" and not both and rng.random() < 0.5))
    spot = _wander(place, 350.0 if event.trip else 60.0, rng)
    view = _view(event.light, mood, rng)
    other = {"phone": "camera", "camera": "phone"}
    shots = []
    for number in range(size):
        if number:
            clock += timedelta(seconds=round(rng.uniform(0.12, 0.35) if burst else 3 + rng.expovariate(1 / 25), 3))
            view = _nudged(view, rng) if burst else _view(event.light, mood, rng)
            device = other[device] if both else device
        shots.append(
            Shot(
                subject=event.subjects[moment % len(event.subjects)],
                view=view,
                taken=clock.replace(microsecond=clock.microsecond // 1000 * 1000),
                event=key,
                place=place,
                trip=event.trip,
                light=event.light,
                device=device,
                orientation=1,
                gps=_fix(spot, place.altitude, rng) if device == "phone" and rng.random() > 0.1 else None,
                burst=f"{key}-b{moment + 1}" if burst else None,
            )
        )
    return _oriented(shots, rng)


def _oriented(shots: list[Shot], rng: random.Random) -> list[Shot]:
    """The shots with the way each device was held: mostly level, some upright, a few upside down."""
    draw = rng.random()
    held = {
        device: rare if draw < uprights else 3 if draw > 0.97 else 1
        for device, uprights, rare in (("phone", 0.25, 6), ("camera", 0.12, 8))
    }
    return [replace(shot, orientation=held[shot.device]) for shot in shots]


def _view(light: str, mood: tuple[float, float], rng: random.Random) -> View:
    exposure, warmth, noise, blur = (middle + rng.uniform(-half, half) for middle, half in _LIGHTS[light])
    return View(
        zoom=rng.uniform(0.66, 1.0),
        x=rng.uniform(0, 1),
        y=rng.uniform(0, 1),
        turn=rng.gauss(0, 2.0),
        corners=tuple(rng.uniform(-0.05, 0.05) for _ in range(8)),
        exposure=exposure * mood[0],
        warmth=warmth + mood[1],
        contrast=rng.uniform(0.9, 1.12),
        blur=max(0.0, blur),
        noise=noise,
        falloff=rng.uniform(-0.22, 0.22),
    )


def _nudged(view: View, rng: random.Random) -> View:
    """The next frame of a burst: the hands moved a little."""
    return replace(
        view,
        x=min(1.0, max(0.0, view.x + rng.uniform(-0.04, 0.04))),
        y=min(1.0, max(0.0, view.y + rng.uniform(-0.04, 0.04))),
        turn=view.turn + rng.uniform(-0.4, 0.4),
        blur=max(0.0, view.blur + rng.uniform(-0.3, 0.5)),
    )


def _wander(place: life.Place, metres: float, rng: random.Random) -> tuple[float, float]:
    """A spot near a place, as latitude and longitude."""
    north, east = rng.gauss(0, metres), rng.gauss(0, metres)
    return place.lat + north / 111_195, place.lon + east / (111_195 * math.cos(math.radians(place.lat)))


def _fix(spot: tuple[float, float], altitude: float, rng: random.Random) -> tuple[float, float, float]:
    """What the receiver reads at a spot: a few metres off."""
    lat, lon = spot[0] + rng.gauss(0, 5e-5), spot[1] + rng.gauss(0, 5e-5)
    return round(lat, 6), round(lon, 6), round(altitude + rng.gauss(0, 4), 1)


def _name_files(shots: list[Shot]) -> list[Shot]:
    """The shots in the order of time, with paths as a telephone and a camera number them."""
    ordered = sorted(shots, key=lambda shot: shot.instant)
    named, n_phone, n_camera = [], 0, 0
    for shot in ordered:
        if shot.device == "phone":
            path = f"DCIM/{100 + n_phone // 999}APPLE/IMG_{n_phone % 9999 + 1:04d}.JPG"
            n_phone += 1
        else:
            path = f"Camera/{100 + n_camera // 999}CANON/IMG_{(4210 + n_camera) % 9999 + 1:04d}.JPG"
            n_camera += 1
        named.append(replace(shot, path=path))
    return named


def _copies(shots: list[Shot], counts: dict[str, int], rng: random.Random) -> list[Copy]:
    """Copies of shots that stand alone, each shot copied once at most."""
    alone = [shot for shot in shots if shot.burst is None]
    chosen = rng.sample(alone, sum(counts.values()))
    kinds = [how for how, count in counts.items() for _ in range(count)]
    return [
        Copy(_copy_path(shot, how, number), shot, how)
        for number, (shot, how) in enumerate(zip(chosen, kinds, strict=True))
    ]


def _copy_path(shot: Shot, how: str, number: int) -> str:
    folder, name = shot.path.rsplit("/", 1)
    if how == "exact":
        return f"Backup/{shot.taken:%Y-%m}/{folder.rsplit('/', 1)[1]}/{name}"
    if how == "edited":
        return f"{folder}/{name.replace('IMG_', 'IMG_E')}"
    return f"WhatsApp Images/Sent/IMG-{shot.taken:%Y%m%d}-WA{number:04d}.jpg"


def _received(shots: list[Shot], count: int, rng: random.Random) -> list[Received]:
    result = []
    for number in range(count):
        shot = rng.choice(shots)
        arrived = (shot.taken + timedelta(days=rng.randint(1, 6))).replace(microsecond=0)
        path = f"WhatsApp Images/IMG-{arrived:%Y%m%d}-WA{5000 + number:04d}.jpg"
        subject = rng.choice(sorted(SUBJECTS))
        result.append(Received(path, subject, _view("day", (1.0, 0.0), rng), arrived))
    return result


def _screens(shots: list[Shot], count: int, rng: random.Random) -> list[Screen]:
    result = []
    for number in range(count):
        near = rng.choice(shots)
        taken = (near.taken + timedelta(hours=rng.uniform(3, 60))).replace(microsecond=0)
        path = f"Screenshots/Screenshot_{taken:%Y%m%d-%H%M%S}_{number}.png"
        result.append(Screen(path, DESIGNS[number % len(DESIGNS)], rng.randrange(2**31), taken, near.place))
    return result


def _broken(shots: list[Shot], rng: random.Random) -> list[Broken]:
    truncated, empty, text = rng.sample(shots, 3)
    return [
        Broken("DCIM/100APPLE/IMG_9001.JPG", "truncated", truncated),
        Broken("WhatsApp Images/IMG-20250501-WA9002.jpg", "empty", empty),
        Broken("Downloads/invoice.jpg", "not a picture", text),
    ]
