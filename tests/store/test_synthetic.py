"""The maker of large libraries makes sound ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from core.library import Library
from core.records import FLAG_THUMB, GROUP_KINDS, Scope
from core.store import snapshot
from tests.support.libraries import make_library


def test_a_made_library_is_sound_and_believable(tmp_path: Path) -> None:
    make_library(tmp_path / "library", 1500, seed=2, thumbs=5, vectors=8)
    with Library.open(tmp_path / "library", mode="read") as library:
        assert library.check() == []
        wall = library.wall(Scope())
        assert np.all(np.diff(wall.local) <= 0)
        assert wall.section_id.tolist() == [group.id for group in library.groups("events")]
        assert np.count_nonzero(wall.flags & FLAG_THUMB) == 5
        assert all(library.groups(kind) for kind in GROUP_KINDS if kind != "topics"), "nothing is written beside them"
        assert sum(1 for _ in library.boundaries()) == 1499
        row = library.rows([1500])[0]
        with Image.open(library.thumb_path(1500)) as thumb:
            width, height = thumb.size
        assert abs(width / height - row.width / row.height) < 0.02
        saved = snapshot.load(tmp_path / "library")
        assert saved is not None
        assert saved.titles == wall.titles


def test_one_seed_one_library(tmp_path: Path) -> None:
    walls = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_library(tmp_path / name, 200, seed=seed, events=False)
        walls.append(snapshot.load(tmp_path / name))
    one, same, other = walls
    assert one is not None
    assert same is not None
    assert other is not None
    assert np.array_equal(one.local, same.local)
    assert np.array_equal(one.colour, same.colour)
    assert not np.array_equal(one.local, other.local)
    assert one.section_id.max() == 0  # by day


def test_none_at_all(tmp_path: Path) -> None:
    make_library(tmp_path / "library", 0)
    saved = snapshot.load(tmp_path / "library")
    assert saved is not None
    assert len(saved.ids) == 0


def test_the_snapshot_needs_no_database_library() -> None:
    code = "import sys, core.store.snapshot; print([m for m in ('sqlalchemy', 'sqlite3', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
