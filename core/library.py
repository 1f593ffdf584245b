"""The facade: all that the window and the command line may ask of a library, and all they may tell it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from core import paths
from core.lab.lab import Lab
from core.progress import Progress
from core.records import (
    Boundary,
    Change,
    Folder,
    Group,
    ImportReport,
    PhotoDetails,
    PhotoRow,
    Pixels,
    Problem,
    Scope,
    Status,
    Wall,
)
from core.records_corrections import Health, LearnedPart, Member, Why, WhyBoundary
from core.store import (
    check,
    hiding,
    journal,
    meta,
    overview,
    presence,
    put_away,
    queries_folders,
    queries_groups,
    queries_members,
    queries_photos,
    queries_vectors,
    wall_columns,
    wording,
)
from core.store.journal import Command
from core.store.store import Store
from core.store.walls import Walls
from core.studio.studio import Studio

if TYPE_CHECKING:
    from core.correct.corrections import Corrections

_PAGE = 500


class Library:
    """An open library; a context manager. Reading methods are safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.root = store.root
        self._walls = Walls(store)
        busy = threading.Lock()
        self.lab, self.studio = Lab(store, self._walls, busy), Studio(store, self._walls, busy)

    @staticmethod
    def open(root: Path, *, mode: Literal["write", "read"] = "write") -> Library:
        """Open the library in a folder; mode "write" creates it where there is none.

        Raises LibraryLocked, LibraryTooNew, and LibraryError for one that is absent (mode "read") or damaged.
        """
        return Library(Store.open(root, mode))

    def close(self) -> None:
        """Save the wall for the next start and let go; further calls raise LibraryError."""
        self.studio.close()
        try:
            if self._store.mode == "write" and not self._store.closed:
                self._walls.save()
        finally:
            self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def listen(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``callback`` after every change, in the thread that wrote; returns what stops that."""
        self._store.listeners.append(callback)

        def stop() -> None:
            with suppress(ValueError):
                self._store.listeners.remove(callback)

        return stop

    # ------------------------------------------------------------ reading

    def wall(self, scope: Scope) -> Wall:
        """All photos of a scope. Raises KeyError for a group or folder that is gone."""
        return self._walls.wall(scope)

    def level_groups(self, level: str | float) -> list[Group]:
        """The pieces of the whole library at a level (of ``records.LEVELS``, or a strength), newest first; id 0 where
        a piece is no stored event or trip. Raises KeyError for a name that is none."""
        return self._walls.level_groups(level)

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        """Rows in the order of ``ids``; those of photos that are gone are left out."""
        with self._store.read() as conn:
            return queries_photos.rows(conn, ids)

    def iter_rows(self) -> Iterator[PhotoRow]:
        """Every photo, newest first, undated last."""
        with self._store.read() as conn:
            ids = wall_columns.visible_ids(conn)
        for start in range(0, len(ids), _PAGE):
            yield from self.rows(ids[start : start + _PAGE].tolist())

    def photo(self, photo_id: int) -> PhotoDetails:
        """Everything about one photo. Raises KeyError."""
        with self._store.read() as conn:
            details = queries_photos.details(conn, photo_id)
        from core.grouping.labels import labels_of

        return replace(details, labels=labels_of(self._store, photo_id))

    def find(self, path: str) -> int | None:
        """The photo that one of its files, by path, belongs to."""
        full = os.path.abspath(path)
        with self._store.read() as conn:
            found = queries_photos.find(conn, full)
            return queries_photos.find(conn, os.path.realpath(full)) if found is None else found

    def groups(self, kind: str) -> list[Group]:
        """Groups of a kind: newest first; places, kinds and look-alikes largest first. Raises ValueError."""
        with self._store.read() as conn:
            return queries_groups.groups(conn, kind)

    def kinds(self) -> list[tuple[str, str]]:
        """(name, title) of every kind of photograph, by title; those that the person taught included."""
        from core.correct import kinds

        with self._store.read() as conn:
            return kinds.known(conn)

    def group_photos(self, group_id: int) -> NDArray[np.int64]:
        """int64 [n], newest first. Raises KeyError."""
        return self.wall(Scope("group", group_id)).ids

    def members(self, group_id: int) -> list[Member]:
        """The photos of a set side by side, the one proposed to keep first. Raises KeyError."""
        with self._store.read() as conn:
            return queries_members.members(conn, group_id)

    def marked(self) -> NDArray[np.int64]:
        """int64 [n]: the photos marked to be put away, newest first."""
        with self._store.read() as conn:
            return queries_members.marked(conn)

    def boundaries(self) -> Iterator[Boundary]:
        """Every gap between neighbours, in order of time."""
        with self._store.read() as conn:
            ids = wall_columns.visible_ids(conn)[::-1].tolist()
        for page in queries_groups.pages(ids):
            with self._store.read() as conn:
                found = queries_groups.boundaries(conn, page)
            yield from found

    def similar(self, photo_id: int, top: int = 20) -> list[tuple[int, float]]:
        """(photo, cosine) of its nearest neighbours, best first; empty while it has no vector. Raises KeyError."""
        return queries_vectors.similar(self._store, photo_id, top)

    def why(self, photo_id: int) -> Why:
        """Why a photo is in its groups, and the boundaries around it. Raises KeyError."""
        from core.correct.why import why

        return why(self._store, photo_id)

    def why_boundary(self, before: int, after: int) -> WhyBoundary:
        """What speaks for and against a boundary between two photos. Raises KeyError where there is no gap."""
        from core.correct.why import why_boundary

        return why_boundary(self._store, before, after)

    def health(self, limit: int = 50) -> Health:
        """What the program is unsure of, the most useful question first."""
        from core.correct.health import health

        return health(self._store, limit)

    def learned(self) -> tuple[LearnedPart, ...]:
        """What learns, and how it did on held-out examples when it learned last."""
        from core import learn

        return learn.learned(self._store)

    def warm(self) -> None:
        """Load what a first correction would wait for; for a job beside others."""
        from core.correct.warm import warm

        warm(self._store, self._walls)

    def problems(self) -> list[Problem]:
        """What could not be read, by path."""
        with self._store.read() as conn:
            return queries_folders.problems(conn)

    def folders(self) -> list[Folder]:
        """Folders with photos, in the order of their paths."""
        with self._store.read() as conn:
            return queries_folders.folders(conn)

    def status(self) -> Status:
        """The library in numbers."""
        with self._store.read() as conn:
            return overview.status(conn)

    def check(self) -> list[str]:
        """What is wrong, as sentences; empty when all is well."""
        return check.check(self._store)

    def thumb_path(self, photo_id: int) -> str:
        """Where the thumbnail of a photo is, or will be."""
        return paths.thumb_path(self.root, photo_id)

    def pixels(self, photo_id: int, max_side: int | None = None) -> Pixels:
        """The picture itself, upright. Raises KeyError, MediaError."""
        from core.media.pixels import pixels

        with self._store.read() as conn:
            path = queries_photos.file_to_open(conn, photo_id)
        return pixels(path, max_side)

    # ------------------------------------------------------------ writing

    def import_folders(self, folders: Sequence[Path], progress: Progress) -> ImportReport:
        """Import folders (none: all of the library again), then group: what is new, or all anew.

        Raises Cancelled; what was done is kept.
        """
        from core.index.run import run
        from core.scan.volumes import volume_of

        added = [os.path.abspath(folder) for folder in folders]
        hiding.bring_back(self._store, [(path, volume_of(path)) for path in added])  # those that were removed earlier
        report = run(self._store, folders, progress, on_browsable=self._walls.save)
        self.refresh_presence()
        if report.changed:
            self.regroup(progress)
        else:
            self.place_new(progress)
        return report

    def regroup(self, progress: Progress) -> None:
        """Find all groups anew."""
        from core import grouping

        grouping.run(self._store, progress)
        self._walls.save()

    def faces_due(self) -> bool:
        """Whether faces were not counted yet in so many photos that it should be done, and can be."""
        from core.grouping import people

        return people.due(self._store)

    def look_for_faces(self, progress: Progress) -> int:
        """Count faces where that was not done yet, then group; in how many photos. Raises Cancelled, WeightsError."""
        from core.grouping import people

        looked = people.look(self._store, progress)
        if looked:
            self.regroup(progress)
        return looked

    def learn(self, progress: Progress) -> tuple[LearnedPart, ...]:
        """Learn from the corrections, for the next regrouping; what is learned is used only where it helps.

        Raises Cancelled (it goes on from there the next time), ReverieError.
        """
        from core import learn

        return learn.learn(self._store, progress)

    def place_new(self, progress: Progress) -> None:
        """Give photos that came since the last grouping their places; too much unsorted is all grouped anew."""
        from core.grouping.place import place_new

        place_new(self._store, progress)
        self._walls.save()

    def retry_problems(self, progress: Progress) -> ImportReport:
        """Read every file of the problem list again, then group."""
        from core.index.run import retry

        report = retry(self._store, progress)
        self.regroup(progress)
        return report

    def refresh_presence(self) -> Change:
        """See which disks and folders are there now; photos of absent ones become missing, and stay browsable."""
        from core.scan.volumes import mounted

        return presence.refresh(self._store, {uuid: volume.mount_point for uuid, volume in mounted().items()})

    def choose_embedder(self, name: str) -> None:
        """Use this embedder from the next import on; photos known already are then seen again, from thumbnails.

        Raises ReverieError for an unknown name, WeightsError (what to install or choose) without its weights.
        """
        from core.embed import registry

        registry.require(name)
        with self._store.write() as conn:
            meta.set_meta(conn, meta.CHOSEN, name)

    def set_rating(self, ids: Sequence[int], rating: int) -> Change:
        """Give photos 0 (none) to 5 stars. Raises ValueError for another number."""
        if rating not in range(6):
            raise ValueError(f"a rating is 0 to 5, not {rating}")
        return self._perform("Rating", lambda conn: journal.rating_commands(conn, ids, rating))

    def answer(self, question_key: str, answer: str) -> Change:
        """Answer a question of ``health`` with "yes", "no" or "skip". Raises KeyError where it is not open."""
        from core.correct.health import answer as answered

        return answered(self._store, self.correct, question_key, answer)

    def mark(self, ids: Sequence[int], marked: bool = True) -> Change:
        """Mark photos to be put away, or take the mark off; moves nothing."""
        return self._perform("Marking" if marked else "Unmarking", lambda c: journal.marking_commands(c, ids, marked))

    def put_away(self, ids: Sequence[int]) -> Change:
        """Take photos off the walls; their files stay as they are, and undo (or ``bring_back``) brings them back."""
        return self._perform("Putting away", lambda conn: journal.put_away_commands(conn, ids, True))

    def bring_back(self, ids: Sequence[int] | None = None) -> Change:
        """Show photos again that were put away; all of them by default."""
        of = (lambda _: ids) if ids is not None else put_away.all_away
        return self._perform("Return", lambda conn: journal.put_away_commands(conn, of(conn), False))

    def _perform(self, name: str, make: Callable[[Connection], tuple[Command, Command, int]]) -> Change:
        """One operation that can be undone on so many photos as ``make`` says; nothing happens where that is none."""
        import core.correct.apply  # noqa: F401 (as in _step)

        with self._store.write() as conn:
            forward, inverse, count = make(conn)
            if count:
                self._store.changed = journal.perform(conn, f"{name} of {wording.photos(count)}", forward, inverse)
            return self._store.changed

    def remove_folder(self, folder_id: int) -> Change:
        """Forget a folder the person added, and the photos only it holds. No file is touched; undo brings all back.

        Raises KeyError, LibraryError for a folder inside another that was added.
        """
        with self._store.write() as conn:
            name, folders = hiding.folders_of_root(conn, folder_id)
            commands = journal.hiding_commands(folders)
            self._store.changed = journal.perform(conn, f"Removal of {name}", *commands)
            return self._store.changed

    def undo(self) -> tuple[str, Change] | None:
        """Take back the latest operation, also of an earlier session: (its name, what changed)."""
        return self._step(journal.undo)

    def redo(self) -> tuple[str, Change] | None:
        """Do again what was undone last."""
        return self._step(journal.redo)

    @property
    def correct(self) -> Corrections:
        """All that the person may say of the groups: each an operation that lasts and can be undone."""
        from core.correct.corrections import Corrections

        return Corrections(self._store)

    def _step(self, step: Callable[[Connection], tuple[str, Change] | None]) -> tuple[str, Change] | None:
        import core.correct.apply  # noqa: F401 (teaches the journal to correct)

        with self._store.write() as conn:
            done = step(conn)
            if done is not None:
                self._store.changed = done[1]
        return done
