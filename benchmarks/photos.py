"""Real-looking 12-megapixel JPEGs for the benchmarks, from photographs that packages carry."""

from __future__ import annotations

import io
import os
import struct
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4000, 3000
DISTINCT = 60
"""Different pictures; further files are the same pictures with other EXIF, so other bytes and another identity."""


def _sources() -> list[Image.Image]:
    import skimage.data
    from sklearn.datasets import load_sample_images

    arrays = [*load_sample_images().images]
    arrays += [getattr(skimage.data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")]
    return [Image.fromarray(np.asarray(a)).convert("RGB") for a in arrays]


def _make(task: tuple[int, int]) -> bytes:
    """One picture of 12 megapixels with sensor-like noise, 3-5 MB as JPEG, without EXIF."""
    index, seed = task
    rng = np.random.default_rng([seed, index])
    sources = _sources()
    picture = sources[index % len(sources)]
    width, height = picture.size
    w = int(width * rng.uniform(0.6, 1.0))
    h = min(height, int(w * HEIGHT / WIDTH))
    left, top = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    large = picture.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=(left, top, left + w, top + h))
    grain = rng.normal(0, 9, (HEIGHT, WIDTH, 1)).astype(np.float32)
    noisy = np.clip(np.asarray(large, dtype=np.float32) * rng.uniform(0.85, 1.1) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=88, subsampling=2)
    return out.getvalue()


def _exif(index: int) -> bytes:
    """An APP1 segment: an hour between photos, a phone, a place."""
    exif = Image.Exif()
    day, hour = divmod(index, 12)
    stamp = f"2024:{1 + day // 28 % 12:02d}:{1 + day % 28:02d} {8 + hour:02d}:{index % 60:02d}:{index // 60 % 60:02d}"
    exif[0x010F], exif[0x0110] = "Reverie", "Benchmark 12"
    exif[0x0132] = stamp
    details = exif.get_ifd(0x8769)
    details.update({0x9003: stamp, 0x9011: "+01:00", 0x9291: f"{index % 1000:03d}", 0x829A: 0.01, 0x8827: 100})
    lat, lon = 48 + (index // 40) % 9 * 0.2, 2 + (index // 40) % 7 * 0.3
    position = {1: "N", 2: (int(lat), int(lat % 1 * 60), 0.0), 3: "E", 4: (int(lon), int(lon % 1 * 60), 0.0)}
    exif.get_ifd(0x8825).update(position)
    body = exif.tobytes()
    body = body if body.startswith(b"Exif") else b"Exif\0\0" + body
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def make_photos(folder: Path, n: int, *, seed: int = 0) -> list[str]:
    """Write ``n`` JPEG files of 4000 x 3000 into ``folder`` (a hundred to a sub-folder), unless they are there."""
    paths = [os.path.join(folder, f"{i // 100:03d}", f"IMG_{i:05d}.jpg") for i in range(n)]
    if all(os.path.exists(path) for path in paths):
        return paths
    with ProcessPoolExecutor() as pool:
        bodies = list(pool.map(_make, [(i, seed) for i in range(min(n, DISTINCT))]))
    for i, path in enumerate(paths):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        body = bodies[i % len(bodies)]
        with open(path, "wb") as file:
            file.write(body[:2] + _exif(i) + body[2:])
    return paths
