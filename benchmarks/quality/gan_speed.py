"""How fast does the one GAN trainer train, beside loops written by hand? The same networks, batches and losses.

``ours``: :class:`core.gan.trainer.GanTrainer` with everything on: guards, gradient clipping, averaging, DiffAugment,
measures, progress with a listener, cancelling. ``loop``: what a straightforward loop in PyTorch does for the same
result: Adam as torch has it by default, averaging parameter by parameter, the same DiffAugment; gradients of the
discriminator are computed in the generator's step too and thrown away, as in PyTorch's own DCGAN example; no guards,
nothing measured. ``lean``: the same with all that we know to make it faster: discriminator frozen in the generator's
step, fused Adam, averaging in one call. ``bare``: ``loop`` without averaging and augmentation, which learns something
worse. All of them use the generator's pictures of a batch for both steps, and the same seeds.

``ratio`` is ours / theirs in steps per second of wall time, ``cpu_ratio`` the same by processor time, which others'
work on the machine disturbs less: means and standard deviations over repeats, each of all contestants forth and back
(A B C D D C B A). ``peak_mb``: the most memory that a process of its own held, ``added_mb``: beyond what it held before
the networks were made. ``keep_seconds``: to write the whole state once, which by default happens every 100 steps and is
not within the steps timed; ``kept_share``: its share of the time at that cadence. The pictures are noise: speed does
not depend on them.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.common import emit, peak_rss_mb
from core.gan.augment import DiffAugment
from core.gan.base import Batch, Shape, settled
from core.gan.losses import LOSSES
from core.gan.registry import variant
from core.gan.state import keep
from core.gan.trainer import GanTrainer
from core.nn import seeds
from core.nn.training import Resume
from core.progress import Progress

CASES = (("vanilla", 8), ("vanilla", 32), ("dcgan", 32), ("dcgan", 64), ("conditional", 32), ("fastgan", 64))
SIDES = ("ours", "loop", "lean", "bare")
REPEATS, SECONDS, PICTURES, CLASSES, KEPT_EVERY = 5, 1.0, 500, 5, 100
Steps = Callable[[int], None]


def data(size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (PICTURES, size, size, 3)).astype(np.uint8), np.arange(PICTURES) % CLASSES


def shape_of(name: str, size: int) -> Shape:
    return Shape(size, 3, CLASSES if variant(name).conditional else 0)


def ours(name: str, size: int) -> tuple[Steps, GanTrainer]:
    """The program's trainer, and what makes it go on so many steps."""
    images, labels = data(size)
    trainer = GanTrainer(variant(name), {"mirror": False}, shape_of(name, size), seed=0)
    progress = Progress(lambda report: None)
    return lambda n: _go_on(trainer, images, labels, n, progress), trainer


def _go_on(trainer: GanTrainer, images: Any, labels: Any, n: int, progress: Progress) -> None:
    trainer.train(images, labels, steps=trainer.step + n, progress=progress, every=KEPT_EVERY)


class Loop:
    """A training loop by hand. ``lean``: as fast as we know to write it; ``bare``: no averaging, no augmentation."""

    def __init__(self, name: str, size: int, lean: bool = False, bare: bool = False) -> None:
        self.kind, self.lean, self.bare = variant(name), lean, bare
        self.own = settled(self.kind, {"mirror": False})
        with seeds.fixed(0):
            self.generator = self.kind.generator(shape_of(name, size), self.own)
            self.discriminator = self.kind.discriminator(shape_of(name, size), self.own)
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        images, labels = data(size)
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()
        self.labels = torch.from_numpy(labels) if self.kind.conditional else None
        self.loss, self.draws = LOSSES[str(self.own["loss"])], torch.Generator().manual_seed(0)
        self.augment = DiffAugment("" if bare else str(self.own["diffaugment"]))
        self.adam_g, self.adam_d = self._adam(self.generator), self._adam(self.discriminator)

    def _adam(self, network: nn.Module) -> torch.optim.Adam:
        betas = (float(self.own["beta1"]), float(self.own["beta2"]))
        fused = True if self.lean else None
        return torch.optim.Adam(network.parameters(), float(self.own["learning_rate"]), betas, fused=fused)

    def __call__(self, n: int) -> None:
        for _ in range(n):
            self.step()

    def step(self) -> None:
        """One step of each network."""
        rows = torch.randint(len(self.images), (int(self.own["batch_size"]),), generator=self.draws)
        labels = None if self.labels is None else self.labels[rows]
        batch = Batch(self.images[rows], labels)
        z = torch.randn(len(rows), int(self.own["latent_dim"]), generator=self.draws)
        fake = self.generator(z, labels)

        self.adam_d.zero_grad()
        x, y = self.augment(batch.real, self.draws), self.augment(fake.detach(), self.draws)
        real_logits, more = self.kind.judge_real(self.discriminator, x, batch, self.draws)
        loss = self.loss.discriminator(real_logits, self.discriminator(y, labels))
        (loss if more is None else loss + more).backward()
        self.adam_d.step()

        self.adam_g.zero_grad()
        self.discriminator.requires_grad_(not self.lean)
        self.loss.generator(self.discriminator(self.augment(fake, self.draws), labels)).backward()
        self.discriminator.requires_grad_(True)
        self.adam_g.step()
        if not self.bare:
            self._average()

    @torch.no_grad()
    def _average(self) -> None:
        decay = float(self.own["ema_decay"])
        if self.lean:
            torch._foreach_lerp_(list(self.average.parameters()), list(self.generator.parameters()), 1 - decay)
        else:
            for mine, theirs in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mine.mul_(decay).add_(theirs, alpha=1 - decay)
        for mine, theirs in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            mine.copy_(theirs)


