"""The collection of pictures that generators made: PNG files of their own in the library, marked, on no wall."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import MediaError, ReverieError
from core.records import Change
from core.records_lab import Value
from core.records_studio import Exported, Made, Point
from core.store import journal, studio
from core.store.store import Store

U8 = NDArray[np.uint8]
_WORD = re.compile(r"[^a-z0-9]+")


def keep(
    store: Store,
    pictures: U8,
    run_id: str,
    model: str,
    how: str,
    points: Sequence[Point],
    settings: Mapping[str, Value],
) -> tuple[Made, ...]:
    """Write pictures uint8 [n, h, w, 3] into the collection; one operation that can be undone. All are kept or none.

    Raises ReverieError where the disk refuses.
    """
    now, kept = time.time(), list[Made]()
    try:
        for picture, point in zip(pictures, points, strict=True):
            kept.append(_write(store.root, picture, run_id, model, how, str(point), settings, now))
    except (OSError, MediaError) as error:
        for each in kept:
            Path(each.path).unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else error.reason
        raise ReverieError(f"The pictures cannot be kept: {reason or error}.") from error
    if kept:
        with store.write() as conn:
            studio.add_made(conn, kept)
            forward, inverse = journal.made_commands([each.id for each in kept], True)
            store.changed = journal.perform(conn, f"Keeping of {counted(len(kept))}", forward, inverse)
    return tuple(kept)


def _write(
    root: Path,
    picture: U8,
    run_id: str,
    model: str,
    how: str,
    point: str,
    settings: Mapping[str, Value],
    now: float,
) -> Made:
    from core.media import marks, whole

    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    stem = f"{model}-{stamp}-{_WORD.sub('-', point.lower()).strip('-')[:40]}"
    data = marks.stamped(whole.encode(picture, "png"), mark_of(run_id, model, how, point, settings))
    path = whole.free_name(os.path.join(root, studio.MADE), stem, ".png")
    whole.fill(path, data)
    made_id = os.path.basename(path).removesuffix(".png")
    height, width = picture.shape[:2]
    return Made(made_id, path, run_id, model, how, point, now, width, height, dict(settings))


def mark_of(run_id: str, model: str, how: str, point: str, settings: Mapping[str, Value]) -> Any:
    """What is written into a made picture."""
    from core.media import marks

    facts = {"Model": model, "Run": run_id, "How": how, "Seed": point}
    facts |= {_camel(name): str(value) for name, value in settings.items()}
    sentence = f"Made by a generative model ({model}, run {run_id}, seed {point}). Not a photograph."
    return marks.Mark(marks.GENERATED, sentence, {k: v for k, v in facts.items() if v})


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name) if part) or "Setting"


def counted(n: int) -> str:
    """A number of made pictures in words."""
    return f"{n:,} made picture" + ("" if n == 1 else "s")


def made(store: Store) -> tuple[Made, ...]:
    """The collection, the newest first; pictures whose file is gone are left out."""
    with store.read() as conn:
        found = studio.made(conn, store.root)
    return tuple(each for each in found if os.path.isfile(each.path))


def one(store: Store, made_id: str) -> Made:
    """Raises KeyError."""
    for each in made(store):
        if each.id == made_id:
            return each
    raise KeyError(made_id)


def pixels(store: Store, made_id: str) -> U8:
    """uint8 [h, w, 3]. Raises KeyError, MediaError."""
    from core.media.decode import decode

    return np.asarray(decode(one(store, made_id).path).image.convert("RGB"), np.uint8)


def forget(store: Store, ids: Sequence[str]) -> Change:
    """Take pictures out of the collection; undo brings them back, until :func:`empty`."""
    known = {each.id for each in made(store)}
    wanted = [each for each in ids if each in known]
    with store.write() as conn:
        if wanted:
            forward, inverse = journal.made_commands(wanted, False)
            store.changed = journal.perform(conn, f"Forgetting of {counted(len(wanted))}", forward, inverse)
        return store.changed


def empty(store: Store) -> int:
    """Remove the files of what was forgotten, for good; how many."""
    with store.write() as conn:
        gone = studio.made(conn, store.root, shown=False)
        studio.drop_made(conn, [each.id for each in gone])
    for each in gone:
        Path(each.path).unlink(missing_ok=True)
    return len(gone)


def export(store: Store, ids: Sequence[str], folder: str | os.PathLike[str]) -> Exported:
    """Copy pictures, with their marks, into a folder; no file there is replaced. Raises ReverieError."""
    from core.media import whole

    paths: list[str] = []
    failed: list[tuple[str, str]] = []
    known = {each.id: each for each in made(store)}
    for made_id in ids:
        if made_id not in known:
            failed.append((made_id, "It is not in the collection."))
            continue
        try:
            path = whole.free_name(os.fspath(folder), made_id, ".png")
        except OSError as error:
            raise ReverieError(f"Nothing can be written to {folder}: {error.strerror or error}.") from error
        try:
            shutil.copyfile(known[made_id].path, path)
            paths.append(path)
        except OSError as error:
            Path(path).unlink(missing_ok=True)
            failed.append((made_id, f"It cannot be copied: {error.strerror or error}."))
    return Exported(tuple(paths), tuple(failed))
