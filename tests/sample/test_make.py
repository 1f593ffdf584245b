"""Sample albums on disk, as a program that knows nothing of them reads them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

import core.sample
from core.errors import Cancelled
from core.progress import Progress, Report


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album") / "new"
    core.sample.make(folder, photos=40, seed=7)
    return folder


@pytest.fixture(scope="module")
def truth(album: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((album / "truth.json").read_text(encoding="utf-8"))
    return loaded


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _exif(path: Path) -> tuple[dict[int, Any], dict[int, Any], dict[int, Any]]:
    with Image.open(path) as picture:
        block = picture.getexif()
        return dict(block), block.get_ifd(IFD.Exif), block.get_ifd(IFD.GPSInfo)


def test_the_same_seed_gives_the_same_bytes(album: Path, tmp_path: Path) -> None:
    core.sample.make(tmp_path, photos=40, seed=7)
    assert _files(tmp_path) == _files(album)


def test_it_says_that_it_is_simulated(album: Path, truth: dict[str, Any]) -> None:
    assert truth["simulated"] is True
    assert "simulated" in truth["note"]
    assert "simulated" in (album / "README.txt").read_text(encoding="utf-8")


def test_the_truth_names_every_file(album: Path, truth: dict[str, Any]) -> None:
    assert set(_files(album)) == {*truth["files"], "truth.json", "README.txt"}
    assert sum(facts["broken"] is None for facts in truth["files"].values()) == 40


def test_exactly_the_broken_files_cannot_be_read(album: Path, truth: dict[str, Any]) -> None:
    unreadable = set()
    for name in truth["files"]:
        try:
            with Image.open(album / name) as picture:
                picture.load()
        except (UnidentifiedImageError, OSError):
            unreadable.add(name)
    assert unreadable == {name for name, facts in truth["files"].items() if facts["broken"]}
    assert len(unreadable) == 3


def test_the_telephone_tells_time_and_the_camera_is_47_minutes_ahead(album: Path, truth: dict[str, Any]) -> None:
    errors = {}
    for name, facts in truth["files"].items():
        if facts["origin"] == "own":
            main, photo, _ = _exif(album / name)
            stated = datetime.strptime(photo[Base.DateTimeOriginal], "%Y:%m:%d %H:%M:%S")
            true = datetime.fromisoformat(facts["taken"]).replace(microsecond=0)
            errors.setdefault(main[Base.Make], set()).add(stated - true)
            assert (Base.OffsetTimeOriginal in photo) == (main[Base.Make] == "Apple")
    assert errors == {"Apple": {timedelta(0)}, "Canon": {timedelta(minutes=47)}}


def test_positions_are_where_the_truth_says(album: Path, truth: dict[str, Any]) -> None:
    with_gps = [name for name, facts in truth["files"].items() if facts["origin"] == "own" and facts["gps"]]
    assert with_gps
    for name in with_gps:
        _, _, gps = _exif(album / name)
        signs = {"N": 1, "S": -1, "E": 1, "W": -1}
        lat, lon = (
            signs[gps[ref]] * sum(float(part) / 60**i for i, part in enumerate(gps[value]))
            for ref, value in ((GPS.GPSLatitudeRef, GPS.GPSLatitude), (GPS.GPSLongitudeRef, GPS.GPSLongitude))
        )
        place = truth["places"][truth["files"][name]["place"]]
        assert (lat, lon) == pytest.approx((place["lat"], place["lon"]), abs=0.03)
        assert gps[GPS.GPSAltitudeRef] in (b"\x00", b"\x01")


def test_what_has_no_position_says_none(album: Path, truth: dict[str, Any]) -> None:
    for name, facts in truth["files"].items():
        if not facts["gps"] and not facts["broken"]:
            assert not _exif(album / name)[2]


def test_copies_are_what_they_are_called(album: Path, truth: dict[str, Any]) -> None:
    originals = {facts["duplicate"]: n for n, facts in truth["files"].items() if facts["origin"] == "own"}
    for name, facts in truth["files"].items():
        if facts["origin"] != "copy":
            continue
        original = album / originals[facts["duplicate"]]
        same = (album / name).read_bytes() == original.read_bytes()
        assert same == (facts["copy"] == "exact")
        if facts["copy"] == "sent":
            assert not _exif(album / name)[0]
        else:
            assert _exif(album / name)[1][Base.DateTimeOriginal] == _exif(original)[1][Base.DateTimeOriginal]


def test_screenshots_have_no_camera(album: Path, truth: dict[str, Any]) -> None:
    shots = [name for name, facts in truth["files"].items() if facts["kind"] == "screenshots"]
    assert shots
    assert all(name.startswith("Screenshots/") and not _exif(album / name)[0] for name in shots)


def test_nothing_of_the_person_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(core.sample.SampleError, match="not an empty folder"):
        core.sample.make(tmp_path, photos=24)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_too_few_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(core.sample.SampleError, match="at least 24"):
        core.sample.make(tmp_path / "new", photos=23)


def test_a_cancelled_one_leaves_nothing(tmp_path: Path) -> None:
    def stop(report: Report) -> None:
        if report.done >= 3:
            progress.cancel()

    progress = Progress(stop, interval=0.0)
    with pytest.raises(Cancelled):
        core.sample.make(tmp_path / "new", photos=24, progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    reports: list[Report] = []
    core.sample.make(tmp_path / "new", photos=24, progress=Progress(reports.append, interval=0.0))
    assert reports[-1].done == reports[-1].total > 0
