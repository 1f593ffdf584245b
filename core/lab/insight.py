"""The part of the Lab that looks into learners: dreams, favourites of units, what of a photo surprises them."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ReverieError
from core.lab import catalogue, data, learners, looking
from core.lab.data import Material
from core.lab.looking import CNN, Head
from core.progress import Progress
from core.records import Scope
from core.records_lab import Favourites, Layer, PictureGrid, Run
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from core.store.vectors import vector_file
from core.store.walls import Walls

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
CACHE = "lab"
STEPS = 200
"""Steps of Gibbs sampling of a dream."""

KEPT = 4
"""Learners kept loaded."""


class Insight(ABC):
    """What can be seen of trained learners and of the CNN."""

    def __init__(self, store: Store, walls: Walls) -> None:
        self._store, self._walls = store, walls
        self._loaded: dict[str, Any] = {}
        self._trees: OrderedDict[Any, Any] = OrderedDict()
        self._loading = threading.Lock()

    @abstractmethod
    def runs(self) -> tuple[Run, ...]:
        """Every training, the newest first."""

    @abstractmethod
    def run(self, run_id: str) -> Run:
        """One training. Raises KeyError."""

    # ------------------------------------------------------------ looking

    def dream(
        self, n: int, *, run_id: str | None = None, group_id: int | None = None, seed: int = 0, steps: int = STEPS
    ) -> PictureGrid:
        """``n`` pictures of 32 x 32 that a belief network trained on thumbnails makes up, near the photos of a group if
        asked. They are made up: no photo. Raises KeyError, ReverieError where there is no such network."""
        run = self.run(run_id) if run_id is not None else self._latest("dbn", pictures=True)
        if run.spec.learner != "dbn" or not learners.sees_pictures(run.spec.parameters):
            raise ReverieError("Only a deep belief network that learned from thumbnails can dream.")
        clamp = None if group_id is None else self._small(self._walls.wall(Scope("group", group_id)).ids)
        return looking.dream(self._learner(run), n, steps, seed, clamp)

    def layers(self) -> tuple[Layer, ...]:
        """Every layer whose units can be asked for their favourites: the CNN's, then those of finished runs."""
        with self._store.read() as conn:
            used = current_embedder(conn)
        found: list[Layer] = []
        if used is not None:
            from core.embed.catalogue import DEFAULT

            found += looking.layers_of_cnn(used.dim, self._head(), stages=used.name == DEFAULT)
        for run in self.runs():
            if run.state == "done" and run.spec.learner in learners.CLASSES:
                found += looking.layers_of(run)
        return tuple(found)

    def favourites(self, layer: Layer, unit: int, top: int = 9, progress: Progress | None = None) -> Favourites:
        """The photos of this library that excite a unit most; inner layers of the CNN are asked of a sample.

        Raises IndexError for a unit that is none, KeyError, ReverieError, Cancelled.
        """
        if not 0 <= unit < layer.units:
            raise IndexError(f"{layer.title} has units 0 to {layer.units - 1}.")
        progress = Progress() if progress is None else progress
        material = self._of_scope("rbm", Scope())
        if layer.source != CNN:
            run = self.run(layer.source)
            ask = looking.of_run(layer, unit, run, self._learner(run), material)
        elif layer.name in looking.STAGES:
            material = looking.few(material, looking.SAMPLED)
            ask = looking.of_stage(layer, unit, material, progress)
        else:
            ask = looking.of_cnn(layer, unit, material, self._norms(material.ids), self._head())
        rows, value = looking.by_blocks(material, ask, top, progress)
        return looking.favourites(layer, unit, material, rows, value)

    def heat(self, photo_id: int) -> F32 | None:
        """float32 [h, w] in [0, 1]: where an autoencoder of thumbnails cannot reproduce a photo; None where
        there is no such run, or no thumbnail."""
        try:
            run = self._latest("autoencoder", pictures=True)
        except ReverieError:
            return None
        return looking.heat(self._learner(run), str(self._store.root), photo_id)

    def oddness(self, photo_id: int) -> dict[str, float]:
        """What is odd about a photo, as numbers with the share of other photos that are less so (``*_rank``): the free
        energy by belief network or Boltzmann machine, the error of an autoencoder. Empty where none is trained."""
        material = self._of_scope("rbm", Scope())
        out: dict[str, float] = {}
        for name in ("rbm", "dbn", "autoencoder"):  # what comes later says the same thing better
            for run in self.runs():
                if run.spec.learner == name and run.state == "done":
                    out |= looking.surprise(self._learner(run), run, material, photo_id)
                    break
        return out

    # ------------------------------------------------------------ learners

    def _finished(self, name: str) -> Run:
        """A run by its id, or the latest finished one of a learner. Raises KeyError, ReverieError."""
        return self._latest(name) if name in learners.CLASSES else self.run(name)

    def _latest(self, learner: str, *, pictures: bool | None = None) -> Run:
        for run in self.runs():
            fits = pictures is None or learners.sees_pictures(run.spec.parameters) == pictures
            if run.spec.learner == learner and run.state == "done" and fits:
                return run
        what = " on thumbnails (input: pictures)" if pictures else ""
        raise ReverieError(f"No run of {learner}{what} is finished. Train it first.")

    def _learner(self, run: Run) -> Any:
        """The trained learner of a run, kept for the next question."""
        with self._loading:
            if run.id not in self._loaded:
                self._loaded[run.id] = looking.load(self._store.root, run)
            for old in list(self._loaded)[:-KEPT]:
                del self._loaded[old]
            return self._loaded[run.id]

    # ------------------------------------------------------------ photos

    def _small(self, ids: I64) -> NDArray[np.uint8]:
        """Thumbnails of photos as rows [n, 3072]."""
        found = (data.small_picture(self._store.root, photo) for photo in ids.tolist())
        rows = [each.reshape(-1) for each in found if each is not None]
        if not rows:
            raise ReverieError("None of these photos has a thumbnail yet.")
        return np.stack(rows)

    def _of_scope(self, learner: str, scope: Scope) -> Material:
        """The photos of a scope that the CNN has looked at. Raises KeyError, ReverieError for too few."""
        ids = np.unique(self._walls.wall(scope).ids)
        return self._of_photos(learner, ids, data.kept_apart(ids))

    def _of_photos(self, learner: str, ids: I64, held_out: NDArray[np.bool_]) -> Material:
        from core.grouping.table import vector_rows

        with self._store.read() as conn:
            used = current_embedder(conn)
            rows = np.full(len(ids), -1) if used is None else vector_rows(conn, used.name, used.version, ids)[0]
        known = rows >= 0
        catalogue.require(learner, int(known.sum()))
        assert used is not None  # else there were no photos with vectors
        root = self._store.root
        return Material(
            ids=ids[known],
            held_out=held_out[known],
            vectors=str(vector_file(root, used.name, used.version)),
            dim=used.dim,
            rows=rows[known],
            root=str(root),
            cache=str(root / "cache" / CACHE),
        )

    def _norms(self, ids: I64) -> F32:
        """float32 [n]: lengths of the photos' vectors before they were brought to one."""
        from core.grouping.table import vector_rows

        with self._store.read() as conn:
            used = current_embedder(conn)
            assert used is not None
            return vector_rows(conn, used.name, used.version, ids)[1]

    def _head(self) -> Head | None:
        """The CNN's classes, where they are kept on this machine."""
        from core.retrieve.labels import head_of

        with self._store.read() as conn:
            used = current_embedder(conn)
        found = None if used is None else head_of(used.name, used.version)
        return None if found is None else Head(found[0].weight, found[0].bias, found[1])
