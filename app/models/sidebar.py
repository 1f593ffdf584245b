"""The sidebar's tree: fixed entries with counts; the groups and folders below them are fetched when opened."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.navigation import ALL, FIXED, KIND_TITLES, Location, group_location, kind_location
from app.words import date_range, number
from core.paths import printable
from core.records import GROUP_KINDS, Folder, Group, Scope, Status

COUNT_ROLE = Qt.ItemDataRole.UserRole + 1
ICON_ROLE = Qt.ItemDataRole.UserRole + 2
LOCATION_ROLE = Qt.ItemDataRole.UserRole + 3
MORE_ROLE = Qt.ItemDataRole.UserRole + 4

ICONS = {"all": "photos", "folders": "folder"}
NEW_KIND = Location("new-kind", Scope("new-kind"), "New kind …", "kinds")
"""The last row of Kinds: it asks for a name, and photos dropped on it teach the kind."""
Index = QModelIndex | QPersistentModelIndex


@dataclass(eq=False, slots=True)
class Node:
    """One row. ``key`` is stable over refreshes; ``lazy`` names what to fetch when it is opened first; ``more``: there
    are more than ``count``."""

    serial: int
    key: str
    location: Location
    count: int | None = None
    icon: str = ""
    lazy: str = ""
    subject: Group | Folder | None = None
    fetched: bool = False
    asked: bool = False
    more: bool = False
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    @property
    def row(self) -> int:
        return self.parent.children.index(self) if self.parent is not None else 0


class SidebarModel(QAbstractItemModel):
    """``wanted`` asks for the rows of a kind (or "folders"); the answers come by ``set_groups``, ``set_folders``.

    ``openness_changed``: a row can be opened now that could not before, or the other way round (views keep that).
    """

    wanted = Signal(str)
    openness_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._serials = itertools.count(1)
        self._nodes: dict[int, Node] = {}
        self._root = Node(0, "", ALL)
        self._tops: dict[str, Node] = {}
        entries = [("all", ALL), *((kind, kind_location(kind)) for kind in GROUP_KINDS)]
        fixed = [(key, location) for key, location in FIXED.items() if location != ALL]
        for key, location in [*entries, *fixed]:
            lazy = key if key in KIND_TITLES or key == "folders" else ""
            node = self._node(key, location, None, icon=ICONS.get(key, key), lazy=lazy)
            node.parent = self._root
            self._root.children.append(node)
            self._tops[key] = node
            self._nodes[node.serial] = node

    # ------------------------------------------------------------ what the program puts in

    def set_status(self, status: Status) -> None:
        """Counts of the fixed rows; the rows of kinds that changed in number are asked for again when shown."""
        counts = {"all": status.photos, "problems": status.problems, **status.groups, "odd": status.odd}
        before = [self.hasChildren(self._index_of(node)) for node in self._tops.values()]
        for key, node in self._tops.items():
            if key not in ("folders", "health", "lab", "studio"):
                node.count = counts.get(key, 0)
        last = self.index(len(self._root.children) - 1, 0)
        self.dataChanged.emit(self.index(0, 0), last)
        if before != [self.hasChildren(self._index_of(node)) for node in self._tops.values()]:
            self.openness_changed.emit()

    def set_groups(self, kind: str, groups: Sequence[Group]) -> None:
        """The groups of a kind, in the order given. Of the odd ones it is the photos that count, not the reasons."""
        top = self._tops[kind]
        if kind != "odd":
            top.count = len(groups)
        nodes = [self._group_node(group) for group in groups]
        if kind == "kinds" and nodes:
            nodes.append(self._node("new-kind", NEW_KIND, None))
        self._merge(top, nodes)
        top.fetched = True

    def set_questions(self, n: int, more: bool = False) -> None:
        """How many questions are open, beside Health; ``more``: so many at least."""
        self._tops["health"].count, self._tops["health"].more = n, more
        self.dataChanged.emit(self.top_index("health"), self.top_index("health"))

    def set_folders(self, folders: Sequence[Folder]) -> None:
        """All folders, nested by their parents; the person's own folders stand at the top."""
        below: dict[int | None, list[Folder]] = {}
        for folder in folders:
            below.setdefault(None if folder.root else folder.parent, []).append(folder)
        top = self._tops["folders"]
        self._merge_folders(top, None, below)
        top.fetched = True
        self.dataChanged.emit(self.top_index("folders"), self.top_index("folders"))

    def refetch(self, kinds: Sequence[str] = (*GROUP_KINDS, "folders")) -> None:
        """Ask again for everything that has been fetched once."""
        for kind in kinds:
            if self._tops[kind].asked:
                self.wanted.emit(kind)

    def fetch(self, key: str) -> None:
        """Ask for the rows of one kind, or of "folders", if nobody has yet."""
        self._ask(self._tops[key])

    def fetch_all(self) -> None:
        """Ask for every kind not asked for yet, so that a search sees all titles."""
        for node in self._root.children:
            self._ask(node)

    def top_index(self, key: str) -> QModelIndex:
        return self.index(list(self._tops).index(key), 0)

    def find(self, location: Location) -> QModelIndex:
        """The row of a location; invalid if it is not (yet) in the tree."""
        for serial, node in self._nodes.items():
            if node.location.scope == location.scope and node.location.page == location.page:
                return self.createIndex(node.row, 0, serial)
        return QModelIndex()

    # ------------------------------------------------------------ nodes

    def _node(self, key: str, location: Location, count: int | None, icon: str = "", lazy: str = "") -> Node:
        return Node(next(self._serials), key, location, count, icon, lazy)

    def _group_node(self, group: Group) -> Node:
        serial = next(self._serials)
        return Node(serial, f"group:{group.id}", group_location(group), group.n_photos, subject=group)

    def _folder_node(self, folder: Folder) -> Node:
        serial = next(self._serials)
        return Node(serial, f"folder:{folder.id}", folder_location(folder), folder.n_photos, subject=folder)

    def _adopt(self, parent: Node, nodes: Sequence[Node], at: int) -> None:
        self.beginInsertRows(self._index_of(parent), at, at + len(nodes) - 1)
        for node in nodes:
            node.parent = parent
            self._nodes[node.serial] = node
        parent.children[at:at] = nodes
        self.endInsertRows()

    def _drop(self, parent: Node, first: int, last: int) -> None:
        self.beginRemoveRows(self._index_of(parent), first, last)
        for node in parent.children[first : last + 1]:
            self._forget(node)
        del parent.children[first : last + 1]
        self.endRemoveRows()

    def _forget(self, node: Node) -> None:
        self._nodes.pop(node.serial, None)
        for child in node.children:
            self._forget(child)

    def _merge(self, parent: Node, fresh: list[Node]) -> None:
        """Turn the children into ``fresh``, keeping rows that stay, so that selection and openness survive."""
        keys = [node.key for node in fresh]
        wanted = set(keys)
        for row in range(len(parent.children) - 1, -1, -1):
            if parent.children[row].key not in wanted:
                self._drop(parent, row, row)
        kept = {node.key for node in parent.children}
        if [node.key for node in parent.children] != [key for key in keys if key in kept]:
            self._drop(parent, 0, len(parent.children) - 1)
        self._fill(parent, fresh)
        if parent.children:
            ends = self._index_of(parent.children[0]), self._index_of(parent.children[-1])
            self.dataChanged.emit(*ends)

    def _fill(self, parent: Node, fresh: list[Node]) -> None:
        row = 0
        while row < len(fresh):
            if row < len(parent.children) and parent.children[row].key == fresh[row].key:
                old = parent.children[row]
                new = fresh[row]
                old.location, old.count, old.subject = new.location, new.count, new.subject
                row += 1
                continue
            stop = row
            here = parent.children[row].key if row < len(parent.children) else None
            while stop < len(fresh) and fresh[stop].key != here:
                stop += 1
            self._adopt(parent, fresh[row:stop], row)
            row = stop

    def _merge_folders(self, parent: Node, key: int | None, below: dict[int | None, list[Folder]]) -> None:
        found = below.get(key, [])
        self._merge(
            parent,
            [self._folder_node(folder) for folder in found],
        )
        for node, folder in zip(parent.children, found, strict=True):
            self._merge_folders(node, folder.id, below)

    def _of(self, index: Index) -> Node:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index_of(self, node: Node) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(node.row, 0, node.serial)

    def _ask(self, node: Node) -> None:
        if node.lazy and not node.asked:
            node.asked = True
            self.wanted.emit(node.lazy)

    # ------------------------------------------------------------ QAbstractItemModel

    def index(self, row: int, column: int = 0, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        children = self._of(parent).children
        if column or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, 0, children[row].serial)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        above = self._of(index).parent
        return QModelIndex() if above is None or above is self._root else self._index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._of(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        node = self._of(parent)
        if node.lazy and not node.fetched:
            return node.lazy == "folders" or bool(node.count)
        return bool(node.children)

    def canFetchMore(self, parent: Index) -> bool:
        node = self._of(parent)
        return bool(node.lazy) and not node.asked

    def fetchMore(self, parent: Index) -> None:
        self._ask(self._of(parent))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._of(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return node.location.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return hint(node.subject) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            least = "more than " if node.more else ""
            return f"{node.location.title}, {least}{number(node.count)}" if node.count else node.location.title
        shown = {COUNT_ROLE: node.count, MORE_ROLE: node.more, ICON_ROLE: node.icon, LOCATION_ROLE: node.location}
        return shown.get(role)


def folder_location(folder: Folder) -> Location:
    """A folder's wall, titled by the last part of its path."""
    name = os.path.basename(folder.path.rstrip("/\\")) or folder.path
    return Location("wall", Scope("folder", folder.id), printable(name), "folders")


def hint(subject: Group | Folder | None) -> str:
    """Title, dates and subtitle of a group, the path of a folder; nothing for a fixed row."""
    if isinstance(subject, Folder):
        return printable(subject.path)
    return group_hint(subject) if subject is not None else ""


def group_hint(group: Group) -> str:
    """Title, dates and subtitle of a group, for where its row is too narrow."""
    dates = date_range(group.start, group.end) if group.start is not None and group.end is not None else ""
    about = " · ".join(dict.fromkeys(filter(None, (dates, group.subtitle))))
    return "\n".join(filter(None, (group.title, about)))
