"""What the Studio leaves in the store: enlarged versions in the stacks of photos, and the collection of made pictures.

Rows are shown or not; taking one back hides it, and its file stays where it is, so that it can come back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Row

from core.paths import to_bytes, to_str
from core.records import FLAG_ENLARGED
from core.records_studio import Made, Version
from core.store import schema as s

MADE = "made"
"""The folder of made pictures in a library."""


# ---------------------------------------------------------------- versions


def add_versions(conn: Connection, root: Path, versions: Sequence[Version]) -> list[int]:
    """Keep new versions, not shown yet; their ids in that order."""
    return [
        int(
            conn.execute(
                insert(s.version).values(
                    photo_id=each.photo_id, path=stored_path(root, each.path), model=each.model, title=each.title,
                    scale=each.scale, width=each.width, height=each.height, settings=dict(each.settings),
                    created_at=each.created, shown=False,
                )
            ).lastrowid
        )
        for each in versions
    ]  # fmt: skip


def versions_of(conn: Connection, root: Path, photo_id: int) -> tuple[Version, ...]:
    """The versions shown in a photo's stack, the newest first."""
    c = s.version.c
    wanted = select(s.version).where(c.photo_id == photo_id, c.shown.is_(True)).order_by(c.id.desc())
    return tuple(_version(row, root) for row in conn.execute(wanted))


def version(conn: Connection, root: Path, version_id: int) -> Version:
    """One version. Raises KeyError for one that is none, or was taken back."""
    c = s.version.c
    row = conn.execute(select(s.version).where(c.id == version_id, c.shown.is_(True))).first()
    if row is None:
        raise KeyError(version_id)
    return _version(row, root)


def version_paths(conn: Connection, root: Path) -> list[str]:
    """The files of all versions, shown or not."""
    return [os.path.join(root, to_str(path)) for (path,) in conn.execute(select(s.version.c.path))]


def stored_path(root: Path, path: str) -> bytes:
    """A path as it is stored: relative where it lies in the library, which may be moved as a whole."""
    full, top = os.path.abspath(path), os.path.abspath(root) + os.sep
    return to_bytes(full.removeprefix(top))


def _version(row: Row[Any], root: Path) -> Version:
    path = os.path.join(root, to_str(row.path))
    return Version(
        id=row.id, photo_id=row.photo_id, path=path, model=row.model, title=row.title, scale=row.scale,
        created=row.created_at, width=row.width, height=row.height, settings=row.settings,
        missing=not os.path.isfile(path),
    )  # fmt: skip


def show_versions(conn: Connection, ids: Sequence[int], shown: bool) -> list[int]:
    """Put versions into their stacks or take them out; the photos whose stacks those are."""
    wanted = json.dumps([int(i) for i in ids])
    inside = "IN (SELECT value FROM json_each(?))"
    conn.exec_driver_sql(f"UPDATE version SET shown = ? WHERE id {inside}", (int(shown), wanted))
    found = conn.exec_driver_sql(f"SELECT DISTINCT photo_id FROM version WHERE id {inside}", (wanted,))
    photos = [row[0] for row in found]
    has = "EXISTS(SELECT 1 FROM version v WHERE v.photo_id = photo.id AND v.shown)"
    conn.exec_driver_sql(
        f"UPDATE photo SET flags = CASE WHEN {has} THEN flags | {FLAG_ENLARGED} ELSE flags & ~{FLAG_ENLARGED} END"
        f" WHERE id {inside}",
        (json.dumps(photos),),
    )
    return photos


def shown_versions(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Those of some versions that are shown."""
    return [row[0] for row in conn.execute(select(s.version.c.id).where(s.version.c.id.in_(ids), s.version.c.shown))]


# ---------------------------------------------------------------- made pictures


def add_made(conn: Connection, pictures: Sequence[Made]) -> None:
    """Keep the rows of made pictures whose files are there."""
    conn.execute(
        insert(s.made),
        [
            {
                "id": each.id, "run_id": each.run_id, "model": each.model, "how": each.how, "seed": each.seed,
                "width": each.width, "height": each.height, "settings": dict(each.settings),
                "created_at": each.created, "shown": True,
            }
            for each in pictures
        ],
    )  # fmt: skip


def made(conn: Connection, root: Path, *, shown: bool = True) -> tuple[Made, ...]:
    """The collection, the newest first; ``shown`` False: what was forgotten and can come back."""
    c = s.made.c
    wanted = select(s.made).where(c.shown.is_(shown)).order_by(c.created_at.desc(), c.id.desc())
    return tuple(_made(row, root) for row in conn.execute(wanted))


def _made(row: Row[Any], root: Path) -> Made:
    settings: Mapping[str, Any] = row.settings
    return Made(
        id=row.id, path=made_path(root, row.id), run_id=row.run_id, model=row.model, how=row.how, seed=row.seed,
        created=row.created_at, width=row.width, height=row.height, settings=settings,
    )  # fmt: skip


def made_path(root: Path, made_id: str) -> str:
    """Where a made picture lies."""
    return os.path.join(root, MADE, f"{made_id}.png")


def show_made(conn: Connection, ids: Sequence[str], shown: bool) -> None:
    """Take made pictures into the collection or out of it."""
    conn.exec_driver_sql(
        "UPDATE made SET shown = ? WHERE id IN (SELECT value FROM json_each(?))", (int(shown), json.dumps(list(ids)))
    )


def drop_made(conn: Connection, ids: Sequence[str]) -> None:
    """Forget made pictures for good."""
    conn.exec_driver_sql("DELETE FROM made WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
