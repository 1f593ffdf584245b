"""Against reality: what the network says of photographs that everybody knows."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from core.embed.base import Embedder
from core.embed.preprocess import prepare

SENSIBLE = {
    "cat": ({"tabby", "tiger cat", "Egyptian cat"}, 1),
    "coffee": ({"espresso", "cup", "coffee mug"}, 1),
    "rocket": ({"missile", "projectile", "space shuttle"}, 1),
    "motorcycle": ({"moped", "motor scooter", "disk brake", "crash helmet"}, 1),
    "china": ({"palace", "bell cote", "monastery", "castle"}, 1),
    "flower": ({"daisy", "bee"}, 1),
    # No class is an astronaut; a person in a padded suit with a helmet and straps is what the classes can say.
    "astronaut": ({"football helmet", "bobsled", "crash helmet", "space shuttle", "oxygen mask"}, 2),
}
"""Per photograph: classes that make sense, and within how many first ones at least one of them is."""


@pytest.mark.parametrize("name", sorted(SENSIBLE))
def test_photographs_get_sensible_classes(name: str, photographs: dict[str, Image.Image], embedder: Embedder) -> None:
    probabilities = embedder.classify(embedder.embed(prepare(photographs[name], embedder.spec)[None]))
    assert probabilities is not None
    classes, within = SENSIBLE[name]
    first = [embedder.labels[index] for index in probabilities[0].argsort()[::-1][:within]]
    assert classes & set(first), first


def _crop(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 12, height // 14, width - width // 16, height - height // 10))


def _jpeg(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer)


def _brighter(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.35)


CHANGES = {"cropped": _crop, "mirrored": ImageOps.mirror, "compressed": _jpeg, "brighter": _brighter}


def test_altered_copies_are_each_others_nearest(photographs: dict[str, Image.Image], embedder: Embedder) -> None:
    subjects, pictures = [], []
    for number, image in enumerate(photographs.values()):
        variants = [image, *(change(image) for change in CHANGES.values())]
        pictures += [prepare(variant, embedder.spec) for variant in variants]
        subjects += [number] * len(variants)
    vectors = embedder.embed(np.stack(pictures)).vectors.astype(np.float32)
    likeness, of = vectors @ vectors.T, np.array(subjects)
    np.fill_diagonal(likeness, -1)
    nearest = likeness.argsort(axis=1)[:, ::-1][:, : len(CHANGES)]
    assert (of[nearest] == of[:, None]).all()
