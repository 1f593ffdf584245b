"""One picture laid over another: copies are recognised however they were made, other shots are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from skimage import data

from core.group.alignment import DTYPE, Sight, Verdicts, compare, verdicts


def _picture(name: str = "coffee") -> Image.Image:
    return Image.fromarray(getattr(data, name)()).convert("RGB")


def _compared(a: Image.Image, b: Image.Image) -> Verdicts:
    first, second = (Sight(np.asarray(picture.convert("L"))) for picture in (a, b))
    return verdicts(np.array([compare(first, second)], DTYPE))


COPIES = {
    "crop": (lambda p: p.crop((60, 40, 60 + int(p.width * 0.77), 40 + int(p.height * 0.77))), 0, False),
    "mirrored": (lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 0, True),
    "turned": (lambda p: p.transpose(Image.Transpose.ROTATE_90), 90, False),
    "half": (lambda p: p.resize((p.width // 2, p.height // 2)), 0, False),
    "lighter": (lambda p: ImageEnhance.Brightness(p).enhance(1.3), 0, False),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_lies_on_its_original(name: str) -> None:
    change, degrees, mirrored = COPIES[name]
    verdict = _compared(_picture(), change(_picture()))
    assert verdict.known[0]
    assert verdict.inliers[0] >= 12
    assert verdict.agreement[0] > 0.92
    assert verdict.unlike[0] < 0.1
    assert abs(verdict.stretch[0] - 1.0) < 0.015
    assert verdict.overlap[0] > 0.95
    assert abs(abs(verdict.rotation[0]) - degrees) < 1.0
    assert bool(verdict.mirrored[0]) is mirrored


def test_other_pictures_do_not_agree() -> None:
    verdict = _compared(_picture(), _picture("astronaut"))
    assert verdict.inliers[0] < 12 or verdict.agreement[0] < 0.5


def test_a_subject_that_moved_is_seen() -> None:
    picture = _picture()
    pixels = np.asarray(picture).copy()
    pixels[100:300, 200:400] = np.roll(pixels, (25, 35), (0, 1))[100:300, 200:400]
    still, moved = _compared(picture, picture), _compared(picture, Image.fromarray(pixels))
    assert still.unlike[0] == 0.0
    assert moved.unlike[0] > 0.1


def test_a_blank_picture_has_nothing_to_hold_on_to() -> None:
    verdict = _compared(_picture(), Image.new("RGB", (600, 400), "grey"))
    assert verdict.known[0]
    assert (verdict.inliers[0], verdict.keypoints[0]) == (0, 0)
