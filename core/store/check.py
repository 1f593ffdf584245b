"""Looking a library over: every finding is a sentence, no finding is an empty list."""

from __future__ import annotations

import os

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.paths import thumb_path
from core.records import FLAG_MISSING
from core.store import schema as s
from core.store.queries_folders import folder_rows
from core.store.store import Store
from core.store.vectors import valid_end, vector_file
from core.store.wording import photos

_SAMPLE = 500


def check(store: Store) -> list[str]:
    """All that is wrong with a library, or may surprise."""
    with store.read() as conn:
        return [*_integrity(conn), *_thumbs(conn, store), *_vectors(conn, store), *_away(conn)]


def _integrity(conn: Connection) -> list[str]:
    found = [row[0] for row in conn.exec_driver_sql("PRAGMA integrity_check(10)")]
    findings = [f"The database is damaged: {text}." for text in found if text != "ok"]
    orphans: dict[str, int] = {}
    for row in conn.exec_driver_sql("PRAGMA foreign_key_check"):
        orphans[row[0]] = orphans.get(row[0], 0) + 1
    return findings + [f"{count:,} rows of the table {table} point at nothing." for table, count in orphans.items()]


def _thumbs(conn: Connection, store: Store) -> list[str]:
    """Thumbnails that should be on disk, of a sample spread over the library."""
    wanted = (
        f"SELECT id FROM photo WHERE thumb > 0 AND NOT hidden ORDER BY id * 2654435761 % 4294967296 LIMIT {_SAMPLE}"
    )
    ids = [row[0] for row in conn.exec_driver_sql(wanted)]
    gone = sum(not os.path.isfile(thumb_path(store.root, i)) for i in ids)
    return [f"{gone:,} of {len(ids):,} thumbnails looked for are not there; import again to make them."] if gone else []


def _vectors(conn: Connection, store: Store) -> list[str]:
    findings = []
    for row in conn.execute(select(s.embedder)):
        end, path = valid_end(conn, row.id), vector_file(store.root, row.name, row.version)
        size = path.stat().st_size if path.is_file() else 0
        if size < end * 2 * row.dim:
            short = end - size // (2 * row.dim)
            findings.append(f"The vectors of {row.name} {row.version} are cut short by {photos(short)}.")
    return findings


def _away(conn: Connection) -> list[str]:
    findings = [
        f"The volume {row.label or os.fsdecode(row.mount_point)} is not connected; its photos show as missing."
        for row in conn.execute(select(s.volume).where(s.volume.c.present.is_(False)))
    ]
    roots = (row for row in folder_rows(conn) if row.root and row.folder_missing and row.volume_present)
    findings += [f"The folder {row.name} is not there; its photos show as missing." for row in roots]
    missing = conn.exec_driver_sql(
        f"SELECT count(*) FROM photo WHERE flags & {FLAG_MISSING} AND NOT hidden"
    ).scalar_one()
    if missing and not findings:
        findings.append(f"{photos(missing)} cannot be found where they were; they stay in the library as missing.")
    return findings
