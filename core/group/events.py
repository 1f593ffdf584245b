"""Events: the stream cut where the gaps are strong. The rule is in ``gaps``, the cutting in ``segment``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64, Found, FoundGroup, Gaps, PhotoTable
from core.group.gaps import GapModel, Measured, measure
from core.group.levels import level, strengths
from core.group.segment import LengthPrior
from core.group.timeline import I64, Timeline, timeline
from core.records import LEVELS

ALGORITHM, VERSION = "adaptive-gap-dp", "2"
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class EventParams:
    """``model`` weighs the features of a gap; ``prior`` speaks against events of one or two photos; ``threshold`` is
    the strength from which a gap ends an event."""

    model: GapModel = field(default_factory=GapModel)
    prior: LengthPrior = field(default_factory=LengthPrior)
    threshold: float = LEVELS["events"]

    def as_json(self) -> dict[str, Any]:
        return {"weights": dict(self.model.weights), "prior": asdict(self.prior), "threshold": self.threshold}


DEFAULT = EventParams()


def find(
    table: PhotoTable, *, params: EventParams = DEFAULT, line: Timeline | None = None, logits: F64 | None = None
) -> tuple[Found, Gaps]:
    """Cut a library into events, oldest first; photos without a time form one last group, "undated".

    ``logits`` float64 [m - 1]: log odds of the line's gaps in place of the rule's (a network's). Gaps has one row per
    gap between *dated* neighbours. Titles are plain until ``titles.name_events`` has seen them.
    """
    line = timeline(table) if line is None else line
    measured = measure(table, line, params.model)
    if logits is not None:
        measured = replace(measured, logits=logits)
    strength = strengths(measured.logits, line.unit, params.prior)
    gaps = _gaps(line, measured, strength, params.threshold)
    groups = event_groups(line, gaps)
    if len(line.undated):
        groups.append(_undated(line.undated))
    return Found("events", groups, ALGORITHM, VERSION, params.as_json()), gaps


def _gaps(line: Timeline, measured: Measured, strength: F32, threshold: float) -> Gaps:
    return Gaps(
        before=line.order[:-1],
        after=line.order[1:],
        strength=strength,
        gap_seconds=line.gap,
        distance_km=measured.distance_km.astype(np.float32),
        visual=measured.visual.astype(np.float32),
        camera_changed=measured.camera_changed,
        is_boundary=strength >= threshold,
    )


def event_groups(line: Timeline, gaps: Gaps) -> list[FoundGroup]:
    """The groups that the gaps' boundaries make, with how sure each photo's place in its event is."""
    if len(line) == 0:
        return []
    starts = np.concatenate([[True], gaps.is_boundary])
    offsets = np.append(np.flatnonzero(starts), len(line))
    sure = membership(gaps.strength, gaps.is_boundary)
    edge = np.concatenate([[1.0], gaps.strength[gaps.is_boundary], [1.0]])
    inner = _strongest_inside(gaps, offsets)
    return [
        _group(serial, line, gaps, low, high, sure, (edge[serial], edge[serial + 1], inner[serial]))
        for serial, (low, high) in enumerate(pairwise(offsets.tolist()))
    ]


def _group(
    serial: int, line: Timeline, gaps: Gaps, low: int, high: int, sure: F32, edges: tuple[float, float, float]
) -> FoundGroup:
    """One event of timeline photos low..high-1; all its photos share one reason, the gaps around it."""
    first, last, inside = (round(float(x), 4) for x in edges)
    reason: dict[str, Any] = {"photos": high - low, "strength_before": first, "strength_after": last}
    reason["strongest_gap_inside"] = inside
    for name, index in (("before", low - 1), ("after", high - 1)):
        if 0 <= index < len(gaps.gap_seconds):
            reason[f"gap_seconds_{name}"] = float(gaps.gap_seconds[index])
            if np.isfinite(gaps.distance_km[index]):
                reason[f"distance_km_{name}"] = round(float(gaps.distance_km[index]), 3)
            if np.isfinite(gaps.visual[index]):
                reason[f"visual_{name}"] = round(float(gaps.visual[index]), 4)
    return FoundGroup(
        key=str(serial),
        title="Event",
        subtitle="",
        members=line.order[low:high],
        strengths=sure[low:high],
        reasons=[reason] * (high - low),
        strength=float(np.sqrt(min(first, last) * (1.0 - inside))),
        details={"start": float(line.time[low]), "end": float(line.time[high - 1])},
    )


def _undated(positions: I64) -> FoundGroup:
    reason = {"time": "unknown"}
    n = len(positions)
    sure = np.ones(n, dtype=np.float32)
    return FoundGroup(UNDATED, "Undated", "No time of capture known", positions, sure, [reason] * n, 1.0)


def _strongest_inside(gaps: Gaps, offsets: I64) -> NDArray[np.float64]:
    """The strongest gap inside each event (0 for an event of one photo)."""
    inside = np.concatenate([[0.0], np.where(gaps.is_boundary, 0.0, gaps.strength)])
    return np.maximum.reduceat(inside, offsets[:-1])


def membership(strength: F32, cut: NDArray[np.bool_]) -> F32:
    """float32 [g + 1]: 1 less the strongest gap between a photo and the middle of its piece, pieces cut at ``cut``."""
    piece = np.concatenate([[0], np.cumsum(cut)])
    offsets = np.concatenate([[0], np.flatnonzero(cut) + 1, [len(piece)]])
    middle = ((offsets[:-1] + offsets[1:] - 1) // 2)[piece]
    index = np.arange(len(piece))
    half = np.where(index >= middle, 2 * piece + 1, 2 * piece)
    arriving = np.concatenate([[0.0], strength.astype(np.float64)])  # the gap before each photo
    leaving = np.concatenate([strength.astype(np.float64), [0.0]])
    right = np.where(index > middle, arriving, 0.0)
    left = np.where(index < middle, leaving, 0.0)
    ahead = np.maximum.accumulate(2.0 * half + right) - 2.0 * half
    behind = np.maximum.accumulate((2.0 * (half[-1] - half) + left)[::-1])[::-1] - 2.0 * (half[-1] - half)
    return np.clip(1.0 - np.where(index >= middle, ahead, behind), 0.0, 1.0).astype(np.float32)


__all__ = ["DEFAULT", "LEVELS", "UNDATED", "EventParams", "event_groups", "find", "level", "membership"]
