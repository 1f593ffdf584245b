"""Simulated vectors for the benchmarks, and the vectors of labelled photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PER_CLUSTER = 200
RANK = 24
PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def clustered(n: int, dim: int = 512, seed: int = 0) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """(unit vectors float16 [n, dim], cluster of each): simulated. Subjects are drawn around themes (50 to a theme),
    their sizes heavy-tailed around 200; within one, photos vary along 24 of 16 sets of shared directions, with a little
    noise in all. Rows come in random order."""
    rng = np.random.default_rng(seed)
    subjects = max(n // PER_CLUSTER, 4)
    themes = rng.normal(size=(max(subjects // 50, 2), dim))
    middle = themes[rng.integers(0, len(themes), subjects)] + 0.9 * rng.normal(size=(subjects, dim))
    middle = (middle / np.linalg.norm(middle, axis=1, keepdims=True)).astype(np.float32)
    weight = rng.pareto(1.5, subjects) + 0.2
    label = rng.choice(subjects, n, p=weight / weight.sum())
    ways = (rng.normal(size=(16, RANK, dim)) / np.sqrt(dim)).astype(np.float32)
    out = np.empty((n, dim), dtype=np.float16)
    for begin in range(0, n, 20_000):
        mine = label[begin : begin + 20_000]
        block = middle[mine] + rng.normal(0, 0.25 / np.sqrt(dim), (len(mine), dim)).astype(np.float32)
        for way in range(len(ways)):
            rows = np.flatnonzero(mine % len(ways) == way)
            along = rng.normal(0, 0.9 / np.sqrt(RANK), (len(rows), RANK)).astype(np.float32)
            block[rows] += along @ ways[way]
        out[begin : begin + 20_000] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return out, label.astype(np.int64)


def labelled_photos(folder: Path) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """(vectors by the program's embedder, label) of the pictures in ``folder``, whose sub-folders are the labels; one
    named BACKGROUND... is left out."""
    from PIL import Image

    from core.embed import registry
    from core.embed.preprocess import prepare

    embedder = registry.create()
    folders = sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("BACKGROUND"))
    files = [(i, p) for i, f in enumerate(folders) for p in sorted(f.iterdir()) if p.suffix.lower() in PICTURES]
    if not files:
        raise SystemExit(f"{folder}: no pictures in sub-folders.")
    parts = []
    for begin in range(0, len(files), 32):
        batch = []
        for _, path in files[begin : begin + 32]:
            with Image.open(path) as picture:
                batch.append(prepare(picture.convert("RGB"), embedder.spec))
        parts.append(embedder.embed(np.stack(batch)).vectors)
    return np.concatenate(parts), np.array([i for i, _ in files], dtype=np.int64)
