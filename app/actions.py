"""Everything one can do, as one table: menus, shortcuts and the shortcut sheet are built from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app import operations, operations_lab, operations_review, operations_studio
from app.icons import icon
from app.theme import Theme


class Needs(Enum):
    """When an action can be used. SELECTION: photos are meant, on the wall or in the viewer; PICKED: on the wall;
    ON_WALL: the wall is shown and may be corrected."""

    NOTHING = auto()
    WRITING = auto()
    SELECTION = auto()
    PICKED = auto()
    ON_WALL = auto()
    WALL = auto()
    WITH_PHOTOS = auto()
    LEVEL = auto()
    WORK = auto()
    PAST = auto()
    FUTURE = auto()


Operation = Callable[[Any], object]
"""Takes the :class:`app.desk.Desk`."""


@dataclass(frozen=True, slots=True)
class Action:
    """One row. ``menu``: the heading it stands under. ``run`` None: the view with the keyboard handles the keys
    itself, and the row is only shown in the sheet."""

    id: str
    text: str
    keys: tuple[str, ...]
    menu: str
    needs: Needs = Needs.NOTHING
    run: Operation | None = None


def _stars(count: int) -> Action:
    text = "No stars" if count == 0 else f"{count} star" + ("s" if count > 1 else "")
    return Action(
        f"rate-{count}",
        text,
        (str(count),),
        "Photo",
        Needs.SELECTION,
        lambda desk: operations.rate(desk.session, desk.focus.photos_meant(), count),
    )


TABLE: tuple[Action, ...] = (
    Action("add-folder", "Add a folder …", ("Ctrl+O",), "Library", Needs.WRITING, lambda desk: desk.choose_folder()),
    Action("rescan", "Look for changes", ("F5",), "Library", Needs.WRITING, lambda d: operations.rescan(d.session)),
    Action(
        "retry", "Try unread files again", (), "Library", Needs.WRITING, lambda d: operations.retry_problems(d.session)
    ),
    Action("regroup", "Group anew", (), "Library", Needs.WRITING, lambda d: operations.regroup(d.session)),
    Action(
        "faces", "Look for faces", (), "Library", Needs.WRITING, lambda desk: operations.look_for_faces(desk.session)
    ),
    Action("learn", "Learn from corrections", (), "Library", Needs.WRITING, lambda d: operations.learn(d.session)),
    Action(
        "lab-resume",
        "Resume the last training",
        (),
        "Library",
        Needs.WRITING,
        lambda desk: operations_lab.LAB.resume_latest(desk.session),
    ),
    Action(
        "studio-resume",
        "Resume the last generator",
        (),
        "Library",
        Needs.WRITING,
        lambda desk: operations_studio.STUDIO.resume_latest(desk.session),
    ),
    Action("sample", "Try the sample", (), "Library", Needs.WRITING, lambda d: operations.try_sample(d.session)),
    Action(
        "pause", "Pause or go on", ("Ctrl+P",), "Library", Needs.WORK, lambda d: operations.pause_or_resume(d.session)
    ),
    Action("cancel", "Stop the import", ("Ctrl+.",), "Library", Needs.WORK, lambda desk: desk.worklight.stop()),
    Action("quit", "Quit", ("Ctrl+Q",), "Library", Needs.NOTHING, lambda desk: desk.window.close()),
    Action("undo", "Undo", ("Ctrl+Z",), "Edit", Needs.WRITING, lambda desk: operations.undo(desk.session)),
    Action("redo", "Redo", ("Ctrl+Shift+Z",), "Edit", Needs.WRITING, lambda desk: operations.redo(desk.session)),
    Action("select-all", "Select all", ("Ctrl+A",), "Edit", Needs.WALL, lambda desk: desk.wall.select_all()),
    Action("find", "Find an album", ("Ctrl+F",), "Edit", Needs.NOTHING, lambda desk: desk.window.focus_search()),
    Action("open", "Open the photo", ("Return",), "Photo"),
    Action("leave", "Back to the wall, or clear the selection", ("Esc",), "Photo"),
    Action("move", "The next or previous photo", ("←", "→", "↑", "↓"), "Photo"),
    Action("peek", "A quick look", ("Space",), "Photo"),
    Action("actual", "Actual size, in the viewer", ("Z",), "Photo"),
    Action("turn", "Turn the view, in the viewer", ("R",), "Photo"),
    Action("info", "Show what is known, in the viewer", ("I",), "Photo"),
    Action("regions", "Regions, in the viewer; click one", ("O",), "Photo"),
    Action("region-size", "Shrink or grow the region", ("[", "]"), "Photo"),
    Action("region-beside", "The region beside", ("Shift+←", "Shift+→"), "Photo"),
    Action("region-name", "Name the region", ("T",), "Photo"),
    Action("region-like", "Find photos with such a region", ("F",), "Photo"),
    Action("heat", "Heat map, in the viewer", ("H",), "Photo"),
    *(_stars(count) for count in (1, 2, 3, 4, 5, 0)),
    Action("enlarge", "Enlarge …", ("Ctrl+E",), "Photo", Needs.SELECTION, lambda d: operations_studio.enlarge_these(d)),
    Action("split", "Split before this photo", ("S",), "Groups", Needs.ON_WALL, lambda d: d.editing.split()),
    Action("merge", "Merge, or join the one above", ("M",), "Groups", Needs.ON_WALL, lambda d: d.editing.merge()),
    Action("why", "Why here?", ("W",), "Groups", Needs.WITH_PHOTOS, lambda d: d.editing.why()),
    Action("not-this", "Not in this group", ("N",), "Groups", Needs.PICKED, lambda d: d.editing.not_this()),
    Action("rename", "Rename the group", ("F2",), "Groups", Needs.ON_WALL, lambda d: d.naming.rename()),
    Action("cover", "Use as the cover", ("C",), "Groups", Needs.ON_WALL, lambda d: d.editing.cover()),
    Action("same", "These are the same", ("D",), "Groups", Needs.PICKED, lambda d: d.editing.alike(True)),
    Action("different", "Not the same", ("Shift+D",), "Groups", Needs.PICKED, lambda d: d.editing.alike(False)),
    Action("kind", "Which kind …", ("K",), "Groups", Needs.SELECTION, lambda d: d.naming.mark_kind()),
    Action("pick-up", "Pick up, to move elsewhere", ("Ctrl+X",), "Groups", Needs.PICKED, lambda d: d.editing.pick_up()),
    Action(
        "put-here", "Move here what was picked up", ("Ctrl+V",), "Groups", Needs.ON_WALL, lambda d: d.editing.put_here()
    ),
    Action(
        "imagine", "Imagine more like this", ("G",), "Groups", Needs.ON_WALL, lambda d: operations_studio.imagine(d)
    ),
    Action(
        "train-on-this",
        "Train a generator on this …",
        (),
        "Groups",
        Needs.ON_WALL,
        lambda desk: operations_studio.train_on_this(desk),
    ),
    Action("boundary", "The next or previous boundary", ("Ctrl+↑", "Ctrl+↓"), "Groups"),
    Action("shift", "Move the boundary; Enter keeps it", ("Shift+↑", "Shift+→"), "Groups"),
    Action("pin", "Hold this boundary", ("P",), "Groups", Needs.ON_WALL, lambda d: d.editing.pin(True)),
    Action("unpin", "Do away with this boundary", ("Del",), "Groups", Needs.ON_WALL, lambda d: d.editing.pin(False)),
    Action("answer", "Yes, no or not sure, in Health", ("Y", "N", "Space"), "Groups"),
    Action("keep-best", "Keep the best, mark the others, in a set", ("K",), "Groups"),
    Action("mark", "Mark to be put away, in a set", ("M",), "Groups"),
    Action("use-best", "Use this one as the best, in a set", ("Return",), "Groups"),
    Action("loupe", "Look closely at all photos of a set", ("Z",), "Groups"),
    Action(
        "bring-back",
        "Bring back what was put away",
        (),
        "Groups",
        Needs.WRITING,
        lambda desk: operations_review.bring_back(desk.session),
    ),
    Action("fine", "It is fine, among the odd ones", ("F",), "Groups"),
    Action("back", "Back", ("Alt+Left",), "Go", Needs.PAST, lambda desk: desk.back()),
    Action("forward", "Forward", ("Alt+Right",), "Go", Needs.FUTURE, lambda desk: desk.forward()),
    Action("up", "One step up", ("Alt+Up",), "Go", Needs.NOTHING, lambda desk: desk.up()),
    Action("go-all", "All photos", ("Ctrl+1",), "Go", Needs.NOTHING, lambda desk: desk.go_to("all")),
    Action("go-events", "Events", ("Ctrl+2",), "Go", Needs.NOTHING, lambda desk: desk.go_to("events")),
    Action("go-trips", "Trips", ("Ctrl+3",), "Go", Needs.NOTHING, lambda desk: desk.go_to("trips")),
    Action("go-places", "Places", ("Ctrl+4",), "Go", Needs.NOTHING, lambda desk: desk.go_to("places")),
    Action("go-kinds", "Kinds", ("Ctrl+5",), "Go", Needs.NOTHING, lambda desk: desk.go_to("kinds")),
    Action("go-health", "Health", ("Ctrl+8",), "Go", Needs.NOTHING, lambda desk: desk.go_to("health")),
    Action("go-folders", "Folders", ("Ctrl+6",), "Go", Needs.NOTHING, lambda desk: desk.go_to("folders")),
    Action("go-problems", "Problems", ("Ctrl+7",), "Go", Needs.NOTHING, lambda desk: desk.go_to("problems")),
    Action("go-lab", "Lab", ("Ctrl+9",), "Go", Needs.NOTHING, lambda desk: desk.go_to("lab")),
    Action("go-studio", "Studio", ("Ctrl+0",), "Go", Needs.NOTHING, lambda desk: desk.go_to("studio")),
    Action("sidebar", "Sidebar", ("Ctrl+B",), "View", Needs.NOTHING, lambda desk: desk.window.toggle_sidebar()),
    Action("inspector", "Inspector", ("Ctrl+I",), "View", Needs.NOTHING, lambda desk: desk.window.toggle_inspector()),
    Action(
        "bigger", "Larger photos", ("Ctrl++", "Ctrl+="), "View", Needs.WALL, lambda desk: desk.focus.resize_photos(1)
    ),
    Action("smaller", "Smaller photos", ("Ctrl+-",), "View", Needs.WALL, lambda desk: desk.focus.resize_photos(-1)),
    Action("finer", "A finer level", ("[",), "View", Needs.LEVEL, lambda d: d.window.topbar.level.to_stop(-1)),
    Action("coarser", "A coarser level", ("]",), "View", Needs.LEVEL, lambda d: d.window.topbar.level.to_stop(1)),
    Action("theme-system", "Follow the system", (), "Appearance", run=lambda desk: desk.choose_theme("system")),
    Action("theme-light", "Light", (), "Appearance", run=lambda desk: desk.choose_theme("light")),
    Action("theme-dark", "Dark", (), "Appearance", run=lambda desk: desk.choose_theme("dark")),
    Action("keys", "Keyboard shortcuts", ("?",), "Help", run=lambda desk: desk.window.toggle_sheet()),
)

MENUS = ("Library", "Edit", "Photo", "Groups", "Go", "View", "Appearance", "Help")

ABOUT = {
    "photo": (
        *("why", "", "split", "merge", "not-this", "kind", "", "same", "different", "", "cover"),
        *("", "enlarge", "imagine", "train-on-this"),
    ),
    "heading": ("rename", "merge", "", "why", "", "imagine", "train-on-this"),
    "boundary": ("why", "", "merge", "pin", "unpin"),
}
"""What the menu of each thing on a wall offers, "" for a line."""
ICONS = {
    "why": "inspector",
    "split": "split",
    "merge": "merge",
    "not-this": "close",
    "kind": "kinds",
    "same": "duplicates",
    "different": "lookalikes",
    "cover": "photos",
    "enlarge": "enlarge",
    "imagine": "studio",
    "train-on-this": "studio",
    "rename": "edit",
    "pin": "pin",
    "unpin": "close",
}


class Actions:
    """The table's rows as QActions on a window; ``enable`` follows what is possible now."""

    def __init__(self, window: QWidget, desk: Any) -> None:
        self._made: dict[str, QAction] = {}
        for row in TABLE:
            if row.run is None:
                continue
            made = QAction(row.text, window)
            made.setShortcuts([QKeySequence(key) for key in row.keys])
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            made.triggered.connect(lambda _=False, run=row.run: run(desk))
            window.addAction(made)
            self._made[row.id] = made

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def trigger(self, name: str) -> None:
        """Run an action by its id, if it can be used now. KeyError for an unknown id."""
        self._made[name].trigger()

    def enable(self, possible: Iterable[Needs]) -> None:
        """Enable the rows whose need is met."""
        met = set(possible) | {Needs.NOTHING}
        for row in TABLE:
            if row.id in self._made:
                self._made[row.id].setEnabled(row.needs in met)

    def check(self, names: dict[str, bool]) -> None:
        """Show ticks beside what is on."""
        for name, on in names.items():
            self._made[name].setCheckable(True)
            self._made[name].setChecked(on)

    def about(self, what: str, parent: QWidget, theme: Theme) -> QMenu | None:
        """The menu of a "photo", "heading" or "boundary" on a wall; None for anything else."""
        if what not in ABOUT:
            return None
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ABOUT[what]:
            if not name:
                menu.addSeparator()
                continue
            made = self._made[name]
            made.setIcon(icon(ICONS[name], theme.tokens.muted, theme.tokens.control))
            menu.addAction(made)
        return menu

    def menu(self, parent: QWidget) -> QMenu:
        """The whole table as one menu with a submenu for each heading."""
        whole = QMenu(parent)
        for heading in MENUS:
            rows = [self._made[row.id] for row in TABLE if row.menu == heading and row.id in self._made]
            if heading in ("Library", "Help"):
                whole.addSeparator()
                whole.addActions([made for made in rows if made is not self._made["quit"]])
                whole.addSeparator()
            else:
                below = whole.addMenu(heading)
                below.addActions(rows)
        whole.addAction(self._made["quit"])
        return whole


def sheet() -> list[tuple[str, list[tuple[str, str]]]]:
    """The shortcut sheet: headings with (what, keys) for every row that has keys."""
    told = []
    for heading in MENUS:
        rows = [(row.text.removesuffix(" …"), " ".join(_shown(key) for key in row.keys)) for row in TABLE]
        rows = [shown for shown, row in zip(rows, TABLE, strict=True) if row.menu == heading and row.keys]
        if rows:
            told.append((heading, rows))
    return told


def _shown(key: str) -> str:
    shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return shown if shown and len(key) > 1 else key
