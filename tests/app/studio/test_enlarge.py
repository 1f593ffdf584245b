"""Photos enlarged in the window: tried on a part, wiped, compared, worked off, kept as versions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog

from app.studio.enlarging import EMPTY
from app.studio.finder import SIDE, box_around
from app.studio.page import ENLARGE
from app.studio.queue import DONE, FAILED, Queued, QueueList
from app.studio.wipe import Wipe, heat_of, picture_of
from app.words import work_line
from core.errors import ReverieError
from core.progress import Report
from core.records import Pixels
from tests.app.hands import told
from tests.app.studio.fake import shades


@pytest.fixture
def enlarge(page, studio):
    page.enlarge_these(studio.ids[:3])
    return page.enlarge


def asked(studio, what):
    return [said for said in studio.said if said[0] == what]


def test_nothing_chosen_yet_leads_to_the_photos(page, window, studio):
    page.turn_to(ENLARGE)
    assert page.enlarge.state.state == EMPTY
    page.enlarge.state._button.click()
    assert window.shown_page == "wall"


def test_a_part_is_tried_before_the_whole(enlarge, studio):
    assert enlarge.form.queue.ids == list(studio.ids[:3])
    _, photo, box, models, scale, strength = asked(studio, "preview")[-1]
    assert (photo, models, scale, strength) == (studio.ids[0], ("compact",), 4, 1.0)
    row = enlarge.form.queue.current
    assert box == pytest.approx(box_around(0.5, 0.5, row.width, row.height))
    assert enlarge.wipe.isVisible()
    assert enlarge.line.text() == "A part, enlarged ×4 in 0.2 s"
    assert enlarge.wipe.accessibleName().startswith("Bicubic and Compact")


def test_another_part_model_size_or_strength_is_tried_anew(enlarge, studio, qtbot):
    enlarge.form.finder.look_at(0.0, 1.0)
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][2][0] == 0.0)
    enlarge.form.choose_scale(2)
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][4] == 2)
    enlarge.form.strength.setValue(40)
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][5] == 0.4)
    enlarge.form.model.setCurrentText("Restore")
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][3] == ("restore",))


def test_a_model_is_chosen_with_a_sentence_and_the_time_it_takes_here(enlarge, studio):
    assert enlarge.form.what.text() == "Sharper than bicubic, true to the photo. Here: about 3 s a photo."
    assert enlarge.form.hash.text() == "SHA-256 abababababab …"
    assert asked(studio, "measure")[-1] == ("measure", (studio.ids[0],), "compact", 4)
    assert enlarge.form.told.text().startswith("All in about 9 s.")
    assert len(asked(studio, "measure")) == 1


def test_only_the_scales_a_model_knows_can_be_chosen(enlarge):
    enlarge.form.choose_scale(2)
    enlarge.form.model.setCurrentText("SRGAN")
    assert enlarge.form.scale == 4
    assert not enlarge.form._scales.button(2).isEnabled()


def test_a_model_that_is_not_here_says_what_to_do(enlarge, studio, qtbot):
    before = len(asked(studio, "preview"))
    enlarge.form.model.setCurrentText("Real-ESRGAN ×4+ (not here)")
    assert enlarge.form.what.text() == "The package is not installed."
    assert not enlarge.form.go.isEnabled()
    qtbot.waitUntil(lambda: enlarge.state.isVisible())
    assert enlarge.state.state.text == "The package is not installed."
    assert len(asked(studio, "preview")) == before


def test_a_file_of_ones_own_is_chosen(enlarge, studio, qtbot, monkeypatch, tmp_path):
    enlarge.form.model.setCurrentText("A file of yours (not here)")
    assert enlarge.form.choose_file.isVisible()
    assert not enlarge.form.ready
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "net.safetensors"), ""))
    enlarge.form.choose_file.click()
    assert enlarge.form.choose_file.text() == "net.safetensors"
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][3] == ("file",))
    enlarge.form.go.click()
    assert asked(studio, "enlarge")[-1][-1] == tmp_path / "net.safetensors"


def test_models_stand_side_by_side_before_the_whole_is_run(enlarge, studio, qtbot):
    qtbot.keyClick(enlarge, Qt.Key.Key_S)
    assert asked(studio, "preview")[-1][3] == ("compact", "srgan", "restore")
    panes = enlarge.models.panes
    assert [pane.accessibleName() for pane in panes] == ["Bicubic", "Compact", "SRGAN", "Restore", "Where they differ"]
    panes[1].zoom_to(3.0)
    assert {round(pane.zoom.factor, 3) for pane in panes} == {3.0}, "all show the same spot"
    enlarge.models._buttons["restore"].click()
    assert asked(studio, "preview")[-1][3] == ("compact", "srgan")
    enlarge.form.choose_scale(2)
    qtbot.waitUntil(lambda: asked(studio, "preview")[-1][3:5] == (("compact",), 2))
    assert "srgan" not in enlarge.models._buttons, "it knows no such scale"


def test_invented_detail_is_laid_over(enlarge, qtbot):
    plain = enlarge.wipe.grab().toImage()
    qtbot.keyClick(enlarge, Qt.Key.Key_H)
    assert enlarge.heat.isChecked()
    heated = enlarge.wipe.grab().toImage()
    y, x = plain.height() // 2, plain.width() // 2
    assert heated.pixelColor(x + 60, y) != plain.pixelColor(x + 60, y), "right of the line"
    assert heated.pixelColor(x - 60, y) == plain.pixelColor(x - 60, y), "left of it stands plain enlargement"


def test_a_trial_that_fails_says_why(enlarge, studio):
    studio.broken = ReverieError("The photo is on a drive that is away.")
    enlarge.try_it()
    assert enlarge.state.state.text == "The photo is on a drive that is away."
    studio.broken = None
    enlarge.try_it()
    assert enlarge.wipe.isVisible()


def test_a_queue_is_worked_off_and_says_what_became_of_each(enlarge, studio, window, desk):
    studio.failing = (studio.ids[1],)
    enlarge.form.strength.setValue(80)
    enlarge.form.go.click()
    assert asked(studio, "enlarge")[-1][1:] == (studio.ids[:3], "compact", 4, 0.8, None)
    states = [text.split(" · ")[0] for text in enlarge.form.queue.texts()]
    assert states == [DONE, FAILED, DONE]
    assert enlarge.form.queue.list.item(1).toolTip() == "The file cannot be read."
    assert told(window)[-1] == "2 photos enlarged."
    notice = window._notices.shown[-1]
    assert notice.advice == "1 photo could not be. The file cannot be read."
    assert notice.action == ("Undo", "undo")
    assert enlarge.form.go.text() == "Enlarge 1 photo", "those that are done are not done again"


@pytest.fixture
def decoded(desk, monkeypatch):
    """The library's photos have no files: a picture stands for each."""
    picture = Pixels(32, 32, 3, shades(1)[0].tobytes())
    monkeypatch.setattr(desk.session.library, "pixels", lambda photo_id, max_side=None: picture)


