"""The generators as the Studio offers them. Networks are loaded only when they are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import ReverieError
from core.progress import Progress
from core.records_lab import Value
from core.records_studio import CONDITIONS, GENERATORS, GeneratorInfo, StudioSpec

if TYPE_CHECKING:
    from core.gan.base import Variant

SRGAN = "srgan"
DEFAULTS = {
    "fastgan": (64, 3000),
    "dcgan": (32, 4000),
    "conditional": (32, 4000),
    "vanilla": (32, 4000),
    SRGAN: (128, 2000),
}
"""(size, steps) where none were chosen: what a laptop trains in an hour or less."""

LOSSES = ("generator_loss", "discriminator_loss", "real_logit", "fake_logit")
MEASURES = ("kid", "precision", "recall", "memorisation")
OF_CLASSES = ("gan_train", "gan_test")
OF_SRGAN = ("content_loss", "held_out_psnr", "held_out_content")


def models() -> tuple[GeneratorInfo, ...]:
    """All generators, in the order of the Studio."""
    return tuple(_info(variant(name)) for name in GENERATORS)


def listed(_: None, progress: Progress) -> tuple[GeneratorInfo, ...]:
    """:func:`models`, for another process."""
    progress.check()
    return models()


def variant(name: str) -> Variant:
    """What a generator is made of. Raises ValueError (a sentence) for a name that is none."""
    if name == SRGAN:
        from core.superres.srgan import Srgan

        return Srgan()
    if name not in GENERATORS:
        raise ValueError(f"There is no generator “{name}”. There are: {', '.join(GENERATORS)}.")
    from core.gan import registry

    return registry.variant(name)


def _info(own: Variant) -> GeneratorInfo:
    size, steps = DEFAULTS[own.name]
    if own.name == SRGAN:
        curves = (*LOSSES, *OF_SRGAN)
    else:
        curves = (*LOSSES, *MEASURES, *(OF_CLASSES if own.conditional else ()))
    return GeneratorInfo(
        own.name, own.title, own.what, own.parameters, own.sizes, size, steps, own.conditional, not own.latent, curves
    )


def settled(spec: StudioSpec) -> StudioSpec:
    """What was asked for with everything said: size, steps and every parameter, texts of the command line as numbers.

    Raises ValueError (a sentence) for what cannot be.
    """
    from core.gan.base import Shape, fits
    from core.gan.base import settled as parameters

    own = variant(spec.model)
    size, steps = DEFAULTS[own.name]
    size, steps = spec.size or size, spec.steps or steps
    if steps < 1:
        raise ValueError(f"A training has one step at least, not {steps}.")
    condition = _condition(own, spec.condition)
    fits(own, Shape(size, 3, 2 if condition else 0))
    given = {name: _typed(own, name, value) for name, value in spec.parameters.items()}
    return replace(spec, size=size, steps=steps, condition=condition, parameters=parameters(own, given))


def checked(spec: StudioSpec, progress: Progress) -> StudioSpec | str:
    """:func:`settled`, for another process; the sentence where it cannot be."""
    progress.check()
    try:
        return settled(spec)
    except ValueError as error:
        return str(error)


def _condition(own: Variant, wanted: str) -> str:
    if wanted and wanted not in CONDITIONS:
        raise ValueError(f"A condition is one of {', '.join(CONDITIONS)}, not “{wanted}”.")
    if wanted and not own.conditional:
        raise ValueError(f"{own.title} cannot be told what to make; the conditional GAN can.")
    return wanted or ("albums" if own.conditional else "")


def _typed(own: Variant, name: str, value: Value) -> Value:
    """A text as the kind that the parameter's default has; what is no such is told of later."""
    default = next((each.default for each in own.parameters if each.name == name), None)
    if not isinstance(value, str) or default is None or isinstance(default, str):
        return value
    if isinstance(default, bool):
        return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(value.lower(), value)
    try:
        return type(default)(value)
    except ValueError:
        return value


def makes_pictures(model: str) -> None:
    """Raises ReverieError for what enlarges instead."""
    if model == SRGAN:
        raise ReverieError("This run enlarges photos; it makes no pictures of its own. Use it in Enlarge.")
