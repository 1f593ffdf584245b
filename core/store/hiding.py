"""Removing a folder from the library hides it and the photos only it holds; showing it again brings all back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.errors import LibraryError
from core.records import Change
from core.store import schema as s
from core.store.catalog import relative_path
from core.store.queries_folders import folder_rows, is_below, subtree

if TYPE_CHECKING:
    from core.scan.volumes import Volume
    from core.store.store import Store


def folders_of_root(conn: Connection, folder_id: int) -> tuple[str, list[int]]:
    """(its name, the folders that go when it is removed): all below it that no other root inside it keeps.

    Raises KeyError for an unknown folder, LibraryError for one that the person did not add.
    """
    below = subtree(conn, folder_id)
    top, inner_roots = below[0], [row for row in below[1:] if row.root]
    if not top.root:
        raise LibraryError(f"{top.name} lies in a folder of the library; remove that one instead.")
    gone = [row.id for row in below if not any(is_below(row.path, inner.path) for inner in inner_roots)]
    return top.name, gone


def set_hidden(conn: Connection, folder_ids: Sequence[int], hidden: bool) -> list[int]:
    """Hide or show folders and the photos that depend on them; returns the photos that changed."""
    wanted = json.dumps(list(folder_ids))
    conn.exec_driver_sql(
        "UPDATE folder SET hidden = ? WHERE id IN (SELECT value FROM json_each(?))", (int(hidden), wanted)
    )
    changed = conn.exec_driver_sql(
        f"""SELECT id FROM photo WHERE hidden != ? AND id IN (
                SELECT photo_id FROM file WHERE folder_id IN (SELECT value FROM json_each(?)) AND photo_id IS NOT NULL)
            AND ({NOWHERE} OR id IN (SELECT photo_id FROM put_away)) = ?""",
        (int(hidden), wanted, int(hidden)),
    )
    ids = [row[0] for row in changed]
    photos = json.dumps(ids)
    conn.exec_driver_sql(
        "UPDATE photo SET hidden = ? WHERE id IN (SELECT value FROM json_each(?))", (int(hidden), photos)
    )
    recount_groups(conn, photos)
    return ids


NOWHERE = """NOT EXISTS (SELECT 1 FROM file f JOIN folder d ON d.id = f.folder_id
    WHERE f.photo_id = photo.id AND f.role != 'sidecar' AND NOT d.hidden)"""
"""Of a photo: every file of it lies in a removed folder."""


def recount_groups(conn: Connection, photos: str) -> None:
    """The counts of groups that hold some of these photos (a JSON list)."""
    conn.exec_driver_sql(
        """UPDATE "group" SET n_photos = (
               SELECT count(*) FROM membership m JOIN photo p ON p.id = m.photo_id
               WHERE m.group_id = "group".id AND NOT p.hidden)
           WHERE id IN (SELECT group_id FROM membership WHERE photo_id IN (SELECT value FROM json_each(?)))""",
        (photos,),
    )


def bring_back(store: Store, places: Iterable[tuple[str, Volume]]) -> None:
    """Show removed folders again at and below some absolute paths, each with the volume that holds it."""
    for path, volume in places:
        with store.write() as conn:
            below = hidden_below(conn, volume.uuid, relative_path(path, volume.mount_point))
            if below:
                set_hidden(conn, below, False)
                store.changed = Change(photos=True, groups=True, problems=True, folders=True)


def hidden_below(conn: Connection, volume_uuid: str, path: bytes) -> list[int]:
    """Hidden folders at and below a path of a volume: those that adding it again brings back."""
    volume_id = conn.execute(select(s.volume.c.id).where(s.volume.c.uuid == volume_uuid)).scalar()
    rows = folder_rows(conn, hidden=True)
    return [row.id for row in rows if row.volume_id == volume_id and is_below(row.path, path)]
