"""What is loaded beforehand, so that a first correction is as quick as a later one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.geo import names
from core.library import Library
from core.store import wall_columns
from tests.correct.support import build


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with build(tmp_path / "library") as opened:
        yield opened


def _asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one word each time that the gazetteer is asked for."""
    asked: list[str] = []
    monkeypatch.setattr(names, "gazetteer", lambda: asked.append("gazetteer"))
    return asked


def test_names_of_places_are_read_only_where_there_are_places(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(monkeypatch)
    library.warm()
    assert asked == []
    with library._store.write() as conn:
        conn.exec_driver_sql("UPDATE photo SET lat = 52.1, lon = 5.1 WHERE id = 1")
    library.warm()
    assert asked == ["gazetteer"]


def test_columns_of_the_wall_are_at_hand_after_it(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    _asked(monkeypatch)
    library.warm()
    read: list[object] = []
    monkeypatch.setattr(wall_columns, "all_columns", read.append)
    photos = library.group_photos(library.groups("events")[0].id).tolist()
    library.correct.split(photos[2], photos[1])
    with library._store.read() as conn:
        assert len(library._walls._kept.of(conn).ids) == 35
    assert read == []