def test_a_version_of_a_photo_that_is_away_says_so(enlarge, studio):
    enlarge.form.go.click()
    enlarge.versions.choose(studio.stacks[studio.ids[0]][0].id)
    assert enlarge.state.state.title == "This cannot be shown"
    assert not enlarge.state.state.text.startswith("read:")


def test_a_version_is_wiped_as_a_whole_and_taken_away(enlarge, studio, window, decoded):
    assert not enlarge.versions.isVisible()
    enlarge.form.go.click()
    assert enlarge.versions.isVisible()
    version = studio.stacks[studio.ids[0]][0]
    enlarge.versions.choose(version.id)
    assert enlarge.line.text() == f"{version.width} × {version.height}, the whole"
    assert enlarge.wipe.accessibleName().startswith("Photo and Compact ×4")
    enlarge.versions.forget.click()
    assert ("forget_versions", (version.id,)) in studio.said
    assert not enlarge.versions.isVisible()
    assert told(window)[-1] == "1 version taken away."


def test_the_part_comes_back_from_a_version(enlarge, studio, decoded):
    enlarge.form.go.click()
    enlarge.versions.choose(studio.stacks[studio.ids[0]][0].id)
    enlarge.versions._group.button(0).click()
    assert enlarge.line.text().startswith("A part")


def test_the_wall_s_selection_is_added_and_photos_leave_the_queue(enlarge, studio, desk, qtbot):
    from tests.app.hands import choose

    choose(desk, 1, 7)
    enlarge.form.queue.add.click()
    picked = [int(each) for each in desk.wall.selection()]
    assert set(picked) <= set(enlarge.form.queue.ids)
    assert len(enlarge.form.queue.ids) == len(set(enlarge.form.queue.ids)), "none is in it twice"
    rows = enlarge.form.queue.list
    rows.setFocus()
    rows.setCurrentRow(0)
    qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert studio.ids[0] not in enlarge.form.queue.ids
    enlarge.form.queue.clear.click()
    assert enlarge.form.queue.ids == []
    assert enlarge.state.state == EMPTY


def test_while_it_works_the_queue_says_how_far(enlarge):
    form = enlarge.form
    form.queue.begin()
    form.set_working(True)
    whole = sum(row.width * row.height for row in form.queue.rows)
    done = form.queue.rows[0].width * form.queue.rows[0].height + 1
    report = Report("Enlarging", done, whole, "pixels", 10.0, 42.0, False)
    form.show_report(report)
    states = [text.partition(" · ")[0] for text in form.queue.texts()]
    assert states[:2] == [DONE, "Enlarging"]
    assert form.line.text() == work_line(report)
    assert "%" in form.line.text()
    assert "pixels" not in form.line.text()
    assert not form.model.isEnabled()
    form.set_working(False)
    assert "Enlarging" not in [text.partition(" · ")[0] for text in form.queue.texts()]


