"""What the benchmarks of GANs learn from: scikit-learn's digits, or square crops of a folder of labelled photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.gan.metrics import Classifier
from core.gan.smart_crop import crop

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
TEST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Pictures:
    """uint8 [n, h, w, c] with classes int64 [n]; ``features`` of pictures, and what tells their classes apart."""

    name: str
    train: U8
    train_labels: I64
    test: U8
    test_labels: I64
    features: Callable[[U8], F32]
    classifier: Callable[[], Classifier] | None

    @property
    def size(self) -> int:
        return int(self.train.shape[1])

    @property
    def n_classes(self) -> int:
        return int(self.train_labels.max()) + 1


def digits(validation: int | None = None) -> Pictures:
    """1,797 digits of 8 x 8 points, 30 % of them kept apart, always the same. ``validation``: a seed by which the rest
    is parted once more, for choosing settings; the 30 % then are not looked at."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.svm import SVC

    x, y = load_digits(return_X_y=True)
    images = np.rint(x * 255 / 16).astype(np.uint8).reshape(-1, 8, 8, 1)
    labels = y.astype(np.int64)
    rows, test = train_test_split(np.arange(len(y)), test_size=TEST_SHARE, stratify=y, random_state=0)
    if validation is not None:
        rows, test = train_test_split(rows, test_size=TEST_SHARE, stratify=y[rows], random_state=validation)

    def classifier() -> Classifier:
        made: Classifier = SVC(C=10.0)
        return made

    return Pictures("digits", images[rows], labels[rows], images[test], labels[test], pixels, classifier)


def pixels(pictures: U8) -> F32:
    """float32 [n, h * w * c] in [0, 1]."""
    return pictures.reshape(len(pictures), -1).astype(np.float32) / np.float32(255)


def photos(images: Path, size: int, kept: int, per_class: int, features: Callable[[U8], F32]) -> Pictures:
    """Smart crops of the photos in the class folders of ``images``, ``kept`` of them kept apart, always the same; at
    most ``per_class`` of a class."""
    folders = sorted(path for path in images.iterdir() if path.is_dir())
    if len(folders) < 2:
        raise SystemExit(f"{images}: two folders of pictures at least are needed, a class each.")
    found = [(path, k) for k, folder in enumerate(folders) for path in _files(folder, per_class)]
    pictures = np.stack([crop(_read(path), size) for path, _ in found])
    labels = np.array([k for _, k in found], np.int64)
    order = np.random.default_rng(0).permutation(len(found))
    test, rows = order[:kept], order[kept:]
    return Pictures(images.name, pictures[rows], labels[rows], pictures[test], labels[test], features, None)


def _files(folder: Path, most: int) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    return [files[k] for k in np.random.default_rng(0).permutation(len(files))[:most]]


def _read(path: Path) -> U8:
    with Image.open(path) as picture:
        picture.draft("RGB", (256, 256))
        return np.asarray(picture.convert("RGB"))
