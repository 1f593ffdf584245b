"""Which photos are unlike the rest? Leave-one-digit AUROC on scikit-learn's digits.

Each digit in turn is the odd one: half of the other nine digits' pictures is learned from, the other half and all of
the odd digit are scored. AUROC is the mean over the ten digits, with the standard deviation over repeats (other halves,
other seeds). ``ours`` is :class:`core.embed.oddness.NeighbourOddness` over the pictures' values and a dense
autoencoder's codes. Beside it, in the same run: the distance to the nearest neighbours in values alone and in codes
alone, local outlier factor, isolation forest, the autoencoder's reconstruction error, the free energy of an RBM, PCA's
reconstruction error, and the distance to the mean, which needs no learning. What is chosen was chosen on other seeds.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit

F32 = NDArray[np.float32]
REPEATS, K = 3, 5


def methods(learn: F32, ask: F32, seed: int) -> dict[str, NDArray[Any]]:
    """Every method's score of ``ask``; higher is odder."""
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

    from core.embed.autoencoder import DenseAutoencoder
    from core.embed.oddness import NeighbourOddness
    from core.embed.rbm import RBM

    coder = DenseAutoencoder(
        (128,), 32, visible="bernoulli", epochs=60, patience=60, batch_size=64, learning_rate=2e-3, random_state=seed
    ).fit(learn)
    known, asked = coder.transform(learn), coder.transform(ask)

    def knn(reference: F32, queries: F32) -> NDArray[Any]:
        distance, _ = NearestNeighbors(n_neighbors=K).fit(reference).kneighbors(queries)
        return np.asarray(distance).mean(axis=1)

    pca = PCA(16, random_state=seed).fit(learn)
    rbm = RBM(128, epochs=30, random_state=seed).fit(learn)
    return {
        "ours": NeighbourOddness(K).fit(learn, known).score(ask, asked),
        "ours_codes_only": NeighbourOddness(K).fit(known).score(asked),
        "knn": knn(learn, ask),
        "knn_codes": knn(known, asked),
        "lof": -LocalOutlierFactor(novelty=True).fit(learn).score_samples(ask),
        "isolation_forest": -IsolationForest(random_state=seed).fit(learn).score_samples(ask),
        "reconstruction": coder.reconstruction_error(ask),
        "rbm_free_energy": rbm.free_energy(ask),
        "pca_reconstruction": ((pca.inverse_transform(pca.transform(ask)) - ask) ** 2).mean(axis=1),
        "distance_to_mean": np.linalg.norm(ask - learn.mean(axis=0), axis=1),
    }


def run(repeats: int = REPEATS, first_seed: int = 0) -> dict[str, Any]:
    from sklearn.datasets import load_digits
    from sklearn.metrics import roc_auc_score

    pixels, label = load_digits(return_X_y=True)
    pixels = (pixels / 16.0).astype(np.float32)
    found: dict[str, list[list[float]]] = {}
    for seed in range(first_seed, first_seed + repeats):
        rng = np.random.default_rng(seed)
        for digit in range(10):
            usual = rng.permutation(np.flatnonzero(label != digit))
            learn, rest = np.array_split(usual, 2)
            ask = np.concatenate([rest, np.flatnonzero(label == digit)])
            for name, score in methods(pixels[learn], pixels[ask], seed).items():
                by_repeat = found.setdefault(name, [[] for _ in range(repeats)])
                by_repeat[seed - first_seed].append(float(roc_auc_score(label[ask] == digit, score)))
    auroc = {name: _summary([float(np.mean(one)) for one in runs]) for name, runs in found.items()}
    worst = {name: round(float(np.min(np.mean(runs, axis=0))), 4) for name, runs in found.items()}
    return {"data": "digits", "repeats": repeats, "auroc": auroc, "hardest_digit": worst}


def _summary(values: list[float]) -> dict[str, float]:
    return {"mean": round(float(np.mean(values)), 4), "sd": round(float(np.std(values, ddof=1)), 4)}


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.quality.oddness [--repeats N] [--json]``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"other halves and seeds (default {REPEATS})")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    emit(run(max(chosen.repeats, 2), chosen.first_seed), chosen.json, "Leave one digit out: which is the odd one?")


if __name__ == "__main__":
    main()
