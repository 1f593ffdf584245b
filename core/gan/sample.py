"""What a trained generator makes: pictures of seeds, ways between two, neighbours, and the latent vector of a photo."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import WeightsError
from core.gan.base import Parameters, Shape, Variant, fits, settled
from core.gan.feed import to_pixels, to_tensor
from core.gan.registry import variant
from core.nn import checkpoints, seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.progress import Progress

if TYPE_CHECKING:
    from core.gan.trainer import GanTrainer

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Difference = Callable[[Tensor, Tensor], Tensor]
"""(made, photo), float32 [n, 3, h, w] in [-1, 1] each -> [n], small where they show the same; with a gradient."""
_BLOCK, _TRIED, _STARTS = 32, 64, 4
_TEXT = "gan"


class Sampler:
    """A generator in evaluation mode. Latent vectors: float32 [n, d]; labels: int64 [n] where there is a condition."""

    def __init__(
        self,
        variant: Variant,
        shape: Shape,
        parameters: Parameters,
        generator: nn.Module,
        facts: dict[str, Any] | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        """``facts``: what is worth knowing of the training, as JSON holds it: step, seed, names of the classes."""
        self.variant, self.shape, self.parameters = variant, shape, parameters
        self.facts, self.device = facts or {}, torch.device(device)
        self.generator = generator.to(self.device).eval().requires_grad_(False)

    @classmethod
    def of(cls, trainer: GanTrainer, **facts: Any) -> Sampler:
        """A copy of a trainer's averaged generator as it is now."""
        known = {"step": trainer.step, "seed": trainer.seed, **facts}
        generator = copy.deepcopy(trainer.ema)
        return cls(trainer.variant, trainer.shape, trainer.parameters, generator, known, trainer.device)

    @property
    def latent_dim(self) -> int:
        return int(self.parameters["latent_dim"])

    # ------------------------------------------------------------ files

    def save(self, path: Path) -> None:
        """Write the generator as safetensors, with all that is needed to build it again. Raises OSError."""
        told = {
            "variant": self.variant.name,
            "shape": asdict(self.shape),
            "parameters": dict(self.parameters),
            "facts": self.facts,
        }
        checkpoints.save(path, to_arrays(self.generator), {_TEXT: json.dumps(told)})

    @classmethod
    def load(cls, path: Path, device: str = "cpu") -> Sampler:
        """What :meth:`save` wrote; no code in the file is run. Raises WeightsError (a sentence) for anything else."""
        arrays, texts = checkpoints.load(path)
        if _TEXT not in texts:
            raise WeightsError(f"{path.name} does not hold a generator of the Studio.")
        try:
            told = json.loads(texts[_TEXT])
            kind, shape = variant(told["variant"]), Shape(**told["shape"])
            fits(kind, shape)
            parameters, facts = settled(kind, told["parameters"]), dict(told["facts"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WeightsError(f"{path.name} does not say what kind of generator it holds: {error}") from error
        with seeds.fixed(0):
            generator = kind.generator(shape, parameters)
        try:
            from_arrays(generator, arrays)
        except WeightsError as error:
            raise WeightsError(str(error).replace("The file", path.name, 1)) from error
        return cls(kind, shape, parameters, generator, facts, device)

    # ------------------------------------------------------------ latent vectors

    def latents(self, numbers: Sequence[int], truncation: float = 1.0) -> F32:
        """float32 [n, d]: of each seed its own, the same on every device. ``truncation`` below 1 draws them towards
        the middle, where pictures are more usual and more alike (Brock, Donahue and Simonyan, ICLR 2019)."""
        drawn = [torch.randn(self.latent_dim, generator=seeds.generator(number)).numpy() for number in numbers]
        latents: F32 = np.stack(drawn) if drawn else np.zeros((0, self.latent_dim), np.float32)
        return latents * np.float32(truncation)

    def near(self, latent: F32, n: int, spread: float, seed: int = 0) -> F32:
        """float32 [n, d]: "more like this one". ``spread`` in [0, 1]: from the very same to any other."""
        others = torch.randn((n, self.latent_dim), generator=seeds.generator(seed)).numpy()
        turn = float(np.clip(spread, 0.0, 1.0)) * np.pi / 2
        length = np.linalg.norm(latent) / np.linalg.norm(others, axis=1, keepdims=True)
        found: F32 = (np.cos(turn) * latent + np.sin(turn) * length * others).astype(np.float32)
        return found

    # ------------------------------------------------------------ pictures

    @torch.no_grad()
    def render(self, latents: F32, labels: NDArray[np.int64] | None = None) -> U8:
        """uint8 [n, h, w, c]. Raises ValueError where a wanted class is missing or unknown."""
        own = self._labels(labels, len(latents))
        side = self.shape.size
        parts: list[U8] = [np.zeros((0, side, side, self.shape.channels), np.uint8)]
        for start in range(0, len(latents), _BLOCK):
            part = slice(start, start + _BLOCK)
            z = torch.from_numpy(np.ascontiguousarray(latents[part], np.float32)).to(self.device)
            parts.append(to_pixels(self.generator(z, None if own is None else own[part])))
        return np.concatenate(parts)

    def walk(self, a: F32, b: F32, frames: int, label: int | None = None) -> U8:
        """uint8 [frames, h, w, c] on the way from latent [d] ``a`` to ``b``, both included."""
        way = slerp(a, b, np.linspace(0.0, 1.0, frames))
        return self.render(way, None if label is None else np.full(frames, label, np.int64))

    def project(
        self,
        image: U8,
        progress: Progress | None = None,
        *,
        steps: int = 200,
        label: int | None = None,
        difference: Difference | None = None,
        seed: int = 0,
    ) -> F32:
        """float32 [d]: the latent vector whose picture comes closest to uint8 [h, w, c], by pixels and, where given, by
        ``difference``. Begins at the best of some seeds; the vector keeps the length that latent vectors have.

        Zhu et al., "Generative Visual Manipulation on the Natural Image Manifold", ECCV 2016. Raises Cancelled.
        """
        progress = Progress() if progress is None else progress
        progress.phase("Finding the photo in the generator", steps, "steps")
        photo = to_tensor(image[None], self.device)
        tried = torch.from_numpy(self.latents(range(seed, seed + _TRIED))).to(self.device)
        labels = self._labels(None if label is None else np.full(_TRIED, label, np.int64), _TRIED)
        with torch.no_grad():
            errors = torch.cat([self._error(part, photo, labels, difference) for part in torch.split(tried, _BLOCK)])
        z = tried[errors.argsort()[:_STARTS]].clone().requires_grad_(True)
        best, error = self._descend(z, photo, labels, difference, steps, progress)
        latent: F32 = best[int(error.argmin())].cpu().numpy()
        return latent

    def _descend(
        self,
        z: Tensor,
        photo: Tensor,
        labels: Tensor | None,
        difference: Difference | None,
        steps: int,
        progress: Progress,
    ) -> tuple[Tensor, Tensor]:
        """(the best latent vectors of each start, how far off their pictures are)."""
        adam = torch.optim.Adam([z], lr=0.1)
        best, least = z.detach().clone(), torch.full((len(z),), torch.inf, device=self.device)
        for step in range(steps + 1):
            progress.check()
            adam.param_groups[0]["lr"] = 0.1 * (1 - step / (steps + 1))
            error = self._error(z, photo, labels, difference)
            better = error.detach() < least
            best, least = torch.where(better[:, None], z.detach(), best), torch.minimum(error.detach(), least)
            adam.zero_grad()
            error.sum().backward()  # type: ignore[no-untyped-call]
            adam.step()
            with torch.no_grad():
                z.mul_(self.latent_dim**0.5 / z.norm(dim=1, keepdim=True))
            progress.set(step)
        return best, least

    def _error(self, z: Tensor, photo: Tensor, labels: Tensor | None, difference: Difference | None) -> Tensor:
        made = self.generator(z, None if labels is None else labels[: len(z)])
        target = photo.expand_as(made)
        error: Tensor = (made - target).square().mean(dim=(1, 2, 3))
        return error if difference is None else error + difference(made, target)

    def _labels(self, labels: NDArray[np.int64] | None, n: int) -> Tensor | None:
        if not self.shape.n_classes:
            return None
        if labels is None or len(labels) != n:
            raise ValueError("This generator needs a wanted class for every picture.")
        if n and not (labels.min() >= 0 and labels.max() < self.shape.n_classes):
            raise ValueError(f"Classes are numbers from 0 to {self.shape.n_classes - 1}.")
        return torch.from_numpy(labels.astype(np.int64)).to(self.device)


def slerp(a: F32, b: F32, share: NDArray[np.float64]) -> F32:
    """float32 [n, d] on the arc from a [d] to b [d] at each ``share``, where straight lines would pass through the
    middle, which noise never comes near; the length goes from one's to the other's.

    Shoemake 1985; White, "Sampling Generative Networks", 2016.
    """
    long_a, long_b = max(float(np.linalg.norm(a)), 1e-12), max(float(np.linalg.norm(b)), 1e-12)
    angle = float(np.arccos(np.clip(np.dot(a / long_a, b / long_b), -1.0, 1.0)))
    t = share[:, None]
    if np.sin(angle) < 1e-6:
        return np.asarray((1 - t) * a + t * b, np.float32)
    arc = (np.sin((1 - t) * angle) * (a / long_a) + np.sin(t * angle) * (b / long_b)) / np.sin(angle)
    return np.asarray(arc * ((1 - t) * long_a + t * long_b), np.float32)
