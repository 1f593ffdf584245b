"""What the second pass of an import reads and writes: photos to describe, what was measured, their vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from core.records import FLAG_COPIES, FLAG_MISSING, Described
from core.records_lab import LEARNERS
from core.store import schema as s
from core.store.catalog import forget_empty_photos

MEASURES = (
    "sharpness", "brightness", "contrast", "saturation", "green", "blue_above", "flatness", "text", "subject_sharpness",
    "clipped",
)  # fmt: skip
"""Fields of :class:`records.Described` kept in ``photo.measures``."""


_PENDING = and_(
    s.photo.c.stage == s.STAGE_FOUND, s.photo.c.flags.op("&")(FLAG_MISSING) == 0, s.photo.c.hidden.is_(False)
)


def pending(conn: Connection, limit: int, after: tuple[float, int] | None = None) -> list[tuple[int, float]]:
    """Photos whose second pass is not done, newest first, as (id, sort key), those after (sort key, id)."""
    key = func.coalesce(s.photo.c.instant, -1e18)
    statement = select(s.photo.c.id, key.label("key")).where(_PENDING).order_by(key.desc(), s.photo.c.id).limit(limit)
    if after is not None:
        statement = statement.where((key < after[0]) | ((key == after[0]) & (s.photo.c.id > after[1])))
    return [(row.id, row.key) for row in conn.execute(statement)]


def count_pending(conn: Connection) -> int:
    statement = select(func.count()).where(_PENDING)
    return int(conn.execute(statement).scalar_one())


def _without_vector(name: str, version: str) -> Any:
    has = (
        select(s.vector.c.photo_id)
        .select_from(s.vector.join(s.embedder))
        .where(s.embedder.c.name == name, s.embedder.c.version == version)
    )
    return and_(s.photo.c.stage == s.STAGE_DONE, s.photo.c.thumb == 2, s.photo.c.id.not_in(has))


def count_without_vector(conn: Connection, name: str, version: str) -> int:
    """Finished photos that this embedder has not seen."""
    return int(
        conn.execute(select(func.count()).select_from(s.photo).where(_without_vector(name, version))).scalar_one()
    )


def without_vector(conn: Connection, name: str, version: str, limit: int, after: int) -> list[int]:
    """A page of them by id."""
    statement = select(s.photo.c.id).where(_without_vector(name, version), s.photo.c.id > after)
    return [row.id for row in conn.execute(statement.order_by(s.photo.c.id).limit(limit))]


def has_vectors(conn: Connection, name: str, version: str) -> bool:
    """Whether this embedder has seen any photo."""
    of = (s.embedder.c.name == name) & (s.embedder.c.version == version)
    statement = select(s.vector.c.photo_id).select_from(s.vector.join(s.embedder)).where(of).limit(1)
    return conn.execute(statement).first() is not None


def described_values(described: Described) -> dict[str, Any]:
    """The columns of a photo whose second pass succeeded."""
    return {
        "stage": s.STAGE_DONE,
        "content_hash": described.content_hash,
        "width": described.width,
        "height": described.height,
        "mean_colour": described.mean_colour,
        "dhash": described.dhash,
        "measures": {name: round(float(getattr(described, name)), 5) for name in MEASURES},
        "thumb": 2,
    }


def same_content(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Finished photos with one of these content hashes."""
    rows = conn.execute(
        select(s.photo.c.content_hash, func.min(s.photo.c.id))
        .where(s.photo.c.content_hash.in_(hashes), s.photo.c.stage == s.STAGE_DONE)
        .group_by(s.photo.c.content_hash)
    )
    return {row[0]: int(row[1]) for row in rows}


def join_photos(conn: Connection, duplicate: int, original: int) -> None:
    """Two photos turned out to be the same bytes: the files of one become copies of the other."""
    conn.execute(
        update(s.file)
        .where(s.file.c.photo_id == duplicate)
        .values(photo_id=original, role=case((s.file.c.role == "primary", "copy"), else_=s.file.c.role))
    )
    forget_empty_photos(conn, [duplicate])


def add_flag_copies(conn: Connection, photo_id: int) -> None:
    """This photo has more than one file with the same bytes."""
    conn.execute(update(s.photo).where(s.photo.c.id == photo_id).values(flags=s.photo.c.flags.op("|")(FLAG_COPIES)))


def set_file_hash(conn: Connection, hashes: dict[int, bytes]) -> None:
    """Content hashes by file id."""
    if hashes:
        statement = update(s.file).where(s.file.c.id == bindparam("key")).values(content_hash=bindparam("hash"))
        conn.execute(statement, [{"key": key, "hash": value} for key, value in hashes.items()])


def forget_derived(conn: Connection, photo_ids: Sequence[int]) -> None:
    """What learners made of these photos' earlier vectors is no longer theirs."""
    conn.exec_driver_sql(
        "DELETE FROM vector WHERE photo_id IN (SELECT value FROM json_each(?)) AND embedder_id IN"
        " (SELECT id FROM embedder WHERE name IN (SELECT value FROM json_each(?)))",
        (json.dumps(list(photo_ids)), json.dumps(LEARNERS)),
    )


def insert_vectors(conn: Connection, embedder_id: int, rows: Sequence[tuple[int, int, float]]) -> None:
    """(photo id, row in the file, norm)."""
    if rows:
        statement = upsert(s.vector)
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=["embedder_id", "photo_id"],
                set_={"row": statement.excluded.row, "norm": statement.excluded.norm},
            ),
            [{"embedder_id": embedder_id, "photo_id": p, "row": r, "norm": n} for p, r, n in rows],
        )
