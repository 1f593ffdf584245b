"""Look-alikes: photos of one subject or scene, whenever taken. Nested communities of the nearest-neighbour graph.

Two photos are tied by how many neighbours they share (Jarvis & Patrick 1973); the tree of these ties is cut at several
resolutions of modularity, from broad to fine. What the person said of pairs holds in every cut.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, NO_PAIRS, Found, FoundGroup, Pairs, PhotoTable
from core.group.graph import components, shared_ties
from core.group.merging import agglomerate, best_cut
from core.group.neighbours import Neighbours, measured, nearest, present, rescored
from core.group.timeline import I64

ALGORITHM, VERSION = "shared-neighbour-tree", "4"
SAMPLE = 10_000
LEVELS = ("broad", "alike", "fine")


@dataclass(frozen=True, slots=True)
class LookParams:
    """``neighbours`` per photo; photos are tied only from a cosine that lies ``spread`` robust deviations above those
    of random pairs, within ``lowest``..``highest``, and from no more than what all but a share ``lone`` of the photos
    have with their nearest: pairs out of few broad themes lie far apart and would put it above all neighbours.
    ``resolution`` of the middle level up to ``full`` photos; it grows with the root of their number beyond, between
    the limit at which modularity joins small subjects (Fortunato & Barthélemy 2007) and that at which it divides large
    ones. The broad and the fine level have it divided and multiplied by ``step``. Groups of at least ``fewest``;
    one larger than ``most_share`` of all photos is divided, where it has more than ``guard_from`` and its halves are
    tied by less than a resolution of ``firm`` asks for: several subjects, not one that is most of the library."""

    neighbours: int = 15
    spread: float = 4.0
    lowest: float = 0.45
    highest: float = 0.85
    lone: float = 0.05
    resolution: float = 0.5
    full: int = 10_000
    step: float = 16.0
    fewest: int = 3
    most_share: float = 0.25
    firm: float = 0.25
    guard_from: int = 200


DEFAULT = LookParams()


def find(
    table: PhotoTable,
    *,
    params: LookParams = DEFAULT,
    seed: int = 0,
    neighbours: Neighbours | None = None,
    pairs: Pairs = NO_PAIRS,
    metric: F32 | None = None,
) -> Found:
    """Look-alike groups, the broad ones first, each level the largest first; a group's ``parent`` is the index of the
    broader group around it in the same list, and holds its photos too.

    ``neighbours`` of the table's rows may be handed in to save the search. ``pairs``: positions that are alike whatever
    they look like, and that are not. ``metric`` float32 [d] or [d, r] scales or projects the vectors first.
    """
    parameters: dict[str, Any] = asdict(params)
    if len(table) == 0 or (table.vectors is None and not pairs[0]):
        return Found("lookalikes", [], ALGORITHM, VERSION, parameters, seed)
    levels, threshold = partitions(table, params, seed, neighbours, pairs, metric)
    parameters["threshold"] = round(threshold, 4)
    groups = _groups(table, levels, params.fewest, pairs)
    return Found("lookalikes", groups, ALGORITHM, VERSION, parameters, seed)


def partitions(
    table: PhotoTable,
    params: LookParams = DEFAULT,
    seed: int = 0,
    neighbours: Neighbours | None = None,
    pairs: Pairs = NO_PAIRS,
    metric: F32 | None = None,
) -> tuple[NDArray[np.int64], float]:
    """(labels int64 [levels, n], each level a refinement of the one before, the cosine from which photos are tied). A
    photo tied to nobody has a label of its own."""
    by_id = np.argsort(table.ids, kind="stable")
    rank = np.argsort(by_id, kind="stable")  # the work is done in the order of ids, so that rows may come in any
    none: I64 = np.empty(0, dtype=np.int64)
    a, b, weight, threshold = none, none, np.empty(0), params.lowest
    if table.vectors is not None:
        vectors = table.vectors if metric is None else measured(table.vectors, metric)
        if neighbours is None:
            neighbours = nearest(vectors, params.neighbours, seed=seed)
        elif metric is not None:
            neighbours = rescored(neighbours, vectors)
        threshold = min(adaptive_threshold(vectors, by_id, params, seed), _reached(neighbours, params))
        a, b, weight = shared_ties(_ranked(neighbours, by_id, rank), threshold)
    same, apart = (rank[np.array(side, dtype=np.int64).reshape(-1, 2)].T for side in pairs)
    node = components(len(table), same[0], same[1])
    size = np.bincount(node).astype(np.int64)
    apart = node[apart]
    if (apart[0] == apart[1]).any():
        raise ValueError("Two photos cannot be both together and apart.")
    tree = agglomerate(node[a], node[b], weight, size, (apart[0], apart[1]))
    middle = params.resolution * max(1.0, len(table) / params.full) ** 0.5
    most = max(params.guard_from, params.most_share * len(table))
    cuts = [best_cut(tree, middle * factor, most, params.firm) for factor in (1 / params.step, 1.0, params.step)]
    return np.minimum.accumulate(cuts, axis=0)[:, node[rank]], threshold


def _ranked(found: Neighbours, by_id: I64, rank: I64) -> Neighbours:
    """The same neighbours of photos in the order of their ids."""
    index = found.index[by_id]
    return Neighbours(np.where(index >= 0, rank[index], -1).astype(np.int32), found.score[by_id])


def adaptive_threshold(vectors: NDArray[np.float16] | F32, by_id: I64, params: LookParams, seed: int) -> float:
    """The cosine from which two photos of this library are alike: well above what two random photos have."""
    rows = by_id[np.isin(by_id, present(vectors))]
    if len(rows) < 2:
        return params.lowest
    rng = np.random.default_rng(seed)
    one, two = rng.choice(rows, SAMPLE), rng.choice(rows, SAMPLE)
    one, two = one[one != two], two[one != two]
    left, right = np.asarray(vectors[one], dtype=np.float32), np.asarray(vectors[two], dtype=np.float32)
    cosine = np.einsum("ij,ij->i", left, right)
    middle = float(np.median(cosine))
    deviation = 1.4826 * float(np.median(np.abs(cosine - middle)))
    return float(np.clip(middle + params.spread * deviation, params.lowest, params.highest))


def _reached(found: Neighbours, params: LookParams) -> float:
    """The cosine to their nearest that all but ``lone`` of the photos reach, ``lowest`` at least."""
    best = found.score[found.index[:, 0] >= 0, 0]
    return max(float(np.quantile(best, params.lone)), params.lowest) if len(best) else params.highest


# ---------------------------------------------------------------- groups


def _groups(
    table: PhotoTable,
    levels: NDArray[np.int64],
    fewest: int,
    pairs: Pairs,
) -> list[FoundGroup]:
    """The groups of all levels; one that is the same on two levels appears once, on the broader."""
    said = np.zeros(len(table), dtype=np.bool_)
    said[np.array(pairs[0], dtype=np.int64).ravel()] = True
    groups: list[FoundGroup] = []
    around = np.full(len(table), -1, dtype=np.int64)
    for name, label in zip(LEVELS, levels, strict=True):
        inner = around.copy()
        for rows in _sets(label, table.ids, fewest, said):
            parent = int(around[rows[0]])
            if parent >= 0 and len(groups[parent].members) == len(rows):
                continue
            inner[rows] = len(groups)
            group = _group(table, rows, len(groups))
            group.parent = parent if parent >= 0 else None
            group.details["level"] = name
            groups.append(group)
        around = inner
    return groups


def _sets(label: I64, ids: I64, fewest: int, said: NDArray[np.bool_]) -> list[I64]:
    """Rows of every label with enough members (two where the person said so), the largest first, each by id."""
    order = np.lexsort((ids, label))
    starts = np.flatnonzero(np.concatenate([[True], np.diff(label[order]) != 0])) if len(order) else order[:0]
    parts = [p for p in np.split(order, starts[1:]) if len(p) >= fewest or (len(p) > 1 and said[p].all())]
    return sorted((part.astype(np.int64) for part in parts), key=lambda part: (-len(part), int(ids[part[0]])))


def _group(table: PhotoTable, rows: I64, serial: int) -> FoundGroup:
    """Members with their cosine to the middle; the cover is the nearest to it."""
    cosine: F32 = np.ones(len(rows), dtype=np.float32)
    if table.vectors is not None:
        vectors = np.asarray(table.vectors[rows], dtype=np.float32)
        middle = vectors.sum(axis=0)
        cosine = np.clip(vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-6)), 0.0, 1.0)
    return FoundGroup(
        key=str(serial),
        title=f"Look-alikes {serial + 1}",
        subtitle="",
        members=rows,
        strengths=cosine,
        reasons=[{"cosine_to_middle": round(value, 3)} for value in cosine.tolist()],
        strength=float(cosine.mean()),
        cover=int(rows[int(np.argmax(cosine))]),
    )
