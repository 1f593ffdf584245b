"""What each correction says, as rows to keep: one function per thing the person may say. Nothing is changed here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.correct import replay, rows, stretch
from core.correct.replay import PAIR_SCOPES, Key
from core.correct.rows import Stored
from core.group.kinds import KINDS
from core.records import LEVELS
from core.store import corrections, wording
from core.store import schema as s
from core.store.journal import to_runs
from core.store.wall_columns import VISIBLE

Payload = dict[str, Any]
MOST_PAIRS = 20
"""Of so many photos at once each two may be said to be different."""
ANCHORS = 5


@dataclass(slots=True)
class Plan:
    """``name`` of the operation; ``add``: corrections (kind, payload), the main one last; ``off``: ids of those that it
    takes back."""

    name: str
    add: list[tuple[str, Payload]] = field(default_factory=list)
    off: list[int] = field(default_factory=list)


# ---------------------------------------------------------------- the line


def split(conn: Connection, before: int, after: int, level: str = "events") -> Plan:
    a, b = _in_order(conn, before, after)
    return Plan(f"Split of {_title_at(conn, a, level)}", [_line("different", a, b, level)])


def pin(conn: Connection, before: int, after: int, on: bool, level: str = "events") -> Plan:
    a, b = _in_order(conn, before, after)
    where = _title_at(conn, a, level)
    if on:
        return Plan(f"Boundary after {where}", [_line("different", a, b, level)])
    return Plan(f"No boundary after {where}", [_line("same", a, b, level)])


def move_boundary(
    conn: Connection, before: int, after: int, new_before: int, new_after: int, level: str = "events"
) -> Plan:
    a, b = _in_order(conn, before, after)
    c, d = _in_order(conn, new_before, new_after)
    if (a, b) == (c, d):
        raise ValueError("The boundary is there already.")
    return Plan(
        f"Move of the end of {_title_at(conn, a, level)}", [_line("same", a, b, level), _line("different", c, d, level)]
    )


def _in_order(conn: Connection, before: int, after: int) -> tuple[int, int]:
    """Two different dated photos, the earlier one first."""
    keys = replay.keys_of(conn, (before, after))
    for photo in (before, after):
        if photo not in keys:
            raise ValueError(f"Photo {photo} has no time of capture.")
    if before == after:
        raise ValueError("These are one and the same photo.")
    first, last = sorted((before, after), key=keys.__getitem__)
    return first, last


def _line(kind: str, a: int, b: int, level: str, **more: Any) -> tuple[str, Payload]:
    if level not in LEVELS:
        raise ValueError(f"no such level: {level}")
    return kind, {"scope": "line", "level": level, "a": int(a), "b": int(b), **more}


def _title_at(conn: Connection, photo: int, level: str) -> str:
    """The title of the event (or trip) that a photo is in."""
    for kind in ("trips", "events") if level == "trips" else ("events",):
        for group in rows.read(conn, rows.ids_holding(conn, kind, [photo])).values():
            return str(group.row["title"])
    return "the line"


# ---------------------------------------------------------------- whole groups


def merge(conn: Connection, group_ids: Sequence[int]) -> Plan:
    groups = [_group(conn, number) for number in dict.fromkeys(group_ids)]
    kinds = {group.row["kind"] for group in groups}
    if len(groups) < 2 or len(kinds) != 1:
        raise ValueError("Two groups of one kind, or more, can be merged.")
    kind = kinds.pop()
    name = f"Merge of {_titles(groups)}"
    if kind in PAIR_SCOPES:
        ends = [_face(group) for group in groups]
        return Plan(name, [_pair("same", kind, ends[0], other) for other in ends[1:]])
    if kind not in ("events", "trips"):
        raise ValueError(f"Groups of {kind} cannot be merged.")
    spans = sorted(filter(None, (line_span(conn, group) for group in groups)))
    aside = [group for group in groups if line_span(conn, group) is None]
    add = [_line("same", spans[0][1][1], spans[-1][0][1], kind)] if len(spans) > 1 else []
    if aside and spans:
        host = next(group for group in groups if line_span(conn, group) == spans[0])
        add += move(conn, sorted({p for group in aside for p in group.members}), host.id).add
    if not add:
        raise ValueError("None of these photos has a place in time.")
    return Plan(name, add)


def line_span(conn: Connection, group: Stored) -> tuple[Key, Key] | None:
    """The first and last photo of a group on the line."""
    off = replay.off_line(conn, corrections.read(conn, "move", "exclude"))
    keys = sorted(_shown_keys(conn, [p for p in group.members if p not in off]).values())
    return (keys[0], keys[-1]) if keys else None


def _shown_keys(conn: Connection, photos: Sequence[int]) -> dict[int, Key]:
    cursor = conn.exec_driver_sql(
        f"SELECT id, instant FROM photo WHERE {VISIBLE} AND instant IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(photos)),),
    )
    return {row[0]: (row[1], row[0]) for row in cursor}


def _group(conn: Connection, number: int) -> Stored:
    """Raises KeyError."""
    return rows.read(conn, [number])[number]


def _titles(groups: Sequence[Stored]) -> str:
    titles = [str(group.row["title"]) for group in groups]
    return " and ".join(titles) if len(titles) == 2 else f"{titles[0]} and {len(titles) - 1} more"


def _face(group: Stored) -> int:
    cover = group.row["cover_id"]
    return int(cover) if cover in group.members else max(group.members, key=lambda p: (group.members[p][0], -p))


def rename(conn: Connection, group_id: int, title: str) -> Plan:
    group = _group(conn, group_id)
    title = " ".join(title.split())
    if not title:
        raise ValueError("A name needs at least one letter.")
    return Plan(f"Renaming of {group.row['title']}", [("name", {**_known(group), "title": title})])


def cover(conn: Connection, group_id: int, photo_id: int) -> Plan:
    group = _group(conn, group_id)
    if photo_id not in group.members:
        raise ValueError(f"Photo {photo_id} is not in {group.row['title']}.")
    return Plan(f"Cover of {group.row['title']}", [("cover", {**_known(group), "photo": int(photo_id)})])


def _known(group: Stored) -> Payload:
    runs = to_runs(sorted(group.members))
    return {"group_kind": group.row["kind"], "group": group.id, "key": group.row["key"], "members": runs}


# ---------------------------------------------------------------- photos and groups


def move(conn: Connection, photo_ids: Sequence[int], group_id: int) -> Plan:
    group, photos = _group(conn, group_id), _photos(photo_ids)
    name = f"Move of {wording.photos(len(photos))} to {group.row['title']}"
    kind = group.row["kind"]
    if kind == "kinds":
        return Plan(name, kind_of(conn, photos, group.row["key"], True).add)
    if kind in PAIR_SCOPES:
        face = next((p for p in [_face(group), *group.members] if p not in photos), None)
        if face is None:
            raise ValueError("The photos are there already.")
        return Plan(name, [_pair("same", kind, face, p) for p in photos])
    if kind not in ("events", "trips"):
        raise ValueError(f"Photos cannot be moved to a group of {kind}.")
    home = _going_home(conn, group, photos)
    if home is not None:
        return Plan(name, [], home)
    anchors = _anchors(conn, group, photos)
    if anchors:
        add = _kept_edges(conn, photos)
        return Plan(name, [*add, ("move", {"photos": to_runs(photos), "anchors": anchors})])
    if not group.row["key"].startswith("apart"):
        raise ValueError(f"{group.row['title']} has no photo with a place in time.")
    together = to_runs(sorted({*photos, *group.members}))
    said = {"group_kind": "events", "photos": together, "anchors": [], "key": None}
    return Plan(name, [*_kept_edges(conn, photos), ("exclude", said)])


def _going_home(conn: Connection, group: Stored, photos: list[int]) -> list[int] | None:
    """The corrections that keep photos away from a group which they would be in by themselves; None where any of them
    needs more than those taken back."""
    said = corrections.read(conn, "move", "exclude")
    off, by = replay.off_line(conn, said), replay.moved_by(said)
    keys = replay.keys_of(conn, photos)
    covered = {p for p, each in by.items() if each in {by.get(p, 0) for p in photos}}
    if not all(p in off and p in keys for p in photos) or covered != set(photos):
        return None
    for p in photos:
        ends = (stretch.beside(conn, keys[p], off, later=later) for later in (False, True))
        if not all(end is not None and end[1] in group.members for end in ends):
            return None
    return sorted({by[p] for p in photos})


def _anchors(conn: Connection, group: Stored, photos: list[int]) -> list[int]:
    """A few photos of a group that stand on the line, the middle one first."""
    off = replay.off_line(conn, corrections.read(conn, "move", "exclude"))
    staying = [p for p in group.members if p not in off and p not in set(photos)]
    keys = sorted(_shown_keys(conn, staying).values())
    if group.row["kind"] == "trips" and keys:
        mine = sorted(replay.keys_of(conn, photos).values())
        middle = mine[len(mine) // 2] if mine else keys[len(keys) // 2]
        keys.sort(key=lambda key: abs(key[0] - middle[0]))
        return [key[1] for key in keys[:ANCHORS]]
    n = len(keys)
    spots = [n // 2, n // 4, (3 * n) // 4, 0, n - 1]
    return list(dict.fromkeys(keys[i][1] for i in spots if 0 <= i < n))[:ANCHORS]


def _kept_edges(conn: Connection, photos: list[int]) -> list[tuple[str, Payload]]:
    """Where photos that leave the line are all that stands between two events, the two stay parted."""
    off = {**replay.off_line(conn, corrections.read(conn, "move", "exclude")), **dict.fromkeys(photos, 0)}
    pairs: dict[tuple[int, int], None] = {}
    for key in sorted(replay.keys_of(conn, photos).values()):
        before = stretch.beside(conn, key, off, later=False)
        after = stretch.beside(conn, key, off, later=True)
        if before and after:
            pairs[before[1], after[1]] = None
    out = []
    for before_id, after_id in pairs:
        of = [rows.ids_holding(conn, "events", [p]) for p in (before_id, after_id)]
        if of[0] != of[1] and of[0] and of[1]:
            out.append(_line("different", before_id, after_id, "events", implied=True))
    return out


def exclude(conn: Connection, photo_ids: Sequence[int], group_id: int) -> Plan:
    group = _group(conn, group_id)
    photos = [p for p in _photos(photo_ids) if p in group.members]
    if not photos:
        raise ValueError(f"None of these photos is in {group.row['title']}.")
    name = f"“Not this” of {wording.photos(len(photos))} in {group.row['title']}"
    kind = group.row["kind"]
    if kind == "kinds":
        return Plan(name, kind_of(conn, photos, group.row["key"], False).add)
    if kind == "trips":
        raise ValueError("Photos leave a trip when they are moved to an event, or the trip is split.")
    said = {"group_kind": kind, "photos": to_runs(photos), "key": group.row["key"] if kind == "places" else None}
    if kind == "events":
        return Plan(name, [*_kept_edges(conn, photos), ("exclude", {**said, "anchors": []})])
    rest = sorted((p for p in group.members if p not in photos), key=lambda p: (-group.members[p][0], p))
    return Plan(name, [("exclude", {**said, "anchors": [] if kind == "places" else rest[:10]})])


def same(conn: Connection, photo_ids: Sequence[int], kind: str) -> Plan:
    photos = _photos(photo_ids, least=2)
    name = f"{wording.photos(len(photos))} are the same"
    if kind in ("events", "trips"):
        a, b = _ends(conn, photos)
        return Plan(name, [_line("same", a, b, kind)])
    return Plan(name, [_pair("same", kind, photos[0], p) for p in photos[1:]])


def different(conn: Connection, photo_ids: Sequence[int], kind: str) -> Plan:
    photos = _photos(photo_ids, least=2)
    name = f"{wording.photos(len(photos))} are not the same"
    if len(photos) > MOST_PAIRS:
        raise ValueError(f"At most {MOST_PAIRS} photos can be told apart at once.")
    if kind in ("events", "trips"):
        _ends(conn, photos)
        order = [key[1] for key in sorted(replay.keys_of(conn, photos).values())]
        return Plan(name, [_line("different", a, b, kind) for a, b in pairwise(order)])
    return Plan(name, [_pair("different", kind, a, b) for i, a in enumerate(photos) for b in photos[i + 1 :]])


def _ends(conn: Connection, photos: list[int]) -> tuple[int, int]:
    keys = sorted(replay.keys_of(conn, photos).values())
    if len(keys) != len(photos):
        raise ValueError("Some of these photos have no time of capture.")
    return keys[0][1], keys[-1][1]


def _pair(said: str, kind: str, a: int, b: int) -> tuple[str, Payload]:
    if kind not in PAIR_SCOPES:
        raise ValueError(f"no such kind of sets: {kind}")
    return said, {"scope": kind, "a": int(a), "b": int(b)}


def _photos(photo_ids: Sequence[int], *, least: int = 1) -> list[int]:
    photos = sorted({int(i) for i in photo_ids})
    if len(photos) < least:
        raise ValueError("Choose two photos or more." if least > 1 else "Choose at least one photo.")
    return photos


# ---------------------------------------------------------------- kinds, clocks, questions


def kind_of(conn: Connection, photo_ids: Sequence[int], kind: str, is_one: bool) -> Plan:
    photos = _photos(photo_ids)
    taught = {c.payload["kind"]: c.payload["title"] for c in corrections.read(conn, "new_kind")}
    if kind not in KINDS and kind not in taught:
        raise ValueError(f"no such kind of photograph: {kind}")
    title = taught.get(kind) or KINDS[kind][0]
    word = "to" if is_one else "out of"
    payload = {"photos": to_runs(photos), "kind": kind, "is": bool(is_one)}
    return Plan(f"{wording.photos(len(photos))} {word} {title}", [("kind", payload)])


def new_kind(conn: Connection, title: str, photo_ids: Sequence[int]) -> Plan:
    title = " ".join(title.split())
    kind = re.sub(r"[^\w]+", "-", title.lower()).strip("-")
    if not kind:
        raise ValueError("A kind needs a name.")
    taught = {c.payload["kind"] for c in corrections.read(conn, "new_kind")}
    photos = {"photos": to_runs(_photos(photo_ids)), "kind": kind, "is": True}
    first = [] if kind in KINDS or kind in taught else [("new_kind", {"kind": kind, "title": title})]
    return Plan(f"New kind {title}", [*first, ("kind", photos)])


def clock(conn: Connection, camera: str, seconds: float, start: float | None = None, end: float | None = None) -> Plan:
    known = conn.execute(select(s.photo.c.id).where(s.photo.c.camera == camera).limit(1)).first()
    if known is None:
        raise ValueError(f"No photo was taken with {camera}.")
    if not seconds:
        raise ValueError("A clock that is off by nothing needs no correction.")
    payload = {"camera": camera, "seconds": float(seconds), "start": start, "end": end}
    return Plan(f"Clock of {camera}", [("clock", payload)])


def dismiss(_conn: Connection, question_key: str) -> Plan:
    return Plan("Question put aside", [("dismiss", {"question": question_key})])


def forget(conn: Connection, correction_ids: Sequence[int]) -> Plan:
    """Corrections go out of force; what else they hold up stays."""
    active = {each.id for each in corrections.read(conn)}
    off = [int(i) for i in correction_ids if int(i) in active]
    if not off:
        raise ValueError("That is not in force any more.")
    return Plan("Correction taken back", [], off)


PLANS: dict[str, Callable[..., Plan]] = {
    "split": split, "merge": merge, "move": move, "exclude": exclude, "rename": rename, "cover": cover, "same": same,
    "different": different, "kind": kind_of, "new_kind": new_kind, "pin": pin, "clock": clock,
    "move_boundary": move_boundary, "dismiss": dismiss,
    "forget": forget,
}  # fmt: skip
