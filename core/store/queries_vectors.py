"""Which photo has which vector, and who is like whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from core.records import FLAG_MISSING
from core.records_lab import LEARNERS
from core.retrieve import memory
from core.retrieve.exact import best, cosine_scores
from core.retrieve.graph import Damaged, NeighbourIndex
from core.retrieve.hamming import SHORTLIST, HammingIndex
from core.store import meta
from core.store import schema as s
from core.store.store import Store
from core.store.vectors import vector_file

EXACT_BELOW = 20_000
"""Vectors among which looking at all is as quick as an index."""

INDEXED_TOP = 256
CODES, SHORTLISTED = ".codes", 10
"""What a file of binary codes ends in; so many photos for each that is wanted are ranked by their vectors."""


@dataclass(frozen=True, slots=True)
class EmbedderRow:
    """A registered embedder."""

    id: int
    name: str
    version: str
    dim: int


def current_embedder(conn: Connection) -> EmbedderRow | None:
    """The embedder that the last import used, else the one registered last; never a learner of the Lab."""
    found = _named(conn, meta.EMBEDDER)
    if found is not None:
        return found
    c = s.embedder.c
    wanted = select(c.id, c.name, c.version, c.dim).where(c.name.not_in(LEARNERS)).order_by(c.id.desc())
    row = conn.execute(wanted).first()
    return None if row is None else EmbedderRow(*row)


def looks_embedder(conn: Connection) -> EmbedderRow | None:
    """Whose vectors look-alikes and search use: the learner that the person chose, else :func:`current_embedder`."""
    return _named(conn, meta.LOOKS) or current_embedder(conn)


def _named(conn: Connection, key: str) -> EmbedderRow | None:
    named = meta.get_meta(conn, key)
    c = s.embedder.c
    wanted = select(c.id, c.name, c.version, c.dim)
    row = conn.execute(wanted.where(c.name == named[0], c.version == named[1])).first() if named else None
    return None if row is None else EmbedderRow(*row)


def vector_row(conn: Connection, embedder_id: int, photo_id: int) -> tuple[int, float] | None:
    """(row in the file, length before normalising) of a photo's vector."""
    v = s.vector.c
    row = conn.execute(select(v.row, v.norm).where(v.embedder_id == embedder_id, v.photo_id == photo_id)).first()
    return None if row is None else (int(row.row), float(row.norm))


def vector_of(
    store: Store, photo_id: int, *, looks: bool = False
) -> tuple[EmbedderRow, NDArray[np.float16], float] | None:
    """(embedder, vector float16 [dim], its length before normalising) of a photo; None while it has none. ``looks``:
    the vector that search uses."""
    with store.read() as conn:
        embedder = looks_embedder(conn) if looks else current_embedder(conn)
        at = None if embedder is None else vector_row(conn, embedder.id, photo_id)
    if embedder is None or at is None:
        return None
    rows = store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    return (embedder, np.array(rows[at[0]]), at[1]) if at[0] < len(rows) else None


def _photos_of(conn: Connection, embedder_id: int, rows: list[int]) -> dict[int, int]:
    """Visible photos by row."""
    v = s.vector.c
    wanted = (
        select(v.row, v.photo_id)
        .select_from(s.vector.join(s.photo))
        .where(v.embedder_id == embedder_id, v.row.in_(rows))
        .where(s.photo.c.hidden.is_(False), s.photo.c.stage != s.STAGE_FAILED)
    )
    return {row.row: row.photo_id for row in conn.execute(wanted)}


def neighbours_at(root: Path, embedder: EmbedderRow) -> tuple[Path, str]:
    """The folder of the library's indexes of neighbours, and the name of this embedder's."""
    return root / "neighbours", vector_file(root, embedder.name, embedder.version).name.removesuffix(".f16")


def similar(store: Store, photo_id: int, top: int) -> list[tuple[int, float]]:
    """(photo, cosine) of the ``top`` visible photos most like one, itself left out; empty while it has no vector.

    Raises KeyError for an unknown photo.
    """
    with store.read() as conn:
        if conn.execute(select(s.photo.c.id).where(s.photo.c.id == photo_id)).first() is None:
            raise KeyError(photo_id)
    found = vector_of(store, photo_id, looks=True) or vector_of(store, photo_id)
    if found is None or top <= 0:
        return []
    embedder, vector, _ = found
    with store.read() as conn:
        at = vector_row(conn, embedder.id, photo_id)
    return _photos_near(store, embedder, vector, top, photo_id, None if at is None else at[0])


def photos_like(store: Store, embedder: EmbedderRow, vector: NDArray[np.float16], top: int) -> list[tuple[int, float]]:
    """(photo, cosine) of the ``top`` visible photos most like a vector of an embedder; empty without any."""
    return _photos_near(store, embedder, vector, top) if top > 0 else []


