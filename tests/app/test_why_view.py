"""Why here? in the inspector: bars with words, photos to go to, what the person said and a way to take it back."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.evidence import by_level, gap_line, strength_line, term
from app.views.inspector import Inspector
from app.views.thumbs import ThumbButton
from app.views.why import BoundaryWhy, MemberWhy, Terms
from core.records import Boundary, Membership
from core.records_corrections import Correction, WhyBoundary, WhyMember

SAID = Correction(7, "different", {}, 0.0, True, "A new event begins on 12 September.")
HELD = WhyBoundary(
    Boundary(1, 2, 0.99, 50400.0, 312.0, 0.42, True),
    (("gap", 1.8), ("look", 0.4), ("distance", -0.7)),
    (1,),
    (2,),
    0.31,
    "network",
    SAID,
)


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


@pytest.fixture
def inspector(window, desk):
    desk.go_to("events")
    ids = desk.wall.wall.ids
    section = desk.wall.wall.section_start
    photo = int(ids[section[2] + 1])  # of an event that has others before and after it
    desk.wall.set_current(photo)
    desk.focus.inspector_toggled()
    found = window.findChild(Inspector)
    assert found is not None
    assert found.photo_id == photo
    return found


def test_an_event_is_shown_with_its_two_boundaries(inspector):
    edges = inspector.findChildren(BoundaryWhy)
    assert [edge.accessibleName().split(":")[0] for edge in edges] == ["Its event begins", "Its event ends"]
    assert all(edge.findChild(Terms).accessibleName() for edge in edges)
    assert all(not edge.grab().isNull() for edge in edges)


def test_every_membership_has_its_reason_and_the_members_most_like_it(inspector, desk):
    why = desk.session.library.why(inspector.photo_id)
    shown = inspector.findChildren(MemberWhy)
    assert len(shown) == len(by_level([each for each in why.members if each.membership.kind != "kinds"]))
    event = next(each for each in why.members if each.membership.kind == "events")
    assert event.neighbours
    assert shown[0].findChild(ThumbButton) is not None


def test_a_wider_group_of_look_alikes_can_be_gone_to(inspector, window, desk):
    narrow, wide = (
        WhyMember(Membership(number, "lookalikes", "Espresso", 0.9, {}, parent, size), correction=said)
        for number, parent, size, said in ((5, 4, 12, None), (4, None, 43, SAID))
    )
    made = MemberWhy(inspector._parts, narrow, (wide,))
    gone = []
    made.group_wanted.connect(gone.append)
    assert "Look-alikes · 12 photos · sure, 0.90" in texts(made)
    assert f"You said: {SAID.text}" in texts(made)
    next(each for each in made.findChildren(QPushButton) if each.text() == "Wider: 43 photos").click()
    assert [(each.scope.id, each.title) for each in gone] == [(4, "Espresso")]
    made.deleteLater()


def test_a_photo_of_the_evidence_can_be_gone_to(inspector, desk):
    thumb = inspector.findChildren(MemberWhy)[0].findChildren(ThumbButton)[0]
    before = inspector.photo_id
    thumb.click()
    assert desk.wall.current() != before


def test_w_brings_the_evidence_into_view(inspector, desk, window):
    desk.wall.setFocus()
    desk.act("why")
    assert inspector.isAncestorOf(window.focusWidget())


def test_a_boundary_can_be_asked_about_by_itself(inspector, desk):
    library = desk.session.library
    boundary = max(library.boundaries(), key=lambda each: each.strength)
    desk.why_boundary(boundary.before, boundary.after)
    QApplication.processEvents()
    (edge,) = [each for each in inspector.findChildren(BoundaryWhy) if each.isVisibleTo(inspector)]
    assert "Between these two" in edge.accessibleName()
    assert gap_line(library.why_boundary(boundary.before, boundary.after)) in texts(edge)


def test_what_the_person_said_is_named_and_can_be_forgotten(inspector, desk):
    library = desk.session.library
    why = library.why(inspector.photo_id)
    boundary = why.before.boundary
    library.correct.pin(boundary.before, boundary.after, True)
    desk.focus.why(inspector.photo_id)
    forget = next(each for each in inspector.findChildren(QPushButton) if each.text() == "Forget this")
    desk.session.proposed.connect(lambda proposal: proposal.apply())  # whatever else it changes
    forget.click()
    assert library.correct.list() == []
    desk.act("undo")
    assert len(library.correct.list()) == 1


def test_boundaries_in_words():
    assert gap_line(HELD) == "14 h apart · 312 km · 58 % alike · another camera"
    assert strength_line(HELD) == "Strength 0.99, 0.31 by itself, by the network"
    assert term("gap") == "Length of the gap"
    assert term("something_new") == "Something new"


def test_bars_are_spoken(window):
    bars = Terms(window.theme, HELD.terms)
    assert bars.accessibleName() == (
        "Length of the gap for a boundary, 1.8; Change of look for a boundary, 0.4; Distance against a boundary, 0.7"
    )
    assert not bars.grab().isNull()
    bars.deleteLater()
