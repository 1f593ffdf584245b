"""Clocks that are probably wrong, kept as suggestions until the person says so or not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from core.group.base import PhotoTable
from core.group.streams import ClockSuggestion
from core.store import schema as s

KIND = "clock"
SHOWN = 24
"""Pairs kept as evidence."""


def write_suggestions(conn: Connection, table: PhotoTable, suggestions: Sequence[ClockSuggestion]) -> int:
    """Replace the open suggestions about clocks by these; returns how many are new.

    One that was dismissed or accepted is not asked again: it is known by its key, or by a camera and a shift within two
    minutes of it.
    """
    c = s.suggestion.c
    said = conn.execute(select(c.key, c.payload).where(c.kind == KIND, c.state != "open")).all()
    conn.execute(delete(s.suggestion).where(c.kind == KIND, c.state == "open"))
    settled = [(str(row.payload["camera"]), float(row.payload["seconds"]), row.payload.get("start")) for row in said]
    keys = {str(row.key) for row in said}
    new = 0
    for each in suggestions:
        payload = _payload(conn, table, each)
        key = f"clock:{payload['camera']}:{round(each.seconds)}"
        if payload["start"] is not None:
            key += f":{round(payload['start'])}"
        if key in keys or any(_same(payload, *one) for one in settled):
            continue
        keys.add(key)
        row = {"key": key, "kind": KIND, "payload": payload, "created_at": time.time(), "state": "open"}
        conn.execute(insert(s.suggestion).values(**row))
        new += 1
    return new


def _same(payload: dict[str, Any], camera: str, seconds: float, start: float | None) -> bool:
    near = abs(payload["seconds"] - seconds) <= 120.0
    return bool(payload["camera"] == camera and near and (payload["start"] is None) == (start is None))


def _payload(conn: Connection, table: PhotoTable, found: ClockSuggestion) -> dict[str, Any]:
    """What the question and the correction need. ``start`` and ``end`` are wall-clock times of the camera itself."""
    photo = int(table.ids[found.pairs[0][0]])
    camera = conn.execute(select(s.photo.c.camera).where(s.photo.c.id == photo)).scalar_one()
    start, end = found.start, found.end
    if start is not None and end is not None:
        inside = (table.camera == found.camera) & (table.instant >= start) & (table.instant <= end)
        start, end = float(np.nanmin(table.local[inside])), float(np.nanmax(table.local[inside]))
    pairs = [[int(table.ids[a]), int(table.ids[b])] for a, b in found.pairs[:SHOWN]]
    return {
        "camera": camera,
        "seconds": found.seconds,
        "start": start,
        "end": end,
        "strength": found.strength,
        "pairs": pairs,
        "reason": found.reason,
    }
