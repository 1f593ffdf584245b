"""Duplicates and bursts: frames within a second are a burst, a smaller copy is a duplicate."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group import bursts, duplicates
from core.group.alignment import DTYPE, Verdicts, verdicts
from core.group.hashes import candidates, distance, half_turned, mirrored, telling
from core.group.quality import best_shot
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


def test_pairs_that_differ_in_too_many_bits_are_left_out_and_no_others() -> None:
    rng = np.random.default_rng(3)
    base = rng.integers(-(2**63), 2**63 - 1, 3000)
    hashes = np.concatenate([base, base ^ rng.integers(0, 2**20, 3000), np.repeat(base[:1], 60)])
    rows = np.flatnonzero(rng.random(len(hashes)) < 0.9)
    a, b = candidates(hashes, rows)
    for bits in (3, 12):
        near = distance(hashes[a], hashes[b]) <= bits
        few = candidates(hashes, rows, bits)
        assert set(zip(a[near].tolist(), b[near].tolist(), strict=True)) == set(zip(*map(list, few), strict=True))


def test_a_burst_needs_one_camera_likeness_and_seconds() -> None:
    def sizes(time: list[float], camera: list[int], look: list[int]) -> list[int]:
        return [len(g.members) for g in bursts.find(table(time, camera=camera, vectors=_vectors(look))).groups]

    assert sizes([1, 1.5, 2.2], [0, 0, 0], [0, 0, 0]) == [3]
    assert sizes([1, 1.5, 2.2], [0, 1, 0], [0, 0, 0]) == []
    assert sizes([1, 1.5, 2.2], [0, 0, 0], [0, 1, 0]) == []
    assert sizes([1, 11.5, 22.2], [0, 0, 0], [0, 0, 0]) == []
    assert sizes([1, 1.1, 1.5, 1.6, 2.2, 2.3], [0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1]) == [3, 3]
    assert bursts.find(table([])).groups == []


def _sees(*same: tuple[int, int], **more: float) -> duplicates.Verify:
    """A look that finds these pairs to be one picture, with further fields as given."""

    def verify(a: np.ndarray, b: np.ndarray) -> Verdicts:
        records = np.zeros(len(a), DTYPE)
        records["known"], records["keypoints"], records["unlike"], records["stretch"] = True, 400, 1.0, 1.0
        for row, pair in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if pair in same:
                good = {"inliers": 90, "scale": 0.8, "overlap": 1.0, "agreement": 0.97, "unlike": 0.05} | more
                for name, value in good.items():
                    records[name][row] = value
        return verdicts(records)

    return verify


def test_a_crop_is_found_by_its_vector_and_proven_by_sight() -> None:
    t = table([5, 900, 7000], camera=[0, -1, -1], dhash=[HASH, ~HASH, HASH ^ 0xFF00FF], has_dhash=True,
              width=[4000, 2400, 2400], vectors=_vectors([0, 0, 0], 0.05))  # fmt: skip
    assert duplicates.find(t).groups == []
    (group,) = duplicates.find(t, verify=_sees((0, 1))).groups
    assert group.members.tolist() == [0, 1]
    assert group.reasons[1]["keypoints"] == 90
    assert group.reasons[1]["agreement"] == 0.97


def test_what_sight_denies_is_no_duplicate_whatever_the_hash_says() -> None:
    t = table([5, 900], camera=-1, dhash=HASH, has_dhash=True, vectors=_vectors([0, 0]))
    assert len(duplicates.find(t).groups) == 1
    assert duplicates.find(t, verify=_sees()).groups == []
    assert duplicates.find(t, verify=_sees((0, 1), stretch=1.04)).groups == []
    assert len(duplicates.find(t, verify=_sees((0, 1), stretch=1.04, agreement=0.99)).groups) == 1


def test_two_frames_never_meet_through_a_copy_of_one() -> None:
    t = table([5.0, 7.0, 900.0], camera=[0, 0, -1], dhash=HASH, has_dhash=True, vectors=_vectors([0, 0, 0]))
    (group,) = duplicates.find(t, verify=_sees((0, 2), (1, 2), (0, 1))).groups
    assert len(group.members) == 2
    assert 2 in group.members


def test_a_mirrored_version_of_one_moment_counts_and_other_cameras_never() -> None:
    other = int(mirrored(np.array([HASH]))[0])
    t = table([5, 5], camera=0, dhash=[HASH, other], has_dhash=True)
    assert len(duplicates.find(t, verify=_sees((0, 1), mirrored=1)).groups) == 1
    t = table([5, 5], camera=[0, 1], dhash=[HASH, HASH], has_dhash=True, vectors=_vectors([0, 0]))
    assert duplicates.find(t, verify=_sees((0, 1))).groups == []


@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_the_person_said_of_pairs_always_holds(seed: int, said: list[tuple[int, int]]) -> None:
    rng = np.random.default_rng(seed)
    t = table(np.cumsum(rng.choice([0.5, 50.0], 12)), camera=rng.integers(-1, 2, 12), dhash=HASH, has_dhash=True,
              vectors=_vectors(rng.integers(0, 2, 12).tolist()))  # fmt: skip
    said = [pair for pair in said if pair[0] != pair[1]]
    same, different = tuple(said[:2]), tuple(said[2:])
    for found in (
        duplicates.find(t, pairs=(same, different)),
        bursts.find(t, pairs=(same, different)),
    ):
        group = np.full(12, -1)
        for number, each in enumerate(found.groups):
            assert (group[each.members] == -1).all()
            group[each.members] = number
        assert all(group[i] != group[j] or group[i] == -1 for i, j in different)
        if not different:
            assert all(group[i] == group[j] != -1 for i, j in same)


def test_hashes_of_mirrored_and_turned_pictures() -> None:
    from core.media.measures import dhash

    grey = np.random.default_rng(0).permutation(72).reshape(8, 9).astype(np.uint8)
    plain = np.array([dhash(grey)])
    assert mirrored(plain)[0] == dhash(grey[:, ::-1])
    assert half_turned(plain)[0] == dhash(grey[::-1, ::-1])


def test_the_best_shot_is_sharp_where_it_matters_and_not_blown_out() -> None:
    rows = np.arange(3)
    t = table([1, 1.5, 2], columns={"sharpness": [300, 200, 100], "subject_sharpness": [500, 900, 300]})
    assert best_shot(t, rows)[:2] == (1, "sharpest of the burst")
    t = table([1, 1.5, 2], columns={"subject_sharpness": [880, 900, 300], "clipped": [0.0, 0.3, 0.0]})
    best, why, figures = best_shot(t, rows)
    assert best == 0
    assert "blown out" in why
    assert figures == {"sharpness_share": 0.978, "clipped": 0.0}
