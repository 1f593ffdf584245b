"""Events: what must always hold, and what a person would expect of small libraries."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group.base import PhotoTable
from core.group.change import FADES, looks_across, visual_change
from core.group.events import UNDATED, EventParams, find, membership
from core.group.gaps import TIME_TERMS, fit, join, unit_features
from core.group.levels import LEVELS, level, lift_calendar, lift_trips
from core.group.segment import LengthPrior
from core.group.timeline import timeline
from tests.group.builders import Life, permuted, seconds, table


@st.composite
def tables(draw: st.DrawFn) -> PhotoTable:
    """Libraries of nothing or one photo, with unknown times and places, equal times, at the antimeridian."""
    n = draw(st.integers(0, 40))
    gaps = st.sampled_from([0.0, 0.5, 3.0, 60.0, 900.0, 7200.0, 40000.0, 90000.0, 3e6])
    time = 1.6e9 + np.cumsum(draw(st.lists(gaps, min_size=n, max_size=n)))
    time = (
        np.where(draw(st.lists(st.booleans(), min_size=n, max_size=n)), time, np.nan) if draw(st.booleans()) else time
    )
    place = st.sampled_from(
        [(np.nan, np.nan), (52.5, 13.4), (52.51, 13.42), (-16.9, 179.99), (-16.9, -179.99), (89.9, 0.0)]
    )
    spots = np.array(draw(st.lists(place, min_size=n, max_size=n))).reshape(n, 2)
    camera = draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n))
    vectors = None
    if draw(st.booleans()):
        raw = np.random.default_rng(n).normal(size=(n, 8)) * (np.arange(n) % 5 > 0)[:, None]
        vectors = (raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)).astype(np.float16)
    names = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    camera_tag = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    columns = {"screenshot_name": names, "has_camera": camera_tag} if draw(st.booleans()) else {}
    return table(time, spots[:, 0], spots[:, 1], camera=camera if n else 0, vectors=vectors, columns=columns)


@given(tables())
@settings(max_examples=150, deadline=None)
def test_every_photo_is_in_exactly_one_event_in_order_of_time(t: PhotoTable) -> None:
    found, gaps = find(t)
    members = [m for g in found.groups for m in g.members.tolist()]
    assert sorted(members) == list(range(len(t)))
    dated = [g for g in found.groups if g.key != UNDATED]
    times = [t.instant[g.members] for g in dated]
    assert all(np.isfinite(x).all() and (np.diff(x) >= 0).all() for x in times)
    assert all(a[-1] <= b[0] for a, b in pairwise(times))
    assert np.isnan(t.instant[[m for g in found.groups if g.key == UNDATED for m in g.members]]).all()
    assert len(gaps.strength) == max(int(np.isfinite(t.instant).sum()) - 1, 0)
    assert ((gaps.strength >= 0) & (gaps.strength <= 1)).all()
    assert int(gaps.is_boundary.sum()) == max(len(dated) - 1, 0)
    for g in found.groups:
        assert len(g.members) == len(g.strengths) == len(g.reasons)
        assert ((g.strengths >= 0) & (g.strengths <= 1)).all()


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_input_does_not_matter(t: PhotoTable, random: object) -> None:
    order = np.array(random.sample(range(len(t)), len(t)), dtype=np.int64)  # type: ignore[attr-defined]
    other = permuted(t, order)
    first, second = find(t)[0], find(other)[0]
    assert [t.ids[g.members].tolist() for g in first.groups] == [other.ids[g.members].tolist() for g in second.groups]


@given(tables(), st.integers(-(10**4), 10**4))
@settings(max_examples=80, deadline=None)
def test_shifting_all_times_by_days_changes_no_boundary(t: PhotoTable, days: int) -> None:
    moved = replace(t, instant=t.instant + days * 86400, local=t.local + days * 86400)
    np.testing.assert_array_equal(find(t)[1].is_boundary, find(moved)[1].is_boundary)


@given(tables(), st.lists(st.floats(0, 1), min_size=2, max_size=6))
@settings(max_examples=80, deadline=None)
def test_levels_are_nested_and_chronological(t: PhotoTable, thresholds: list[float]) -> None:
    _, gaps = find(t)
    pieces = [level(gaps.strength, x) for x in sorted(thresholds)]
    for fine, coarse in pairwise(pieces):
        assert (np.diff(fine) >= 0).all()
        assert not ((np.diff(coarse) > 0) & (np.diff(fine) == 0)).any()


@given(tables())
@settings(max_examples=60, deadline=None)
def test_lifting_trips_and_calendar_changes_no_event(t: PhotoTable) -> None:
    _, gaps = find(t)
    if len(gaps.strength) == 0:
        return
    order = np.append(gaps.before, gaps.after[-1])
    pieces = level(gaps.strength, LEVELS["events"])
    trip = np.where(pieces % 3 == 0, pieces // 3, -1)
    lifted = lift_calendar(lift_trips(gaps.strength, trip), t.local[order], gaps.gap_seconds)
    np.testing.assert_array_equal(lifted >= LEVELS["events"], gaps.is_boundary)
    inside = (trip[1:] == trip[:-1]) & (trip[1:] >= 0)
    only_trips = lift_trips(gaps.strength, trip)
    assert (only_trips[inside] < LEVELS["trips"]).all()


def test_strengths_mean_what_they_say() -> None:
    far = find(table([0, 36000], [48.85, 51.5], [2.35, -0.12]))[1].strength[0]
    near = find(table([0, 120], [48.85, 48.85], [2.35, 2.35]))[1].strength[0]
    assert far > 0.97
    assert near < 0.05


def test_strength_grows_with_the_gap_and_with_the_distance() -> None:
    gaps = [find(table([0, s]))[1].strength[0] for s in (60, 600, 3600, 14400, 86400)]
    assert gaps == sorted(gaps)
    ways = [find(table([0, 7200], [50, 50 + d], [8, 8]))[1].strength[0] for d in (0.0, 0.05, 0.5, 5.0)]
    assert ways == sorted(ways)


def test_a_dense_stream_is_cut_at_a_gap_that_a_slow_one_keeps() -> None:
    def cut(step: float) -> bool:
        time = np.cumsum([0.0, *[step] * 20, 14400.0, *[step] * 20])
        return bool(find(table(time))[1].is_boundary[20])

    assert cut(30.0)
    assert not cut(2400.0)


def test_a_change_of_look_cuts_where_time_alone_does_not() -> None:
    time = np.cumsum([0.0, *[120.0] * 19, 5400.0, *[120.0] * 19])
    scene = np.repeat([0, 1], 20)
    rng = np.random.default_rng(3)

    def strength(look: np.ndarray) -> float:
        vectors = np.eye(8)[look] + rng.normal(0, 0.05, (40, 8))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return float(find(table(time, vectors=vectors.astype(np.float16)))[1].strength[19])

    assert strength(scene) > strength(np.zeros(40, dtype=int)) + 0.1


def test_a_party_with_a_screenshot_in_it_is_one_event() -> None:
    time = seconds(2024, 6, 8, 20) + np.arange(60) * 300.0
    screenshot = np.zeros(60)
    screenshot[30] = 1
    found, gaps = find(table(time, 52.5, 13.4, columns={"screenshot_name": screenshot, "has_camera": 1 - screenshot}))
    assert len(found.groups) == 1
    assert gaps.strength[29:31].max() < 0.2


def test_screenshots_during_a_long_pause_do_not_hide_the_boundary() -> None:
    time = [0, 60, 120, 7200, 40000, 40060, 40120]
    shot = [0, 0, 0, 1, 0, 0, 0]
    _, gaps = find(table(time, columns={"screenshot_name": shot}))
    assert gaps.is_boundary.sum() == 1
    assert gaps.is_boundary[3]


def test_bursts_count_once() -> None:
    calm = np.arange(30) * 1800.0
    burst = np.sort(np.concatenate([calm, 9000.0 + np.arange(1, 120) * 0.2]))
    assert find(table(calm))[1].is_boundary.sum() == find(table(burst))[1].is_boundary.sum() == 0


def test_photos_without_position_borrow_one_close_in_time() -> None:
    lat, lon = [50, np.nan, np.nan, 52], [8, np.nan, np.nan, 8]
    _, gaps = find(table([0, 60, 3660, 3720], lat, lon))
    assert gaps.distance_km[1] == pytest.approx(222.4, abs=1)
    _, late = find(table([0, 20000, 23600, 40000], lat, lon))
    assert np.isnan(late.distance_km[1])


def test_a_lonely_photo_joins_its_neighbours_unless_the_gaps_are_strong() -> None:
    time = np.concatenate([np.arange(10) * 400.0, [3600 + 17000.0], 3600 + 17000.0 + 17000 + np.arange(10) * 400.0])
    with_prior, free = EventParams(), EventParams(prior=LengthPrior(weight=0.0))
    assert (
        find(table(time), params=with_prior)[1].is_boundary.sum() < find(table(time), params=free)[1].is_boundary.sum()
    )
    apart = np.concatenate([np.arange(10) * 400.0, [9e5], 2e6 + np.arange(10) * 400.0])
    assert find(table(apart))[1].is_boundary.sum() == 2


def test_membership_falls_behind_a_weak_gap() -> None:
    strength = np.array([0.1, 0.4, 0.9, 0.2], dtype=np.float32)
    sure = membership(strength, strength >= 0.5)
    np.testing.assert_allclose(sure, [0.9, 1.0, 0.6, 1.0, 0.8], atol=1e-6)


def test_visual_change_across_blocks_equals_the_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 6)).astype(np.float32)
    vectors[7] = 0
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    monkeypatch.setattr("core.group.change.BLOCK", 7)
    fast = visual_change(vectors, np.arange(50), k=5)
    for gap in range(49):
        a, b = vectors[max(gap - 4, 0) : gap + 1].sum(0), vectors[gap + 1 : gap + 6].sum(0)
        assert fast[gap] == pytest.approx(1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-4)


def test_the_most_alike_pair_equals_the_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(40, 6)).astype(np.float32)
    vectors[11] = 0
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    begin = np.arange(40) * 60.0 + (np.arange(40) > 20) * 36_000.0
    end = begin + np.arange(40) % 3
    monkeypatch.setattr("core.group.change.NEAR_BLOCK", 7)
    nearest, again = looks_across(vectors, np.arange(40), begin, end, k=4)
    for i in range(39):
        low, high = (21 if i > 20 else 0), (21 if i < 20 else 40)
        pairs = [(a, b) for a in range(max(i - 3, low), i + 1) for b in range(i + 1, min(i + 5, high))]
        cosine = {(a, b): float(vectors[a] @ vectors[b]) for a, b in pairs if 11 not in (a, b)}
        away = {(a, b): end[i] - begin[a] + begin[b] - begin[i + 1] for a, b in cosine}
        assert nearest[i] == pytest.approx(1 - max(cosine.values()), abs=1e-5)
        faded = max(max(cosine[pair], 0.0) * np.exp(-away[pair] / FADES) for pair in cosine)
        assert again[i] == pytest.approx(faded, abs=1e-5)


def test_what_lies_beyond_a_long_pause_is_not_looked_at() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 0, 0]]
    near = visual_change(vectors, np.arange(6), gap=np.array([60.0, 60, 60, 1e5, 60]))
    assert near[1] == pytest.approx(1.0)
    everything = visual_change(vectors, np.arange(6))
    assert everything[1] < 0.9


def test_years_and_seasons_are_cut_near_their_turns() -> None:
    days = np.arange(0, 800) * 86400.0 + seconds(2022, 1, 10, 18)
    time = (days[:, None] + np.arange(4) * 300.0).ravel()
    t = table(time)
    _, gaps = find(t)
    lifted = lift_calendar(gaps.strength, t.local, gaps.gap_seconds)
    years = level(lifted, LEVELS["years"])
    seasons = level(lifted, LEVELS["seasons"])
    assert years[-1] == 2
    assert seasons[-1] == 9
    new_year = np.flatnonzero(np.diff(years))
    assert all(abs(time[i] - seconds(y, 1, 1, 0)) < 15 * 86400 for i, y in zip(new_year, (2023, 2024), strict=True))


def test_learned_weights_find_what_the_labels_say() -> None:
    rng = np.random.default_rng(0)
    features, labels = [], []
    for _ in range(30):
        gap = np.where(rng.random(60) < 0.2, rng.uniform(2000, 8000, 60), rng.uniform(10, 900, 60))
        t = table(np.concatenate([[0.0], np.cumsum(gap)]))
        found, rows = unit_features(t, timeline(t))
        features.append(found)
        labels.append(gap[rows] > 1500)
    model = fit(join(features), np.concatenate(labels), TIME_TERMS)
    said = model.logits(join(features)) > 0
    assert (said == np.concatenate(labels)).mean() > 0.98


def test_home_evenings_a_trip_and_a_party_come_apart() -> None:
    life = Life().evenings_at_home()
    life.add(seconds(2024, 6, 8, 20), 60, 5, 52.49, 13.43)
    found, _ = find(life.table())
    sizes = [len(g.members) for g in found.groups]
    assert sizes == [6] * 30 + [60]
