"""A wall over an empty folder of thumbnails, decoded at once, without animations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.thumbs.loader import ThumbLoader
from app.wall.view import WallView


@pytest.fixture
def thumbs(qtbot: QtBot, tmp_path: Path) -> Iterator[ThumbLoader]:
    loader = ThumbLoader(tmp_path, sync=True)
    yield loader
    loader.close()


@pytest.fixture
def wall_view(qtbot: QtBot, thumbs: ThumbLoader) -> WallView:
    """Shown, 1000 x 700 with its rail, rows of 120 px."""
    view = WallView(thumbs)
    qtbot.addWidget(view)
    view.fades.duration_ms = 0
    view.resize(1000, 700)
    view.set_row_height(120)
    view.show()
    return view
