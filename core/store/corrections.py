"""What the person said, as rows that outlive every regrouping. A row is never deleted, only put in or out of force.

Kinds and payloads (photos by id; ``photos`` and ``members`` as runs of ``journal.to_runs``):

- ``same``, ``different``: ``{"scope", "a", "b"}``. Scope "line" also has ``"level"`` (a name of ``records.LEVELS``):
  the stream is not cut, or is cut, at that level somewhere between the photos a and b. Other scopes are kinds of
  groups ("lookalikes", "duplicates", "bursts"): the two belong together, or do not.
- ``move``: ``{"photos", "anchors"}``: these photos belong to the event of the first anchor that is still in the stream.
- ``exclude``: ``{"group_kind", "photos", "anchors", "key"}``: "not this": they are in no group of that kind that holds
  an anchor (or whose key is ``key``, for kinds and places); an event's photos then stand alone.
- ``kind``: ``{"photos", "kind", "is"}``: they are of a kind of photograph, or are not.
- ``new_kind``: ``{"kind", "title"}``: a kind that the person taught.
- ``name``: ``{"group_kind", "group", "key", "title", "members"}``; ``cover``: the same with ``"photo"`` for the title.
- ``clock``: ``{"camera", "seconds", "start", "end"}``: add so much to the times of that camera's photos whose own times
  lie within start..end (None: open).
- ``dismiss``: ``{"question"}``: never ask that again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from core.records_corrections import Correction
from core.store import schema as s

KINDS = ("same", "different", "move", "exclude", "kind", "new_kind", "name", "cover", "clock", "dismiss")


def add(conn: Connection, kind: str, payload: dict[str, Any], *, active: bool = True) -> int:
    """Keep one correction; returns its id. Raises ValueError for a kind that is none."""
    if kind not in KINDS:
        raise ValueError(f"no such correction: {kind}")
    values = {"kind": kind, "payload": payload, "created_at": time.time(), "active": active}
    return int(conn.execute(insert(s.correction).values(**values)).lastrowid)


def read(conn: Connection, *kinds: str, active: bool | None = True) -> list[Correction]:
    """Corrections of some kinds (none: all), oldest first; ``active`` None: also those out of force."""
    c = s.correction.c
    wanted = select(c.id, c.kind, c.payload, c.created_at, c.active).order_by(c.id)
    if kinds:
        wanted = wanted.where(c.kind.in_(kinds))
    if active is not None:
        wanted = wanted.where(c.active.is_(active))
    return [Correction(*tuple(row)) for row in conn.execute(wanted)]


def by_id(conn: Connection, ids: Sequence[int]) -> list[Correction]:
    """Corrections by their ids, in or out of force, oldest first."""
    c = s.correction.c
    wanted = json.dumps([int(i) for i in ids])
    found = select(c.id, c.kind, c.payload, c.created_at, c.active).where(c.id.in_(select(_json_values(wanted))))
    return [Correction(*tuple(row)) for row in conn.execute(found.order_by(c.id))]


def set_active(conn: Connection, ids: Sequence[int], active: bool) -> None:
    """Put corrections in or out of force."""
    wanted = json.dumps([int(i) for i in ids])
    conn.execute(update(s.correction).where(s.correction.c.id.in_(select(_json_values(wanted)))).values(active=active))


def _json_values(wanted: str) -> Any:
    from sqlalchemy import column, func

    return func.json_each(wanted).table_valued(column("value")).c.value
