"""``python -m core.superres.train FOLDER...``: train a network that enlarges on photographs, and write its weights.

``--kind`` compact learns from plain bicubic reductions, restore from degraded ones (:mod:`core.superres.degrade`),
srgan with an adversary (:mod:`core.superres.srgan`). The recipe is written beside the weights: the parameters, the
seed, every picture with its SHA-256, and how the network did on pictures kept apart. A run that was stopped goes on
from its checkpoint, to the bit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import ReverieError
from core.gan.trainer import GanTrainer
from core.nn import checkpoints, seeds
from core.nn.checkpoints import from_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress, Report
from core.superres import adversarial, recipes
from core.superres.adversarial import SrganRecipe
from core.superres.degrade import degrade
from core.superres.networks import Compact
from core.superres.patches import Lowered, Patches, apart, files_below, gather, of_pictures, plain
from core.superres.srgan import Srgan

U8 = NDArray[np.uint8]
KINDS = ("compact", "restore", "srgan")
_SRGAN = {name: value for name, value in asdict(SrganRecipe()).items() if name != "parameters"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """``epochs`` of ``steps`` steps, each on ``batch`` crops of ``crop`` pixels (of the small picture). The learning
    rate falls from ``learning_rate`` along a half cosine; the last ``fine`` of the epochs minimise the squared error,
    which is what PSNR measures, the others the absolute one. ``held_out``: part of the patches kept apart."""

    scale: int = 4
    n_feats: int = 32
    n_convs: int = 8
    epochs: int = 100
    steps: int = 400
    batch: int = 16
    crop: int = 32
    learning_rate: float = 2e-3
    fine: float = 0.15
    held_out: float = 0.04
    seed: int = 0


def train(
    patches: Patches,
    recipe: Recipe,
    *,
    progress: Progress | None = None,
    resume: Resume | None = None,
    start: Compact | None = None,
    held: Patches | None = None,
    on_epoch: Callable[[History], None] | None = None,
) -> tuple[Compact, History]:
    """The trained network and how it went; ``History.judged`` is the negative PSNR (RGB, dB) on patches kept apart.

    ``start``: a network whose body (of the same width and depth) is taken over. ``held``: the patches kept apart; the
    last ones of ``patches`` without. Raises Cancelled, ReverieError.
    """
    with seeds.fixed(recipe.seed):
        network = Compact(recipe.scale, recipe.n_feats, recipe.n_convs)
    if start is not None:
        _take_over(network, start)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    schedule = Schedule(recipe.epochs, recipe.learning_rate, patience=recipe.epochs, decay="cosine")
    training = Training(
        network, schedule, seed=recipe.seed, progress=progress or Progress(), resume=resume, on_epoch=on_epoch
    )
    learn_from = len(patches)
    if held is None:
        learn_from -= max(1, round(recipe.held_out * len(patches)))
        held = Patches(patches.high[learn_from:], patches.low[learn_from:], ())
    judged = held

    def batches(rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(recipe.steps):
            yield crops(patches, rng.integers(0, learn_from, recipe.batch), recipe.crop, rng)

    def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
        low, high = batch
        difference = network(low) - high
        fine = len(training.history.judged) >= (1 - recipe.fine) * recipe.epochs
        error: Tensor = 20 * (difference**2).mean() if fine else difference.abs().mean()
        return error

    def judge() -> float:
        return -mean_psnr(network, judged.low, judged.high)

    return network, training.run(batches, loss, judge)


def crops(patches: Patches, index: NDArray[np.int64], crop: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Float32 [n, 3, crop, crop] and [n, 3, scale * crop, ...] in [0, 1]: cut, mirrored and turned by chance."""
    scale, room = patches.scale, patches.low.shape[1] - crop + 1
    low = np.empty((len(index), crop, crop, 3), np.uint8)
    high = np.empty((len(index), scale * crop, scale * crop, 3), np.uint8)
    for k, i in enumerate(index):
        top, left, turn = rng.integers(0, room), rng.integers(0, room), int(rng.integers(0, 8))
        low[k] = _turned(patches.low[i, top : top + crop, left : left + crop], turn)
        high[k] = _turned(
            patches.high[i, scale * top : scale * (top + crop), scale * left : scale * (left + crop)], turn
        )
    return to_tensor(low), to_tensor(high)


def _turned(picture: U8, turn: int) -> U8:
    turned = np.rot90(picture, turn % 4)
    return turned[:, ::-1] if turn >= 4 else turned


