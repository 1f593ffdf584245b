"""What happens in the process that teaches a tag: feature maps of photos, the heads compared, the best one kept.

Arrays and paths of thumbnails in, arrays out. Torch is imported only in that process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.progress import Progress

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Maps = NDArray[np.float16]
BATCH = 16


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples and negatives: paths of their ``thumbs``, ``vectors`` float32 [n, d], ``label`` bool [n]. ``shortlist``:
    thumbnails of photos that a head other than the probe decides."""

    thumbs: tuple[str, ...]
    vectors: F32
    label: Bools
    shortlist: tuple[str, ...]
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """``scores``: head -> (mean, sd) of average precision on examples kept apart; ``used`` of them. Of a head other
    than the probe: its ``arrays``, ``bar`` (at, slope), and ``strength`` float32 of the shortlist (NaN: not seen)."""

    scores: dict[str, tuple[float, float]]
    used: str
    examples: int
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    bar: tuple[float, float] = (0.0, 1.0)
    strength: F32 = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Question:
    """Photos that a kept head is asked about: its name in ``choosing.NAMES``, ``arrays``, ``bar``, and ``thumbs``."""

    used: str
    arrays: dict[str, NDArray[Any]]
    bar: tuple[float, float]
    thumbs: tuple[str, ...]


def learn(lesson: Lesson, progress: Progress) -> Learned:
    """Compare the heads on examples kept apart; fit the best one to all. Raises Cancelled, ReverieError."""
    from core.recognise import choosing

    maps, seen = look(lesson.thumbs, progress)
    maps, vectors, label = maps[seen], lesson.vectors[seen], lesson.label[seen]
    if min(int(label.sum()), int((~label).sum())) < choosing.FEWEST:
        raise ReverieError("Too few of the photos have a thumbnail that can be read.")
    found = choosing.compare(maps, vectors, label, seed=lesson.seed, progress=progress)
    used = choosing.best(found)
    scores = {name: (judged.mean, judged.sd) for name, judged in found.items()}
    examples = int(label.sum())
    if used == "probe":
        return Learned(scores, used, examples)
    bar = choosing.bar(found[used].score, label)
    with choosing.one_thread():
        head = choosing.map_head(used, lesson.seed).fit(maps, label)
    question = Question(used, head.arrays(), (bar.at, bar.slope), lesson.shortlist)
    return Learned(scores, used, examples, question.arrays, question.bar, answer(question, progress))


def answer(question: Question, progress: Progress) -> F32:
    """float32: the strength of each photo, NaN for one whose thumbnail cannot be read. Raises Cancelled."""
    from core.recognise import choosing

    head = choosing.map_head(question.used).set_arrays(question.arrays)
    bar = choosing.Bar(*question.bar)
    out = np.full(len(question.thumbs), np.nan, np.float32)
    progress.phase("Looking for more", len(question.thumbs))
    for start, maps, seen in _looks(question.thumbs):
        progress.check()
        out[start : start + len(seen)][seen] = bar.strength(head.decision_function(maps[seen]))
        progress.set(start + len(seen))
    return out


def look(thumbs: Sequence[str], progress: Progress) -> tuple[Maps, Bools]:
    """(feature maps float16 [n, h, w, c], which of the thumbnails could be read bool [n]). Raises Cancelled."""
    progress.phase("Looking at the photos", len(thumbs))
    parts, read = [], []
    for start, maps, seen in _looks(thumbs):
        progress.check()
        parts.append(maps)
        read.append(seen)
        progress.set(start + len(seen))
    return np.concatenate(parts), np.concatenate(read)


def _looks(thumbs: Sequence[str]) -> Any:
    """(where it starts, maps, which could be read) of batches of thumbnails."""
    from core.recognise import features

    size = features.SPEC.size
    for start in range(0, len(thumbs), BATCH):
        batch = thumbs[start : start + BATCH]
        pixels = np.zeros((len(batch), size, size, 3), np.uint8)
        seen = np.zeros(len(batch), np.bool_)
        for row, path in enumerate(batch):
            picture = _pixels(path)
            if picture is not None:
                pixels[row], seen[row] = picture, True
        yield start, features.feature_maps(pixels), seen


def _pixels(path: str) -> NDArray[np.uint8] | None:
    """A thumbnail as the network takes it; None where it is not there or damaged."""
    from PIL import Image

    from core.embed.preprocess import prepare
    from core.recognise import features

    try:
        with Image.open(path) as picture:
            return prepare(picture, features.SPEC)
    except (OSError, ValueError, SyntaxError):
        return None
