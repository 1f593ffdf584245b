"""The recurrent network of a library: what comes next, learned from all photos, and where events end, from what is
labelled. It trains in a process of its own, goes on where it was stopped, and is used only where it beats the rule on
held-out parts of this very library.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group import gaps
from core.group.base import F32, F64, PhotoTable
from core.group.gaps import Features, GapModel
from core.group.timeline import Timeline
from core.learn import gate, process
from core.learn.examples import Labels, Stream
from core.learn.files import Kept
from core.progress import Progress
from core.records_corrections import LearnedPart

NAME, VERSION = "network", 2
METRIC = "F1 of boundaries on held-out parts of the library"
CELL = "lstm"
_STATE = "learning"  # folder in the cache that holds the state of an unfinished run


@dataclass(frozen=True, slots=True)
class Sizes:
    """Parameters of ``ContextPredictor`` and ``BoundaryScorer`` other than their defaults."""

    context: dict[str, Any] = field(default_factory=dict)
    scorer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """What the training process gets. ``short`` float32 [u, k]: compressed vectors of the units, None without any;
    ``compressor``: its arrays; ``rule``: its log odds are started from; ``state``: folder of checkpoints."""

    features: Features
    short: F32 | None
    compressor: dict[str, NDArray[Any]]
    boundary: NDArray[np.bool_]
    weight: F64
    rule: GapModel
    state: Path
    cell: str = CELL
    seed: int = 0
    sizes: Sizes = field(default_factory=lambda: Sizes())


@dataclass(frozen=True, slots=True)
class Trained:
    """``verdict`` of the gate; ``arrays`` of all networks; ``info`` plain values that say how to build them again."""

    verdict: gate.Verdict
    arrays: dict[str, NDArray[Any]]
    info: dict[str, Any]


def learn(
    s: Stream,
    known: Labels,
    rule: GapModel,
    root: Path,
    progress: Progress,
    *,
    cell: str = CELL,
    seed: int = 0,
    sizes: Sizes = Sizes(),
) -> tuple[Trained | None, LearnedPart]:
    """Train on what is ``known`` of a stream; None where there is too little. Raises Cancelled, ReverieError."""
    weight = np.where(known.bar == 0, known.weight, 0.0)  # the network says where events end, not moments
    labelled = int((known.boundary & (weight > 0)).sum())
    if labelled < gate.FEWEST:
        why = f"Learns from {gate.FEWEST} known ends of events on; so far there are {labelled}."
        return None, LearnedPart(NAME, METRIC, None, None, labelled, False, why)
    task = _task(s, known, weight, rule, root / "cache" / _STATE, cell, seed, sizes)
    trained = process.run(train, task, progress)
    shutil.rmtree(task.state, ignore_errors=True)
    return trained, _part(trained.verdict)


def _part(verdict: gate.Verdict) -> LearnedPart:
    better = verdict.network - verdict.rule
    what = "Used: better" if verdict.used else "Not used: not better"
    why = f"{what} by the margin of {verdict.margin:.3f} on {verdict.boundaries} held-out boundaries ({better:+.3f})."
    return LearnedPart(NAME, METRIC, verdict.rule, verdict.network, verdict.boundaries, verdict.used, why)


def _task(
    s: Stream, known: Labels, weight: F64, rule: GapModel, state: Path, cell: str, seed: int, sizes: Sizes
) -> Task:
    short, compressor = None, {}
    if s.table.vectors is not None:
        from core.sequence.compress import Compressor

        rows = s.line.order[s.heads]
        made = Compressor(random_state=seed).fit(s.table.vectors[rows] if len(rows) < 50_000 else s.table.vectors)
        short, compressor = made.transform(s.table.vectors, rows), made.arrays()
    return Task(s.features, short, compressor, known.boundary, weight, rule, state, cell, seed, sizes)


# ---------------------------------------------------------------- in the training process


def train(task: Task, progress: Progress) -> Trained:
    """Train and judge; every part of it goes on from its checkpoint where a run of the same data was stopped."""
    from core.nn.training import Resume
    from core.sequence.boundary import BoundaryScorer
    from core.sequence.columns import context_scale, matrix
    from core.sequence.context import ContextPredictor

    task.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    arrays = {f"compressor/{name}": array for name, array in task.compressor.items()}
    evidence = None
    if task.short is not None:
        predictor = ContextPredictor(task.cell, random_state=task.seed, **task.sizes.context)
        resume = Resume(task.state / "context.safetensors", _fingerprint(task.short, task.cell, task.seed))
        evidence = predictor.fit(task.short, progress=progress, resume=resume).evidence(task.short)
        arrays |= {f"context/{name}": array for name, array in predictor.arrays().items()}
    x, rule = matrix(task.features, evidence), task.rule.logits(task.features)

    def fitted(weight: F64, part: int) -> BoundaryScorer:
        mark = _fingerprint(x, task.boundary, weight, rule, task.cell, task.seed + part)
        resume = Resume(task.state / f"boundary-{part}.safetensors", mark)
        scorer = BoundaryScorer(task.cell, random_state=task.seed + part, **task.sizes.scorer)
        return scorer.fit(x, task.boundary, weight=weight, offset=rule, progress=progress, resume=resume)

    def held_out(weight: F64, part: int) -> F64:
        return fitted(weight, part).decision_function(x, rule)

    verdict = gate.judge(task.boundary, task.weight, rule, held_out, task.seed)
    if verdict.used:
        arrays |= {f"boundary/{name}": array for name, array in fitted(task.weight, gate.BLOCKS).arrays().items()}
    info = {
        "cell": task.cell,
        "context": task.sizes.context,
        "scorer": task.sizes.scorer,
        "vectors": task.short is not None,
    }
    info |= {"rule": dict(task.rule.weights), "scale": None if evidence is None else list(context_scale(evidence))}
    return Trained(verdict, arrays if verdict.used else {}, info)


def _fingerprint(*parts: Any) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(np.ascontiguousarray(part).tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return total.hexdigest()


# ---------------------------------------------------------------- in use


def scorer(kept: Kept) -> Callable[[PhotoTable, Timeline], F64 | None]:
    """A function that gives the log odds float64 [m - 1] of all gaps of a line, as ``Inputs.logits`` takes them; None
    where the table lacks the vectors that the network was trained with. Imports torch when called."""

    rule = GapModel(kept.info["rule"])

    def logits(table: PhotoTable, line: Timeline) -> F64 | None:
        arrays = kept.arrays
        if kept.info["vectors"] and not _fits(table, arrays):
            return None
        heads, _ = gaps.units_that_count(line)
        features, _ = gaps.unit_features(table, line)
        if len(features) == 0:
            return None
        evidence = _evidence(kept, table, line.order[heads]) if kept.info["vectors"] else None
        return gaps.spread(line, _unit_logits(kept, features, evidence, rule.logits(features)))

    return logits


def _fits(table: PhotoTable, arrays: dict[str, NDArray[Any]]) -> bool:
    return table.vectors is not None and table.vectors.shape[1] == len(arrays["compressor/mean"])


def _evidence(kept: Kept, table: PhotoTable, rows: NDArray[np.int64]) -> F64:
    from core.sequence.compress import Compressor
    from core.sequence.context import ContextPredictor

    compressor = Compressor.of_arrays(_below(kept, "compressor/"))
    assert table.vectors is not None
    predictor = ContextPredictor(kept.info["cell"], **kept.info["context"]).set_arrays(_below(kept, "context/"))
    return predictor.evidence(compressor.transform(table.vectors, rows))


def _unit_logits(kept: Kept, features: Features, evidence: F64 | None, rule: F64) -> F64:
    from core.sequence.boundary import BoundaryScorer
    from core.sequence.columns import matrix

    scale = kept.info["scale"]
    made = BoundaryScorer(kept.info["cell"], **kept.info["scorer"]).set_arrays(_below(kept, "boundary/"))
    return made.decision_function(matrix(features, evidence, None if scale is None else tuple(scale)), rule)


def _below(kept: Kept, prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in kept.arrays.items() if name.startswith(prefix)}
