"""A pool of real pictures as vectors by class: what the simulated lives of :mod:`benchmarks.quality.life` look at.

From a folder of labelled photos (one sub-folder a class, as Caltech101 comes), or, without one, from windows of the
photographs that scikit-image and scikit-learn carry. Every picture is embedded by the project's own network in a few
*views* (cut, turned, brightened), as two photos of one thing differ. The vectors are real, the lives are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from core.embed import registry
from core.embed.base import Embedder
from core.embed.preprocess import prepare
from core.sample import sources

VIEWS = 3
PER_CLASS = 60
BATCH = 16
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Pool:
    """vectors float16 [p, views, d], L2-normalised; label int64 [p]: each picture's class, into ``names``."""

    vectors: NDArray[np.float16]
    label: NDArray[np.int64]
    names: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.label)


def pool(images: Path | None = None, cache: Path | None = None, per_class: int = PER_CLASS) -> Pool:
    """The pool of ``images`` (at most ``per_class`` pictures a class), or of the packages' own photographs.

    ``cache``: a folder where the vectors are kept as npz for the next run.
    """
    kept = None if cache is None else cache / f"looks-{_fingerprint(images, per_class)}.npz"
    if kept is not None and kept.exists():
        with np.load(kept) as found:
            names = tuple(found["names"].tolist())
            return Pool(found["vectors"], found["label"], names, str(found["source"]))
    chosen = pictures_of_packages() if images is None else _from_folder(images, per_class)
    made = _embed(chosen, "packages" if images is None else images.name)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fields = {"vectors": made.vectors, "label": made.label, "names": np.array(made.names), "source": made.source}
        np.savez(kept, **fields)
    return made


def _fingerprint(images: Path | None, per_class: int) -> str:
    where = "packages" if images is None else str(images.resolve())
    return hashlib.sha256(f"{VERSION} {registry.DEFAULT} {where} {per_class} {VIEWS}".encode()).hexdigest()[:12]


def _from_folder(images: Path, per_class: int) -> Iterator[tuple[str, Image.Image]]:
    """(class, picture) of every sub-folder, the first ``per_class`` by a fixed shuffle."""
    folders = sorted(path for path in images.iterdir() if path.is_dir())
    if not folders:
        raise SystemExit(f"{images}: no folders of pictures in it.")
    for folder in folders:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
        order = np.random.default_rng(0).permutation(len(files))[:per_class]
        for index in sorted(order.tolist()):
            with Image.open(files[index]) as picture:
                yield folder.name, picture.convert("RGB")


def pictures_of_packages() -> Iterator[tuple[str, Image.Image]]:
    """(source, picture): windows of the photographs in installed packages, twelve of each."""
    rng = np.random.default_rng(0)
    for name, picture in sources.load_all().items():
        for _ in range(12):
            share = rng.uniform(0.45, 0.9)
            left, top = rng.uniform(0, 1 - share, 2)
            width, height = picture.size
            box = (left * width, top * height, (left + share) * width, (top + share) * height)
            yield name, picture.crop(tuple(round(edge) for edge in box))


def _embed(pictures: Iterator[tuple[str, Image.Image]], source: str) -> Pool:
    embedder = registry.create(device="cpu")
    rng = np.random.default_rng(1)
    classes: list[str] = []
    waiting: list[NDArray[np.uint8]] = []
    done: list[NDArray[np.float16]] = []
    for name, picture in pictures:
        classes.append(name)
        waiting += [prepare(view(picture, rng, first=k == 0), embedder.spec) for k in range(VIEWS)]
        if len(waiting) >= BATCH * VIEWS:
            done.append(_run(embedder, waiting))
            waiting = []
    if waiting:
        done.append(_run(embedder, waiting))
    names, label = np.unique(np.array(classes), return_inverse=True)
    vectors = np.concatenate(done).reshape(len(classes), VIEWS, -1)
    return Pool(vectors, label.astype(np.int64), tuple(names.tolist()), source)


def _run(embedder: Embedder, pixels: list[NDArray[np.uint8]]) -> NDArray[np.float16]:
    return embedder.embed(np.stack(pixels)).vectors


def view(picture: Image.Image, rng: np.random.Generator, *, first: bool) -> Image.Image:
    """The picture itself (``first``), or as one standing beside would have it: cut, turned, in other light."""
    if first:
        return picture
    share = rng.uniform(0.72, 0.95)
    left, top = rng.uniform(0, 1 - share, 2)
    width, height = picture.size
    turned = picture.rotate(rng.uniform(-6, 6), Image.Resampling.BILINEAR, fillcolor=_mean(picture))
    box = (left * width, top * height, (left + share) * width, (top + share) * height)
    cut = turned.crop(tuple(round(edge) for edge in box))
    return ImageEnhance.Color(ImageEnhance.Brightness(cut).enhance(rng.uniform(0.75, 1.25))).enhance(
        rng.uniform(0.75, 1.25)
    )


def _mean(picture: Image.Image) -> tuple[int, int, int]:
    small = ImageOps.fit(picture, (1, 1)).getpixel((0, 0))
    assert isinstance(small, tuple)
    return int(small[0]), int(small[1]), int(small[2])
