"""Photos enlarged: all that a file holds survives, the original is only read, and the queue outlives bad files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import Cancelled, ReverieError, WeightsError
from core.library import Library
from core.media import marks, whole
from core.media.tags import read_tags
from core.progress import Progress, Report
from core.records import Scope
from core.studio import enlarging, files, queue
from core.studio.asked import How, Job

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RNG = np.random.default_rng(5)


def _smooth(height: int, width: int, channels: int, dtype: type = np.uint8) -> np.ndarray:
    small = RNG.random((4, 5, channels)).astype(np.float32)
    grown = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).reshape(height, width, channels)
    return (np.clip(grown, 0, 1) * np.iinfo(dtype).max).astype(dtype)


def _album(folder: Path) -> Path:
    """A turned JPEG with EXIF and profile, 16-bit TIFF and PNG, a PNG with alpha, and a broken JPEG."""
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Canon"
    exif.get_ifd(0x8769)[0x9003] = "2021:05:06 07:08:09"
    Image.fromarray(_smooth(24, 36, 3)).save(folder / "turned.jpg", exif=exif, icc_profile=PROFILE, quality=95)
    cv2.imwrite(str(folder / "deep.tif"), _smooth(20, 30, 3, np.uint16))
    cv2.imwrite(str(folder / "deep.png"), _smooth(20, 30, 4, np.uint16))
    Image.fromarray(_smooth(20, 30, 4)).save(folder / "alpha.png", icc_profile=PROFILE)
    (folder / "broken.jpg").write_bytes((folder / "turned.jpg").read_bytes()[:300])
    return folder


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _album(tmp_path_factory.mktemp("enlarging") / "album")


@pytest.fixture(scope="module")
def library(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library") / "library") as opened:
        opened.import_folders([album], Progress())
        yield opened


def _state(folder: Path) -> dict[str, tuple[str, int]]:
    return {p.name: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def _photo(library: Library, album: Path, name: str) -> int:
    found = library.find(str(album / name))
    assert found is not None
    return found


def test_all_that_a_file_holds_survives(library: Library, album: Path) -> None:
    before = _state(album)
    names = ("turned.jpg", "deep.tif", "deep.png", "alpha.png")
    ids = [_photo(library, album, name) for name in names]
    report = library.studio.enlarge(ids, "bicubic", 2, progress=Progress())
    assert report.failed == ()
    assert [os.path.basename(each.path) for each in report.done] == [
        "turned-x2-bicubic.jpg", "deep-x2-bicubic.tif", "deep-x2-bicubic.png", "alpha-x2-bicubic.png",
    ]  # fmt: skip
    jpeg, tiff, png, alpha = (whole.read_whole(each.path) for each in report.done)
    assert jpeg.pixels.shape == (72, 48, 3), "upright"
    assert (jpeg.profile, alpha.profile) == (PROFILE, PROFILE)
    assert (tiff.pixels.dtype, tiff.pixels.shape) == (np.uint16, (40, 60, 3))
    assert (png.pixels.dtype, png.pixels.shape) == (np.uint16, (40, 60, 4))
    assert (alpha.pixels.dtype, alpha.pixels.shape) == (np.uint8, (40, 60, 4))
    tags = read_tags(report.done[0].path)
    assert tags.exif["Exif.Photo.DateTimeOriginal"] == "2021:05:06 07:08:09"
    assert (tags.exif["Exif.Image.Orientation"], tags.exif["Exif.Image.Make"]) == ("1", "Canon")
    assert marks.source_type_of(tags.xmp) == marks.ENHANCED
    facts = marks.facts_of(report.done[0].path)
    assert (facts["Model"], facts["Scale"], facts["Strength"], facts["EnlargedFrom"]) == (
        "bicubic",
        "2",
        "1",
        "turned.jpg",
    )
    assert "by a model" in facts["Note"]
    assert _state(album) == before, "the originals were only read"
    assert len(library.wall(Scope()).ids) == 4, "versions are no photos of their own"


def test_a_version_is_undone_and_done_again(library: Library, album: Path) -> None:
    photo = _photo(library, album, "alpha.png")
    had = len(library.studio.versions(photo))
    library.studio.enlarge([photo], "bicubic", 3, strength=0.5)
    (newest, *_) = library.studio.versions(photo)
    assert (newest.scale, newest.model, newest.settings["strength"], newest.missing) == (3, "bicubic", 0.5, False)
    assert os.path.dirname(newest.path) == str(library.root / "enlarged")
    undone = library.undo()
    assert undone is not None
    assert undone[0] == "Enlarging of 1 photo"
    assert undone[1].ids == (photo,)
    assert len(library.studio.versions(photo)) == had
    assert os.path.exists(newest.path), "undo leaves the file"
    library.redo()
    assert library.studio.versions(photo)[0] == newest
    assert library.studio.forget_versions([newest.id]).photos
    assert len(library.studio.versions(photo)) == had
    library.undo()
    assert library.studio.version(newest.id) == newest
    pixels = library.studio.version_pixels(newest.id, 45)
    assert (pixels.width, pixels.height) == (45, 30)
    heat = library.studio.heat(newest.id, 30)
    assert heat.dtype == np.float32
    assert heat.max() <= 1.5 / 255, "bicubic invents nothing"
    with pytest.raises(KeyError):
        library.studio.version(10**6)


def test_one_bad_file_does_not_stop_the_queue(library: Library, album: Path, tmp_path: Path) -> None:
    before = _state(album)
    paths = [str(album / name) for name in ("broken.jpg", "alpha.png", "gone.jpg")]
    report = files.enlarge_files(paths, "bicubic", 2, str(tmp_path / "out"), Progress())
    assert [os.path.basename(each.path) for each in report.done] == ["alpha-x2-bicubic.png"]
    assert [os.path.basename(path) for path, _ in report.failed] == ["broken.jpg", "gone.jpg"]
    assert all(reason.endswith(".") for _, reason in report.failed)
    assert sorted(os.listdir(tmp_path / "out")) == ["alpha-x2-bicubic.png"], "nothing half done is left"
    assert _state(album) == before
    again = files.enlarge_files([paths[1]], "bicubic", 2, str(tmp_path / "out"), Progress())
    assert os.path.basename(again.done[0].path) == "alpha-x2-bicubic-2.png", "no file is replaced"
    report = library.studio.enlarge([10**6], "bicubic", 2)
    assert report.failed == ((f"photo {10**6}", "It is not in the library any more."),)


def test_a_cancel_keeps_what_was_done(library: Library, album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue.process, "run", lambda function, job, progress: function(job, progress))
    photos = [_photo(library, album, name) for name in ("deep.png", "turned.jpg", "alpha.png")]
    had = {photo: len(library.studio.versions(photo)) for photo in photos}

    def hear(report: Report) -> None:
        if report.phase == "Enlarging" and report.done >= 600:
            progress.cancel()

    progress = Progress(hear, interval=0.0)
    with pytest.raises(Cancelled, match="are done"):
        library.studio.enlarge(photos, "bicubic", 2, progress=progress)
    new = [len(library.studio.versions(photo)) - had[photo] for photo in photos]
    assert new[0] == 1
    assert new[2] == 0


def test_a_photo_that_brings_the_process_down_costs_itself_alone(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.learn import process

    calls: list[int] = []

    def run(function: object, job: Job, progress: Progress) -> None:
        calls.append(job.first)
        if len(calls) == 1:
            with open(job.diary, "a", encoding="utf-8") as diary:
                diary.write('{"k": 0, "begun": true}\n{"k": 0, "fai')
            raise process.Died("The learning ended by itself (code -11); nothing was lost.")
        enlarging.work(job, progress)

    monkeypatch.setattr(process, "run", run)
    paths = [str(album / "turned.jpg"), str(album / "alpha.png")]
    worked = queue.work_off(How("bicubic", 2), paths, str(tmp_path), Progress())
    assert calls == [0, 1]
    assert worked.outcomes[0] == queue.BROUGHT_DOWN
    assert isinstance(worked.outcomes[1], tuple)


def test_a_full_disk_is_a_sentence_and_ends_the_queue(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def refuse(path: str, data: bytes) -> None:
        os.unlink(path)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole, "fill", refuse)
    monkeypatch.setattr(queue.process, "run", lambda function, job, progress: function(job, progress))
    paths = [str(album / "turned.jpg"), str(album / "alpha.png")]
    worked = queue.work_off(How("bicubic", 2), paths, str(tmp_path / "out"), Progress())
    assert worked.outcomes == ("The disk is full.", queue.NOT_BEGUN)
    assert os.listdir(tmp_path / "out") == []


def test_a_picture_that_would_be_too_large_is_refused_before_it_is_made(album: Path, tmp_path: Path) -> None:
    Image.new("L", (12_000, 6_000)).save(tmp_path / "wide.png")
    report = files.enlarge_files([str(tmp_path / "wide.png")], "bicubic", 4, str(tmp_path / "out"), Progress())
    assert "more than 500 million pixels" in report.failed[0][1]


def test_models_that_cannot_do_it_are_refused(library: Library, album: Path, tmp_path: Path) -> None:
    photo = _photo(library, album, "alpha.png")
    with pytest.raises(WeightsError, match="no model"):
        library.studio.enlarge([photo], "waifu", 2)
    with pytest.raises(WeightsError, match="enlarges by"):
        library.studio.enlarge([photo], "bicubic", 5)
    with pytest.raises(ValueError, match="strength"):
        library.studio.enlarge([photo], "bicubic", 2, strength=2.0)
    with pytest.raises(WeightsError, match="Choose the file"):
        library.studio.enlarge([photo], "file", 2)
    with pytest.raises(ReverieError, match="no weights yet"):
        library.studio.enlarge([photo], "run:srgan-20260101-000000", 2)
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(ReverieError):
        library.studio.enlarge([photo], "file", 2, file=wrong)


def test_models_side_by_side_on_a_crop(library: Library, album: Path) -> None:
    photo = _photo(library, album, "turned.jpg")
    found = library.studio.preview(photo, (0.25, 0.25, 0.5, 0.5), ["bicubic", "run-of-nothing"], 2)
    assert found.plain.shape == (36, 24, 3)
    assert [crop.model for crop in found.crops] == ["bicubic", "run-of-nothing"]
    assert found.crops[0].failed == ""
    np.testing.assert_array_equal(found.crops[0].picture, found.plain)
    assert "no model" in found.crops[1].failed
    assert found.apart.shape == (36, 24)
    assert library.studio.estimate_enlarge([photo], "bicubic", 2) > 0


def test_an_import_keeps_versions_off_the_wall(album: Path, tmp_path: Path) -> None:
    own = _album(tmp_path / "album")
    with Library.open(tmp_path / "library") as library:
        library.import_folders([own], Progress())
        before = len(library.wall(Scope()).ids)
        report = library.studio.enlarge([_photo(library, own, "alpha.png")], "bicubic", 2, folder=own)
        assert os.path.dirname(report.done[0].path) == str(own)
        library.import_folders([], Progress())
        assert len(library.wall(Scope()).ids) == before
        assert library.check() == []
