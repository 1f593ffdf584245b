"""What is written beside the photos of the store, as bags of words."""

from __future__ import annotations

import json
import os
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core.embed import words
from core.embed.words import Bag
from core.group.topics import Texts, texts_of
from core.paths import printable, to_str

_FIELDS = ("title", "caption", "keywords")


def read_texts(conn: Connection, ids: NDArray[np.int64]) -> Texts:
    """Titles, captions, keywords, and names of files and folders (within the folder that the person added, and that
    one's own) of photos, in the order of ``ids``."""
    folders = _folders(conn)
    bags: dict[int, Bag] = {}
    for photo, name, folder, *texts in conn.exec_driver_sql(
        "SELECT p.id, f.name, f.folder_id, json_extract(p.details, '$.title'), json_extract(p.details, '$.caption'),"
        " json_extract(p.details, '$.keywords') FROM file f JOIN photo p ON p.id = f.photo_id"
        " WHERE f.role IN ('primary', 'copy') AND NOT p.hidden ORDER BY f.role = 'copy' DESC, f.id DESC"
    ):
        said = tuple(_plain(text) for text in texts if text)
        bags[photo] = _bag(folders.get(folder, ()), printable(to_str(name)), said)  # of several files the first holds
    return texts_of([bags.get(photo, ()) for photo in ids.tolist()])


def _plain(text: str) -> str:
    """A list of keywords as one text."""
    return " ".join(json.loads(text)) if text.startswith('["') else text


@lru_cache(maxsize=65_536)
def _bag(folder: Bag, name: str, said: tuple[str, ...]) -> Bag:
    return tuple(sorted({*folder, *words.bag(said, (name,))}))


def _folders(conn: Connection) -> dict[int, Bag]:
    """The words in the names of every folder, its own and those above it up to the person's own."""
    rows = conn.exec_driver_sql("SELECT id, volume_id, path, root FROM folder").fetchall()
    roots: dict[int, list[str]] = {}
    for _, volume, path, root in rows:
        if root:
            roots.setdefault(volume, []).append(to_str(path))
    return {number: words.bag(_within(to_str(path), roots.get(volume, []))) for number, volume, path, _ in rows}


def _within(path: str, roots: list[str]) -> list[str]:
    """The names of a folder and of those above it, from the outermost of ``roots`` that holds it on."""
    above = [root for root in roots if path == root or path.startswith(root.rstrip(os.sep) + os.sep)]
    if not above:
        return [printable(os.path.basename(path))]
    outer = min(above, key=len)
    inner = path[len(outer) :].split(os.sep)
    return [printable(name) for name in (os.path.basename(outer), *inner) if name]
