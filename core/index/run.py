"""One import from beginning to end: roots, both passes, what went missing, the report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import update

from core.embed import registry
from core.embed.base import Embedder
from core.errors import LibraryError
from core.index import clocks, made
from core.index.first_pass import Counts, FirstPass, Root
from core.index.second_pass import SecondPass
from core.media.tasks import warm_up
from core.paths import to_str
from core.progress import Progress
from core.records import Change, ImportReport
from core.scan.volumes import mounted, volume_of
from core.store import catalog, meta, pending, problems, schema
from core.store.store import Store
from core.workers import WorkerPool


def run(
    store: Store,
    folders: Sequence[Path],
    progress: Progress,
    *,
    embedder: str | None = None,
    workers: int | None = None,
    on_browsable: Callable[[], None] | None = None,
) -> ImportReport:
    """Import ``folders`` (none: every folder of the library again) and finish whatever is pending.

    ``embedder``: a name of the registry, else the one chosen for this library, else the default.

    ``on_browsable`` is called between the passes, when every photo found can be browsed. Raises
    :class:`LibraryError` for a folder that does not exist, :class:`Cancelled`; what was done until then is kept.
    """
    started = time.monotonic()
    with store.read() as conn:
        embedder = embedder or meta.get_meta(conn, meta.CHOSEN)
    info = registry.info(embedder)
    with WorkerPool(workers) as pool:
        pool.warm(warm_up)
        roots, absent = _roots(store, folders)
        scan, before = _begin(store), made.latest(store)
        first = FirstPass(store, pool, progress, scan)
        first.run(roots)
        clocks.settle(store)
        made.put_away_made(store, before, progress)
        first.counts.missing += _count_absent(store, absent)
        if on_browsable is not None:
            on_browsable()
        second = SecondPass(store, pool, progress, scan, info.spec, lambda: _make(store, embedder, progress))
        second.run()
        second.embed_missing(info.name, info.version)
    _use_vectors_of(store, info.name, info.version)
    return _report(store, first.counts, second.decoded, time.monotonic() - started)


def retry(store: Store, progress: Progress, *, on_browsable: Callable[[], None] | None = None) -> ImportReport:
    """Read every file of the problem list again: what was wrong may have been mended, or a codec installed."""
    photo, file = schema.photo, schema.file
    unread = file.c.photo_id.is_(None) & (file.c.role == "primary")
    with store.write(Change(photos=True, problems=True)) as conn:
        conn.execute(update(file).where(unread).values(mtime_ns=-1))
        conn.execute(update(photo).where(photo.c.stage == schema.STAGE_FAILED).values(stage=schema.STAGE_FOUND))
    return run(store, [], progress, on_browsable=on_browsable)


def _make(store: Store, name: str | None, progress: Progress) -> Embedder:
    """The embedder, with what it runs on written down for ``status``. Raises WeightsError."""
    embedder = registry.create(name)
    embedder.on_notice = progress.notice
    with store.write() as conn:
        meta.set_meta(conn, meta.DEVICE, embedder.device)
    return embedder


def _use_vectors_of(store: Store, name: str, version: str) -> None:
    """From now on likeness is measured by this embedder, if it has seen anything."""
    with store.read() as conn:
        used = meta.get_meta(conn, meta.EMBEDDER)
        seen = pending.has_vectors(conn, name, version)
    if seen and used != [name, version]:
        with store.write(Change(photos=True)) as conn:
            meta.set_meta(conn, meta.EMBEDDER, [name, version])


def _begin(store: Store) -> int:
    with store.write() as conn:
        return catalog.next_scan(conn)


def _roots(store: Store, folders: Sequence[Path]) -> tuple[list[Root], list[tuple[int, bytes]]]:
    """The folders to walk, and those (volume id, path) of a full rescan that are not there now."""
    paths = [os.path.realpath(folder) for folder in folders]
    for path in paths:
        if not os.path.isdir(path):
            raise LibraryError(f"The folder {path} does not exist or cannot be opened.")
    absent: list[tuple[int, bytes]] = []
    if not paths:
        paths, absent = _known_roots(store)
    roots: list[Root] = []
    with store.write(Change(folders=True)) as conn:
        for path in paths:
            volume = volume_of(path)
            volume_id = catalog.ensure_volume(conn, volume.uuid, volume.label, volume.mount_point)
            relative = catalog.relative_path(path, volume.mount_point)
            catalog.ensure_folder(conn, volume_id, relative, root=True)
            roots.append(Root(path, volume_id, volume.mount_point, relative))
    return roots, absent


def _known_roots(store: Store) -> tuple[list[str], list[tuple[int, bytes]]]:
    """Every root of the library where its volume is mounted now; the others apart."""
    volumes = mounted()
    present: list[str] = []
    absent: list[tuple[int, bytes]] = []
    with store.read() as conn:
        for row in conn.execute(catalog.roots()):
            volume = volumes.get(row.uuid)
            mount = volume.mount_point if volume is not None else to_str(row.mount_point)
            path = os.path.normpath(os.path.join(mount, to_str(row.path)))
            if os.path.isdir(path) and volume_of(path).uuid == row.uuid:
                present.append(path)
            else:
                absent.append((row.volume_id, row.path))
    return present, absent


def _count_absent(store: Store, absent: list[tuple[int, bytes]]) -> int:
    """Files in folders and on volumes that are away. They stay as they are: what is there is the presence's to say."""
    with store.read() as conn:
        return sum(catalog.count_below(conn, volume_id, path) for volume_id, path in absent)


def _report(store: Store, counts: Counts, decoded: int, seconds: float) -> ImportReport:
    with store.read() as conn:
        n_problems = problems.count(conn)
    return ImportReport(
        found=counts.found,
        new=counts.new,
        changed=counts.changed,
        moved=counts.moved,
        missing=counts.missing,
        decoded=decoded,
        problems=n_problems,
        videos=counts.videos,
        seconds=seconds,
    )
