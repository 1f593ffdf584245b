"""Walls: whole scopes of photos as columns, newest first, cut into sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.paths import printable, to_str
from core.records import GROUP_KINDS, Scope, Wall
from core.store import meta, wording
from core.store.columns import int_columns
from core.store.edges import section_edges
from core.store.queries_folders import SEPARATOR, subtree
from core.store.queries_groups import HeadRow, group_heads
from core.store.wall_columns import Columns, Ints, KeptColumns, all_columns, columns_of, positions


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a wall: group id (0: none), title and subtitle."""

    id: int
    title: str
    subtitle: str


def read_wall(conn: Connection, scope: Scope, kept: KeptColumns | None = None) -> Wall:
    """The wall of a scope. ``kept``: columns that may be at hand.

    Raises KeyError for a group or folder that is not there, ValueError for an unknown kind.
    """
    number = meta.generation(conn)
    if scope.kind == "all":
        return _with_edges(conn, _wall_of_all(conn, number, kept))
    if scope.kind in GROUP_KINDS:
        wall = _wall_of_groups(conn, group_heads(conn, scope.kind), number, kept)
        return _with_edges(conn, wall) if scope.kind in ("events", "trips") else wall
    if scope.kind == "group":
        return _wall_of_one_group(conn, scope.id, number, kept)
    if scope.kind == "folder":
        return _wall_of_folder(conn, scope.id, number, kept)
    if scope.kind == "ids":
        return _wall_of_ids(conn, scope.ids, number)
    raise ValueError(f"no such scope: {scope.kind}")


# ---------------------------------------------------------------- sections


