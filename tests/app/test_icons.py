"""One family of icons: same grid, same stroke, tinted; every name used exists."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from app.icons import IconButton, pixmap
from app.theme import Theme

FOLDER = files("resources") / "icons"
NAMES = sorted(path.name.removesuffix(".svg") for path in FOLDER.iterdir() if path.name.endswith(".svg"))


@pytest.mark.parametrize("name", NAMES)
def test_icon_is_of_the_family(name):
    text = (FOLDER / f"{name}.svg").read_text("utf-8")
    assert 'viewBox="0 0 20 20"' in text
    assert 'stroke-width="1.5"' in text
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', text)) <= {"none", "currentColor"}


@pytest.mark.parametrize("name", NAMES)
def test_icon_is_drawn_in_the_colour_asked_for(qapp, name):
    image = pixmap(name, "#ff0000", 20, 2.0).toImage()
    assert (image.width(), image.height()) == (40, 40)
    inked = [image.pixelColor(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).alpha() > 200]
    assert len(inked) > 20
    assert {colour.name() for colour in inked} == {QColor("#ff0000").name()}


def test_button_follows_the_theme(qapp, qtbot):
    theme = Theme(qapp, "light")
    button = IconButton(theme, "back", "Back")
    qtbot.addWidget(button)
    before = button.icon().pixmap(20, 20).toImage()
    theme.choose("dark")
    assert button.icon().pixmap(20, 20).toImage() != before
    assert button.accessibleName() == "Back"


def test_unknown_icon_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        pixmap("no-such-icon", "#000000")


def test_every_icon_is_used_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in Path("app").rglob("*.py"))
    assert [name for name in NAMES if f'"{name}"' not in code] == []
