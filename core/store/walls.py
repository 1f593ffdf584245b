"""Walls as the library serves them: saved, from memory, or read anew."""

from __future__ import annotations

import logging
from dataclasses import replace

from core.errors import LibraryError
from core.records import LEVELS, Group, Scope, Wall
from core.store import queries_wall, snapshot
from core.store.edges import section_edges
from core.store.levels import Levels
from core.store.store import Store
from core.store.wall_columns import KeptColumns

_log = logging.getLogger(__name__)


class Walls:
    """The walls of one open library. Safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = KeptColumns()
        self._levels = Levels(self._kept)

    def wall(self, scope: Scope) -> Wall:
        """All photos of a scope. Raises KeyError for a group or folder that is gone."""
        saved = self._saved() if scope.kind == "all" else None
        if saved is not None and saved.edges is not None:
            return saved
        with self._store.read() as conn:
            if saved is not None:
                return replace(saved, edges=section_edges(conn, saved.ids, saved.section_start))
            if scope.kind == "level":
                return self._levels.wall(conn, scope)
            return queries_wall.read_wall(conn, scope, self._kept)

    def level_groups(self, level: str | float) -> list[Group]:
        """The pieces of the whole library at a level, newest first. Raises KeyError for a name that is none."""
        with self._store.read() as conn:
            return self._levels.groups(conn, LEVELS[level] if isinstance(level, str) else level)

    def warm(self) -> None:
        """Read the columns that walls are made of, for the first one that is not served from the saved wall."""
        with self._store.read() as conn:
            self._kept.of(conn)

    def save(self) -> None:
        """Keep the wall of all photos for the next start; a disk that refuses costs only that."""
        if snapshot.saved_generation(self._store.root) == self._store.generation:
            return
        try:
            with self._store.read() as conn:
                snapshot.save(self._store.root, queries_wall.read_wall(conn, Scope()))
        except (OSError, LibraryError) as error:
            _log.warning("The wall could not be saved for the next start: %s", error)

    def _saved(self) -> Wall | None:
        if snapshot.saved_generation(self._store.root) != self._store.generation:
            return None
        saved = snapshot.load(self._store.root)
        return saved if saved is not None and saved.generation == self._store.generation else None
