"""What happens in a simulated life: kinds of happenings with their hours, lengths and habits, and a person's places.

The numbers are chosen by hand as plausible for private albums, before any rule was tried on them; they are not fitted
to real libraries, and nothing in them is taken from the rules that are measured with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KM = 1.0 / 111.2  # degrees of latitude


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of happening. ``start``: hours of the day between which it begins; ``hours``: its length, median, and
    ``spread``, the sd of its logarithm; ``photos`` likewise with ``photos_spread``.

    ``where``: whose place ("home", "work", "town", "friend", "park", "far", "trip"); ``roam``: km walked from it;
    ``pauses``: how many long pauses at most; ``second``: chance that a second camera is there; ``lively``: chance that
    a scene is a burst; ``classes``: how many subjects at most; ``indoors``: chance that a photo has no position.
    """

    name: str
    where: str
    start: tuple[float, float]
    hours: float
    photos: float
    spread: float = 0.5
    photos_spread: float = 0.7
    roam: float = 0.02
    pauses: int = 0
    second: float = 0.1
    lively: float = 0.05
    classes: int = 2
    indoors: float = 0.2


SNAP = Template("snap", "home", (7, 22), 0.05, 1.6, 0.8, 0.5, classes=1, second=0.03)
EVERYDAY = (
    (5.0, SNAP),
    (2.0, Template("snap in town", "town", (8, 21), 0.1, 1.8, 0.8, 0.5, 0.2, classes=1, second=0.03)),
    (2.5, Template("evening at home", "home", (17, 21), 1.0, 5, second=0.15, lively=0.1)),
    (1.5, Template("at work", "work", (9, 16), 0.7, 3, second=0.0)),
    (1.0, Template("lunch", "work", (12, 13.5), 0.4, 2.2, roam=0.5, classes=1, second=0.02)),
    (1.2, Template("children's sport", "park", (14, 17.5), 1.3, 14, roam=0.1, second=0.35, lively=0.4)),
    (1.2, Template("project", "home", (10, 17), 2.5, 9, pauses=1, second=0.1)),
    (1.0, Template("visit", "friend", (13, 19), 2.0, 9, second=0.3, classes=3)),
    (0.8, Template("shopping", "town", (10, 18), 1.0, 3, roam=0.6)),
)
WEEKEND = (
    (2.0, Template("walk", "park", (9, 16), 2.0, 13, roam=2.0, second=0.35, classes=3, indoors=0.08)),
    (1.2, Template("party", "friend", (17, 21), 4.5, 30, pauses=1, second=0.5, lively=0.15, classes=4, indoors=0.35)),
    (1.3, Template("day trip", "far", (8, 11), 6.5, 35, roam=4.0, pauses=2, second=0.5, classes=4, indoors=0.1)),
    (0.4, Template("great day", "friend", (9, 12), 10.0, 90, 0.25, 0.5, 6.0, 3, 0.8, 0.15, 5, 0.3)),
    (0.8, Template("museum", "town", (10, 15), 2.0, 18, roam=0.1, second=0.4, classes=3, indoors=0.6)),
    (0.8, Template("concert", "town", (19, 21), 2.5, 16, second=0.1, lively=0.1, indoors=0.3)),
)
TRIP = (
    (3.0, Template("sight", "trip", (9, 17), 1.3, 13, roam=0.5, second=0.5, classes=3, indoors=0.12)),
    (1.5, Template("meal", "trip", (12, 20), 0.6, 2.5, second=0.15, classes=1, indoors=0.4)),
    (1.2, Template("stroll", "trip", (10, 21), 1.5, 9, roam=1.2, second=0.4, classes=3, indoors=0.1)),
    (0.8, Template("beach or pool", "trip", (10, 16), 3.0, 10, roam=0.2, pauses=1, second=0.3)),
    (0.8, Template("evening", "trip", (18, 21), 2.0, 8, roam=0.3, second=0.3, indoors=0.3)),
    (0.5, Template("on the way", "trip", (9, 18), 0.3, 2.5, roam=5.0, classes=2, second=0.1)),
)

