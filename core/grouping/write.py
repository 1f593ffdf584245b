"""Found groups into the store, in one transaction a kind; groups that mostly survive keep their ids and covers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from core.group.base import Found, FoundGroup, Gaps, PhotoTable
from core.records import FLAG_BURST
from core.store import schema as s

SURVIVES = 0.5
"""A new group takes the id of an old one when they share at least this part of their union."""

_INSERT_MEMBERSHIP = "INSERT INTO membership (group_id, photo_id, strength, reason) VALUES (?, ?, ?, ?)"
_INSERT_BOUNDARY = "INSERT OR REPLACE INTO boundary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def write_found(
    conn: Connection, found: Found, table: PhotoTable, seconds: float, parents: list[int] | None = None
) -> list[int]:
    """Replace the groups of one kind; returns the id of each group. ``parents``: ids of the parent kind's groups
    (spots have towns of the same kind as parents)."""
    run_id = _write_run(conn, found, seconds)
    old = _old_groups(conn, found.kind)
    ids = _stable_ids(conn, found, table, old)
    parents = ids if found.kind == "places" else parents
    mine = select(s.group.c.id).where(s.group.c.kind == found.kind)
    conn.execute(delete(s.membership).where(s.membership.c.group_id.in_(mine)))
    conn.execute(delete(s.group).where(s.group.c.kind == found.kind))
    rows = [
        _group_row(group, group_id, found.kind, run_id, table, parents, old.covers.get(group_id))
        for group, group_id in zip(found.groups, ids, strict=True)
    ]
    if rows:
        conn.execute(insert(s.group), rows)
        for page in _pages(_memberships(found.groups, ids, table)):
            conn.exec_driver_sql(_INSERT_MEMBERSHIP, page)
    _forget_old_runs(conn)
    return ids


def write_boundaries(conn: Connection, gaps: Gaps, table: PhotoTable) -> None:
    """Replace the boundaries: one row for every gap between neighbours in time."""
    conn.execute(delete(s.boundary))
    columns = zip(
        table.ids[gaps.before].tolist(),
        table.ids[gaps.after].tolist(),
        gaps.strength.tolist(),
        gaps.gap_seconds.tolist(),
        _or_none(gaps.distance_km),
        _or_none(gaps.visual),
        gaps.camera_changed.tolist(),
        gaps.is_boundary.tolist(),
        gaps.strength.tolist(),
        [None] * len(gaps.strength),
        strict=True,
    )
    known = (row for row in columns if row[3] == row[3])
    for page in _pages(known):
        conn.exec_driver_sql(_INSERT_BOUNDARY, page)


def write_places(conn: Connection, names: Sequence[str | None], table: PhotoTable) -> None:
    """The name of its place beside every photo (``names``: one per row of the table), for lists; what differs only."""
    cursor = conn.exec_driver_sql("SELECT id, place FROM photo WHERE place IS NOT NULL")
    stored: dict[int, str] = {row[0]: row[1] for row in cursor}
    pairs = ((name, i) for i, name in zip(table.ids.tolist(), names, strict=True) if stored.get(i) != name)
    for page in _pages(pairs):
        conn.exec_driver_sql("UPDATE photo SET place = ? WHERE id = ?", page)


def write_bursts(conn: Connection, found: Found, table: PhotoTable) -> None:
    """The burst badge."""
    conn.exec_driver_sql(f"UPDATE photo SET flags = flags & ~{FLAG_BURST} WHERE flags & {FLAG_BURST}")
    members = ((int(table.ids[m]),) for g in found.groups for m in g.members)
    for page in _pages(members):
        conn.exec_driver_sql(f"UPDATE photo SET flags = flags | {FLAG_BURST} WHERE id = ?", page)


# ---------------------------------------------------------------- stable ids


class _Old:
    """The groups of one kind as they are stored: which photos they hold, their keys and covers."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.covers: dict[int, int] = {}
        self.groups: NDArray[np.int64] = np.empty(0, np.int64)
        self.photos: NDArray[np.int64] = np.empty(0, np.int64)


def _old_groups(conn: Connection, kind: str) -> _Old:
    old = _Old()
    for row in conn.execute(select(s.group.c.id, s.group.c.key, s.group.c.cover_id).where(s.group.c.kind == kind)):
        old.keys[row.key] = row.id
        if row.cover_id is not None:
            old.covers[row.id] = row.cover_id
    cursor = conn.exec_driver_sql(
        'SELECT m.group_id, m.photo_id FROM membership m JOIN "group" g ON g.id = m.group_id WHERE g.kind = ?', (kind,)
    )
    parts = []
    while page := cursor.fetchmany(50_000):
        parts.append(np.array([tuple(row) for row in page], np.int64))
    if parts:
        both = np.concatenate(parts)
        old.groups, old.photos = both[:, 0], both[:, 1]
    return old