def test_a_queue_lists_what_waits(qtbot):
    made = QueueList()
    qtbot.addWidget(made)
    moved = []
    made.moved.connect(moved.append)
    rows = [Queued(k, f"{k}.jpg", f"/p/{k}.jpg", 40, 30) for k in (1, 2)]
    made.set_rows(rows)
    made.list.setCurrentRow(1)
    assert moved == [rows[0], rows[1]]
    made.set_rows([*rows, Queued(3, "3.jpg", "/p/3.jpg", 4, 3)])
    assert made.current == rows[1], "who is looked at stays"


# ---------------------------------------------------------------- the wipe


@pytest.fixture
def wipe(window, qtbot):
    made = Wipe(window.theme, window)
    qtbot.addWidget(made)
    made.resize(400, 300)
    heat = heat_of(np.full((32, 32), 0.5, np.float32))
    black, white = np.zeros((32, 32, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    made.show_pair(picture_of(black), picture_of(white), heat, ("Before", "After"))
    return made


def test_the_line_parts_before_and_after(wipe):
    image = wipe.grab().toImage()
    assert image.pixelColor(180, 120).lightness() < 30
    assert image.pixelColor(220, 120).lightness() > 225
    wipe.sweep(0.46)
    assert wipe.grab().toImage().pixelColor(192, 120).lightness() > 225


def test_the_line_is_dragged_and_moved_by_keys(wipe, qtbot):
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(wipe, left, pos=QPoint(200, 150))
    qtbot.mouseMove(wipe, QPoint(100, 150))
    qtbot.mouseRelease(wipe, left, pos=QPoint(100, 150))
    assert wipe.line == pytest.approx(0.25)
    qtbot.keyClick(wipe, Qt.Key.Key_Right)
    assert wipe.line == pytest.approx(0.30)
    qtbot.keyClick(wipe, Qt.Key.Key_End)
    assert wipe.line == 1.0
    qtbot.keyClick(wipe, Qt.Key.Key_Home)
    assert "over 100 %" in wipe.accessibleName()


def test_it_zooms_to_single_pixels_and_pans(wipe, qtbot):
    qtbot.keyClick(wipe, Qt.Key.Key_Plus)
    assert wipe.zoom.factor > 1
    for _ in range(12):
        wipe.zoom_by(1.25, QPointF(10, 10))
    assert wipe.zoom.factor == pytest.approx(8.0), "no further than eight screen pixels for one"
    x = wipe.zoom.x
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(wipe, left, pos=QPoint(20, 20))
    qtbot.mouseMove(wipe, QPoint(60, 20))
    qtbot.mouseRelease(wipe, left, pos=QPoint(60, 20))
    assert wipe.zoom.x != x
    qtbot.keyClick(wipe, Qt.Key.Key_Z)
    assert wipe.zoom.fits


def test_without_a_second_there_is_nothing_to_wipe(wipe):
    wipe.show_pair(picture_of(shades(1)[0]), None, None, ("Only", ""))
    assert wipe.accessibleName() == "Only"
    assert not wipe.grab().isNull()


# ---------------------------------------------------------------- where one looks


@pytest.mark.parametrize("at", [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.2, 0.9)])
def test_the_square_lies_within_the_photo(at):
    x, y, wide, high = box_around(*at, 1000, 600)
    assert x >= 0
    assert y >= 0
    assert x + wide <= 1 + 1e-9
    assert y + high <= 1 + 1e-9
    assert wide * 1000 == pytest.approx(SIDE)
    assert high * 600 == pytest.approx(SIDE)


def test_a_small_photo_is_looked_at_whole():
    assert box_around(0.7, 0.1, 100, 80) == (0.0, 0.0, 1.0, 1.0)


def test_the_square_is_moved_by_keys_and_by_a_click(enlarge, qtbot):
    finder = enlarge.form.finder
    finder.show_photo(finder._photo_id, 1600, 1200)
    finder.setFocus()
    before = finder.box
    qtbot.keyClick(finder, Qt.Key.Key_Right)
    qtbot.keyClick(finder, Qt.Key.Key_Down)
    assert finder.box[0] > before[0]
    assert finder.box[1] > before[1]
    where = finder._where()
    qtbot.mouseClick(finder, Qt.MouseButton.LeftButton, pos=where.topLeft().toPoint() + QPoint(1, 1))
    assert finder.box[:2] == (0.0, 0.0)
    assert finder.accessibleDescription()


def test_a_file_s_name_is_what_is_shown(enlarge):
    row = enlarge.form.queue.current
    assert enlarge.title.text() == Path(row.path).name
