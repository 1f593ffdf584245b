"""The models that enlarge: which there are, whether they can be used here and why not, and how one is loaded.

Nothing here imports torch before a model that needs it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import resources
from core.errors import WeightsError
from core.nn import checkpoints
from core.superres import ncnn_files
from core.superres.resampling import REACH, bicubic, reduced

F32 = NDArray[np.float32]
SCALES = (2, 3, 4)
WEIGHTS = Path(next(iter(resources.__path__))) / "weights"
"""Where the weights lie that come with the program."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """``what``: what it is good for, in a sentence. ``why_not``: why it is not available, and what to do. ``sha256``
    of its weights, "" where it has none. ``adversarial``: it invents detail, and is held down on faces."""

    name: str
    title: str
    what: str
    scales: tuple[int, ...] = SCALES
    available: bool = True
    why_not: str = ""
    sha256: str = ""
    adversarial: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """Float32 [h, w, 3] in [0, 1] -> [scale * h, scale * w, 3], not clamped.

    ``receptive_field``: pixels of the small picture that a pixel of the large one depends on, to each side. ``tile``:
    the side of the pieces that large pictures are cut into for it. Calling it raises MemoryError where memory is short.
    """

    info: ModelInfo
    scale: int
    receptive_field: int
    run: Callable[[F32], F32]
    tile: int = 256

    def __call__(self, image: F32) -> F32:
        return self.run(image)


INFOS = (
    ModelInfo("bicubic", "Bicubic", "Plain interpolation: invents nothing and sharpens nothing; at once."),
    ModelInfo("compact", "Compact", "Our small network: sharper than bicubic, true to the photo; seconds."),
    ModelInfo(
        "srgan",
        "SRGAN",
        "Our adversarial network: crisp texture that looks right and is partly invented; some seconds.",
        adversarial=True,
    ),
    ModelInfo(
        "restore",
        "Restore",
        "For old scans and small JPEGs: takes away noise and compression, at the same size or larger; seconds.",
        scales=(1, *SCALES),
    ),
    ModelInfo(
        "realesrgan-x4plus",
        "Real-ESRGAN ×4+",
        "Large network of Wang et al. (2021): the cleanest look, much of it invented; minutes without a GPU.",
        adversarial=True,
    ),
    ModelInfo(
        "realesr-animevideov3",
        "Real-ESRGAN animevideo v3",
        "Small network of the same authors for drawings and animation; seconds.",
        adversarial=True,
    ),
    ModelInfo(
        "file",
        "A file of yours",
        "A community model that you choose (.safetensors, .pth): what it does is up to its makers.",
        adversarial=True,
    ),
)
_SHIPPED = ("compact", "srgan", "restore")


def models() -> tuple[ModelInfo, ...]:
    """Every model, with whether it can be used here."""
    return tuple(_looked_at(info) for info in INFOS)


def info(name: str) -> ModelInfo:
    """One of :func:`models`. Raises WeightsError where there is none of that name."""
    for one in INFOS:
        if one.name == name:
            return _looked_at(one)
    raise WeightsError(f"There is no model “{name}”. There are: {', '.join(one.name for one in INFOS)}.")


def load(name: str, scale: int, *, file: Path | None = None, device: str = "cpu") -> Model:
    """The model, ready to enlarge by ``scale``.

    ``file``: weights for "file", or for "compact", "srgan" and "restore" others than those that come with the program
    (those of a run, say). Raises WeightsError where it is not available or cannot do this scale.
    """
    about = info(name)
    if scale not in about.scales:
        raise WeightsError(f"{about.title} enlarges by {', '.join(map(str, about.scales))}, not by {scale}.")
    if name == "bicubic":
        return Model(about, scale, REACH, lambda image: bicubic(image, scale), tile=1024)
    if name in _SHIPPED:
        path = file or _shipped(name, scale)
        if path is None:
            raise WeightsError(about.why_not)
        from core.superres import own

        return fit_scale(own.load(replace(about, sha256=digest_of(path)), path, device), scale)
    if name == "file":
        from core.superres import community

        if file is None:
            raise WeightsError("Choose the file of a model first.")
        return community.load(replace(about, sha256=digest_of(file)), file, scale, device)
    if not about.available:
        raise WeightsError(about.why_not)
    from core.superres import ncnn

    return ncnn.load(about, scale, device)


def fit_scale(model: Model, scale: int) -> Model:
    """The model at a smaller scale: its large picture reduced by the mean over areas. Raises WeightsError."""
    native = model.scale
    if native == scale:
        return model
    if native < scale:
        raise WeightsError(f"{model.info.title} enlarges by {native}, not by {scale}.")
    return replace(model, scale=scale, run=lambda image: reduced(model.run(image), native, scale))


# ---------------------------------------------------------------- what is there


def _looked_at(about: ModelInfo) -> ModelInfo:
    if about.name in ("bicubic", "file"):
        return about
    if about.name in _SHIPPED:
        path = _shipped(about.name, SCALES[-1])
        why_not = f"The weights of “{about.title}” are not in this copy of the program ({WEIGHTS.name} folder)."
    else:
        path, why_not = ncnn_files.find(about.name, SCALES[-1]), ncnn_files.HOW_TO_GET
    if path is None:
        return replace(about, available=False, why_not=why_not)
    return replace(about, sha256=digest_of(path))


def _shipped(name: str, scale: int) -> Path | None:
    """The weights made for this scale, else those for 4."""
    paths = (WEIGHTS / f"{name}-x{one}.safetensors" for one in dict.fromkeys((scale, SCALES[-1])))
    return next((path for path in paths if path.is_file()), None)


def digest_of(path: Path) -> str:
    """SHA-256 of a weights file, computed once for the file as it is. Raises WeightsError."""
    try:
        stat = path.stat()
        return _digest(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=32)
def _digest(path: Path, size: int, mtime_ns: int) -> str:
    return checkpoints.sha256(path)
