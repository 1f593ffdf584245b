"""How fast does a restricted Boltzmann machine learn, beside scikit-learn's? 784 visible, 500 hidden units, batch 128.

scikit-learn's ``BernoulliRBM`` learns by persistent contrastive divergence with one Gibbs step, and so does ours here,
from the same data, with the same learning rate, batches and epochs, plain updates on both sides; ``ours_as_installed``
has our defaults instead (CD-1, centred, momentum). Both are judged by scikit-learn's own ``score_samples``, given the
weights of each, on rows kept apart. The seconds an epoch are of alternate runs in this process on the CPU, ours with
its measuring of curves after each epoch. scikit-learn computes in float64, as its own data sets come, unless the data
are float32: both are shown. Ours multiplies in bfloat16 where the processor does that itself.

Data: ``digits``: scikit-learn's 1,797 handwritten digits enlarged to 28 x 28 and moved by up to two pixels (MNIST is
not to be had offline), values in [0, 1]; ``patches``: 28 x 28 pieces of the photographs that scikit-image carries,
black and white by each piece's median; ``small``: the digits as they are, 8 x 8, with 200 hidden units.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from core.embed.rbm import RBM

SIDE, HIDDEN, BATCH, EPOCHS, RATE, REPEATS = 28, 500, 128, 10, 0.05, 3
ROWS, APART = 5120, 1024
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "camera", "rocket")
F32 = NDArray[np.float32]


def digits(seed: int) -> F32:
    """float32 [ROWS + APART, 784]; those kept apart are of other digits than the rest."""
    from scipy.ndimage import shift, zoom
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(seed)
    small = load_digits().images / 16
    large = np.clip(np.stack([zoom(image, SIDE / 8, order=1) for image in small]), 0, 1)
    order = rng.permutation(len(large))
    cut = len(large) * ROWS // (ROWS + APART)
    chosen = np.concatenate([rng.choice(order[:cut], ROWS), rng.choice(order[cut:], APART)])
    moved = [shift(large[i], rng.integers(-2, 3, 2), order=0) for i in chosen]
    return np.stack(moved).reshape(-1, SIDE * SIDE).astype(np.float32)


def patches(seed: int) -> F32:
    """float32 [ROWS + APART, 784] of 0 and 1; those kept apart are of the last photograph."""
    from skimage import color, data

    rng = np.random.default_rng(seed)
    pictures = [getattr(data, name)() for name in PHOTOGRAPHS]
    grey = [color.rgb2gray(picture) if picture.ndim == 3 else picture / 255 for picture in pictures]
    parts = [_pieces(picture, ROWS // (len(grey) - 1), rng) for picture in grey[:-1]]
    return np.concatenate([*parts, _pieces(grey[-1], APART, rng)]).astype(np.float32)


def _pieces(picture: NDArray[Any], n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    rows = rng.integers(0, picture.shape[0] - SIDE, n)
    columns = rng.integers(0, picture.shape[1] - SIDE, n)
    cut = [picture[y : y + SIDE, x : x + SIDE].ravel() for y, x in zip(rows, columns, strict=True)]
    pieces = np.stack(cut)
    return pieces > np.median(pieces, axis=1, keepdims=True)


def small(seed: int) -> F32:
    """float32 [1797, 64]."""
    from sklearn.datasets import load_digits

    return (np.random.default_rng(seed).permutation(load_digits().data) / 16).astype(np.float32)


def judge(weights: F32, visible_bias: F32, hidden_bias: F32, rows: F32) -> float:
    """The mean of scikit-learn's own pseudo-likelihood, ten of its random flips a row."""
    from sklearn.neural_network import BernoulliRBM

    peer = BernoulliRBM(len(weights), random_state=0)
    peer.components_, peer.intercept_visible_, peer.intercept_hidden_ = weights, visible_bias, hidden_bias
    peer.n_features_in_ = rows.shape[1]
    return float(peer.score_samples(np.tile(rows, (10, 1))).mean())


