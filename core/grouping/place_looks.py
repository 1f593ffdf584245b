"""What new photos show: kinds, bursts, copies, near-duplicates, and the look-alikes that would have them."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.correct.replay import Said
from core.group import bursts, duplicates, kinds
from core.group.base import Inputs, PhotoTable
from core.grouping import joining
from core.grouping.table import read_copies, read_table
from core.records import FLAG_BURST
from core.store.columns import int_columns
from core.store.queries_vectors import EmbedderRow, current_embedder, looks_embedder, nearest_rows, vector_row
from core.store.store import Store

I64 = NDArray[np.int64]
F32 = NDArray[np.float32]

VOTERS = 10
"""Nearest photos that vote for a group of look-alikes."""

SAMPLE, QUANTILE = 64, 0.1
"""Members looked at to learn how alike a group is, and the quantile of their likeness a new one must reach."""


def place(store: Store, conn: Connection, around: PhotoTable, new: I64, said: Said, inputs: Inputs) -> int:
    """Give new photos their groups by look; returns how many wait unsorted."""
    rows = np.flatnonzero(np.isin(around.ids, new))
    _kinds(store, conn, take(around, rows), said)
    found = bursts.find(around)
    joining.join(conn, found, around, new)
    _flag_bursts(conn, new)
    _identical(conn, new)
    if around.vectors is None:
        return 0
    seen = [row for row in rows.tolist() if bool(np.any(around.vectors[row]))]
    near = {int(around.ids[row]): nearest(store, conn, np.asarray(around.vectors[row])) for row in seen}
    _duplicates(conn, around, new, near)
    return _lookalikes(store, conn, by_looks(store, conn, near), said)


def take(table: PhotoTable, rows: I64) -> PhotoTable:
    """Some rows of a table as a table."""
    plain = ("ids", "instant", "local", "lat", "lon", "camera", "width", "height", "dhash", "has_dhash", "content")
    return PhotoTable(
        **{name: getattr(table, name)[rows] for name in plain},
        vectors=None if table.vectors is None else table.vectors[rows],
        probabilities=None if table.probabilities is None else table.probabilities[rows],
        columns={name: column[rows] for name, column in table.columns.items()},
        labels=table.labels,
    )


def _kinds(store: Store, conn: Connection, few: PhotoTable, said: Said) -> None:
    """New photos join the kinds they are of, as learned; what the person said of a photo holds."""
    from core.learn import kinds as lessons

    taught = kinds.Taught(titles=said.taught, probes=lessons.load(store))
    rows = conn.exec_driver_sql('SELECT "key", id FROM "group" WHERE kind = \'kinds\'')
    stored: dict[str, int] = {row[0]: row[1] for row in rows}
    for group in kinds.find(few, taught=taught).groups:
        ids, strengths = few.ids[group.members].tolist(), group.strengths.tolist()
        spoken = said.kinds.get(group.key, {})
        members = {
            photo: (strength, reason)
            for photo, strength, reason in zip(ids, strengths, group.reasons, strict=True)
            if spoken.get(photo, 1) > 0
        }
        if not members:
            continue
        if group.key in stored:
            joining.add(conn, "kinds", stored[group.key], members)
        else:
            joining.create(conn, "kinds", group, few)


def _flag_bursts(conn: Connection, new: I64) -> None:
    """The burst badge of the bursts that hold new photos."""
    conn.exec_driver_sql(
        f"""UPDATE photo SET flags = flags | {FLAG_BURST} WHERE id IN (
            SELECT m.photo_id FROM membership m WHERE m.group_id IN (
                SELECT o.group_id FROM json_each(?) j CROSS JOIN membership o ON o.photo_id = j.value
                JOIN "group" g ON g.id = o.group_id AND g.kind = 'bursts'))""",
        (json.dumps(new.tolist()),),
    )


def _identical(conn: Connection, new: I64) -> None:
    """Files with the same bytes, by content hash."""
    wanted = json.dumps(new.tolist())
    (twins,) = int_columns(
        conn,
        ["q.id"],
        "FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value CROSS JOIN photo q"
        " ON q.content_hash = p.content_hash WHERE p.content_hash IS NOT NULL",
        (wanted,),
    )
    table = read_table(conn, sorted({*twins.tolist(), *new.tolist()}))
    copies = read_copies(conn, table.ids)
    joining.join(conn, duplicates.find_identical(table, copies), table, new, least=1)


def _duplicates(conn: Connection, around: PhotoTable, new: I64, near: dict[int, list[tuple[int, float]]]) -> None:
    """Near-duplicates among the new photos, their neighbours in time and the photos most like them."""
    wanted = {photo for found in near.values() for photo, _ in found} | set(near)
    table = read_table(conn, sorted(wanted)) if wanted else None
    if table is None or len(table) < 2:
        return
    joining.join(conn, duplicates.find(table), table, new)


def by_looks(
    store: Store, conn: Connection, near: dict[int, list[tuple[int, float]]]
) -> dict[int, list[tuple[int, float]]]:
    """The nearest photos of the same ones by the vectors that look-alikes are made of."""
    used = looks_embedder(conn)
    if used is None or used == current_embedder(conn):
        return near
    stored = store.vectors(used.name, used.version, used.dim).rows()
    at = {photo: vector_row(conn, used.id, photo) for photo in near}
    return {photo: nearest(store, conn, np.array(stored[row[0]]), used) for photo, row in at.items() if row is not None}


def nearest(
    store: Store, conn: Connection, vector: NDArray[np.float16], used: EmbedderRow | None = None
) -> list[tuple[int, float]]:
    """(photo, cosine) of the shown photos most like a vector (of the library's embedder, or another), best first."""
    used = used or current_embedder(conn)
    if used is None:
        return []
    rows, scores = nearest_rows(store, used, vector, VOTERS + 1)
    found = conn.exec_driver_sql(
        "SELECT v.row, v.photo_id FROM json_each(?) j CROSS JOIN vector v ON v.embedder_id = ? AND v.row = j.value"
        " JOIN photo p ON p.id = v.photo_id WHERE NOT p.hidden",
        (json.dumps(rows.tolist()), used.id),
    )
    of = {row[0]: row[1] for row in found}
    return [(of[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True) if row in of]


def _lookalikes(store: Store, conn: Connection, near: dict[int, list[tuple[int, float]]], said: Said) -> int:
    """Each new photo joins the group that most of its nearest photos are in, if it is as alike to them as its members
    are to each other; returns how many photos no group would take."""
    alone = 0
    parted = {frozenset((p.a, p.b)) for p in said.pairs.get("lookalikes", []) if p.cut}
    for photo, found in near.items():
        voters = [(other, cosine) for other, cosine in found if other != photo][:VOTERS]
        number = _elected(conn, [other for other, _ in voters])
        likeness = float(np.mean([cosine for _, cosine in voters[:3]])) if voters else -1.0
        if number is None or likeness < _own_likeness(store, conn, number) or _is_parted(conn, photo, number, parted):
            alone += 1
            continue
        joining.add(conn, "lookalikes", number, {photo: (max(likeness, 0.0), {"cosine": round(likeness, 4)})})
    return alone


def _elected(conn: Connection, voters: list[int]) -> int | None:
    """The smallest group of look-alikes that half of the voters are in."""
    rows = conn.exec_driver_sql(
        "SELECT m.group_id, count(*), g.n_photos FROM json_each(?) j CROSS JOIN membership m ON m.photo_id = j.value"
        " JOIN \"group\" g ON g.id = m.group_id AND g.kind = 'lookalikes' GROUP BY m.group_id ORDER BY g.n_photos, 1",
        (json.dumps(voters),),
    )
    return next((row[0] for row in rows if 2 * row[1] >= max(len(voters), 1)), None)


def _own_likeness(store: Store, conn: Connection, number: int) -> float:
    """How alike a group's members are to the most alike of them: a low quantile over a sample."""
    used = looks_embedder(conn)
    if used is None:
        return 2.0
    rows = conn.exec_driver_sql(
        "SELECT v.row FROM membership m JOIN vector v ON v.photo_id = m.photo_id AND v.embedder_id = ?"
        f" WHERE m.group_id = ? ORDER BY m.photo_id * 2654435761 % 4294967296 LIMIT {SAMPLE}",
        (used.id, number),
    ).fetchall()
    if len(rows) < 2:
        return 2.0
    vectors: F32 = np.asarray(
        store.vectors(used.name, used.version, used.dim).rows()[[row[0] for row in rows]], np.float32
    )
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -1.0)
    return float(np.quantile(cosine.max(axis=1), QUANTILE))


def _is_parted(conn: Connection, photo: int, number: int, parted: set[frozenset[int]]) -> bool:
    """Whether the person said of someone in the group that it is not like this photo."""
    others = {other for pair in parted if photo in pair for other in pair} - {photo}
    if not others:
        return False
    row = conn.exec_driver_sql(
        "SELECT 1 FROM membership WHERE group_id = ? AND photo_id IN (SELECT value FROM json_each(?))",
        (number, json.dumps(sorted(others))),
    ).first()
    return row is not None
