"""Where faces are in a picture: MTCNN (Zhang et al. 2016), three networks of which each keeps less than the one before.

P-net looks at every place of a pyramid of sizes, R-net at what it proposes, O-net at what is left; each shifts the
sides of its boxes, and of boxes that overlap the surest stays. Faces that are turned by more than about 45 degrees are
not found: the networks were trained on upright ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from core.errors import WeightsError
from core.nn import checkpoints
from core.recognise import face_files
from core.recognise.face_files import available as available
from core.recognise.face_networks import OutputNet, ProposalNet, RefineNet

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
LONG_SIDE = 800
"""Larger pictures are looked at reduced to this many pixels on their long side."""
SMALLEST = 20
"""Pixels of the smallest face, in the picture that is looked at."""
_SHRINK = 0.709
"""From one size of the pyramid to the next: the area halves."""
_SURE = (0.6, 0.7, 0.7)
"""How probable a face must be to pass each of the networks: those that its authors use."""
_BATCH = 256
_BLACK = -127.5 / 128


@dataclass(frozen=True, slots=True)
class Faces:
    """``boxes`` float32 [n, 4]: left, top, right, bottom in pixels of the picture, within it, the surest first;
    ``probability`` float32 [n]; ``landmarks`` float32 [n, 5, 2], x and y of the eye on the left of the picture, the one
    on the right, the nose, the left and the right corner of the mouth."""

    boxes: F32
    probability: F32
    landmarks: F32

    def __len__(self) -> int:
        return len(self.boxes)


def detect(picture: U8, device: str = "cpu") -> Faces:
    """The faces in uint8 [h, w, 3] RGB. Raises WeightsError where the weights are absent or not as they should be."""
    return _detector(face_files.find(), device)(picture)


@lru_cache(maxsize=2)
def _detector(paths: tuple[Path, ...], device: str) -> Detector:
    if not paths:
        raise WeightsError(face_files.HOW_TO_GET)
    return Detector(paths, device)


class Detector:
    """The three networks with their weights, from the files of P-net, R-net and O-net. Raises WeightsError.

    Pictures are resized on the CPU, since not every device can take the mean over areas of any size; the networks run
    on ``device``.
    """

    def __init__(self, paths: Sequence[Path], device: str = "cpu") -> None:
        self._device = torch.device(device)
        kinds: tuple[type[nn.Module], ...] = (ProposalNet, RefineNet, OutputNet)
        self._propose, self._refine, self._settle = (
            _filled(kind(), path).to(self._device) for kind, path in zip(kinds, paths, strict=True)
        )

    @torch.inference_mode()
    def __call__(self, picture: U8) -> Faces:
        """As :func:`detect`."""
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise ValueError(f"faces are looked for in uint8 [h, w, 3], not {picture.dtype} {list(picture.shape)}")
        if min(picture.shape[:2]) < SMALLEST:
            return _none()
        seen = reduced(picture)
        image = (torch.from_numpy(seen.transpose(2, 0, 1)[None].astype(np.float32)) - 127.5) / 128
        boxes = self._refined(image, self._proposed(image))
        return _within(self._settled(image, boxes), seen.shape, picture.shape)

    def _proposed(self, image: Tensor) -> F32:
        """Boxes [n, 4] of all sizes of the pyramid, P-net's shifts applied."""
        boxes, sure = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)]
        for scale in pyramid(*image.shape[2:]):
            size = [int(np.ceil(length * scale)) for length in image.shape[2:]]
            small = functional.interpolate(image, size=size, mode="area")
            probability, shifts = self._propose(small.to(self._device))
            p = probability[0].cpu().numpy()
            rows, columns = np.nonzero(p >= _SURE[0])
            corners = ProposalNet.STRIDE * np.stack([columns, rows], axis=1)
            cells = np.concatenate([corners, corners + ProposalNet.CELL], axis=1).astype(np.float32) / np.float32(scale)
            kept = suppress(cells, p[rows, columns], 0.5)
            moved = shifted(cells, shifts[0].cpu().numpy()[:, rows, columns].T)
            boxes.append(moved[kept])
            sure.append(p[rows, columns][kept])
        found = np.concatenate(boxes)
        return found[suppress(found, np.concatenate(sure), 0.7)]

    def _refined(self, image: Tensor, boxes: F32) -> F32:
        """Those of the boxes that R-net takes for faces, its shifts applied."""
        squares = squared(boxes)
        p, shifts = self._in_batches(self._refine, image, squares, RefineNet.SIDE)
        sure = p >= _SURE[1]
        squares, p, shifts = squares[sure], p[sure], shifts[sure]
        kept = suppress(squares, p, 0.7)
        return shifted(squares[kept], shifts[kept])

    def _settled(self, image: Tensor, boxes: F32) -> Faces:
        """Those that O-net takes for faces, with landmarks; pixels of ``image``."""
        squares = squared(boxes)
        p, shifts, points = self._in_batches(self._settle, image, squares, OutputNet.SIDE)
        sure = p >= _SURE[2]
        squares, p, shifts, points = squares[sure], p[sure], shifts[sure], points[sure]
        marks = squares[:, None, :2] + points * _size(squares)[:, None]
        moved = shifted(squares, shifts)
        kept = suppress(moved, p, 0.7, of_smaller=True)
        return Faces(moved[kept], p[kept], marks[kept])

    def _in_batches(
        self, network: Callable[[Tensor], tuple[Tensor, ...]], image: Tensor, boxes: F32, side: int
    ) -> list[F32]:
        """What a network gives for each of the boxes, one array for each of its outputs."""
        starts = range(0, max(len(boxes), 1), _BATCH)
        made = [network(_pieces(image, boxes[at : at + _BATCH], side).to(self._device)) for at in starts]
        return [torch.cat(parts).cpu().numpy() for parts in zip(*made, strict=True)]


