"""What learners make visible: dreams, the photos a unit answers to most, what of a photo surprises them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError, WeightsError
from core.lab import data, learners, runs
from core.lab.data import Material
from core.progress import Progress
from core.records_lab import Favourites, Layer, PictureGrid, Run

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
CNN = "cnn"
VECTOR, CLASSES = "vector", "classes"
STAGES = {"stage3": (2, 40), "stage5": (4, 112), "stage7": (6, 320)}
"""Stages of the CNN that can be looked into: name -> (index into its stages, channels)."""

SAMPLED = 600
"""Photos of which inner layers are computed: the network has to run again."""

COMPARED = 500
"""Photos beside which one is called odd."""


def dream(estimator: Any, n: int, steps: int, seed: int, clamp: NDArray[Any] | None) -> PictureGrid:
    """``n`` pictures that a belief network makes up, ``steps`` of Gibbs sampling from chance or from photos."""
    rows = estimator.dream(n, steps, clamp=clamp, random_state=seed)
    return PictureGrid("dreams", 0, data.as_pictures(rows))


# ---------------------------------------------------------------- layers


@dataclass(frozen=True, slots=True)
class Head:
    """The CNN's classes: ``weight`` float32 [classes, dim], ``bias`` [classes], ``labels``."""

    weight: F32
    bias: F32
    labels: tuple[str, ...]


def layers_of(run: Run) -> Iterator[Layer]:
    """The layers of a trained learner, from the bottom."""
    name = learners.TITLES[run.spec.learner]
    parameters = run.spec.parameters
    if run.spec.learner == "dbn":
        for index, size in enumerate(learners.sizes_of(str(parameters["hidden_sizes"]))):
            yield Layer(run.id, str(index), f"{name}, layer {index + 1}", size)
    else:
        units = next(int(parameters[key]) for key in ("n_hidden", "latent_dim", "n_bits") if key in parameters)
        yield Layer(run.id, "code", name, units)


def layers_of_cnn(dim: int, head: Head | None, stages: bool) -> Iterator[Layer]:
    """The layers of the CNN: inner ones where its weights are here, its vector, its classes where they are known."""
    if stages:
        for name, (index, channels) in STAGES.items():
            yield Layer(CNN, name, f"CNN, stage {index + 1} of 7", channels)
    yield Layer(CNN, VECTOR, "CNN, last layer", dim)
    if head is not None:
        yield Layer(CNN, CLASSES, "CNN, classes", len(head.labels) or len(head.bias))


def by_blocks(material: Material, ask: Callable[[slice], F32], top: int, progress: Progress) -> tuple[I64, F32]:
    """(positions, activation) of the ``top`` photos that ``ask`` (activations of a block of them) rates highest."""
    best, value = np.empty(0, np.int64), np.empty(0, np.float32)
    progress.phase("Looking for favourites", len(material.ids))
    for block in learners.blocks(len(material.ids), data.BLOCK):
        progress.check()
        found = np.nan_to_num(np.asarray(ask(block), np.float32), nan=-np.inf)
        best = np.concatenate([best, np.arange(block.start, block.stop)])
        value = np.concatenate([value, found])
        order = np.argsort(-value, kind="stable")[:top]
        best, value = best[order], value[order]
        progress.set(block.stop)
    return best, value


def favourites(layer: Layer, unit: int, material: Material, rows: I64, activation: F32) -> Favourites:
    """As a record."""
    ids = material.ids[rows]
    return Favourites(layer, unit, tuple(ids.tolist()), tuple(float(each) for each in activation))


def of_cnn(layer: Layer, unit: int, material: Material, norms: F32, head: Head | None) -> Callable[[slice], F32]:
    """Activations of a unit of the CNN's last layer (or a class's log odds against the mean class) by block."""
    stored = data.stored_vectors(material)

    def ask(block: slice) -> F32:
        rows, length = material.rows[block], norms[block]
        if layer.name == VECTOR or head is None:
            return np.asarray(stored[rows, unit], np.float32) * length
        features = np.asarray(stored[rows], np.float32) * length[:, None]
        weight = head.weight[unit] - head.weight.mean(axis=0)
        return np.asarray(features @ weight + head.bias[unit] - head.bias.mean(), np.float32)

    return ask


def of_stage(layer: Layer, unit: int, material: Material, progress: Progress) -> Callable[[slice], F32]:
    """The mean activation of a channel within the CNN, by block; thumbnails go through the network again, once."""
    place = list(STAGES).index(layer.name)

    def ask(block: slice) -> F32:
        out = np.full(block.stop - block.start, np.nan, np.float32)
        for at, photo in enumerate(material.ids[block].tolist()):
            progress.check()
            means = stage_means(material.root, photo)
            if means is not None:
                out[at] = means[place][unit]
            progress.set(block.start + at + 1)
        return out

    return ask


