"""What a comparison of vectors is judged by: what the person said of photos, else what the program found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.learn import folders
from core.store import corrections
from core.store.journal import from_runs

I64 = NDArray[np.int64]
FEWEST_PHOTOS, FEWEST_LABELS = 20, 2
"""Photos with a label, and labels with two photos or more, from which a judgement means something."""


def labels(conn: Connection, ids: I64) -> tuple[I64, str]:
    """(int64 [n]: a label of each photo, -1 for none; where they came from: "corrections", "albums", "events" or
    "kinds", the first that says enough). Kinds come last: the CNN itself made them."""
    for name, read in (("corrections", _corrected), ("albums", _albums), ("events", _events), ("kinds", _kinds)):
        found = sound(read(conn, ids))
        if (found >= 0).sum() >= FEWEST_PHOTOS and len(np.unique(found[found >= 0])) >= FEWEST_LABELS:
            return found, name
    return np.full(len(ids), -1, np.int64), ""


def sound(found: I64) -> I64:
    """Labels that at least two photos have, the others taken off."""
    values, count = np.unique(found, return_counts=True)
    return np.where(np.isin(found, values[count >= 2]), found, -1)


def _corrected(conn: Connection, ids: I64) -> I64:
    """The kind that the person said a photo is of, the latest word last."""
    said: dict[int, str] = {}
    for each in corrections.read(conn, "kind"):
        if each.payload["is"]:
            said.update(dict.fromkeys(from_runs(each.payload["photos"]), each.payload["kind"]))
    return _coded(ids, said)


def _albums(conn: Connection, ids: I64) -> I64:
    """Folders with a name that a person gave."""
    named = {
        int(photo): folder.name
        for folder in folders.read(conn)
        if folders.says_something(folder.name)
        for photo in folder.photos.tolist()
    }
    return _coded(ids, named)


def _events(conn: Connection, ids: I64) -> I64:
    return _grouped(conn, ids, "events")


def _kinds(conn: Connection, ids: I64) -> I64:
    return _grouped(conn, ids, "kinds")


def _grouped(conn: Connection, ids: I64, kind: str) -> I64:
    """The group of a kind that a photo is in most surely."""
    rows = conn.exec_driver_sql(
        'SELECT m.photo_id, m.group_id FROM membership m JOIN "group" g ON g.id = m.group_id'
        " WHERE g.kind = ? AND g.key != 'undated' ORDER BY m.strength",
        (kind,),
    )
    return _coded(ids, {row[0]: str(row[1]) for row in rows})


def _coded(ids: I64, named: dict[int, str]) -> I64:
    codes = {name: code for code, name in enumerate(sorted(set(named.values())))}
    return np.array([codes[named[i]] if i in named else -1 for i in ids.tolist()], np.int64)
