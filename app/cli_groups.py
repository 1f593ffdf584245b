"""``groups``: what the program found, kind by kind, and the whole library cut at any level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import cli_output as output
from app.cli_shared import JsonOption, LibraryOption, MisuseError, reading
from core.paths import printable
from core.records import GROUP_KINDS, LEVELS, Group, Scope

if TYPE_CHECKING:
    from core.library import Library

SETS = {"identical": "identical", "duplicates": "near"}
"""Kinds that ``groups duplicates`` lists together -> how their photos are the same."""

Rows = Iterator[tuple[Group, dict[str, Any]]]


def add_to(app: typer.Typer) -> None:
    """Register ``groups``."""

    @app.command()
    def groups(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="|".join(GROUP_KINDS), show_default=False)],
        level: Annotated[
            str | None,
            typer.Option(
                "--level", metavar="LEVEL", help=f"Cut the events here: {', '.join(LEVELS)}, or a strength from 0 to 1."
            ),
        ] = None,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """The groups of a kind that the program found; with --level the whole library cut at that level."""
        if kind not in GROUP_KINDS:
            raise MisuseError(f"There are no groups called “{kind}”. There are: {', '.join(GROUP_KINDS)}.")
        if level is not None and kind != "events":
            raise MisuseError("--level cuts the events; it goes with `groups events`.")
        strength = None if level is None else threshold(level)
        with reading(context, library) as opened:
            found = _found(opened, kind, strength)
            if as_json:
                output.objects(shown for _, shown in found)
                return
            rows = [(group.title, group.subtitle, group.n_photos, group.strength) for group, _ in found]
        output.table(("Title", "", "Photos", "Strength"), rows)


def threshold(level: str) -> float:
    """A level by its name or as a number in [0, 1]. Misuse for anything else."""
    if level in LEVELS:
        return LEVELS[level]
    try:
        number = float(level)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise MisuseError(f"“{level}” is no level. There are: {', '.join(LEVELS)}, or a strength from 0 to 1.")
    return number


def _found(opened: Library, kind: str, level: float | None) -> Rows:
    if level is not None:
        return _level(opened, level)
    if kind == "odd":
        return _odd(opened)
    return _sets(opened) if kind == "duplicates" else _plain(opened, kind)


def _plain(opened: Library, kind: str) -> Rows:
    for group in opened.groups(kind):
        paths = [row.path for row in opened.rows(opened.group_photos(group.id).tolist())]
        yield group, output.group(group, _files(opened, group) if kind == "identical" else paths)


def _sets(opened: Library) -> Rows:
    """Identical and near-duplicate sets, each with every file of its photos and how they are the same."""
    for kind, how in SETS.items():
        for group in opened.groups(kind):
            yield group, {**output.group(group, _files(opened, group)), "how": how}


def _files(opened: Library, group: Group) -> list[str]:
    """Every file of a set's photos, exact copies too, newest first."""
    files = (file for i in opened.group_photos(group.id).tolist() for file in opened.photo(i).files)
    return [file.path for file in files if file.role in ("primary", "copy", "raw")]


def _odd(opened: Library) -> Rows:
    """Odd photos by what is odd about them, each with its reason."""
    for group in opened.groups("odd"):
        members = opened.members(group.id)
        reasons = [
            {"path": printable(each.row.path), "strength": each.strength, "reason": each.reason} for each in members
        ]
        yield group, {**output.group(group, [each.row.path for each in members]), "reasons": reasons}


def _level(opened: Library, level: float) -> Rows:
    """The pieces of the library at a level, newest first; id 0 where a piece is no stored group."""
    wall = opened.wall(Scope("level", level=level))
    for place, group in enumerate(opened.level_groups(level)):
        ids = wall.ids[wall.section_start[place] : wall.section_start[place + 1]].tolist()
        yield group, output.group(group, [row.path for row in opened.rows(ids)])