def contestant(side: str, name: str, size: int) -> Steps:
    return ours(name, size)[0] if side == "ours" else Loop(name, size, lean=side == "lean", bare=side == "bare")


def measure(name: str, size: int, repeats: int, seconds: float) -> dict[str, Any]:
    """Steps per second of all contestants in turn, forth and back, ``repeats`` times."""
    running = {side: contestant(side, name, size) for side in SIDES}
    for go in running.values():
        go(2)
    n = max(2, round(seconds / _timed(running["loop"], 2)[0]))
    rates = {side: np.zeros((repeats, 2)) for side in SIDES}
    for repeat in range(repeats):
        for side in (*SIDES, *reversed(SIDES)):
            rates[side][repeat] += np.array(_timed(running[side], n)) / 2
    return {side: _summary(rates[side], rates["ours"], side) for side in SIDES} | {"steps_a_block": n}


def _timed(go: Steps, n: int) -> tuple[float, float]:
    """(seconds of wall time, of processor time) a step."""
    wall, cpu = time.perf_counter(), time.process_time()
    go(n)
    return (time.perf_counter() - wall) / n, (time.process_time() - cpu) / n


def _summary(took: NDArray[np.float64], own: NDArray[np.float64], side: str) -> dict[str, float]:
    rate = 1 / took[:, 0]
    told = {"steps_per_second": round(float(rate.mean()), 3), "steps_per_second_sd": round(float(rate.std(ddof=1)), 3)}
    if side != "ours":
        for key, column in (("ratio", 0), ("cpu_ratio", 1)):
            ratio = took[:, column] / own[:, column]
            told |= {key: round(float(ratio.mean()), 3), f"{key}_sd": round(float(ratio.std(ddof=1)), 3)}
    return told


def keeping(name: str, size: int) -> float:
    """Seconds to write the whole state once: the median of five."""
    go, trainer = ours(name, size)
    go(1)
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            began = time.perf_counter()
            keep(trainer, Resume(Path(folder) / "checkpoint", "speed"), None)
            took.append(time.perf_counter() - began)
    return float(np.median(took))


def memory(side: str, name: str, size: int) -> dict[str, float]:
    """Peak memory of a process of its own."""
    command = [sys.executable, "-m", "benchmarks.quality.gan_speed", "--memory", side, name, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _remember(side: str, name: str, size: int) -> None:
    """In that process: some steps, then what it held at most."""
    data(size)
    torch.ones(2, 2) @ torch.ones(2, 2)
    before = peak_rss_mb()
    contestant(side, name, size)(4)
    peak = max(peak_rss_mb(), before)  # the kernel counts pages in batches: a later peak may read a little lower
    print(json.dumps({"peak_mb": round(peak, 1), "added_mb": round(peak - before, 1)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of a block of steps of one contestant")
    parser.add_argument("--only", action="append", help="NAME or NAME-SIZE of a case; all by default")
    parser.add_argument("--memory", nargs=3, metavar=("SIDE", "NAME", "SIZE"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.memory:
        return _remember(given.memory[0], given.memory[1], int(given.memory[2]))
    result: dict[str, Any] = {"device": "cpu", "threads": torch.get_num_threads(), "repeats": given.repeats}
    for name, size in CASES:
        if given.only and not {name, f"{name}-{size}"} & set(given.only):
            continue
        sys.stderr.write(f"{name} at {size} points\n")
        told = measure(name, size, given.repeats, given.seconds)
        for side in SIDES:
            told[side] |= memory(side, name, size)
        took = keeping(name, size)
        told["keep_seconds"] = round(took, 4)
        told["kept_share"] = round(took / (took + KEPT_EVERY / told["ours"]["steps_per_second"]), 4)
        result[f"{name}-{size}"] = told
    return emit(result, given.json, "Training of GANs")


if __name__ == "__main__":
    main()
