"""Regions and the heat map in the viewer: clicked, grown, named, found elsewhere; drawn where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.views.heat import heat_overlay
from app.views.regions import beside, first_on, leaf_at, leaves_of, mask_of, outline, way_up
from app.views.viewer_zoom import upright
from core.records import Change
from core.records_lab import Region, RegionTree
from tests.app.hands import told

Key = Qt.Key


def tree_of(photo_id, tag=""):
    """Four quarters; the upper two are one, then the lower two, then all."""
    leaves = np.zeros((40, 60), np.int32)
    leaves[:20, 30:], leaves[20:, :30], leaves[20:, 30:] = 1, 2, 3
    boxes = [(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)]
    quarters = [Region(i, 4 + i // 2, (), (x, y, 0.5, 0.5), 0.25, tag=tag if i == 0 else "") for i, (x, y) in
                enumerate(boxes)]  # fmt: skip
    halves = [Region(4, 6, (0, 1), (0, 0, 1, 0.5), 0.5, "sky", 0.9), Region(5, 6, (2, 3), (0, 0.5, 1, 0.5), 0.5)]
    return RegionTree(photo_id, leaves, (*quarters, *halves, Region(6, -1, (4, 5), (0, 0, 1, 1), 1.0)))


class FakeLab:
    def __init__(self):
        self.tags, self.made_of, self.found, self.map = [], [], [], None

    def regions(self, photo_id):
        self.made_of.append(photo_id)
        return tree_of(photo_id)

    def tag_region(self, photo_id, node, name):
        self.tags.append((photo_id, node, name))
        return Change()

    def like_region(self, photo_id, node, top=20, progress=None):
        return self.found

    def heat(self, photo_id):
        return self.map

    def oddness(self, photo_id):
        return {"reconstruction": 0.04, "reconstruction_rank": 0.93, "free_energy": -3.0, "free_energy_rank": 0.5}


@pytest.fixture
def lab(desk, monkeypatch):
    made = FakeLab()
    monkeypatch.setattr(desk.session.library, "lab", made)
    return made


@pytest.fixture
def viewer(window, desk, lab):
    desk.focus.open_photo(int(desk.wall.wall.ids[3]))
    QApplication.processEvents()
    return window.page("viewer")


def test_from_a_point_to_the_nodes_above_it():
    tree = tree_of(1)
    assert leaf_at(tree, (0.7, 0.2)) == 1
    assert leaf_at(tree, (1.5, -1.0)) == 1
    assert way_up(tree, 3) == (3, 5, 6)
    assert first_on(tree, way_up(tree, 3)) == 0
    assert leaves_of(tree, 5) == [2, 3]
    assert mask_of(tree, 5)[20:].all()
    assert not mask_of(tree, 5)[:20].any()
    assert leaf_at(tree, beside(tree, 0, (0.1, 0.1), (1, 0))) == 1
    assert beside(tree, 0, (0.1, 0.1), (-1, 0)) is None
    assert len(outline(mask_of(tree, 0))) == 4


def test_a_turned_view_leads_to_the_same_point():
    assert upright((0.25, 0.1), 0) == (0.25, 0.1)
    assert upright((0.9, 0.25), 1) == pytest.approx((0.25, 0.1))
    assert upright(upright((0.3, 0.1), 3), 1) == pytest.approx((0.3, 0.1))


def test_heat_is_bright_where_the_error_is():
    heat = np.zeros((32, 32), np.float32)
    heat[4, 5] = 0.4
    made = heat_overlay(heat)
    assert made.square
    assert made.image.pixelColor(5, 4).lightness() > 3 * made.image.pixelColor(20, 20).lightness()
    assert heat_overlay(heat * 0).image.pixelColor(5, 4).lightness() < 40


def test_a_region_is_clicked_grown_and_shrunk(viewer, lab, qtbot):
    qtbot.keyClick(viewer, Key.Key_O)
    assert viewer.bar.regions.isChecked()
    assert lab.made_of == [viewer.current()]
    assert viewer.looking.selected() is None
    qtbot.mouseClick(viewer.canvas, Qt.MouseButton.LeftButton, pos=viewer.canvas.rect().center() + _up_left())
    seen = [viewer.looking.selected().node]
    for key in (Key.Key_BracketRight, Key.Key_Plus, Key.Key_Plus, Key.Key_Minus, Key.Key_BracketLeft):
        qtbot.keyClick(viewer, key)
        seen.append(viewer.looking.selected().node)
    assert seen == [0, 4, 6, 6, 4, 0]
    qtbot.keyClick(viewer, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.looking.selected().node == 1
    qtbot.keyClick(viewer, Key.Key_BracketRight)
    assert viewer.looking.panel.words.text() == "perhaps sky (90%) · 50% of the photo"
    qtbot.keyClick(viewer, Key.Key_Escape)
    assert viewer.looking.mode == ""
    assert viewer.current() is not None


def _up_left():
    from PySide6.QtCore import QPoint

    return QPoint(-40, -40)


def test_a_region_is_named(window, viewer, lab, qtbot):
    photo = viewer.current()
    qtbot.keyClick(viewer, Key.Key_O)
    viewer.looking.choose((0.1, 0.9))
    qtbot.keyClick(viewer, Key.Key_T)
    chooser = _chooser(window)
    assert chooser.offered() == ["sky"]
    qtbot.keyClicks(chooser.field, "meadow")
    qtbot.keyClick(chooser.field, Key.Key_Return)
    assert lab.tags == [(photo, 2, "meadow")]
    assert told(window)[-1] == "Region called meadow."


def _chooser(window):
    from app.views.chooser import Chooser

    return window.findChild(Chooser)


def test_photos_with_such_a_region_come_onto_the_wall(window, desk, viewer, lab, qtbot):
    wanted = [int(i) for i in desk.wall.wall.ids[[9, 2, 30]]]
    lab.found = [(photo, 0, 0.9) for photo in wanted]
    qtbot.keyClick(viewer, Key.Key_O)
    viewer.looking.choose((0.1, 0.9))
    qtbot.keyClick(viewer, Key.Key_F)
    assert window.shown_page == "wall"
    assert desk.wall.wall.ids.tolist() == wanted
    assert desk.history.current.title == "Photos with such a region"
    assert viewer.looking.mode == ""


def test_the_heat_map_or_what_it_needs(window, viewer, lab, qtbot):
    qtbot.keyClick(viewer, Key.Key_H)
    assert told(window)[-1] == "There is no heat map of this photo yet."
    assert not viewer.bar.heat.isChecked()
    lab.map = np.full((32, 32), 0.5, np.float32)
    viewer.bar.heat.click()
    assert viewer.looking.mode == "heat"
    assert viewer.canvas._overlay is not None
    assert viewer.looking.panel.words.text() == (
        "Bright: what cannot be given back of the middle square; the autoencoder gives it back worse than 93% of the"
        " others, and its free energy is above that of 50% of the others."
    )
    qtbot.keyClick(viewer, Key.Key_H)
    assert viewer.canvas._overlay is None
