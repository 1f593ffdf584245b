"""Duplicates and bursts: frames within a second are a burst, a smaller copy is a duplicate."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.group import bursts, duplicates
from core.group.hashes import candidates, distance, telling
from tests.group.builders import permuted, table

HASH = 0x5A3C_96F0_1E87_B4D2


def _vectors(groups: list[int], noise: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(max(groups) + 1, 64))
    raw = base[groups] + rng.normal(0, noise, (len(groups), 64))
    return (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float16)


def _flip(value: int, bits: int) -> int:
    for i in range(bits):
        value ^= 1 << (7 * i % 63)
    return value


def test_a_smaller_copy_without_camera_is_a_near_duplicate_and_the_original_is_kept() -> None:
    t = table(
        [100.5, 5000.0, 9000.0],
        camera=[0, -1, 0],
        width=[4000, 1600, 4000],
        height=[3000, 1200, 3000],
        dhash=[HASH, _flip(HASH, 2), ~HASH],
        has_dhash=True,
        vectors=_vectors([0, 0, 1]),
        columns={"has_camera": [1, 0, 1], "sharpness": [200, 90, 200]},
    )
    found = duplicates.find(t)
    assert len(found.groups) == 1
    group = found.groups[0]
    assert group.members.tolist() == [0, 1]
    assert group.cover == 0
    assert group.reasons[0]["best"][:2] == ["most pixels", "has its camera data"]
    assert group.reasons[1]["hash_bits"] == 2


def test_a_burst_is_not_a_duplicate_and_a_copy_is_no_burst() -> None:
    t = table(
        [100.1, 100.35, 100.6, 100.6],
        dhash=[HASH, _flip(HASH, 1), _flip(HASH, 2), _flip(HASH, 2)],
        has_dhash=True,
        vectors=_vectors([0, 0, 0, 0], 0.001),
        columns={"has_camera": 1, "sharpness": [100, 300, 200, 50]},
    )
    burst = bursts.find(t)
    assert [g.members.tolist() for g in burst.groups] == [[0, 1, 2]]
    assert burst.groups[0].cover == 1
    assert burst.groups[0].reasons[1]["best"] == "sharpest of the burst"
    assert [sorted(g.members.tolist()) for g in duplicates.find(t).groups] == [[2, 3]]


def test_two_shots_from_a_tripod_are_not_duplicates() -> None:
    t = table([100, 900], dhash=[HASH, _flip(HASH, 4)], has_dhash=True, vectors=_vectors([0, 0], 0.05))
    assert duplicates.find(t).groups == []


def test_another_shape_or_another_look_is_no_duplicate() -> None:
    shape = table([1, 2], camera=-1, width=[4000, 3000], height=[3000, 3000], dhash=HASH, has_dhash=True)
    look = table([1, 2], camera=-1, dhash=HASH, has_dhash=True, vectors=_vectors([0, 1]))
    assert duplicates.find(shape).groups == []
    assert duplicates.find(look).groups == []


def test_without_vectors_only_nearly_equal_hashes_count() -> None:
    def groups(bits: int) -> int:
        t = table([1.5, 9999.5], camera=[0, -1], dhash=[HASH, _flip(HASH, bits)], has_dhash=True)
        return len(duplicates.find(t).groups)

    assert (groups(3), groups(8)) == (1, 0)


def test_blank_pictures_do_not_match_each_other() -> None:
    t = table(np.arange(200.0), camera=-1, dhash=[i % 3 for i in range(200)], has_dhash=True)
    assert duplicates.find(t).groups == []


def test_exact_copies_come_from_the_files_or_from_equal_bytes() -> None:
    t = table(np.arange(5.0), content=[1, 2, 2, 3, -1])
    found = duplicates.find_identical(t, {0: 3, 3: 2})
    assert [(g.members.tolist(), g.details["files"]) for g in found.groups] == [([0], 3), ([1, 2], 2), ([3], 2)]
    assert all(g.key.startswith("exact:") and g.strength == 1.0 for g in found.groups)


def test_the_order_of_the_input_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(-(2**62), 2**62, 40)
    t = table(
        np.arange(80.0) * 100,
        camera=-1,
        dhash=np.concatenate([base, base ^ 1]),
        has_dhash=True,
        vectors=_vectors(list(range(40)) * 2),
    )
    order = rng.permutation(80)
    first, second = duplicates.find(t), duplicates.find(permuted(t, order))
    assert len(first.groups) == 40
    assert [sorted(t.ids[g.members]) for g in first.groups] == [sorted(order[g.members]) for g in second.groups]


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_distance_counts_bits(a: int, b: int) -> None:
    assert int(distance(np.array([a]), np.array([b]))[0]) == ((a ^ b) & (2**64 - 1)).bit_count()


def test_bands_find_every_pair_within_three_bits_and_stay_few_in_a_crowd() -> None:
    rng = np.random.default_rng(1)
    base = rng.integers(-(2**63), 2**63 - 1, 300)
    near = base ^ np.array([sum(1 << int(b) for b in rng.choice(63, 3, replace=False)) for _ in base])
    a, b = candidates(np.concatenate([base, near]), np.arange(600))
    assert {(i, i + 300) for i in range(300)} <= set(zip(a.tolist(), b.tolist(), strict=True))
    crowd = candidates(np.zeros(5000, dtype=np.int64), np.arange(5000))
    assert len(crowd[0]) <= 4 * 3 * 5000
    assert not telling(np.array([0, -1, 3])).any()


def test_a_burst_needs_one_camera_likeness_and_seconds() -> None:
    def sizes(time: list[float], camera: list[int], look: list[int]) -> list[int]:
        return [len(g.members) for g in bursts.find(table(time, camera=camera, vectors=_vectors(look))).groups]

    assert sizes([1, 1.5, 2.2], [0, 0, 0], [0, 0, 0]) == [3]
    assert sizes([1, 1.5, 2.2], [0, 1, 0], [0, 0, 0]) == []
    assert sizes([1, 1.5, 2.2], [0, 0, 0], [0, 1, 0]) == []
    assert sizes([1, 11.5, 22.2], [0, 0, 0], [0, 0, 0]) == []
    assert sizes([1, 1.1, 1.5, 1.6, 2.2, 2.3], [0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1]) == [3, 3]
    assert bursts.find(table([])).groups == []
