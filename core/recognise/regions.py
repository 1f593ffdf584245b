"""The regions of one photo: superpixels, their tree, what each node may be, and the node under a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.embed import cnn
from core.recognise import superpixels, tree
from core.recognise.features import STRIDE, stage_maps
from core.recognise.region_learner import UNKNOWN, RegionTreeNetwork
from core.recognise.superpixels import RegionGraph

STAGES = (4, 6)
"""Stages of the network whose maps describe a superpixel: strides 16 and 32."""
SIDE = 512
"""Longer side in pixels of what the network sees."""
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
_CHANNELS = tuple(cnn.STAGES[stage][-1] for stage in STAGES)
_MOSTLY = 0.5  # of a superpixel within a mask: it belongs to it


@dataclass(frozen=True, slots=True)
class Regions:
    """The tree of a photo. ``leaves`` int32 [h, w]: the superpixel of each point; nodes are numbered leaves first, the
    whole last. ``children`` int32 [s - 1, 2] of node s + k; ``parent`` int32 [n], -1 of the whole; ``box`` float32
    [n, 4]: x, y, width, height in [0, 1]; ``area`` float32 [n], of the picture; ``vectors`` float32 [n, d] of length
    one, for comparing regions of photos. ``label`` int64 [n], UNKNOWN where nothing was learned, and its chance
    ``strength`` float32 [n]. ``learned``: whether a network scored the merges, or likeness alone."""

    leaves: I32
    children: I32
    parent: I32
    box: F32
    area: F32
    vectors: F32
    label: I64
    strength: F32
    learned: bool


def graph_of(pixels: NDArray[np.uint8], device: str = "cpu") -> tuple[I32, RegionGraph]:
    """uint8 [h, w, 3], up to SIDE pixels -> the superpixel of each point int32 [h, w], and their graph.

    The same picture always has the same superpixels. Raises WeightsError where the network's weights are not there.
    """
    leaves = superpixels.segment(pixels)
    return leaves, superpixels.describe(pixels, leaves, stage_maps(_as_seen(pixels), STAGES, device))


def _as_seen(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at a size the network takes: the longer side SIDE, both multiples of STRIDE."""
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = [max(round(side * scale / STRIDE), 1) * STRIDE for side in (width, height)]
    return np.array(Image.fromarray(pixels).resize((size[0], size[1]), Image.Resampling.BICUBIC))


def regions_of(pixels: NDArray[np.uint8], network: RegionTreeNetwork | None = None, device: str = "cpu") -> Regions:
    """The region tree of uint8 [h, w, 3] up to SIDE pixels; merged by likeness alone without a network.

    Raises WeightsError.
    """
    leaves, graph = graph_of(pixels, device)
    return tree_of(leaves, graph, network)


def tree_of(leaves: I32, graph: RegionGraph, network: RegionTreeNetwork | None = None) -> Regions:
    """:func:`regions_of` for a picture whose superpixels are known."""
    s = len(graph.area)
    label, strength = np.full(2 * s - 1, UNKNOWN, np.int64), np.zeros(2 * s - 1, np.float32)
    if network is None:
        children = tree.grow([graph], tree.Likeness([graph])).children[s:]
    else:
        children, chance = network.tree(graph)
        label, strength = network.classes_[chance.argmax(axis=1)], chance.max(axis=1)
    box, area, vectors = _nodes(graph, superpixels.boxes(leaves), children)
    parent = np.full(2 * s - 1, -1, np.int32)
    parent[children.ravel()] = np.repeat(np.arange(s, 2 * s - 1), 2)
    return Regions(leaves, children.astype(np.int32), parent, box, area, vectors, label, strength, network is not None)


