"""What the commands share: which library is meant, how it is opened, and what wrong use is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ReverieError
from core.paths import DATABASE, default_library, printable

if TYPE_CHECKING:
    from core.library import Library

LibraryOption = Annotated[Path | None, typer.Option("--library", help="The library's folder.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


class MisuseError(ReverieError):
    """The command was used wrongly; the message says how it is used."""


def root_of(context: typer.Context, library: Path | None) -> Path:
    """The library of a command: its own option, the one before the command, or the usual one."""
    chosen = library or context.find_root().obj
    return Path(os.path.abspath(chosen)) if chosen else default_library()


def reading(context: typer.Context, library: Path | None) -> Library:
    """The library, open for reading. Misuse where there is none."""
    from core.library import Library

    return Library.open(existing(context, library), mode="read")


def writing(context: typer.Context, library: Path | None) -> Library:
    """The library, open for writing. Misuse where there is none; LibraryLocked says who has it."""
    from core.library import Library

    return Library.open(existing(context, library))


def existing(context: typer.Context, library: Path | None) -> Path:
    """The folder of a library that is there. Misuse where there is none."""
    root = root_of(context, library)
    if not (root / DATABASE).is_file():
        raise MisuseError(f"There is no library at {printable(str(root))} yet. `reverie import FOLDER` makes one.")
    return root


def photo_of(opened: Library, path: str) -> int:
    """The photo that a path belongs to. Misuse for a file that is not in the library."""
    photo_id = opened.find(os.path.abspath(path))
    if photo_id is None:
        raise MisuseError(f"{printable(path)} is not in the library.")
    return photo_id


def paths_of(opened: Library, ids: list[int]) -> dict[int, str]:
    """Printable paths of photos."""
    return {row.id: printable(row.path) for row in opened.rows(ids)}
