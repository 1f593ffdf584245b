"""Sets from pairs: what may not come together never does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.group.unions import unions

N = 9
pairs = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] != p[1]), max_size=12)


def _unions(links: list[tuple[int, int]], scores: list[float], **more: object) -> list[int]:
    a, b = (np.array([pair[side] for pair in links], dtype=np.int64) for side in (0, 1))
    return unions(N, a, b, np.array(scores[: len(links)], dtype=np.float64), **more).tolist()  # type: ignore[arg-type]


def test_the_surest_pair_joins_first() -> None:
    links = [(0, 1), (1, 2)]
    assert _unions(links, [0.9, 0.5], different=[(0, 2)])[:3] == [0, 0, 2]
    assert _unions(links, [0.5, 0.9], different=[(0, 2)])[:3] == [0, 1, 1]
    assert _unions(links, [0.9, 0.5], clash=lambda i, j: {i, j} == {0, 2})[:3] == [0, 0, 2]


@given(pairs, pairs, st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_different_never_meet(links: list[tuple[int, int]], apart: list[tuple[int, int]], scores: list[float]) -> None:
    label = _unions(links, scores, different=apart)
    assert all(label[i] != label[j] for i, j in apart)


@given(pairs, pairs, st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_same_always_meet_whatever_clashes(
    links: list[tuple[int, int]], same: list[tuple[int, int]], scores: list[float]
) -> None:
    label = _unions(links, scores, same=same, clash=lambda _i, _j: True)
    assert all(label[i] == label[j] for i, j in same)
