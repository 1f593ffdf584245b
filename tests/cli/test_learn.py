"""``why``, ``health`` and ``learn``: keys that scripts rely on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.library import Library
from core.recognise import face_files
from tests.cli.conftest import Imported, Reverie
from tests.cli.test_correct import SAID

WHY = ["path", "groups", "before", "after"]
MEMBER = ["id", "kind", "title", "strength", "reason", "neighbours", "correction"]
EDGE = ["before", "after", "strength", "reasons", "raw", "source", "terms", "compared", "correction"]
HEALTH = ["questions", "answered", "gain", "enough", "learned", "unsorted"]
QUESTION = ["key", "kind", "text", "left", "right", "strength", "gain", "answers", "details"]
PART = ["name", "metric", "rule", "learned", "held_out", "used", "why"]


@pytest.fixture
def library(imported: Imported, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(imported.library, tmp_path / "library"))


def test_why(imported: Imported, reverie: Reverie) -> None:
    events = reverie("groups", "events", "--json", "--library", imported.library).objects
    path = events[2]["photos"][0]
    (why,) = reverie("why", path, "--json", "--library", imported.library).objects
    assert list(why) == WHY
    assert why["path"] == path
    assert {"events"} <= {group["kind"] for group in why["groups"]}
    for group in why["groups"]:
        assert list(group) == MEMBER
        assert all(list(each) == ["path", "cosine"] for each in group["neighbours"])
    for edge in (why["before"], why["after"]):
        assert list(edge) == EDGE
        assert edge["source"] == "rule"
        assert edge["terms"]
        assert all(list(term) == ["name", "log_odds"] for term in edge["terms"])
        assert list(edge["compared"]) == ["before", "after"]
        assert edge["strength"] >= 0.5
    assert why["after"]["before"] in events[2]["photos"]
    assert why["before"]["after"] in events[2]["photos"]


def test_why_names_the_correction(library: Path, reverie: Reverie) -> None:
    event = max(
        reverie("groups", "events", "--json", "--library", library).objects, key=lambda event: len(event["photos"])
    )
    path = event["photos"][1]
    assert reverie("correct", "split", path, "--library", library).code == 0
    (why,) = reverie("why", path, "--json", "--library", library).objects
    assert list(why["before"]["correction"]) == SAID
    assert "You said" in reverie("why", path, "--library", library).out


def test_health_is_asked_and_answered(library: Path, reverie: Reverie) -> None:
    (health,) = reverie("health", "--limit", 5, "--json", "--library", library).objects
    assert list(health) == HEALTH
    assert 0 < len(health["questions"]) <= 5
    for question in health["questions"]:
        assert list(question) == QUESTION
        assert question["answers"] == ["yes", "no", "skip"]
        assert question["left"]
    key = health["questions"][0]["key"]
    (told,) = reverie("health", "answer", key, "no", "--json", "--library", library).objects
    assert list(told) == ["key", "answer", "answered", "gain"]
    assert told["answered"] == 1
    again = reverie("health", "answer", key, "yes", "--library", library)
    assert again.code == 2
    assert "no open question" in again.err
    assert reverie("correct", "undo", "--library", library).code == 0
    (health,) = reverie("health", "--json", "--library", library).objects
    assert health["answered"] == 0
    assert key in [question["key"] for question in health["questions"]]


def test_health_for_people(imported: Imported, reverie: Reverie) -> None:
    answer = reverie("health", "--limit", 2, "--library", imported.library)
    assert answer.code == 0
    assert answer.out.splitlines()[-1].startswith("0 answered")


def test_learn_shows_both_scores_and_the_choice(library: Path, reverie: Reverie) -> None:
    answer = reverie("learn", "--json", "--library", library)
    assert answer.code == 0, answer.err
    assert answer.objects
    assert all(list(part) == PART for part in answer.objects)
    assert "boundaries" in [part["name"] for part in answer.objects]
    assert all(part["why"] for part in answer.objects)
    assert "In use" in reverie("learn", "--library", library).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["why", "/nowhere.jpg"], "is not in the library"),
        (["health", "--limit", "0"], "--limit"),
        (["health", "answer", "boundary:1:2:events", "perhaps"], "yes, no, skip"),
        (["health", "answer", "nonsense", "yes"], "no open question"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_misuse_is_status_2(arguments: list[str], words: str, library: Path, reverie: Reverie) -> None:
    answer = reverie(*arguments, "--library", library)
    assert answer.code == 2
    assert answer.out == ""
    assert words in answer.err


def test_faces_are_counted_and_say_how_many(library: Path, reverie: Reverie, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_files, "find", lambda: ())
    answer = reverie("faces", "--library", library)
    assert answer.code == 1
    assert face_files.PACKAGE in answer.err
    monkeypatch.setattr(Library, "look_for_faces", lambda _self, _progress: 7)
    assert reverie("faces", "--library", library).out == "Faces were looked for in 7 photos.\n"
    assert reverie("faces", "--json", "--library", library).objects == [{"photos": 7}]
