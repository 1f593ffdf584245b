"""Training SRGAN outside the Studio: on patches of photographs, judged on pictures kept apart, its weights written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.gan.base import Shape, settled
from core.gan.trainer import GanTrainer
from core.nn.training import Resume
from core.progress import Progress
from core.records_lab import Value
from core.superres.patches import Patches
from core.superres.srgan import Enlarger, Srgan, content_of

U8 = NDArray[np.uint8]
JUDGED = ("held_out_psnr", "held_out_content")
_BLOCK = 16


@dataclass(frozen=True, slots=True)
class SrganRecipe:
    """``steps`` in all, those of pretraining among them; ``every`` so many it is judged. ``parameters``: those that
    differ from the defaults of :class:`core.superres.srgan.Srgan`. ``held_out``: part of the pictures kept apart."""

    steps: int = 3000
    every: int = 250
    held_out: float = 0.04
    seed: int = 0
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def scale(self) -> int:
        return int(settled(Srgan(), self.parameters)["scale"])


def train(
    patches: Patches,
    held: Patches,
    recipe: SrganRecipe,
    *,
    progress: Progress | None = None,
    resume: Resume | None = None,
    start: Path | None = None,
    on_step: Callable[[GanTrainer, int], None] | None = None,
    device: str = "cpu",
) -> GanTrainer:
    """The trainer once it is done; ``history_`` has "held_out_psnr" (RGB, dB) and "held_out_content" beside the losses.

    ``start``: weights of a compact network to begin with. Raises Cancelled, ReverieError.
    """
    shape = Shape(int(patches.high.shape[1]))
    trainer = GanTrainer(Srgan(start), recipe.parameters, shape, seed=recipe.seed, device=device)

    def judge(trainer: GanTrainer, step: int) -> None:
        for name, value in judged(trainer, held).items():
            trainer.record(name, value)
        if on_step is not None:
            on_step(trainer, step)

    return trainer.train(
        patches.high, steps=recipe.steps, progress=progress, resume=resume, every=recipe.every, on_step=judge
    )


@torch.no_grad()
def judged(trainer: GanTrainer, held: Patches) -> dict[str, float]:
    """PSNR (RGB, dB, mean over patches) and content loss of the averaged generator on patches."""
    errors, contents = [], []
    for begin in range(0, len(held), _BLOCK):
        low, high = (_between(part[begin : begin + _BLOCK]).to(trainer.device) for part in (held.low, held.high))
        made = trainer.ema(low, None).clamp(-1, 1)
        errors.append(((made - high) / 2).square().mean(dim=(1, 2, 3)))
        contents.append(float(content_of(made, high)) * len(low))
    psnr = float(-10 * torch.log10(torch.cat(errors).clamp_min(1e-10)).mean())
    return dict(zip(JUDGED, (psnr, sum(contents) / len(held)), strict=True))


def network_of(trainer: GanTrainer) -> torch.nn.Module:
    """The averaged network that enlarges, without the scaling to [-1, 1] around it: for :func:`recipes.save`."""
    generator = trainer.ema
    assert isinstance(generator, Enlarger)
    return generator.network


def _between(pictures: U8) -> torch.Tensor:
    """uint8 [n, h, w, 3] -> float32 [n, 3, h, w] in [-1, 1]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
