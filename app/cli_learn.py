"""``why``, ``health``, ``learn`` and ``faces``: the evidence, what the program would like to know, has learned or can
look for."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import cli_lab
from app import cli_output as output
from app.cli_correct import correction
from app.cli_shared import JsonOption, LibraryOption, MisuseError, paths_of, photo_of, reading, writing

if TYPE_CHECKING:
    from core.records_corrections import Correction, Health, LearnedPart, Question, Why, WhyBoundary

health = typer.Typer(help="What the program is unsure of, the most useful answer first.", invoke_without_command=True)
ANSWERS = ("yes", "no", "skip")


def add_to(app: typer.Typer) -> None:
    """Register ``why``, ``health``, ``learn`` and ``faces``."""
    app.command()(why)
    app.command()(learn)
    app.command()(faces)
    app.add_typer(health, name="health")


# ---------------------------------------------------------------- why


def why(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", show_default=False)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why a photo is in its groups, and the boundaries of its event: the evidence."""
    with reading(context, library) as opened:
        found = opened.why(photo_of(opened, path))
        names = paths_of(opened, _photos_of(found))
    if as_json:
        output.objects([_why(found, names)])
        return
    for each in found.members:
        member = each.membership
        output.line(f"{member.kind:12} {member.strength:4.2f}  {member.title}")
        for photo_id, cosine in each.neighbours:
            output.line(f"{'':19}{round(100 * cosine):3d} % like {names.get(photo_id, '?')}")
        _say_correction(each.correction)
    for word, edge in (("begins", found.before), ("ends", found.after)):
        if edge is not None:
            _say_boundary(word, edge, names)


def _photos_of(found: Why) -> list[int]:
    ids = {found.photo_id, *(i for each in found.members for i, _ in each.neighbours)}
    for edge in (found.before, found.after):
        if edge is not None:
            ids |= {edge.boundary.before, edge.boundary.after, *edge.before, *edge.after}
    return sorted(ids)


def _why(found: Why, names: dict[int, str]) -> dict[str, Any]:
    groups = [
        {
            "id": each.membership.group_id,
            "kind": each.membership.kind,
            "title": each.membership.title,
            "strength": each.membership.strength,
            "reason": each.membership.reason,
            "neighbours": [{"path": names[i], "cosine": score} for i, score in each.neighbours if i in names],
            "correction": _correction(each.correction),
        }
        for each in found.members
    ]
    return {
        "path": names.get(found.photo_id),
        "groups": groups,
        "before": _boundary(found.before, names),
        "after": _boundary(found.after, names),
    }


def _boundary(edge: WhyBoundary | None, names: dict[int, str]) -> dict[str, Any] | None:
    if edge is None:
        return None
    told = output.boundary(edge.boundary, {i: names.get(i, "") for i in (edge.boundary.before, edge.boundary.after)})
    return {
        **told,
        "raw": edge.raw,
        "source": edge.source,
        "terms": [{"name": name, "log_odds": value} for name, value in edge.terms],
        "compared": {
            "before": [names[i] for i in edge.before if i in names],
            "after": [names[i] for i in edge.after if i in names],
        },
        "correction": _correction(edge.correction),
    }


def _correction(each: Correction | None) -> dict[str, Any] | None:
    return None if each is None else correction(each)


def _say_boundary(word: str, edge: WhyBoundary, names: dict[int, str]) -> None:
    boundary = edge.boundary
    away = "" if boundary.distance_km is None else f", {boundary.distance_km:.1f} km"
    output.line(f"Its event {word}: strength {boundary.strength:.2f}, gap {boundary.gap_seconds:,.0f} s{away}")
    output.line(f"{'':4}{names.get(boundary.before, '?')}  |  {names.get(boundary.after, '?')}")
    for name, value in edge.terms:
        output.line(f"{'':4}{value:+5.2f}  {name}")
    _say_correction(edge.correction)


def _say_correction(each: Correction | None) -> None:
    if each is not None:
        output.line(f"{'':4}You said: {each.text}")


