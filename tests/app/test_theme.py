"""Contrast of both schemes, and switching between them."""

import pytest
from PySide6.QtWidgets import QApplication

from app.stylesheet import mix
from app.theme import DARK, LIGHT, Theme, contrast, luminance

SCHEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
GROUNDS = ("ground", "panel", "raised", "hover", "selected")


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@SCHEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["text", "muted"])
def test_text_is_readable_everywhere(tokens, ground, ink):
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@SCHEMES
@pytest.mark.parametrize("ground", ["ground", "panel", "raised"])
@pytest.mark.parametrize("ink", ["control", "accent"])
def test_controls_stand_out(tokens, ground, ink):
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 3.0


@SCHEMES
def test_coloured_text_is_readable(tokens):
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.on_accent, mix(tokens.accent, tokens.text, 0.15)) >= 4.5
    for ground in (tokens.ground, tokens.panel, tokens.raised):
        assert contrast(tokens.accent, ground) >= 4.5
        assert contrast(tokens.warning, ground) >= 4.5


def test_switching_is_live_and_told_once(qapp: QApplication):
    theme = Theme(qapp, "light")
    theme.apply()
    told = []
    theme.changed.connect(told.append)
    theme.choose("dark")
    theme.choose("dark")
    assert told == [DARK]
    assert qapp.palette().window().color().name() == DARK.ground
    assert DARK.ground in qapp.styleSheet()
    theme.choose("light")
    assert told == [DARK, LIGHT]
