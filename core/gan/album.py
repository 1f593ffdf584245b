"""What an album is good for as the food of a generator, said before it is trained: too few photos, or too alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.gan.nearest import blocks
from core.records_studio import FEWEST

F32 = NDArray[np.float32]

FEW, MANY = 100, 1000
"""Below the first a generator learns photos by heart if it trains for long; from the second on it hardly can."""
ALIKE = 0.95
"""Cosine of two photos' vectors from which on they are near-identical: of one burst, or copies."""
TOO_ALIKE = 0.5
"""Share of photos that have a near-identical one, from which on this is said."""


def alike(vectors: F32, cosine: float = ALIKE) -> float:
    """The share of photos that have a near-identical one among them, of vectors [n, d] of the embedder."""
    if len(vectors) < 2:
        return 0.0
    lengths = np.linalg.norm(np.asarray(vectors, np.float64), axis=1, keepdims=True)
    unit = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    known, found = lengths[:, 0] > 0, []
    for start, square in blocks(unit, unit):
        row = np.arange(len(square))
        near = (square <= 2 - 2 * cosine) & known & known[start + row][:, None]
        near[row, start + row] = False
        found.append(near.any(axis=1))
    return float(np.concatenate(found).mean())


def held_out(photos: int) -> int:
    """How many photos to keep apart for measuring: a tenth, eight at least and 500 at most, never above a third."""
    return min(max(8, round(photos / 10)), 500, photos // 3)


def sentences(photos: int, alike: float = float("nan")) -> tuple[str, ...]:
    """What to expect of ``photos`` photos of which a share is ``alike`` (NaN: not looked at), in sentences."""
    said = []
    if photos < FEWEST:
        said.append(
            f"There are {photos} photos here; a generator needs {FEWEST} at least. "
            "With fewer it could only give them back: choose a larger album."
        )
    elif photos < FEW:
        said.append(
            f"{photos} photos are few: expect variations of them, and copies if it trains for long. "
            f"The measure of memorisation tells when; {FEW} photos and more give it something to mix."
        )
    elif photos < MANY:
        said.append(f"{photos} photos are enough for pictures in their manner; with {MANY} it invents more of its own.")
    else:
        said.append(f"{photos} photos are plenty: expect pictures in their manner rather than copies.")
    if alike >= TOO_ALIKE:
        said.append(
            f"{alike:.0%} of the photos have a near-identical one among them: expect little variety, "
            "as if the album were smaller. Choosing one photo of every burst helps."
        )
    return tuple(said)


def enough(photos: int) -> bool:
    """Whether a generator is trained at all."""
    return photos >= FEWEST