def _cut(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Bring photos of one key together, keys in the order of their first photo.

    Returns (positions in the new order, starts int64 [m + 1], key of each section).
    """
    n = len(keys)
    changes = np.flatnonzero(np.diff(keys)) + 1
    starts = np.concatenate(([0], changes)) if n else np.empty(0, np.int64)
    if len(np.unique(keys[starts])) == len(starts):  # already together, as events in time are
        return np.arange(n), np.append(starts, n), keys[starts]
    distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.lexsort((np.arange(n), first[inverse]))
    rank = np.argsort(first)
    counts = np.bincount(inverse, minlength=len(distinct))[rank]
    return order, np.concatenate(([0], np.cumsum(counts))), distinct[rank]


def _assemble(columns: Columns, starts: Ints, sections: Sequence[Section], number: int) -> Wall:
    return Wall(
        ids=columns.ids,
        aspect=columns.aspect,
        colour=columns.colour,
        local=columns.local,
        flags=columns.flags,
        section_start=np.asarray(starts, np.int64),
        section_id=np.array([s.id for s in sections], np.int64),
        titles=[s.title for s in sections],
        subtitles=[s.subtitle for s in sections],
        generation=number,
    )


_UNDATED_DAY = -(2**40)
_DAY_SHIFT = 2**50
"""Keys of days are moved far below zero, out of the way of group ids."""


def _day_keys(columns: Columns) -> Ints:
    days = np.floor(np.where(np.isnan(columns.local), _UNDATED_DAY * 86400.0, columns.local) / 86400.0)
    return days.astype(np.int64) - _DAY_SHIFT


def _day_section(key: int, count: int) -> Section:
    day = key + _DAY_SHIFT
    title = wording.UNDATED if day == _UNDATED_DAY else wording.day_title(wording.day_of(day * 86400.0))
    return Section(0, title, wording.photos(count))


def _group_section(head: HeadRow, newest: float, oldest: float, count: int) -> Section:
    """Its title; what else it is known by (its dates, where that does not say them) and its size."""
    dates = wording.date_range(wording.day_of(oldest), wording.day_of(newest))
    more = "" if head.subtitle in head.title else head.subtitle
    known = "" if dates[-4:] in more else dates  # the year stands last
    return Section(head.id, head.title, wording.joined(known, more, wording.photos(count)))


def _spans(local: NDArray[np.float64], starts: Ints) -> tuple[list[float], list[float]]:
    """Newest and oldest known time of each section, NaN where none is; undated photos stand last in a section."""
    newest, oldest = local[starts[:-1]], local[np.maximum(starts[1:], 1) - 1]
    for i in np.flatnonzero(np.isnan(oldest) & ~np.isnan(newest)).tolist():
        part = local[starts[i] : starts[i + 1]]
        oldest[i] = part[~np.isnan(part)][-1]
    return newest.tolist(), oldest.tolist()


def _sectioned(columns: Columns, starts: Ints, keys: Sequence[int], heads: dict[int, HeadRow], number: int) -> Wall:
    """Sections by group where the key is one of ``heads``, by day elsewhere."""
    spans = zip(*_spans(columns.local, starts), np.diff(starts).tolist(), strict=True)
    sections = [
        _group_section(heads[key], newest, oldest, count) if key in heads else _day_section(key, count)
        for key, (newest, oldest, count) in zip(keys, spans, strict=True)
    ]
    return _assemble(columns, starts, sections, number)


def _by_key(columns: Columns, keys: Ints, heads: dict[int, HeadRow], number: int) -> Wall:
    """Bring photos of one key together and cut between keys."""
    order, starts, found = _cut(keys)
    return _sectioned(columns.take(order), starts, found.tolist(), heads, number)


# ---------------------------------------------------------------- scopes


def members(conn: Connection, condition: str, parameters: Sequence[Any]) -> tuple[Ints, Ints]:
    """(group ids, photo ids) of the memberships of some groups."""
    groups = f'SELECT id FROM "group" WHERE {condition}'
    found = int_columns(conn, ["group_id", "photo_id"], f"FROM membership WHERE group_id IN ({groups})", parameters)
    return found[0], found[1]


def _with_edges(conn: Connection, wall: Wall) -> Wall:
    return replace(wall, edges=section_edges(conn, wall.ids, wall.section_start))


def _wall_of_all(conn: Connection, number: int, kept: KeptColumns | None) -> Wall:
    columns = all_columns(conn) if kept is None else kept.of(conn)
    heads = {head.id: head for head in group_heads(conn, "events")}
    keys = _day_keys(columns)
    if heads:
        _overlay(columns, keys, *members(conn, "kind = ?", ["events"]))
    return _by_key(columns, keys, heads, number)


def _overlay(columns: Columns, keys: Ints, groups: Ints, photos: Ints) -> None:
    """Put the group of each photo in a group over its key, in place."""
    at = positions(columns, photos)
    keys[at[at >= 0]] = groups[at >= 0]


def _wall_of_groups(conn: Connection, heads: list[HeadRow], number: int, kept: KeptColumns | None) -> Wall:
    """Every group of a kind as a section, in the order of ``heads``; a photo may stand in several."""
    if not heads:
        return _assemble(columns_of(conn, np.empty(0, np.int64)), np.zeros(1, np.int64), [], number)
    groups, photos = members(conn, "kind = ?", [heads[0].kind])
    columns = columns_of(conn, np.unique(photos), kept)
    at = positions(columns, photos)
    order = {head.id: i for i, head in enumerate(heads)}
    distinct, inverse = np.unique(groups, return_inverse=True)
    rank = np.array([order.get(g, -1) for g in distinct.tolist()], np.int64)[inverse]
    known = (at >= 0) & (rank >= 0)
    at, rank = at[known], rank[known]
    sorted_ = np.lexsort((at, rank))
    columns = columns.take(at[sorted_])
    starts = np.searchsorted(rank[sorted_], np.arange(len(heads) + 1))
    full = np.flatnonzero(np.diff(starts) > 0)  # a group whose photos all failed has no section
    starts = np.append(starts[full], len(columns.ids))
    return _sectioned(columns, starts, [heads[i].id for i in full.tolist()], {h.id: h for h in heads}, number)


def _wall_of_one_group(conn: Connection, group_id: int, number: int, kept: KeptColumns | None) -> Wall:
    """A trip by its events, a place or a kind by day, another group whole."""
    heads = group_heads(conn, group_id=group_id)
    if not heads:
        raise KeyError(group_id)
    head = heads[0]
    columns = columns_of(conn, members(conn, "id = ?", [group_id])[1], kept)
    inner: dict[int, HeadRow] = {}
    if head.kind in ("trips", "places", "kinds"):
        keys = _day_keys(columns)
        if head.kind == "trips":
            inner = {h.id: h for h in group_heads(conn, "events", parent=group_id)}
            _overlay(columns, keys, *members(conn, "parent_id = ? AND kind = 'events'", [group_id]))
    else:
        inner, keys = {head.id: head}, np.full(len(columns.ids), head.id, np.int64)
    wall = _by_key(columns, keys, inner, number)
    return _with_edges(conn, wall) if head.kind == "trips" else wall


def _wall_of_folder(conn: Connection, folder_id: int, number: int, kept: KeptColumns | None) -> Wall:
    """A folder and those below, one section each in the order of their names; each photo once."""
    folders = subtree(conn, folder_id)
    places = {folder.id: i for i, folder in enumerate(folders)}
    wanted = "[" + ",".join(map(str, places)) + "]"
    tail = (
        "FROM file WHERE folder_id IN (SELECT value FROM json_each(?)) AND photo_id IS NOT NULL"
        " AND role IN ('primary', 'raw', 'copy') ORDER BY role = 'primary' DESC, id"
    )
    photo, folder = int_columns(conn, ["photo_id", "folder_id"], tail, [wanted])
    photo, first = np.unique(photo, return_index=True)
    rank_of = np.array([places[f] for f in folder[first].tolist()], np.int64)
    columns = columns_of(conn, photo, kept)
    rank = rank_of[np.searchsorted(photo, columns.ids)] if len(photo) else rank_of
    order = np.argsort(rank, kind="stable")
    starts = np.searchsorted(rank[order], np.arange(len(folders) + 1))
    columns = columns.take(order)
    full = np.flatnonzero(np.diff(starts) > 0)
    base = len(folders[0].path.rstrip(SEPARATOR)) + 1 if folders[0].path else 0
    sections = []
    for i in full.tolist():
        inner = folders[i].path[base:]
        title = printable(to_str(inner)) if inner else folders[0].name
        sections.append(Section(0, title, wording.photos(int(starts[i + 1] - starts[i]))))
    return _assemble(columns, np.append(starts[full], len(columns.ids)), sections, number)


def _wall_of_ids(conn: Connection, ids: Sequence[int], number: int) -> Wall:
    """These photos in this order, in one section without a title."""
    wanted = np.array(ids, np.int64)
    columns = columns_of(conn, wanted)
    at = positions(columns, wanted)
    columns = columns.take(at[at >= 0])
    n = len(columns.ids)
    sections = [Section(0, "", wording.photos(n))] if n else []
    return _assemble(columns, np.array([0, n] if n else [0]), sections, number)
