"""The command ``reverie``. Opening the window, the usual case, takes the shortest way: no command-line library."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def window_request(arguments: Sequence[str]) -> tuple[str | None, list[str]] | None:
    """(library, folders) where ``arguments`` plainly ask for the window; None for anything else.

    Understands ``[--library DIR] [open [--library DIR] FOLDER…]``; whatever else is typed goes to ``app.cli``.
    """
    library: str | None = None
    folders: list[str] = []
    opened = False
    rest = iter(arguments)
    for argument in rest:
        if argument == "--library":
            library = next(rest, "-")
        elif argument == "open" and not opened:
            opened = True
        elif argument.startswith("-") or not opened:
            return None
        else:
            folders.append(argument)
    return None if library is not None and library.startswith("-") else (library, folders)


def main() -> int:
    """Runs the command line of this process; returns its exit status."""
    request = window_request(sys.argv[1:])
    if request is None:
        from app.cli import run

        return run(sys.argv[1:])
    from app.launch import open_window

    return open_window(*request)


if __name__ == "__main__":
    sys.exit(main())
