"""The part of the Studio that enlarges photos: models, trials, the queue, and versions in the stacks of photos."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled, ReverieError
from core.lab import runs
from core.learn.process import Aside
from core.progress import Progress
from core.records import Change, Pixels
from core.records_lab import Run
from core.records_studio import Crop, EnlargeReport, Preview, StudioSpec, Upscaler, Version
from core.store import journal, queries_photos, studio, wording
from core.store.store import Store
from core.studio import catalogue, files, queue
from core.studio.asked import How, Trial

FOLDER = "enlarged"
"""Where enlarged versions go in a library, where no other folder is named."""

OWN = "run:"
"""What the name of an SRGAN of one's own begins with, before its run."""


class Enlarger(ABC):
    """What may be asked of models that enlarge. The original is only ever read."""

    _store: Store
    _aside: Aside

    @abstractmethod
    def runs(self) -> tuple[Run, ...]:
        """Every training, the newest first."""

    def upscalers(self) -> tuple[Upscaler, ...]:
        """The models that come with the program or can be added to it, then SRGANs that were trained here."""
        own = [run for run in self.runs() if run.spec.learner == catalogue.SRGAN and run.state == "done"]
        return (*files.upscalers(), *(_own(run) for run in own))

    def preview(
        self,
        photo_id: int,
        box: tuple[float, float, float, float],
        models: Sequence[str],
        scale: int,
        strength: float = 1.0,
        progress: Progress | None = None,
        *,
        file: str | os.PathLike[str] | None = None,
    ) -> Preview:
        """A crop ``box`` (x, y, width, height in [0, 1]; of a large one the middle) by each model side by side.

        Raises KeyError for a photo that is none, MediaError, ReverieError, Cancelled.
        """
        from core.studio import enlarging

        if not models:
            raise ReverieError("Choose a model to try.")
        hows = tuple(self._how(name, scale, strength, file) for name in models)
        plain, tried = self._aside.run(enlarging.crops, Trial(self._path(photo_id), box, hows), progress or Progress())
        titles = {each.name: each.title for each in self.upscalers()}
        found = tuple(
            Crop(name, titles.get(name, name), each.picture, each.heat, each.seconds, each.failed)
            for name, each in zip(models, tried, strict=True)
        )
        return Preview(plain, found, _apart([plain, *(each.picture for each in found if not each.failed)]))

    def estimate_enlarge(
        self,
        photo_ids: Sequence[int],
        model: str,
        scale: int,
        progress: Progress | None = None,
        *,
        file: str | os.PathLike[str] | None = None,
    ) -> float:
        """Seconds that these photos take here, from a trial of the model. Raises WeightsError."""
        from core.studio import enlarging

        how = self._how(model, scale, 1.0, file)
        with self._store.read() as conn:
            rows = queries_photos.rows(conn, [int(i) for i in photo_ids])
        sizes = Counter((row.width, row.height) for row in rows if row.width and row.height)
        asked = how, tuple((*size, n) for size, n in sizes.items())
        return self._aside.run(enlarging.seconds, asked, progress or Progress())

    def enlarge(
        self,
        photo_ids: Sequence[int],
        model: str,
        scale: int,
        *,
        strength: float = 1.0,
        folder: str | os.PathLike[str] | None = None,
        file: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> EnlargeReport:
        """Enlarge photos into new files, each a version in its photo's stack; together one operation that can be
        undone (the files stay). One that fails does not stop the rest. ``folder``: the library's own by default.

        Raises WeightsError, ReverieError, ValueError (a sentence), Cancelled: what was done until then is kept.
        """
        how = self._how(model, scale, strength, file)
        title = files.checked(how)
        started = time.monotonic()
        ids, paths, unknown = self._paths(photo_ids)
        target = os.path.abspath(folder) if folder is not None else str(self._store.root / FOLDER)
        worked = queue.work_off(how, paths, target, progress or Progress())
        report = queue.report_of(how, title, paths, ids, worked, time.monotonic() - started)
        report = EnlargeReport(self._keep(report.done), (*report.failed, *unknown), report.seconds)
        if worked.cancelled:
            raise Cancelled(f"Cancelled; {len(report.done)} of {len(photo_ids)} are done.")
        return report

    def _keep(self, done: tuple[Version, ...]) -> tuple[Version, ...]:
        if not done:
            return ()
        with self._store.write() as conn:
            ids = studio.add_versions(conn, self._store.root, done)
            forward, inverse = journal.version_commands(ids, True)
            told = f"Enlarging of {wording.photos(len(done))}"
            self._store.changed = journal.perform(conn, told, forward, inverse)
            return tuple(studio.version(conn, self._store.root, each) for each in ids)

    # ------------------------------------------------------------ versions

    def versions(self, photo_id: int) -> tuple[Version, ...]:
        """The enlarged versions in a photo's stack, the newest first."""
        with self._store.read() as conn:
            return studio.versions_of(conn, self._store.root, photo_id)

    def version(self, version_id: int) -> Version:
        """Raises KeyError."""
        with self._store.read() as conn:
            return studio.version(conn, self._store.root, version_id)

    def version_pixels(self, version_id: int, max_side: int | None = None) -> Pixels:
        """The picture itself, 8-bit sRGB. Raises KeyError, MediaError."""
        from core.media.pixels import pixels

        return pixels(self.version(version_id).path, max_side)

    def heat(self, version_id: int, max_side: int = 1024, progress: Progress | None = None) -> NDArray[np.float32]:
        """float32 [h, w] in [0, 1]: how far each place of a version is from the plain enlargement of its photo: what a
        model invented. Raises KeyError, MediaError."""
        from core.studio import enlarging

        found = self.version(version_id)
        asked = self._path(found.photo_id), found.path, found.scale, max_side
        return self._aside.run(enlarging.heat, asked, progress or Progress())

    def forget_versions(self, ids: Sequence[int]) -> Change:
        """Take versions out of their stacks; their files stay, and undo brings them back."""
        with self._store.write() as conn:
            shown = studio.shown_versions(conn, ids)
            if shown:
                told = f"Removal of {len(shown):,} enlarged version" + ("" if len(shown) == 1 else "s")
                self._store.changed = journal.perform(conn, told, *journal.version_commands(shown, False))
            return self._store.changed

    # ------------------------------------------------------------ inside

    def _how(self, model: str, scale: int, strength: float, file: str | os.PathLike[str] | None) -> How:
        if not model.startswith(OWN):
            return How(model, scale, strength, os.path.abspath(file) if file is not None else "")
        run_id = model.removeprefix(OWN)
        weights = runs.folder_of(self._store.root, run_id) / runs.WEIGHTS
        if not weights.is_file():
            raise ReverieError(f"The run {run_id} has no weights yet. Let it train to its end first.")
        return How(catalogue.SRGAN, scale, strength, str(weights), run_id)

    def _path(self, photo_id: int) -> str:
        with self._store.read() as conn:
            return queries_photos.file_to_open(conn, photo_id)

    def _paths(self, photo_ids: Sequence[int]) -> tuple[list[int], list[str], list[tuple[str, str]]]:
        """(ids, their files, those that are no photos of the library)."""
        ids, paths, unknown = [], [], []
        for photo in photo_ids:
            try:
                paths.append(self._path(int(photo)))
                ids.append(int(photo))
            except KeyError:
                unknown.append((f"photo {photo}", "It is not in the library any more."))
        return ids, paths, unknown


def _own(run: Run) -> Upscaler:
    spec = StudioSpec.of(run.spec)
    scale = int(spec.parameters.get("scale", 4))
    title = "SRGAN of your own" + (f": {spec.note}" if spec.note else "")
    what = f"Trained on {run.photos:,} of your photos (run {run.id}); part of its detail is invented."
    return Upscaler(f"{OWN}{run.id}", title, what, tuple(range(2, scale + 1)), adversarial=True)


def _apart(pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """float32 [h, w]: the largest difference of any two, mean over the colours."""
    stack = np.stack(pictures).astype(np.float32) / 255.0
    return np.asarray((stack.max(axis=0) - stack.min(axis=0)).mean(axis=2), np.float32)
