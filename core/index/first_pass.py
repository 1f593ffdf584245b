"""First pass: walk, recognise what is known, examine the rest (no decoding), store it so that the wall fills."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import MediaError
from core.index.rows import file_row, photo_values
from core.media.examine import ExamineRequest
from core.media.tasks import ExamineTask, examine_task
from core.paths import thumb_path, to_bytes, to_str
from core.progress import Progress
from core.records import FLAG_RAW, Change, Examined, Found, Metadata, Problem
from core.scan.identity import content_hash
from core.scan.pairing import Shot, pair
from core.scan.walk import walk
from core.store import catalog, problems, schema
from core.store.catalog import FileRecord
from core.store.store import Store
from core.workers import Lost, WorkerPool

CHUNK = 24
FLUSH_PHOTOS, FLUSH_SECONDS = 256, 0.3


@dataclass(frozen=True, slots=True)
class Root:
    """A folder to import: its absolute ``path`` and where that is on its volume."""

    path: str
    volume_id: int
    mount_point: str
    relative: bytes


@dataclass(slots=True)
class Counts:
    """What the pass met; becomes part of the ImportReport."""

    found: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    copies: int = 0
    returned: int = 0
    missing: int = 0
    videos: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    """One shot to examine, with what the store knew of its files."""

    folder_id: int
    shot: Shot
    known: dict[bytes, FileRecord]

    @property
    def name(self) -> bytes:
        return to_bytes(os.path.basename(self.shot.primary.path))


@dataclass(slots=True)
class _Buffer:
    """Rows waiting for the next transaction."""

    photos: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)
    since: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        waiting = len(self.photos) + len(self.problems) + len(self.seen) // 16
        return waiting >= FLUSH_PHOTOS or (waiting > 0 and time.monotonic() - self.since > FLUSH_SECONDS)


class FirstPass:
    """Runs over ``roots`` once; ``counts`` tells what it met."""

    def __init__(self, store: Store, pool: WorkerPool, progress: Progress, scan: int) -> None:
        self._store, self._pool, self._progress, self._scan = store, pool, progress, scan
        self.counts = Counts()
        self._buffer = _Buffer()
        self._keys: set[bytes] = set()  # quick keys that a file of the chunk in hand may share with another
        with store.read() as conn:
            self._next_id = catalog.next_photo_id(conn)

    def run(self, roots: Sequence[Root]) -> None:
        """Examine everything new below ``roots``; then mark as missing what was not seen."""
        self._progress.phase("Looking through folders", unit="photos")
        jobs: dict[int, list[_Job]] = {}
        for chunk, result in self._pool.map(examine_task, self._chunks(roots, jobs), self._progress):
            self._take(jobs.pop(chunk.serial), result)
            self._progress.set(self.counts.found)
        self._flush()
        with self._store.write(Change(photos=True, folders=True)) as conn:
            for root in roots:
                self.counts.missing += catalog.sweep(conn, root.volume_id, root.relative, self._scan)
            problems.clear_gone(conn, [root.path for root in roots], self._scan)
            if self.counts.missing or self.counts.moved or self.counts.copies or self.counts.returned:
                catalog.refresh_flags(conn)
        self._progress.set(self.counts.found, self.counts.found)

    # ------------------------------------------------------------ walking

    def _chunks(self, roots: Sequence[Root], jobs: dict[int, list[_Job]]) -> Iterator[ExamineTask]:
        """Chunks of shots to examine, read from the disk only as fast as they are taken."""
        waiting: list[_Job] = []
        serial = 0
        for root in roots:
            for folder, found in walk([root.path], self._note):
                waiting.extend(self._changed(root, folder, found))
                while len(waiting) >= CHUNK:
                    serial, chunk, waiting = serial + 1, waiting[:CHUNK], waiting[CHUNK:]
                    jobs[serial] = chunk
                    yield ExamineTask(serial, [_request(job) for job in chunk])
                self._flush_if_due()
        if waiting:
            jobs[serial + 1] = waiting
            yield ExamineTask(serial + 1, [_request(job) for job in waiting])

    def _note(self, problem: Problem) -> None:
        self._buffer.problems.append(problem)

    def _changed(self, root: Root, folder: str, found: list[Found]) -> Iterator[_Job]:
        """The shots of one folder that must be examined; the others are marked as seen."""
        if not found:
            return
        self._progress.check()
        relative = catalog.relative_path(folder, root.mount_point)
        with self._store.read() as conn:
            folder_id, known = catalog.folder_with_files(conn, root.volume_id, relative)
        if folder_id is None:
            with self._store.write(Change(folders=True)) as conn:
                folder_id = catalog.ensure_folder(conn, root.volume_id, relative)
        shots, videos = pair(found)
        self.counts.found += len(shots)
        self.counts.videos += len(videos)
        self._take_videos(folder_id, videos, known)
        for shot in shots:
            files = (shot.primary, *shot.others, *shot.sidecars)
            records = [known.get(to_bytes(os.path.basename(f.path))) for f in files]
            if all(r is not None and _same(r, f) for r, f in zip(records, files, strict=True)):
                present = [r for r in records if r is not None]
                self._buffer.seen.extend(r.id for r in present)
                self.counts.returned += any(r.missing for r in present)
            else:
                yield _Job(folder_id, shot, known)

    def _take_videos(self, folder_id: int, videos: list[Found], known: dict[bytes, FileRecord]) -> None:
        for video in videos:
            record = known.get(to_bytes(os.path.basename(video.path)))
            if record is not None and _same(record, video):
                self._buffer.seen.append(record.id)
            else:
                self._buffer.files.append(file_row(folder_id, video, "video", None, self._scan))

    # ------------------------------------------------------------ taking results

    def _take(self, jobs: list[_Job], result: list[Examined] | Lost[ExamineTask]) -> None:
        if isinstance(result, Lost):
            self._retry_one_by_one(jobs, result)
            return
        with self._store.read() as conn:
            known = catalog.known_keys(conn, [examined.quick_key for examined in result])
        self._keys = known | self._buffer.keys
        for job, examined in zip(jobs, result, strict=True):
            self._take_one(job, examined)
            self._flush_if_due()

    def _retry_one_by_one(self, jobs: list[_Job], lost: Lost[ExamineTask]) -> None:
        """A chunk ended with its worker: find the file that did it, keep its neighbours."""
        if len(jobs) == 1:
            path = jobs[0].shot.primary.path
            self._take_one(jobs[0], Examined(path, b"", None, None, Problem(path, "metadata", lost.reason)))
            return
        singles = [ExamineTask(i, [_request(job)]) for i, job in enumerate(jobs)]
        for chunk, result in self._pool.map(examine_task, singles, self._progress):
            self._take([jobs[chunk.serial]], result)

    def _take_one(self, job: _Job, examined: Examined) -> None:
        record = job.known.get(job.name)
        buffer = self._buffer
        buffer.cleared.append(examined.path)
        buffer.problems.extend(examined.notes)
        if examined.problem is not None or examined.metadata is None:
            buffer.problems.extend([examined.problem] if examined.problem else [])
            photo_id = record.photo_id if record is not None else None
            buffer.files.append(
                file_row(job.folder_id, job.shot.primary, "primary", None, self._scan, examined.quick_key)
            )
            if photo_id is not None:
                self._drop(photo_id)
        elif record is not None and record.photo_id is not None:
            self._take_known(job, examined, examined.metadata, record, record.photo_id)
        elif not self._take_twin(job, examined):
            self._take_new(job, examined, examined.metadata)

    def _take_known(self, job: _Job, examined: Examined, metadata: Metadata, record: FileRecord, photo_id: int) -> None:
        """A known place: touched (same content) or changed (the photo keeps its id and is read again)."""
        self._flush()
        found = job.shot.primary
        same = record.quick_key == examined.quick_key and record.size == found.size
        if same and record.mtime_ns != found.mtime_ns and record.content_hash is not None:
            same = _hash_or_none(found.path) == record.content_hash
        values = photo_values(metadata)
        if not same:
            with self._store.read() as conn:
                shared = sum(f.role in ("primary", "copy") for f in catalog.files_of(conn, [photo_id])[photo_id]) > 1
            if shared:
                self._take_new(job, examined, metadata)
                self.counts.changed += 1
                return
            values |= {"stage": schema.STAGE_FOUND, "thumb": self._write_preview(photo_id, examined.preview)}
            self.counts.changed += 1
        elif record.missing:
            self.counts.returned += 1
        self._buffer.files.extend(
            self._file_rows(job, photo_id, examined.quick_key, record.content_hash if same else None, record.role)
        )
        with self._store.write(Change(photos=True, ids=(photo_id,))) as conn:
            if same:
                values = {k: v for k, v in values.items() if k not in ("width", "height", "mean_colour")}
            catalog.update_photo(conn, photo_id, values)

    def _take_twin(self, job: _Job, examined: Examined) -> bool:
        """The same content at another place: moved there if it is no longer where it was, else a copy."""
        found = job.shot.primary
        if examined.quick_key not in self._keys:
            return False
        if examined.quick_key in self._buffer.keys:
            self._flush()
        with self._store.read() as conn:
            twins = [t for t in catalog.twins(conn, examined.quick_key, found.size) if to_str(t.path) != found.path]
        digest: bytes | None = None
        for twin in sorted(twins, key=lambda t: os.path.lexists(t.path)):
            gone = not os.path.lexists(twin.path)
            trusted = gone and twin.mtime_ns == found.mtime_ns
            if not trusted:
                digest = digest or _hash_or_none(found.path)
                if digest is None or twin.content_hash != digest:
                    continue
            if twin.photo_id is not None:
                self._join(job, examined, twin, twin.photo_id, gone)
                return True
        return False

    def _join(self, job: _Job, examined: Examined, twin: FileRecord, photo_id: int, gone: bool) -> None:
        found = job.shot.primary
        with self._store.write(Change(photos=True, folders=True)) as conn:
            catalog.show_photo(conn, photo_id)
        if gone:
            with self._store.write(Change(photos=True, folders=True)) as conn:
                catalog.move_file(conn, twin.id, job.folder_id, job.name, found.mtime_ns, found.inode, self._scan)
            self._buffer.files.extend(self._file_rows(job, photo_id, examined.quick_key, twin.content_hash, twin.role))
            self.counts.moved += 1
        else:
            self._buffer.files.extend(self._file_rows(job, photo_id, examined.quick_key, twin.content_hash, "copy"))
            self.counts.copies += 1

    def _take_new(self, job: _Job, examined: Examined, metadata: Metadata) -> None:
        photo_id, self._next_id = self._next_id, self._next_id + 1
        thumb = self._write_preview(photo_id, examined.preview)
        raw = any(f.kind == "raw" for f in (job.shot.primary, *job.shot.others))
        row = {"id": photo_id, "stage": schema.STAGE_FOUND, "thumb": thumb, "flags": FLAG_RAW if raw else 0}
        self._buffer.photos.append(row | photo_values(metadata))
        self._buffer.files.extend(self._file_rows(job, photo_id, examined.quick_key, None, "primary"))
        self._buffer.keys.add(examined.quick_key)
        self._keys.add(examined.quick_key)
        self.counts.new += 1

    def _drop(self, photo_id: int) -> None:
        """A photo's only file can no longer be read: the photo goes, unless copies stand for it."""
        self._flush()
        with self._store.write(Change(photos=True)) as conn:
            catalog.forget_empty_photos(conn, [photo_id])

    # ------------------------------------------------------------ rows

    def _file_rows(
        self, job: _Job, photo_id: int, quick_key: bytes, digest: bytes | None, role: str
    ) -> Iterator[dict[str, Any]]:
        yield file_row(job.folder_id, job.shot.primary, role, photo_id, self._scan, quick_key, digest)
        for other in job.shot.others:
            yield file_row(job.folder_id, other, "raw", photo_id, self._scan)
        for sidecar in job.shot.sidecars:
            yield file_row(job.folder_id, sidecar, "sidecar", photo_id, self._scan)

    def _write_preview(self, photo_id: int, preview: bytes | None) -> int:
        if preview is None:
            return 0
        path = thumb_path(self._store.root, photo_id)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "wb") as file:
            file.write(preview)
        os.replace(path + ".part", path)
        return 1

    def _flush_if_due(self) -> None:
        if self._buffer.due():
            self._flush()

    def _flush(self) -> None:
        buffer, self._buffer = self._buffer, _Buffer()
        if not (buffer.photos or buffer.files or buffer.seen or buffer.problems or buffer.cleared):
            return
        changed = bool(buffer.photos or buffer.files)
        with self._store.write(Change(photos=changed, problems=bool(buffer.problems), folders=changed)) as conn:
            problems.clear(conn, buffer.cleared)
            catalog.insert_rows(conn, buffer.photos, buffer.files)
            catalog.mark_seen(conn, buffer.seen, self._scan)
            problems.put(conn, buffer.problems, self._scan)


def _request(job: _Job) -> ExamineRequest:
    found = job.shot.primary
    sidecars = tuple(f.path for f in job.shot.sidecars)
    return ExamineRequest(found.path, found.kind, sidecars, found.size, found.mtime_ns)


def _same(record: FileRecord, found: Found) -> bool:
    return record.size == found.size and record.mtime_ns == found.mtime_ns


def _hash_or_none(path: str) -> bytes | None:
    try:
        return content_hash(path)
    except (OSError, MediaError):
        return None
