"""Walls: whole scopes of photos as columns, newest first, cut into sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.paths import printable, to_str
from core.records import GROUP_KINDS, Scope, Wall
from core.store import meta, wording
from core.store.columns import int_columns
from core.store.queries_folders import SEPARATOR, subtree
from core.store.queries_groups import HeadRow, group_heads
from core.store.schema import STAGE_FAILED

Ints = NDArray[np.int64]

VISIBLE = f"NOT hidden AND stage != {STAGE_FAILED}"
NEWEST_FIRST = "instant DESC, id DESC"

_UNKNOWN = -(2**62)
_COLUMNS = (
    "id",
    # width, height (16 bits each), colour (24) and flags (8) in one integer; thumb 1, 2 are FLAG_PREVIEW, FLAG_THUMB
    "(min(width, 65535) << 48) | (min(height, 65535) << 32) | ((mean_colour & 16777215) << 8)"
    " | (flags & 231) | ((thumb & 3) << 3)",
    f"ifnull(CAST(local * 1000000 AS INTEGER), {_UNKNOWN})",
)
_FEW = 20_000
"""Up to so many photos are fetched one by one; for more, all columns are read and the rest is dropped."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Photos in order; the columns of :class:`core.records.Wall`."""

    ids: Ints
    aspect: NDArray[np.float32]
    colour: NDArray[np.uint32]
    local: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def take(self, positions: Ints) -> Columns:
        return Columns(*(getattr(self, name)[positions] for name in ("ids", "aspect", "colour", "local", "flags")))


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a wall: group id (0: none), title and subtitle."""

    id: int
    title: str
    subtitle: str


def read_wall(conn: Connection, scope: Scope) -> Wall:
    """The wall of a scope. Raises KeyError for a group or folder that is not there, ValueError for an unknown kind."""
    number = meta.generation(conn)
    if scope.kind == "all":
        return _wall_of_all(conn, number)
    if scope.kind in GROUP_KINDS:
        return _wall_of_groups(conn, group_heads(conn, scope.kind), number)
    if scope.kind == "group":
        return _wall_of_one_group(conn, scope.id, number)
    if scope.kind == "folder":
        return _wall_of_folder(conn, scope.id, number)
    if scope.kind == "ids":
        return _wall_of_ids(conn, scope.ids, number)
    raise ValueError(f"no such scope: {scope.kind}")


# ---------------------------------------------------------------- columns


def visible_ids(conn: Connection) -> Ints:
    """All photos that walls and lists show, newest first, undated last."""
    return int_columns(conn, ["id"], f"FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} ORDER BY {NEWEST_FIRST}")[0]


def _all_columns(conn: Connection) -> Columns:
    tail = f"FROM photo INDEXED BY photo_by_time WHERE {VISIBLE} ORDER BY {NEWEST_FIRST}"
    return _unpack(*int_columns(conn, _COLUMNS, tail))


def _columns_of(conn: Connection, ids: Ints) -> Columns:
    """The visible ones of some photos, newest first, each once."""
    if len(ids) > _FEW:
        every = _all_columns(conn)
        return every.take(np.flatnonzero(np.isin(every.ids, ids)))
    wanted = "[" + ",".join(map(str, ids.tolist())) + "]"
    tail = f"FROM photo WHERE {VISIBLE} AND id IN (SELECT value FROM json_each(?)) ORDER BY {NEWEST_FIRST}"
    return _unpack(*int_columns(conn, _COLUMNS, tail, [wanted]))


def _unpack(ids: Ints, packed: Ints, micros: Ints) -> Columns:
    bits = packed.view(np.uint64)
    width = (bits >> np.uint64(48)).astype(np.float32)
    height = (bits >> np.uint64(32) & np.uint64(0xFFFF)).astype(np.float32)
    known = (width > 0) & (height > 0)
    aspect = np.where(known, width / np.maximum(height, 1), np.float32(4 / 3))
    low = bits.astype(np.uint32)  # colour and flags
    local = np.where(micros == _UNKNOWN, np.nan, micros / 1e6)
    return Columns(ids, np.clip(aspect, 0.02, 50.0, dtype=np.float32), low >> np.uint32(8), local, low.astype(np.uint8))


def _positions(columns: Columns, ids: Ints) -> Ints:
    """Where each id stands in the columns; -1 where it does not."""
    order = np.argsort(columns.ids)
    at = np.searchsorted(columns.ids, ids, sorter=order)
    at = order[np.minimum(at, len(order) - 1)] if len(order) else np.zeros(len(ids), np.int64)
    found = columns.ids[at] == ids if len(order) else np.zeros(len(ids), bool)
    return np.where(found, at, -1)


# ---------------------------------------------------------------- sections


def _cut(columns: Columns, keys: Ints) -> tuple[Ints, Ints, Ints]:
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


def _group_section(head: HeadRow, local: NDArray[np.float64]) -> Section:
    """``local``: times of the photos shown, newest first."""
    dates = wording.date_range(wording.day_of(_last_known(local)), wording.day_of(_first_known(local)))
    place = "" if head.subtitle in head.title else head.subtitle
    return Section(head.id, head.title, wording.joined(dates, wording.photos(len(local)), place))


def _first_known(local: NDArray[np.float64]) -> float | None:
    return float(local[0]) if len(local) and not np.isnan(local[0]) else None


def _last_known(local: NDArray[np.float64]) -> float | None:
    """The oldest time; undated photos stand last."""
    known = len(local) - int(np.isnan(local).sum())
    return float(local[known - 1]) if known else None


def _by_key(columns: Columns, keys: Ints, heads: dict[int, HeadRow], number: int) -> Wall:
    """Cut into sections by group id where the key is one, and by day elsewhere."""
    order, starts, found = _cut(columns, keys)
    columns = columns.take(order)
    sections = []
    for key, start, end in zip(found.tolist(), starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        head = heads.get(key)
        sections.append(_group_section(head, columns.local[start:end]) if head else _day_section(key, end - start))
    return _assemble(columns, starts, sections, number)


# ---------------------------------------------------------------- scopes


def members(conn: Connection, condition: str, parameters: Sequence[Any]) -> tuple[Ints, Ints]:
    """(group ids, photo ids) of the memberships of some groups."""
    groups = f'SELECT id FROM "group" WHERE {condition}'
    found = int_columns(conn, ["group_id", "photo_id"], f"FROM membership WHERE group_id IN ({groups})", parameters)
    return found[0], found[1]


def _wall_of_all(conn: Connection, number: int) -> Wall:
    columns = _all_columns(conn)
    heads = {head.id: head for head in group_heads(conn, "events")}
    keys = _day_keys(columns)
    if heads:
        _overlay(columns, keys, *members(conn, "kind = ?", ["events"]))
    return _by_key(columns, keys, heads, number)


def _overlay(columns: Columns, keys: Ints, groups: Ints, photos: Ints) -> None:
    """Put the group of each photo in a group over its key, in place."""
    at = _positions(columns, photos)
    keys[at[at >= 0]] = groups[at >= 0]


def _wall_of_groups(conn: Connection, heads: list[HeadRow], number: int) -> Wall:
    """Every group of a kind as a section, in the order of ``heads``; a photo may stand in several."""
    if not heads:
        return _assemble(_columns_of(conn, np.empty(0, np.int64)), np.zeros(1, np.int64), [], number)
    groups, photos = members(conn, "kind = ?", [heads[0].kind])
    columns = _columns_of(conn, np.unique(photos))
    at = _positions(columns, photos)
    order = {head.id: i for i, head in enumerate(heads)}
    distinct, inverse = np.unique(groups, return_inverse=True)
    rank = np.array([order.get(g, -1) for g in distinct.tolist()], np.int64)[inverse]
    kept = (at >= 0) & (rank >= 0)
    at, rank = at[kept], rank[kept]
    sorted_ = np.lexsort((at, rank))
    columns = columns.take(at[sorted_])
    starts = np.searchsorted(rank[sorted_], np.arange(len(heads) + 1))
    return _sections_of_heads(columns, starts, heads, number)


def _sections_of_heads(columns: Columns, starts: Ints, heads: list[HeadRow], number: int) -> Wall:
    """One section for each head that has photos."""
    full = np.flatnonzero(np.diff(starts) > 0)
    sections = [_group_section(heads[i], columns.local[starts[i] : starts[i + 1]]) for i in full.tolist()]
    return _assemble(columns, np.append(starts[full], len(columns.ids)), sections, number)


def _wall_of_one_group(conn: Connection, group_id: int, number: int) -> Wall:
    """A trip by its events, a place or a kind by day, another group whole."""
    heads = group_heads(conn, group_id=group_id)
    if not heads:
        raise KeyError(group_id)
    head = heads[0]
    columns = _columns_of(conn, members(conn, "id = ?", [group_id])[1])
    inner: dict[int, HeadRow] = {}
    if head.kind in ("trips", "places", "kinds"):
        keys = _day_keys(columns)
        if head.kind == "trips":
            inner = {h.id: h for h in group_heads(conn, "events", parent=group_id)}
            _overlay(columns, keys, *members(conn, "parent_id = ? AND kind = 'events'", [group_id]))
    else:
        inner, keys = {head.id: head}, np.full(len(columns.ids), head.id, np.int64)
    return _by_key(columns, keys, inner, number)


def _wall_of_folder(conn: Connection, folder_id: int, number: int) -> Wall:
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
    columns = _columns_of(conn, photo)
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
    columns = _columns_of(conn, wanted)
    at = _positions(columns, wanted)
    columns = columns.take(at[at >= 0])
    n = len(columns.ids)
    sections = [Section(0, "", wording.photos(n))] if n else []
    return _assemble(columns, np.array([0, n] if n else [0]), sections, number)
