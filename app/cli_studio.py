"""``studio``: generators trained on the person's own photos, and what they make."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import cli_output as output
from app.cli_lab import run_object, scope_of
from app.cli_shared import JsonOption, LibraryOption, MisuseError, reading, writing
from core.errors import ReverieError
from core.paths import printable
from core.records_lab import Value
from core.records_studio import CONDITIONS, GENERATORS, StudioSpec

if TYPE_CHECKING:
    from core.library import Library
    from core.records_lab import Run
    from core.records_studio import Made

studio = typer.Typer(
    help="Generators trained on your own photos, and what they make. With --json progress goes to stderr as JSON too.",
    no_args_is_help=True,
)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", show_default=False)]
PointArgument = Annotated[str, typer.Argument(metavar="SEED", show_default=False)]
TruncationOption = Annotated[
    float, typer.Option("--truncation", min=0.0, max=2.0, help="Below 1: more usual pictures, more alike.")
]
ConditionOption = Annotated[
    str | None, typer.Option("--condition", help="What to make: one of the run's classes.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Register ``studio``."""
    app.add_typer(studio, name="studio")


# ---------------------------------------------------------------- training


@studio.command()
def train(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar=f"[{'|'.join(GENERATORS)}]", show_default=False)] = GENERATORS[0],
    size: Annotated[int, typer.Option("--size", help="Side of the pictures; 0: the generator's own.")] = 0,
    steps: Annotated[int, typer.Option("--steps", min=0, help="0: the generator's own.")] = 0,
    group: Annotated[int | None, typer.Option("--group", help="Only on the photos of a group.")] = None,
    folder: Annotated[str | None, typer.Option("--folder", help="Only on the photos of a folder.")] = None,
    by: Annotated[str, typer.Option("--by", help=f"What it can be told to make: {', '.join(CONDITIONS)}.")] = "",
    given: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    note: Annotated[str, typer.Option("--note")] = "",
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say what it would take here.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a generator on photos of the library. Ctrl-C stops it, and `studio resume` goes on with it."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown(as_json) as progress, _said():
        spec = StudioSpec(model, scope_of(opened, group, folder), size, steps, _parameters(given or []), by, seed, note)
        if estimate:
            told = opened.studio.estimate(spec, progress)
        else:
            run = opened.studio.start(spec, progress)
            said = opened.studio.said(run.id)
    if estimate:
        output.objects([{"model": model, "estimate": told}]) if as_json else output.line(told)
    else:
        _print_run(run, said, as_json)


