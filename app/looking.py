"""What stands behind looking closer in the viewer: reads regions and heat maps off the GUI thread, asks for names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app import operations_regions as say
from app.errors import Notice
from app.jobs import Job
from app.navigation import Location
from app.views.viewer import Viewer
from app.views.viewer_looking import HEAT, REGIONS
from core.progress import Progress, Report
from core.records import Scope
from core.records_lab import RegionTree

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

FOUND = "Photos with such a region"
OFF = "off"
NO_HEAT = Notice(
    "There is no heat map of this photo yet.",
    "info",
    "It needs an autoencoder that has learned from pictures: train one in the Lab with Input set to pictures.",
    action=("Open the Lab", "go-lab"),
)


MEASURES = (
    ("reconstruction", "the autoencoder gives it back worse than {share} of the others"),
    ("free_energy", "its free energy is above that of {share} of the others"),
)
"""What is said of a photo by learners that are trained."""


def odd_words(found: Mapping[str, float]) -> str:
    """How odd a photo is to the learners, as one sentence; "" where none says anything."""
    said = [text.format(share=f"{found[f'{name}_rank']:.0%}") for name, text in MEASURES if f"{name}_rank" in found]
    return f"Bright: what cannot be given back of the middle square; {', and '.join(said)}." if said else ""


class LookingRoom(QObject):
    """Answers what :class:`app.views.viewer_looking.Looking` asks for."""

    def __init__(self, desk: Desk, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._desk, self._session, self._viewer = desk, desk.session, viewer
        self._looking = viewer.looking
        self._chooser: Any = None
        self._said: set[str] = set()
        self._jobs: dict[str, Job] = {}
        self._finding = False
        self._looking.regions_wanted.connect(self._read_regions)
        self._looking.heat_wanted.connect(self._read_heat)
        self._looking.name_wanted.connect(self._ask)
        self._looking.like_wanted.connect(self._find)
        self._looking.over.connect(self._over)
        desk.session.changed.connect(lambda _: self._again())

    # ------------------------------------------------------------ reading

    def _read(
        self,
        key: str,
        work: Callable[[Library, Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        reported: Callable[[Report], None] | None = None,
    ) -> None:
        """Read in the background; what was asked before under this key is stopped and not answered."""
        library = self._session.library
        if library is None or self._session.closed:
            return
        self._stop(key)

        def run(progress: Progress) -> Any:
            progress.check()
            return work(library, progress)

        self._jobs[key] = self._session.runner.submit(
            "io", run, key=f"looking:{key}", done=done, failed=failed, reported=reported
        )

    def _stop(self, key: str) -> None:
        job = self._jobs.pop(key, None)
        if job is not None:
            job.cancel()
        self._session.runner.outdate(f"looking:{key}")

    def _over(self) -> None:
        self._finding = False
        for key in list(self._jobs):
            self._stop(key)

    def _read_regions(self, photo_id: int) -> None:
        def failed(error: BaseException) -> None:
            self._leave(REGIONS, photo_id)
            self._session.fail(error, "find regions")

        self._finding = False
        self._stop("like")
        self._read("regions", lambda library, _: library.lab.regions(photo_id), self._looking.show_tree, failed)

    def _again(self) -> None:
        """Names of regions may have changed."""
        photo_id = self._viewer.current()
        if self._looking.mode == REGIONS and photo_id is not None and not self._finding:
            self._read_regions(photo_id)

    def _read_heat(self, photo_id: int) -> None:
        def done(heat: Any) -> None:
            if heat is None:
                self._leave(HEAT, photo_id)
                self._session.tell(NO_HEAT)
            else:
                self._looking.show_heat(photo_id, heat)
                self._read("odd", lambda library, _: library.lab.oddness(photo_id), numbers, lambda _: None)

        def numbers(found: Any) -> None:
            if self._looking.mode == HEAT:
                self._looking.tell(photo_id, odd_words(found))

        def failed(error: BaseException) -> None:
            self._leave(HEAT, photo_id)
            self._session.fail(error, "make the heat map")

        self._read("heat", lambda library, _: library.lab.heat(photo_id), done, failed)

    def _leave(self, mode: str, photo_id: int) -> None:
        """What was asked for cannot be shown: back to the photo."""
        if self._looking.mode == mode and self._viewer.current() == photo_id:
            self._looking.stop()

    # ------------------------------------------------------------ names

    def _ask(self, tree: RegionTree, node: int) -> None:
        """Let the person choose a region's name, or give a new one."""
        from app.views.chooser import Chooser

        if self._chooser is not None:
            self._chooser.deleteLater()
        window, region = self._desk.window, tree.regions[node]
        self._chooser = Chooser(window.theme, window, "Name of the region", "New:")
        self._chooser.chosen.connect(lambda key, words: self._name(tree.photo_id, node, "" if key == OFF else words))
        self._chooser.closed.connect(self._viewer.setFocus)
        known = self._said | {each for one in tree.regions for each in (one.tag, one.label) if each}
        entries = [(name, name) for name in sorted(known - {region.tag}, key=str.casefold)]
        if region.tag:
            entries.append((OFF, f"Take “{region.tag}” off"))
        self._chooser.ask("What is this?", entries)
        if not entries:
            self._chooser.field.setPlaceholderText("Name of the region")

    def _name(self, photo_id: int, node: int, name: str) -> None:
        if name:
            self._said.add(name)
        say.tag(self._session, photo_id, node, name)

    # ------------------------------------------------------------ finding

    def _find(self, photo_id: int, node: int) -> None:
        """Show the photos with a region like this one, the most alike first."""

        def work(library: Library, progress: Progress) -> list[int]:
            return [photo for photo, _, _ in library.lab.like_region(photo_id, node, progress=progress)]

        def done(found: list[int]) -> None:
            self._finding = False
            if self._viewer.current() != photo_id:
                return
            if found:
                self._desk.go(Location("wall", Scope("ids", ids=tuple(found)), FOUND))
            else:
                self._looking.tell(photo_id, "")
                self._session.tell(Notice("No other photo could be looked into.", "info"))

        def failed(error: BaseException) -> None:
            self._finding = False
            self._looking.tell(photo_id, "")
            self._session.fail(error, "find such regions")

        def reported(report: Report) -> None:
            if report.total:
                self._looking.tell(photo_id, f"Looking into photos: {report.done} of {report.total} …")

        self._finding = True
        self._looking.tell(photo_id, "Looking into photos …")
        self._read("like", work, done, failed, reported)
