"""Groups and boundaries as lists show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.engine import Connection

from core.records import GROUP_KINDS, Boundary, Group
from core.store import schema as s

_BY_SIZE = frozenset({"places", "kinds", "topics", "lookalikes"})
"""Kinds whose groups are listed largest first; those of the others newest first."""

_LAST = ("unsure",)
"""Keys of groups that say the least; they stand last whatever their size."""

_PAGE = 4096


@dataclass(frozen=True, slots=True)
class HeadRow:
    """What a section's heading needs of a group."""

    id: int
    kind: str
    title: str
    subtitle: str


def _order(kind: str) -> list[ColumnElement[Any]]:
    newest: list[ColumnElement[Any]] = [
        s.group.c.end.desc().nulls_last(),
        s.group.c.start.desc().nulls_last(),
        s.group.c.id,
    ]
    last = s.group.c.key.in_(_LAST)
    return [last, s.group.c.n_photos.desc(), *newest] if kind in _BY_SIZE else newest


def group_heads(
    conn: Connection, kind: str | None = None, *, parent: int | None = None, group_id: int | None = None
) -> list[HeadRow]:
    """Groups of a kind, or inside a parent, or a single one, in the order they are listed."""
    c = s.group.c
    wanted = select(c.id, c.kind, c.title, c.subtitle).where(c.n_photos > 0).order_by(*_order(kind or ""))
    if kind is not None:
        wanted = wanted.where(c.kind == kind)
    if parent is not None:
        wanted = wanted.where(c.parent_id == parent)
    if group_id is not None:
        wanted = wanted.where(c.id == group_id)
    return [HeadRow(*row) for row in conn.execute(wanted)]


def _cover() -> ColumnElement[int | None]:
    """The chosen cover, or any photo of the group while that one is hidden."""
    shown = select(s.photo.c.id).where(s.photo.c.id == s.group.c.cover_id, s.photo.c.hidden.is_(False)).exists()
    other = (
        select(func.max(s.photo.c.id))
        .select_from(s.membership.join(s.photo))
        .where(s.membership.c.group_id == s.group.c.id, s.photo.c.hidden.is_(False))
        .scalar_subquery()
    )
    return case((shown, s.group.c.cover_id), else_=other)


def groups(conn: Connection, kind: str) -> list[Group]:
    """All groups of a kind: events, trips, duplicates and bursts newest first, the others largest first.

    Raises ValueError for a word that is no kind of group.
    """
    if kind not in GROUP_KINDS:
        raise ValueError(f"no such kind of group: {kind}")
    c = s.group.c
    numbers = (c.parent_id, c.strength, c.n_photos, _cover(), c.start, c.end, c.lat, c.lon)
    wanted = select(c.id, c.kind, c.title, c.subtitle, *numbers).where(c.kind == kind, c.n_photos > 0)
    return [Group(*tuple(row)) for row in conn.execute(wanted.order_by(*_order(kind)))]


def title_of(conn: Connection, group_id: int) -> tuple[str, str]:
    """(title, kind) of a group. Raises KeyError."""
    row = conn.execute(select(s.group.c.title, s.group.c.kind).where(s.group.c.id == group_id)).first()
    if row is None:
        raise KeyError(group_id)
    return row.title, row.kind


def boundaries(conn: Connection, before_ids: list[int]) -> list[Boundary]:
    """The gaps after some photos, in the order of those, where both neighbours can be seen."""
    b, after = s.boundary.c, s.photo.alias()
    wanted = (
        select(b.before_id, b.after_id, b.strength, b.gap_seconds, b.distance_km, b.visual, b.camera_changed)
        .select_from(s.boundary.join(after, after.c.id == b.after_id))
        .where(b.before_id.in_(before_ids), after.c.hidden.is_(False))
    )
    found = {row.before_id: Boundary(*row) for row in conn.execute(wanted)}
    return [found[i] for i in before_ids if i in found]


def pages(ids: list[int], size: int = _PAGE) -> Iterator[list[int]]:
    """Slices of a list."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def counts(conn: Connection) -> dict[str, int]:
    """Number of groups of each kind."""
    c = s.group.c
    found = {
        row[0]: row[1] for row in conn.execute(select(c.kind, func.count()).where(c.n_photos > 0).group_by(c.kind))
    }
    return {kind: found.get(kind, 0) for kind in GROUP_KINDS}


def count_odd(conn: Connection) -> int:
    """Photos that are shown among the odd ones; one that is odd in several ways counts once."""
    m, joined = s.membership.c, s.membership.join(s.group).join(s.photo, s.photo.c.id == s.membership.c.photo_id)
    wanted = select(func.count(m.photo_id.distinct())).select_from(joined)
    return int(conn.execute(wanted.where(s.group.c.kind == "odd", s.photo.c.hidden.is_(False))).scalar_one())
