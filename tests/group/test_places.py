"""Places at two scales, and the names that cover them."""

from __future__ import annotations

import numpy as np
import pytest

from core.geo.names import Namer
from core.group import homes, places
from core.group.density import by_size, clusters
from core.group.inferred import infer
from core.group.naming import covering, name_photos, top_towns
from tests.group.builders import Life, permuted, seconds, table

NAMER = Namer()


def test_two_towns_far_apart_are_two_places_named_and_ordered_by_size() -> None:
    life = Life().add(0, 30, 5, 38.72, -9.14, 0.01).add(1e6, 20, 5, 48.8584, 2.2945, 0.003)
    found = places.find(life.table(), NAMER, [])
    towns = [g for g in found.groups if g.details["scale"] == "town"]
    assert [(g.title, g.subtitle, len(g.members)) for g in towns] == [
        ("Lisbon", "Portugal", 30),
        ("Paris", "France", 20),
    ]


def test_spots_inside_a_town_have_it_as_parent_and_home_is_called_home() -> None:
    life = Life().evenings_at_home().add(seconds(2024, 6, 8, 20), 60, 5, 52.49, 13.43, 0.0003)
    t = life.table()
    found = places.find(t, NAMER, homes.homes(t))
    spots = [g for g in found.groups if g.details["scale"] == "spot"]
    assert {len(g.members) for g in spots} == {180, 60}
    assert all(found.groups[g.parent].title == "Berlin" for g in spots if g.parent is not None)
    assert "Home, Berlin" in [g.title for g in spots]
    assert len({g.title for g in spots}) == len(spots)


def test_a_place_on_the_antimeridian_is_one() -> None:
    lon = np.array([179.999, -179.999] * 10)
    label = clusters(np.full(20, -16.8), lon, 25.0, 3, 75.0)
    assert label.tolist() == [0] * 20


def test_a_chain_of_towns_is_cut() -> None:
    lat = np.repeat(np.linspace(40.0, 44.0, 40), 5)
    label = clusters(lat, np.full(200, 2.0), 25.0, 3, 75.0)
    assert label.max() >= 4
    assert (label >= 0).all()


def test_lonely_photos_are_in_no_place() -> None:
    assert clusters(np.array([10.0, 50.0]), np.array([10.0, 50.0]), 25.0, 3, 75.0).tolist() == [-1, -1]
    assert places.find(table([]), NAMER, []).groups == []
    assert places.find(table([1, 2, 3]), NAMER, []).groups == []


def test_labels_are_ranked_by_size() -> None:
    assert by_size(np.array([5, 5, -1, 2, 2, 2, 9])).tolist() == [1, 1, -1, 0, 0, 0, 2]


def test_clusters_do_not_depend_on_the_order() -> None:
    rng = np.random.default_rng(0)
    lat, lon = rng.choice([48.0, 48.6, 50.0], 60) + rng.normal(0, 0.02, 60), np.full(60, 11.0)
    order = rng.permutation(60)
    t = table(np.arange(60.0), lat, lon)
    first, second = places.find(t, NAMER, []), places.find(permuted(t, order), NAMER, [])
    assert [t.ids[g.members].tolist() for g in first.groups] == [order[g.members].tolist() for g in second.groups]


@pytest.mark.parametrize(
    ("towns", "level"),
    [
        ([(38.72, -9.14)] * 10, "town"),
        ([(38.72, -9.14)] * 5 + [(41.15, -8.61)] * 5, "country"),
        ([(46.02, 7.75)] * 3 + [(45.92, 6.87)] * 3 + [(47.27, 11.39)] * 3, "region"),
    ],
)
def test_the_smallest_name_that_covers(towns: list[tuple[float, float]], level: str) -> None:
    lat, lon = np.array(towns).T
    t = table(np.arange(len(towns), dtype=float), lat, lon)
    cover = covering(name_photos(t, NAMER), np.arange(len(towns)))
    assert cover.level == level
    assert cover.share >= 0.8


def test_nothing_covers_two_continents() -> None:
    t = table(np.arange(4.0), [38.72, 38.72, 35.68, 35.68], [-9.14, -9.14, 139.69, 139.69])
    named = name_photos(t, NAMER)
    assert not covering(named, np.arange(4))
    assert {name for name, _ in top_towns(named, np.arange(4))} == {"Lisbon", "Tokyo"}
    assert places.photo_places(named)[1][int(named.code[0])] == "Lisbon, Portugal"


def test_a_photo_with_a_borrowed_position_joins_the_town_and_says_so() -> None:
    time = seconds(2024, 5, 1) + np.arange(40) * 60.0
    lat, lon = np.full(40, 38.7223), np.full(40, -9.1393)
    lat[20] = lon[20] = np.nan
    t = table(time, lat, lon)
    found = places.find(t, Namer(), [], inferred=infer(t))
    town = found.groups[0]
    assert sorted(town.members.tolist()) == list(range(40))
    assert town.reasons[town.members.tolist().index(20)]["inferred_radius_km"] < 0.5
    assert "inferred_radius_km" not in town.reasons[0]
    assert len(places.find(t, Namer(), []).groups[0].members) == 39
