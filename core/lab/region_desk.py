"""The part of the Lab that knows regions: their trees, tags, and photos with the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import MediaError, ReverieError
from core.lab import regions
from core.lab.insight import Insight
from core.lab.regions import Learned
from core.progress import Progress
from core.records import Change
from core.records_lab import RegionTree
from core.store import journal, queries_vectors, region_tags

if TYPE_CHECKING:
    from core.recognise.regions import Regions

KEPT = 64
"""Trees kept in memory; one takes a second and less than a megabyte."""

LOOKED_INTO = 40
"""Photos that are looked into for regions of the like: those most alike as a whole."""


class RegionDesk(Insight):
    """What may be asked and said of regions."""

    def regions(self, photo_id: int) -> RegionTree:
        """The tree of a photo's regions, with the person's tags; merged by likeness alone until a network has learned.

        Raises MediaError without a thumbnail, WeightsError where the CNN's weights are not there.
        """
        learned = self._network()
        with self._store.read() as conn:
            tags = region_tags.read(conn)
        return regions.as_record(photo_id, self._tree(photo_id, learned), learned, tags)

    def tag_region(self, photo_id: int, node: int, name: str) -> Change:
        """Call a region so, or (empty) take its name off; it can be undone. Raises IndexError."""
        from core.recognise.regions import leaves_below

        found = self._tree(photo_id, self._network())
        if not 0 <= node < len(found.parent):
            raise IndexError(f"The photo has regions 0 to {len(found.parent) - 1}.")
        leaves = leaves_below(found.parent, node).tolist()
        called = name.strip()
        with self._store.write() as conn:
            forward, inverse = region_tags.commands(conn, photo_id, leaves, called)
            if forward == inverse:
                return self._store.changed
            what = f"Region called {called}" if called else "Removal of a region's name"
            self._store.changed = journal.perform(conn, what, forward, inverse)
            return self._store.changed

    def like_region(
        self, photo_id: int, node: int, top: int = 20, progress: Progress | None = None
    ) -> list[tuple[int, int, float]]:
        """(photo, node, cosine) of regions most like one, one a photo, among the photos most alike as a whole.

        Raises KeyError, IndexError, MediaError, WeightsError, Cancelled.
        """
        progress = Progress() if progress is None else progress
        learned = self._network()
        found = self._tree(photo_id, learned)
        if not 0 <= node < len(found.parent):
            raise IndexError(f"The photo has regions 0 to {len(found.parent) - 1}.")
        others = []
        alike = queries_vectors.similar(self._store, photo_id, LOOKED_INTO)
        progress.phase("Looking into photos", len(alike))
        for done, (photo, _) in enumerate(alike):
            progress.check()
            progress.set(done)
            try:
                others.append((photo, self._tree(photo, learned)))
            except MediaError:
                continue  # its thumbnail went, or never was
        return regions.nearest(found.vectors[node], others, top)

    def _tree(self, photo_id: int, learned: Learned | None) -> Regions:
        key = (photo_id, "" if learned is None else learned.run_id)
        with self._loading:
            if key in self._trees:
                self._trees.move_to_end(key)
                kept: Regions = self._trees[key]
                return kept
        found = regions.found_in(self._store.root, photo_id, learned)
        with self._loading:
            self._trees[key] = found
            while len(self._trees) > KEPT:
                self._trees.popitem(last=False)
        return found

    def _network(self) -> Learned | None:
        """The network of the latest finished run, None before the first (or where it cannot be read)."""
        try:
            run = self._latest("rntn")
            if run.id not in self._loaded:
                self._loaded[run.id] = regions.load(self._store.root, run)
        except ReverieError:
            return None
        found: Learned = self._loaded[run.id]
        return found
