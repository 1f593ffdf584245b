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
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.nn import checkpoints, seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress, Report
from core.superres.degrade import degrade
from core.superres.networks import Compact, parameter_count
from core.superres.patches import Patches, apart, files_below, gather, plain

U8 = NDArray[np.uint8]
KINDS = ("compact", "restore")


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
    arrays = {name: array.astype(np.float16) for name, array in to_arrays(network).items()}
    shape = {"scale": recipe.scale, "n_feats": recipe.n_feats, "n_convs": recipe.n_convs}
    checkpoints.save(path, arrays, {"compact": json.dumps(shape)})
    text = {
        "command": "python -m core.superres.train",
        "kind": kind,
        **({} if start is None else {"start_sha256": checkpoints.sha256(start)}),
        "recipe": asdict(recipe),
        "parameters": parameter_count(network),
        "weights_sha256": checkpoints.sha256(path),
        "held_out_psnr_rgb": round(-min(history.judged), 4),
        "patches": len(patches),
        "data_sha256": _digest(patches),
        "pictures": [list(source) for source in patches.sources],
    }
    checkpoints.write_whole(path.with_suffix(".json"), (json.dumps(text, indent=1) + "\n").encode())


def read(path: Path) -> Compact:
    """The network that :func:`write` wrote. Raises WeightsError."""
    arrays, texts = checkpoints.load(path)
    network = Compact(**json.loads(texts["compact"]))
    from_arrays(network, {name: array.astype(np.float32) for name, array in arrays.items()})
    return network.eval()


def _digest(patches: Patches) -> str:
    total = hashlib.sha256(patches.low.tobytes())
    total.update(patches.high.tobytes())
    return total.hexdigest()


def _shuffled(patches: Patches, seed: int) -> Patches:
    """In an order by chance, so that what is kept apart comes from everywhere."""
    order = np.random.default_rng(seed).permutation(len(patches))
    return Patches(patches.high[order], patches.low[order], patches.sources)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0: written; 1: no pictures found."""
    given = _asked(arguments)
    recipe = Recipe(**{name: getattr(given, name) for name in asdict(Recipe())})
    patches, held = gathered(given.kind, given.folders, recipe, given.per_picture, given.most)
    if not len(patches):
        sys.stderr.write("No pictures to learn from.\n")
        return 1
    sys.stderr.write(f"{len(patches):,} patches of {len(patches.sources):,} pictures\n")
    kind = "" if given.kind == "compact" else given.kind
    mark = hashlib.sha256(f"{recipe} {_digest(patches)} {given.start}{kind}".encode()).hexdigest()
    resume = Resume(given.out.with_suffix(".checkpoint"), mark)
    progress = Progress(_say, interval=10.0)
    progress.phase("Learning to enlarge", recipe.epochs, "epochs")
    start = None if given.start is None else read(given.start)
    network, history = train(patches, recipe, progress=progress, resume=resume, start=start, held=held, on_epoch=_tell)
    write(given.out, network, recipe, history, patches, kind=given.kind, start=given.start)
    resume.path.unlink(missing_ok=True)
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.superres.train", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of photographs")
    parser.add_argument("--out", type=Path, required=True, help="the weights file to write (.safetensors)")
    parser.add_argument("--kind", choices=KINDS, default="compact")
    parser.add_argument("--start", type=Path, help="weights whose body is taken over")
    parser.add_argument("--per-picture", type=int, default=60)
    parser.add_argument("--most", type=int, default=24_000, help="patches at most")
    for name, default in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    return parser.parse_args(arguments)


def gathered(
    kind: str, folders: Sequence[Path], recipe: Recipe, per_picture: int, most: int
) -> tuple[Patches, Patches | None]:
    """Patches to learn from, and those of pictures kept apart (None with compact, which keeps single patches apart)."""
    paths, lowered = files_below(folders), degrade if kind == "restore" else plain
    collect = partial(gather, scale=recipe.scale, per_picture=per_picture, seed=recipe.seed, lowered=lowered)
    if kind == "compact":
        return _shuffled(collect(paths, most=most), recipe.seed), None
    learn_from, kept = apart(paths, recipe.held_out, recipe.seed)
    held = collect(kept, most=max(most // 20, 1))
    return _shuffled(collect(learn_from, most=most), recipe.seed), held


def _say(report: Report) -> None:
    left = "" if report.seconds_left is None else f", {report.seconds_left / 60:.0f} min left"
    sys.stderr.write(f"{report.phase}: {report.done} of {report.total} {report.unit}{left}\n")


def _tell(history: History) -> None:
    sys.stderr.write(f"loss {history.losses[-1]:.5f}, PSNR on pictures kept apart {-history.judged[-1]:.3f} dB\n")


if __name__ == "__main__":
    sys.exit(main())
