"""The plan of a sample album: what is in it, without rendering a pixel."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from core.sample import life, plan, write
from core.sample.sources import SUBJECTS


@pytest.fixture(scope="module")
def usual() -> plan.Plan:
    return plan.make_plan(300, 0)


@pytest.mark.parametrize("photos", [24, 31, 60, 300, 5000])
def test_it_has_exactly_the_photos_asked_for(photos: int) -> None:
    made = plan.make_plan(photos, 3)
    truth = write.truth(made)["files"]
    assert made.n_photos == photos
    assert len(truth) == photos + 3, "every file has a path of its own, three of them broken"


@pytest.mark.parametrize("photos", [24, 60, 300])
def test_even_a_small_one_has_one_of_everything(photos: int) -> None:
    made = plan.make_plan(photos, 1)
    files = write.truth(made)["files"].values()
    assert {facts["copy"] for facts in files} == {None, "exact", "edited", "sent"}
    assert {facts["broken"] for facts in files} == {None, "truncated", "empty", "not a picture"}
    assert {facts["origin"] for facts in files} == {"own", "copy", "received", "screenshot", "broken"}
    assert {shot.device for shot in made.shots} == {"phone", "camera"}
    assert any(shot.gps is None for shot in made.shots)
    assert any(shot.burst for shot in made.shots)
    assert len({shot.trip for shot in made.shots} - {""}) == 2
    assert any(made.events[shot.event].title == "Birthday party" for shot in made.shots)


@pytest.mark.parametrize("seed", range(5))
def test_both_cameras_see_the_same_on_many_occasions(seed: int) -> None:
    shots = plan.make_plan(300, seed).shots
    phone = [shot for shot in shots if shot.device == "phone"]
    shared = [
        camera
        for camera in shots
        if camera.device == "camera"
        and any(
            (other.event, other.subject) == (camera.event, camera.subject)
            and abs(other.instant - camera.instant) < timedelta(minutes=3)
            for other in phone
        )
    ]
    assert len({(shot.event, shot.subject) for shot in shared}) >= 12
    assert len({shot.event for shot in shared}) >= 6
    assert len(shared) < sum(shot.device == "camera" for shot in shots), "and alone on others"


def test_it_is_one_persons_months(usual: plan.Plan) -> None:
    first, last = usual.shots[0], usual.shots[-1]
    assert timedelta(days=60) < last.instant - first.instant < timedelta(days=120)
    places = Counter(shot.place.name for shot in usual.shots)
    assert places["home"] > 20
    assert places["work"] > 10
    assert len({shot.place.country for shot in usual.shots}) == 3


def test_shots_are_in_order_and_events_apart(usual: plan.Plan) -> None:
    instants = [shot.instant for shot in usual.shots]
    assert instants == sorted(instants)
    spans: dict[str, list[plan.Shot]] = {}
    for shot in usual.shots:
        spans.setdefault(shot.event, []).append(shot)
    ordered = sorted(spans.values(), key=lambda shots: shots[0].instant)
    gaps = [after[0].instant - before[-1].instant for before, after in itertools.pairwise(ordered)]
    assert min(gaps) > timedelta(hours=1)


def test_bursts_are_seconds_long_and_show_one_thing(usual: plan.Plan) -> None:
    bursts: dict[str, list[plan.Shot]] = {}
    for shot in usual.shots:
        if shot.burst:
            bursts.setdefault(shot.burst, []).append(shot)
    assert len(bursts) >= 3
    for shots in bursts.values():
        assert len(shots) >= 2
        assert shots[-1].taken - shots[0].taken < timedelta(seconds=5)
        assert len({shot.subject for shot in shots}) == 1


def test_duplicates_are_pairs_outside_bursts(usual: plan.Plan) -> None:
    files = write.truth(usual)["files"]
    pairs = Counter(facts["duplicate"] for facts in files.values() if facts["duplicate"])
    assert set(pairs.values()) == {2}
    assert not any(copy.of.burst for copy in usual.copies)


def test_a_large_album_lives_through_several_years() -> None:
    made = plan.make_plan(3000, 0)
    assert len({shot.taken.year for shot in made.shots}) >= 5
    assert len({shot.trip for shot in made.shots}) > 3


def test_seeds_differ() -> None:
    assert plan.make_plan(60, 0) == plan.make_plan(60, 0)
    assert plan.make_plan(60, 0) != plan.make_plan(60, 1)


@pytest.mark.parametrize("number", range(4))
def test_seasons_begin_on_a_monday_and_have_a_place_for_every_event(number: int) -> None:
    assert life.first_day(number).weekday() == 0
    assert all(event.place is not None and set(event.subjects) <= set(SUBJECTS) for event in life.season(number))
    assert max(event.day for event in life.season(number)) < life.DAYS_IN_SEASON
