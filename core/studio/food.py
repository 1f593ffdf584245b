"""What a generator learns from: the photos of a scope, which of them are kept apart, and of which class each is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.errors import ReverieError
from core.gan import album
from core.lab.data import mixed
from core.records import Scope
from core.store import queries_folders, queries_photos
from core.store import schema as s
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from core.store.walls import Walls

I64 = NDArray[np.int64]
CACHE = "studio"
OF_CLASS, MOST_CLASSES = 8, 64
"""Photos that a class must have to be learned, and the most classes: those with most photos."""


@dataclass(frozen=True, slots=True)
class Food:
    """``ids`` int64 [n]; ``held_out`` bool [n]; ``labels`` int64 [n] with ``names``, None and () without a condition.
    ``sources``: the file of each photo, by id; ``faces``: boxes (left, top, right, bottom in [0, 1]) by id. ``root``
    of the library, ``cache`` for squares of photos. ``embedder``: the network whose vectors the library goes by."""

    ids: I64
    held_out: NDArray[np.bool_]
    labels: I64 | None
    names: tuple[str, ...]
    sources: Mapping[int, str]
    faces: Mapping[int, tuple[tuple[float, float, float, float], ...]]
    root: str
    cache: str
    embedder: str


def of_scope(store: Store, walls: Walls, scope: Scope, condition: str) -> Food:
    """The photos of a scope; with a condition those whose class has enough of them. Raises KeyError, ReverieError."""
    ids = np.unique(walls.wall(scope).ids)
    labels: I64 | None = None
    names: tuple[str, ...] = ()
    if condition:
        with store.read() as conn:
            labels, names = classes(conn, ids, condition)
        if len(names) < 2:
            raise ReverieError(
                f"A condition by {condition} needs two of them with {OF_CLASS} photos each at least; "
                f"there are {len(names)} here."
            )
        ids, labels = ids[labels >= 0], labels[labels >= 0]
    return of_photos(store, ids, kept_apart(ids), labels, names)


def of_photos(store: Store, ids: I64, held_out: NDArray[np.bool_], labels: I64 | None, names: tuple[str, ...]) -> Food:
    """Those very photos."""
    with store.read() as conn:
        sources, faces = _sources(conn, ids), _faces(conn, ids)
        used = current_embedder(conn)
    cache = str(store.root / "cache" / CACHE)
    embedder = "" if used is None else used.name
    return Food(ids, held_out, labels, names, sources, faces, str(store.root), cache, embedder)


def kept_apart(ids: I64) -> NDArray[np.bool_]:
    """bool [n]: those kept apart for measuring, the same ones whatever else is in the scope as far as may be."""
    out = np.zeros(len(ids), np.bool_)
    out[np.argsort(mixed(ids), kind="stable")[: album.held_out(len(ids))]] = True
    return out


def readable(food: Food, there: NDArray[np.bool_]) -> Food:
    """Those photos of which there is a picture; what is kept apart is chosen anew. Raises ReverieError for too few."""
    ids = food.ids[there]
    if not album.enough(len(ids)):
        raise ReverieError(album.sentences(len(ids))[0])
    labels = None if food.labels is None else food.labels[there]
    return replace(food, ids=ids, held_out=kept_apart(ids), labels=labels)


# ---------------------------------------------------------------- classes


def classes(conn: Connection, ids: I64, condition: str) -> tuple[I64, tuple[str, ...]]:
    """(int64 [n], names): the event, kind, place or album of each photo, -1 for none or one with too few photos."""
    of = _albums(conn, ids) if condition == "albums" else _groups(conn, ids, condition)
    titles = dict(of.values())
    keys = np.array([of[photo][0] if photo in of else -1 for photo in ids.tolist()], np.int64)
    known, counts = np.unique(keys[keys >= 0], return_counts=True)
    order = np.lexsort((known, -counts))[:MOST_CLASSES]
    chosen = [int(known[k]) for k in order if counts[k] >= OF_CLASS]
    number = {key: k for k, key in enumerate(chosen)}
    labels = np.array([number.get(key, -1) for key in keys.tolist()], np.int64)
    return labels, _distinct([titles[key] for key in chosen])


def _groups(conn: Connection, ids: I64, kind: str) -> dict[int, tuple[int, str]]:
    """(group, title) of the surest group of a kind for each photo that has one; the narrowest of equals."""
    rows = conn.exec_driver_sql(
        'SELECT m.photo_id, g.id, g.title FROM membership m JOIN "group" g ON g.id = m.group_id'
        " WHERE g.kind = ? AND m.photo_id IN (SELECT value FROM json_each(?))"
        " ORDER BY m.strength, g.n_photos DESC, g.id DESC",
        (kind, json.dumps(ids.tolist())),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _albums(conn: Connection, ids: I64) -> dict[int, tuple[int, str]]:
    from core.learn import folders

    wanted = set(ids.tolist())
    return {
        photo: (folder.id, folder.name)
        for folder in folders.read(conn)
        for photo in folder.photos.tolist()
        if photo in wanted
    }


def _distinct(titles: Sequence[str]) -> tuple[str, ...]:
    """Titles, numbered where two are the same."""
    seen: dict[str, int] = {}
    out = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        out.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return tuple(out)


# ---------------------------------------------------------------- files


def _sources(conn: Connection, ids: I64) -> dict[int, str]:
    """The file to open of each photo that was decoded once."""
    done = conn.exec_driver_sql(
        "SELECT id FROM photo WHERE stage = ? AND id IN (SELECT value FROM json_each(?))",
        (s.STAGE_DONE, json.dumps(ids.tolist())),
    )
    wanted = [row[0] for row in done]
    found: dict[int, str] = {}
    for start in range(0, len(wanted), 500):
        files = queries_photos.files(conn, wanted[start : start + 500])
        found |= {photo: rows[0].path for photo, rows in files.items() if not rows[0].missing}
    return found


def _faces(conn: Connection, ids: I64) -> dict[int, tuple[tuple[float, float, float, float], ...]]:
    rows = conn.exec_driver_sql(
        "SELECT id, json_extract(details, '$.faces') FROM photo"
        " WHERE json_extract(details, '$.faces') IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids.tolist()),),
    )
    return {row[0]: boxes(json.loads(row[1])) for row in rows}


def boxes(faces: Sequence[Mapping[str, float]]) -> tuple[tuple[float, float, float, float], ...]:
    """(left, top, right, bottom) of regions given by centre and size."""
    return tuple(
        (f["x"] - f["width"] / 2, f["y"] - f["height"] / 2, f["x"] + f["width"] / 2, f["y"] + f["height"] / 2)
        for f in faces
    )


def unreadable_files(conn: Connection, scope: Scope) -> int:
    """Files of a scope (all, or a folder) that no import could read, so that there is no photo of them."""
    if scope.kind not in ("all", "folder"):
        return 0
    below = ""
    if scope.kind == "folder":
        below = next((each.path for each in queries_folders.folders(conn) if each.id == scope.id), "") + os.sep
    found = {each.path for each in queries_folders.problems(conn) if each.stage in ("read", "decode", "unsupported")}
    return sum(path.startswith(below) and queries_photos.find(conn, path) is None for path in found)


def vectors(store: Store, ids: I64) -> NDArray[np.float32] | None:
    """float32 [m, d]: vectors of those photos that have one, of the network that the library goes by; None without."""
    from core.grouping.table import vector_rows

    with store.read() as conn:
        used = current_embedder(conn)
        if used is None or not len(ids):
            return None
        rows = vector_rows(conn, used.name, used.version, ids)[0]
    stored = store.vectors(used.name, used.version, used.dim).rows()
    rows = rows[(rows >= 0) & (rows < len(stored))]
    return np.asarray(stored[rows], np.float32) if len(rows) else None