def to_tensor(pictures: U8) -> Tensor:
    """uint8 [n, h, w, 3] -> float32 [n, 3, h, w] in [0, 1]."""
    tensor = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return tensor.to(torch.float32, memory_format=torch.channels_last) / 255.0


def mean_psnr(network: torch.nn.Module, low: U8, high: U8, block: int = 16) -> float:
    """Mean PSNR in dB over RGB of patches, borders included."""
    values = []
    for begin in range(0, len(low), block):
        made = network(to_tensor(low[begin : begin + block])).clamp(0, 1)
        error = ((made - to_tensor(high[begin : begin + block])) ** 2).mean(dim=(1, 2, 3)).clamp_min(1e-10)
        values.append(-10 * torch.log10(error))
    return float(torch.cat(values).mean())


def _take_over(network: Compact, start: Compact) -> None:
    own = network.state_dict()
    same = {k: v for k, v in start.state_dict().items() if own[k].shape == v.shape}
    network.load_state_dict({**own, **same})


# ---------------------------------------------------------------- files


def write(
    path: Path,
    network: Compact,
    recipe: Recipe,
    history: History,
    patches: Patches,
    *,
    kind: str = "compact",
    start: Path | None = None,
) -> None:
    """The weights as safetensors, half precision, and the recipe as JSON beside them. Raises OSError."""
    figures = {"held_out_psnr_rgb": round(-min(history.judged), 4)}
    recipes.write(path, network, kind, asdict(recipe), figures, patches, start)


def read(path: Path) -> Compact:
    """The network that :func:`write` wrote. Raises WeightsError."""
    arrays, texts = checkpoints.load(path)
    network = Compact(**json.loads(texts["compact"]))
    from_arrays(network, {name: array.astype(np.float32) for name, array in arrays.items()})
    return network.eval()


def _shuffled(patches: Patches, seed: int) -> Patches:
    """In an order by chance, so that what is kept apart comes from everywhere."""
    order = np.random.default_rng(seed).permutation(len(patches))
    return Patches(patches.high[order], patches.low[order], patches.sources)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: written; 1: no pictures found."""
    given = _asked(arguments)
    recipe = _srgan_recipe(given) if given.kind == "srgan" else _recipe(given)
    patches, held = gathered(given.kind, given.folders, recipe, given.per_picture, given.most)
    if not len(patches):
        sys.stderr.write("No pictures to learn from.\n")
        return 1
    sys.stderr.write(f"{len(patches):,} patches of {len(patches.sources):,} pictures\n")
    progress = Progress(_say, interval=10.0)
    learn(given.kind, patches, held, recipe, given.out, start=given.start, progress=progress, tell=_write)
    return 0


def learn(
    kind: str,
    patches: Patches,
    held: Patches | None,
    recipe: Recipe | SrganRecipe,
    out: Path,
    *,
    start: Path | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Train and write the weights to ``out``, beside them the recipe and, until it is done, a checkpoint to go on from.
    ``kind``: one of KINDS; ``tell`` is given a line every so often. Raises Cancelled, ReverieError, OSError."""
    progress = progress or Progress()
    told = "" if kind == "compact" else kind
    mark = hashlib.sha256(f"{recipe} {recipes.digest(patches)} {start}{told}".encode()).hexdigest()
    resume = Resume(out.with_suffix(".checkpoint"), mark)
    if isinstance(recipe, SrganRecipe):
        judged = patches if held is None else held
        shown = partial(_tell_step, tell or _nobody)
        trainer = adversarial.train(
            patches, judged, recipe, progress=progress, resume=resume, start=start, on_step=shown
        )
        figures = {name: round(value, 4) for name, value in adversarial.judged(trainer, judged).items()}
        recipes.write(out, adversarial.network_of(trainer), kind, trained_by(trainer, recipe), figures, patches, start)
    else:
        progress.phase("Learning to enlarge", recipe.epochs, "epochs")
        begin, shown = None if start is None else read(start), partial(_tell_epoch, tell or _nobody)
        network, history = train(
            patches, recipe, progress=progress, resume=resume, start=begin, held=held, on_epoch=shown
        )
        write(out, network, recipe, history, patches, kind=kind, start=start)
    resume.path.unlink(missing_ok=True)


