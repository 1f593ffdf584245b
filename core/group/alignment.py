"""Whether two pictures are the same picture: keypoints, one similarity transform, then a look tile by tile.

Keypoints and descriptors are ORB (Rublee et al., "ORB: an efficient alternative to SIFT or SURF", 2011), matched with
the ratio test (Lowe 2004) and fitted by RANSAC (Fischler and Bolles 1981). A fit alone would join every two photos of
one wall; so the second picture is laid over the first and their tiles are correlated: of a copy nearly all tiles agree,
of another shot the moved ones do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64

SIDE = 384
"""Long side in pixels at which keypoints are sought; tiles are compared at half of it."""

KEYPOINTS = 500
TILE = 16
FAINT = 4.0
"""Tiles with a smaller standard deviation (of 255) say nothing."""

FEWEST_MATCHES = 6
_RATIO, _NEAR = 0.85, 3.0
_UNLIKE = 0.6
_MIRROR_BELOW = 0.8
_WORTH_REFINING = 0.5


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the look at m pairs of pictures said; zeros where ``known`` is False (a picture could not be read).

    inliers int32: keypoints that agree on one transform. scale float32: size of the second in the first. rotation
    float32: degrees in (-180, 180]. mirrored bool. overlap float32: share of the smaller picture that both show.
    agreement float32: median correlation of the tiles of the overlap. unlike float32: share of those tiles that do not
    correlate (below 0.6). stretch float32: how much more the second must grow one way than across to fit (1: not at
    all), as what is seen from another side must. keypoints int32: of the picture that has fewer.
    """

    known: NDArray[np.bool_]
    inliers: NDArray[np.int32]
    scale: F32
    rotation: F32
    mirrored: NDArray[np.bool_]
    overlap: F32
    agreement: F32
    unlike: F32
    stretch: F32
    keypoints: NDArray[np.int32]

    def take(self, which: NDArray[Any]) -> Verdicts:
        """The verdicts of some of the pairs."""
        return Verdicts(*(getattr(self, name)[which] for name in FIELDS))


FIELDS = ("known", "inliers", "scale", "rotation", "mirrored", "overlap", "agreement", "unlike", "stretch", "keypoints")
DTYPE = np.dtype(
    [
        ("known", np.bool_),
        ("inliers", np.int32),
        ("scale", np.float32),
        ("rotation", np.float32),
        ("mirrored", np.bool_),
        ("overlap", np.float32),
        ("agreement", np.float32),
        ("unlike", np.float32),
        ("stretch", np.float32),
        ("keypoints", np.int32),
    ]
)
"""One verdict as a record."""

Verdict = tuple[bool, int, float, float, bool, float, float, float, float, int]
UNKNOWN: Verdict = (False, 0, 0.0, 0.0, False, 0.0, 0.0, 0.0, 1.0, 0)


def verdicts(records: NDArray[Any]) -> Verdicts:
    """From an array of DTYPE."""
    return Verdicts(*(np.ascontiguousarray(records[name]) for name in FIELDS))


