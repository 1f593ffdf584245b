"""What trained generators make, in a process aside that keeps those it has loaded.

Where a picture comes from is a point: a seed ("12"), a photo that was sought ("photo-7"), or what lies near a point
("12~0.3~0.8.5": of eight drawn with seed 0 at a spread of 0.3, the one of index 5).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError, WeightsError
from core.progress import Progress
from core.studio.asked import Ask, Seek, check_weights

if TYPE_CHECKING:
    from core.embed.base import Embedder
    from core.gan.sample import Difference, Sampler

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
KEPT = 2
"""Generators kept loaded."""

_NEAR = re.compile(r"(.+)~([0-9.]+)~(-?\d+)\.(\d+)\.(\d+)")
_PHOTO = re.compile(r"photo-(\d+)")


def pictures(asked: Ask, progress: Progress) -> U8:
    """uint8 [n, h, w, 3]. Raises ReverieError, ValueError as one, for a point or a condition that is none."""
    sampler = _sampler(asked.folder)
    label = _label(sampler, asked.condition)
    if asked.frames and label is None and sampler.shape.n_classes:
        label = 0
    latents = [np.float32(asked.truncation) * latent(sampler, asked.folder, point) for point in asked.points]
    progress.phase("Making pictures", asked.frames or len(latents), "pictures")
    if asked.frames:
        return _rgb(sampler.walk(latents[0], latents[1], asked.frames, label))
    labels = _labels(sampler, label, len(latents))
    return _rgb(sampler.render(np.stack(latents), labels))


def latent(sampler: Sampler, folder: str, point: str) -> F32:
    """float32 [d] of a point. Raises ReverieError."""
    if re.fullmatch(r"\d+", point):
        return np.asarray(sampler.latents([int(point)])[0], np.float32)
    near = _NEAR.fullmatch(point)
    if near is not None:
        base, (seed, n, k) = latent(sampler, folder, near[1]), (int(near[each]) for each in (3, 4, 5))
        if k < n <= 1000:
            return np.asarray(sampler.near(base, n, float(near[2]), seed)[k], np.float32)
    sought = _PHOTO.fullmatch(point)
    if sought is not None:
        return _sought(Path(folder), int(sought[1]))
    raise ReverieError(f"“{point}” is no point of a generator: a seed is a whole number from 0.")


def project(asked: Seek, progress: Progress) -> tuple[U8, U8]:
    """(the photo as it was cropped, the nearest picture), uint8 [h, w, 3] each; the point is kept with the run.

    Raises Cancelled, ReverieError.
    """
    from core.nn import checkpoints
    from core.studio.pictures import Cropper

    sampler = _sampler(asked.folder)
    (photo,) = asked.food.ids.tolist()
    target = Cropper(sampler.shape.size, asked.food.sources, asked.food.faces)(Path(asked.food.root), photo)
    if target is None:
        raise ReverieError("The photo cannot be read now.")
    label = _label(sampler, asked.condition)
    if label is None and sampler.shape.n_classes:
        label = 0
    found = sampler.project(target, progress, steps=asked.steps, label=label, difference=_difference(sampler))
    try:
        checkpoints.save(_file(Path(asked.folder), photo), {"latent": found})
    except OSError as error:
        raise ReverieError(f"The point cannot be kept: {error.strerror or error}.") from error
    return target, _rgb(sampler.render(found[None], _labels(sampler, label, 1)))[0]


def embed(asked: tuple[U8, str], progress: Progress) -> tuple[str, str, F32]:
    """(name, version of the embedder, float32 [d] of unit length) of a picture uint8 [h, w, 3]. Raises WeightsError."""
    from PIL import Image

    from core.embed.preprocess import prepare

    picture, name = asked
    used = embedder(name)
    found = used.embed(prepare(Image.fromarray(picture), used.spec)[None])
    return used.name, used.version, np.asarray(found.vectors[0], np.float32)


@lru_cache(maxsize=1)
def embedder(name: str) -> Embedder:
    """The embedder of this name, or the usual one for a name that this program does not know. Raises WeightsError."""
    from core.embed import registry

    known = {info.name for info in registry.available()}
    return registry.create(name if name in known else None)


# ---------------------------------------------------------------- parts


def _sampler(folder: str) -> Sampler:
    path = check_weights(Path(folder))
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _loaded(path: Path, modified: int) -> Sampler:
    from core import device as devices
    from core.gan.sample import Sampler

    return Sampler.load(path, devices.choose().torch_name)


def _label(sampler: Sampler, condition: str) -> int | None:
    names: Sequence[str] = sampler.facts.get("names", [])
    if not sampler.shape.n_classes:
        if condition:
            raise ReverieError("This generator has no condition; it cannot be told what to make.")
        return None
    if condition and condition not in names:
        raise ReverieError(f"This generator knows no “{condition}”. It knows: {', '.join(names)}.")
    return names.index(condition) if condition else None


def _labels(sampler: Sampler, label: int | None, n: int) -> NDArray[np.int64] | None:
    """Of the wanted class; where none is wanted all classes in turn."""
    if not sampler.shape.n_classes:
        return None
    return np.arange(n) % sampler.shape.n_classes if label is None else np.full(n, label, np.int64)


def _file(folder: Path, photo: int) -> Path:
    return folder / f"projection-{photo}.safetensors"


def _sought(folder: Path, photo: int) -> F32:
    from core.nn import checkpoints

    try:
        return np.asarray(checkpoints.load(_file(folder, photo))[0]["latent"], np.float32)
    except WeightsError as error:
        raise ReverieError("This photo was not sought in the generator yet.") from error


def _difference(sampler: Sampler) -> Difference | None:
    """How different pictures look to the CNN, where its weights are there and pictures are large enough for it."""
    if sampler.shape.size < 32:
        return None
    from core.superres.content import Content

    try:
        content = Content().to(sampler.device)
    except WeightsError:
        return None

    def difference(made: Any, real: Any) -> Any:
        total: Any = 0.0
        for a, b in zip(content.maps(made), content.maps(real), strict=True):
            total = total + (a - b).abs().mean(dim=(1, 2, 3)) / b.abs().mean(dim=(1, 2, 3)).clamp_min(1e-6)
        return total / len(content.parts)

    return difference


def _rgb(made: U8) -> U8:
    return np.repeat(made, 3, axis=3) if made.shape[3] == 1 else made