def _photos_near(
    store: Store,
    embedder: EmbedderRow,
    vector: NDArray[np.float16],
    top: int,
    itself: int | None = None,
    row: int | None = None,
) -> list[tuple[int, float]]:
    wanted = top + 1
    while True:  # rows of noise, of replaced vectors and of removed photos do not count
        near, scores = nearest_rows(store, embedder, vector, wanted, row)
        rows = near.tolist()
        with store.read() as conn:
            photos = _photos_of(conn, embedder.id, rows)
        pairs = zip(rows, scores.tolist(), strict=True)
        nearest = [(photos[row], score) for row, score in pairs if row in photos and photos[row] != itself]
        if len(nearest) >= top or len(rows) < wanted:
            return nearest[:top]
        wanted *= 4


def nearest_rows(
    store: Store, embedder: EmbedderRow, vector: NDArray[np.float16], top: int, row: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(rows, cosines) of the ``top`` vectors most like one, best first; fewer where there are not so many.

    Through the index of neighbours, what came after it by looking at each; by looking at all where there is no index,
    where it is damaged, or where more is wanted than it is quick at. Where memory is short, the vector is that of
    ``row`` and binary codes were learned, those shortlist.
    """
    vectors = store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    coded = None if row is None or len(vectors) <= EXACT_BELOW else by_codes(store, embedder, vectors, vector, top, row)
    if coded is not None:
        return coded
    index = _index(store, embedder, vectors) if len(vectors) > EXACT_BELOW and top <= INDEXED_TOP else None
    if index is None:
        scores = cosine_scores(vectors, vector)
        rows = best(scores, top)
        return rows, scores[rows]
    near, close = index.search(vector[None], top)
    return _with_later(near[0], close[0], int(index.rows.max()) + 1, vectors, vector, top)


def _with_later(
    near: NDArray[np.int64],
    close: NDArray[np.float32],
    later: int,
    vectors: NDArray[np.float16],
    vector: NDArray[np.float16],
    top: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best of what an index found and of the rows from ``later`` on, which it does not know."""
    scores = cosine_scores(vectors[later:], vector)
    rows = np.concatenate([near, later + np.arange(len(scores))])
    scores = np.concatenate([close, scores])
    scores[rows < 0] = -np.inf
    chosen = best(scores, top)
    return rows[chosen], scores[chosen]


def by_codes(
    store: Store,
    embedder: EmbedderRow,
    vectors: NDArray[np.float16],
    vector: NDArray[np.float16],
    top: int,
    row: int,
    available: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
    """As :func:`nearest_rows`, through binary codes; None where memory is not short or there are none of this row.

    ``available`` bytes of memory, else as the system says.
    """
    folder, name = neighbours_at(store.root, embedder)
    made = [path.stat().st_size for path in folder.glob(f"{name}.[0-9]*") if not path.name.endswith(CODES)]
    if not memory.is_short(sum(made) or vectors.nbytes, memory.available() if available is None else available):
        return None
    file = codes_file(store.root, embedder)
    try:
        index = None if file is None else HammingIndex.open(file)
    except (Damaged, OSError):
        return None
    if index is None or row >= len(index):
        return None
    code = index.codes(np.array([row], np.int64))[0]
    near, close = index.search(code, vector, vectors, top, max(SHORTLIST, SHORTLISTED * top))
    return _with_later(near, close, len(index), vectors, vector, top)


def codes_file(root: Path, embedder: EmbedderRow) -> Path | None:
    """The newest codes of an embedder's vectors, None where none were learned."""
    folder, name = neighbours_at(root, embedder)
    return max(folder.glob(f"{name}.codes-*{CODES}"), default=None)


def _index(store: Store, embedder: EmbedderRow, vectors: NDArray[np.float16]) -> NeighbourIndex | None:
    try:
        return NeighbourIndex.shared(*neighbours_at(store.root, embedder), vectors)
    except (Damaged, OSError):
        return None


def count_photos(conn: Connection) -> tuple[int, int, int]:
    """(visible, of these missing, of these waiting for their second pass)."""
    row = conn.exec_driver_sql(
        f"SELECT count(*), total(flags & {FLAG_MISSING}), total(stage = {s.STAGE_FOUND})"
        f" FROM photo INDEXED BY photo_by_time WHERE NOT hidden AND stage != {s.STAGE_FAILED}"
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def count_videos(conn: Connection) -> int:
    """Videos seen outside removed folders."""
    wanted = select(func.count()).select_from(s.file.join(s.folder))
    where = (s.file.c.role == "video", s.file.c.missing.is_(False), s.folder.c.hidden.is_(False))
    return int(conn.execute(wanted.where(*where)).scalar_one())
