"""Models that invent detail are held down on faces: those that the metadata name, and those that are found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core import doctor
from core.media import marks
from core.progress import Progress
from core.recognise import face_files, faces
from core.sample.sources import load
from core.studio import enlarging, spared
from core.studio.asked import How, Trial
from core.superres import models
from core.superres.enlarge import FACE_STRENGTH, Box, plain

installed = pytest.mark.skipif(not face_files.find(), reason=f"{face_files.PACKAGE} is not installed")
FACE = (45, 25, 105, 100)
"""Well within the astronaut's face in the picture of :func:`photo`."""
NO_FACE = (200, 150, 250, 250)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A photo without metadata, 256 x 256, of the astronaut's head and shoulders."""
    path = tmp_path / "photo.png"
    load("astronaut").crop((140, 40, 396, 296)).save(path)
    return str(path)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_files, "PACKAGE", "no-such-package-anywhere")


def strong(scale: int = 2, **other: object) -> models.Model:
    """A model that invents: its picture is the negative of the bicubic one."""
    model = models.load("bicubic", scale)
    info = replace(model.info, name="strong", title="Strong", adversarial=True, **other)
    return replace(model, info=info, run=lambda image: 1 - model.run(image))


def distance(path: str, photo: str, box: tuple[int, int, int, int], scale: int) -> float:
    """How far an enlarged file is from bicubic within a box of the photo, of 255."""
    left, top, right, bottom = (scale * side for side in box)
    made = np.asarray(Image.open(path).convert("RGB"), np.float64)
    below = plain(np.asarray(Image.open(photo).convert("RGB")), scale).astype(np.float64)
    return float(np.abs(made - below)[top:bottom, left:right].mean())


def made(photo: str, model: models.Model, folder: Path, strength: float = 1.0) -> str:
    folder.mkdir(exist_ok=True)
    how = How("srgan", model.scale, strength)
    return enlarging.enlarged(photo, how, model, str(folder), Progress())[0]


# ---------------------------------------------------------------- from a file to a file


