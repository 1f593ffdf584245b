"""Faces are found where they are and nowhere else; what is not the networks' weights is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from core.errors import WeightsError
from core.recognise import face_files, faces
from core.recognise.face_networks import OutputNet, ProposalNet, RefineNet
from core.sample.sources import load

installed = pytest.mark.skipif(not face_files.find(), reason=f"{face_files.PACKAGE} is not installed")
PACKAGE_SAYS = (181.05, 62.16, 267.75, 172.05)
"""The astronaut's face as the package's own program finds it (version 2.6.0, at this size), and its landmarks."""
PACKAGE_MARKS = ((205.0, 101.7), (246.8, 103.7), (224.7, 129.0), (201.7, 139.2), (245.3, 141.9))


def picture(name: str) -> NDArray[np.uint8]:
    return np.asarray(load(name))


def shared(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes, the slow way."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    return float(both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both))


# ---------------------------------------------------------------- what is found


@installed
def test_the_astronauts_face_is_found_where_the_package_itself_finds_it() -> None:
    found = faces.detect(picture("astronaut"))
    assert (len(found), found.boxes.dtype, found.probability.dtype) == (1, np.float32, np.float32)
    assert found.landmarks.shape == (1, 5, 2)
    assert found.probability[0] > 0.99
    assert shared(found.boxes[0], np.array(PACKAGE_SAYS, np.float32)) > 0.85
    assert np.abs(found.landmarks[0] - PACKAGE_MARKS).max() < 4, "pixels"


@installed
def test_pictures_without_faces_have_none() -> None:
    for name in ("pagoda", "flower", "rocket", "coffee", "cat", "brick", "page", "moon"):
        assert len(faces.detect(picture(name))) == 0, name
    assert len(faces.detect(np.zeros((300, 200, 3), np.uint8))) == 0
    assert len(faces.detect(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8))) == 0


@installed
def test_a_face_upside_down_is_not_taken_for_one() -> None:
    assert len(faces.detect(np.ascontiguousarray(picture("astronaut")[::-1]))) == 0


@installed
def test_two_faces_of_different_size_at_the_edge_of_a_picture() -> None:
    head = load("astronaut").crop((160, 40, 290, 190))
    scene = load("pagoda").copy()
    scene.paste(head, (0, 0))
    scene.paste(head.resize((65, 75)), (640 - 65, 427 - 75))
    found = faces.detect(np.asarray(scene))
    boxes = found.boxes[np.argsort(found.boxes[:, 0])]
    assert len(boxes) == 2
    expected = np.array(PACKAGE_SAYS, np.float32) - [160, 40, 160, 40]
    assert shared(boxes[0], expected) > 0.75
    assert shared(boxes[1], expected / 2 + [575, 352, 575, 352]) > 0.6
    assert (found.boxes >= 0).all()
    assert (found.boxes <= [640, 427, 640, 427]).all()
    assert (np.diff(found.probability) <= 0).all(), "the surest first"


@installed
def test_a_large_picture_is_looked_at_small_and_answered_in_its_own_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    large = np.asarray(load("astronaut").resize((2048, 2048), Image.Resampling.BICUBIC))
    seen = []
    monkeypatch.setattr(faces, "pyramid", lambda h, w: seen.append((h, w)) or _pyramid(h, w))
    found = faces.detect(large)
    assert seen == [(faces.LONG_SIDE, faces.LONG_SIDE)]
    assert shared(found.boxes[0] / 4, np.array(PACKAGE_SAYS, np.float32)) > 0.8


_pyramid = faces.pyramid


@installed
def test_the_same_picture_gives_the_same_bits() -> None:
    one, two = (faces.detect(picture("astronaut")) for _ in range(2))
    assert one.boxes.tobytes() == two.boxes.tobytes()
    assert one.landmarks.tobytes() == two.landmarks.tobytes()


@installed
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_finds_the_same() -> None:
    here, there = (faces.detect(picture("astronaut"), device) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(there.boxes, here.boxes, atol=1.0)


@installed
@pytest.mark.parametrize("shape", [(1, 1), (19, 400), (12, 12), (20, 21), (500, 22)])
def test_pictures_too_small_for_a_face(shape: tuple[int, int]) -> None:
    assert len(faces.detect(np.full((*shape, 3), 90, np.uint8))) == 0


@installed
def test_only_pictures_of_eight_bits_and_three_colours_are_looked_at() -> None:
    for wrong in (np.zeros((40, 40), np.uint8), np.zeros((40, 40, 3), np.float32), np.zeros((40, 40, 4), np.uint8)):
        with pytest.raises(ValueError, match="uint8"):
            faces.detect(wrong)


# ---------------------------------------------------------------- boxes


def slow_suppress(boxes: NDArray[np.float32], scores: NDArray[np.float32], overlap: float, smaller: bool) -> list[int]:
    kept: list[int] = []
    for k in sorted(range(len(boxes)), key=lambda k: (-scores[k], k)):
        for other in kept:
            a, b = boxes[k], boxes[other]
            both = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
            areas = (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])
            if both > overlap * (min(areas) if smaller else sum(areas) - both):
                break
        else:
            kept.append(k)
    return kept


@pytest.mark.parametrize("smaller", [False, True])
@pytest.mark.parametrize("overlap", [0.3, 0.5, 0.7])
def test_of_overlapping_boxes_the_surest_stay(overlap: float, smaller: bool) -> None:
    rng = np.random.default_rng(4)
    corners = rng.integers(0, 60, (150, 2))
    boxes = np.concatenate([corners, corners + rng.integers(5, 40, (150, 2))], axis=1).astype(np.float32)
    scores = (rng.integers(0, 40, 150) / 40).astype(np.float32)
    kept = faces.suppress(boxes, scores, overlap, of_smaller=smaller)
    assert kept.tolist() == slow_suppress(boxes, scores, overlap, smaller)
    assert 5 < len(kept) < 150
    assert faces.suppress(boxes[:0], scores[:0], overlap).tolist() == []


def test_boxes_are_squared_and_shifted() -> None:
    box = np.array([[10, 20, 30, 60]], np.float32)
    assert faces.squared(box).tolist() == [[0, 20, 40, 60]]
    shifts = np.array([[0.1, -0.1, 0.5, 0.25]], np.float32)
    np.testing.assert_allclose(faces.shifted(box, shifts), [[12, 16, 40, 70]], rtol=1e-6)


def test_the_pyramid_ends_where_a_cell_no_longer_fits() -> None:
    scales = faces.pyramid(300, 500)
    assert scales[0] == ProposalNet.CELL / faces.SMALLEST
    assert 300 * scales[-1] >= ProposalNet.CELL > 300 * scales[-1] * 0.709
    assert faces.pyramid(19, 500) == []


# ---------------------------------------------------------------- weights


def written(folder: Path, **other: dict[str, torch.Tensor]) -> tuple[Path, ...]:
    """Files of the three networks with weights drawn at random, or these."""
    kinds: dict[str, type[nn.Module]] = {"pnet": ProposalNet, "rnet": RefineNet, "onet": OutputNet}
    paths = []
    for name, kind in kinds.items():
        paths.append(folder / f"{name}.pt")
        torch.save(other.get(name, kind().state_dict()), paths[-1])
    return tuple(paths)


def test_weights_of_the_right_shapes_are_taken(tmp_path: Path) -> None:
    faces.Detector(written(tmp_path))(np.zeros((40, 40, 3), np.uint8))


@pytest.mark.parametrize("wrong", ["missing", "unknown", "of another shape", "no numbers"])
def test_wrong_weights_are_refused(wrong: str, tmp_path: Path) -> None:
    state = dict(OutputNet().state_dict())
    if wrong == "missing":
        del state["dense6_3.bias"]
    elif wrong == "unknown":
        state["dense7.bias"] = torch.zeros(2)
    elif wrong == "of another shape":
        state["conv1.weight"] = torch.zeros(32, 1, 3, 3)
    else:
        state["conv1.bias"] = torch.full((32,), torch.nan)
    with pytest.raises(WeightsError, match=wrong):
        faces.Detector(written(tmp_path, onet=state))


def test_networks_in_the_wrong_order_and_files_with_code_are_refused(tmp_path: Path) -> None:
    paths = written(tmp_path)
    with pytest.raises(WeightsError, match="another architecture"):
        faces.Detector(paths[::-1])
    torch.save(OutputNet(), tmp_path / "onet.pt")
    with pytest.raises(WeightsError, match="plain weights"):
        faces.Detector(paths)


def test_an_absent_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_files, "PACKAGE", "no-such-package-anywhere")
    assert "pip install --no-deps facenet-pytorch==2.6.0" in faces.available()
    with pytest.raises(WeightsError, match="pip install"):
        faces.detect(np.zeros((40, 40, 3), np.uint8))


@installed
def test_the_package_is_found_but_never_imported_and_asking_imports_no_torch() -> None:
    assert faces.available() == ""
    asking = "import sys; from core.recognise import face_files; assert not face_files.available()"
    told = subprocess.run(
        [sys.executable, "-c", f"{asking}; print(sorted({{'torch', 'facenet_pytorch'}} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"
    for path in Path(faces.__file__).parent.glob("*.py"):
        assert "facenet_pytorch" not in path.read_text("utf-8"), path.name