def _parameters(given: Sequence[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals:
            raise MisuseError(f"A parameter is written NAME=VALUE, not “{each}”.")
        found[key] = value
    return found


@studio.command()
def resume(
    context: typer.Context, run: RunArgument, library: LibraryOption = None, as_json: JsonOption = False
) -> None:
    """Go on with a training that was stopped, from its last checkpoint."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown(as_json) as progress, _said(run):
        done = opened.studio.resume(run, progress)
        said = opened.studio.said(run)
    _print_run(done, said, as_json)


@studio.command()
def runs(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Every training of the Studio, the newest first."""
    with reading(context, library) as opened:
        found, notices = opened.studio.runs(), opened.studio.notices()
        objects = [_object(run, opened.studio.said(run.id)) for run in found]
    for each in notices:
        typer.echo(each, err=True)
    if as_json:
        output.objects(objects)
        return
    rows = [
        (run.id, run.state, f"{run.epoch:,}/{run.epochs:,}", run.photos, run.seconds, run.spec.note or run.message)
        for run in found
    ]
    output.table(("Run", "State", "Steps", "Photos", "Seconds", ""), rows)


@studio.command()
def models(as_json: JsonOption = False) -> None:
    """Generators that can be trained, and models that enlarge photos."""
    from core.studio import files

    generators, upscalers = files.generators(), files.upscalers()
    if as_json:
        output.objects(asdict(each) | {"kind": "generator"} for each in generators)
        output.objects(asdict(each) | {"kind": "enlarger"} for each in upscalers)
        return
    output.table(("Generator", "Sizes", ""), [(g.name, ", ".join(map(str, g.sizes)), g.what) for g in generators])
    rows = [(u.name, "yes" if u.available else "no", u.what if u.available else u.why_not) for u in upscalers]
    output.table(("Enlarger", "Here", ""), rows)


# ---------------------------------------------------------------- making


@studio.command()
def generate(
    context: typer.Context,
    run: RunArgument,
    count: Annotated[int, typer.Option("--count", min=1, max=10_000, help="How many pictures.")] = 16,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The first seed; the others follow it.")] = 0,
    truncation: TruncationOption = 1.0,
    condition: ConditionOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="A folder that copies go to.", show_default=False)] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make pictures and keep them in the library's collection of made pictures. They are made up: no photos."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown(as_json) as progress, _said(run):
        seeds = list(range(seed, seed + count))
        grid = opened.studio.generate(run, seeds, truncation=truncation, condition=condition, progress=progress)
        settings: dict[str, Value] = {"truncation": truncation} | ({"condition": condition} if condition else {})
        kept = opened.studio.keep(grid.pictures, run, "generated", seeds, settings)
        copies = _copied(opened, kept, out)
    _print_made(kept, copies, as_json)


@studio.command()
def walk(
    context: typer.Context,
    run: RunArgument,
    a: PointArgument,
    b: PointArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.gif|.png|.webp", show_default=False)],
    frames: Annotated[int, typer.Option("--frames", min=2, max=10_000)] = 48,
    truncation: TruncationOption = 1.0,
    condition: ConditionOption = None,
    milliseconds: Annotated[int, typer.Option("--milliseconds", min=10, help="How long each frame is seen.")] = 80,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """A walk from one seed to another as an animation: GIF, APNG or WebP, by the name of the file."""
    from app.cli_progress import shown

    with reading(context, library) as opened, shown(as_json) as progress, _said(run):
        grid = opened.studio.walk(run, a, b, frames, truncation=truncation, condition=condition, progress=progress)
        opened.studio.animation(grid.pictures, file, milliseconds=milliseconds, run_id=run)
    path = printable(os.path.abspath(file))
    if as_json:
        output.objects([{"file": path, "frames": len(grid.pictures), "made_up": True}])
    else:
        output.line(f"{len(grid.pictures)} frames that the generator made up are in {path}.")


@studio.command()
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", show_default=False)] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy made pictures (all, or those named), with the marks that say so, into a folder."""
    with reading(context, library) as opened:
        wanted = ids or [each.id for each in opened.studio.made()]
        done = opened.studio.export(wanted, folder)
    for name, reason in done.failed:
        typer.echo(f"{name}: {reason}", err=True)
    if as_json:
        output.objects({"path": printable(path)} for path in done.paths)
    else:
        output.line(f"{len(done.paths):,} made pictures are in {printable(str(folder))}.")
    if done.failed:
        raise typer.Exit(1)


# ---------------------------------------------------------------- output


@contextmanager
def _said(name: str = "") -> Iterator[None]:
    """What cannot be is misuse."""
    try:
        yield
    except KeyError as error:
        told = f"There is no “{name or error.args[0]}” here. `reverie studio runs` lists the runs."
        raise MisuseError(told) from error
    except ValueError as error:
        raise MisuseError(str(error)) from error


def _object(run: Run, said: Sequence[str]) -> dict[str, Any]:
    """A run of the Studio as JSON."""
    spec = StudioSpec.of(run.spec)
    found = run_object(run)
    del found["epoch"], found["epochs"], found["learner"], found["in_use"]
    own = {"model": spec.model, "size": spec.size, "condition": spec.condition, "step": run.epoch, "steps": run.epochs}
    return found | own | {"parameters": dict(spec.parameters), "said": list(said)}


def _print_run(run: Run, said: Sequence[str], as_json: bool) -> None:
    if as_json:
        output.objects([_object(run, said)])
        return
    output.line(
        f"{run.id}: {run.state}, {run.epoch:,} steps on {run.photos:,} photos, {run.seconds:.1f} s, {run.device}"
    )
    output.table(("Measure", "At the end"), list(run.figures.items()))
    for sentence in said:
        output.line(sentence)


def _copied(opened: Library, kept: Sequence[Made], out: Path | None) -> tuple[str, ...]:
    if out is None:
        return ()
    done = opened.studio.export([each.id for each in kept], out)
    if done.failed:
        raise ReverieError(f"{len(done.failed)} pictures could not be copied: {done.failed[0][1]}")
    return done.paths


def _print_made(kept: Sequence[Made], copies: Sequence[str], as_json: bool) -> None:
    if not as_json:
        output.line(f"{len(kept):,} made pictures are in the collection." + (" Copies are written." if copies else ""))
        return
    paths = copies or [each.path for each in kept]
    output.objects(
        {
            "id": each.id, "path": printable(path), "run": each.run_id, "seed": each.seed, "width": each.width,
            "height": each.height, "created": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(each.created)),
            "settings": dict(each.settings), "made_up": True,
        }
        for each, path in zip(kept, paths, strict=True)
    )  # fmt: skip
