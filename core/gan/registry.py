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


@cache
def enlargers() -> tuple[Variant, ...]:
    """Variants that make large pictures from small ones."""
    from core.superres.srgan import Srgan

    return (Srgan(),)


def variant(name: str) -> Variant:
    """Of either sort. Raises KeyError for a name there is none of."""
    for each in variants() + enlargers():
        if each.name == name:
            return each
    raise KeyError(name)
