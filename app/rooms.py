"""What stands behind the pages of sets and of odd photos: reads for them off the GUI thread, drops what is stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app import operations_groups as say
from app import operations_review as review
from app.navigation import ALL, Location
from app.views.odd import OddPage
from app.views.odd_view import Odd
from app.views.sets import SetsPage
from app.views.states import State, empty_state
from app.words import photos
from core.progress import Progress, Report
from core.records import Group, PhotoRow, Scope
from core.records_corrections import Member

if TYPE_CHECKING:
    from app.desk import Desk
    from core.library import Library

MOST_ODD = 2000
"""So many odd photos are shown; the strongest of each reason come first."""

MOST_REDATED, ALIKE = 50, 0.85
"""For so many photos with an odd date a better one is looked for: that of a photo at least so alike (cosine)."""

PHOTO_PAGES = ("wall", "sets", "odd")

YEAR = 365.25 * 86400.0

Files = dict[int, tuple[str, ...]]


def broken(error: BaseException) -> State:
    """What a page says that could not be read."""
    return State("problems", "This cannot be shown at the moment", str(error), ("Look for changes", "rescan"))


class Room:
    """Base of what feeds a page: ``refresh`` reads what a location shows, and shows it unless the person left."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.session, self.name = desk, desk.session, name

    def read(
        self, key: str, work: Callable[[Library], Any], done: Callable[[Any], None], location: Location | None = None
    ) -> None:
        """Read in the background; the newest of a ``key`` is answered, while its location is shown."""
        library = self.session.library
        if library is None or self.session.closed:
            return

        def run(progress: Progress) -> Any:
            progress.check()
            return work(library)

        def answered(found: Any) -> None:
            if location is None or location == self.desk.history.current:
                done(found)

        def failed(error: BaseException) -> None:
            if location is not None and location == self.desk.history.current:
                self.desk.show_state(broken(error))

        self.session.runner.submit("io", run, key=f"{self.name}:{key}", done=answered, failed=failed)

    def ask(
        self,
        key: str,
        work: Callable[[Library, Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        ended: Callable[[], None] | None = None,
        reported: Callable[[Report], None] | None = None,
    ) -> None:
        """Read, wherever the person is, what may take its time; the newest of a ``key`` is answered."""
        library = self.session.library
        if library is None or self.session.closed:
            if ended is not None:
                ended()
            return
        self.session.runner.submit(
            "io",
            lambda progress: work(library, progress),
            key=f"{self.name}:{key}",
            done=done,
            failed=failed,
            ended=ended,
            reported=reported,
        )

    def places(self) -> list[tuple[str, Scope]]:
        """All photos, where the person came from, and what is selected there, each with what it is called."""
        found = [(ALL.title, ALL.scope)]
        last = next((each for each in reversed(self.desk.history.past) if each.page in PHOTO_PAGES), ALL)
        if last.scope != ALL.scope:
            found.append((last.title, last.scope))
        selected = [int(photo_id) for photo_id in self.desk.wall.selection()]
        if len(selected) > 1:
            found.append((f"{photos(len(selected))} selected", Scope("ids", ids=tuple(selected))))
        return found

    @property
    def visible(self) -> bool:
        """Whether its page is on screen."""
        return self.desk.window.shown_page == self.name

    def nothing(self, location: Location) -> None:
        self.desk.show_state(empty_state(location, self.session.works.active))


class SetsRoom(Room):
    """Identical files, duplicates and bursts side by side."""

    def __init__(self, desk: Desk, page: SetsPage) -> None:
        super().__init__(desk, "sets")
        self.page = page
        self._at = 0
        session = desk.session
        page.wanted.connect(lambda ids: self._members("members", ids))
        page.marked.connect(lambda ids, marked: review.mark(session, ids, marked))
        page.away.connect(lambda ids: review.put_away(session, ids))
        page.best_chosen.connect(lambda group, photo: say.cover(session, group, photo))
        page.parted.connect(lambda ids, kind: say.different(session, ids, kind))
        page.photo_wanted.connect(desk.focus.show_photo)

    def refresh(self, location: Location) -> None:
        """Read the sets of a kind and show them."""
        kind = location.section if location.scope.kind == "group" else location.scope.kind
        at = location.scope.id if location.scope.kind == "group" and location.scope.id != self._at else 0
        self._at = location.scope.id

        def done(found: tuple[list[Group], Any]) -> None:
            groups, marked = found
            if not groups:
                self.nothing(location)
                return
            self.page.show_sets(kind, groups, marked.tolist(), at)
            self.desk.show_room(self.name)
            self._members("again", self.page.in_sight())

        self.read("sets", lambda library: (library.groups(kind), library.marked()), done, location)

    def _members(self, key: str, ids: Sequence[int]) -> None:
        with_files = self.page.sets.kind == "identical"

        def work(library: Library) -> list[tuple[int, list[Member], Files]]:
            return [(group_id, *_set_of(library, group_id, with_files)) for group_id in ids]

        def done(found: list[tuple[int, list[Member], Files]]) -> None:
            there = {group.id for group in self.page.sets.groups}
            for group_id, members, files in found:
                if group_id in there:
                    self.page.show_members(group_id, members, files)

        if ids:
            self.read(key, work, done)


def _set_of(library: Library, group_id: int, with_files: bool) -> tuple[list[Member], Files]:
    """The members of a set, none where it is gone; with the paths of all files of each where these are compared."""
    try:
        members = library.members(group_id)
    except KeyError:
        return [], {}
    if not with_files:
        return members, {}
    return members, {
        each.row.id: tuple(file.path for file in library.photo(each.row.id).files if file.role != "sidecar")
        for each in members
    }


class OddRoom(Room):
    """Odd photos by what is odd about them."""

    def __init__(self, desk: Desk, page: OddPage) -> None:
        super().__init__(desk, "odd")
        self.page = page
        session = desk.session
        page.fine.connect(lambda ids, group: say.not_this(session, ids, group, "the odd ones"))
        page.event_wanted.connect(self._show_in_event)
        page.photo_wanted.connect(desk.focus.show_photo)
        page.redated.connect(self._redate)

    def refresh(self, location: Location) -> None:
        """Read the odd photos, of one reason or of all."""
        only = location.scope.id if location.scope.kind == "group" else 0

        def work(library: Library) -> list[Odd]:
            found: list[Odd] = []
            for group in library.groups("odd"):
                if only in (0, group.id) and len(found) < MOST_ODD:
                    found += [Odd(group, member) for member in library.members(group.id)[: MOST_ODD - len(found)]]
            wrong = [each for each in found if each.member.reason.get("reason") == "date"][:MOST_REDATED]
            right = {each.member.row.id: _time_of_alike(library, each.member.row) for each in wrong}
            return [replace(each, suggested=right.get(each.member.row.id)) for each in found]

        def done(found: list[Odd]) -> None:
            if not found:
                self.nothing(location)
                return
            self.page.show_odd(found)
            self.desk.show_room(self.name)

        self.read("odd", work, done, location)

    def _show_in_event(self, photo_id: int) -> None:
        def work(library: Library) -> Location | None:
            for each in library.photo(photo_id).memberships:
                if each.kind == "events":
                    return group_location_of(each.group_id, each.title)
            return None

        def done(found: Location | None) -> None:
            self.desk.show_photo_at(found, photo_id)

        self.read("event", work, done)

    def _redate(self, row: PhotoRow, seconds: float) -> None:
        if row.camera is not None and row.taken_local is not None:
            review.redate(self.session, row.camera, seconds, row.taken_local)


def _time_of_alike(library: Library, row: PhotoRow) -> float | None:
    """When the photo most like one was taken, a second later; None where none is alike, or that is the same year."""
    scores = dict(library.similar(row.id, 3))
    for other in library.rows([i for i, cosine in scores.items() if cosine >= ALIKE]):
        if other.taken_local is not None and abs(other.taken_local - (row.taken_local or 0.0)) > YEAR:
            return other.taken_local + 1.0
    return None


def group_location_of(group_id: int, title: str) -> Location:
    """An event by its id and title."""
    return Location("wall", Scope("group", group_id), title, "events")
