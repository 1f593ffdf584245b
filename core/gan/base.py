"""What a variant of a generative adversarial network declares. A new variant is one file and one line in the registry.

Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014. Outside networks pictures are uint8 [n, h, w, c]; inside
float32 [n, c, h, w] in [-1, 1].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.records_lab import Parameter, Value

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Parameters = Mapping[str, Value]

COMMON: tuple[Parameter, ...] = (
    Parameter("latent_dim", 128, "numbers that a picture is made of", low=2, high=1024),
    Parameter("batch_size", 32, "pictures in a step", low=2, high=512, basic=True),
    Parameter("learning_rate", 2e-4, "how far one step of Adam goes", low=1e-6, high=0.1, basic=True),
    Parameter("beta1", 0.5, "Adam: memory of the gradient's mean", low=0.0, high=0.999),
    Parameter("beta2", 0.999, "Adam: memory of the gradient's square", low=0.0, high=0.9999),
    Parameter(
        "loss", "non-saturating", "what the two networks play for", basic=True,
        choices=("non-saturating", "hinge", "least-squares", "wgan-gp"),
    ),
    Parameter("gp_weight", 10.0, "weight of the gradient penalty, with wgan-gp only", low=0.0, high=1000.0),
    Parameter("n_critic", 1, "steps of the discriminator before one of the generator", low=1, high=20),
    Parameter("ema_decay", 0.999, "memory of the averaged generator that pictures are from", low=0.0, high=0.99999),
    Parameter(
        "diffaugment", "color,translation,cutout",
        "changes that real and generated pictures go through before they are judged; empty for none", basic=True,
    ),
    Parameter("mirror", True, "half of the pictures are seen in a mirror; not for writing"),
    Parameter("max_grad_norm", 10.0, "longest gradient; 0: any", low=0.0, high=1e6),
    Parameter(
        "precision", "auto", "of the arithmetic on a graphics processor; a CPU always computes in float32",
        choices=("auto", "float32", "bfloat16"),
    ),
)  # fmt: skip
"""Parameters that every variant has, named as in the papers."""


def common(*own: Parameter, **defaults: Value) -> tuple[Parameter, ...]:
    """The parameters of a variant: its ``own``, then those that all have, some with other ``defaults``."""
    unknown = defaults.keys() - {parameter.name for parameter in COMMON}
    if unknown:
        raise ValueError(f"There is no common parameter {sorted(unknown)[0]}.")
    return own + tuple(replace(each, default=defaults.get(each.name, each.default)) for each in COMMON)


@dataclass(frozen=True, slots=True)
class Shape:
    """What pictures look like: ``size`` x ``size`` points of ``channels``, of ``n_classes`` kinds (0: no condition)."""

    size: int
    channels: int = 3
    n_classes: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """``real`` float32 [n, c, h, w] in [-1, 1]; ``labels`` int64 [n] where there is a condition; ``source``: what the
    generator is given instead of noise, where a variant makes pictures from pictures (super-resolution)."""

    real: Tensor
    labels: Tensor | None = None
    source: Tensor | None = None

    def __len__(self) -> int:
        return len(self.real)


class Variant(ABC):
    """A kind of GAN. What is random comes from ``draws``, a generator on the device of the batch."""

    name: str
    title: str
    what: str
    """What it is good for, in a sentence."""
    sizes: tuple[int, ...]
    """Sizes of pictures that it makes, rising."""
    parameters: tuple[Parameter, ...]
    conditional: bool = False
    latent: bool = True
    """Whether it makes pictures from noise alone, so that a :class:`core.gan.sample.Sampler` can draw from it."""
    exact_size: bool = True
    """Whether training pictures are of ``Shape.size``; else :meth:`batch` cuts them out of larger ones."""

    @abstractmethod
    def generator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        """A network ``forward(z, labels)`` (or what :meth:`inputs` gives) -> float32 [n, c, size, size]."""

    @abstractmethod
    def discriminator(self, shape: Shape, parameters: Parameters) -> nn.Module:
        """A network ``forward(x, labels)`` -> logits float32 [n], or [n, p] of p parts of each picture."""

    def batch(self, real: Tensor, labels: Tensor | None, parameters: Parameters, draws: torch.Generator) -> Batch:
        """What a step learns from, of pictures float32 [n, c, h, w] in [-1, 1]."""
        if parameters.get("mirror"):
            import torch

            turned = torch.rand((len(real), 1, 1, 1), generator=draws, device=real.device) < 0.5
            real = torch.where(turned, real.flip(3), real)
        return Batch(real, labels)

    def inputs(self, batch: Batch, parameters: Parameters, draws: torch.Generator) -> tuple[Tensor | None, ...]:
        """What the generator is called with for a batch: noise float32 [n, latent_dim] and the labels."""
        import torch

        size = (len(batch), int(parameters["latent_dim"]))
        return torch.randn(size, generator=draws, device=batch.real.device), batch.labels

    def judge_real(
        self, discriminator: nn.Module, x: Tensor, batch: Batch, draws: torch.Generator
    ) -> tuple[Tensor, Tensor | None]:
        """(logits of augmented real pictures, what the discriminator's loss has besides: a self-supervised task)."""
        return discriminator(x, batch.labels), None

    def content(self, fake: Tensor, batch: Batch, parameters: Parameters, pretraining: bool) -> Tensor | None:
        """What the generator's loss has besides the adversarial term: a scalar, or None."""
        return None

    def adversarial_weight(self, parameters: Parameters) -> float:
        """Weight of the adversarial term in the generator's loss."""
        return 1.0

    def pretraining(self, parameters: Parameters) -> int:
        """How many of the first steps train the generator alone, by :meth:`content`."""
        return 0


def settled(variant: Variant, given: Parameters) -> dict[str, Value]:
    """All parameters of a variant: those given, the others by default. Raises ValueError (a sentence)."""
    known = {parameter.name: parameter for parameter in variant.parameters}
    for name in given:
        if name not in known:
            raise ValueError(f"{variant.title} has no parameter “{name}”.")
    return {name: _checked(parameter, given.get(name, parameter.default)) for name, parameter in known.items()}


def _checked(parameter: Parameter, value: Value) -> Value:
    kind = type(parameter.default)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise ValueError(f"{parameter.name} is {value!r}; it must be of the kind of {parameter.default!r}.")
    if parameter.choices and value not in parameter.choices:
        raise ValueError(f"{parameter.name} is {value!r}; it can be {', '.join(parameter.choices)}.")
    if isinstance(value, int | float):
        low, high = parameter.low, parameter.high
        if not ((low is None or value >= low) and (high is None or value <= high)):
            raise ValueError(f"{parameter.name} is {value}; it can be from {low:g} to {high:g}.")
    return value


def fits(variant: Variant, shape: Shape) -> None:
    """Raise ValueError (a sentence) where a variant cannot make pictures of this shape."""
    if shape.size not in variant.sizes:
        raise ValueError(
            f"{variant.title} makes pictures of {', '.join(map(str, variant.sizes))} points, not {shape.size}."
        )
    if shape.channels not in (1, 3):
        raise ValueError(f"Pictures have 1 or 3 channels, not {shape.channels}.")
    if not 0 <= shape.n_classes <= MOST_CLASSES:
        raise ValueError(f"A condition has 2 to {MOST_CLASSES} classes, not {shape.n_classes}.")
    if variant.conditional and shape.n_classes < 2:
        raise ValueError(f"{variant.title} needs a condition: groups of the pictures, two at least.")
    if shape.n_classes and not variant.conditional:
        raise ValueError(f"{variant.title} takes no condition.")


MOST_CLASSES = 4096
