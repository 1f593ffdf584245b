"""The variants there are. A new one is a file of its own and a line here."""

from __future__ import annotations

from functools import cache

from core.gan.base import Variant
from core.gan.conditional import Conditional
from core.gan.dcgan import DCGAN
from core.gan.fastgan import FastGAN
from core.gan.vanilla import Vanilla


@cache
def variants() -> tuple[Variant, ...]:
    """All variants that make pictures from noise, in the order they are offered; the first is the default."""
    return (FastGAN(), DCGAN(), Conditional(), Vanilla())


def variant(name: str) -> Variant:
    """Raises KeyError for a name there is none of."""
    for each in variants():
        if each.name == name:
            return each
    raise KeyError(name)
