"""The command line. Data goes to stdout, progress and messages to stderr.

Exit status: 0 done, 1 the work failed (or was cancelled), 2 the command was used wrongly.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import __version__, cli_correct, cli_embedders, cli_groups, cli_lab, cli_learn, cli_studio, cli_upscale
from app import cli_output as output
from app.cli_shared import JsonOption, LibraryOption, MisuseError, photo_of, reading, root_of
from app.launch import MISUSE, open_window
from core.errors import Cancelled, ReverieError
from core.paths import printable
from core.records import Boundary

if TYPE_CHECKING:
    from core.library import Library
    from core.progress import Progress
    from core.records import ImportReport


app = typer.Typer(
    help="Reverie, a photo album that sorts itself, entirely on this computer. Without a command it opens the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app(list(arguments), prog_name="reverie")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except MisuseError as error:
        return _say(f"{error}", MISUSE)
    except ReverieError as error:
        return _say(f"{error}", 1)
    return 0


def _say(sentence: str, code: int = 0) -> int:
    sys.stderr.write(sentence + "\n")
    return code


def _version(wanted: bool) -> None:
    if wanted:
        output.line(f"reverie {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    library: LibraryOption = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version)] = False,
) -> None:
    """Reverie, a photo album that sorts itself, entirely on this computer. Without a command it opens the window."""
    context.obj = library
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window(str(library) if library else None, []))


# ---------------------------------------------------------------- commands that do something


@app.command("open")
def open_command(
    context: typer.Context,
    folders: Annotated[list[str] | None, typer.Argument(metavar="[FOLDER]...", show_default=False)] = None,
    library: LibraryOption = None,
) -> None:
    """Open the window; import the folders named."""
    raise typer.Exit(open_window(str(root_of(context, library)), folders or []))


@app.command("import")
def import_command(
    context: typer.Context,
    folders: Annotated[list[str], typer.Argument(metavar="FOLDER...", show_default=False)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import folders and group the photos. Photos are only read, never changed."""
    for folder in folders:
        if not os.path.isdir(folder):
            raise MisuseError(f"{printable(folder)} is not a folder.")
    from app.cli_progress import shown

    with shown() as progress:
        report = _import(root_of(context, library), [Path(os.path.abspath(folder)) for folder in folders], progress)
    if as_json:
        output.objects([asdict(report)])
        return
    output.line(
        f"{report.found:,} photos found: {report.new:,} new, {report.changed:,} changed, {report.moved:,} moved, "
        f"{report.missing:,} missing; {report.problems:,} problems, {report.videos:,} videos not handled yet; "
        f"{report.seconds:.1f} s"
    )


def _import(root: Path, folders: list[Path], progress: Progress) -> ImportReport:
    """Both passes and the grouping. A cancelled import raises ReverieError, saying what is kept."""
    from core.library import Library

    with Library.open(root) as opened:
        try:
            return opened.import_folders(folders, progress)
        except Cancelled:
            kept = opened.status()
            raise ReverieError(
                f"Cancelled. {kept.photos:,} photos are in the library, {kept.pending:,} of them not finished. "
                "The same command goes on where this one stopped."
            ) from None


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    photos: Annotated[int, typer.Option("--photos", help="How many photos.")] = 300,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same album.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write a small simulated album, to try things on."""
    from app.cli_progress import shown
    from core import sample

    try:
        with shown() as progress:
            sample.make(folder, photos=photos, seed=seed, progress=progress)
    except sample.SampleError as error:
        raise MisuseError(str(error)) from None
    except OSError as error:
        raise ReverieError(f"The sample album cannot be written: {error}") from error
    if as_json:
        output.objects([{"folder": printable(os.path.abspath(folder)), "photos": photos, "simulated": True}])
    else:
        output.line(f"A simulated album of {photos:,} photos is in {printable(str(folder))}; truth.json describes it.")


# ---------------------------------------------------------------- commands that tell something


@app.command()
def status(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """The library in numbers."""
    with reading(context, library) as opened:
        facts = output.status(opened.status())
    if as_json:
        output.objects([facts])
    else:
        output.table(("", ""), list(facts.items()))


@app.command()
def photos(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Every photo, newest first."""
    with reading(context, library) as opened:
        if as_json:
            output.objects(map(output.photo, opened.iter_rows()))
            return
        for row in opened.iter_rows():
            taken = output.taken_at(row.taken_local, row.utc_offset) or "no date"
            output.line(f"{taken:30} {row.place or '–':24} {printable(row.path)}")


@app.command()
def problems(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Files that could not be read, and why."""
    with reading(context, library) as opened:
        found = opened.problems()
    if as_json:
        output.objects(map(output.problem, found))
    else:
        output.table(("File", "Stage", "Reason"), [(printable(row.path), row.stage, row.reason) for row in found])


@app.command()
def boundaries(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Every gap between neighbours in time: how strongly it parts two events, and why."""
    with reading(context, library) as opened:
        if as_json:
            output.objects(output.boundary(row, paths) for row, paths in _with_paths(opened))
            return
        for row, paths in _with_paths(opened):
            before, after = printable(paths[row.before]), printable(paths[row.after])
            output.line(f"{row.strength:5.2f} {row.gap_seconds:12,.0f} s  {before}  |  {after}")


def _with_paths(library: Library) -> Iterator[tuple[Boundary, dict[int, str]]]:
    """Each boundary with the paths of (at least) its two photos, read some hundreds at a time."""
    found = library.boundaries()
    while some := list(islice(found, 500)):
        ids = sorted({i for row in some for i in (row.before, row.after)})
        paths = {row.id: row.path for row in library.rows(ids)}
        yield from ((row, paths) for row in some if row.before in paths and row.after in paths)


@app.command()
def similar(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", show_default=False)],
    top: Annotated[int, typer.Option("--top", min=1, help="How many.")] = 20,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The photos most like one of the library, best first."""
    with reading(context, library) as opened:
        scores = dict(opened.similar(photo_of(opened, path), top))
        found = [(row.path, scores[row.id]) for row in opened.rows(list(scores))]
    if as_json:
        output.objects(output.similar(name, score) for name, score in found)
    else:
        output.table(("Likeness", "Photo"), [(score, printable(name)) for name, score in found])


@app.command()
def doctor(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Versions, device, embedder, codecs, and a check of the library; exit status 1 where something is wrong."""
    from core.doctor import examine

    found = asdict(examine(root_of(context, library)))
    facts: dict[str, Any] = {"version": __version__} | found | {"library": printable(found["library"])}
    if as_json:
        output.objects([facts | {"faults": list(found["faults"])}])
    else:
        output.diagnosis(facts)
    raise typer.Exit(1 if found["faults"] else 0)


cli_groups.add_to(app)
cli_correct.add_to(app)
cli_learn.add_to(app)
cli_lab.add_to(app)
cli_studio.add_to(app)
cli_upscale.add_to(app)
cli_embedders.add_to(app, root_of)
