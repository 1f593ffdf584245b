"""One real generator, tiny, through the window and the library's own Studio: trained, asked, kept; a photo enlarged."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.desk import Desk
from app.studio.page import ENLARGE, GENERATE
from tests.support.libraries import make_library

WAIT_MS = 240_000


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    make_library(folder, 40, vectors=16, thumbs=40)
    return folder


def test_a_generator_is_trained_asked_and_kept_from(open_window, small, qtbot):
    window = open_window(small, sync=False)
    desk = window.findChild(Desk)
    qtbot.waitUntil(lambda: desk.session.library is not None, timeout=WAIT_MS)
    desk.go_to("studio")
    page = window.page("studio")
    form, train = page.train.form, page.train
    qtbot.waitUntil(lambda: form.info is not None, timeout=WAIT_MS)
    form.generator.setCurrentText("DCGAN")
    form.side.setCurrentText("8 × 8")
    for name, value in {"ngf": 4, "ndf": 4, "batch_size": 4, "latent_dim": 8}.items():
        form._fields[name].setValue(value)
    form.steps.setValue(20)
    qtbot.waitUntil(lambda: "kept apart" in form.facts.text(), timeout=WAIT_MS)
    assert form.facts.text().startswith("40 photos")
    form.train.click()
    assert not form.train.isEnabled(), "one at a time"
    qtbot.waitUntil(lambda: train.view.head.line.text().startswith("Done"), timeout=WAIT_MS)
    assert train.view.run.epoch == 20
    assert "Generator loss" in train.view.curves.accessibleDescription()
    qtbot.waitUntil(lambda: train.view.history.sheet.accessibleName().endswith("step 20"), timeout=WAIT_MS)
    page.turn_to(GENERATE)
    pane = page.generate
    qtbot.waitUntil(lambda: pane.grid is not None, timeout=WAIT_MS)
    assert pane.grid.pictures.shape == (16, 8, 8, 3)
    pane.tiles.toggle(0)
    pane.tiles.toggle(1)
    pane.ask_walk()
    qtbot.waitUntil(lambda: pane.walking.frames is not None, timeout=WAIT_MS)
    assert len(pane.walking.frames) == 24
    pane.ask_keep()
    qtbot.waitUntil(lambda: len(desk.session.library.studio.made()) == 2, timeout=WAIT_MS)
    desk.act("undo")
    qtbot.waitUntil(lambda: desk.session.library.studio.made() == (), timeout=WAIT_MS)


def test_a_photo_is_tried_enlarged_and_wears_a_badge(open_window, small, qtbot):
    window = open_window(small, sync=False)
    desk = window.findChild(Desk)
    qtbot.waitUntil(lambda: desk.session.library is not None, timeout=WAIT_MS)
    library = desk.session.library
    photo_id = int(library.wall(desk.history.current.scope).ids[0])
    path = Path(library.rows([photo_id])[0].path)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_mandelbrot((48, 36), (-2, -1.5, 1, 1.5), 50).convert("RGB").save(path)
    desk.go_to("studio")
    page = window.page("studio")
    page.enlarge_these([photo_id])
    pane = page.enlarge
    qtbot.waitUntil(lambda: pane.form.info is not None, timeout=WAIT_MS)
    pane.form.model.setCurrentText("Bicubic")
    pane.form.choose_scale(2)
    qtbot.waitUntil(lambda: pane.wipe.isVisible() and "×2" in pane.line.text(), timeout=WAIT_MS)
    pane.form.go.click()
    qtbot.waitUntil(lambda: pane.versions.isVisible(), timeout=WAIT_MS)
    (version,) = library.studio.versions(photo_id)
    assert (version.width, version.height, version.scale) == (96, 72, 2)
    pane.versions.choose(version.id)
    qtbot.waitUntil(lambda: "the whole" in pane.line.text(), timeout=WAIT_MS)
    desk.act("go-all")
    qtbot.waitUntil(lambda: bool(desk.wall.wall.flags[desk.wall.wall.ids == photo_id][0] & 32), timeout=WAIT_MS)
    assert page.shown == ENLARGE
