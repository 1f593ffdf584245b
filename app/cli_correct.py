"""``correct``: what the person says of the groups.

Each command is one operation that can be undone; ``--preview`` tells what it would change, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import cli_output as output
from app.cli_shared import JsonOption, LibraryOption, MisuseError, photo_of, reading, writing
from core.records import LEVELS, Scope

if TYPE_CHECKING:
    from core.library import Library
    from core.records_corrections import Correction, Preview

PreviewOption = Annotated[bool, typer.Option("--preview", help="Tell what would change; change nothing.")]
LevelOption = Annotated[str, typer.Option("--level", help=f"At which level: {', '.join(LEVELS)}.")]
PathArgument = Annotated[str, typer.Argument(metavar="PATH", show_default=False)]
PathsArgument = Annotated[list[str], typer.Argument(metavar="PATH...", show_default=False)]
GroupArgument = Annotated[int, typer.Argument(metavar="ID", show_default=False)]
TOGETHER = ("events", "trips", "lookalikes", "duplicates", "bursts")
KindOption = Annotated[str, typer.Option("--kind", help=f"As what: {', '.join(TOGETHER)}.")]

correct = typer.Typer(help="Say what a group should be. It lasts, and can be undone.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register ``correct``."""
    app.add_typer(correct, name="correct")


# ---------------------------------------------------------------- events


@correct.command()
def split(
    context: typer.Context,
    path: PathArgument,
    level: LevelOption = "events",
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a new event begin at this photo."""
    _level(level)
    with _editing(context, library) as opened:
        after = photo_of(opened, path)
        _do(opened, preview, as_json, "split", _earlier(opened, after, path), after, level=level)


@correct.command()
def merge(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID ID...", show_default=False)],
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one of several groups (their ids: `groups --json`)."""
    if len(set(ids)) < 2:
        raise MisuseError("Two groups or more are needed to make one of them.")
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "merge", ids)


