"""What boundaries are learned from: corrections, what the person left as it was beside them, and their folders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group import gaps, stream
from core.group.base import F64, Inputs, LineConstraint, PhotoTable
from core.group.gaps import Features, GapModel
from core.group.timeline import I64, Timeline
from core.records import LEVELS

Bools = NDArray[np.bool_]

BESIDE = 20
"""Gaps each side of a corrected one that the person has seen and left as they were."""
SEEN_WEIGHT, FOLDER_WEIGHT = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Stream:
    """The line as the networks and the rule see it: u units (bursts and single photos) with u - 1 gaps between them.

    heads, tails int64 [u]: first and last photo of each unit, as indices into ``line``; ``shown`` bool [u - 1]: where
    the album now ends an event; ``folder`` int64 [u]: number of the event-like folder of each unit, -1 for none.
    """

    table: PhotoTable
    line: Timeline
    heads: I64
    tails: I64
    features: Features
    constraints: tuple[LineConstraint, ...]
    shown: Bools
    folder: I64

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True, slots=True)
class Said:
    """One correction as an example: between ``rows`` (gaps of the stream) none reaches the log odds ``bar``, or
    (``cut``) at least one does."""

    correction: int
    rows: I64
    bar: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of each of g gaps: ``boundary`` bool, ``weight`` float64 (0: nothing), ``bar`` float64: the log
    odds that a boundary of the level spoken of has to reach."""

    boundary: Bools
    weight: F64
    bar: F64

    @property
    def boundaries(self) -> int:
        return int((self.boundary & (self.weight > 0)).sum())


def stream_of(table: PhotoTable, inputs: Inputs, shown_before: NDArray[np.int64] | None, folder: I64) -> Stream:
    """The stream of a library. ``shown_before``: ids of photos after which the album ends an event, None: what the
    rule says; ``folder`` int64 [n]: event-like folder of every photo of the table, -1 for none."""
    line = stream.line_of(table, inputs)
    heads, tails = gaps.units_that_count(line)
    features, _ = gaps.unit_features(table, line)
    if shown_before is None:
        shown = GapModel().logits(features) >= 0
    else:
        ends = np.concatenate([[0], np.cumsum(np.isin(table.ids[line.order], shown_before))])
        shown = ends[heads[1:]] > ends[tails[:-1]]
    said = tuple(stream.constraints_on(line, inputs.line))
    return Stream(table, line, heads, tails, features, said, shown, folder[line.order][heads])


def said(s: Stream) -> list[Said]:
    """The corrections of the line that speak of events or moments, oldest first. Those of the levels above count where
    they cut, since what parts two trips parts two events."""
    out = []
    for c in sorted(s.constraints, key=lambda each: each.correction):
        if not c.cut and c.threshold > LEVELS["events"]:
            continue
        low, high = min(c.a, c.b), max(c.a, c.b)
        rows = np.flatnonzero((s.tails[:-1] < high) & (s.heads[1:] > low))
        level = min(c.threshold, LEVELS["events"])
        if len(rows):
            out.append(Said(c.correction, rows, float(np.log(level / (1 - level))), c.cut))
    return out


def labels(s: Stream, corrections: list[Said], logits: F64, *, folders: bool) -> Labels:
    """All that is known of the gaps; ``logits`` float64 [g] of the rule say which of several gaps a cut is meant for.

    Folders count least but for what was left as it was beside a correction; a correction outweighs both.
    """
    g = len(s)
    out = Labels(np.zeros(g, np.bool_), np.zeros(g), np.zeros(g))
    if folders:
        both = (s.folder[:-1] >= 0) & (s.folder[1:] >= 0)
        out.boundary[both] = (s.folder[:-1] != s.folder[1:])[both]
        out.weight[both] = FOLDER_WEIGHT
    for each in corrections:
        beside = np.arange(max(each.rows[0] - BESIDE, 0), min(each.rows[-1] + BESIDE + 1, g))
        fresh = beside[out.weight[beside] == 0]
        out.boundary[fresh], out.weight[fresh] = s.shown[fresh], SEEN_WEIGHT
    for each in corrections:
        _say(out, each, logits)
    return out


def _say(out: Labels, each: Said, logits: F64) -> None:
    if each.cut:
        row = each.rows[[int(np.argmax(logits[each.rows]))]]
        out.boundary[row], out.weight[row], out.bar[row] = True, 1.0, each.bar
        return
    against = logits[each.rows] >= each.bar
    agreeing = 1.0 / max(int((~against).sum()), 1)  # that quiet gaps stay quiet is worth one gap in all
    out.boundary[each.rows] = False
    out.weight[each.rows] = np.where(against, 1.0, np.maximum(out.weight[each.rows], agreeing))
    out.bar[each.rows] = each.bar


def holds(each: Said, logits: F64) -> bool:
    """Whether log odds agree with a correction by themselves."""
    reached = bool((logits[each.rows] >= each.bar).any())
    return reached == each.cut