@installed
def test_an_enlargement_is_closer_to_the_photo_on_a_face_that_was_found(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = made(photo, strong(), tmp_path / "held")
    assert marks.facts_of(held)["FacesHeldDown"] == "1"
    monkeypatch.setattr(face_files, "PACKAGE", "no-such-package-anywhere")
    free = made(photo, strong(), tmp_path / "free")
    assert "FacesHeldDown" not in marks.facts_of(free)
    on, off = distance(held, photo, FACE, 2), distance(free, photo, FACE, 2)
    assert on == pytest.approx(FACE_STRENGTH * off, rel=0.03)
    assert distance(held, photo, NO_FACE, 2) == distance(free, photo, NO_FACE, 2)


@installed
@pytest.mark.skipif(not models.info("srgan").available, reason="the weights of SRGAN are not there")
def test_srgan_itself_is_held_down_on_a_face(photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = models.load("srgan", 4)
    held = made(photo, model, tmp_path / "held")
    monkeypatch.setattr(face_files, "PACKAGE", "no-such-package-anywhere")
    free = made(photo, model, tmp_path / "free")
    assert distance(held, photo, FACE, 4) < 0.7 * distance(free, photo, FACE, 4)
    assert distance(held, photo, NO_FACE, 4) == distance(free, photo, NO_FACE, 4)


@installed
@pytest.mark.parametrize("model", [strong(), models.load("bicubic", 2)], ids=["gentle", "invents nothing"])
def test_faces_are_looked_for_only_where_a_model_would_be_held_down(
    model: models.Model, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(picture: NDArray[np.uint8]) -> faces.Faces:
        raise AssertionError("nobody asked")

    monkeypatch.setattr(faces, "detect", refuse)
    made(photo, model, tmp_path / "out", strength=FACE_STRENGTH if model.info.adversarial else 1.0)


# ---------------------------------------------------------------- which faces


def boxes_of(path: str, pixels: NDArray[np.generic]) -> list[Box]:
    return list(spared.faces(path, pixels, Progress()))


@installed
def test_faces_are_found_whatever_the_depth_and_channels(photo: str) -> None:
    colour = np.asarray(Image.open(photo))
    grey = np.asarray(Image.open(photo).convert("L"))
    (expected,) = boxes_of(photo, colour)
    alpha = np.dstack([colour, np.full(grey.shape, 7, np.uint8)])
    for same in (alpha, colour.astype(np.uint16) * 257):
        assert boxes_of(photo, same) == [expected]
    for other in (grey, grey[..., None], np.dstack([grey, grey]), grey.astype(np.uint16) * 257):
        (box,) = boxes_of(photo, other)
        assert np.abs(np.subtract(box, expected)).max() < 15, "pixels; colours tell the networks a little"


def _named(path: str) -> None:
    import exiv2

    image = exiv2.ImageFactory.open(path)
    image.readMetadata()
    xmp, region = image.xmpData(), "Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:"
    xmp["Xmp.mwg-rs.Regions"] = exiv2.XmpTextValue("type=Struct")
    xmp["Xmp.mwg-rs.Regions/mwg-rs:RegionList"] = exiv2.XmpTextValue("type=Bag")
    for name, value in {"Name": "Marie", "Type": "Face"}.items():
        xmp[region + name] = value
    for name, value in {"x": "0.5", "y": "0.75", "w": "0.25", "h": "0.5", "unit": "normalized"}.items():
        xmp[f"{region}Area/stArea:{name}"] = value
    image.writeMetadata()


@installed
def test_named_faces_come_first_and_found_ones_besides(photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _named(photo)
    pixels = np.asarray(Image.open(photo))
    named, found = boxes_of(photo, pixels)
    assert named == (96, 128, 160, 256)
    assert found[0] < FACE[0] < FACE[2] < found[2]
    monkeypatch.setattr(face_files, "PACKAGE", "no-such-package-anywhere")
    assert boxes_of(photo, pixels) == [named]


# ---------------------------------------------------------------- where faces cannot be found


def heard() -> tuple[Progress, list[str]]:
    notices: list[str] = []
    return Progress(lambda report: notices.append(report.notice) if report.notice else None), notices


@pytest.mark.usefixtures("absent")
def test_without_the_weights_enlarging_goes_on_and_says_so(photo: str) -> None:
    progress, notices = heard()
    spared.warn(progress)
    assert "metadata name" in notices[0]
    assert "pip install --no-deps facenet-pytorch" in notices[0]
    assert spared.faces(photo, np.asarray(Image.open(photo)), progress) == ()
    assert len(notices) == 1
    assert doctor._studio("CPU")["faces"].startswith("not here: ")


def test_damaged_weights_are_a_notice(photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = tuple(tmp_path / name for name in face_files.NAMES)
    for path in paths:
        path.write_bytes(b"nothing")
    monkeypatch.setattr(face_files, "find", lambda: paths)
    progress, notices = heard()
    assert spared.faces(photo, np.asarray(Image.open(photo)), progress) == ()
    assert "pnet.pt" in notices[0]


@installed
def test_the_doctor_says_that_faces_are_found() -> None:
    progress, notices = heard()
    spared.warn(progress)
    assert notices == []
    told, digest = doctor._studio("CPU")["faces"].split()
    assert (told, len(digest)) == ("here", 16)


# ---------------------------------------------------------------- trials


@installed
def test_a_trial_on_a_crop_shows_faces_as_they_will_be(photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The crop cuts the face: it is looked for in the whole photo."""
    monkeypatch.setattr(enlarging, "load", lambda how: strong(how.scale))
    x, y = 60, 40
    asked = Trial(photo, (x / 256, y / 256, 0.7, 0.7), (How("srgan", 2), How("srgan", 2, FACE_STRENGTH)))
    below, (full, gentle) = enlarging.crops(asked, Progress())
    off = [np.abs(each.picture.astype(float) - below) for each in (full, gentle)]
    face = np.s_[: 2 * (FACE[3] - y), : 2 * (FACE[2] - x)]
    assert off[0][face].mean() == pytest.approx(off[1][face].mean(), abs=0.5), "held down to the same"
    elsewhere = np.s_[2 * (NO_FACE[1] - y) :, 2 * (NO_FACE[0] - x) :]
    assert off[0][elsewhere].mean() > 1.8 * off[1][elsewhere].mean()
