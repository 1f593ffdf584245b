"""Are copies found, and nothing else? Recall and precision of pairs on augmented photos: ``--images DIR``.

Photos drawn from DIR become a library through the real pipeline (import, thumbnails, hashes, vectors, candidates, one
picture laid over the other). A third of them have copies beside them: cropped, mirrored, turned, resized, coarsely
encoded, written on, recoloured. A pair counts as found when both files are in one set, as true when they come from one
photo. The other photos of DIR are there to be confused: folders of one subject each are best. DIR must hold no two
versions of one photo (files with equal bytes are passed over); what it holds anyhow counts as our error.

``frames_joined``: simulated second frames of a burst (seen from a little aside, the subject moved) of other photos,
once with a camera's EXIF and once without: the share wrongly joined. Beside it imagededup's hashes at their defaults
over the same files, in the same process.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import io
import itertools
import random
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from benchmarks.common import emit
from core.group.base import PhotoTable

SIDE = 180
"""Photos with a shorter side are passed over."""

COPIES = 3
"""Copies of each photo that has any."""

Picture = Image.Image
Pair = tuple[str, str]


# ---------------------------------------------------------------- copies


def _jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _crop(picture: Picture, share: float, rng: random.Random) -> Picture:
    width, height = (round(side * share**0.5) for side in picture.size)
    left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def _tilt(picture: Picture, rng: random.Random) -> Picture:
    """Straightened by 3 to 8 degrees and cut to what is left without corners."""
    turned = picture.rotate(rng.choice((-1, 1)) * rng.uniform(3, 8), Image.Resampling.BICUBIC)
    keep = 0.8
    width, height = turned.size
    margin = (1 - keep) / 2
    return turned.crop((round(width * margin), round(height * margin), round(width * (1 - margin)),
                        round(height * (1 - margin))))  # fmt: skip


def _text(picture: Picture, rng: random.Random) -> Picture:
    """A line of writing and a logo in a corner."""
    out = picture.copy()
    draw = ImageDraw.Draw(out)
    width, height = out.size
    font = ImageFont.load_default(size=max(12, width // 12))
    draw.text((width * 0.05, height * rng.uniform(0.1, 0.8)), "Greetings from us all", fill="white", font=font)
    draw.rectangle((width * 0.8, height * 0.84, width * 0.97, height * 0.97), fill=(200, 30, 30))
    return out


def _colour(picture: Picture, rng: random.Random) -> Picture:
    out = ImageEnhance.Color(picture).enhance(rng.uniform(0.2, 1.6))
    out = ImageEnhance.Brightness(out).enhance(rng.uniform(0.75, 1.3))
    return ImageEnhance.Contrast(out).enhance(rng.uniform(0.8, 1.3))


def _several(picture: Picture, rng: random.Random) -> Picture:
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return _jpeg(_text(_colour(_crop(mirrored, 0.75, rng), rng), rng), 50)


COPY: dict[str, Callable[[Picture, random.Random], Picture]] = {
    "crop 80 %": lambda p, r: _crop(p, 0.8, r),
    "crop 60 %": lambda p, r: _crop(p, 0.6, r),
    "flip": lambda p, r: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turn 90": lambda p, r: p.transpose(Image.Transpose.ROTATE_90),
    "turn 180": lambda p, r: p.transpose(Image.Transpose.ROTATE_180),
    "turn 270": lambda p, r: p.transpose(Image.Transpose.ROTATE_270),
    "tilt 3-8": _tilt,
    "half size": lambda p, r: p.resize((p.width // 2, p.height // 2), Image.Resampling.BICUBIC),
    "jpeg 30": lambda p, r: _jpeg(p, 30),
    "text and logo": _text,
    "colour": _colour,
    "grey": lambda p, r: p.convert("L").convert("RGB"),
    "several at once": _several,
}


def _frame(picture: Picture, rng: np.random.Generator) -> Picture:
    """A simulated second frame: seen from a little aside, the middle moved by 4 % of the width, sensor noise."""
    from scipy.ndimage import map_coordinates, zoom

    pixels = np.asarray(picture, dtype=np.float32)
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    bump = np.exp(-(((x - width / 2) / (0.2 * width)) ** 2) - ((y - height / 2) / (0.2 * width)) ** 2)
    angle = rng.uniform(0, 2 * np.pi)
    aside = [zoom(rng.normal(0, 0.006 * width, (4, 5)), (height / 4, width / 5), order=1) for _ in range(2)]
    shifts = [0.04 * width * bump * part + field[:height, :width] + rng.normal(0, 0.01 * width)
              for part, field in zip((np.sin(angle), np.cos(angle)), aside, strict=True)]  # fmt: skip
    at = [y + shifts[0], x + shifts[1]]
    moved = np.stack([map_coordinates(pixels[..., c], at, order=1, mode="reflect") for c in range(3)], axis=-1)
    return Image.fromarray(np.clip(moved + rng.normal(0, 4, moved.shape), 0, 255).astype(np.uint8))


# ---------------------------------------------------------------- the album


class Album:
    """Files written for one run: whose copy each file is, and how it was made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source: dict[str, int] = {}
        self.how: dict[str, str] = {}
        self.frames: dict[str, list[tuple[str, ...]]] = {"with EXIF": [], "without EXIF": []}

    def write(self, name: str, picture: Picture, source: int, how: str, exif: Image.Exif | None = None) -> str:
        picture.save(self.folder / name, quality=92, exif=exif if exif is not None else Image.Exif())
        self.source[name], self.how[name] = source, how
        return name


