"""Found groups into the store, in one transaction a kind; groups that mostly survive keep their ids and covers.

So do groups that come back after they were gone, and names and covers that the person chose stay whatever is found.
"""

from __future__ import annotations

import json
import operator
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from core.correct import identity
from core.correct.identity import SURVIVES
from core.group.base import Found, FoundGroup, PhotoTable
from core.group.inferred import Inferred
from core.grouping.differences import encode, pages, read_memberships, write_memberships
from core.records import FLAG_BURST
from core.store import schema as s

I64 = NDArray[np.int64]

KEPT = identity.PAST_LOOKED_AT
"""So many groups of a kind that are gone are remembered, the latest and largest."""


def write_found(
    conn: Connection, found: Found, table: PhotoTable, seconds: float, parents: list[int] | None = None
) -> list[int]:
    """Replace the groups of one kind; returns the id of each group. ``parents``: ids of the parent kind's groups
    (spots and finer look-alikes have parents of the same kind)."""
    run_id = _write_run(conn, found, seconds)
    old = _old_groups(conn, found.kind)
    ids = _stable_ids(conn, found, table, old)
    parents = ids if found.kind in ("places", "lookalikes") else parents
    _remember_gone(conn, found.kind, old, set(ids))
    chosen = _chosen(conn, found, ids, table)
    rows = []
    for group, group_id in zip(found.groups, ids, strict=True):
        row = _group_row(group, group_id, found.kind, run_id, table)
        row["parent_id"] = parents[group.parent] if parents is not None and group.parent is not None else None
        rows.append(_with_choice(row, table.ids[group.members], old.covers.get(group_id), *chosen[group_id]))
    _write_groups(conn, rows)
    write_memberships(conn, old.stored, found.groups, ids, table)
    _delete_gone(conn, found.kind, ids)
    _forget_old_runs(conn)
    return ids


def write_places(conn: Connection, names: Sequence[str | None], table: PhotoTable) -> None:
    """The name of its place beside every photo (``names``: one per row of the table), for lists; what differs only."""
    connection: Any = conn.connection.dbapi_connection
    stored: dict[int, str] = dict(connection.execute("SELECT id, place FROM photo WHERE place IS NOT NULL"))
    n, ids = len(table), table.ids.tolist()
    changed = np.fromiter(map(operator.ne, map(stored.get, ids), names), np.bool_, n)
    first, last = _runs(changed, names, table.ids)
    rows = ((names[a], ids[a], ids[b]) for a, b in zip(first.tolist(), last.tolist(), strict=True))
    for page in pages(rows):
        conn.exec_driver_sql("UPDATE photo SET place = ? WHERE id BETWEEN ? AND ?", page)


def _runs(changed: NDArray[np.bool_], names: Sequence[str | None], ids: I64) -> tuple[I64, I64]:
    """(first row, last row) of the runs of changed rows with one name and with ids that follow each other."""
    on = np.fromiter(map(operator.eq, names, islice(names, 1, None)), np.bool_, max(len(ids) - 1, 0))
    on &= changed[1:] & changed[:-1] & (np.diff(ids) == 1)
    first, last = changed.copy(), changed.copy()
    first[1:] &= ~on
    last[:-1] &= ~on
    return np.flatnonzero(first).astype(np.int64), np.flatnonzero(last).astype(np.int64)


def write_inferred(conn: Connection, inferred: Inferred, table: PhotoTable) -> None:
    """Where photos without a position were probably taken; replaces what was thought before."""
    conn.execute(delete(s.inferred))
    insert_inferred(conn, inferred, table, np.arange(len(inferred)))


def insert_inferred(conn: Connection, inferred: Inferred, table: PhotoTable, which: I64) -> None:
    """Some of the borrowed positions into the store."""
    ids = table.ids
    names = ("lat", "lon", "radius_km", "before", "after", "seconds", "side")
    columns = [ids[inferred.rows[which]].tolist(), *(getattr(inferred, name)[which].tolist() for name in names)]
    rows = (
        (photo, lat, lon, radius, encode(_source(ids, *source)))
        for photo, lat, lon, radius, *source in zip(*columns, strict=True)
    )
    statement = "INSERT OR REPLACE INTO inferred (photo_id, lat, lon, radius_km, details) VALUES (?, ?, ?, ?, ?)"
    for page in pages(rows):
        conn.exec_driver_sql(statement, page)