@correct.command()
def move(
    context: typer.Context,
    paths: PathsArgument,
    to: Annotated[int, typer.Option("--to", metavar="ID", help="The event they belong to.", show_default=False)],
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move photos into an event."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "move", [photo_of(opened, path) for path in paths], to)


@correct.command()
def pin(
    context: typer.Context,
    before: Annotated[str, typer.Argument(metavar="BEFORE", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="AFTER", show_default=False)],
    on: Annotated[bool, typer.Option("--on/--off", help="There is a boundary between them, or there is none.")],
    level: LevelOption = "events",
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that there is, or is not, a boundary between two photos."""
    _level(level)
    with _editing(context, library) as opened:
        ends = photo_of(opened, before), photo_of(opened, after)
        _do(opened, preview, as_json, "pin", *ends, on, level=level)


# ---------------------------------------------------------------- any group


@correct.command()
def same(
    context: typer.Context,
    paths: PathsArgument,
    kind: KindOption = "events",
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that photos belong together."""
    _pair(context, library, "same", paths, kind, preview, as_json)


@correct.command()
def different(
    context: typer.Context,
    paths: PathsArgument,
    kind: KindOption = "events",
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that photos do not belong together."""
    _pair(context, library, "different", paths, kind, preview, as_json)


def _pair(
    context: typer.Context,
    library: Path | None,
    name: str,
    paths: list[str],
    kind: str,
    preview: bool,
    as_json: bool,
) -> None:
    if kind not in TOGETHER:
        raise MisuseError(f"Photos belong together as one of: {', '.join(TOGETHER)}, not “{kind}”.")
    if len(paths) < 2:
        raise MisuseError("Two photos or more are needed.")
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, name, [photo_of(opened, path) for path in paths], kind)


@correct.command()
def kind(
    context: typer.Context,
    paths: PathsArgument,
    name: Annotated[str, typer.Option("--kind", metavar="KIND", help="For example food.", show_default=False)],
    is_not: Annotated[bool, typer.Option("--not", help="They are not of that kind.")] = False,
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that photos are, or are not, of a kind."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "kind", [photo_of(opened, path) for path in paths], name, not is_not)


@correct.command("new-kind")
def new_kind(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", show_default=False)],
    paths: PathsArgument,
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Teach a kind of your own by a few photos of it."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "new_kind", title, [photo_of(opened, path) for path in paths])


@correct.command()
def exclude(
    context: typer.Context,
    paths: PathsArgument,
    group: Annotated[int, typer.Option("--from", metavar="ID", help="The group.", show_default=False)],
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that photos do not belong in a group."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "exclude", [photo_of(opened, path) for path in paths], group)


@correct.command()
def rename(
    context: typer.Context,
    group: GroupArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", show_default=False)],
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a group a name that stays."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "rename", group, title)


@correct.command()
def cover(
    context: typer.Context,
    group: GroupArgument,
    path: PathArgument,
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a photo stand for its group."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "cover", group, photo_of(opened, path))


@correct.command(context_settings={"ignore_unknown_options": True})  # so that seconds may be negative
def clock(
    context: typer.Context,
    camera: Annotated[str, typer.Argument(metavar="CAMERA", show_default=False)],
    seconds: Annotated[float, typer.Argument(metavar="SECONDS", show_default=False)],
    start: Annotated[str | None, typer.Option("--start", metavar="TIME", help="From this time on (ISO 8601).")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="Up to this time (ISO 8601).")] = None,
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add seconds to the times of a camera's photos; no file is touched."""
    with _editing(context, library) as opened:
        first, last = output.parse_time(start), output.parse_time(end)
        _do(opened, preview, as_json, "clock", camera, seconds, first, last)


# ---------------------------------------------------------------- what was said


@correct.command("list")
def list_command(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """What was said and is in force, the newest first."""
    with reading(context, library) as opened:
        found = opened.correct.list()
    if as_json:
        output.objects(correction(each) for each in found)
    else:
        output.table(("", "What was said"), [(each.id, each.text) for each in found])


@correct.command()
def forget(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID...", show_default=False)],
    preview: PreviewOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take single corrections back, by their numbers in `correct list`."""
    with _editing(context, library) as opened:
        _do(opened, preview, as_json, "forget", ids)


@correct.command()
def undo(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Take back the last thing done."""
    with writing(context, library) as opened:
        _told("undone", opened.undo(), as_json)


@correct.command()
def redo(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Do again what was taken back last."""
    with writing(context, library) as opened:
        _told("redone", opened.redo(), as_json)


def _told(word: str, done: tuple[str, Any] | None, as_json: bool) -> None:
    if as_json:
        output.objects([{word: done[0] if done else None}])
    else:
        output.line(f"{word.capitalize()}: {done[0]}." if done else f"There is nothing to be {word}.")


# ---------------------------------------------------------------- inside


@contextmanager
def _editing(context: typer.Context, library: Path | None) -> Iterator[Library]:
    """The library for writing; what cannot be corrected so is misuse."""
    with writing(context, library) as opened:
        try:
            yield opened
        except KeyError as error:
            raise MisuseError(f"There is nothing in the library with the number {error.args[0]}.") from error
        except ValueError as error:
            raise MisuseError(str(error)) from error


def _do(opened: Library, preview: bool, as_json: bool, name: str, *arguments: Any, **more: Any) -> None:
    """Tell what an operation changes, and do it unless only its preview is wanted."""
    told: Preview = opened.correct.preview(name, *arguments, **more)
    if not preview:
        getattr(opened.correct, name)(*arguments, **more)
    shown = {
        "operation": name,
        "applied": not preview,
        "text": told.text,
        "photos": told.photos,
        "also": list(told.also),
        "superseded": [correction(each) for each in told.superseded],
    }
    if as_json:
        output.objects([shown])
        return
    output.line(told.text if not preview else f"Would be done: {told.text}")
    for sentence in told.also:
        output.line(f"  {sentence}")
    for each in told.superseded:
        output.line(f"  No longer in force: {each.text}")


def correction(each: Correction) -> dict[str, Any]:
    return {"id": each.id, "kind": each.kind, "text": each.text, "active": each.active, "payload": each.payload}


def _level(level: str) -> None:
    if level not in LEVELS:
        raise MisuseError(f"“{level}” is no level. There are: {', '.join(LEVELS)}.")


def _earlier(opened: Library, photo_id: int, path: str) -> int:
    """The photo just before one in time."""
    ids = opened.wall(Scope()).ids.tolist()
    place = ids.index(photo_id) + 1 if photo_id in ids else len(ids)
    if place >= len(ids):
        raise MisuseError(f"No photo is older than {path}; nothing ends before it.")
    return int(ids[place])
