"""The JSON that scripts rely on: these keys and exit statuses are a promise."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.records import GROUP_KINDS
from tests.cli.conftest import Imported, Reverie

PHOTO = ["id", "path", "taken_at", "taken_at_source", "lat", "lon", "place", "width", "height", "camera", "kinds"]
GROUP = ["id", "title", "parent", "strength", "photos"]
BOUNDARY = ["before", "after", "strength", "reasons"]
REASONS = ["gap_seconds", "distance_km", "visual", "camera_changed"]
STATUS = ["photos", "missing", "problems", "pending", "embedder", "device"]


def test_status(imported: Imported, reverie: Reverie) -> None:
    answer = reverie("status", "--json", "--library", imported.library)
    assert answer.code == 0
    assert answer.err == ""
    (status,) = answer.objects
    assert list(status) == STATUS
    n_exact = sum(facts["copy"] == "exact" for facts in imported.truth.values())
    assert status["photos"] == 60 - n_exact
    assert (status["missing"], status["problems"], status["pending"]) == (0, 3, 0)
    assert status["embedder"].startswith("efficientnet-lite0 ")
    assert status["device"]


def test_photos(imported: Imported, reverie: Reverie) -> None:
    found = reverie("photos", "--json", "--library", imported.library).objects
    assert all(list(photo) == PHOTO for photo in found)
    by_path = {photo["path"]: photo for photo in found}
    for name, facts in imported.truth.items():
        if facts["origin"] != "own" or str(imported.album / name) not in by_path:
            continue
        photo = by_path[str(imported.album / name)]
        stated, true = datetime.fromisoformat(photo["taken_at"]), datetime.fromisoformat(facts["taken"])
        wrong = timedelta(minutes=47 if facts["camera"].startswith("Canon") else 0)
        assert abs(stated.replace(tzinfo=None) - true - wrong) < timedelta(milliseconds=11)
        offset = None if wrong else timedelta(minutes=facts["utc_offset"])
        assert stated.utcoffset() == offset
        assert photo["taken_at_source"] == "exif"
        assert photo["camera"] == facts["camera"]
        assert (photo["lat"] is not None) == facts["gps"]
        for kind in photo["kinds"]:
            assert list(kind) == ["name", "strength"]
            assert 0 <= kind["strength"] <= 1
    newest_first = [photo["taken_at"][:10] for photo in found if photo["taken_at"]]
    assert newest_first[0] > newest_first[-1]


def test_problems(imported: Imported, reverie: Reverie) -> None:
    found = reverie("problems", "--json", "--library", imported.library).objects
    assert all(list(problem) == ["path", "stage", "reason"] for problem in found)
    broken = {str(imported.album / name) for name, facts in imported.truth.items() if facts["broken"]}
    assert {problem["path"] for problem in found} == broken
    assert all(problem["stage"] and problem["reason"] for problem in found)


@pytest.mark.parametrize("kind", GROUP_KINDS)
def test_groups(kind: str, imported: Imported, reverie: Reverie) -> None:
    answer = reverie("groups", kind, "--json", "--library", imported.library)
    assert answer.code == 0
    files = {str(imported.album / name) for name in imported.truth}
    for group in answer.objects:
        assert list(group)[: len(GROUP)] == GROUP
        assert 0 <= group["strength"] <= 1
        assert group["photos"]
        assert set(group["photos"]) <= files
    silent = ("trips", "odd", "topics")  # nothing is written beside the photos of the sample
    assert answer.objects or kind in silent, f"even a small album has {kind}"


def test_duplicates_name_every_file(imported: Imported, reverie: Reverie) -> None:
    found = reverie("groups", "duplicates", "--json", "--library", imported.library).objects
    sets = [set(group["photos"]) for group in found]
    pairs: dict[str, set[str]] = {}
    for name, facts in imported.truth.items():
        if facts["duplicate"]:
            pairs.setdefault(facts["duplicate"], set()).add(str(imported.album / name))
    exact = {facts["duplicate"] for facts in imported.truth.values() if facts["copy"] == "exact"}
    assert exact
    for key in exact:
        assert any(pairs[key] <= files for files in sets)


def test_events_hold_every_dated_photo_once(imported: Imported, reverie: Reverie) -> None:
    found = reverie("groups", "events", "--json", "--library", imported.library).objects
    members = [path for group in found for path in group["photos"]]
    assert len(members) == len(set(members))
    own = {str(imported.album / name) for name, facts in imported.truth.items() if facts["origin"] == "own"}
    shown = {photo["path"] for photo in reverie("photos", "--json", "--library", imported.library).objects}
    assert own & shown <= set(members)


def test_boundaries(imported: Imported, reverie: Reverie) -> None:
    found = reverie("boundaries", "--json", "--library", imported.library).objects
    photos = {photo["path"] for photo in reverie("photos", "--json", "--library", imported.library).objects}
    assert len(found) > 30
    for boundary in found:
        assert list(boundary) == BOUNDARY
        assert list(boundary["reasons"]) == REASONS
        assert {boundary["before"], boundary["after"]} <= photos
        assert 0 <= boundary["strength"] <= 1
        assert boundary["reasons"]["gap_seconds"] >= 0


def test_similar(imported: Imported, reverie: Reverie) -> None:
    name = next(name for name, facts in imported.truth.items() if facts["copy"] == "edited")
    twin = next(
        other
        for other, facts in imported.truth.items()
        if facts["duplicate"] == imported.truth[name]["duplicate"] and other != name
    )
    found = reverie("similar", imported.album / name, "--top", 5, "--json", "--library", imported.library).objects
    assert [list(each) for each in found] == [["path", "score"]] * 5
    assert found[0]["path"] == str(imported.album / twin)
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9


def test_similar_finds_a_photo_by_any_of_its_files(imported: Imported, reverie: Reverie) -> None:
    copy = next(name for name, facts in imported.truth.items() if facts["copy"] == "exact")
    assert reverie("similar", imported.album / copy, "--library", imported.library).code == 0


def test_doctor(imported: Imported, reverie: Reverie) -> None:
    answer = reverie("doctor", "--json", "--library", imported.library)
    assert answer.code == 0
    (facts,) = answer.objects
    assert {"version", "python", "packages", "device", "embedder", "codecs", "library", "faults"} <= set(facts)
    assert facts["faults"] == []
    assert facts["packages"]["numpy"]


def test_a_second_import_decodes_nothing(imported: Imported, reverie: Reverie) -> None:
    answer = reverie("import", imported.album, "--json", "--library", imported.library)
    assert answer.code == 0
    (report,) = answer.objects
    assert (report["new"], report["decoded"], report["problems"]) == (0, 0, 3)


@pytest.mark.parametrize("command", ["status", "photos", "problems", "boundaries", "doctor", "groups events"])
def test_people_get_text(command: str, imported: Imported, reverie: Reverie) -> None:
    answer = reverie(*command.split(), "--library", imported.library)
    assert answer.code == 0
    assert len(answer.out.splitlines()) > 1
    assert answer.err == ""


def test_the_library_may_be_named_before_the_command(imported: Imported, reverie: Reverie) -> None:
    before = reverie("--library", imported.library, "status", "--json")
    assert before.objects == reverie("status", "--json", "--library", imported.library).objects


def test_the_library_may_be_named_by_the_environment(
    imported: Imported, reverie: Reverie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVERIE_LIBRARY", str(imported.library))
    assert reverie("status", "--json").objects[0]["photos"] > 0


def test_nothing_is_written_beside_the_photos(imported: Imported) -> None:
    files = {path.relative_to(imported.album).as_posix() for path in imported.album.rglob("*") if path.is_file()}
    assert files == {*imported.truth, "truth.json", "README.txt"}


def test_paths_that_are_not_utf8_are_printable(tmp_path: Path) -> None:
    from app import cli_output
    from core.records import Problem

    shown = cli_output.problem(Problem("/photos/caf\udce9.jpg", "read", "empty"))
    assert shown["path"] == "/photos/caf\\xe9.jpg"
