"""Pictures, walks, photos sought, what was kept: in the window, with a generator that answers at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from app.studio.collection import NONE
from app.studio.generating import COLLECTION, NO_GENERATOR, PICTURES, WALK
from app.studio.page import GENERATE, TRAIN
from app.studio.room_generate import with_ending
from app.studio.walking import NOWHERE
from app.studio.words import made_line, point_words
from core.errors import ReverieError
from core.records_lab import PictureGrid
from core.records_studio import Made
from tests.app.hands import told


@pytest.fixture
def generate(page, studio):
    studio.add("srgan")
    studio.add("fastgan")
    page.turn_to(GENERATE)
    pane = page.generate
    pane.form.ask()
    assert pane.grid is not None
    return pane


def asked(studio, what="generate"):
    return [said for said in studio.said if said[0] == what]


def test_without_a_generator_it_leads_to_the_training(page, studio):
    page.turn_to(GENERATE)
    assert page.generate.state.state == NO_GENERATOR
    assert not page.generate.form.isEnabled()
    page.generate.state._button.click()
    assert page.shown == TRAIN


def test_who_only_enlarges_makes_no_pictures(generate):
    assert generate.form.generator.count() == 1
    assert generate.form.run_id == "fastgan-1"


def test_seeds_bring_the_same_pictures_back(generate, studio, qtbot):
    assert asked(studio)[-1] == ("generate", "fastgan-1", tuple(range(1, 17)), 1.0, None)
    generate.form.seed.setValue(40)
    generate.form.count.setCurrentText("4")
    qtbot.waitUntil(lambda: asked(studio)[-1][2] == (40, 41, 42, 43))
    assert generate.points == (40, 41, 42, 43)
    generate.form._dice.seed(3)
    generate.form.fresh.click()
    seed = generate.form.seed.value()
    assert asked(studio)[-1][2] == tuple(range(seed, seed + 4))


def test_truncation_is_asked_for_once_it_has_settled(generate, studio, qtbot):
    before = len(asked(studio))
    for value in (90, 80, 70):
        generate.form.truncation.setValue(value)
    assert generate.form.at.text() == "0.70"
    qtbot.waitUntil(lambda: len(asked(studio)) == before + 1)
    assert asked(studio)[-1][3] == 0.7


def test_a_condition_is_chosen_where_the_generator_has_one(page, studio, desk, qtbot):
    studio.known = ("Roses", "Tulips")
    studio.add("conditional")
    page.turn_to(GENERATE)
    form = page.generate.form
    assert form.condition.isVisible()
    form.condition.setCurrentText("Tulips")
    qtbot.waitUntil(lambda: bool(asked(studio)) and asked(studio)[-1][4] == "Tulips")


def test_who_has_none_shows_none(generate):
    assert not generate.form.condition.isVisible()


def test_what_the_measures_say_stands_beside_the_generator(page, studio):
    studio.warnings = ("It learned by heart.",)
    studio.add()
    page.turn_to(GENERATE)
    assert page.generate.form.said.text() == "It learned by heart."
    assert page.generate.form.said.isVisible()


def test_beside_a_picture_stand_the_nearest_photos(generate, studio, window, desk):
    generate.tiles.choose(3)
    assert generate.band.line.text() == "Seed 4"
    assert asked(studio, "nearest")[-1][1] == (32, 32, 3)
    near = generate.band.nearest.pictures
    assert [made.photo_id for made in near] == list(studio.ids[:5])
    assert near[0].accessibleName() == "A photo of yours, 90 % alike"
    near[1].click()
    assert window.shown_page == "wall"
    assert desk.wall.current() == studio.ids[1]


def test_more_like_one_and_back(generate, studio):
    generate.tiles.choose(2)
    generate.near.click()
    assert asked(studio, "near")[-1] == ("near", "fastgan-1", 3, 8)
    assert generate.points == tuple(f"near-{place}" for place in range(8))
    assert generate.back.isVisible()
    generate.back.click()
    assert generate.points == tuple(range(1, 17))
    assert not generate.back.isVisible()


def test_a_walk_between_two(generate, studio, qtbot):
    assert not generate.walk.isEnabled()
    generate.tiles.setFocus()
    qtbot.keyClick(generate.tiles, Qt.Key.Key_Space)
    qtbot.keyClick(generate.tiles, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(generate.tiles, Qt.Key.Key_Space)
    assert generate.tiles.selected == [0, 1]
    assert generate.keep.text() == "Keep 2"
    qtbot.keyClick(generate.tiles, Qt.Key.Key_W)
    assert asked(studio, "walk")[-1] == ("walk", "fastgan-1", 1, 2, 24)
    assert generate.shown == WALK
    walking = generate.walking
    assert walking.line.text() == "From seed 1 to seed 2"
    assert walking.strip.count == 24
    assert walking.playing
    walking._next()
    assert walking.strip.current == 1
    qtbot.keyClick(walking.strip, Qt.Key.Key_End)
    assert walking.strip.current == 23
    assert not walking.playing, "who looks at one frame lets it stand"
    walking._next()
    assert walking.strip.current == 22, "there and back"
    walking.count.setCurrentText("48 frames")
    assert asked(studio, "walk")[-1][4] == 48


def test_a_walk_is_saved_as_an_animation(generate, studio, window, monkeypatch, tmp_path):
    generate.tiles.toggle(0)
    generate.tiles.toggle(5)
    generate.ask_walk()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "there"), "WebP (*.webp)"))
    generate.walking.save.click()
    assert asked(studio, "animation")[-1] == ("animation", (24, 32, 32, 3), "there.webp", "fastgan-1")
    assert told(window)[-1] == "The walk was written to there.webp."
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    generate.walking.save.click()
    assert len(asked(studio, "animation")) == 1


@pytest.mark.parametrize(
    ("name", "kind", "written"),
    [
        ("a.gif", "WebP (*.webp)", "a.gif"),
        ("a", "WebP (*.webp)", "a.webp"),
        ("a.b", "Animated PNG (*.png *.apng)", "a.b.png"),
        ("a", "", "a.gif"),
        ("a.APNG", "", "a.APNG"),
    ],
)
def test_an_animation_has_the_ending_of_its_format(name, kind, written):
    assert with_ending(Path(name), kind) == Path(written)


def test_no_walk_yet_leads_to_the_pictures(generate):
    generate.turn_to(WALK)
    assert generate.walking._nothing.state == NOWHERE
    generate.walking._nothing._button.click()
    assert generate.shown == PICTURES


def test_a_photo_is_sought_and_walked_from(generate, studio, desk):
    generate.form.seek.click()
    line = generate.photos
    assert line.isVisible()
    assert [made.photo_id for made in line.pictures][:3] == list(studio.ids[:3])
    line.pictures[2].click()
    assert not line.isVisible()
    assert asked(studio, "project")[-1] == ("project", "fastgan-1", studio.ids[2])
    point = f"photo-{studio.ids[2]}"
    assert generate.points[:2] == (point, 1)
    assert generate.band.target.isVisible(), "the photo stands beside what the generator makes of it"
    assert generate.band.line.text() == "A photo, sought in the generator"
    generate.tiles.choose(1)
    assert not generate.band.target.isVisible()
    generate.tiles.toggle(0)
    generate.tiles.toggle(1)
    generate.ask_walk()
    assert asked(studio, "walk")[-1][2:4] == (point, 1)


def test_escape_seeks_nothing(generate, qtbot):
    generate.form.seek.click()
    qtbot.keyClick(generate.photos.pictures[0], Qt.Key.Key_Escape)
    assert not generate.photos.isVisible()


def test_pictures_are_kept_apart(generate, studio, window):
    generate.tiles.toggle(1)
    generate.tiles.toggle(4)
    generate.keep.click()
    _, shape, run_id, how, points, settings = asked(studio, "keep")[-1]
    assert (shape, run_id, how, points) == ((2, 32, 32, 3), "fastgan-1", "generated", (2, 5))
    assert settings == {"truncation": 1.0, "condition": ""}
    assert told(window)[-1] == "2 pictures kept in the collection."
    assert window._notices.shown[-1].action == ("Undo", "undo")


def test_the_collection_is_exported_and_taken_from(generate, studio, window, monkeypatch, tmp_path):
    generate.turn_to(COLLECTION)
    collection = generate.collection
    assert collection._state.state == NONE
    generate.turn_to(PICTURES)
    for place in (0, 3, 5):
        generate.tiles.choose(place)
        generate.ask_keep()
    generate.turn_to(COLLECTION)
    assert collection.tiles.count == 3
    assert collection.line.text() == "Generated · FastGAN · seed 6 · 32 × 32"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    collection.tiles.toggle(0)
    collection.tiles.toggle(2)
    assert collection.line.text() == "2 pictures selected"
    collection.export.click()
    assert asked(studio, "export")[-1] == ("export", ("made-2", "made-0"), tmp_path)
    assert told(window)[-1] == f"2 pictures written to {tmp_path.name}."
    collection.forget.click()
    assert asked(studio, "forget")[-1] == ("forget", ("made-2", "made-0"))
    assert [made.id for made in collection.made] == ["made-1"]
    assert window._notices.shown[-1].action == ("Undo", "undo")


def test_dreams_stand_beside_when_a_belief_network_has_learned(page, desk, studio, monkeypatch):
    from tests.app.lab.fake import FakeLab

    lab = FakeLab(studio.ids)
    monkeypatch.setattr(desk.session.library, "lab", lab)
    studio.add()
    page.turn_to(GENERATE)
    pane = page.generate
    pane.form.ask()
    assert not pane._dreaming.isVisible()
    run = lab.add("dbn")
    desk.refresh_page()
    assert pane._dreaming.isVisible()
    assert ("dream", 8, run.id, None) in lab.said
    desk.refresh_page()
    assert len([said for said in lab.said if said[0] == "dream"]) == 1, "they stay until others are asked for"
    pane.dream.click()
    assert len([said for said in lab.said if said[0] == "dream"]) == 2
    pane.keep_dreams.click()
    assert asked(studio, "keep")[-1][1:4] == ((8, 32, 32, 3), run.id, "dream")


def test_a_generator_that_cannot_be_asked_says_why(generate, studio):
    studio.broken = ReverieError("Its weights are gone.")
    generate.form.roll()
    assert generate.state.state.text == "Its weights are gone."
    assert generate.state.isVisible()
    studio.broken = None
    generate.form.roll()
    assert generate.tiles.isVisible()


def test_late_pictures_of_another_generator_are_dropped(generate, studio):
    from app.studio.maker import Wish

    before = generate.grid
    generate.show_pictures(Wish("other", (1,)), PictureGrid("generated", 0, np.zeros((1, 8, 8, 3), np.uint8)), None)
    assert generate.grid is before


def test_pictures_are_chosen_by_mouse_and_by_keys(generate, qtbot):
    tiles = generate.tiles
    places = tiles.places()

    def at(place: int) -> QPoint:
        return places[place].center().toPoint()

    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(tiles, left, pos=at(5))
    assert (tiles.current, tiles.selected) == (5, [])
    qtbot.mouseClick(tiles, left, Qt.KeyboardModifier.ControlModifier, at(7))
    assert tiles.selected == [5, 7], "what was current is the first of two"
    assert "seed 8, selected" in tiles.accessibleName()
    qtbot.mouseClick(tiles, left, pos=at(1))
    assert tiles.selected == []
    tiles.setFocus()
    qtbot.keyClick(tiles, Qt.Key.Key_Down)
    assert tiles.current == 1 + tiles._columns()
    qtbot.keyClick(tiles, Qt.Key.Key_End)
    qtbot.keyClick(tiles, Qt.Key.Key_Right)
    assert tiles.current == 15
    inside = tiles.rect().toRectF()
    assert all(inside.contains(place) for place in places)


def test_where_pictures_come_from_in_words():
    assert point_words(1234) == "seed 1,234"
    assert point_words("12~0.3~0.8.5") == "near seed 12"
    assert point_words("photo-7") == "a photo that was sought"
    made = Made("a", "", "r", "FastGAN", "near", "12~0.3~0.8.5", 0.0, 64, 64, {"truncation": 0.7, "condition": ""})
    assert made_line(made) == "Like another · FastGAN · near seed 12 · truncation 0.7 · 64 × 64"


def test_a_generator_that_is_gone_leaves_nothing_behind(generate, studio, desk):
    studio.warnings = ("It learned by heart.",)
    studio.kept = []
    desk.refresh_page()
    assert generate.state.state == NO_GENERATOR
    assert generate.form.about.text() == ""
    assert not generate.form.said.isVisible()
