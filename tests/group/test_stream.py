"""Events and trips follow the line with every correction clamped onto it; moved photos join their anchors."""

from __future__ import annotations

import numpy as np
import pytest

from core.group import find_all
from core.group.base import Exclusion, Inputs, LineConstraint
from core.group.constraints import resolve
from core.group.levels import level
from core.group.stream import constraints_on, line_of
from core.records import LEVELS
from tests.group.builders import table
from tests.support.kept import violations

DAY = 86400.0

HOME, AWAY = (52.09, 5.12), (38.72, -9.14)


def _life() -> tuple[list[float], list[float], list[float]]:
    """60 days of ten photos at home, with a trip of five days to Lisbon in the middle; minutes apart."""
    time, lat, lon = [], [], []
    for day in range(60):
        place = AWAY if 30 <= day < 35 else HOME
        for i in range(10):
            time.append(day * DAY + 36000.0 + i * 60.0)
            lat.append(place[0] + 0.001 * (i % 3))
            lon.append(place[1])
    return time, lat, lon


def _found(inputs: Inputs):  # type: ignore[no-untyped-def]
    t = table(*_life())
    return t, *find_all(t, inputs=inputs)


def _event_of(found, n: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    out = np.full(n, -1)
    for index, group in enumerate(found["events"].groups):
        out[group.members] = index
    return out


def _said(*constraints: LineConstraint) -> Inputs:
    return Inputs(line=constraints)


def test_a_split_and_a_merge_of_events() -> None:
    split = LineConstraint(104, 105, LEVELS["events"], True, 1)
    merge = LineConstraint(19, 20, LEVELS["events"], False, 2)
    t, found, beside = _found(_said(split, merge))
    event = _event_of(found, len(t))
    assert event[104] != event[105]
    assert event[19] == event[20]
    assert beside.stream.pin[104] == 1
    assert beside.stream.pin[19] == 2
    assert beside.stream.raw[19] >= LEVELS["events"]
    assert violations(beside.gaps.strength, constraints_on(line_of(t, Inputs()), (split, merge))) == []


def test_a_trip_that_is_parted_is_two_and_one_that_is_joined_is_one() -> None:
    plain = _found(Inputs())[1]["trips"].groups
    assert [len(g.members) for g in plain] == [50]
    parted = LineConstraint(319, 320, LEVELS["trips"], True, 1)
    _, found, beside = _found(_said(parted))
    assert [len(g.members) for g in found["trips"].groups] == [20, 30]
    joined = LineConstraint(299, 300, LEVELS["trips"], False, 1)
    _, found, beside = _found(_said(joined))
    (trip,) = (g for g in found["trips"].groups if 300 in g.members)
    assert 299 in trip.members
    parents = {g.parent for g in found["events"].groups if 300 in g.members or 299 in g.members}
    assert parents == {found["trips"].groups.index(trip)}
    assert violations(beside.gaps.strength, [joined]) == []


def test_every_trip_is_one_piece_of_its_level_whatever_was_said() -> None:
    rng = np.random.default_rng(3)
    names = ("moments", "events", "trips", "seasons", "years")
    for _ in range(10):
        constraints = []
        for number in range(1, 4):
            a, b = sorted(rng.choice(600, 2, replace=False).tolist())
            constraints.append(LineConstraint(a, b, LEVELS[names[rng.integers(5)]], bool(rng.random() < 0.5), number))
        accepted, _ = resolve(constraints)
        _, found, beside = _found(_said(*accepted[::-1]))
        assert violations(beside.gaps.strength, accepted) == []
        piece, event = level(beside.gaps.strength, LEVELS["trips"]), level(beside.gaps.strength, LEVELS["events"])
        for trip in found["trips"].groups:
            assert len(np.unique(piece[trip.members])) == 1
            assert len(trip.members) == (piece == piece[trip.members[0]]).sum()
        for group in found["events"].groups:
            assert len(np.unique(event[group.members])) == 1


def test_moved_photos_are_in_the_event_and_the_trip_of_their_anchor() -> None:
    t, found, beside = _found(Inputs(moves=np.array([[15, 302], [16, 302], [590, 590], [591, 590]])))
    event = _event_of(found, len(t))
    assert event[15] == event[16] == event[302]
    assert event[590] == event[591]
    assert (event == event[590]).sum() == 2
    (trip,) = found["trips"].groups
    assert {15, 16} <= set(trip.members.tolist())
    assert not set(beside.gaps.before.tolist()) & {15, 16, 590, 591}
    assert len(beside.gaps.before) == len(t) - 5
    moved = next(g for g in found["events"].groups if 15 in g.members)
    assert moved.reasons[moved.members.tolist().index(15)] == {"moved": "by hand"}
    assert sorted(np.concatenate([g.members for g in found["events"].groups]).tolist()) == list(range(len(t)))


def test_what_is_excluded_is_in_no_group_with_its_anchors() -> None:
    excluded = {"trips": (Exclusion((310,), (320,)),), "kinds": (Exclusion((3,), (), "unsure"),)}
    _, found, _ = _found(Inputs(excluded=excluded))
    (trip,) = found["trips"].groups
    assert 310 not in trip.members
    assert len(trip.members) == len(trip.reasons) == len(trip.strengths) == 49
    for group in found["kinds"].groups:
        assert group.key != "unsure" or 3 not in group.members


def test_learned_log_odds_stand_in_for_the_rule() -> None:
    t = table(*_life())
    logits = np.full(len(t) - 1, -3.0)
    logits[299] = 4.0
    found, _ = find_all(t, inputs=Inputs(logits=logits))
    assert [len(g.members) for g in found["events"].groups] == [300, 300]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_lines(n: int) -> None:
    t = table([100.0 * i for i in range(n)])
    said = (LineConstraint(0, 1, LEVELS["events"], True, 1),) if n == 2 else ()
    found, beside = find_all(t, inputs=Inputs(line=said))
    assert len(beside.gaps.strength) == max(n - 1, 0)
    assert len(found["events"].groups) == n if said else len(found["events"].groups) <= 1
