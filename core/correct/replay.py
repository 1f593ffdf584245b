"""What the person said, as it is in force now: read from the store, contradictions settled, ready for any grouping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.group.base import Exclusion, Inputs, LineConstraint, Pairs, PhotoTable
from core.group.constraints import Pair, resolve, resolve_pairs
from core.records import LEVELS
from core.records_corrections import Correction
from core.store import corrections
from core.store.journal import from_runs
from core.store.moves import moves
from core.store.schema import STAGE_FAILED

Key = tuple[float, int]
"""A photo's place in time: its instant, then its id."""

PAIR_SCOPES = ("lookalikes", "duplicates", "bursts")
BY_KEY = ("kinds", "places")
"""Kinds of groups whose keys are names, so that an exclusion can speak of them."""


@dataclass(frozen=True, slots=True)
class LineSaid:
    """An accepted constraint of the line between the photos ``a`` and ``b``, the earlier one first."""

    a: int
    b: int
    key_a: Key
    key_b: Key
    threshold: float
    cut: bool
    correction: int


@dataclass(frozen=True, slots=True)
class Said:
    """Corrections in force, by photo ids. ``dormant``: ids of those that cannot hold while photos' times are what they
    are. ``off``: photos that left the line -> the photo whose piece they belong to; ``moved_by``: the correction that
    took each off. ``pairs``: accepted ones by kind of group. ``excluded``: by kind of group (photos, anchors, key)."""

    line: list[LineSaid]
    dormant: set[int]
    off: dict[int, int] = field(default_factory=dict)
    moved_by: dict[int, int] = field(default_factory=dict)
    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    excluded: dict[str, list[tuple[list[int], list[int], str | None]]] = field(default_factory=dict)
    kinds: dict[str, dict[int, int]] = field(default_factory=dict)
    taught: dict[str, str] = field(default_factory=dict)


def read(conn: Connection) -> Said:
    """Everything in force. ``kinds``: by kind, photo -> the correction's id, negative where it is not of the kind."""
    said = corrections.read(conn)
    line, dormant = line_said(conn, said)
    out = Said(line, dormant, off_line(conn, said), moved_by(said))
    for scope in PAIR_SCOPES:
        kept, gone = resolve_pairs(pairs_said(said, scope))
        out.pairs[scope] = kept
        out.dormant.update({p.correction for p in gone} - {p.correction for p in kept})
    for each in said:
        payload = each.payload
        if each.kind == "exclude" and payload["group_kind"] != "events":
            parts = (from_runs(payload["photos"]), list(payload["anchors"]), payload.get("key"))
            out.excluded.setdefault(payload["group_kind"], []).append(parts)
        elif each.kind == "kind":
            sign = 1 if payload["is"] else -1
            photos = dict.fromkeys(from_runs(payload["photos"]), sign * each.id)
            out.kinds.setdefault(payload["kind"], {}).update(photos)
        elif each.kind == "new_kind":
            out.taught[payload["kind"]] = payload["title"]
    return out


# ---------------------------------------------------------------- the line


def keys_of(conn: Connection, photos: Iterable[int]) -> dict[int, Key]:
    """Where photos stand in time, shown or not; undated and unknown ones are left out."""
    wanted = json.dumps(sorted({int(i) for i in photos}))
    found = conn.exec_driver_sql(
        "SELECT id, instant FROM photo WHERE id IN (SELECT value FROM json_each(?)) AND instant IS NOT NULL", (wanted,)
    )
    return {row[0]: (row[1], row[0]) for row in found}


def line_said(
    conn: Connection, said: Sequence[Correction], *, keys: dict[int, Key] | None = None
) -> tuple[list[LineSaid], set[int]]:
    """(accepted constraints of the line, ids of those that lie dormant). They are settled in the order of all photos'
    times, so that hiding or moving a photo changes nothing of it."""
    spoken = [c for c in said if c.kind in ("same", "different") and c.payload["scope"] == "line"]
    keys = keys_of(conn, (c.payload[end] for c in spoken for end in ("a", "b"))) if keys is None else keys
    order = sorted(keys, key=keys.__getitem__)
    rank = {photo: i for i, photo in enumerate(order)}
    ready = [
        LineConstraint(rank[c.payload["a"]], rank[c.payload["b"]], LEVELS[c.payload["level"]], c.kind != "same", c.id)
        for c in spoken
        if c.payload["a"] in rank and c.payload["b"] in rank
    ]
    accepted, _ = resolve(ready)
    out = [
        LineSaid(order[c.a], order[c.b], keys[order[c.a]], keys[order[c.b]], c.threshold, c.cut, c.correction)
        for c in accepted
    ]
    return out, {c.id for c in spoken} - {c.correction for c in accepted}


