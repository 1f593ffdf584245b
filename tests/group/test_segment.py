"""The dynamic programme against trying every subset."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.group.segment import LengthPrior, segment


def _value(cuts: tuple[bool, ...], gain: np.ndarray, before: np.ndarray, prior: LengthPrior) -> float:
    places = before[np.array(cuts, dtype=bool)]
    inner = np.diff(places).tolist()
    return float(gain[np.array(cuts, dtype=bool)].sum()) - sum(prior.cost(int(length)) for length in inner)


@given(
    st.lists(st.tuples(st.floats(-2, 3), st.integers(1, 4)), min_size=1, max_size=9),
    st.integers(1, 5),
    st.sampled_from([0.0, 0.5, 1.0, 2.5]),
)
@settings(max_examples=150, deadline=None)
def test_no_subset_of_cuts_is_better(gaps: list[tuple[float, int]], min_length: int, weight: float) -> None:
    gain = np.array([g for g, _ in gaps])
    before = np.cumsum([step for _, step in gaps])
    prior = LengthPrior(min_length, weight)
    chosen = segment(gain, before, prior)
    best = max(_value(cuts, gain, before, prior) for cuts in product((False, True), repeat=len(gain)))
    assert abs(_value(tuple(chosen.tolist()), gain, before, prior) - best) < 1e-9
