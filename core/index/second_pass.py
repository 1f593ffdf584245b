"""Second pass: every photo is decoded once in a worker, embedded here, and stored in small transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from sqlalchemy.engine import Connection

from core.embed.base import Embedder, InputSpec
from core.errors import WeightsError
from core.media.tasks import DescribeTask, describe_task
from core.paths import thumb_path, to_str
from core.progress import Progress
from core.records import Change, Described, Problem
from core.store import catalog, pending, problems, schema
from core.store.store import Store
from core.store.vectors import Vectors
from core.workers import Lost, WorkerPool

BATCH = 16
PAGE = 256
FLUSH_SECONDS = 2.0


class SecondPass:
    """Describes and embeds what is pending. ``decoded`` counts the originals whose pixels were decoded."""

    def __init__(
        self,
        store: Store,
        pool: WorkerPool,
        progress: Progress,
        scan: int,
        spec: InputSpec | None,
        make_embedder: Callable[[], Embedder],
    ) -> None:
        self._store, self._pool, self._progress, self._scan = store, pool, progress, scan
        self._spec, self._make_embedder = spec, make_embedder
        self._embedder: Embedder | None = None
        self._vectors: Vectors | None = None
        self._made = False
        self.decoded = 0

    def run(self) -> None:
        """Finish every pending photo, newest first."""
        with self._store.read() as conn:
            total = pending.count_pending(conn)
        if total:
            self._progress.phase("Reading photos", total)
            self._work(self._pending(), self._flush)

    def embed_missing(self, name: str, version: str) -> None:
        """Give photos that were read without (this) embedder their vectors, from their thumbnails."""
        with self._store.read() as conn:
            total = pending.count_without_vector(conn, name, version)
        if total and self._spec is not None:
            self._progress.phase("Looking at photos again", total)
            self._work(self._unembedded(name, version), self._flush_vectors)

    def _work(
        self, tasks: Iterator[DescribeTask], flush: Callable[[list[tuple[DescribeTask, Described]]], None]
    ) -> None:
        buffer: list[tuple[DescribeTask, Described]] = []
        since, done = time.monotonic(), 0
        lookahead = 3 * self._pool.workers + BATCH
        try:
            for task, result in self._pool.map(describe_task, tasks, self._progress, lookahead=lookahead):
                if isinstance(result, Lost):
                    result = Described(task.path, b"", problem=Problem(task.path, "decode", result.reason))
                buffer.append((task, result))
                if len(buffer) >= BATCH or time.monotonic() - since > FLUSH_SECONDS:
                    flush(buffer)
                    done += len(buffer)
                    buffer, since = [], time.monotonic()
                    self._progress.set(done)
        finally:
            if buffer:
                flush(buffer)
                self._progress.set(done + len(buffer))

    # ------------------------------------------------------------ tasks

    def _pending(self) -> Iterator[DescribeTask]:
        after: tuple[float, int] | None = None
        while True:
            with self._store.read() as conn:
                page = pending.pending(conn, PAGE, after)
                files = catalog.files_of(conn, [photo_id for photo_id, _ in page])
            if not page:
                return
            after = (page[-1][1], page[-1][0])
            for photo_id, _key in page:
                file = next((f for f in files.get(photo_id, ()) if not f.missing and f.role != "sidecar"), None)
                if file is not None:
                    path = to_str(file.path)
                    yield DescribeTask(photo_id, file.id, path, thumb_path(self._store.root, photo_id), self._spec)

    def _unembedded(self, name: str, version: str) -> Iterator[DescribeTask]:
        after = 0
        while True:
            with self._store.read() as conn:
                page = pending.without_vector(conn, name, version, PAGE, after)
            if not page:
                return
            after = page[-1]
            for photo_id in page:
                yield DescribeTask(photo_id, 0, thumb_path(self._store.root, photo_id), None, self._spec)

    # ------------------------------------------------------------ storing

    def _flush(self, buffer: list[tuple[DescribeTask, Described]]) -> None:
        good = [(t, d) for t, d in buffer if d.problem is None]
        self.decoded += len(good)
        rows = self._embed(good)
        ids = tuple(t.photo_id for t, _ in buffer)
        failed = [d.problem for _, d in buffer if d.problem is not None]
        with self._store.write(Change(photos=True, problems=bool(failed), ids=ids)) as conn:
            known = pending.same_content(conn, [d.content_hash for _, d in good])
            pending.set_file_hash(conn, {t.file_id: d.content_hash for t, d in buffer if d.content_hash})
            for task, described in good:
                original = known.setdefault(described.content_hash, task.photo_id)
                if original == task.photo_id:
                    catalog.update_photo(conn, task.photo_id, pending.described_values(described))
                else:
                    pending.join_photos(conn, task.photo_id, original)
                    rows.pop(task.photo_id, None)
                    pending.add_flag_copies(conn, original)
            for task, described in buffer:
                if described.problem is not None:
                    catalog.update_photo(conn, task.photo_id, {"stage": schema.STAGE_FAILED})
            problems.clear_decoded(conn, [task.path for task, _ in good])
            problems.put(conn, failed, self._scan)
            self._insert_vectors(conn, rows)

    def _flush_vectors(self, buffer: list[tuple[DescribeTask, Described]]) -> None:
        rows = self._embed([(t, d) for t, d in buffer if d.problem is None])
        with self._store.write(Change(photos=True)) as conn:
            self._insert_vectors(conn, rows)

    def _insert_vectors(self, conn: Connection, rows: dict[int, tuple[int, float]]) -> None:
        if self._vectors is not None:
            pending.forget_derived(conn, list(rows))
            pending.insert_vectors(conn, self._vectors.embedder_id, [(p, r, n) for p, (r, n) in rows.items()])

    def _embed(self, good: list[tuple[DescribeTask, Described]]) -> dict[int, tuple[int, float]]:
        """Vectors of these photos, appended to the file: photo id -> (row, norm)."""
        inputs = [(t.photo_id, d.network_input) for t, d in good if d.network_input is not None]
        if not inputs:
            return {}
        embedder = self._started()
        if embedder is None:
            return {}
        embedding = embedder.embed(np.stack([pixels for _, pixels in inputs]))
        if self._vectors is None:
            self._vectors = self._store.vectors(embedder.name, embedder.version, embedder.dim)
        rows = self._vectors.append(embedding.vectors)
        return {p: (r, float(n)) for (p, _), r, n in zip(inputs, rows, embedding.norms, strict=True)}

    def _started(self) -> Embedder | None:
        """The embedder, made at the first use so that reading begins at once; None where its weights are missing."""
        if not self._made:
            self._made = True
            try:
                self._embedder = self._make_embedder()
            except WeightsError as error:
                with self._store.write(Change(problems=True)) as conn:
                    problems.put(conn, [Problem(str(self._store.root), "embed", str(error))], self._scan)
                self._progress.notice(str(error))
        return self._embedder
