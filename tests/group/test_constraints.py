"""Constraints of the line and of pairs against brute force on small ones."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group.base import LineConstraint
from core.group.constraints import Pair, clamp, on_line, resolve, resolve_pairs
from core.records import LEVELS
from tests.support.kept import broken_pairs, violations

THRESHOLDS = tuple(LEVELS.values())
N = 7


@st.composite
def lines(draw: st.DrawFn, n: int = N, most: int = 7) -> list[LineConstraint]:
    """Constraints over n photos, numbered 1, 2, ..."""
    found = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        a, b = draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))
        found.append(LineConstraint(a, b, draw(st.sampled_from(THRESHOLDS)), draw(st.booleans()), number))
    return found


def _feasible(constraints: list[LineConstraint], gaps: int) -> bool:
    """Whether any assignment of levels to gaps keeps all: the highest allowed strength everywhere is the best try."""
    top = np.full(gaps, 1.0, np.float32)
    for c in constraints:
        if not c.cut:
            low, high = sorted((c.a, c.b))
            top[low:high] = np.minimum(top[low:high], np.float32(c.threshold - 1e-3))
    return all((top[min(c.a, c.b) : max(c.a, c.b)] >= np.float32(c.threshold)).any() for c in constraints if c.cut)


@given(lines())
@settings(max_examples=300)
def test_the_newest_win_and_all_that_can_hold_do(constraints: list[LineConstraint]) -> None:
    accepted, dormant = resolve(constraints)
    wanted: list[LineConstraint] = []
    for c in sorted(constraints, key=lambda c: -c.correction):
        if _feasible([*wanted, c], N - 1):
            wanted.append(c)
    assert [c.correction for c in accepted] == [c.correction for c in wanted]
    assert {c.correction for c in dormant} == {c.correction for c in constraints} - {c.correction for c in wanted}


@given(lines(), st.lists(st.floats(0, 1, width=32), min_size=N - 1, max_size=N - 1))
@settings(max_examples=300)
def test_clamped_strengths_keep_all_and_touch_nothing_else(
    constraints: list[LineConstraint], strengths: list[float]
) -> None:
    accepted, _ = resolve(constraints)
    raw = np.array(strengths, np.float32)
    strength, pin = clamp(raw, accepted)
    assert violations(strength, accepted) == []
    assert set(pin.tolist()) <= {0} | {c.correction for c in accepted}
    assert strength[pin == 0].tolist() == raw[pin == 0].tolist()
    again, _ = clamp(strength, accepted)
    assert again.tolist() == strength.tolist()


@given(lines(), st.lists(st.booleans(), min_size=N, max_size=N), st.lists(st.integers(0, 3), min_size=N, max_size=N))
@settings(max_examples=300)
def test_photos_that_leave_or_come_between_leave_it_feasible(
    constraints: list[LineConstraint], stays: list[bool], more: list[int]
) -> None:
    accepted, _ = resolve(constraints)
    at = np.arange(N, dtype=np.float64)
    kept = at[np.array(stays)]
    line = np.sort(np.concatenate([kept, *(i + np.arange(1, k + 1) / 10 for i, k in enumerate(more))]))
    placed = on_line(accepted, at, line)
    assert {c.correction for c in resolve(placed)[0]} == {c.correction for c in placed}
    if len(line) > 1:
        strength, _ = clamp(np.full(len(line) - 1, 0.6, np.float32), placed)
        assert violations(strength, placed) == []


def test_ends_that_left_the_line() -> None:
    at, line = np.arange(5.0), np.array([0.0, 1.0, 3.0, 4.0])  # photo 2 is gone
    cut, same = LineConstraint(2, 3, 0.5, True, 1), LineConstraint(2, 4, 0.5, False, 2)
    assert [(c.a, c.b) for c in on_line([cut, same], at, line)] == [(1, 2), (2, 3)]
    assert on_line([LineConstraint(2, 3, 0.5, False, 3)], at, line) == []
    assert on_line([LineConstraint(0, 1, 0.5, True, 3)], at, line[1:]) == []


def test_the_strongest_free_gap_is_raised_and_told() -> None:
    raw = np.array([0.1, 0.4, 0.2, 0.3], np.float32)
    held = LineConstraint(1, 2, 0.5, False, 1)
    strength, pin = clamp(raw, [held, LineConstraint(0, 4, 0.93, True, 2)])
    assert strength.tolist() == np.array([0.1, 0.4, 0.2, 0.93], np.float32).tolist()
    assert pin.tolist() == [0, 1, 0, 2]


def test_blocks_find_what_a_plain_search_finds() -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    raw = (rng.random(n) * 0.4).astype(np.float32)
    cuts = []
    for number in range(1, 60):
        a, b = sorted(rng.choice(n, 2, replace=False).tolist())
        cuts.append(LineConstraint(a, b, float(rng.choice(THRESHOLDS[1:])), True, number))
    strength, pin = clamp(raw, cuts)
    assert violations(strength, cuts) == []
    plain = raw.copy()
    for c in sorted(cuts, key=lambda c: (-c.threshold, c.b - c.a, c.correction)):
        best = c.a + int(np.argmax(plain[c.a : c.b]))
        plain[best] = max(plain[best], np.float32(c.threshold))
    assert strength.tolist() == plain.tolist()
    assert (pin > 0).sum() <= len(cuts)


# ---------------------------------------------------------------- pairs


@st.composite
def pairs(draw: st.DrawFn) -> list[Pair]:
    found = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        a, b = draw(st.lists(st.integers(0, 4), min_size=2, max_size=2, unique=True))
        found.append(Pair(a, b, draw(st.booleans()), number))
    return found


def _some_partition_keeps(constraints: list[Pair], n: int = 5) -> bool:
    for labels in itertools.product(range(n), repeat=n):
        if all((labels[p.a] == labels[p.b]) != p.cut for p in constraints):
            return True
    return False


@given(pairs())
@settings(max_examples=60)
def test_pairs_are_resolved_as_partitions_allow(found: list[Pair]) -> None:
    accepted, dormant = resolve_pairs(found)
    wanted: list[Pair] = []
    for pair in sorted(found, key=lambda p: -p.correction):
        if _some_partition_keeps([*wanted, pair]):
            wanted.append(pair)
    assert accepted == wanted
    assert len(accepted) + len(dormant) == len(found)


def test_broken_pairs() -> None:
    said = [Pair(1, 2, False, 1), Pair(1, 3, True, 2), Pair(4, 5, False, 3), Pair(4, 5, True, 4)]
    assert broken_pairs({1: 7, 2: 7, 3: 8}, said) == [said[2]]
    assert broken_pairs({1: 7, 2: 8, 3: 7, 4: 9, 5: 9}, said) == [said[0], said[1], said[3]]