def _source(ids: I64, before: int, after: int, seconds: float, side: int) -> dict[str, Any]:
    """From which photos a position was borrowed."""
    known = {"before": before, "after": after}
    return {**{name: int(ids[at]) for name, at in known.items() if at >= 0}, "seconds": round(seconds), "side": side}


def write_bursts(conn: Connection, found: Found, table: PhotoTable) -> None:
    """The burst badge."""
    conn.exec_driver_sql(f"UPDATE photo SET flags = flags & ~{FLAG_BURST} WHERE flags & {FLAG_BURST}")
    members = ((int(table.ids[m]),) for g in found.groups for m in g.members)
    for page in pages(members):
        conn.exec_driver_sql(f"UPDATE photo SET flags = flags | {FLAG_BURST} WHERE id = ?", page)


# ---------------------------------------------------------------- stable ids


@dataclass(slots=True)
class _Old:
    """The groups of one kind as they are stored: keys, covers, and memberships (``read_memberships``)."""

    keys: dict[str, int]
    covers: dict[int, int]
    stored: list[I64]

    @property
    def groups(self) -> I64:
        return self.stored[0]

    @property
    def photos(self) -> I64:
        return self.stored[1]

    def sets(self) -> dict[int, I64]:
        """The photos of each group."""
        order = np.argsort(self.groups, kind="stable")
        ids, first = np.unique(self.groups[order], return_index=True)
        return dict(zip(ids.tolist(), np.split(self.photos[order], first[1:]), strict=True)) if len(ids) else {}


def _old_groups(conn: Connection, kind: str) -> _Old:
    rows = conn.execute(select(s.group.c.id, s.group.c.key, s.group.c.cover_id).where(s.group.c.kind == kind)).all()
    covers = {row.id: row.cover_id for row in rows if row.cover_id is not None}
    return _Old({row.key: row.id for row in rows}, covers, read_memberships(conn, kind))


def _stable_ids(conn: Connection, found: Found, table: PhotoTable, old: _Old) -> list[int]:
    """Ids for the new groups: by key where the kind's keys are names, by overlap elsewhere, new ones for the rest."""
    top = identity.next_id(conn)  # before groups leave the past: theirs may be the highest ids
    if found.kind == "kinds":
        survivors = {i: old.keys[g.key] for i, g in enumerate(found.groups) if g.key in old.keys}
    else:
        survivors = _by_overlap(found, table, old.groups, old.photos)
        survivors.update(_back_from_past(conn, found, table, survivors))
    ids = []
    for i in range(len(found.groups)):
        if i in survivors:
            ids.append(survivors[i])
        else:
            ids.append(top)
            top += 1
    return ids


def _by_overlap(found: Found, table: PhotoTable, groups: I64, members: I64) -> dict[int, int]:
    """New index -> old id, best overlap first, each used once (Jaccard of at least SURVIVES). ``groups``, ``members``:
    the old memberships; a photo may be in several old groups and in several new ones."""
    if not len(groups) or not found.groups:
        return {}
    photos = np.concatenate([table.ids[g.members] for g in found.groups])
    news = np.repeat(np.arange(len(found.groups)), [len(g.members) for g in found.groups])
    order = np.argsort(members, kind="stable")
    sorted_photos = members[order]
    first = np.searchsorted(sorted_photos, photos, "left")
    times = np.searchsorted(sorted_photos, photos, "right") - first
    hit = np.repeat(first, times) + np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    old_ids, old_of, old_sizes = np.unique(groups, return_inverse=True, return_counts=True)
    both = np.repeat(news, times) * len(old_ids) + old_of[order[hit]]
    both, counts = np.unique(both, return_counts=True)
    new, old = both // len(old_ids), both % len(old_ids)
    own = np.array([len(g.members) for g in found.groups])[new]
    jaccard = counts / (old_sizes[old] + own - counts)
    good = np.flatnonzero(jaccard >= SURVIVES)
    taken: dict[int, int] = {}
    used: set[int] = set()
    for i in good[np.argsort(-jaccard[good], kind="stable")].tolist():
        number = int(old_ids[old[i]])
        if int(new[i]) not in taken and number not in used:
            taken[int(new[i])] = number
            used.add(number)
    return taken


