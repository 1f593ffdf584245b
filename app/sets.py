"""Sets of photos side by side: what is chosen, what is known of each, and the words under them. No Qt widgets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLocale

from app.words import date_time, in_lines, photos, size
from core.paths import printable
from core.records import Group
from core.records_corrections import Member


@dataclass(slots=True)
class Sets:
    """The sets of a kind in the order they are listed, and where the person is among them.

    ``members``: of the sets read so far, by group. ``row``, ``column``: the current set and photo in it. ``files``:
    paths of the files of identical photos.
    """

    kind: str = "duplicates"
    groups: list[Group] = field(default_factory=list)
    members: dict[int, list[Member]] = field(default_factory=dict)
    files: dict[int, tuple[str, ...]] = field(default_factory=dict)
    row: int = 0
    column: int = 0

    def replace(self, kind: str, groups: Sequence[Group]) -> None:
        """Other sets, or the same read again: the person stays at their set while it is there, else at its place."""
        here = self.group.id if self.group is not None else 0
        if kind != self.kind:
            self.row = self.column = 0
        self.kind, self.groups = kind, list(groups)
        self.members = {group.id: self.members[group.id] for group in groups if group.id in self.members}
        at = next((row for row, group in enumerate(self.groups) if group.id == here), None)
        self.row = at if at is not None else min(self.row, max(len(self.groups) - 1, 0))
        self._hold_column()

    def fill(self, group_id: int, members: Sequence[Member]) -> None:
        """What is in a set."""
        self.members[group_id] = list(members)
        self._hold_column()

    @property
    def group(self) -> Group | None:
        return self.groups[self.row] if 0 <= self.row < len(self.groups) else None

    @property
    def here(self) -> list[Member]:
        """The members of the current set, as far as they are known."""
        return self.members.get(self.group.id, []) if self.group is not None else []

    @property
    def member(self) -> Member | None:
        """The current photo."""
        return self.here[self.column] if 0 <= self.column < len(self.here) else None

    def step(self, rows: int, columns: int) -> bool:
        """Move by sets and photos; False where there is nothing that way."""
        before = self.row, self.column
        self.row = min(max(self.row + rows, 0), max(len(self.groups) - 1, 0))
        self.column = 0 if rows else self.column + columns
        if rows:
            self.column = self.best_column()
        self._hold_column()
        return (self.row, self.column) != before

    def best_column(self) -> int:
        return next((place for place, each in enumerate(self.here) if each.best), 0)

    def others_than_best(self) -> list[int]:
        """The photos of the current set that are not the best, if one is."""
        return [each.row.id for each in self.here if not each.best] if any(each.best for each in self.here) else []

    def _hold_column(self) -> None:
        self.column = min(max(self.column, 0), max(len(self.here) - 1, 0))


# ---------------------------------------------------------------- words


def chips(member: Member, others: Iterable[Member]) -> list[str]:
    """What tells a photo from the others of its set: size in pixels, of the file, format, sharpness, date."""
    row, group = member.row, list(others)
    found = [f"{row.width:,} × {row.height:,}".replace(",", "")] if row.width and row.height else []
    if member.file_size:
        found.append(size(member.file_size))
    ending = os.path.splitext(row.path)[1].lstrip(".").upper()
    if ending:
        found.append(ending)
    sharpest = max((each.sharpness or 0.0 for each in group), default=0.0)
    if member.sharpness is not None and sharpest > 0:
        share = min(round(100 * member.sharpness / sharpest), 99)
        is_most = member.sharpness == sharpest
        found.append("sharpest" if is_most else f"{QLocale().toString(share)} % as sharp")
    if row.taken_local is not None:
        found.append(date_time(row.taken_local))
    return found


def why_best(member: Member) -> str:
    """Why a photo is proposed to be kept: ``most pixels, sharpest``; empty for the others."""
    best = member.reason.get("best")
    if not member.best or not best:
        return ""
    return ", ".join(best) if isinstance(best, (list, tuple)) else str(best)


def captions(
    member: Member, others: Iterable[Member], fits: Callable[[str], bool], most: int
) -> tuple[list[str], list[str]]:
    """The words under a photo in at most ``most`` lines: why it is proposed, and what tells it from the others."""
    reason = why_best(member)
    why = in_lines((reason[:1].upper() + reason[1:]).split(), " ", fits, most // 2)
    return why, in_lines(chips(member, others), " · ", fits, most - len(why))


def heading(group: Group) -> str:
    """``3 versions of one shot · 12 Sep 2025``."""
    return " · ".join(dict.fromkeys(filter(None, (group.title, group.subtitle))))


def summary(kind: str, n_sets: int, n_marked: int) -> str:
    """``12 sets · 3 photos marked``."""
    sets = f"{n_sets:,} set" + ("" if n_sets == 1 else "s")
    return f"{sets} · {photos(n_marked)} marked" if n_marked else sets


def spoken(member: Member, place: int, of: int) -> str:
    """One photo of a set as a screen reader says it."""
    parts = [f"Photo {place} of {of}", printable(os.path.basename(member.row.path))]
    if member.best:
        parts.append(f"best: {why_best(member)}" if why_best(member) else "best")
    if member.marked:
        parts.append("marked to be put away")
    return ", ".join(parts)
