"""The saved wall: whole, or None; never an exception, never a wall that leads astray."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records import Edges, Wall
from core.store import snapshot


def _wall(n: int, m: int, seed: int = 0) -> Wall:
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.integers(0, n + 1, max(m - 1, 0)))
    local = rng.normal(1.7e9, 1e7, n)
    local[n // 2 :][:2] = np.nan
    return Wall(
        ids=rng.permutation(n).astype(np.int64) + 1,
        aspect=rng.uniform(0.3, 3, n).astype(np.float32),
        colour=rng.integers(0, 1 << 24, n).astype(np.uint32),
        local=local,
        flags=rng.integers(0, 128, n).astype(np.uint8),
        section_start=np.concatenate(([0], cuts, [n])) if m else np.zeros(1, np.int64),
        section_id=np.arange(m, dtype=np.int64),
        titles=[f"Tîtle “{i}” \U0001f600" for i in range(m)],
        subtitles=[f"{i} photos" for i in range(m)],
        generation=seed + 3,
        edges=_edges(m, rng) if m and seed % 2 else None,
    )


def _edges(m: int, rng: np.random.Generator) -> Edges:
    return Edges(
        strength=rng.uniform(0, 1, m).astype(np.float32),
        gap_seconds=rng.exponential(1e5, m),
        distance_km=np.where(rng.random(m) < 0.5, np.nan, 3.0).astype(np.float32),
        before=rng.integers(1, 99, m),
        after=rng.integers(1, 99, m),
        pinned=rng.random(m) < 0.5,
    )


def _equal(a: Wall, b: Wall) -> bool:
    return _same(a, b)


def _same(a: object, b: object) -> bool:
    for field in fields(a):  # type: ignore[arg-type]
        one, two = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, Edges):
            if not isinstance(two, Edges) or not _same(one, two):
                return False
        elif isinstance(one, np.ndarray):
            if one.dtype != two.dtype or not np.array_equal(one, two, equal_nan=one.dtype.kind == "f"):
                return False
        elif one != two:
            return False
    return True


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.integers(0, 300), m=st.integers(1, 9), seed=st.integers(0, 99))
def test_a_wall_comes_back_as_it_was(tmp_path: Path, n: int, m: int, seed: int) -> None:
    wall = _wall(n, m if n else 0, seed)
    snapshot.save(tmp_path, wall)
    loaded = snapshot.load(tmp_path)
    assert loaded is not None
    assert _equal(wall, loaded)
    assert snapshot.saved_generation(tmp_path) == wall.generation


def test_none_where_there_is_none(tmp_path: Path) -> None:
    assert snapshot.load(tmp_path) is None
    assert snapshot.saved_generation(tmp_path) is None
    assert snapshot.load(tmp_path / "nowhere") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_a_damaged_file_is_none_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    wall = _wall(40, 5, seed=1)
    snapshot.save(tmp_path, wall)
    path = snapshot.snapshot_path(tmp_path)
    content = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    loaded = snapshot.load(tmp_path)
    if loaded is not None:
        assert len(loaded.ids) == 40
        assert loaded.section_start[0] == 0
        assert loaded.section_start[-1] == 40
        assert np.all(np.diff(loaded.section_start) >= 0)
        assert np.all(np.isfinite(loaded.aspect))
        assert loaded.edges is None or len(loaded.edges.strength) == len(loaded.edges.pinned) == 5
        assert len(loaded.titles) == len(loaded.subtitles) == len(loaded.section_id) == 5


def test_another_version_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "VERSION", 99)
    snapshot.save(tmp_path, _wall(3, 1))
    monkeypatch.undo()
    assert snapshot.load(tmp_path) is None


def test_a_failed_save_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _wall(5, 2, seed=1)
    snapshot.save(tmp_path, old)

    def refuse(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        snapshot.save(tmp_path, replace(old, generation=9))
    monkeypatch.undo()
    loaded = snapshot.load(tmp_path)
    assert loaded is not None
    assert _equal(loaded, old)
    assert [p.name for p in snapshot.snapshot_path(tmp_path).parent.iterdir()] == ["wall.snapshot"]


def test_forgetting(tmp_path: Path) -> None:
    snapshot.save(tmp_path, _wall(5, 2))
    snapshot.forget(tmp_path)
    snapshot.forget(tmp_path)
    assert snapshot.load(tmp_path) is None
