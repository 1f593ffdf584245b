"""Why a photo is where it is, and why there is a boundary between two: the evidence in numbers and photos, and what the
person said. Reads the neighbourhood only, so it answers at once however large the library is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection

from core.correct import evidence, sources, words
from core.records import LEVELS, Boundary, Membership
from core.records_corrections import Correction, Why, WhyBoundary, WhyMember
from core.store import corrections
from core.store import schema as s
from core.store.journal import from_runs
from core.store.queries_photos import memberships
from core.store.store import Store

NEIGHBOURS = 4
"""Most alike members shown for each membership."""

WINDOW = 1000
"""Members looked at on each side of a photo, by id, for the most alike ones; all of most groups."""

WITH_LOOKS = frozenset({"kinds", "lookalikes", "duplicates", "identical", "bursts", "events", "odd"})


def why(store: Store, photo_id: int) -> Why:
    """Why a photo is in its groups, and the boundaries of its event either side. Raises KeyError."""
    with store.read() as conn:
        if conn.execute(select(s.photo.c.id).where(s.photo.c.id == photo_id)).first() is None:
            raise KeyError(photo_id)
        found = memberships(conn, photo_id)
        said = corrections.read(conn)
        keys = _keys(conn, [each.group_id for each in found])
        members = tuple(
            WhyMember(
                each,
                _alike(store, conn, photo_id, each) if each.kind in WITH_LOOKS else (),
                _with_text(conn, deciding(said, photo_id, each.kind, keys.get(each.group_id, ""))),
            )
            for each in found
        )
        event = next((each.group_id for each in found if each.kind == "events"), None)
        ends = (None, None) if event is None else _ends(conn, event, photo_id)
    before, after = (None if end is None else why_boundary(store, *end) for end in ends)
    return Why(photo_id, members, before, after)


def why_boundary(store: Store, before: int, after: int) -> WhyBoundary:
    """What speaks for and against a boundary between two photos; of several gaps between them the strongest.

    Raises KeyError where there is no gap between them.
    """
    with store.read() as conn:
        boundary, raw, pin = _boundary(conn, before, after)
        around = evidence.stretch(conn, boundary.before, boundary.after)
        model, source = sources.scorer(store)
        terms = evidence.terms(store, conn, around, boundary.visual, model)
        left, right = evidence.compared(around)
        said = corrections.by_id(conn, [pin]) if pin is not None else []
        pinned = words.with_text(conn, said[0]) if said else None
    return WhyBoundary(boundary, tuple(terms), left, right, raw, source, pinned)


def _boundary(conn: Connection, before: int, after: int) -> tuple[Boundary, float, int | None]:
    b = s.boundary.c
    numbers = (b.gap_seconds, b.distance_km, b.visual, b.camera_changed, b.raw, b.pin)
    wanted = select(b.before_id, b.after_id, b.strength, *numbers)
    row = conn.execute(wanted.where(b.before_id == before, b.after_id == after)).first()
    if row is None:
        inside = _between(conn, before, after)
        row = conn.execute(wanted.where(b.before_id.in_(inside)).order_by(b.strength.desc()).limit(1)).first()
    if row is None:
        raise KeyError(before)
    found = Boundary(*row[:7])
    shown = evidence.shown_beside(conn, found.before, found.after)
    if shown != (found.before, found.after):  # photos in between are put away
        found = replace(found, before=shown[0], after=shown[1], gap_seconds=_seconds(conn, *shown))
    return found, float(row.raw), row.pin


def _seconds(conn: Connection, before: int, after: int) -> float:
    p = s.photo.c
    times = {row.id: row.instant for row in conn.execute(select(p.id, p.instant).where(p.id.in_([before, after])))}
    return round(float(times[after] - times[before]), 3)


def _between(conn: Connection, before: int, after: int) -> Select[tuple[int]]:
    """The photos from one on that come before another, where the two are no neighbours."""
    p = s.photo.c
    times = conn.execute(select(p.instant).where(p.id.in_([before, after]))).scalars().all()
    if len(times) != 2 or None in times:
        raise KeyError(before)
    return select(p.id).where(p.instant.between(min(times), max(times)), p.id != after)


def _ends(conn: Connection, event: int, photo_id: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """(before, after) of the gaps at which the event of a photo begins and ends; None at the ends of the stream."""
    rows = {
        side: conn.exec_driver_sql(
            f"SELECT b.before_id, b.after_id FROM membership m CROSS JOIN boundary b ON b.{side}_id = m.photo_id "
            f"JOIN photo p ON p.id = m.photo_id, (SELECT instant FROM photo WHERE id = ?) here "
            f"WHERE m.group_id = ? AND b.strength >= ? AND NOT EXISTS (SELECT 1 FROM membership o "
            f"WHERE o.group_id = m.group_id AND o.photo_id = b.{other}_id) ORDER BY abs(p.instant - here.instant)",
            (photo_id, event, LEVELS["events"]),
        ).first()
        for side, other in (("after", "before"), ("before", "after"))
    }
    first, last = rows["after"], rows["before"]
    return (None if first is None else (first[0], first[1])), (None if last is None else (last[0], last[1]))


# ---------------------------------------------------------------- memberships


def _alike(store: Store, conn: Connection, photo_id: int, membership: Membership) -> tuple[tuple[int, float], ...]:
    """The members of its group that a photo is most like."""
    others: list[int] = []
    for sign, order in (("<", "DESC"), (">", "ASC")):
        rows = conn.exec_driver_sql(
            f"SELECT photo_id FROM membership WHERE group_id = ? AND photo_id {sign} ? "
            f"ORDER BY photo_id {order} LIMIT {WINDOW}",
            (membership.group_id, photo_id),
        )
        others += [int(row[0]) for row in rows]
    shown = _shown(conn, evidence.most_alike(store, conn, photo_id, others, 3 * NEIGHBOURS))
    return tuple(shown[:NEIGHBOURS])


def _shown(conn: Connection, found: list[tuple[int, float]]) -> list[tuple[int, float]]:
    c = s.photo.c
    wanted = select(c.id).where(c.id.in_([i for i, _ in found]), c.hidden.is_(False))
    visible = set(conn.execute(wanted).scalars())
    return [each for each in found if each[0] in visible]


def _keys(conn: Connection, group_ids: Iterable[int]) -> dict[int, str]:
    c = s.group.c
    return {row.id: row.key for row in conn.execute(select(c.id, c.key).where(c.id.in_(list(group_ids))))}


def deciding(said: list[Correction], photo_id: int, kind: str, key: str) -> Correction | None:
    """The newest correction in force that decided whether a photo is in a group of a kind (and key), or None."""
    for each in reversed(said):
        if _decides(each, photo_id, kind, key):
            return each
    return None


def _with_text(conn: Connection, said: Correction | None) -> Correction | None:
    return None if said is None else words.with_text(conn, said)


def _decides(correction: Correction, photo_id: int, kind: str, key: str) -> bool:
    payload = correction.payload
    if correction.kind == "move":
        return kind == "events" and photo_id in from_runs(payload["photos"])
    if correction.kind == "kind":
        return kind == "kinds" and payload["kind"] == key and photo_id in from_runs(payload["photos"])
    if correction.kind in ("same", "different") and payload["scope"] != "line":
        return bool(payload["scope"] == kind) and photo_id in (payload["a"], payload["b"])
    if correction.kind == "exclude":
        return bool(payload["group_kind"] == kind) and photo_id in from_runs(payload["photos"])
    return False


__all__ = ["deciding", "why", "why_boundary"]