CITIES = (
    (52.52, 13.40), (51.33, 12.37), (48.14, 11.58), (45.46, 9.19), (41.39, 2.17), (40.71, -74.01), (35.68, 139.69),
    (-33.87, 151.21), (-23.55, -46.63), (19.43, -99.13), (55.68, 12.57), (59.33, 18.07), (28.61, 77.21), (1.35, 103.82),
)  # fmt: skip
FARAWAY = (
    (48.86, 2.35), (41.90, 12.50), (37.98, 23.73), (64.15, -21.94), (28.12, -15.44), (40.64, 22.94), (13.76, 100.50),
    (36.17, -115.14), (25.76, -80.19), (30.04, 31.24), (-33.92, 18.42), (47.27, 11.39), (43.30, 5.37), (50.09, 14.42),
    (-36.85, 174.76), (22.30, 114.17), (38.72, -9.14), (61.50, 23.76), (34.05, -118.24), (20.89, -156.47),
)  # fmt: skip


Spot = tuple[float, float]


def away(rng: np.random.Generator, spot: Spot, near: float, far: float) -> Spot:
    """A spot between ``near`` and ``far`` km from ``spot``, distances even in logarithm."""
    km = float(np.exp(rng.uniform(np.log(near), np.log(far))))
    angle = rng.uniform(0, 2 * np.pi)
    east = np.sin(angle) * km * KM / max(np.cos(np.radians(spot[0])), 0.2)
    return spot[0] + float(np.cos(angle)) * km * KM, spot[1] + float(east)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's places while they live in one home, and their habits. ``rhythm``: factor on the photos of everything.

    ``quiet``: share of days without a photo; ``dull``: chance that a day's things crowd with short pauses; the subject
    classes seen at home, at work and with friends recur for years.
    """

    home: Spot
    work: Spot
    town: tuple[Spot, ...]
    friends: tuple[Spot, ...]
    parks: tuple[Spot, ...]
    rhythm: float
    quiet: float
    dull: float
    at_home: tuple[int, ...]
    at_work: tuple[int, ...]
    with_friends: tuple[int, ...]

    def spot(self, where: str, rng: np.random.Generator) -> Spot:
        if where in ("home", "work"):
            return self.home if where == "home" else self.work
        if where == "far":
            return away(rng, self.home, 25, 180)
        places = {"town": self.town, "friend": self.friends, "park": self.parks}[where]
        return places[int(rng.integers(len(places)))]

    def usual(self, where: str) -> tuple[int, ...]:
        """Classes that belong to a kind of place; none where everything is new."""
        return {"home": self.at_home, "work": self.at_work, "friend": self.with_friends}.get(where, ())


def person(rng: np.random.Generator, n_classes: int) -> Person:
    home = CITIES[int(rng.integers(len(CITIES)))]
    home = away(rng, home, 0.5, 12)

    def some(n: int, near: float, far: float) -> tuple[Spot, ...]:
        return tuple(away(rng, home, near, far) for _ in range(n))

    def classes(low: int, high: int) -> tuple[int, ...]:
        n = min(int(rng.integers(low, high)), n_classes)
        return tuple(rng.choice(n_classes, n, replace=False).tolist())

    return Person(
        home=home,
        work=away(rng, home, 0.8, 25),
        town=some(8, 0.5, 8),
        friends=some(6, 0.6, 60),
        parks=some(5, 0.4, 9),
        rhythm=float(np.exp(rng.normal(0, 0.35))),
        quiet=float(rng.uniform(0.65, 0.93)),
        dull=float(rng.uniform(0.3, 0.7)),
        at_home=classes(4, 8),
        at_work=classes(2, 5),
        with_friends=classes(3, 7),
    )


def moved(rng: np.random.Generator, old: Person, n_classes: int) -> Person:
    """The same person in another home, with the same habits; half of what is at home came along."""
    new = person(rng, n_classes)
    kept = old.at_home[: len(old.at_home) // 2]
    return Person(
        new.home, new.work, new.town, new.friends, new.parks, old.rhythm, old.quiet, old.dull,
        (*kept, *new.at_home[len(kept) :]), new.at_work, old.with_friends,
    )  # fmt: skip
