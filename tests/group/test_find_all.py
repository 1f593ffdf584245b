"""All groupers together."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from core.errors import Cancelled
from core.group import find_all
from core.group.base import PhotoTable
from core.group.levels import LEVELS, level
from core.records import GROUP_KINDS
from tests.group.builders import Life, permuted, seconds, table


def _album() -> PhotoTable:
    life = Life().evenings_at_home()
    life.add(seconds(2024, 5, 10, 17), 10, 3, 38.72, -9.14, 0.01).add(
        seconds(2024, 5, 11, 9), 40, 10, 38.72, -9.14, 0.01
    )
    life.add(seconds(2024, 6, 8, 20), 60, 5, 52.49, 13.43, 0.0003)
    n = len(life.rows)
    rng = np.random.default_rng(0)
    raw = rng.normal(size=(12, 48))[rng.integers(0, 12, n)] + rng.normal(0, 0.4, (n, 48))
    vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float16)
    return life.table(vectors=vectors, dhash=rng.integers(-(2**62), 2**62, n), has_dhash=True)


def test_everything_is_found_and_can_be_stored() -> None:
    t = _album()
    kinds_seen: list[str] = []
    found, beside = find_all(t, copies={3: 2}, seed=7, progress_hook=kinds_seen.append)
    assert set(found) == set(GROUP_KINDS)
    assert set(kinds_seen) >= set(GROUP_KINDS)
    assert found["lookalikes"].seed == found["duplicates"].seed == 7
    for kind in found.values():
        assert kind.algorithm
        assert kind.version
        json.dumps(kind.parameters)
        for g in kind.groups:
            assert g.title
            assert len(g.members) == len(g.strengths) == len(g.reasons) > 0
            assert g.cover is None or g.cover in g.members
            assert 0 <= g.strength <= 1
            assert ((g.strengths >= 0) & (g.strengths <= 1)).all()
            json.dumps([g.reasons[0], g.reasons[-1], g.details])
    assert len(beside.gaps.strength) == len(t) - 1


def test_a_trip_is_one_piece_of_its_level() -> None:
    t = _album()
    found, beside = find_all(t)
    gaps = beside.gaps
    trip = found["trips"].groups[0]
    pieces = level(gaps.strength, LEVELS["trips"])
    order = np.append(gaps.before, gaps.after[-1])
    assert len(set(pieces[np.isin(order, trip.members)].tolist())) == 1
    assert (gaps.strength[gaps.is_boundary] >= LEVELS["events"]).all()


def test_the_same_library_in_another_order_gives_the_same_titles() -> None:
    t = _album()
    order = np.random.default_rng(2).permutation(len(t))
    first, second = find_all(t)[0], find_all(permuted(t, order))[0]
    for kind in GROUP_KINDS:
        a, b = first[kind].groups, second[kind].groups
        assert [(g.title, g.subtitle, len(g.members)) for g in a] == [(g.title, g.subtitle, len(g.members)) for g in b]


@pytest.mark.parametrize("time", [[], [5.0], [np.nan], [7.0] * 9, [np.nan, 3.0]])
def test_tiny_libraries(time: list[float]) -> None:
    n = len(time)
    for place in ((np.nan, np.nan), (-16.9, 180.0), (0.0, 0.0)):
        found, _ = find_all(table(time, *place, vectors=np.zeros((n, 4), np.float16)))
        assert sum(len(g.members) for g in found["events"].groups) == n


def test_a_hook_that_raises_stops_the_work() -> None:
    def stop(_kind: str) -> None:
        raise Cancelled("Cancelled")

    with pytest.raises(Cancelled):
        find_all(table([1.0, 2.0]), progress_hook=stop)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, core.group; print([m for m in ('scipy', 'sklearn', 'torch', 'usearch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_two_threads_use_is_loaded_before_the_second_starts() -> None:
    script = (
        "import sys, numpy as np, core.group as group\n"
        "from tests.group.builders import table\n"
        "class Pool:\n"
        "    def __init__(self, _threads):\n"
        "        sys.exit(0 if set(group.SHARED) <= set(sys.modules) else 3)\n"
        "group.ThreadPoolExecutor = Pool\n"
        "group.find_all(table(np.arange(3.0)))\n"
        "sys.exit(4)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
