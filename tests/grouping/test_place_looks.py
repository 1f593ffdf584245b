"""New photos join kinds, bursts, copies and look-alikes by what they show; what no group would take waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, update

from core.grouping import place, state
from core.progress import Progress
from core.records import FLAG_BURST, Change
from core.store import meta, schema
from core.store.store import Store
from tests.support.rows import DAY, MONDAY, add_folder, add_group, add_photo, add_volume

DIM = 16
OLD = 60


def _vector(axis: int, wobble: float, rng: np.random.Generator) -> np.ndarray:
    vector = np.zeros(DIM)
    vector[axis] = 1.0
    vector += wobble * rng.normal(size=DIM)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """60 photos a day apart that look in two ways, each a stored group of look-alikes; all grouped."""
    opened = Store.open(tmp_path / "library")
    rng = np.random.default_rng(0)
    with opened.write(Change(photos=True)) as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
        for number in range(1, OLD + 1):
            add_photo(conn, number, MONDAY + number * DAY, camera="Canon")
        halves = [list(range(1, 31)), list(range(31, OLD + 1))]
        add_group(conn, 1, "lookalikes", "First", halves[0])
        add_group(conn, 2, "lookalikes", "Second", halves[1])
        add_group(conn, 3, "events", "All", [*range(1, OLD + 1)])
        meta.set_meta(conn, meta.EMBEDDER, ["net", "1"])
    _give_vectors(opened, list(range(1, OLD + 1)), [_vector(int(i > 30), 0.05, rng) for i in range(1, OLD + 1)])
    with opened.write() as conn:
        state.note_grouped(conn, np.arange(1, OLD + 1))
    yield opened
    opened.close()


def _give_vectors(store: Store, photos: list[int], vectors: list[np.ndarray]) -> None:
    kept = store.vectors("net", "1", DIM)
    rows = kept.append(np.array(vectors, np.float16))
    with store.write(Change(photos=True)) as conn:
        values = [
            {"embedder_id": kept.embedder_id, "photo_id": photo, "row": int(row), "norm": 1.0}
            for photo, row in zip(photos, rows, strict=True)
        ]
        conn.execute(insert(schema.vector), values)


def _members(store: Store, kind: str) -> dict[int, set[int]]:
    with store.read() as conn:
        rows = conn.exec_driver_sql(
            'SELECT m.group_id, m.photo_id FROM membership m JOIN "group" g ON g.id = m.group_id WHERE g.kind = ?',
            (kind,),
        ).fetchall()
    found: dict[int, set[int]] = {}
    for group, photo in rows:
        found.setdefault(group, set()).add(photo)
    return found


def test_look_alikes_take_what_is_as_alike_as_they_are(store: Store) -> None:
    rng = np.random.default_rng(1)
    with store.write(Change(photos=True)) as conn:
        add_photo(conn, 61, MONDAY + 70 * DAY, camera="Canon")
        add_photo(conn, 62, MONDAY + 71 * DAY, camera="Canon")
    _give_vectors(store, [61, 62], [_vector(1, 0.03, rng), _vector(5, 0.03, rng)])
    placed = place.place_new(store, Progress())
    assert (placed.full, placed.new, placed.unsorted) == (False, 2, 1)
    groups = _members(store, "lookalikes")
    assert 61 in groups[2]
    assert 61 not in groups[1]
    assert not any(62 in photos for photos in groups.values())
    with store.read() as conn:
        assert state.since(conn).unsorted == 1
        count = conn.exec_driver_sql('SELECT n_photos FROM "group" WHERE id = 2').scalar()
    assert count == 31


def test_copies_and_bursts_are_found_around_the_new(store: Store) -> None:
    rng = np.random.default_rng(2)
    vector = _vector(0, 0.02, rng)
    start = MONDAY + 70 * DAY
    with store.write(Change(photos=True)) as conn:
        conn.execute(update(schema.photo).where(schema.photo.c.id == 5).values(content_hash=b"x" * 32))
        add_photo(conn, 61, MONDAY + 5 * DAY, content_hash=b"x" * 32, camera="Canon")
        for number in (62, 63):
            add_photo(conn, number, start + 0.5 * (number - 62), camera="Canon", dhash=number)
    _give_vectors(store, [61, 62, 63], [_vector(0, 0.02, rng), vector, vector])
    assert not place.place_new(store, Progress()).full
    assert {5, 61} in _members(store, "identical").values()
    bursts = [photos for photos in _members(store, "bursts").values() if 62 in photos]
    flagged = set()
    with store.read() as conn:
        flagged = {row[0] for row in conn.exec_driver_sql(f"SELECT id FROM photo WHERE flags & {FLAG_BURST}")}
    assert flagged == (bursts[0] if bursts else set())
    assert any({61, 62, 63} & photos for photos in _members(store, "kinds").values())
