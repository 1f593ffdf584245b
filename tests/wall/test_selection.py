"""What is selected, by click, key, range and band."""

from __future__ import annotations

import numpy as np

from app.wall.selection import Selection


def test_one_then_more_then_a_range() -> None:
    picked = Selection(10)
    assert picked.only(4)
    assert not picked.only(4)
    assert picked.toggle(7)
    assert picked.indices().tolist() == [4, 7]
    assert picked.extend(9)
    assert picked.indices().tolist() == [7, 8, 9]
    assert picked.extend(6)
    assert picked.indices().tolist() == [6, 7]
    assert (picked.current, picked.anchor) == (6, 7)


def test_a_range_can_be_added() -> None:
    picked = Selection(10)
    picked.only(0)
    picked.focus(5)
    picked.extend(6, keep=True)
    assert picked.indices().tolist() == [0, 5, 6]


def test_a_range_without_anchor_is_one_photo() -> None:
    picked = Selection(5)
    picked.extend(3)
    assert picked.indices().tolist() == [3]


def test_a_band_adds_or_flips_what_was_selected_before_it() -> None:
    picked = Selection(6)
    before = np.array([True, True, False, False, False, False])
    picked.band(np.array([1, 2]), before, flip=False)
    assert picked.indices().tolist() == [0, 1, 2]
    picked.band(np.array([1, 2]), before, flip=True)
    assert picked.indices().tolist() == [0, 2]
    picked.band(np.array([], np.int64), before, flip=True)
    assert picked.indices().tolist() == [0, 1]


def test_a_section_is_selected_and_deselected_as_a_whole() -> None:
    picked = Selection(6)
    picked.only(3)
    assert picked.toggle_range(2, 5)
    assert picked.indices().tolist() == [2, 3, 4]
    assert picked.toggle_range(2, 5)
    assert not picked.any


def test_everything_and_nothing_say_whether_something_changed() -> None:
    picked = Selection(3)
    assert not picked.clear()
    assert picked.all()
    assert not picked.all()
    assert picked.clear()


def test_the_same_photos_stay_selected_on_another_wall() -> None:
    old, new = np.array([10, 11, 12, 13]), np.array([20, 13, 11, 10, 13])
    picked = Selection(4)
    picked.only(3)
    picked.toggle(1)
    carried = picked.carried_over(old, new)
    assert new[carried.mask].tolist() == [13, 11, 13]
    assert (carried.current, carried.anchor) == (2, 2)
    assert picked.carried_over(old, np.array([99])).current == -1
