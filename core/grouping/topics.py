"""Topics alone, found anew from what is written beside the photos now."""

from __future__ import annotations

import time

from core.correct import replay
from core.group import moves, quality, topics
from core.group.topics import DEFAULT, TopicParams
from core.grouping import write
from core.grouping.table import read_table
from core.grouping.texts import read_texts
from core.progress import Progress
from core.records import Change
from core.store.store import Store


def regroup(store: Store, progress: Progress, *, params: TopicParams = DEFAULT, seed: int = 0) -> int:
    """Find the topics and store them, as a whole grouping does; returns how many there are. Raises Cancelled."""
    progress.phase("Finding topics", 3, "steps")
    started = time.monotonic()
    with store.read() as conn:
        table = read_table(conn)
        texts = read_texts(conn, table.ids)
        excluded = replay.inputs(conn, table).excluded.get("topics", ())
    progress.advance()
    progress.check()
    found = topics.find(texts, params=params, seed=seed)
    moves.exclude(found, excluded)
    quality.choose_covers(table, found.groups)
    progress.advance()
    progress.check()
    with store.write(Change(groups=True)) as conn:
        write.write_found(conn, found, table, time.monotonic() - started)
    progress.advance()
    return len(found.groups)
