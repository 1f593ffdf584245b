"""The one trainer of all our GANs: steps of the discriminator with the generator frozen, then one of the generator.

Every step draws from a seed of its own (made of the run's seed and the step's number), so seed and step are all the
random state there is: a run that was killed at any step and goes on from what was kept gives, on a CPU, to the bit what
it would have given.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import Cancelled
from core.gan import state
from core.gan.augment import DiffAugment
from core.gan.base import Batch, Parameters, Shape, Variant, fits, settled
from core.gan.ema import Average
from core.gan.feed import Feed, to_pixels, to_tensor
from core.gan.guarded import GuardedAdam
from core.gan.losses import LOSSES, gradient_penalty
from core.gan.meter import Meter
from core.nn import seeds
from core.nn.training import Resume
from core.progress import Progress

U8 = NDArray[np.uint8]
STRIDE = 1_000_003
SHOWN = 36
_BLOCK = 32


class GanTrainer:
    """A GAN on its way. ``ema`` is the averaged generator, ``history_`` holds a value per measure and ``every`` steps.

    ``parameters``: those that differ from the variant's defaults. Raises ValueError (a sentence) for what it cannot be.
    """

    def __init__(
        self, variant: Variant, parameters: Parameters, shape: Shape, *, seed: int = 0, device: str = "cpu"
    ) -> None:
        self.variant, self.shape, self.seed, self.device = variant, shape, seed, torch.device(device)
        self.parameters = settled(variant, parameters)
        fits(variant, shape)
        self._loss, self._augment = (
            LOSSES[str(self.parameters["loss"])],
            DiffAugment(str(self.parameters["diffaugment"])),
        )
        with seeds.fixed(seed):
            self.generator = variant.generator(shape, self.parameters).to(self.device).train()
            self.discriminator = variant.discriminator(shape, self.parameters).to(self.device).train()
        self._average = Average(self.generator, float(self.parameters["ema_decay"]))
        self._adam_g, self._adam_d = self._adam(self.generator), self._adam(self.discriminator)
        self._low = in_low(self.device.type, str(self.parameters["precision"]))
        self._draws, self._meter = seeds.generator(seed, device), Meter(self.device)
        self._shown: U8 = np.zeros((0, shape.size, shape.size, shape.channels), np.uint8)
        self.step = 0
        self.history_: dict[str, list[float]] = {}

    @property
    def ema(self) -> torch.nn.Module:
        """The averaged generator, in evaluation mode."""
        return self._average.network

    # ------------------------------------------------------------ training

    def train(
        self,
        images: U8,
        labels: NDArray[np.int64] | None = None,
        *,
        steps: int,
        progress: Progress | None = None,
        resume: Resume | None = None,
        every: int = 100,
        keep_every: int | None = None,
        on_step: Callable[[GanTrainer, int], None] | None = None,
    ) -> GanTrainer:
        """Train until ``steps`` steps are done in all, on uint8 [n, h, w, c] and, with a condition, int64 [n].

        Every ``every`` steps the history gets a value and ``on_step(trainer, step)`` is called; every ``keep_every``
        (the same by default), at the end and when cancelled the state is kept in ``resume``'s file. A disk that refuses
        on the way is told in a notice and the training goes on. Raises Cancelled; ReverieError where numbers run away
        or the disk refuses at the end; ValueError (a sentence) for pictures it cannot learn from.
        """
        progress = Progress() if progress is None else progress
        feed = self._feed(images, labels)
        if resume is not None:
            state.load(self, resume)
        progress.phase(f"Training: {self.variant.title}", steps, "steps")
        progress.set(self.step)
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            while self.step < steps:
                self._check(progress, resume)
                self._train_one(feed)
                progress.set(self.step)
                if self.step % every == 0:
                    self._note(on_step)
                if resume is not None and self.step < steps and self.step % (keep_every or every) == 0:
                    state.keep(self, resume, progress)
        if resume is not None:
            state.keep(self, resume, None)
        return self

    def record(self, name: str, value: float) -> None:
        """Add a measure of one's own to the history, for the step just done; where it was not measured is NaN."""
        length = max((len(values) for values in self.history_.values()), default=1)
        curve = self.history_.setdefault(name, [])
        curve.extend([float("nan")] * (length - len(curve)))
        curve[-1] = float(value)

    def _check(self, progress: Progress, resume: Resume | None) -> None:
        try:
            progress.check()
        except Cancelled:
            if resume is not None:
                state.keep(self, resume, progress)
            raise

    def _note(self, on_step: Callable[[GanTrainer, int], None] | None) -> None:
        length = max((len(values) for values in self.history_.values()), default=0)
        measured = self._meter.read()
        for name in [*self.history_, *(name for name in measured if name not in self.history_)]:
            curve = self.history_.setdefault(name, [])
            curve.extend([float("nan")] * (length - len(curve)) + [measured.get(name, float("nan"))])
        if on_step is not None:
            on_step(self, self.step)

    def _train_one(self, feed: Feed) -> None:
        """One step: of the discriminator ``n_critic`` times, of the generator once."""
        self._reseed()
        if self.step < self.variant.pretraining(self.parameters):
            batch = self._batch(feed, self.step)
            measured, left_out = self.pretraining_step(batch, self._fake(batch))
        else:
            measured, left_out = self._adversarial(feed)
        self._meter.add(measured, left_out)
        self._average.update(self.step)
        self.step += 1
        self._meter.check(self.step)

    def _adversarial(self, feed: Feed) -> tuple[dict[str, Tensor], Tensor]:
        rounds = int(self.parameters["n_critic"])
        for k in range(rounds):
            batch = self._batch(feed, self.step * rounds + k)
            with torch.set_grad_enabled(k == rounds - 1):  # the last pictures are those the generator learns from too
                fake = self._fake(batch)
            measured, left_out = self.discriminator_step(batch, fake.detach())
        more, also = self.generator_step(batch, fake)
        return {**measured, **more}, left_out | also

    def discriminator_step(self, batch: Batch, fake: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Teach the discriminator to tell ``fake`` (no gradient) from real. (measures, whether it was left out)"""
        with self._autocast():
            x, y = self._augment(batch.real, self._draws), self._augment(fake, self._draws)
            real_logits, more = self.variant.judge_real(self.discriminator, x, batch, self._draws)
            fake_logits = self.discriminator(y, batch.labels)
        real_logits, fake_logits = real_logits.float(), fake_logits.float()
        loss = self._loss.discriminator(real_logits, fake_logits)
        if more is not None:
            loss = loss + more.float()
        if self._loss.penalised:
            loss = loss + float(self.parameters["gp_weight"]) * self._penalty(x, y, batch)
        left_out = self._adam_d.step(loss)
        means = {"real_logit": real_logits.detach().mean(), "fake_logit": fake_logits.detach().mean()}
        return {"discriminator_loss": loss.detach(), **means}, left_out

    def generator_step(self, batch: Batch, fake: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Teach the generator, which made ``fake``, through the frozen discriminator. (measures, left out)"""
        self.discriminator.requires_grad_(False)
        with self._autocast():
            logits = self.discriminator(self._augment(fake, self._draws), batch.labels)
            content = self.variant.content(fake, batch, self.parameters, False)
        loss = self.variant.adversarial_weight(self.parameters) * self._loss.generator(logits.float())
        measured = {}
        if content is not None:
            loss, measured["content_loss"] = loss + content.float(), content.detach()
        left_out = self._adam_g.step(loss)
        self.discriminator.requires_grad_(True)
        return {"generator_loss": loss.detach(), **measured}, left_out

    def pretraining_step(self, batch: Batch, fake: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Teach the generator by the content of its pictures alone. (measures, whether it was left out)"""
        with self._autocast():
            content = self.variant.content(fake, batch, self.parameters, True)
        if content is None:
            raise ValueError(f"{self.variant.title} has no content to pretrain on.")
        return {"content_loss": content.detach()}, self._adam_g.step(content.float())

    def _penalty(self, x: Tensor, y: Tensor, batch: Batch) -> Tensor:
        return gradient_penalty(lambda between: self.discriminator(between, batch.labels), x, y, self._draws)

    def _fake(self, batch: Batch) -> Tensor:
        with self._autocast():
            fake: Tensor = self.generator(*self.variant.inputs(batch, self.parameters, self._draws))
        return fake.float()

    def _batch(self, feed: Feed, number: int) -> Batch:
        real, labels = feed.take(number, self.device)
        return self.variant.batch(real, labels, self.parameters, self._draws)

    def _reseed(self) -> None:
        """One generator for what we draw, torch's own for what networks draw (noise, dropout): never the same."""
        seed = (self.seed * STRIDE + self.step) * 2 % 2**63
        self._draws.manual_seed(seed)
        if self.device.type == "cpu":
            torch.default_generator.manual_seed(seed + 1)
        else:
            torch.manual_seed(seed + 1)  # of the device's generator too

    # ------------------------------------------------------------ asking

    @torch.no_grad()
    def samples(self, n: int = SHOWN) -> U8:
        """uint8 [n, h, w, c] of the averaged generator, from the same noise every time, its classes in turn."""
        draws = seeds.generator(self.seed * 2 % 2**63, "cpu")
        batch = self._fixed(n)
        inputs = self.variant.inputs(
            self.variant.batch(batch.real, batch.labels, self.parameters, draws), self.parameters, draws
        )
        parts = []
        for start in range(0, n, _BLOCK):
            part = [None if x is None else x[start : start + _BLOCK].to(self.device) for x in inputs]
            parts.append(to_pixels(self.ema(*part)))
        return np.concatenate(parts)

    def _fixed(self, n: int) -> Batch:
        """Pictures and labels that grids are made for; of pictures, the first that it was trained on."""
        if len(self._shown):
            real = to_tensor(self._shown[np.arange(n) % len(self._shown)])
        else:
            real = torch.zeros((n, self.shape.channels, self.shape.size, self.shape.size))
        labels = torch.arange(n) % self.shape.n_classes if self.shape.n_classes else None
        return Batch(real, labels)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All there is: networks, average, optimisers, step, measures and history."""
        return state.arrays(self)

    def set_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> GanTrainer:
        """Go on from :meth:`arrays` of a trainer that was made alike. Raises WeightsError."""
        state.set_arrays(self, arrays)
        return self

    # ------------------------------------------------------------ making

    def _adam(self, network: torch.nn.Module) -> GuardedAdam:
        own = self.parameters
        betas = (float(own["beta1"]), float(own["beta2"]))
        return GuardedAdam(network.parameters(), float(own["learning_rate"]), betas, float(own["max_grad_norm"]))

    def _autocast(self) -> AbstractContextManager[object]:
        if not self._low:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def _feed(self, images: U8, labels: NDArray[np.int64] | None) -> Feed:
        """Raises ValueError (a sentence) for pictures or labels that do not fit."""
        size, channels, classes = self.shape.size, self.shape.channels, self.shape.n_classes
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != channels or not len(images):
            raise ValueError(f"Pictures are uint8 [n, h, w, {channels}], not {images.dtype} {list(images.shape)}.")
        if min(images.shape[1:3]) < size or (self.variant.exact_size and images.shape[1:3] != (size, size)):
            raise ValueError(f"Pictures must be of {size} points, not {images.shape[2]} x {images.shape[1]}.")
        if classes and (labels is None or len(labels) != len(images)):
            raise ValueError("Every picture needs a class where there is a condition.")
        if classes and labels is not None and not (labels.min() >= 0 and labels.max() < classes):
            raise ValueError(f"Classes are numbers from 0 to {classes - 1}.")
        self._shown = np.array(images[:SHOWN])
        own = labels.astype(np.int64) if classes and labels is not None else None
        return Feed(images, own, int(self.parameters["batch_size"]), self.seed)


def in_low(device: str, precision: str) -> bool:
    """Whether products are computed in bfloat16: on a CUDA device that multiplies such numbers, unless unwanted. Its
    range is that of float32, so that no loss need be scaled; other devices compute in float32."""
    return device == "cuda" and precision != "float32" and torch.cuda.is_bf16_supported(including_emulation=False)
