"""``upscale``: photos made larger by a model, as new files; with no library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import cli_output as output
from app.cli_shared import JsonOption, MisuseError
from core.paths import printable

if TYPE_CHECKING:
    from core.records_studio import EnlargeReport


def add_to(app: typer.Typer) -> None:
    """Register ``upscale``."""
    app.command()(upscale)


def upscale(
    inputs: Annotated[list[str], typer.Argument(metavar="IN...", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The folder for the new files.", show_default=False)],
    model: Annotated[str, typer.Option("--model", help="`reverie studio models` lists them.")] = "compact",
    scale: Annotated[int, typer.Option("--scale", min=1, max=4, help="1 only restores, with models that can.")] = 4,
    strength: Annotated[
        float, typer.Option("--strength", min=0.0, max=1.0, help="0: plain interpolation; 1: all of the model.")
    ] = 1.0,
    file: Annotated[
        Path | None, typer.Option("--file", help="Weights of another maker, with --model file.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Enlarge pictures, or all pictures of folders. The files themselves are only read; with --json progress goes to
    stderr as JSON too. Exit status 1 where one could not be enlarged; the others are."""
    from app.cli_progress import shown
    from core.studio.files import enlarge_files

    paths = _pictures(inputs)
    weights = "" if file is None else os.path.abspath(file)
    try:
        with shown(as_json) as progress:
            report = enlarge_files(paths, model, scale, os.fspath(out), progress, strength=strength, file=weights)
    except ValueError as error:
        raise MisuseError(str(error)) from error
    _print(report, as_json)
    if report.failed:
        raise typer.Exit(1)


def _pictures(inputs: list[str]) -> list[str]:
    """The files named, and the pictures in the folders named. Misuse for what is not there."""
    from core.studio.files import pictures_in

    found: list[str] = []
    for each in inputs:
        if os.path.isdir(each):
            found += pictures_in(each)
        elif os.path.isfile(each):
            found.append(each)
        else:
            raise MisuseError(f"{printable(each)} is not there.")
    if not found:
        raise MisuseError("There are no pictures in these folders.")
    return found


def _print(report: EnlargeReport, as_json: bool) -> None:
    if not as_json:
        for path, reason in report.failed:
            typer.echo(f"{printable(path)}: {reason}", err=True)
        output.line(f"{len(report.done):,} enlarged, {len(report.failed):,} not, in {report.seconds:.1f} s.")
        return
    output.objects(
        {
            "path": printable(each.path), "width": each.width, "height": each.height, "model": each.model,
            "scale": each.scale, "settings": dict(each.settings), "made_by_model": True,
        }
        for each in report.done
    )  # fmt: skip
    output.objects({"failed": printable(path), "reason": reason} for path, reason in report.failed)
