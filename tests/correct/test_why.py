"""Why here?: the evidence agrees with what was stored, names what the person said, and stays local."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.library import Library
from tests.correct.support import build, groups


@pytest.fixture
def outings(tmp_path: Path) -> Iterator[Library]:
    opened = build(tmp_path / "library")
    yield opened
    opened.close()


def test_the_terms_add_up_to_the_strength_of_a_boundary_between_outings(outings: Library) -> None:
    checked = 0
    for boundary in list(outings.boundaries()):
        why = outings.why_boundary(boundary.before, boundary.after)
        assert why.boundary == boundary
        assert why.source == "rule"
        odds = sum(value for _, value in why.terms)
        if 0.05 < why.raw < 0.9:  # beyond, the levels above events and the length prior have had their say
            assert odds == pytest.approx(math.log(why.raw / (1 - why.raw)), abs=0.6)
            checked += 1
        assert (odds > 0) == (boundary.strength >= 0.5)
    assert checked >= 1


def test_the_photos_compared_lie_either_side_nearest_first(outings: Library) -> None:
    why = outings.why_boundary(11, 12)
    assert why.before == (11, 10, 9, 8, 7)
    assert why.after == (12, 13, 14, 15, 16)


def test_photos_further_apart_are_answered_for_the_strongest_gap_between_them(outings: Library) -> None:
    why = outings.why_boundary(9, 14)
    assert (why.boundary.before, why.boundary.after) == (11, 12)


def test_photos_put_away_leave_the_gap_between_those_that_are_shown(outings: Library) -> None:
    outings.put_away([11, 12])
    why = outings.why_boundary(10, 13)
    assert (why.boundary.before, why.boundary.after) == (10, 13)
    times = {row.id: row.taken_local for row in outings.rows([10, 13])}
    assert why.boundary.gap_seconds == times[13] - times[10]
    assert why.before[0] == 10
    assert why.terms
    event = outings.why(10)
    assert event.after is not None
    assert event.after.boundary.before == 10


def test_what_there_is_not_is_a_key_error(outings: Library) -> None:
    with pytest.raises(KeyError):
        outings.why_boundary(11, 4711)
    with pytest.raises(KeyError):
        outings.why(4711)


def test_an_event_is_framed_by_its_two_boundaries(outings: Library) -> None:
    first, second = 7, 12
    why = outings.why(first + 2)
    event = next(each for each in why.members if each.membership.kind == "events")
    members = groups(outings)[event.membership.group_id]
    assert why.before is not None
    assert why.after is not None
    assert (why.before.boundary.after, why.after.boundary.before) == (members[0], members[-1])
    assert members[0] == first
    assert members[-1] == second - 1
    oldest = outings.why(1)
    assert oldest.before is None
    assert oldest.after is not None


def test_a_boundary_names_the_correction_that_holds_it(outings: Library) -> None:
    assert outings.why_boundary(3, 4).correction is None
    outings.correct.split(3, 4)
    held = outings.why_boundary(3, 4)
    assert held.correction is not None
    assert held.correction.active
    assert "new event" in held.correction.text
    assert held.boundary.strength >= 0.5 > held.raw
    outings.correct.forget([held.correction.id])
    freed = outings.why_boundary(3, 4)
    assert freed.correction is None
    assert freed.boundary.strength < 0.5
    outings.undo()
    assert outings.why_boundary(3, 4).correction == held.correction


def test_a_correction_can_be_forgotten_once(outings: Library) -> None:
    outings.correct.split(3, 4)
    (said,) = outings.correct.list()
    outings.correct.forget([said.id])
    assert outings.correct.list() == []
    with pytest.raises(ValueError, match="not in force"):
        outings.correct.forget([said.id])


def test_a_membership_names_the_move_that_decided_it(outings: Library) -> None:
    target = next(group for group, members in groups(outings).items() if 20 in members)
    outings.correct.move([2], target)
    why = outings.why(2)
    event = next(each for each in why.members if each.membership.kind == "events")
    assert event.membership.group_id == target
    assert event.correction is not None
    assert event.correction.kind == "move"
    untouched = next(each for each in outings.why(21).members if each.membership.kind == "events")
    assert untouched.correction is None


def test_members_most_alike_come_with_their_cosine(tmp_path: Path) -> None:
    from tests.support.libraries import make_library

    make_library(tmp_path / "made", 200, seed=4, vectors=16)
    with Library.open(tmp_path / "made", mode="read") as library:
        group = max(library.groups("events"), key=lambda each: each.n_photos)
        photo = int(library.group_photos(group.id)[0])
        why = library.why(photo)
        event = next(each for each in why.members if each.membership.kind == "events")
        found = dict(library.similar(photo, 200))
        others = [i for i in library.group_photos(group.id).tolist() if i != photo]
        best = sorted(others, key=lambda i: -found[i])[:4]
        assert [i for i, _ in event.neighbours] == best
        assert np.allclose([cosine for _, cosine in event.neighbours], [found[i] for i in best], atol=2e-3)