# ---------------------------------------------------------------- health


@health.callback()
def health_command(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many questions.")] = 10,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the program is unsure of, the most useful answer first."""
    if context.invoked_subcommand is not None:
        return
    with reading(context, library) as opened:
        found = opened.health(limit)
        names = paths_of(opened, sorted({i for each in found.questions for i in (*each.left, *each.right)}))
    if as_json:
        output.objects([_health(found, names)])
        return
    for question in found.questions:
        output.line(f"{question.gain:7.2f}  {question.key}  {question.text}")
        for side in (question.left[-1:], question.right[:1]):
            for photo_id in side:
                output.line(f"{'':9}{names.get(photo_id, '?')}")
    output.line(summary(found))


@health.command()
def answer(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    said: Annotated[str, typer.Argument(metavar="|".join(ANSWERS), show_default=False)],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question by its key. `correct undo` takes it back."""
    if said not in ANSWERS:
        raise MisuseError(f"An answer is one of: {', '.join(ANSWERS)}.")
    with writing(context, library) as opened:
        try:
            opened.answer(key, said)
        except KeyError as error:
            raise MisuseError(f"There is no open question “{key}”. `reverie health` lists them.") from error
        left = opened.health(1)
    if as_json:
        output.objects([{"key": key, "answer": said, "answered": left.answered, "gain": left.gain}])
    else:
        output.line(summary(left))


def summary(found: Health) -> str:
    """``12 answered; the next ten would set about 9 photos right``."""
    if found.enough:
        return f"{found.answered:,} answered. More answers would change little."
    return f"{found.answered:,} answered; the next ten would set about {found.gain:,.1f} photos right."


def _health(found: Health, names: dict[int, str]) -> dict[str, Any]:
    return {
        "questions": [_question(each, names) for each in found.questions],
        "answered": found.answered,
        "gain": found.gain,
        "enough": found.enough,
        "learned": [_learned(part) for part in found.learned],
        "unsorted": found.unsorted,
    }


def _question(each: Question, names: dict[int, str]) -> dict[str, Any]:
    return {
        "key": each.key,
        "kind": each.kind,
        "text": each.text,
        "left": [names[i] for i in each.left if i in names],
        "right": [names[i] for i in each.right if i in names],
        "strength": each.strength,
        "gain": each.gain,
        "answers": [key for key, _ in each.answers],
        "details": each.details,
    }


# ---------------------------------------------------------------- learn


def learn(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[LEARNER]", show_default=False)] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the learner, repeatable.")
    ] = None,
    group: Annotated[int | None, typer.Option("--group", help="Only from the photos of a group.")] = None,
    folder: Annotated[str | None, typer.Option("--folder", help="Only from the photos of a folder.")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from the corrections, used only where it beats the plain rule on held-out examples; or train a LEARNER:
    rbm, dbn, autoencoder, codes, rntn, capsule or topics."""
    from app.cli_progress import shown

    if name is not None:
        with writing(context, library) as opened:
            wanted = cli_lab.spec_of(opened, name, parameters or [], group, folder, seed)
            cli_lab.train(opened, wanted, as_json=as_json)
        return
    with writing(context, library) as opened, shown() as progress:
        parts = opened.learn(progress)
    if as_json:
        output.objects(_learned(part) for part in parts)
        return
    rows = [(i.name, i.metric, i.rule, i.learned, i.held_out, "learned" if i.used else "rule", i.why) for i in parts]
    output.table(("Part", "Measured by", "Rule", "Learned", "Held out", "In use", ""), rows)


def _learned(part: LearnedPart) -> dict[str, Any]:
    return asdict(part)


# ---------------------------------------------------------------- faces


def faces(context: typer.Context, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Count the faces of photos not looked at yet, which tells portraits and groups of people, and group anew."""
    from app.cli_progress import shown

    with writing(context, library) as opened, shown() as progress:
        looked = opened.look_for_faces(progress)
    if as_json:
        output.objects([{"photos": looked}])
    else:
        output.line(f"Faces were looked for in {looked:,} photos.")
