"""Regions of the library's photos: their trees, what the person called them, and the network that learns from that."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import MediaError, ReverieError, WeightsError
from core.lab import runs, train
from core.lab.runs import Kept
from core.paths import thumb_path
from core.progress import Progress
from core.records_lab import Region, RegionTree, Run, Value
from core.store.region_tags import RegionTag

if TYPE_CHECKING:
    from core.recognise.region_learner import RegionTreeNetwork
    from core.recognise.regions import Regions

NAMES = "names"
FEWEST = 3
"""Photos with named regions from which the network can learn."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained network and the names of its labels."""

    run_id: str
    network: RegionTreeNetwork
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training of the network. ``photos``: (thumbnail, its tags as (superpixels, label)); ``names`` of labels."""

    folder: str
    parameters: Mapping[str, Value]
    seed: int
    photos: tuple[tuple[str, tuple[tuple[tuple[int, ...], int], ...]], ...]
    names: tuple[str, ...]


def pixels_of(root: str | os.PathLike[str], photo_id: int) -> NDArray[np.uint8]:
    """The thumbnail of a photo, uint8 [h, w, 3]. Raises MediaError."""
    return _pixels(thumb_path(root, photo_id))


def _pixels(path: str) -> NDArray[np.uint8]:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return np.array(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        raise MediaError("thumbnail", "The photo has no thumbnail that can be read.") from error


def found_in(root: str | os.PathLike[str], photo_id: int, learned: Learned | None) -> Regions:
    """The regions of a photo; merged by likeness alone where nothing was learned. Raises MediaError, WeightsError."""
    from core.recognise.regions import regions_of

    return regions_of(pixels_of(root, photo_id), None if learned is None else learned.network)


def as_record(photo_id: int, found: Regions, learned: Learned | None, tags: Sequence[RegionTag]) -> RegionTree:
    """The tree as the window takes it, with what the person called its nodes."""
    from core.recognise.regions import leaves_below

    s, n = (len(found.parent) + 1) // 2, len(found.parent)
    names = learned.names if learned is not None else ()
    said = {tag.leaves: tag.name for tag in tags if tag.photo_id == photo_id}
    sizes = {len(leaves) for leaves in said}
    inside = np.ones(n, np.int64)
    for k, (a, b) in enumerate(found.children.tolist()):
        inside[s + k] = inside[a] + inside[b]
    regions = []
    for node in range(n):
        children = tuple(found.children[node - s].tolist()) if node >= s else ()
        tag = ""
        if int(inside[node]) in sizes:  # only then is it worth while to look
            tag = said.get(tuple(leaves_below(found.parent, node).tolist()), "")
        label = int(found.label[node])
        box = found.box[node].tolist()
        regions.append(
            Region(
                node, int(found.parent[node]), children, (box[0], box[1], box[2], box[3]), float(found.area[node]),
                names[label] if 0 <= label < len(names) else "", float(found.strength[node]), tag,
            )
        )  # fmt: skip
    return RegionTree(photo_id, found.leaves, tuple(regions), learned.run_id if learned is not None else "")


def nearest(
    vector: NDArray[np.float32], others: Sequence[tuple[int, Regions]], top: int
) -> list[tuple[int, int, float]]:
    """(photo, node, cosine) of the region of each other photo most like one, the best first."""
    out = []
    for photo, found in others:
        cosine = found.vectors @ vector
        node = int(cosine.argmax())
        out.append((photo, node, float(cosine[node])))
    return sorted(out, key=lambda each: (-each[2], each[0]))[:top]


# ---------------------------------------------------------------- learning


def lesson(root: Path, run: Run, tags: Sequence[RegionTag]) -> Lesson:
    """What the tags teach. Raises ReverieError for too few photos or names."""
    photos = sorted({tag.photo_id for tag in tags})
    names = tuple(sorted({tag.name for tag in tags}))
    if len(photos) < FEWEST or len(names) < 2:
        raise ReverieError(
            f"Name regions of two kinds in at least {FEWEST} photos first; in {len(photos)} there are some."
        )
    own = tuple(
        (
            thumb_path(root, photo),
            tuple((tag.leaves, names.index(tag.name)) for tag in tags if tag.photo_id == photo),
        )
        for photo in photos
    )
    return Lesson(str(runs.folder_of(root, run.id)), dict(run.spec.parameters), run.spec.seed, own, names)


def learn(task: Lesson, progress: Progress) -> train.Outcome:
    """Train the network in this process, from the checkpoint where there is one. Raises Cancelled, ReverieError."""
    from core import device as devices
    from core.nn import checkpoints
    from core.nn.training import Resume
    from core.recognise.region_learner import RegionTreeNetwork
    from core.recognise.regions import graph_of

    folder, device = Path(task.folder), devices.choose()
    with train.explained():
        graphs, labels = [], []
        progress.phase("Looking at regions", len(task.photos))
        for done, (thumb, tags) in enumerate(task.photos, 1):
            progress.check()
            leaves, graph = graph_of(_pixels(thumb), device.torch_name)
            graphs.append(graph)
            labels.append(labels_of(int(leaves.max()) + 1, tags))
            progress.set(done)
        parameters: dict[str, Any] = dict(task.parameters)
        network = RegionTreeNetwork(**parameters, random_state=task.seed, device=device.torch_name)
        notes = train.Notes(folder, None)
        progress.phase("Training on regions", network.epochs, "rounds")
        told = json.dumps([dict(task.parameters), task.seed, task.photos])
        resume = Resume(folder / runs.CHECKPOINT, train.digest(told.encode()))
        network.fit(graphs, labels, progress=progress, resume=resume, on_epoch=notes.on_epoch)
        texts = {"learner": "rntn", NAMES: json.dumps(task.names)}
        checkpoints.save(folder / runs.WEIGHTS, network.arrays(), texts)
        kept = Kept(notes.epoch, notes.seconds, network.history_, train.last(network.history_))
        runs.keep_progress(folder, kept)
        for path in folder.glob(f"{runs.CHECKPOINT}*"):
            path.unlink(missing_ok=True)
    return train.Outcome(kept, str(device), len(graphs), 0)


def labels_of(count: int, tags: Sequence[tuple[Sequence[int], int]]) -> NDArray[np.int64]:
    """int64 [count]: the label of each superpixel, -1 for none; where regions overlap the smaller one counts."""
    out = np.full(count, -1, np.int64)
    for leaves, label in sorted(tags, key=lambda tag: -len(tag[0])):
        inside = np.array([leaf for leaf in leaves if leaf < count], np.int64)
        out[inside] = label
    return out


def load(root: Path, run: Run) -> Learned:
    """The network of a finished run. Raises WeightsError."""
    from core.nn import checkpoints
    from core.recognise.region_learner import RegionTreeNetwork

    arrays, texts = checkpoints.load(runs.folder_of(root, run.id) / runs.WEIGHTS)
    try:
        parameters: dict[str, Any] = dict(run.spec.parameters)
        network = RegionTreeNetwork(**parameters, random_state=run.spec.seed).set_arrays(arrays)
        names = tuple(json.loads(texts[NAMES]))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"The run {run.id} is of another version: {error}") from error
    return Learned(run.id, network, names)