def _nodes(graph: RegionGraph, leaf_boxes: F32, children: I64) -> tuple[F32, F32, F32]:
    """Box, area and vector of every node from those of the leaves."""
    s, n = len(graph.area), 2 * len(graph.area) - 1
    corner = np.empty((n, 4), np.float32)  # x, y of the upper left and the lower right
    corner[:s] = np.concatenate([leaf_boxes[:, :2], leaf_boxes[:, :2] + leaf_boxes[:, 2:]], axis=1)
    area = np.empty(n, np.float32)
    area[:s] = graph.area
    total = np.empty((n, sum(_CHANNELS)), np.float32)
    total[:s] = graph.features[:, : sum(_CHANNELS)] * graph.area[:, None]
    for node, (a, b) in enumerate(children.tolist(), start=s):
        corner[node, :2] = np.minimum(corner[a, :2], corner[b, :2])
        corner[node, 2:] = np.maximum(corner[a, 2:], corner[b, 2:])
        area[node], total[node] = area[a] + area[b], total[a] + total[b]
    box = np.concatenate([corner[:, :2], corner[:, 2:] - corner[:, :2]], axis=1)
    return box, area, _comparable(total / area[:, None])


def _comparable(pooled: F32) -> F32:
    """Pooled maps [n, channels of all stages], each stage at the same weight, of length one."""
    parts = np.split(pooled, np.cumsum(_CHANNELS)[:-1], axis=1)
    scaled = [part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9) for part in parts]
    return np.asarray(np.concatenate(scaled, axis=1) / np.sqrt(len(parts)), np.float32)


# ---------------------------------------------------------------- the node under a click, and its points


def path_at(leaves: I32, parent: I32, x: float, y: float) -> list[int]:
    """Nodes that hold a point (x, y in [0, 1]), from its superpixel up to the whole: what grow and shrink walk on."""
    height, width = leaves.shape
    row, column = (min(max(int(at * size), 0), size - 1) for at, size in ((y, height), (x, width)))
    node = int(leaves[row, column])
    path = [node]
    while parent[node] >= 0:
        node = int(parent[node])
        path.append(node)
    return path


def node_at(leaves: I32, parent: I32, x: float, y: float, level: int = 0) -> int:
    """The node that holds a point, ``level`` steps above its superpixel (the whole where there are fewer)."""
    path = path_at(leaves, parent, x, y)
    return path[min(max(level, 0), len(path) - 1)]


def leaves_below(parent: I32, node: int) -> I64:
    """The superpixels that a node is made of, rising."""
    inside = np.zeros(len(parent), np.bool_)
    for each in range(len(parent) - 1, -1, -1):  # parents have higher numbers than their children
        inside[each] = each == node or (parent[each] >= 0 and inside[parent[each]])
    return np.flatnonzero(inside[: (len(parent) + 1) // 2])


def mask_of(leaves: I32, parent: I32, node: int) -> Bools:
    """bool [h, w]: the points of a node."""
    return np.isin(leaves, leaves_below(parent, node))


def node_of(leaves: I32, parent: I32, mask: Bools) -> tuple[int, float]:
    """The node most like a mask bool [h, w], and their overlap (intersection over union)."""
    n, s = len(parent), (len(parent) + 1) // 2
    size, within = np.zeros(n), np.zeros(n)
    size[:s] = np.bincount(leaves.ravel(), minlength=s)
    within[:s] = np.bincount(leaves.ravel(), mask.ravel().astype(np.float64), minlength=s)
    for node in range(n - 1):
        size[parent[node]] += size[node]
        within[parent[node]] += within[node]
    overlap = within / (size + mask.sum() - within)
    best = int(overlap.argmax())
    return best, float(overlap[best])


# ---------------------------------------------------------------- learning from a person's tags


def labels_of(leaves: I32, tags: Sequence[tuple[Bools, int]]) -> I64:
    """int64 [s]: the label of each superpixel from tagged masks (bool [h, w], label), UNKNOWN elsewhere. Where masks
    overlap the smaller one counts."""
    size = np.bincount(leaves.ravel())
    out = np.full(len(size), UNKNOWN, np.int64)
    for mask, label in sorted(tags, key=lambda tag: -int(tag[0].sum())):
        share = np.bincount(leaves.ravel(), mask.ravel().astype(np.float64), len(size)) / size
        out[share >= _MOSTLY] = label
    return out
