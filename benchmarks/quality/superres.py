"""How near do enlarged pictures come to the true ones? ``--images``: a folder of sharp pictures, as Set5 or Set14.

Each picture is cut to a multiple of the scale, reduced by Pillow's bicubic with antialiasing and enlarged again by
every model that is available (``--models`` names those wanted; Real-ESRGAN ×4+ takes minutes on a CPU). ``psnr_y``: of
the luma (BT.601), the border of ``scale`` pixels left out, the mean over pictures in dB; ``ssim``: of the same, by Wang
et al. (2004); ``perceptual`` and ``texture``: distances of looks as LPIPS and as DISTS, 0 the same, on our own network
(core/superres/perceptual.py); ``seconds``: a picture of the set; ``seconds_128``: one of 128 x 128, the median of
``--repeats``. An adversarial network has the lower PSNR by design. ``--seams`` adds the largest difference (of 255)
between the largest picture enlarged in tiles of 96 and as a whole, null where it is not cut.

Of folders in which one picture lies several times, cut for several scales (``..._SRF_4_HR.png``), those of the scale
count.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.common import emit
from core.errors import WeightsError
from core.superres import models, perceptual, tiles
from core.superres.enlarge import enlarge
from core.superres.models import Model
from core.superres.patches import ENDINGS, lower
from core.superres.quality import luma, psnr_y

U8 = NDArray[np.uint8]
ALL = tuple(info.name for info in models.INFOS if info.name not in ("file", "restore"))
"""Restoring is measured by a benchmark of its own, on pictures that need it."""
TRIAL, TILE = 128, 96
_FOR_SCALE = re.compile(r"SRF_(\d)")


def read(folder: Path, scale: int) -> list[tuple[str, U8]]:
    """(name, uint8 [h, w, 3]) of every picture, its sides multiples of the scale."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS):
        made_for = _FOR_SCALE.search(path.name)
        if made_for and int(made_for[1]) != scale:
            continue
        with Image.open(path) as opened:
            pixels = np.asarray(opened.convert("RGB"))
        found.append((path.name, pixels[: len(pixels) // scale * scale, : pixels.shape[1] // scale * scale]))
    return found


def ssim_y(one: U8, other: U8, crop: int) -> float:
    """Structural similarity of the luma, with the Gaussian window of the paper."""
    from skimage.metrics import structural_similarity

    a, b = (luma(picture)[crop:-crop, crop:-crop] for picture in (one, other))
    return float(
        structural_similarity(a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    )


def measure(model: Model, pictures: list[tuple[str, U8]], repeats: int) -> dict[str, Any]:
    """One model on all pictures."""
    scale, rows = model.scale, []
    for _, high in pictures:
        low = lower(high, scale)
        begin = perf_counter()
        made = enlarge(low, model, scale)
        spent = perf_counter() - begin
        rows.append((psnr_y(high, made, scale), ssim_y(high, made, scale), *looks(high, made), spent))
    psnr, ssim, look, texture, seconds = np.array(rows, dtype=float).T
    small = _times(model, repeats)
    return {
        "psnr_y": round(float(psnr.mean()), 3),
        "ssim": round(float(ssim.mean()), 4),
        "perceptual": None if np.isnan(look).any() else round(float(look.mean()), 4),
        "texture": None if np.isnan(texture).any() else round(float(texture.mean()), 4),
        "seconds": round(float(seconds.mean()), 3),
        "seconds_128": round(float(np.median(small)), 3),
        "seconds_128_sd": round(float(np.std(small, ddof=1)), 3) if repeats > 1 else 0.0,
        "psnr_y_each": [round(float(value), 2) for value in psnr],
        "sha256": model.info.sha256,
    }


def looks(high: U8, made: U8) -> tuple[float, float]:
    """Both distances of looks; no numbers where the network that looks has no weights here."""
    try:
        return perceptual.distance(high, made), perceptual.texture_distance(high, made)
    except WeightsError:
        return float("nan"), float("nan")


def _times(model: Model, repeats: int) -> list[float]:
    """Seconds for 128 x 128, after one that does not count."""
    small = np.random.default_rng(0).integers(0, 256, (TRIAL, TRIAL, 3), dtype=np.uint8)
    spent = []
    for turn in range(repeats + 1):
        begin = perf_counter()
        enlarge(small, model, model.scale, tile=2 * TRIAL)
        if turn:
            spent.append(perf_counter() - begin)
    return spent


def seam(model: Model, high: U8) -> float | None:
    """The largest difference, of 255, between a picture enlarged in tiles and as a whole. None: it is not cut."""
    image = lower(high, model.scale).astype(np.float32) / 255
    if tiles.pixels_seen(*image.shape[:2], model, TILE) == image.shape[0] * image.shape[1]:
        return None
    whole = np.clip(model(image), 0, 1)
    return round(255 * float(np.abs(np.clip(tiles.run(model, image, tile=TILE), 0, 1) - whole).max()), 4)


def run(
    folder: Path,
    names: Sequence[str] = ALL,
    *,
    scale: int = 4,
    repeats: int = 3,
    seams: bool = False,
    file: Path | None = None,
) -> dict[str, Any]:
    """The whole benchmark as one mapping."""
    pictures = read(folder, scale)
    if not pictures:
        raise SystemExit(f"{folder}: no pictures.")
    measured, missing = {}, {}
    for name in names:
        try:
            model = models.load(name, scale, file=file if name == "file" else None)
        except WeightsError as error:
            missing[name] = str(error)
            continue
        measured[name] = measure(model, pictures, repeats)
        if seams:
            measured[name]["seam"] = seam(model, max((high for _, high in pictures), key=lambda high: high.size))
    sizes = {"images": folder.name, "pictures": len(pictures), "scale": scale, "crop": scale, "repeats": repeats}
    return {**sizes, "models": measured, "not_available": missing}


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.superres --images DIR [--models A,B] [--scale S] [--seams] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.superres", description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=Path, required=True, help="folder of sharp pictures")
    parser.add_argument("--models", default=",".join(ALL), help=f"of {', '.join(ALL)}, restore, file")
    parser.add_argument("--scale", type=int, default=4, choices=(2, 3, 4))
    parser.add_argument("--repeats", type=int, default=3, help="timings of each model")
    parser.add_argument("--file", type=Path, help="weights for the model “file”")
    parser.add_argument("--seams", action="store_true", help="compare tiles with the whole, too")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    result = run(
        chosen.images,
        chosen.models.split(","),
        scale=chosen.scale,
        repeats=chosen.repeats,
        seams=chosen.seams,
        file=chosen.file,
    )
    emit(result, chosen.json, "Enlarging, against the true pictures")


if __name__ == "__main__":
    main()
