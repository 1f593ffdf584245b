"""Distances, centres and cells on the sphere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geo.regions import REGIONS, regions_of
from core.geo.sphere import cells, centroid, chord, chord_to_km, extent_km, haversine_km, valid

LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


def test_known_distances() -> None:
    assert float(haversine_km(48.8566, 2.3522, 51.5074, -0.1278)) == pytest.approx(343.6, abs=1)
    assert float(haversine_km(0, 179.99, 0, -179.99)) == pytest.approx(2.22, abs=0.01)
    assert float(haversine_km(90, 0, -90, 0)) == pytest.approx(np.pi * 6371.0088)
    assert np.isnan(haversine_km(np.nan, 0, 0, 0))


@given(LAT, LON, LAT, LON)
def test_distance_is_symmetric_and_bounded(a: float, b: float, c: float, d: float) -> None:
    there, back = float(haversine_km(a, b, c, d)), float(haversine_km(c, d, a, b))
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= np.pi * 6371.01


@given(st.floats(0, 20000))
def test_chord_and_arc_agree(km: float) -> None:
    assert float(chord_to_km(chord(km))) == pytest.approx(km, rel=1e-6, abs=1e-6)


def test_the_centre_of_points_on_both_sides_of_the_antimeridian_lies_between_them() -> None:
    lat, lon = centroid([-17.0, -17.0], [179.9, -179.9])
    assert lat == pytest.approx(-17, abs=0.01)
    assert abs(lon) == pytest.approx(180, abs=0.01)
    assert extent_km([-17.0, -17.0], [179.9, -179.9]) == pytest.approx(21.3, abs=0.5)
    assert np.isnan(centroid([np.nan], [np.nan])).all()


def test_what_positions_are_believed() -> None:
    lat = np.array([0.0, 0.0, 91.0, np.nan, 45.0, np.inf])
    lon = np.array([0.0, 10.0, 0.0, 0.0, 181.0, 0.0])
    assert valid(lat, lon).tolist() == [False, True, False, False, False, False]


@given(st.lists(st.tuples(LAT, LON), min_size=1, max_size=30), st.sampled_from([0.05, 1.0, 50.0]))
def test_points_of_one_cell_are_near_and_all_are_counted(points: list[tuple[float, float]], size: float) -> None:
    lat, lon = np.array(points).T
    cell, cell_lat, cell_lon, count = cells(lat, lon, size)
    assert count.sum() == len(points)
    np.testing.assert_array_equal(np.bincount(cell, minlength=len(count)), count)
    inner = np.abs(lat) < 89
    assert (haversine_km(lat, lon, cell_lat[cell], cell_lon[cell])[inner] <= 1.5 * size + 1e-6).all()


def test_regions() -> None:
    assert regions_of([46.02, 46.6, 48.85, 42.7, np.nan], [7.75, 8.0, 2.35, 0.5, 0]) == [
        "the Alps",
        "the Alps",
        "",
        "the Pyrenees",
        "",
    ]
    assert all(len(outline) >= 4 for outline in REGIONS.values())