def ours(rows: F32, apart: F32, hidden: int, seed: int, installed: bool) -> tuple[float, float]:
    """Seconds an epoch, and the judgement."""
    plain = {"persistent": True, "centred": False, "momentum": 0.0, "weight_decay": 0.0, "learning_rate": RATE}
    model = RBM(hidden, batch_size=BATCH, epochs=EPOCHS, random_state=seed, **({} if installed else plain))
    began = time.perf_counter()
    model.fit(rows)
    seconds = (time.perf_counter() - began) / EPOCHS
    machine = model.machine_
    return seconds, judge(model.components_, machine.visible_bias.numpy(), machine.hidden_bias.numpy(), apart)


def peer(rows: F32, apart: F32, hidden: int, seed: int, kind: type) -> tuple[float, float]:
    """The same of scikit-learn's, computing in ``kind``."""
    from sklearn.neural_network import BernoulliRBM

    model = BernoulliRBM(hidden, learning_rate=RATE, batch_size=BATCH, n_iter=EPOCHS, random_state=seed)
    began = time.perf_counter()
    model.fit(rows.astype(kind))
    seconds = (time.perf_counter() - began) / EPOCHS
    return seconds, judge(model.components_, model.intercept_visible_, model.intercept_hidden_, apart)


def measure(rows: F32, apart: F32, hidden: int, repeats: int) -> dict[str, Any]:
    """All of them in turn, ``repeats`` times; and the baseline that knows only how often each value is on."""
    ours(rows[:BATCH], apart, hidden, 0, False)  # what torch does once
    runs: dict[str, list[tuple[float, float]]] = {}
    for seed in range(repeats):
        for name, run in (
            ("ours", lambda s: ours(rows, apart, hidden, s, False)),
            ("ours_as_installed", lambda s: ours(rows, apart, hidden, s, True)),
            ("sklearn_float64", lambda s: peer(rows, apart, hidden, s, np.float64)),
            ("sklearn_float32", lambda s: peer(rows, apart, hidden, s, np.float32)),
        ):
            runs.setdefault(name, []).append(run(seed))
    out = {name: _summary(np.array(found)) for name, found in runs.items()}
    out["means_alone"] = {"pseudo_likelihood": round(means_alone(rows, apart), 2)}
    for name in ("ours", "ours_as_installed"):
        for kind in ("float64", "float32"):
            ratio = np.array(runs[f"sklearn_{kind}"])[:, 0] / np.array(runs[name])[:, 0]
            out[name][f"times_as_fast_as_{kind}"] = round(float(ratio.mean()), 2)
            out[name][f"times_as_fast_as_{kind}_sd"] = round(float(ratio.std(ddof=1)), 2)
    return out


def means_alone(rows: F32, apart: F32) -> float:
    """The pseudo-likelihood of independent values."""
    p = np.clip(rows.mean(axis=0, dtype=np.float64), 0.01, 0.99)
    return float((apart * np.log(p) + (1 - apart) * np.log(1 - p)).sum(axis=1).mean())


def _summary(found: NDArray[np.float64]) -> dict[str, float]:
    mean, sd = found.mean(axis=0), found.std(axis=0, ddof=1)
    names = ("seconds_an_epoch", "pseudo_likelihood")
    return {**{n: round(float(m), 4) for n, m in zip(names, mean, strict=True)},
            **{f"{n}_sd": round(float(s), 4) for n, s in zip(names, sd, strict=True)}}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result: dict[str, Any] = {"epochs": EPOCHS, "batch": BATCH, "learning_rate": RATE}
    for name, make, hidden in (("digits", digits, HIDDEN), ("patches", patches, HIDDEN), ("small", small, 200)):
        data = make(0)
        cut = len(data) - min(APART, len(data) // 5)
        result[name] = measure(data[:cut], data[cut:], hidden, arguments.repeats)
    emit(result, arguments.json, "Learning of a restricted Boltzmann machine")


if __name__ == "__main__":
    main()