def draw(images: Path, count: int, rng: random.Random) -> list[Picture]:
    """So many large enough photos from below a folder, none twice."""
    paths = sorted(p for p in images.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    rng.shuffle(paths)
    out: list[Picture] = []
    seen: set[bytes] = set()
    for path in paths:
        data = path.read_bytes()
        digest = hashlib.sha256(data).digest()
        with Image.open(io.BytesIO(data)) as picture:
            if digest not in seen and min(picture.size) >= SIDE:
                seen.add(digest)
                out.append(picture.convert("RGB"))
        if len(out) == count:
            return out
    raise SystemExit(f"{images} holds only {len(out)} photos of at least {SIDE} px.")


def make_album(images: Path, folder: Path, photos: int, seed: int) -> Album:
    """``photos`` originals, a third (at most) with copies, a fifth with a second frame, written below ``folder``."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    album = Album(folder)
    kinds = itertools.cycle(COPY)
    for i, picture in enumerate(draw(images, photos, rng)):
        original = f"{i:05d}.jpg"
        if i % 5 == 1:
            label = "with EXIF" if i % 10 == 1 else "without EXIF"
            exif = [_exif(i, k) if label == "with EXIF" else None for k in range(2)]
            frames = (picture, _frame(picture, noise))
            album.frames[label].append(
                tuple(album.write(f"{i:05d}-{k}.jpg", frames[k], -1 - i, "frame", exif[k]) for k in range(2))
            )
            continue
        album.write(original, picture, i, "original")
        if i % 3 == 0:
            for k in range(COPIES):
                kind = next(kinds)
                album.write(f"{i:05d}-copy{k}.jpg", COPY[kind](picture, rng), i, kind)
    return album


def _exif(i: int, k: int) -> Image.Exif:
    """A camera that takes two frames a second apart."""
    exif = Image.Exif()
    exif[0x0110] = "Simulated camera"
    exif.get_ifd(0x8769)[0x9003] = f"2024:05:{1 + i % 28:02d} {i // 28 % 24:02d}:{i % 60:02d}:{10 + k:02d}"
    return exif


# ---------------------------------------------------------------- ours


def ours(album: Album, library: Path) -> tuple[set[Pair], dict[str, float]]:
    """Pairs in one set by the program's own pipeline, and its seconds by step."""
    from core import index
    from core.group import duplicates
    from core.group.neighbours import nearest
    from core.grouping.geometry import verifier
    from core.progress import Progress
    from core.store.store import Store

    clock = time.perf_counter
    store = Store.open(library)
    try:
        marks = [clock()]
        index.run(store, [album.folder], Progress())
        marks.append(clock())
        table, names = _table(store)
        assert table.vectors is not None
        near = nearest(table.vectors, 15)
        marks.append(clock())
        verify = verifier(store, table.ids, Progress())
        found = duplicates.find(table, neighbours=near, verify=verify)
        marks.append(clock())
        duplicates.find(table, neighbours=near, verify=verify)
        marks.append(clock())
    finally:
        store.close()
    sets = [[name for row in group.members.tolist() for name in names[row]] for group in found.groups]
    sets += [rows for rows in names if len(rows) > 1]
    steps = ("import", "neighbours", "sets", "sets_again")
    return _pairs_of(sets), dict(zip(steps, np.diff(marks).tolist(), strict=True))


def _table(store: Any) -> tuple[PhotoTable, list[list[str]]]:
    """The table with vectors, and the file names of each row."""
    from dataclasses import replace

    from core.grouping.table import read_table, vector_rows
    from core.store.queries_vectors import current_embedder

    with store.read() as conn:
        table = read_table(conn)
        used = current_embedder(conn)
        assert used is not None
        rows, _ = vector_rows(conn, used.name, used.version, table.ids)
        files = conn.exec_driver_sql("SELECT photo_id, name FROM file").all()
    stored = store.vectors(used.name, used.version, used.dim).rows()
    vectors = np.where(rows[:, None] >= 0, stored[np.maximum(rows, 0)], 0).astype(np.float16)
    place = {photo: row for row, photo in enumerate(table.ids.tolist())}
    names: list[list[str]] = [[] for _ in range(len(table))]
    for photo, name in files:
        if photo in place:
            names[place[photo]].append(bytes(name).decode())
    return replace(table, vectors=vectors), names


def _pairs_of(sets: Iterable[Sequence[str]]) -> set[Pair]:
    return {(a, b) for one in sets for a, b in itertools.combinations(sorted(one), 2)}


# ---------------------------------------------------------------- imagededup


UNUSED = ("imagededup.utils.models", "imagededup.utils.plotter", "imagededup.methods.cnn")
"""Parts of imagededup that hashing imports and does not use: they want torchvision and matplotlib."""


def imagededup_methods() -> tuple[dict[str, Any], list[str]]:
    """The hashes by name, and the modules that had to be stood in for; none where imagededup is not installed."""
    if importlib.util.find_spec("imagededup") is None:
        return {}, []
    stood_in: tuple[str, ...] = ()
    try:
        hashing = importlib.import_module("imagededup.methods.hashing")
    except (ImportError, RuntimeError):
        stood_in = UNUSED
        for name in [m for m in sys.modules if m.partition(".")[0] in ("imagededup", "torchvision")]:
            del sys.modules[name]
        sys.modules.update({name: _StandIn(name) for name in stood_in})
        hashing = importlib.import_module("imagededup.methods.hashing")
    return {name: getattr(hashing, name) for name in ("PHash", "DHash", "AHash", "WHash")}, list(stood_in)


class _StandIn(types.ModuleType):
    """A module that holds nothing, for names that are imported and never used."""

    __path__: list[str] = []  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def theirs(method: Any, folder: Path) -> tuple[set[Pair], float]:
    """Pairs by one of imagededup's hashes at its defaults, and the seconds."""
    import contextlib
    import logging

    logging.disable(logging.INFO)
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        hasher = method(verbose=False)
        found = hasher.find_duplicates(encoding_map=hasher.encode_images(image_dir=str(folder)))
    return {(min(a, b), max(a, b)) for a, others in found.items() for b in others}, time.perf_counter() - started


# ---------------------------------------------------------------- marks


def marks(album: Album, found: set[Pair]) -> dict[str, Any]:
    """Recall and precision of pairs, recall of each kind of copy against its original, frames wrongly joined."""
    by_source: dict[int, list[str]] = {}
    for name, source in album.source.items():
        if source >= 0:
            by_source.setdefault(source, []).append(name)
    true = _pairs_of(by_source.values())
    counted = {pair for pair in found if "frame" not in (album.how[pair[0]], album.how[pair[1]])}
    hits: dict[str, list[bool]] = {kind: [] for kind in COPY}
    for names in by_source.values():
        for name in names[1:]:
            hits[album.how[name]].append((min(names[0], name), max(names[0], name)) in found)
    return {
        "recall": len(counted & true) / max(len(true), 1),
        "precision": len(counted & true) / len(counted) if counted else 1.0,
        "found_pairs": len(counted),
        "by_copy": {kind: float(np.mean(seen)) for kind, seen in hits.items() if seen},
        "frames_joined": {label: float(np.mean([pair in found for pair in pairs]))
                          for label, pairs in album.frames.items() if pairs},
        "false": sorted(counted - true)[:20],
    }  # fmt: skip


def one_run(images: Path, photos: int, seed: int, methods: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All methods over one album."""
    out: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "album")
        folder.mkdir()
        album = make_album(images, folder, photos, seed)
        found, steps = ours(album, Path(scratch, "library"))
        out["ours"] = {**marks(album, found), "seconds": steps, "files": len(album.source)}
        for name, method in methods.items():
            pairs, seconds = theirs(method, folder)
            out[name] = {**marks(album, pairs), "seconds": {"all": seconds}}
    return out


def _mean(runs: Sequence[Any]) -> Any:
    """Means over runs, of whatever is a number, beside each other; recall and precision with their spread."""
    if isinstance(runs[0], dict):
        out = {key: _mean([run[key] for run in runs if key in run]) for key in runs[0] if key != "false"}
        for key in ("recall", "precision"):
            if key in out:
                out[f"{key}_sd"] = float(np.std([run[key] for run in runs]))
        return out
    return float(np.mean(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, help="a folder of photos, searched to its depths")
    parser.add_argument("--photos", type=int, default=500, help="originals in each run")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    methods, stood_in = imagededup_methods()
    if not methods:
        print("imagededup is not installed (pip install '.[bench]'): its hashes are left out.", file=sys.stderr)
    runs = [one_run(arguments.images, arguments.photos, seed, methods) for seed in range(arguments.seeds)]
    result = {name: _mean([run[name] for run in runs]) for name in runs[0]}
    result["false"] = {name: [run[name]["false"] for run in runs] for name in runs[0] if name == "ours"}
    result["setting"] = {"photos": arguments.photos, "seeds": arguments.seeds, "imagededup_stand_ins": stood_in}
    emit(result, arguments.json, "Duplicates among augmented photos")


if __name__ == "__main__":
    main()