@lru_cache(maxsize=4 * SAMPLED)
def stage_means(root: str, photo: int) -> tuple[F32, ...] | None:
    """The mean activation of every channel of the stages that can be looked into, of a photo's thumbnail: float32
    [channels] each; None where it has none. Kept, so that the next unit is answered at once."""
    from core.recognise import features

    pixels = _pixels(root, photo)
    if pixels is None:
        return None
    maps = features.stage_maps(pixels, tuple(index for index, _ in STAGES.values()))
    return tuple(np.asarray(each.mean(axis=(0, 1)), np.float32) for each in maps)


def of_run(layer: Layer, unit: int, run: Run, estimator: Any, material: Material) -> Callable[[slice], F32]:
    """Activations of a unit of a learner by block of photos."""
    see = seeing(run, material)

    def ask(block: slice) -> F32:
        rows, there = see(block)
        out = np.full(len(there), np.nan, np.float32)
        if there.any():
            made = estimator.transform(rows, int(layer.name)) if layer.name.isdigit() else learners.raw(estimator, rows)
            out[there] = made[:, unit]
        return out

    return ask


def seeing(run: Run, material: Material) -> Callable[[slice], tuple[NDArray[Any], NDArray[np.bool_]]]:
    """What a learner sees of a block of photos: (rows, which of the photos can be seen)."""
    stored = data.stored_vectors(material)
    made, parameters = learners.CLASSES[run.spec.learner], run.spec.parameters

    def see(block: slice) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        rows = material.rows[block]
        if not learners.sees_pictures(parameters):
            return np.asarray(stored[rows]), np.ones(len(rows), np.bool_)
        pictures = [data.small_picture(material.root, photo) for photo in material.ids[block].tolist()]
        there = np.array([each is not None for each in pictures], np.bool_)
        seen = [each for each in pictures if each is not None]
        shape = (len(seen), data.SIDE, data.SIDE, 3)
        return learners.shaped(made, parameters, np.array(seen, np.uint8).reshape(shape)), there

    return see


def few(material: Material, most: int) -> Material:
    """At most so many of the photos, the same ones each time."""
    order = np.sort(np.argsort(data.mixed(material.ids), kind="stable")[:most])
    return Material(
        material.ids[order], material.held_out[order], material.vectors, material.dim, material.rows[order],
        material.root, material.cache,
    )  # fmt: skip


def _pixels(root: str, photo: int) -> NDArray[np.uint8] | None:
    from PIL import Image

    from core.embed.preprocess import prepare
    from core.paths import thumb_path
    from core.recognise.features import SPEC

    try:
        with Image.open(thumb_path(os.fspath(root), photo)) as picture:
            return prepare(picture, SPEC)
    except (OSError, ValueError, SyntaxError):
        return None


# ---------------------------------------------------------------- what surprises


def heat(estimator: Any, root: str, photo: int) -> F32 | None:
    """float32 [32, 32] in [0, 1]: how far the colours that an autoencoder brings back are from those of the photo."""
    small = data.small_picture(root, photo)
    return None if small is None else np.asarray(estimator.error_map(small[None])[0], np.float32)


def surprise(estimator: Any, run: Run, material: Material, photo: int) -> dict[str, float]:
    """How odd a photo is to a learner: its value, and the share of other photos that are less odd, by measure."""
    others = few(material, COMPARED)
    at = np.flatnonzero(material.ids == photo)
    if not len(at):
        raise ReverieError("The network has not looked at this photo yet.")
    one = Material(
        material.ids[at], material.held_out[at], material.vectors, material.dim, material.rows[at], material.root,
        material.cache,
    )  # fmt: skip
    (own, seen), (rest, _) = seeing(run, one)(slice(0, 1)), seeing(run, others)(slice(0, len(others.ids)))
    if not seen.all():
        return {}
    out: dict[str, float] = {}
    for name, method in (("free_energy", "free_energy"), ("reconstruction", "reconstruction_error")):
        measure = getattr(estimator, method, None)
        if measure is not None:
            value, usual = float(measure(own)[0]), np.asarray(measure(rest))
            out[name], out[f"{name}_rank"] = value, float((usual < value).mean())
    return out


def load(root: Any, run: Run) -> Any:
    """A finished run's learner. Raises ReverieError where it is not finished or cannot be read."""
    if run.state != "done":
        raise ReverieError(f"The run {run.id} is not finished.")
    try:
        return learners.load(runs.folder_of(root, run.id), run)
    except WeightsError as error:
        raise ReverieError(f"The run {run.id} cannot be used: {error}") from error
