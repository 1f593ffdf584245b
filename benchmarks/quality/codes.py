"""Do binary codes keep what belongs together? Label mAP of codes learned without labels, beside ITQ, PQ and LSH.

Digits of scikit-learn (16, 32, 48 bits); with ``--npz FILE`` (arrays ``X`` [n, d] and ``y`` [n]) or ``--images DIR``
(a folder of photos for each label, embedded by the program's network; ``--cache DIR`` keeps the vectors) instead the
vectors of photos (32, 64, 128 bits). A quarter of the rows, drawn anew in each repeat, asks; all is learned from the
rest, without labels, and every other row is ranked. mAP is over the whole ranking; of rows at the same distance those
that come first in the data are first. Standard deviation over repeats.

``ours``: :class:`core.embed.hashing.BinaryCodes`. ``itq``: iterative quantisation (Gong and Lazebnik 2011), the best of
its kind that needs no network, after PCA of centred rows (``itq_unit``: of rows brought to length one first). ``lsh``:
signs of random projections. ``pq``: faiss, bytes of 8 bits, asymmetric distances (codes of equal size, but tables of
floats to compare with). ``rbm``: signs of scikit-learn's ``BernoulliRBM``. ``exact``: the rows themselves by cosine,
without any code. ``random``: codes that know nothing. Our parameters are the program's defaults; they were chosen by
splits of other seeds than these, of digits and of half of Caltech's classes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
REPEATS = 3
BITS = {"digits": (16, 32, 48), "photos": (32, 64, 128)}
Method = Callable[[F32, F32, int, int], F32]
"""(rows to learn from, rows that ask, bits, seed) -> scores float [queries, rows], higher is nearer."""


def mean_average_precision(scores: F32, label: I64, asked: I64) -> float:
    """The mean over queries of average precision, relevant being what has the query's label."""
    total = []
    for row, wanted in zip(scores, asked, strict=True):
        relevant = label[np.argsort(-row, kind="stable")] == wanted
        if relevant.any():
            total.append(float((np.cumsum(relevant)[relevant] / (np.flatnonzero(relevant) + 1)).mean()))
    return float(np.mean(total))


def _agreement(known: NDArray[np.bool_], asked: NDArray[np.bool_]) -> F32:
    """Bits that are equal, less those that differ, [queries, rows]."""
    a, b = (np.where(bits, 1.0, -1.0).astype(np.float32) for bits in (asked, known))
    return np.asarray(a @ b.T)


