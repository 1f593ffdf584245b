"""What the person called regions of photos: each the superpixels of a photo that it is made of, with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from core.records import Change
from core.store import journal, meta

KEY = "region_tags"
"""Key of ``meta``: [[photo id, runs of superpixels, name], ...], the newest last."""


@dataclass(frozen=True, slots=True)
class RegionTag:
    """A region of a photo: rising superpixel numbers, and its name."""

    photo_id: int
    leaves: tuple[int, ...]
    name: str


def read(conn: Connection) -> list[RegionTag]:
    """All of them, the newest last."""
    rows = meta.get_meta(conn, KEY, [])
    return [RegionTag(photo, tuple(journal.from_runs(runs)), name) for photo, runs, name in rows]


def commands(
    conn: Connection, photo_id: int, leaves: Sequence[int], name: str
) -> tuple[journal.Command, journal.Command]:
    """(forward, inverse) of calling a region so; an empty name takes its name off."""
    wanted = tuple(sorted(leaves))
    before = next((t.name for t in reversed(read(conn)) if t.photo_id == photo_id and t.leaves == wanted), "")
    runs = journal.to_runs(wanted)
    both = [{"do": "tag_region", "photo": photo_id, "leaves": runs, "name": each} for each in (name, before)]
    return both[0], both[1]


def _tag(conn: Connection, command: dict[str, Any]) -> Change:
    rows = [each for each in meta.get_meta(conn, KEY, []) if each[:2] != [command["photo"], command["leaves"]]]
    if command["name"]:
        rows.append([command["photo"], command["leaves"], command["name"]])
    meta.set_meta(conn, KEY, rows)
    return Change(photos=True, ids=(command["photo"],))


journal.COMMANDS["tag_region"] = _tag
