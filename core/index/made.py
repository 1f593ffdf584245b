"""What models made is no photo: where an import meets it, it is put away, and said so.

Files that say by their digital source type that a model alone made them (ours do, and those of others that mark what
they make), and enlarged versions of photos of this very library. They stay where they are, and come back as anything
that was put away does.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from core.media.marks import GENERATED
from core.progress import Progress
from core.store import journal, put_away, queries_photos, studio, wording
from core.store import schema as s
from core.store.store import Store


def latest(store: Store) -> int:
    """The highest number of a photo so far."""
    with store.read() as conn:
        return int(conn.execute(select(func.coalesce(func.max(s.photo.c.id), 0))).scalar_one())


def put_away_made(store: Store, since: int, progress: Progress) -> int:
    """Put away what models made of the photos that came after number ``since``; how many."""
    with store.write() as conn:
        found = _made(conn, since) | _versions(conn, store, since)
        found -= set(put_away.all_away(conn))
        if not found:
            return 0
        forward, inverse, count = journal.put_away_commands(conn, sorted(found), True)
        told = f"Putting away of {wording.photos(count)} that a model made"
        store.changed = journal.perform(conn, told, forward, inverse)
    progress.notice(f"A model made {wording.photos(count)} of these; kept off the wall. Undo shows them.")
    return count


def _made(conn: Connection, since: int) -> set[int]:
    wanted = "SELECT id FROM photo WHERE id > ? AND json_extract(details, '$.source_type') = ?"
    return {row[0] for row in conn.exec_driver_sql(wanted, (since, GENERATED))}


def _versions(conn: Connection, store: Store, since: int) -> set[int]:
    """New photos that are files of versions in this library."""
    found = (queries_photos.find(conn, path) for path in studio.version_paths(conn, store.root))
    return {photo for photo in found if photo is not None and photo > since}