def _stable_ids(conn: Connection, found: Found, table: PhotoTable, old: _Old) -> list[int]:
    """Ids for the new groups: by key where the kind's keys are names, by overlap elsewhere, new ones for the rest."""
    survivors = _by_overlap(found, table, old)
    if found.kind == "kinds":
        survivors = {i: old.keys[g.key] for i, g in enumerate(found.groups) if g.key in old.keys}
    top = int(conn.execute(select(func.coalesce(func.max(s.group.c.id), 0))).scalar_one())
    ids = []
    for i in range(len(found.groups)):
        if i in survivors:
            ids.append(survivors[i])
        else:
            top += 1
            ids.append(top)
    return ids


def _by_overlap(found: Found, table: PhotoTable, old: _Old) -> dict[int, int]:
    """New index -> old id, best overlap first, each used once (Jaccard of at least SURVIVES)."""
    if not len(old.groups) or not found.groups:
        return {}
    photos = np.concatenate([table.ids[g.members] for g in found.groups])
    news = np.repeat(np.arange(len(found.groups)), [len(g.members) for g in found.groups])
    order = np.argsort(old.photos, kind="stable")
    sorted_photos = old.photos[order]
    first = np.searchsorted(sorted_photos, photos, "left")
    last = np.searchsorted(sorted_photos, photos, "right")
    hits = last > first
    pairs = np.stack([news[hits], old.groups[order[first[hits]]]], axis=1)
    (pairs, counts) = np.unique(pairs, axis=0, return_counts=True)
    old_ids, old_sizes = np.unique(old.groups, return_counts=True)
    sizes = old_sizes[np.searchsorted(old_ids, pairs[:, 1])]
    own = np.array([len(g.members) for g in found.groups])[pairs[:, 0]]
    jaccard = counts / (sizes + own - counts)
    taken: dict[int, int] = {}
    used: set[int] = set()
    for i in np.argsort(-jaccard, kind="stable"):
        new, old_id = int(pairs[i, 0]), int(pairs[i, 1])
        if jaccard[i] < SURVIVES:
            break
        if new not in taken and old_id not in used:
            taken[new] = old_id
            used.add(old_id)
    return taken


# ---------------------------------------------------------------- rows


def _write_run(conn: Connection, found: Found, seconds: float) -> int:
    result = conn.execute(
        insert(s.grouping_run).values(
            kind=found.kind,
            algorithm=found.algorithm,
            version=found.version,
            parameters=found.parameters,
            seed=found.seed,
            created_at=time.time(),
            seconds=seconds,
        )
    )
    return int(result.lastrowid)


def _forget_old_runs(conn: Connection) -> None:
    used = select(s.group.c.run_id)
    latest = select(func.max(s.grouping_run.c.id)).group_by(s.grouping_run.c.kind)
    conn.execute(delete(s.grouping_run).where(s.grouping_run.c.id.not_in(used), s.grouping_run.c.id.not_in(latest)))


def _group_row(
    group: FoundGroup,
    group_id: int,
    kind: str,
    run_id: int,
    table: PhotoTable,
    parents: list[int] | None,
    old_cover: int | None,
) -> dict[str, Any]:
    times = table.local[group.members]
    dated = bool(np.isfinite(times).any())
    cover = int(table.ids[group.cover]) if group.cover is not None else None
    if old_cover is not None and old_cover in table.ids[group.members]:
        cover = old_cover
    return {
        "id": group_id,
        "kind": kind,
        "key": group.key,
        "title": group.title,
        "subtitle": group.subtitle,
        "parent_id": parents[group.parent] if parents is not None and group.parent is not None else None,
        "strength": float(group.strength),
        "n_photos": len(group.members),
        "cover_id": cover,
        "start": float(np.nanmin(times)) if dated else None,
        "end": float(np.nanmax(times)) if dated else None,
        "lat": group.lat,
        "lon": group.lon,
        "details": group.details,
        "run_id": run_id,
    }


def _memberships(groups: list[FoundGroup], ids: list[int], table: PhotoTable) -> Iterator[tuple[int, int, float, str]]:
    for group, group_id in zip(groups, ids, strict=True):
        photos = table.ids[group.members].tolist()
        for photo, strength, reason in zip(photos, group.strengths.tolist(), group.reasons, strict=True):
            yield group_id, photo, strength, json.dumps(reason, separators=(",", ":"))


def _pages(rows: Iterator[Any], size: int = 20_000) -> Iterator[list[Any]]:
    page: list[Any] = []
    for row in rows:
        page.append(row)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


def _or_none(values: NDArray[np.float32]) -> list[float | None]:
    return [None if v != v else v for v in values.tolist()]
