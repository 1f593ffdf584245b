"""The Lab's page over a library of 300 photos, with a Lab behind it that answers at once."""

from __future__ import annotations

import pytest

from core.records import Scope
from tests.app.lab.fake import FakeLab


@pytest.fixture
def lab(desk, monkeypatch):
    library = desk.session.library
    made = FakeLab(library.wall(Scope()).ids)
    monkeypatch.setattr(library, "lab", made)
    return made


@pytest.fixture
def page(window, desk, lab):
    desk.go_to("lab")
    assert window.shown_page == "lab"
    return window.page("lab")


@pytest.fixture
def train(page):
    return page.train