def ours(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    from core.embed.hashing import BinaryCodes

    codes = BinaryCodes(bits, random_state=seed).fit(learn)
    known, asked = (np.unpackbits(codes.transform(x), axis=1).astype(np.bool_) for x in (learn, ask))
    return _agreement(known, asked)


def _principal(learn: F32, bits: int, rng: np.random.Generator) -> tuple[F32, F32]:
    """Mean and the first ``bits`` principal directions [d, bits]; random ones where there are not so many."""
    mean = learn.mean(axis=0)
    _, _, across = np.linalg.svd(learn - mean, full_matrices=False)
    directions = across[:bits].T
    if directions.shape[1] < bits:
        more = rng.normal(size=(learn.shape[1], bits - directions.shape[1])) / np.sqrt(learn.shape[1])
        directions = np.concatenate([directions, more], axis=1)
    return mean, directions.astype(np.float32)


def itq(learn: F32, ask: F32, bits: int, seed: int, rounds: int = 50) -> F32:
    rng = np.random.default_rng(seed)
    mean, directions = _principal(learn, bits, rng)
    projected = (learn - mean) @ directions
    turn = np.linalg.qr(rng.normal(size=(bits, bits)))[0].astype(np.float32)
    for _ in range(rounds):
        left, _, right = np.linalg.svd(np.sign(projected @ turn).T @ projected)
        turn = (left @ right).T
    return _agreement(projected @ turn > 0, (ask - mean) @ directions @ turn > 0)


def itq_unit(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    mean = learn.mean(axis=0)
    return itq(_unit(learn - mean), _unit(ask - mean), bits, seed)


def lsh(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    mean = learn.mean(axis=0)
    random = np.random.default_rng(seed).normal(size=(learn.shape[1], bits)).astype(np.float32)
    return _agreement((learn - mean) @ random > 0, (ask - mean) @ random > 0)


def rbm(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    """Values brought into [0, 1] feature by feature, bits cut at the medians."""
    from sklearn.neural_network import BernoulliRBM
    from sklearn.preprocessing import MinMaxScaler

    scaler = MinMaxScaler(clip=True).fit(learn)
    machine = BernoulliRBM(bits, learning_rate=0.05, n_iter=20, random_state=seed).fit(scaler.transform(learn))
    known, asked = (machine.transform(scaler.transform(x)) for x in (learn, ask))
    middle = np.median(known, axis=0)
    return _agreement(known > middle, asked > middle)


def pq(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    import faiss

    parts = bits // 8
    width = -(-learn.shape[1] // parts) * parts
    known, asked = (np.pad(x, ((0, 0), (0, width - x.shape[1]))).astype(np.float32) for x in (learn, ask))
    quantizer = faiss.ProductQuantizer(width, parts, 8)
    quantizer.cp.seed = seed
    quantizer.cp.min_points_per_centroid = 1
    quantizer.train(known)
    back = quantizer.decode(quantizer.compute_codes(known))
    return np.asarray(2.0 * asked @ back.T - (back**2).sum(axis=1))


def exact(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    return np.asarray(_unit(ask) @ _unit(learn).T)


def random_codes(learn: F32, ask: F32, bits: int, seed: int) -> F32:
    rng = np.random.default_rng(seed)
    known, asked = (rng.random((len(x), bits)) < 0.5 for x in (learn, ask))
    return _agreement(known, asked)


METHODS: dict[str, Method] = {
    "ours": ours, "itq": itq, "itq_unit": itq_unit, "pq": pq, "lsh": lsh, "rbm": rbm, "exact": exact,
    "random": random_codes,
}  # fmt: skip


def _unit(x: F32) -> F32:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def evaluate(x: F32, y: I64, bits: Sequence[int], repeats: int, methods: Sequence[str]) -> dict[str, Any]:
    """mAP of every method at every size, and the seconds that it took."""
    out: dict[str, Any] = {}
    for size in bits:
        out[str(size)] = {}
        for name in methods:
            values, begun = [], time.perf_counter()
            for seed in range(repeats):
                order = np.random.default_rng(seed).permutation(len(x))
                ask, learn = np.split(order, [len(x) // 4])
                scores = METHODS[name](x[learn], x[ask], size, seed)
                values.append(mean_average_precision(scores, y[learn], y[ask]))
            seconds = (time.perf_counter() - begun) / repeats
            out[str(size)][name] = {
                "map": round(float(np.mean(values)), 4),
                "sd": round(float(np.std(values, ddof=1)), 4),
                "seconds": round(seconds, 2),
            }
    return out


def _data(chosen: argparse.Namespace) -> tuple[str, F32, I64]:
    if chosen.npz is not None:
        with np.load(chosen.npz) as found:
            return "photos", found["X"].astype(np.float32), found["y"].astype(np.int64)
    if chosen.images is not None:
        from benchmarks.quality import looks

        pool = looks.pool(chosen.images, chosen.cache)
        return "photos", pool.vectors[:, 0].astype(np.float32), pool.label
    from sklearn.datasets import load_digits

    pixels, label = load_digits(return_X_y=True)
    return "digits", (pixels / 16.0).astype(np.float32), label.astype(np.int64)


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.quality.codes [--npz FILE | --images DIR] [--bits 32,64] [--repeats N] [--json]``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--npz", type=Path, help="arrays X float [n, d] and y [n]")
    parser.add_argument("--images", type=Path, help="a folder of photos for each label, at most 60 of each are used")
    parser.add_argument("--cache", type=Path, help="where vectors of --images are kept")
    parser.add_argument("--bits", help="with commas between, multiples of 8")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    data, x, y = _data(chosen)
    bits = [int(b) for b in chosen.bits.split(",")] if chosen.bits else BITS[data]
    methods = [m for m in chosen.methods.split(",") if m != "pq" or find_spec("faiss") is not None]
    result: dict[str, Any] = {"data": data, "rows": len(x), "dim": x.shape[1], "labels": len(np.unique(y))}
    result["repeats"] = chosen.repeats
    if "pq" not in methods:
        result["left_out"] = "pq: pip install '.[bench]' brings faiss"
    result["bits"] = evaluate(x, y, bits, max(chosen.repeats, 2), methods)
    emit(result, chosen.json, "Label mAP of binary codes")


if __name__ == "__main__":
    main()
