"""Does restoring bring photos nearer to what they were? ``--images DIR`` of sharp photos, none of them trained on.

The middle of each photo (at most ``--side`` pixels) is degraded, then restored at its own size (x1) and at four times
the size (x4), and compared with what it was: Y-PSNR (dB, border of 4 pixels left out), SSIM of the luma, and the
perceptual distance of :mod:`core.superres.perceptual` (lower is better). Two ways to degrade: ``twice`` is the
second-order model that the networks are trained with (simulated wear, never spared), ``jpeg`` a reduction and JPEG of
quality 30 alone, which they are not told of. Mean over photos, then mean and sd over ``--repeats`` seeds of the wear
(``jpeg`` draws nothing, its sd is 0).

Trivial: the photo as it is, enlarged by bicubic. Peer: OpenCV's non-local means at its default strength (Buades, Coll
and Morel, 2005), then bicubic. ``compact`` is our network for clean photos; ``restore_half`` has the strength slider in
the middle.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.common import emit
from core.errors import WeightsError
from core.superres import models, perceptual
from core.superres.degrade import Degradation, compressed, degrade
from core.superres.enlarge import enlarge, plain
from core.superres.patches import files_below, lower
from core.superres.quality import luma, psnr_y
from core.superres.restore import restore

U8 = NDArray[np.uint8]
Method = Callable[[U8], U8]
SCALES, QUALITY = (1, 4), 30
MEASURES = ("psnr_y", "ssim", "perceptual")


def photos(folder: Path, side: int) -> list[U8]:
    """The middle of each, its sides multiples of 4."""
    return [_middle(np.asarray(Image.open(path).convert("RGB")), side) for path in files_below([folder])]


def _middle(photo: U8, side: int) -> U8:
    height, width = (min(length, side) // 4 * 4 for length in photo.shape[:2])
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    return np.ascontiguousarray(photo[top : top + height, left : left + width])


def worn(photo: U8, how: str, scale: int, rng: np.random.Generator) -> U8:
    """What is left of a photo, at 1 / scale of its size."""
    if how == "twice":
        return degrade(photo, scale, rng, Degradation(spared=0.0))
    small = lower(photo, scale) if scale > 1 else photo
    return compressed(small.astype(np.float32), QUALITY).astype(np.uint8)


def methods(scale: int, weights: Path | None) -> dict[str, Method]:
    found: dict[str, Method] = {
        "bicubic": partial(plain, scale=scale),
        "non_local_means": lambda small: plain(cv2.fastNlMeansDenoisingColored(small), scale),
    }
    own = None if weights is None else weights / f"restore-x{scale}.safetensors"
    found["restore"] = partial(restore, scale=scale, file=own)
    found["restore_half"] = partial(restore, scale=scale, file=own, strength=0.5)
    if scale > 1:
        try:
            model = models.load("compact", scale)
        except WeightsError:
            return found
        found["compact"] = lambda small: enlarge(small, model, scale)
    return found


def measured(made: U8, true: U8) -> tuple[float, float, float]:
    """psnr_y, ssim, perceptual."""
    from skimage.metrics import structural_similarity

    one, other = luma(made)[4:-4, 4:-4], luma(true)[4:-4, 4:-4]
    alike = structural_similarity(
        one, other, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    return psnr_y(made, true), float(alike), perceptual.distance(made, true)


def run(
    pictures: Sequence[U8], repeats: int, weights: Path | None = None
) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    """("x4_twice", {method: {measure: mean, measure_sd: sd}}) for each scale and way to degrade."""
    for scale in SCALES:
        ways = methods(scale, weights)
        for how in ("twice", "jpeg"):
            rounds: dict[str, list[list[tuple[float, float, float]]]] = {name: [] for name in ways}
            for seed in range(repeats if how == "twice" else 1):
                rng = np.random.default_rng(seed)
                small = [worn(photo, how, scale, rng) for photo in pictures]
                for name, method in ways.items():
                    rounds[name].append(
                        [measured(method(one), true) for one, true in zip(small, pictures, strict=True)]
                    )
            yield f"x{scale}_{how}", {name: _summed(values) for name, values in rounds.items()}


def _summed(rounds: list[list[tuple[float, float, float]]]) -> dict[str, float]:
    means = np.array(rounds).mean(axis=1)  # [seeds, measures]
    pairs = zip(MEASURES, means.mean(axis=0), means.std(axis=0), strict=True)
    return {key: float(value) for name, mean, sd in pairs for key, value in ((name, mean), (f"{name}_sd", sd))}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, help="folder of sharp photos")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--weights", type=Path, help="folder with other restore-x1 and restore-x4 weights")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    pictures = photos(given.images, given.side)
    if not pictures:
        parser.error(f"No pictures in {given.images}.")
    found = dict(run(pictures, given.repeats, given.weights))
    emit({"photos": len(pictures), "repeats": given.repeats, "models": found}, given.json, "Restoration")


if __name__ == "__main__":
    main()
