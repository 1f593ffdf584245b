"""Where the person is and where they came from: locations and a back/forward history. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.records import GROUP_KINDS, Group, Scope

KIND_TITLES = {
    "events": "Events",
    "trips": "Trips",
    "places": "Places",
    "kinds": "Kinds",
    "topics": "Topics",
    "lookalikes": "Look-alikes",
    "identical": "Identical files",
    "duplicates": "Duplicates",
    "bursts": "Bursts",
    "odd": "Odd ones out",
}


@dataclass(frozen=True, slots=True)
class Location:
    """A page of the window. ``page``: "wall", "sets", "odd", "folders", "health", "problems", "lab" or "studio";
    ``scope`` says of what.

    ``title`` is the last crumb, ``section`` the one before it (a kind) or empty.
    """

    page: str = "wall"
    scope: Scope = field(default_factory=Scope)
    title: str = "All photos"
    section: str = ""


ALL = Location()
PROBLEMS = Location("problems", Scope("problems"), "Problems")
HEALTH = Location("health", Scope("health"), "Health")
FOLDERS = Location("folders", Scope("folders"), "Folders")
LAB = Location("lab", Scope("lab"), "Lab")
STUDIO = Location("studio", Scope("studio"), "Studio")
FIXED = {"all": ALL, "health": HEALTH, "folders": FOLDERS, "problems": PROBLEMS, "lab": LAB, "studio": STUDIO}
"""Pages that are there in every library, in the order of the sidebar."""


def page_of(kind: str) -> str:
    """The page that shows groups of a kind: sets side by side, odd photos with reasons, all others on the wall."""
    return "sets" if kind in ("identical", "duplicates", "bursts") else "odd" if kind == "odd" else "wall"


def kind_location(kind: str) -> Location:
    """All groups of a kind. KeyError for an unknown one."""
    return Location(page_of(kind), Scope(kind), KIND_TITLES[kind])


def group_location(group: Group) -> Location:
    return Location(page_of(group.kind), Scope("group", group.id), group.title, group.kind)


def parent_of(location: Location) -> Location:
    """The page one step up: the kind of a group, Folders of a folder, all photos of the rest."""
    if location.section in GROUP_KINDS:
        return kind_location(location.section)
    return FOLDERS if location.section == "folders" else ALL


@dataclass(slots=True)
class History:
    """Back and forward over locations, as a browser does it; at most ``limit`` kept."""

    current: Location = ALL
    limit: int = 100
    past: list[Location] = field(default_factory=list)
    future: list[Location] = field(default_factory=list)

    def visit(self, location: Location) -> bool:
        """Go to a new location; False when already there."""
        if location == self.current:
            return False
        self.past = [*self.past, self.current][-self.limit :]
        self.current = location
        self.future.clear()
        return True

    def back(self) -> Location | None:
        """The location before, now current; None at the beginning."""
        if not self.past:
            return None
        self.future.append(self.current)
        self.current = self.past.pop()
        return self.current

    def forward(self) -> Location | None:
        """The location that ``back`` left, now current; None at the end."""
        if not self.future:
            return None
        self.past.append(self.current)
        self.current = self.future.pop()
        return self.current
