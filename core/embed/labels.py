"""Names of the classes that networks were trained on."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def imagenet() -> tuple[tuple[str, str], ...]:
    """The 1000 classes in the order of the networks: (WordNet id, short name)."""
    text = (files("resources") / "imagenet_classes.txt").read_text("utf-8")
    rows = (line.partition("\t") for line in text.splitlines())
    return tuple((wordnet_id, name) for wordnet_id, _, name in rows)


def names_for(n_classes: int) -> tuple[str, ...]:
    """Names for a head of ``n_classes``; empty where the number tells nothing."""
    return tuple(name for _, name in imagenet()) if n_classes == len(imagenet()) else ()