def trained_by(trainer: GanTrainer, recipe: SrganRecipe) -> dict[str, Any]:
    """The recipe with every parameter, those by default too."""
    return {**asdict(replace(recipe, parameters={})), "parameters": dict(trainer.parameters)}


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--kind", choices=KINDS, default="compact", help="what is trained; each has options of its own")
    kind = first.parse_known_args(arguments)[0].kind
    parser = argparse.ArgumentParser(prog="python -m core.superres.train", description=__doc__, parents=[first])
    parser.add_argument("folders", nargs="+", type=Path, help="folders of photographs")
    parser.add_argument("--out", type=Path, required=True, help="the weights file to write (.safetensors)")
    parser.add_argument("--start", type=Path, help="weights whose body is taken over")
    parser.add_argument("--per-picture", type=int, default=60)
    parser.add_argument("--most", type=int, default=24_000, help="patches at most")
    for name, default in _options(kind).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=_kind_of(default), default=default)
    return parser.parse_args(arguments)


def _options(kind: str) -> dict[str, Any]:
    if kind != "srgan":
        return asdict(Recipe())
    return {**_SRGAN, **{parameter.name: parameter.default for parameter in Srgan.parameters}}


def _kind_of(default: object) -> Callable[[str], object]:
    if isinstance(default, bool):
        return lambda text: text.lower() in ("1", "true", "yes")
    return type(default)


def _recipe(given: argparse.Namespace) -> Recipe:
    return Recipe(**{name: getattr(given, name) for name in asdict(Recipe())})


def _srgan_recipe(given: argparse.Namespace) -> SrganRecipe:
    parameters = {parameter.name: getattr(given, parameter.name) for parameter in Srgan.parameters}
    return SrganRecipe(**{name: getattr(given, name) for name in _SRGAN}, parameters=parameters)


def gathered(
    kind: str, folders: Sequence[Path], recipe: Recipe | SrganRecipe, per_picture: int, most: int
) -> tuple[Patches, Patches | None]:
    """Patches to learn from, and those of pictures kept apart (None with compact, which keeps single patches apart)."""
    paths = files_below(folders)
    collect = partial(gather, scale=recipe.scale, per_picture=per_picture, seed=recipe.seed, lowered=lowered_by(kind))
    if kind == "compact":
        return _shuffled(collect(paths, most=most), recipe.seed), None
    learn_from, kept = apart(paths, recipe.held_out, recipe.seed)
    held = collect(kept, most=max(most // 20, 1))
    return _shuffled(collect(learn_from, most=most), recipe.seed), held


def lowered_by(kind: str) -> Lowered:
    """How small pictures are made for a kind of training."""
    return degrade if kind == "restore" else plain


def from_pictures(
    kind: str,
    pictures: Sequence[U8],
    recipe: Recipe | SrganRecipe,
    out: Path,
    *,
    start: Path | None = None,
    progress: Progress | None = None,
    most: int = 24_000,
) -> None:
    """:func:`learn` on a person's own pictures, uint8 [h, w, 3]; some of them are kept apart. Raises ReverieError (a
    sentence) where there are too few large enough, Cancelled, OSError."""
    order = np.random.default_rng(recipe.seed).permutation(len(pictures))
    kept = max(round(recipe.held_out * len(pictures)), 1)
    collect = partial(of_pictures, scale=recipe.scale, seed=recipe.seed, lowered=lowered_by(kind))
    held = collect([pictures[i] for i in order[:kept]], most=max(most // 20, 1))
    patches = collect([pictures[i] for i in order[kept:]], most=most)
    if not len(patches) or not len(held):
        raise ReverieError("There are too few pictures to learn from: they must be larger than 170 pixels, and varied.")
    learn(kind, patches, held, recipe, out, start=start, progress=progress)


def _say(report: Report) -> None:
    left = "" if report.seconds_left is None else f", {report.seconds_left / 60:.0f} min left"
    _write(f"{report.phase}: {report.done} of {report.total} {report.unit}{left}")


def _write(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _nobody(line: str) -> None:
    """Nobody is told."""


def _tell_step(tell: Callable[[str], None], trainer: GanTrainer, step: int) -> None:
    tell(f"step {step}: " + ", ".join(f"{name} {values[-1]:.4f}" for name, values in trainer.history_.items()))


def _tell_epoch(tell: Callable[[str], None], history: History) -> None:
    tell(f"loss {history.losses[-1]:.5f}, PSNR on pictures kept apart {-history.judged[-1]:.3f} dB")


if __name__ == "__main__":
    sys.exit(main())