def _back_from_past(conn: Connection, found: Found, table: PhotoTable, survivors: dict[int, int]) -> dict[int, int]:
    """The same for groups that are new now but were there once."""
    used = set(survivors.values())
    past = [(number, photos) for number, photos, _ in identity.past(conn, found.kind) if number not in used]
    waiting = [i for i in range(len(found.groups)) if i not in survivors]
    if not past or not waiting:
        return {}
    groups = np.repeat([number for number, _ in past], [len(photos) for _, photos in past])
    members = np.concatenate([np.array(sorted(photos), np.int64) for _, photos in past])
    asked = Found(found.kind, [found.groups[i] for i in waiting], "", "", {})
    back = {waiting[i]: number for i, number in _by_overlap(asked, table, groups, members).items()}
    identity.forget(conn, back.values())
    return back


def _remember_gone(conn: Connection, kind: str, old: _Old, kept: set[int]) -> None:
    """Groups that are no longer there go to the past, which stays bounded."""
    names = {number: key for key, number in old.keys.items()}
    gone = {number: photos for number, photos in old.sets().items() if number not in kept}
    largest = sorted(gone, key=lambda number: -len(gone[number]))[:KEPT]
    for number in largest:
        cover = old.covers.get(number)
        identity.remember(conn, number, kind, names.get(number, ""), cover, gone[number].tolist())
    conn.exec_driver_sql(
        "DELETE FROM group_past WHERE kind = ? AND id NOT IN"
        " (SELECT id FROM group_past WHERE kind = ? ORDER BY gone_at DESC, id LIMIT ?)",
        (kind, kind, KEPT),
    )


def _chosen(
    conn: Connection, found: Found, ids: list[int], table: PhotoTable
) -> dict[int, tuple[str | None, int | None]]:
    """For each group the title and the cover that the person chose, None where they chose none."""
    over = identity.overrides(conn)
    mine = [c for c in (*over.names, *over.covers) if c.payload["group_kind"] == found.kind]
    if not mine:
        return dict.fromkeys(ids, (None, None))
    groups = {
        number: (group.key, table.ids[group.members].tolist()) for number, group in zip(ids, found.groups, strict=True)
    }
    over.settle(found.kind, groups)
    return {number: over.of(number, photos) for number, (_, photos) in groups.items()}


def _with_choice(
    row: dict[str, Any], photos: I64, before: int | None, title: str | None, cover: int | None
) -> dict[str, Any]:
    """The row with the person's title and cover; a cover from before stays while its photo does."""
    if title is not None:
        row |= {"title": title, "details": {**row["details"], "named": True}}
    for photo in (cover, before):
        if photo is not None and bool(np.any(photos == photo)):
            row["cover_id"] = photo
            break
    return row


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


def _write_groups(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """New groups, and those that are there already as they are now."""
    if rows:
        statement = upsert(s.group)
        values = {name: statement.excluded[name] for name in rows[0] if name != "id"}
        conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values), rows)


def _delete_gone(conn: Connection, kind: str, kept: list[int]) -> None:
    """Groups that were not found again; their memberships are gone already."""
    conn.exec_driver_sql(
        'DELETE FROM "group" WHERE kind = ? AND id NOT IN (SELECT value FROM json_each(?))', (kind, json.dumps(kept))
    )


def _forget_old_runs(conn: Connection) -> None:
    used = select(s.group.c.run_id)
    latest = select(func.max(s.grouping_run.c.id)).group_by(s.grouping_run.c.kind)
    conn.execute(delete(s.grouping_run).where(s.grouping_run.c.id.not_in(used), s.grouping_run.c.id.not_in(latest)))


def _group_row(group: FoundGroup, group_id: int, kind: str, run_id: int, table: PhotoTable) -> dict[str, Any]:
    times = table.local[group.members]
    dated = bool(np.isfinite(times).any())
    cover = int(table.ids[group.cover]) if group.cover is not None else None
    return {
        "id": group_id,
        "kind": kind,
        "key": group.key,
        "title": group.title,
        "subtitle": group.subtitle,
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