def off_line(conn: Connection, said: Sequence[Correction]) -> dict[int, int]:
    """Photos that left the line -> the photo whose piece they belong to (themselves or one beside them: apart)."""
    asked: set[int] = set()
    for each in said:
        if each.kind == "move" or (each.kind == "exclude" and each.payload["group_kind"] == "events"):
            asked.update(from_runs(each.payload["photos"]), each.payload["anchors"])
    if not asked:
        return {}
    rows = conn.exec_driver_sql(
        "SELECT id, instant IS NOT NULL FROM photo WHERE id IN (SELECT value FROM json_each(?))"
        f" AND NOT hidden AND stage != {STAGE_FAILED}",
        (json.dumps(sorted(asked)),),
    ).fetchall()
    return moves(conn, {row[0] for row in rows if row[1]}, {row[0] for row in rows})


def moved_by(said: Sequence[Correction]) -> dict[int, int]:
    """Photo -> the newest correction that takes it off the line."""
    out: dict[int, int] = {}
    for each in said:
        if each.kind == "move" or (each.kind == "exclude" and each.payload["group_kind"] == "events"):
            out.update(dict.fromkeys(from_runs(each.payload["photos"]), each.id))
    return out


def pairs_said(said: Sequence[Correction], scope: str) -> list[Pair]:
    """All pairs in force of a kind of group; "not this" parts its photos from the anchors."""
    found = []
    for each in said:
        payload = each.payload
        if each.kind in ("same", "different") and payload["scope"] == scope:
            found.append(Pair(payload["a"], payload["b"], each.kind == "different", each.id))
        elif each.kind == "exclude" and payload["group_kind"] == scope:
            photos = from_runs(payload["photos"])
            found += [Pair(p, a, True, each.id) for p in photos for a in payload["anchors"] if a != p]
    return found


# ---------------------------------------------------------------- for a full regrouping


def inputs(conn: Connection, table: PhotoTable) -> Inputs:
    """What the person said, in positions of the table. The table must hold every photo that is shown."""
    said = read(conn)
    at = {int(i): k for k, i in enumerate(table.ids.tolist())}
    return Inputs(
        line=line_inputs(said, table),
        moves=np.array([(at[p], at[a]) for p, a in said.off.items() if p in at and a in at], np.int64).reshape(-1, 2),
        pairs={scope: _pair_positions(pairs, at) for scope, pairs in said.pairs.items() if pairs},
        excluded={
            kind: tuple(Exclusion(_known(photos, at), _known(anchors, at), key) for photos, anchors, key in parts)
            for kind, parts in said.excluded.items()
        },
        kinds={kind: _yes_and_no(photos, at) for kind, photos in said.kinds.items()},
        taught=dict(said.taught),
    )


def line_inputs(said: Said, table: PhotoTable) -> tuple[LineConstraint, ...]:
    """The accepted constraints of the line, the newest last. An end that is not in the table (hidden) gives way to its
    neighbour in time: inwards for "the same", outwards for "different"."""
    dated = int(np.isfinite(table.instant).sum())
    instant, ids = table.instant[:dated], table.ids[:dated]
    out = []
    for c in sorted(said.line, key=lambda c: c.correction):
        a = _place(instant, ids, c.key_a, after=not c.cut)
        b = _place(instant, ids, c.key_b, after=c.cut)
        if 0 <= a < b < dated:
            out.append(LineConstraint(a, b, c.threshold, c.cut, c.correction))
    return tuple(out)


def _place(instant: NDArray[np.float64], ids: NDArray[np.int64], key: Key, *, after: bool) -> int:
    """The position of a key among photos in order of (instant, id); else of the next one, or of the one before."""
    low, high = np.searchsorted(instant, key[0], "left"), np.searchsorted(instant, key[0], "right")
    at = int(low + np.searchsorted(ids[low:high], key[1], "left"))
    exact = at < len(ids) and instant[at] == key[0] and ids[at] == key[1]
    return at if exact or after else at - 1


def _known(photos: Iterable[int], at: dict[int, int]) -> tuple[int, ...]:
    return tuple(at[p] for p in photos if p in at)


def _pair_positions(pairs: list[Pair], at: dict[int, int]) -> Pairs:
    known = [p for p in pairs if p.a in at and p.b in at]
    same, different = (tuple((at[p.a], at[p.b]) for p in known if p.cut is cut) for cut in (False, True))
    return same, different


def _yes_and_no(photos: dict[int, int], at: dict[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    yes = [at[p] for p, said in photos.items() if said > 0 and p in at]
    no = [at[p] for p, said in photos.items() if said < 0 and p in at]
    return np.array(sorted(yes), np.int64), np.array(sorted(no), np.int64)
