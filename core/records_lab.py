"""Records of the Lab: learners that a person can train, their runs, and how they compare. Plain data, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.records import Scope

LEARNERS = ("rbm", "dbn", "autoencoder", "codes", "rntn", "capsule", "topics")
"""What can be trained, in the order of the Lab. The first four make vectors or codes of photos."""

Value = int | float | str | bool
RunState = Literal["running", "paused", "stopped", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a learner, named as in the literature. ``help``: one line. ``choices`` for texts; ``low``,
    ``high`` for numbers. ``basic``: shown at once, the others folded."""

    name: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    basic: bool = False


@dataclass(frozen=True, slots=True)
class LearnerInfo:
    """``what``: what it is good for, in a sentence. ``curves``: what it measures as it trains."""

    name: str
    title: str
    what: str
    parameters: tuple[Parameter, ...]
    curves: tuple[str, ...]
    fewest: int
    """Photos below which training it makes no sense."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What to train, on which photos (``scope``: all, a group, a folder, ids), with which parameters (those absent
    have their defaults)."""

    learner: str
    scope: Scope = field(default_factory=Scope)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One training. ``state`` "stopped": it can go on from its checkpoint. ``photos`` it learned from, ``held_out``
    kept apart. ``seconds``: of training so far. ``figures``: measured at the end, or so far. ``message``: why it
    failed."""

    id: str
    spec: RunSpec
    state: RunState
    created: float
    seconds: float = 0.0
    photos: int = 0
    held_out: int = 0
    epoch: int = 0
    epochs: int = 0
    device: str = ""
    size_bytes: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)
    message: str = ""
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """epoch int64 [n], value float64 [n] of one measure; ``held_out`` the same on photos kept apart, None without."""

    name: str
    epoch: NDArray[np.int64]
    value: NDArray[np.float64]
    held_out: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class PictureGrid:
    """Small pictures that a run made: uint8 [n, h, w, 3]. ``kind``: "filters", "reconstructions" (in pairs: the photo,
    what the network keeps of it), "dreams". ``epoch`` they belong to."""

    kind: str
    epoch: int
    pictures: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network whose units can be asked for their favourites. ``source``: "cnn" or a run's id."""

    source: str
    name: str
    title: str
    units: int


@dataclass(frozen=True, slots=True)
class Favourites:
    """Photos that excite a unit most, strongest first; activation float32 [n]."""

    layer: Layer
    unit: int
    photo_ids: tuple[int, ...]
    activation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One way to describe photos, on this library. ``retrieval_map``, ``cluster_ari``: agreement with the person's
    corrections and albums (mean; ``*_sd`` over seeds or folds, NaN: cannot be measured). ``stability``: ARI between the
    clusters of two seeds. ``code_bytes`` a photo. ``seconds_per_1000``: to describe photos whose CNN vectors are known.
    ``oddness``: AUROC of photos put in from elsewhere. ``recall``: recall@10 against exact search by CNN vectors."""

    name: str
    run_id: str
    title: str
    dim: int
    code_bytes: int
    retrieval_map: float
    retrieval_map_sd: float
    cluster_ari: float
    cluster_ari_sd: float
    stability: float
    oddness: float
    recall: float
    seconds_per_1000: float
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """``winner``: the name of the row to use by retrieval mAP, where better by more than chance; ``why`` in a sentence.
    ``judged_by``: what the person's labels came from ("corrections", "albums", "kinds", "events")."""

    rows: tuple[ComparisonRow, ...]
    winner: str
    why: str
    photos: int
    labelled: int
    judged_by: str
    seeds: int


@dataclass(frozen=True, slots=True)
class Region:
    """A node of a photo's region tree. ``box``: x, y, width, height in [0, 1]. ``parent`` -1: the whole. ``label``:
    what it most likely is, empty where unknown; ``strength`` of that. ``tag``: what the person called it."""

    node: int
    parent: int
    children: tuple[int, ...]
    box: tuple[float, float, float, float]
    area: float
    label: str = ""
    strength: float = 0.0
    tag: str = ""


@dataclass(frozen=True, slots=True)
class RegionTree:
    """``leaves`` int32 [h, w]: the superpixel (a leaf node's number) of each point; ``regions`` by node number, leaves
    first, the whole picture last."""

    photo_id: int
    leaves: NDArray[np.int32]
    regions: tuple[Region, ...]
    learned: str = ""
    """The run that scored the merges; empty: by likeness alone."""


@dataclass(frozen=True, slots=True)
class TeachReport:
    """How a taught tag's classifiers did on held-out examples: name -> (mean, sd) of average precision. ``used``: the
    one in use, ``why`` in a sentence. ``photos``: how many photos carry the tag now."""

    name: str
    examples: int
    scores: Mapping[str, tuple[float, float]]
    used: str
    why: str
    photos: int
    details: Mapping[str, Any] = field(default_factory=dict)
