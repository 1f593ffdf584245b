"""The library in numbers."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from core.records import Status
from core.store import meta, queries_folders, queries_groups, queries_vectors


def status(conn: Connection) -> Status:
    """What there is, what waits, and what looks at the photos."""
    photos, missing, pending = queries_vectors.count_photos(conn)
    embedder = queries_vectors.current_embedder(conn)
    return Status(
        photos=photos,
        missing=missing,
        problems=len(queries_folders.problems(conn)),
        pending=pending,
        videos=queries_vectors.count_videos(conn),
        embedder=f"{embedder.name} {embedder.version}" if embedder else "",
        device=str(meta.get_meta(conn, meta.DEVICE, "")),
        groups=queries_groups.counts(conn),
        odd=queries_groups.count_odd(conn),
    )
