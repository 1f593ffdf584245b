"""Pictures seen by the second pass's own code, as the table that kinds are found in, for :mod:`kinds`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.embed import registry
from core.embed.base import Embedder, Embedding
from core.group.base import PhotoTable
from core.media.describe import describe
from core.recognise import face_files, people
from core.records import Described
from core.store.pending import MEASURES

BATCH = 16
FACES = ("n_faces", "face_area")
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pictures:
    """A table of pictures with the folder (class) of each, and which of the files asked for it is (int64 [n])."""

    table: PhotoTable
    folder: NDArray[np.str_]
    asked: I64

    def take(self, rows: I64) -> PhotoTable:
        """The table of these rows alone."""
        t = self.table
        assert t.vectors is not None
        assert t.probabilities is not None
        plain = (t.ids, t.instant, t.local, t.lat, t.lon, t.camera, t.width, t.height, t.dhash, t.has_dhash, t.content)
        columns = {name: column[rows] for name, column in t.columns.items()}
        more = (t.vectors[rows], t.probabilities[rows], columns, t.labels)
        return PhotoTable(*(column[rows] for column in plain), *more)


def read(roots: Sequence[Path], per_class: int) -> Pictures:
    """At most ``per_class`` pictures of every class, drawn at random and always the same, seen and measured."""
    return see([path for root in roots for folder in folders(root) for path in _some(folder, per_class)])


def see(files: Sequence[Path]) -> Pictures:
    """These pictures seen and measured; files that cannot be read are left out."""
    embedder, installed = registry.create(device="cpu"), bool(face_files.find())
    seen: list[Described] = []
    asked: list[int] = []
    parts: list[Embedding] = []
    waiting: list[NDArray[np.uint8]] = []
    faces: list[tuple[int, float]] = []
    for index, path in enumerate(files):
        found = describe(str(path), thumb_to=None, spec=embedder.spec)
        if found.problem is not None or found.network_input is None:
            continue
        waiting.append(found.network_input)
        faces.append(_faces(found.thumb) if installed else (0, 0.0))
        seen.append(replace(found, network_input=None, thumb=b""))
        asked.append(index)
        if len(waiting) == BATCH:
            parts.append(embedder.embed(np.stack(waiting)))
            waiting = []
    if waiting:
        parts.append(embedder.embed(np.stack(waiting)))
    names = np.array([files[index].parent.name for index in asked])
    return Pictures(_table(seen, parts, faces, embedder), names, np.array(asked, dtype=np.int64))


def _faces(thumb: bytes) -> tuple[int, float]:
    """Faces and area of the largest, as they are counted in thumbnails where the networks are installed."""
    with Image.open(io.BytesIO(thumb)) as picture:
        return people.look_at(np.asarray(picture.convert("RGB")))


def folders(root: Path) -> list[Path]:
    """The folders of classes. SystemExit without any."""
    found = sorted(path for path in root.iterdir() if path.is_dir())
    if not found:
        raise SystemExit(f"{root}: no folders of pictures in it.")
    return found


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are pictures, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))


def _some(folder: Path, most: int) -> list[Path]:
    files = pictures_in(folder)
    order = np.random.default_rng(0).permutation(len(files))[:most]
    return [files[i] for i in sorted(order.tolist())]


def _table(
    seen: list[Described], parts: list[Embedding], faces: list[tuple[int, float]], embedder: Embedder
) -> PhotoTable:
    n = len(seen)
    whole = Embedding(np.concatenate([p.vectors for p in parts]), np.concatenate([p.norms for p in parts]))
    unknown, one = np.full(n, np.nan), np.ones(n, dtype=np.bool_)
    names = [name for name in MEASURES if hasattr(seen[0], name)]
    columns = {name: np.array([getattr(d, name) for d in seen], dtype=np.float32) for name in names}
    columns["has_camera"] = np.zeros(n, dtype=np.float32)
    columns |= dict(zip(FACES, np.array(faces, np.float32).reshape(n, 2).T, strict=True))
    return PhotoTable(
        ids=np.arange(n),
        instant=unknown,
        local=unknown,
        lat=unknown,
        lon=unknown,
        camera=np.full(n, -1, dtype=np.int32),
        width=np.array([d.width for d in seen], dtype=np.int32),
        height=np.array([d.height for d in seen], dtype=np.int32),
        dhash=np.array([d.dhash for d in seen], dtype=np.int64),
        has_dhash=one,
        content=np.full(n, -1, dtype=np.int64),
        vectors=whole.vectors,
        probabilities=embedder.classify(whole),
        columns=columns,
        labels=embedder.labels,
    )
