"""Positions borrowed from neighbours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.geo.sphere import haversine_km
from core.group.base import PhotoTable
from core.group.fixes import Cells
from core.group.inferred import infer
from core.group.kriging import SCALES, fit_prior, krige, posterior
from tests.group.builders import seconds, table

START = seconds(2024, 5, 1)


def _stay(n: int, lat: float, lon: float, start: float, every: float = 60.0, noise: float = 0.0001, seed: int = 0):
    rng = np.random.default_rng(seed)
    time = start + np.arange(n) * every
    return time, lat + rng.normal(0, noise, n), lon + rng.normal(0, noise, n)


def _hide(t: PhotoTable, rows: list[int] | np.ndarray) -> PhotoTable:
    lat, lon = t.lat.copy(), t.lon.copy()
    lat[rows] = lon[rows] = np.nan
    return replace(t, lat=lat, lon=lon)


def test_standing_still_the_fixes_are_averaged() -> None:
    time, lat, lon = _stay(400, 50.0, 8.0, START)
    hidden = np.arange(5, 395, 3)
    found = infer(_hide(table(time, lat, lon), hidden))
    assert found.rows.tolist() == hidden.tolist()
    error = haversine_km(found.lat, found.lon, 50.0, 8.0)
    nearest = haversine_km(lat[hidden - 1], lon[hidden - 1], 50.0, 8.0)
    assert np.median(error) < 0.75 * np.median(nearest)


def test_the_radius_holds_about_four_of_five() -> None:
    time, lat, lon = _stay(1000, 50.0, 8.0, START)
    hidden = np.arange(2, 998, 3)
    found = infer(_hide(table(time, lat, lon), hidden))
    inside = haversine_km(found.lat, found.lon, lat[hidden], lon[hidden]) <= found.radius_km
    assert 0.7 < inside.mean() < 0.9


def test_where_one_stood_and_where_one_walked_in_one_library() -> None:
    rng = np.random.default_rng(3)
    time, lat, lon = _stay(400, 50.0, 8.0, START)
    walk = 50.0 + np.cumsum(rng.normal(0, 0.0015, 400))  # some 170 m a minute
    there = START + 30 * 86400.0 + np.arange(400) * 60.0
    t = table(np.concatenate([time, there]), np.concatenate([lat, walk]), np.concatenate([lon, np.full(400, 9.0)]))
    hidden = np.concatenate([np.arange(5, 395, 3), np.arange(405, 795, 3)])
    found = infer(_hide(t, hidden))
    error = haversine_km(found.lat, found.lon, np.where(hidden < 400, 50.0, t.lat[hidden]), t.lon[hidden])
    assert np.median(error[hidden < 400]) < 0.008
    assert np.median(found.radius_km[hidden < 400]) < 0.5 * np.median(found.radius_km[hidden >= 400])


def test_fixes_of_other_days_sharpen_a_place_one_comes_back_to() -> None:
    def snaps(homes: np.ndarray) -> np.ndarray:
        """Days with two photos, of which the second is hidden; metres of error from where it was."""
        rng = np.random.default_rng(0)
        time = START + np.repeat(np.arange(80) * 86400.0, 2) + np.tile([0.0, 20.0], 80)
        true = np.repeat(homes, 2)
        t = table(time, true + rng.normal(0, 0.00013, 160), 8.0 + rng.normal(0, 0.0002, 160))
        found = infer(_hide(t, np.arange(1, 160, 2)))
        return haversine_km(found.lat, found.lon, homes, 8.0) * 1000.0

    home, nowhere_twice = snaps(np.full(80, 50.0)), snaps(50.0 + np.arange(80) * 0.01)
    assert np.median(home) < 0.6 * np.median(nowhere_twice)


def test_a_lone_fix_stays_and_ones_own_does_not_count() -> None:
    rng = np.random.default_rng(0)
    lat, lon = 50.0 + rng.normal(0, 0.0001, 200), 8.0 + rng.normal(0, 0.00015, 200)
    cells = Cells.of(np.append(lat, 51.0), np.append(lon, 8.0), 0.01)
    where = np.array([50.0001, 51.0, 52.0]), np.array([8.0, 8.0, 8.0])
    east, north, fixes = cells.drawn(*where)
    assert -0.0125 < north[0] < -0.006  # of 11 m that it was north of the heap
    assert fixes[0] > 30
    assert abs(north[1:]).max() < 1e-9
    assert fixes.round().tolist()[1:] == [1, 0]
    assert cells.drawn(*where, own=where)[2][1] < 1e-9
    assert abs(east[1:]).max() < 1e-9


def test_scales_of_movement_are_found_again() -> None:
    rng = np.random.default_rng(0)
    noise, m = 0.015**2, 600
    dt = np.tile([-900.0, -600, -300, -60, 60, 300, 600, 900], (m, 1))
    moved = np.where(np.arange(m) < 450, 0.0, 8.0 * 0.015)[:, None]
    x, y = (rng.normal(0, 0.015, dt.shape) + moved * rng.normal(size=dt.shape) for _ in range(2))
    good = np.ones(dt.shape, np.bool_)
    found = krige(dt, x, y, good, noise)
    prior = fit_prior(found.evidence)
    assert prior[0] + prior[1] > 0.6
    assert sum(prior[SCALES.index(4.0) :]) > 0.2
    still = posterior(found.evidence, prior)[:3].sum(axis=0)
    assert still[:450].mean() > 0.95
    assert still[450:].mean() < 0.05
    assert np.hypot(found.x, found.y)[:450].mean() < 0.55 * 0.015 * np.sqrt(np.pi / 2)  # 0.35 for a mean of eight
    assert found.sd[:450].mean() < found.sd[450:].mean()
    nothing = krige(dt, x, y, ~good, noise)
    assert not nothing.x.any()
    assert np.isfinite(nothing.sd).all()


def test_on_a_drive_the_photo_lies_between_its_neighbours() -> None:
    time = START + np.arange(60) * 120.0
    t = table(time, 50.0 + np.arange(60) * 0.01, 8.0)
    found = infer(_hide(t, [20, 40]))
    assert found.side.tolist() == [0, 0]
    assert haversine_km(found.lat, found.lon, t.lat[[20, 40]], 8.0).max() < 0.3


def test_between_two_places_one_side_is_chosen_by_time() -> None:
    first, second = _stay(30, 50.0, 8.0, START), _stay(30, 50.2, 8.3, START + 30 * 60 + 3000, seed=1)
    time, lat, lon = (np.concatenate([a, b]) for a, b in zip(first, second, strict=True))
    found = infer(_hide(table(time, lat, lon), [29, 30]))
    assert found.side.tolist() == [-1, 1]
    assert haversine_km(found.lat, found.lon, [50.0, 50.2], [8.0, 8.3]).max() < 0.1


def test_looks_decide_where_time_does_not() -> None:
    first, second = _stay(30, 50.0, 8.0, START), _stay(30, 50.2, 8.3, START + 30 * 60 + 1200, seed=1)
    time, lat, lon = (np.concatenate([a, b]) for a, b in zip(first, second, strict=True))
    time = np.insert(time, 30, (time[29] + time[30]) / 2)
    lat, lon = np.insert(lat, 30, np.nan), np.insert(lon, 30, np.nan)
    vectors = np.zeros((61, 4), np.float16)
    vectors[:30, 0] = 1
    vectors[30:, 1] = 1
    assert infer(table(time, lat, lon, vectors=vectors)).side.tolist() == [1]


def test_far_in_time_nothing_is_borrowed() -> None:
    t = table(START + np.array([0.0, 60.0, 3 * 3600.0]), [50.0, 50.0, np.nan], [8.0, 8.0, np.nan])
    assert len(infer(t)) == 0


def test_only_the_own_event_lends() -> None:
    t = table(START + np.array([0.0, 60.0, 120.0, 180.0]), [50.0, np.nan, 51.0, 51.0], [8.0, np.nan, 8.0, 8.0])
    found = infer(t, event=np.array([0, 1, 1, 1]))
    assert found.before.tolist() == [-1]
    assert float(haversine_km(found.lat[0], found.lon[0], 51.0, 8.0)) < 0.05


def test_screenshots_and_received_pictures_get_no_position() -> None:
    lat = [50.0, np.nan, 50.0, 50.0]
    shot = {"screenshot_name": np.array([0, 1, 0, 0], np.float32)}
    assert len(infer(table(START + np.arange(4) * 60.0, lat, lat, columns=shot))) == 0


def test_across_the_antimeridian() -> None:
    time = START + np.arange(9) * 60.0
    lon = np.array([179.999, -179.999, 179.999, -179.999, 0, 179.999, -179.999, 179.999, -179.999])
    t = _hide(table(time, -16.8, lon), [4])
    found = infer(t)
    assert float(haversine_km(found.lat[0], found.lon[0], -16.8, 180.0)) < 0.3


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_libraries(n: int) -> None:
    assert len(infer(table(np.arange(n, dtype=float)))) == 0
    assert len(infer(table(np.arange(n, dtype=float), 50.0, 8.0))) == 0
