"""Choosing what looks at the photos: the embedders there are, and which one a library uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app import cli_output as output

RootOf = Callable[[typer.Context, Path | None], Path]
LibraryOption = Annotated[Path | None, typer.Option("--library", help="The library's folder.", show_default=False)]


def add_to(app: typer.Typer, root_of: RootOf) -> None:
    """Register ``embedders`` and ``use``."""

    @app.command()
    def embedders(
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    ) -> None:
        """The networks that can look at the photos, and whether their weights are here."""
        from core.embed import registry

        rows = [(i.name, i.weights, i.dim, i.licence, i.description) for i in registry.available()]
        if as_json:
            names = ("name", "weights", "dim", "licence", "description")
            output.objects(dict(zip(names, row, strict=True)) for row in rows)
        else:
            output.table(("Embedder", "Weights", "Numbers", "Licence", ""), rows)

    @app.command()
    def use(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="EMBEDDER", show_default=False)],
        weights: Annotated[
            Path | None, typer.Option("--weights", help="A file of weights to take.", exists=True)
        ] = None,
        library: LibraryOption = None,
    ) -> None:
        """Let another network look at the photos, from the next import on. Photos known already are seen again."""
        from core.embed import registry
        from core.library import Library

        if weights is not None:
            registry.adopt(name, weights)
        with Library.open(root_of(context, library)) as opened:
            opened.choose_embedder(name)
        output.line(f"{name} looks at the photos from the next import on.")
