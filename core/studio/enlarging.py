"""What happens in the process that enlarges: photos decoded whole, run through a model, written as files of their own.

It writes down what became of each photo as soon as it is known, so that neither a crash nor a cancel loses what was
done.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled, MediaError, ReverieError
from core.media import marks, whole
from core.progress import Progress
from core.studio import spared
from core.studio.asked import How, Job, Trial
from core.superres import models
from core.superres.enlarge import Box, enlarge, invented, plain

if TYPE_CHECKING:
    from core.superres.models import Model

MOST_PIXELS = 500_000_000
"""Pixels of the largest picture that is made."""

FULL = (errno.ENOSPC, errno.EDQUOT)


def work(job: Job, progress: Progress) -> None:
    """Work off the queue from ``first`` on; what one photo fails by is written down and the others go on.

    Raises Cancelled, WeightsError for a model that cannot be had.
    """
    model = load(job.how)
    if spared.are(model.info, job.how.strength):
        spared.warn(progress)
    sizes = [pixels_of(path) for path in job.paths]
    progress.phase("Enlarging", sum(sizes), "pixels")
    with open(job.diary, "a", encoding="utf-8") as diary:
        for k, path in enumerate(job.paths):
            if k < job.first:
                continue
            part = Part(progress, sum(sizes[:k]))
            part.check()
            _tell(diary, {"k": k, "begun": True})
            full = _one(job, model, k, path, part, diary)
            part.set(sizes[k])
            if full:
                return


def _one(job: Job, model: Model, k: int, path: str, progress: Progress, diary: Any) -> bool:
    """Enlarge one photo and write down what became of it; whether the disk is full."""
    started = time.monotonic()
    try:
        made, width, height = enlarged(path, job.how, model, job.folder, progress)
        spent = time.monotonic() - started
        _tell(diary, {"k": k, "path": made, "width": width, "height": height, "seconds": spent})
    except OSError as error:
        if error.errno in FULL:
            _tell(diary, {"k": k, "failed": "The disk is full.", "full": True})
            return True
        _tell(diary, {"k": k, "failed": f"It cannot be written: {error.strerror or error}."})
    except MemoryError:
        _tell(diary, {"k": k, "failed": "There is not enough memory for a picture of this size."})
    except MediaError as error:
        _tell(diary, {"k": k, "failed": error.reason})
    return False


def enlarged(path: str, how: How, model: Model, folder: str, progress: Progress) -> tuple[str, int, int]:
    """(path, width, height) of the new file. Raises MediaError, OSError, MemoryError, Cancelled."""
    photo = whole.read_whole(path)
    height, width = photo.pixels.shape[:2]
    if height * width * how.scale**2 > MOST_PIXELS:
        raise MediaError(
            "write", f"It would have more than {MOST_PIXELS // 10**6} million pixels. Choose a smaller scale."
        )
    faces = spared.faces(path, photo.pixels, progress) if spared.are(model.info, how.strength) else ()
    pixels = enlarge(photo.pixels, model, how.scale, strength=how.strength, faces=faces, progress=progress)
    kind = whole.kind_for(pixels, photo.kind)
    data = marks.stamped(whole.encode(pixels, kind, photo.profile), mark_of(path, how, model, len(faces)), like=path)
    stem = os.path.splitext(os.path.basename(path))[0]
    new = whole.free_name(folder, f"{stem}-x{how.scale}-{how.model}", whole.SUFFIXES[kind])
    whole.fill(new, data)
    return new, pixels.shape[1], pixels.shape[0]


def mark_of(path: str, how: How, model: Model, faces: int = 0) -> marks.Mark:
    """What is written into an enlarged picture: that a model made it larger, which one, how, and on how many faces it
    was held down."""
    invents = model.info.adversarial and how.strength > 0
    facts = {
        "Model": how.model, "ModelTitle": model.info.title, "Scale": str(how.scale), "Strength": f"{how.strength:g}",
        "Weights": model.info.sha256, "Run": how.run_id, "EnlargedFrom": _plain(os.path.basename(path)),
        "FacesHeldDown": str(faces or ""),
    }  # fmt: skip
    what = f"Enlarged ×{how.scale}" if how.scale > 1 else "Restored"
    told = f"{what} by a model ({model.info.title}, strength {how.strength:g})."
    sentence = f"{told} Part of its detail is invented." if invents else told
    return marks.Mark(marks.PARTLY if invents else marks.ENHANCED, sentence, {k: v for k, v in facts.items() if v})


def _plain(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def load(how: How) -> Model:
    """The model, kept for the next request. Raises WeightsError."""
    modified = os.stat(how.file).st_mtime_ns if how.file and os.path.exists(how.file) else 0
    return _loaded(how.model, how.scale, how.file, modified)


@lru_cache(maxsize=4)
def _loaded(name: str, scale: int, file: str, modified: int) -> Model:
    from core import device as devices

    return models.load(name, scale, file=Path(file) if file else None, device=devices.choose().torch_name)


def pixels_of(path: str) -> int:
    """Pixels of a picture as its header says; 0 where that cannot be read."""
    from PIL import Image

    from core.media.safely import DECODER_ERRORS, open_image

    try:
        with open_image(path) as image:
            assert isinstance(image, Image.Image)
            return image.width * image.height
    except DECODER_ERRORS:
        return 0


class Part(Progress):
    """A part of a larger progress, whose count goes on from ``before``."""

    def __init__(self, larger: Progress, before: int) -> None:
        super().__init__()
        self._larger, self._before = larger, before

    def set(self, done: int, total: int | None = None) -> None:
        super().set(done, total)
        self._larger.set(self._before + done)

    def check(self) -> None:
        self._larger.check()

    def notice(self, sentence: str) -> None:
        self._larger.notice(sentence)


def _tell(diary: Any, what: Mapping[str, Any]) -> None:
    try:
        diary.write(json.dumps(what) + "\n")
        diary.flush()
    except OSError as error:
        raise ReverieError(f"The disk refused while enlarging: {error.strerror or error}.") from error


# ---------------------------------------------------------------- looking before and after


@dataclass(frozen=True, slots=True)
class Tried:
    """``picture`` uint8 [h, w, 3]; ``failed``: why there is none."""

    picture: NDArray[np.uint8]
    heat: NDArray[np.float32]
    seconds: float
    failed: str = ""


LARGEST_CROP = 512


def crops(asked: Trial, progress: Progress) -> tuple[NDArray[np.uint8], tuple[Tried, ...]]:
    """(the crop by bicubic, by each model). Raises MediaError, Cancelled."""
    modified = os.stat(asked.path).st_mtime_ns
    picture = _picture(asked.path, modified)
    rows, columns = _place(picture, asked.box)
    small = np.ascontiguousarray(picture[rows, columns])

    def faces() -> tuple[Box, ...]:
        x, y = columns.start, rows.start
        return tuple((a - x, b - y, c - x, d - y) for a, b, c, d in _faces(asked.path, modified))

    larger = np.asarray(plain(small, asked.hows[0].scale), np.uint8)
    progress.phase("Trying models", len(asked.hows), "models")
    tried = []
    for how in asked.hows:
        progress.check()
        tried.append(_try(small, larger, how, faces, progress))
        progress.set(len(tried))
    return larger, tuple(tried)


def _try(
    small: NDArray[np.uint8],
    larger: NDArray[np.uint8],
    how: How,
    faces: Callable[[], tuple[Box, ...]],
    progress: Progress,
) -> Tried:
    try:
        model = load(how)
        held = faces() if spared.are(model.info, how.strength) else ()
        started = time.monotonic()
        made = enlarge(small, model, how.scale, strength=how.strength, faces=held, progress=Part(progress, 0))
        spent = time.monotonic() - started
        return Tried(np.asarray(made, np.uint8), invented(made, larger), spent)
    except Cancelled:
        raise
    except (ReverieError, MemoryError) as error:
        nothing = np.zeros(larger.shape[:2], np.float32)
        return Tried(larger, nothing, 0.0, str(error) or "There is not enough memory.")


def _place(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    """Rows and columns of a crop, at least 8 pixels and at most LARGEST_CROP to a side; of a larger one the middle."""
    height, width = picture.shape[:2]
    return _span(box[1], box[3], height), _span(box[0], box[2], width)


def _span(begin: float, length: float, size: int) -> slice:
    side = min(max(8, round(length * size)), LARGEST_CROP, size)
    first = round((begin + length / 2) * size - side / 2)
    first = min(max(first, 0), size - side)
    return slice(first, first + side)


@lru_cache(maxsize=1)
def _picture(path: str, modified: int) -> NDArray[np.uint8]:
    from core.media.decode import decode

    return np.asarray(decode(path).image.convert("RGB"), np.uint8)


@lru_cache(maxsize=1)
def _faces(path: str, modified: int) -> tuple[Box, ...]:
    return spared.faces(path, _picture(path, modified), Progress())


def seconds(asked: tuple[How, tuple[tuple[int, int, int], ...]], progress: Progress) -> float:
    """How long pictures (width, height, how many of them) take here, from a trial of the model."""
    from core.superres.enlarge import seconds as measured

    how, sizes = asked
    if not sizes:
        return 0.0
    model = load(how)
    width, height, _ = max(sizes)
    once = measured(model, height, width) / (height * width)
    return sum(once * w * h * n for w, h, n in sizes)


def heat(asked: tuple[str, str, int, int], progress: Progress) -> NDArray[np.float32]:
    """float32 [h, w] in [0, 1], its long side about ``most``: how far each place of an enlarged file is from the plain
    enlargement of the original; (original, enlarged, scale, most). Raises MediaError."""
    from core.superres.resampling import bicubic_rows

    original, large, scale, most = asked
    before, after = whole.read_whole(original).pixels, whole.read_whole(large).pixels
    full = np.float32(np.iinfo(before.dtype).max)
    before = _colour(before)
    after = _colour(after)
    small = np.asarray(before, np.float32) / full
    rows, columns = before.shape[0] * scale, before.shape[1] * scale
    if after.shape[:2] != (rows, columns):
        raise MediaError("decode", "The original is no longer the picture that was enlarged.")
    step = scale * max(1, -(-max(rows, columns) // (most * scale)))
    bands = []
    for top in range(0, rows // step * step, 32 * step):
        progress.check()
        bottom = min(top + 32 * step, rows // step * step)
        part = np.asarray(after[top:bottom], np.float32) / np.float32(np.iinfo(after.dtype).max)
        difference = np.abs(part - bicubic_rows(small, scale, top, bottom)).mean(axis=2)
        squares = difference[:, : columns // step * step].reshape(len(difference) // step, step, -1, step)
        bands.append(squares.mean(axis=(1, 3)))
    return np.asarray(np.concatenate(bands), np.float32)


def _colour(pixels: Any) -> Any:
    """[h, w, 1 or 3]: without alpha."""
    if pixels.ndim == 2:
        return pixels[..., None]
    return pixels[..., : 1 if pixels.shape[2] == 2 else 3]
