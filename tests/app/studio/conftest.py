"""The Studio's page over a library of 300 photos, with a Studio behind it that answers at once."""

from __future__ import annotations

import pytest

from core.records import Scope
from tests.app.studio.fake import Facade, FakeStudio


@pytest.fixture
def studio(desk, monkeypatch):
    library = desk.session.library
    made = FakeStudio(library, library.wall(Scope()).ids)
    monkeypatch.setattr(library, "studio", Facade(made))
    return made


@pytest.fixture
def page(window, desk, studio):
    desk.go_to("studio")
    assert window.shown_page == "studio"
    return window.page("studio")


@pytest.fixture
def train(page):
    return page.train
