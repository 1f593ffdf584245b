"""Records of the Studio: generators trained on one's own photos, what they make, and photos enlarged. Plain data.

A run of the Studio is a :class:`core.records_lab.Run` whose ``spec.learner`` is the name of a generator; see
:meth:`StudioSpec.of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.records import Scope
from core.records_lab import Parameter, RunSpec, Value

GENERATORS = ("fastgan", "dcgan", "conditional", "vanilla", "srgan")
"""What can be trained, in the order of the Studio. The last enlarges photos, the others make pictures from noise."""

CONDITIONS = ("events", "kinds", "places", "albums")
"""What a generator can be told to make a picture of: groups of the photos it learned from."""

FEWEST = 20
"""Photos below which no generator is trained."""

SAMPLES = "samples"
"""The kind of the grids that a run keeps as it learns, always from the same noise."""

Point = int | str
"""Where a picture comes from in a generator: a seed, or the name of a projection (``Projection.point``)."""

U8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """``what``: what it is good for, in a sentence. ``sizes`` of pictures it makes, rising; ``size``, ``steps``: those
    it has by default. ``conditional``: it can be told what to make. ``enlarges``: it makes photos larger (SRGAN) and
    cannot be asked for new pictures. ``curves``: what it measures as it trains."""

    name: str
    title: str
    what: str
    parameters: tuple[Parameter, ...]
    sizes: tuple[int, ...]
    size: int
    steps: int
    conditional: bool = False
    enlarges: bool = False
    curves: tuple[str, ...] = ()
    fewest: int = FEWEST


@dataclass(frozen=True, slots=True)
class StudioSpec:
    """What to train on which photos. ``size`` and ``steps`` 0: the generator's own. ``condition``: one of
    :data:`CONDITIONS`, or "" for none."""

    model: str = GENERATORS[0]
    scope: Scope = field(default_factory=Scope)
    size: int = 0
    steps: int = 0
    parameters: Mapping[str, Value] = field(default_factory=dict)
    condition: str = ""
    seed: int = 0
    note: str = ""

    def run_spec(self) -> RunSpec:
        """The same as a run keeps it."""
        own: dict[str, Value] = {"size": self.size, "steps": self.steps, "condition": self.condition}
        return RunSpec(self.model, self.scope, {**self.parameters, **own}, self.seed, self.note)

    @staticmethod
    def of(spec: RunSpec) -> StudioSpec:
        """What was asked for, from a run of the Studio (``run.spec``)."""
        own = dict(spec.parameters)
        size, steps = int(own.pop("size", 0)), int(own.pop("steps", 0))
        condition = str(own.pop("condition", ""))
        return StudioSpec(spec.learner, spec.scope, size, steps, own, condition, spec.seed, spec.note)


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """What there is to learn from, known before training. ``photos``: that can be read; ``unreadable``: skipped;
    ``held_out``: kept apart of ``photos``, for measuring. ``alike``: share of photos that have a near-identical one
    among them, NaN where that was not looked at. ``classes``: (name, photos) of the condition. ``sentences``: what to
    expect. ``can_train``: whether there is enough; the sentences say why not."""

    photos: int
    unreadable: int
    held_out: int
    alike: float
    classes: tuple[tuple[str, int], ...]
    sentences: tuple[str, ...]
    can_train: bool


@dataclass(frozen=True, slots=True)
class Projection:
    """A photo sought in a generator. ``point``: what to give to ``generate``, ``walk`` or ``near`` in place of a seed.
    ``target``, ``picture`` uint8 [h, w, 3]: the photo as it was cropped, and the nearest that the generator makes."""

    point: str
    photo_id: int
    target: U8
    picture: U8


@dataclass(frozen=True, slots=True)
class ImaginePlan:
    """How more pictures like a group's can be made. ``run_id``: a finished generator that covers the group, "" where
    there is none; then ``spec`` says what to train. ``condition``: what to tell the generator. ``photos`` in the group;
    ``said``: all this in a sentence."""

    run_id: str
    condition: str
    spec: StudioSpec
    said: str
    photos: int


@dataclass(frozen=True, slots=True)
class Made:
    """A generated picture in the collection. ``id``: its file's name without ending. ``how``: "generated", "walk",
    "near", "projection", "dream". ``seed``: the point it comes from, as text. ``settings``: what else it was made with
    (truncation, condition, step). ``path``: of the PNG in ``<library>/made/``."""

    id: str
    path: str
    run_id: str
    model: str
    how: str
    seed: str
    created: float
    width: int
    height: int
    settings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """``paths`` written; ``failed``: (id or path, reason in a sentence)."""

    paths: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Upscaler:
    """A model that enlarges. ``name``: what to give to ``enlarge`` ("run:<id>" for an SRGAN of one's own). ``why_not``:
    why it is not available, and what to do. ``sha256`` of its weights. ``adversarial``: it invents detail."""

    name: str
    title: str
    what: str
    scales: tuple[int, ...]
    available: bool = True
    why_not: str = ""
    sha256: str = ""
    adversarial: bool = False


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a photo enlarged by a model: ``picture`` uint8 [h, w, 3]; ``heat`` float32 [h, w] in [0, 1]: how far it
    is from the plain enlargement; ``seconds`` it took. ``failed``: why there is none, else ""."""

    model: str
    title: str
    picture: U8
    heat: NDArray[np.float32]
    seconds: float
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """``plain`` uint8 [h, w, 3]: the crop enlarged by bicubic; ``crops``: by each model, in the order asked for.
    ``apart`` float32 [h, w]: how far models are from each other, the largest difference of any two."""

    plain: U8
    crops: tuple[Crop, ...]
    apart: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Version:
    """An enlarged version in a photo's stack; a file of its own. ``missing``: the file is not there now.
    ``settings``: strength, tile, SHA-256 of the weights."""

    id: int
    photo_id: int
    path: str
    model: str
    title: str
    scale: int
    created: float
    width: int
    height: int
    settings: Mapping[str, Value] = field(default_factory=dict)
    missing: bool = False


@dataclass(frozen=True, slots=True)
class EnlargeReport:
    """A queue that was worked off. ``failed``: (path of the photo, reason in a sentence); the others are ``done``."""

    done: tuple[Version, ...]
    failed: tuple[tuple[str, str], ...]
    seconds: float