# ---------------------------------------------------------------- boxes


def pyramid(height: int, width: int) -> list[float]:
    """The scales at which P-net's cell of 12 px is laid over a picture, the largest first."""
    scale, scales = ProposalNet.CELL / SMALLEST, []
    while min(height, width) * scale >= ProposalNet.CELL:
        scales.append(scale)
        scale *= _SHRINK
    return scales


def suppress(boxes: F32, scores: F32, overlap: float, *, of_smaller: bool = False) -> I64:
    """Which boxes [n, 4] stay (indices, the highest score first) when each takes away those below it that share more
    than ``overlap`` with it: of the union of both, or of the smaller one. Of equal scores the first stays."""
    order = np.argsort(-scores, kind="stable")
    areas = _size(boxes).prod(axis=1)
    kept = []
    while order.size:
        first, rest = order[0], order[1:]
        kept.append(first)
        low, high = np.maximum(boxes[first, :2], boxes[rest, :2]), np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.maximum(high - low, 0).prod(axis=1)
        whole = np.minimum(areas[first], areas[rest]) if of_smaller else areas[first] + areas[rest] - shared
        order = rest[shared <= overlap * whole]
    return np.array(kept, np.int64)


def shifted(boxes: F32, shifts: F32) -> F32:
    """Boxes [n, 4] whose sides are moved by parts of their width (left, right) and height (top, bottom)."""
    size = _size(boxes)
    return np.asarray(boxes + shifts * np.concatenate([size, size], axis=1), np.float32)


def squared(boxes: F32) -> F32:
    """The squares with the same middles and the longer side of each."""
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, _size(boxes).max(axis=1, keepdims=True) / 2
    return np.asarray(np.concatenate([middle - half, middle + half], axis=1), np.float32)


def reduced(picture: U8, long_side: int = LONG_SIDE) -> U8:
    """The picture at most ``long_side`` pixels long."""
    height, width = picture.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0))


def _size(boxes: F32) -> F32:
    """Width and height [n, 2]."""
    return boxes[:, 2:] - boxes[:, :2]


def _within(faces: Faces, seen: tuple[int, ...], whole: tuple[int, ...]) -> Faces:
    """The same in pixels of the whole picture, boxes cut at its edges."""
    grown = np.array([whole[1] / seen[1], whole[0] / seen[0]], np.float32)
    edge = np.array([whole[1], whole[0]] * 2, np.float32)
    boxes = np.clip(faces.boxes * np.tile(grown, 2), 0, edge)
    real = (_size(boxes) > 0).all(axis=1)
    return Faces(boxes[real], faces.probability[real], (faces.landmarks * grown)[real])


def _none() -> Faces:
    return Faces(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32))


# ---------------------------------------------------------------- networks


def _filled(network: nn.Module, path: Path) -> nn.Module:
    """The network with the weights of a file, every key and shape accounted for. Raises WeightsError."""
    state = checkpoints.read_state_dict(path)
    if not all(value.is_floating_point() and bool(value.isfinite().all()) for value in state.values()):
        raise WeightsError(f"{path.name} is damaged: some of its weights are no numbers.")
    checkpoints.assign(network, state, path.name)
    return network.eval()


def _pieces(image: Tensor, boxes: F32, side: int) -> Tensor:
    """[n, 3, side, side]: the squares cut out of [1, 3, h, w] and resized by the mean over areas; black beyond."""
    height, width = image.shape[2:]
    pieces = image.new_empty((len(boxes), 3, side, side))
    for k, (left, top, right, bottom) in enumerate(np.rint(boxes).astype(np.int64).tolist()):
        right, bottom = max(right, left + 1), max(bottom, top + 1)
        x0, y0 = min(max(left, 0), width), min(max(top, 0), height)
        x1, y1 = max(min(right, width), x0), max(min(bottom, height), y0)
        black = (x0 - left, right - x1, y0 - top, bottom - y1)
        if x0 == x1 or y0 == y1:
            pieces[k] = _BLACK
            continue
        piece = functional.pad(image[:, :, y0:y1, x0:x1], black, value=_BLACK)
        pieces[k] = functional.interpolate(piece, size=(side, side), mode="area")[0]
    return pieces
