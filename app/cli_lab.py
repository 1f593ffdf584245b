"""``learn NAME``, ``lab``, ``dream``, ``regions``, ``tag teach``: learners trained on the person's photos."""

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
from app.cli_shared import JsonOption, LibraryOption, MisuseError, photo_of, reading, writing
from core.errors import ReverieError
from core.paths import printable
from core.records import Scope
from core.records_lab import LEARNERS, RunSpec, Value

if TYPE_CHECKING:
    from core.library import Library
    from core.records_lab import Comparison, PictureGrid, Run, TeachReport

lab = typer.Typer(help="Learners trained on this library: runs, comparison, use.", no_args_is_help=True)
tag = typer.Typer(help="Tags that are taught by examples.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register ``lab``, ``dream`` and ``tag``; ``learn NAME`` is registered with ``learn``."""
    app.add_typer(lab, name="lab")
    app.add_typer(tag, name="tag")
    app.command()(dream)
    app.command()(regions)


# ---------------------------------------------------------------- training


def train(opened: Library, spec: RunSpec, *, as_json: bool) -> None:
    """Train a learner to the end and print its run; for taught tags and topics, what came of it."""
    from app.cli_progress import shown

    with shown() as progress, _said():
        if spec.learner == "capsule":
            _print_taught(opened.lab.teach_again(spec, progress), as_json)
        elif spec.learner == "topics":
            _print_topics(opened.lab.find_topics(spec, progress), as_json)
        else:
            _print_run(opened.lab.start(spec, progress), as_json)


def _print_topics(count: int, as_json: bool) -> None:
    if as_json:
        output.objects([{"learner": "topics", "topics": count}])
    else:
        output.line(f"{count:,} topics. `reverie groups topics` lists them.")


def _print_taught(reports: Sequence[TeachReport], as_json: bool) -> None:
    if as_json:
        output.objects(map(taught_object, reports))
        return
    for report in reports:
        output.table(("Classifier", "Average precision", "±"), [(k, *v) for k, v in report.scores.items()])
        output.line(f"{report.why} {report.photos:,} photos carry “{report.name}”.")


def spec_of(opened: Library, name: str, given: list[str], group: int | None, folder: str | None, seed: int) -> RunSpec:
    """What ``learn NAME`` asks for. Misuse for an unknown learner, a parameter without a value, a folder not there."""
    if name not in LEARNERS:
        raise MisuseError(f"There is no learner “{name}”. There are: {', '.join(LEARNERS)}.")
    parameters: dict[str, Value] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals:
            raise MisuseError(f"A parameter is written NAME=VALUE, not “{each}”.")
        parameters[key] = value
    return RunSpec(name, scope_of(opened, group, folder), parameters, seed)


def scope_of(opened: Library, group: int | None, folder: str | None) -> Scope:
    """The photos of a group, a folder, or all. Misuse for a folder that is none of the library."""
    if group is not None:
        return Scope("group", group)
    if folder is None:
        return Scope()
    wanted = os.path.abspath(folder)
    for each in opened.folders():
        if os.path.abspath(each.path) == wanted:
            return Scope("folder", each.id)
    raise MisuseError(f"{printable(folder)} is no folder of the library.")


@lab.command()
def runs(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Every training, the newest first."""
    with reading(context, library) as opened:
        found, notices = opened.lab.runs(), opened.lab.notices()
    for each in notices:
        typer.echo(each, err=True)
    if as_json:
        output.objects(map(run_object, found))
        return
    rows = [
        (
            run.id,
            run.state,
            f"{run.epoch}/{run.epochs}",
            run.photos,
            run.seconds,
            "yes" if run.in_use else "",
            run.message,
        )
        for run in found
    ]
    output.table(("Run", "State", "Rounds", "Photos", "Seconds", "In use", ""), rows)


@lab.command()
def resume(
    context: typer.Context, run: RunArgument, library: LibraryOption = None, as_json: JsonOption = False
) -> None:
    """Go on with a training that was stopped, from its last round."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown() as progress, _said(run):
        done = opened.lab.resume(run, progress)
    _print_run(done, as_json)


# ---------------------------------------------------------------- comparing and using


@lab.command()
def compare(
    context: typer.Context,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Each learner is trained so often.")] = 3,
    group: Annotated[int | None, typer.Option("--group", help="Only on the photos of a group.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The CNN and every trained learner on your photos, judged by your corrections and folders."""
    from app.cli_progress import shown

    scope = Scope() if group is None else Scope("group", group)
    with writing(context, library) as opened, shown() as progress, _said():
        found = opened.lab.compare(progress, scope, seeds)
    if as_json:
        output.objects([comparison_object(found)])
        return
    columns = ("", "mAP", "±", "ARI", "±", "Stable", "Odd", "Recall", "Bytes", "s/1000", "In use")
    output.table(columns, [
        (
            row.title, row.retrieval_map, row.retrieval_map_sd, row.cluster_ari, row.cluster_ari_sd, row.stability,
            row.oddness, row.recall, row.code_bytes, row.seconds_per_1000, "yes" if row.in_use else "",
        )
        for row in found.rows
    ])  # fmt: skip
    output.line(found.why)


@lab.command()
def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RUN|LEARNER|cnn", show_default=False)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a learner's vectors for look-alikes and search; `lab use cnn` goes back. `correct undo` takes it back too."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown() as progress, _said(name):
        change = opened.lab.use(name, progress)
        used = next((run.id for run in opened.lab.runs() if run.in_use), "cnn")
    if as_json:
        output.objects([{"used": used, "changed": change.groups}])
    else:
        output.line(f"Look-alikes and search go by {used}.")


# ---------------------------------------------------------------- dreaming and teaching


def dream(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.png", show_default=False)],
    count: Annotated[int, typer.Option("--count", min=1, max=400, help="How many pictures.")] = 16,
    run: Annotated[str | None, typer.Option("--run", help="A run of a belief network on thumbnails.")] = None,
    group: Annotated[int | None, typer.Option("--group", help="Near the photos of this group.")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Steps of Gibbs sampling.")] = 200,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pictures of 32 x 32 that a deep belief network makes up, written side by side. They are made up: no photos."""
    with reading(context, library) as opened, _said(run or ""):
        grid = opened.lab.dream(count, run_id=run, group_id=group, seed=seed, steps=steps)
    try:
        _write(file, grid)
    except (OSError, ValueError) as error:
        raise ReverieError(f"{printable(str(file))} cannot be written: {error}") from error
    if as_json:
        output.objects([{"file": printable(os.path.abspath(file)), "pictures": len(grid.pictures), "made_up": True}])
    else:
        output.line(f"{len(grid.pictures)} pictures that the network made up are in {printable(str(file))}.")


def _write(file: Path, grid: PictureGrid) -> None:
    """The pictures as one, in rows as long as there are rows."""
    import numpy as np
    from PIL import Image

    n, height, width, _ = grid.pictures.shape
    across = int(np.ceil(np.sqrt(n)))
    whole = np.zeros((-(-n // across) * across, height, width, 3), np.uint8)
    whole[:n] = grid.pictures
    rows = whole.reshape(-1, across, height, width, 3).swapaxes(1, 2).reshape(-1, across * width, 3)
    Image.fromarray(rows).save(file)


@tag.command()
def teach(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", show_default=False)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Photos are examples of a tag; the best of three classifiers on examples kept apart finds its like."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown() as progress, _said():
        report = opened.lab.teach(name, [photo_of(opened, path) for path in paths], progress)
    _print_taught([report], as_json)


def regions(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", show_default=False)],
    largest: Annotated[int, typer.Option("--largest", min=0, help="Only so many, the largest; 0: all.")] = 20,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """The regions of a photo, as a tree: each with its box, its parent, and what it is most likely."""
    with reading(context, library) as opened:
        tree = opened.lab.regions(photo_of(opened, path))
    found = sorted(tree.regions, key=lambda region: (-region.area, region.node))
    found = found[:largest] if largest else found
    if as_json:
        output.objects(
            [{"path": printable(path), "learned": tree.learned, "regions": [asdict(each) for each in found]}]
        )
        return
    rows = [(each.node, each.parent, each.area, each.tag or each.label, each.strength) for each in found]
    output.table(("Region", "In", "Area", "What", "Strength"), rows)


# ---------------------------------------------------------------- output


@contextmanager
def _said(name: str = "") -> Iterator[None]:
    """What cannot be is misuse."""
    try:
        yield
    except KeyError as error:
        raise MisuseError(f"There is no “{name or error.args[0]}” here. `reverie lab runs` lists the runs.") from error
    except ValueError as error:
        raise MisuseError(str(error)) from error


def run_object(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "id": run.id,
        "learner": run.spec.learner,
        "state": run.state,
        "created": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(run.created)),
        "photos": run.photos,
        "held_out": run.held_out,
        "epoch": run.epoch,
        "epochs": run.epochs,
        "seconds": run.seconds,
        "device": run.device,
        "size_bytes": run.size_bytes,
        "parameters": dict(run.spec.parameters),
        "seed": run.spec.seed,
        "note": run.spec.note,
        "figures": dict(run.figures),
        "message": run.message,
        "in_use": run.in_use,
    }


def _print_run(run: Run, as_json: bool) -> None:
    if as_json:
        output.objects([run_object(run)])
        return
    output.line(
        f"{run.id}: {run.state}, {run.epoch} rounds on {run.photos:,} photos, {run.seconds:.1f} s, {run.device}"
    )
    output.table(("Measure", "At the end"), [(name, value) for name, value in run.figures.items()])


def comparison_object(found: Comparison) -> dict[str, Any]:
    """A comparison as JSON."""
    return {**asdict(found), "rows": [asdict(row) for row in found.rows]}


def taught_object(report: TeachReport) -> dict[str, Any]:
    """A taught tag as JSON."""
    scores = {name: {"mean": mean, "sd": sd} for name, (mean, sd) in report.scores.items()}
    return {
        "name": report.name,
        "examples": report.examples,
        "scores": scores,
        "used": report.used,
        "why": report.why,
        "photos": report.photos,
    }
