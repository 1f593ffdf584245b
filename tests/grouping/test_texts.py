"""What is written beside the photos of a store, and the topics that a grouping makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import grouping
from core.correct.corrections import Corrections
from core.group.topics import TopicParams
from core.grouping import topics
from core.grouping.table import read_table
from core.grouping.texts import read_texts
from core.progress import Progress
from core.store import journal, queries_groups
from core.store.store import Store
from tests.support.libraries import make_library

CAPTIONS = {
    "cake": "Birthday cake with candles and a song",
    "cake2": "Candles on the birthday cake, presents",
    "cake3": "Birthday song before the presents",
    "hike": "Glacier below the summit ridge",
    "hike2": "Summit ridge above the hut",
    "hike3": "From the hut to the glacier",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    make_library(tmp_path / "library", 60)
    opened = Store.open(tmp_path / "library")
    with opened.write() as conn:
        for photo in range(1, 61):
            said = {"caption": list(CAPTIONS.values())[photo % 6]} if photo <= 48 else {}
            details = json.dumps({**said, "keywords": ["outing"]} if photo == 2 else said)
            conn.exec_driver_sql("UPDATE photo SET details = ? WHERE id = ?", (details, photo))
    yield opened
    opened.close()


def test_captions_keywords_and_names_are_read(store: Store) -> None:
    with store.write() as conn:
        conn.exec_driver_sql("UPDATE file SET name = CAST('garden party.jpg' AS BLOB) WHERE photo_id = 50")
        table = read_table(conn)
        texts = read_texts(conn, table.ids)
    of = {int(photo): texts.code[row] for row, photo in enumerate(table.ids)}
    assert {"cake", "birthday", "presents"} <= set(texts.bags[of[1]])
    assert "outing" in texts.bags[of[2]]
    assert {"garden", "party"} <= set(texts.bags[of[50]])
    assert not {"img", "dcim", "pictures"} & {word for bag in texts.bags for word in bag}


def _tagged(store: Store) -> set[int]:
    query = "SELECT m.photo_id FROM membership m JOIN \"group\" g ON g.id = m.group_id WHERE g.kind = 'topics'"
    with store.read() as conn:
        return {row[0] for row in conn.exec_driver_sql(query)}


def test_a_grouping_finds_topics_and_a_photo_can_be_taken_out(store: Store) -> None:
    grouping.run(store, Progress())
    with store.read() as conn:
        found = queries_groups.groups(conn, "topics")
        (cake,) = [group for group in found if {"birthday", "song"} & set(group.title.lower().split(", "))]
        members = [r[0] for r in conn.exec_driver_sql("SELECT photo_id FROM membership WHERE group_id = ?", (cake.id,))]
    assert len(found) == 2
    assert sorted(members) == [photo for photo in range(1, 49) if photo % 6 < 3]
    assert _tagged(store) == set(range(1, 49))
    Corrections(store).exclude(members[:1], cake.id)
    assert _tagged(store) == set(range(1, 49)) - set(members[:1])
    grouping.run(store, Progress())
    assert _tagged(store) == set(range(1, 49)) - set(members[:1]), "it stays out in the next grouping"
    with store.write() as conn:
        journal.undo(conn)
    grouping.run(store, Progress())
    assert _tagged(store) == set(range(1, 49))


def test_topics_alone_are_found_anew(store: Store) -> None:
    grouping.run(store, Progress())
    with store.read() as conn:
        before = queries_groups.groups(conn, "topics")
    assert topics.regroup(store, Progress()) == 2
    with store.read() as conn:
        after = queries_groups.groups(conn, "topics")
    assert [(g.id, g.title, g.n_photos, g.cover) for g in after] == [
        (g.id, g.title, g.n_photos, g.cover) for g in before
    ]
    assert topics.regroup(store, Progress(), params=TopicParams(most=1)) == 1
