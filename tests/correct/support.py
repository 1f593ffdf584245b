"""A small library of a few outings for the tests of corrections: photos without pixels, grouped by the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core import grouping
from core.library import Library
from core.progress import Progress
from core.records import Change
from tests.support.rows import DAY, MONDAY, add_folder, add_photo, add_volume

MINUTE = 60.0
OUTINGS = ((0.40, 6), (0.75, 5), (1.45, 8), (2.50, 4), (9.40, 7), (9.80, 5))
"""Day of the middle of each outing, photos in it; photos are numbered from 1 in order of time."""


def times(outings: Iterable[tuple[float, int]] = OUTINGS) -> list[float]:
    return [MONDAY + day * DAY + i * 3 * MINUTE for day, n in outings for i in range(n)]


def build(root: Path, moments: Sequence[float | None] | None = None) -> Library:
    """An open library with these photos (wall-clock seconds), grouped."""
    library = Library.open(root)
    with library._store.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number, moment in enumerate(times() if moments is None else moments, start=1):
            add_photo(conn, number, moment, camera="Canon" if number % 5 == 0 else "Pixel")
    regroup(library)
    return library


def regroup(library: Library) -> None:
    grouping.run(library._store, Progress())


def groups(library: Library, kind: str = "events") -> dict[int, list[int]]:
    """The photos of every group of a kind, by id, each sorted."""
    with library._store.read() as conn:
        cursor = conn.exec_driver_sql(
            'SELECT g.id, m.photo_id FROM "group" g JOIN membership m ON m.group_id = g.id WHERE g.kind = ?'
            " ORDER BY g.id, m.photo_id",
            (kind,),
        )
        found: dict[int, list[int]] = {}
        for group, photo in cursor:
            found.setdefault(group, []).append(photo)
    return found


def state(library: Library) -> list[tuple[object, ...]]:
    """Everything of the groups and boundaries that undo must give back."""
    with library._store.read() as conn:
        group = conn.exec_driver_sql(
            'SELECT id, kind, key, title, subtitle, parent_id, n_photos, cover_id, "start", "end"'
            ' FROM "group" ORDER BY id'
        ).fetchall()
        member = conn.exec_driver_sql("SELECT * FROM membership ORDER BY group_id, photo_id").fetchall()
        gaps = conn.exec_driver_sql("SELECT * FROM boundary ORDER BY before_id").fetchall()
        photo = conn.exec_driver_sql("SELECT id, local, instant, flags FROM photo ORDER BY id").fetchall()
        shift = conn.exec_driver_sql("SELECT * FROM clock_shift ORDER BY photo_id").fetchall()
    return [tuple(row) for part in (group, member, gaps, photo, shift) for row in part]