class Sight:
    """A picture prepared for comparing. ``grey`` uint8 [h, w], long side SIDE; ``points`` float32 [k, 2]: x, y in its
    pixels; ``descriptors`` uint8 [k, 32]."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        import cv2

        self.grey = _resized(grey, SIDE)
        orb = cv2.ORB.create(nfeatures=KEYPOINTS, fastThreshold=7, edgeThreshold=15)
        found, descriptors = orb.detectAndCompute(self.grey, None)
        self.points: F32 = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
        self.descriptors = np.zeros((0, 32), np.uint8) if descriptors is None else np.asarray(descriptors, np.uint8)

    @cached_property
    def mirror(self) -> Sight:
        """The picture in a mirror: left and right exchanged."""
        return Sight(np.ascontiguousarray(self.grey[:, ::-1]))


def _resized(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """With a long side of ``side`` pixels; averaged when it shrinks."""
    import cv2

    height, width = grey.shape
    factor = side / max(height, width)
    if factor == 1.0:
        return grey
    size = max(1, round(width * factor)), max(1, round(height * factor))
    way = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=way), dtype=np.uint8)


def compare(a: Sight, b: Sight) -> Verdict:
    """Lay ``b`` over ``a``, also mirrored where it does not fit as it is; the better of the two, as fields of DTYPE."""
    plain = _fitted(a, b, False)
    if plain[1] >= 2 * FEWEST_MATCHES and plain[6] >= _MIRROR_BELOW:
        return plain
    turned = _fitted(a, b.mirror, True)
    return max(plain, turned, key=lambda verdict: (verdict[6], verdict[1]))


def _fitted(a: Sight, b: Sight, mirrored: bool) -> Verdict:
    """One attempt: match, fit, correlate; what fits at all is fitted once more, to parts of a pixel."""
    keypoints = min(len(a.points), len(b.points))
    fit = _transform(a, b)
    if fit is None:
        return (True, 0, 0.0, 0.0, mirrored, 0.0, 0.0, 1.0, 1.0, keypoints)
    matrix, inliers = fit
    under, over = _resized(a.grey, SIDE // 2), _resized(b.grey, SIDE // 2)
    half = _moved(matrix, 0.5)
    marks, stretch = _tiles(under, over, half), 1.0
    if inliers >= 2 * FEWEST_MATCHES and marks[1] >= _WORTH_REFINING:
        finer = _refined(under, over, half)
        again = marks if finer is None else _tiles(under, over, finer)
        if finer is not None and again[1] > marks[1]:
            marks, half = again, finer
            sizes = np.linalg.svd(finer[:, :2], compute_uv=False)
            stretch = float(sizes[0] / max(float(sizes[1]), 1e-6))
    scale = float(np.sqrt(abs(np.linalg.det(half[:, :2]))))
    rotation = float(np.degrees(np.arctan2(half[1, 0], half[0, 0])))
    return (True, inliers, scale, rotation, mirrored, *marks, stretch, keypoints)


def _moved(matrix: F64, factor: float) -> F64:
    """A transform between pixels, for both pictures shrunk by ``factor`` (centres of pixels lie at halves)."""
    out = matrix.copy()
    shift = matrix[:, :2] @ (0.5, 0.5) + matrix[:, 2] - 0.5
    out[:, 2] = factor * shift - matrix[:, :2] @ (0.5, 0.5) + 0.5
    return out


def _refined(under: NDArray[np.uint8], over: NDArray[np.uint8], matrix: F64) -> F64 | None:
    """The affine transform near ``matrix`` of the highest correlation (Evangelidis and Psarakis 2008), or None."""
    import cv2

    start = cv2.invertAffineTransform(matrix).astype(np.float32)
    until = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 1e-4)
    try:
        found = cv2.findTransformECC(under, over, start, cv2.MOTION_AFFINE, until, np.full_like(over, 255), 5)[1]
    except cv2.error:
        return None
    return np.asarray(cv2.invertAffineTransform(found), dtype=np.float64)


def _transform(a: Sight, b: Sight) -> tuple[F64, int] | None:
    """The similarity transform float64 [2, 3] from pixels of ``b`` to those of ``a`` on which the most keypoints agree,
    and how many of ``a`` do; None where there is none."""
    import cv2

    if min(len(a.points), len(b.points)) < FEWEST_MATCHES:
        return None
    found = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(b.descriptors, a.descriptors, k=2)
    clear = [(m[0].queryIdx, m[0].trainIdx) for m in found if len(m) == 2 and m[0].distance < _RATIO * m[1].distance]
    if len(clear) < FEWEST_MATCHES:
        return None
    source, target = np.array(clear).T
    cv2.setRNGSeed(0)
    matrix, inside = cv2.estimateAffinePartial2D(
        b.points[source], a.points[target], ransacReprojThreshold=_NEAR, maxIters=1000, confidence=0.995
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    return np.asarray(matrix, np.float64), len(np.unique(target[np.asarray(inside).ravel() > 0]))


def _tiles(under: NDArray[np.uint8], over: NDArray[np.uint8], matrix: F64) -> tuple[float, float, float]:
    """Overlap, agreement and share of unlike tiles (see Verdicts) of one picture laid over the other."""
    import cv2

    height, width = under.shape
    laid = cv2.warpAffine(over, matrix, (width, height))
    shown = cv2.warpAffine(np.full_like(over, 255), matrix, (width, height), flags=cv2.INTER_NEAREST)
    inside = _cut(np.asarray(shown)).min(axis=1, initial=255) > 0
    smaller = min(height * width, over.size * abs(float(np.linalg.det(matrix[:, :2]))))
    overlap = min(float(np.count_nonzero(shown)) / max(smaller, 1.0), 1.0)
    correlation = _correlations(_cut(under)[inside], _cut(np.asarray(laid))[inside])
    if len(correlation) < 4:
        return overlap, 0.0, 1.0
    return overlap, float(np.median(correlation)), float(np.mean(correlation < _UNLIKE))


def _cut(picture: NDArray[Any]) -> F32:
    """float32 [tiles, TILE * TILE]: the whole tiles of a picture, row by row."""
    down, across = picture.shape[0] // TILE, picture.shape[1] // TILE
    whole = picture[: down * TILE, : across * TILE].astype(np.float32)
    return whole.reshape(down, TILE, across, TILE).transpose(0, 2, 1, 3).reshape(down * across, TILE * TILE)


def _correlations(a: F32, b: F32) -> F32:
    """Normalised cross-correlation of paired tiles, of those that show anything in either picture."""
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    spread_a, spread_b = np.sqrt((a * a).mean(axis=1)), np.sqrt((b * b).mean(axis=1))
    telling = np.maximum(spread_a, spread_b) > FAINT
    out: F32 = ((a * b).mean(axis=1) / np.maximum(spread_a * spread_b, 1e-3))[telling]
    return out
