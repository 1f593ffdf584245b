"""Enlarged photos elsewhere in the window: the badge on the wall, the versions in the inspector."""

from __future__ import annotations

import pytest

from app.wall.badges import SHOWN, badge
from core.records import FLAG_ENLARGED, FLAG_RAW
from core.records_studio import Version
from tests.app.hands import choose


def test_the_badge_is_one_of_its_own(window):
    assert SHOWN & FLAG_ENLARGED
    both, raw = badge(FLAG_ENLARGED | FLAG_RAW, 1.0), badge(FLAG_RAW, 1.0)
    assert both.width() > raw.width()
    assert badge(FLAG_ENLARGED, 1.0).toImage() != badge(SHOWN & ~FLAG_ENLARGED & ~FLAG_RAW, 1.0).toImage()


@pytest.fixture
def inspected(window, desk, studio):
    """The first photo, with a version in its stack, in the inspector."""
    photo_id = int(desk.wall.wall.ids[0])
    version = Version(7, photo_id, "/there/a-x4.png", "compact", "Compact", 4, 1.7e9, 1200, 900)
    studio.stacks[photo_id] = [version]
    if not window.inspector_shown:
        window.toggle_inspector()
    choose(desk, 0)
    return photo_id


def test_the_inspector_tells_of_versions_and_leads_to_the_wipe(window, desk, studio, inspected):
    inspector = desk.focus._inspector
    from PySide6.QtWidgets import QLabel, QPushButton

    said = [made.text() for made in inspector.findChildren(QLabel)]
    assert "Enlarged, by a model" in said
    assert "Compact ×4 · 1200 × 900" in said
    links = {made.text(): made for made in inspector.findChildren(QPushButton)}
    links["Compare with the photo"].click()
    assert window.shown_page == "studio"
    assert window.page("studio").enlarge.form.queue.ids == [inspected]


def test_a_photo_without_versions_says_nothing_of_them(window, desk, studio, inspected):
    from PySide6.QtWidgets import QLabel

    choose(desk, 1)
    said = [made.text() for made in desk.focus._inspector.findChildren(QLabel) if made.isVisible()]
    assert "Enlarged, by a model" not in said
