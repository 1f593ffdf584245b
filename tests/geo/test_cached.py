"""The kept gazetteer: the same as a fresh one, and nothing to rely on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.geo import cached
from core.geo.cached import Columns


def made() -> Columns:
    return Columns(np.eye(3), np.array([5, 7, 9]), np.array([0, 0, 2]), [["Örebro", "", "Łódź"], ["a", "b", "c"]])


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(cached.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    file = tmp_path / "geocode.gz"
    file.write_bytes(b"x")
    return file


def never(_: Path | None) -> Columns:
    raise AssertionError("made again")


def test_what_was_made_once_is_read_again(source: Path) -> None:
    first = cached.columns(source, "1", lambda _: made())
    again = cached.columns(source, "1", never)
    assert again.texts == first.texts == made().texts
    assert (again.vectors == first.vectors).all()
    assert again.parent.tolist() == [0, 0, 2]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"\x00" * 500])
def test_a_damaged_file_is_made_again(source: Path, tmp_path: Path, damage: bytes) -> None:
    cached.columns(source, "1", lambda _: made())
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(damage)
    assert cached.columns(source, "1", lambda _: made()).texts == made().texts
    assert cached.columns(source, "1", never).texts == made().texts


def test_another_version_or_source_is_made_anew(source: Path) -> None:
    cached.columns(source, "1", lambda _: made())
    with pytest.raises(AssertionError, match="made again"):
        cached.columns(source, "2", never)
    source.write_bytes(b"longer")
    with pytest.raises(AssertionError, match="made again"):
        cached.columns(source, "1", never)
