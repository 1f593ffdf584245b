"""Do topics gather what speaks of the same? On the summaries of SciPy's functions, labelled by subpackage.

No labelled set of captions comes with an installed package; these are real short texts that people wrote, of a
caption's length, with a label of their own. Only the first sentence of each docstring is read, without the function's
name. Said of every way: V-measure, adjusted Rand index, the number of topics, and how many texts are in one.
``random``: topics of the same sizes drawn by chance. K-means is told how many subpackages there are; the others are
not. Repeats draw four fifths of the texts each; the seed of a way changes with them. The size of the latent space was
settled on summaries of scikit-learn, scikit-image and NumPy, not on these.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from core.embed import words
from core.embed.words import Bag, Counts
from core.group import topics

PACKAGES = ("cluster.hierarchy", "fft", "integrate", "interpolate", "io", "linalg", "ndimage", "optimize", "signal",
            "sparse", "spatial", "special", "stats")  # fmt: skip
REPEATS, SHARE, FEWEST = 3, 0.8, 12
DBN_EPOCHS = 30

I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
Way = Callable[[Counts, int, int], I64]


def read() -> tuple[list[Bag], I64, tuple[str, ...]]:
    """(bags of words, label of each, names of the labels), the different summaries of each subpackage once."""
    found: dict[Bag, int] = {}
    names: list[str] = []
    for package in PACKAGES:
        mine = [each for each in _summaries(package) if each not in found]
        if len(mine) >= FEWEST:
            found.update(dict.fromkeys(mine, len(names)))
            names.append(package)
    return list(found), np.array(list(found.values()), np.int64), tuple(names)


def _summaries(package: str) -> list[Bag]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module(f"scipy.{package}")
        members = [getattr(module, name, None) for name in sorted(getattr(module, "__all__", ()))]
    docs = [inspect.getdoc(each) for each in members if callable(each) and not inspect.ismodule(each)]
    sentences = [doc.split("\n\n")[1 if "(" in doc.split("\n")[0] else 0 :][:1] for doc in docs if doc]
    return [each for each in (words.bag(sentence) for sentence in sentences) if len(each) >= 2]


def evaluate(bags: list[Bag], label: I64) -> dict[str, Any]:
    """Every way on every repeat, as means with standard deviations."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for repeat in range(REPEATS):
        rng = np.random.default_rng(repeat)
        rows = np.sort(rng.permutation(len(bags))[: round(SHARE * len(bags))])
        counts = words.count([bags[i] for i in rows.tolist()])
        spoken = np.asarray(counts.matrix.sum(axis=1)).ravel() >= topics.DEFAULT.enough
        truth = label[rows]
        ours = np.zeros(0, np.int64)
        for name, way in WAYS.items():
            topic = way(counts, len(np.unique(truth)), repeat)
            ours = topic if name == "lsa" else ours
            found.setdefault(name, []).append(_judged(truth, topic, spoken))
        found.setdefault("random", []).append(_judged(truth, rng.permutation(ours), spoken))
    return {name: _spread(np.array(rows)) for name, rows in found.items()}


def _judged(truth: I64, topic: I64, spoken: NDArray[np.bool_]) -> tuple[float, ...]:
    """V-measure and ARI over texts with enough words, one of a topic of less than three being alone; topics; share."""
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    kept = topic[spoken]
    _, where, size = np.unique(kept, return_inverse=True, return_counts=True)
    large = size[where] >= topics.DEFAULT.fewest
    alone = np.where(large, kept, -1 - np.arange(len(kept)))
    answer = truth[spoken]
    return (
        float(v_measure_score(answer, alone)),
        float(adjusted_rand_score(answer, alone)),
        float((size >= topics.DEFAULT.fewest).sum()),
        float(large.sum() / len(topic)),
    )


def _spread(table: NDArray[np.float64]) -> dict[str, float]:
    mean, sd = table.mean(axis=0), table.std(axis=0, ddof=1)
    names = ("v_measure", "ari", "topics", "share")
    return {n: float(v) for n, v in zip(names, mean, strict=True)} | {
        f"{n}_sd": float(v) for n, v in zip(names[:2], sd[:2], strict=True)
    }


# ---------------------------------------------------------------- ways


def _lsa(counts: Counts, _: int, seed: int) -> I64:
    return topics.cluster(words.latent(counts, topics.DEFAULT.dim, seed), seed=seed)


def _tf_idf(counts: Counts, _: int, seed: int) -> I64:
    return topics.cluster(words.unit(words.tf_idf(counts).toarray()), seed=seed)


def _dbn(counts: Counts, _: int, seed: int) -> I64:
    """Codes of a deep belief network on which words are there, centred."""
    from core.embed.dbn import DBN

    x = words.presence(counts)
    network = DBN(hidden_sizes=(256, 64), visible="bernoulli", epochs=DBN_EPOCHS, random_state=seed).fit(x)
    codes = np.asarray(network.transform(x), np.float32)
    return topics.cluster(words.unit(codes - codes.mean(axis=0)), seed=seed)


def _kmeans(counts: Counts, k: int, seed: int) -> I64:
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=10, random_state=seed).fit_predict(words.latent(counts, topics.DEFAULT.dim, seed))
    return np.asarray(found, np.int64)


WAYS: dict[str, Way] = {"lsa": _lsa, "dbn": _dbn, "tf_idf": _tf_idf, "kmeans_lsa": _kmeans}
"""``lsa`` is what the program does."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Topics of short texts.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    bags, label, names = read()
    facts = {"texts": len(bags), "labels": len(names), "repeats": REPEATS}
    emit({**facts, **evaluate(bags, label)}, options.json, "Topics of short texts")


if __name__ == "__main__":
    main()
