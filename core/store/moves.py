"""Photos that a correction took out of the stream, each with the photo whose piece it belongs to at every level."""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy.engine import Connection

from core.records_corrections import Correction
from core.store import corrections
from core.store.journal import from_runs


def moves(conn: Connection, dated: Container[int], shown: Container[int]) -> dict[int, int]:
    """Photo -> anchor for the photos that left the stream; the newest correction of a photo counts.

    ``dated``: photos that could be anchors, ``shown``: photos that could be moved. A move whose anchors are all gone
    lies dormant: its photos are in the stream. Photos that stand apart ("not this" of an event) share an anchor that is
    one of themselves.
    """
    said: dict[int, Correction] = {}
    for each in corrections.read(conn, "move", "exclude"):
        if each.kind == "move" or each.payload.get("group_kind") == "events":
            said.update((photo, each) for photo in from_runs(each.payload["photos"]) if photo in shown)
    apart = _apart(said)
    out = dict(apart)
    waiting = {photo: each for photo, each in said.items() if photo not in apart}
    while True:
        gone = {photo for photo, each in waiting.items() if _anchor(each, dated, waiting, apart) is None}
        if not gone:
            break
        waiting = {photo: each for photo, each in waiting.items() if photo not in gone}
    for photo, each in waiting.items():
        anchor = _anchor(each, dated, waiting, apart)
        if anchor is not None:
            out[photo] = anchor
    return out


def _apart(said: dict[int, Correction]) -> dict[int, int]:
    """Photos excluded from an event, with the first of each correction as the anchor of all of its photos."""
    first: dict[int, int] = {}
    out: dict[int, int] = {}
    for photo in sorted(said):
        if said[photo].kind == "exclude":
            out[photo] = first.setdefault(said[photo].id, photo)
    return out


def _anchor(each: Correction, dated: Container[int], waiting: Container[int], apart: Container[int]) -> int | None:
    """The first anchor that is still in the stream."""
    anchors: list[int] = each.payload["anchors"]
    return next((a for a in anchors if a in dated and a not in waiting and a not in apart), None)
