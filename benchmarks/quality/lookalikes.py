"""Look-alikes: how well labelled pictures come out together, and what clustering costs, beside other methods.

``--npz FILE`` (arrays X, y) and ``--images DIR`` (sub-folders are labels, vectors by the program's embedder) add data
with labels to scikit-learn's digits. ARI counts every photo left out as a cluster of its own; k-means and Ward are told
the true number of clusters, nothing else is told anything. ``evoc`` is its default layer, ``evoc_best_layer`` the layer
that happens to fit the labels best. ``ours`` is the middle level. Mean and standard deviation are over the seeds; for
ours, whose answer the seed hardly touches, the rows come in another order each time as well.

``--sizes`` measures seconds and peak memory on simulated vectors (``benchmarks.vectors.clustered``), every method in a
process of its own; EVoC after its compilation (a first run on 5000 vectors). Reading the float16 vectors counts for
ours, which works from the file; the others are given float32 in memory, and the conversion is not timed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit, machine, peak_rss_mb
from benchmarks.vectors import clustered, labelled_photos
from core.group.base import PhotoTable
from core.group.lookalikes import partitions

Labels = NDArray[np.int64]
Vectors = NDArray[np.float16]
PEERS = {"evoc": "evoc", "kmeans": "faiss"}
SEEDS = 3
HDBSCAN_LIMIT = 120.0


def table_of(vectors: Vectors) -> PhotoTable:
    """A table that knows nothing but what photos look like."""
    n = len(vectors)
    unknown, zero = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    size, never, camera = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.bool_), np.full(n, -1, dtype=np.int32)
    ids = np.arange(n, dtype=np.int64)
    return PhotoTable(
        ids, unknown, unknown, unknown, unknown, camera, size, size, zero, never, zero - 1, vectors=vectors
    )


def unit(data: NDArray[Any]) -> Vectors:
    vectors = np.asarray(data, dtype=np.float32)
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float16)


# ---------------------------------------------------------------- methods: (vectors, classes, seed) -> labels by name


def ours(vectors: Vectors, _classes: int, seed: int) -> dict[str, Labels]:
    levels, _ = partitions(table_of(vectors), seed=seed)
    return {"ours": levels[1], "ours_broad": levels[0], "ours_fine": levels[2]}


def evoc(vectors: Vectors, _classes: int, seed: int) -> dict[str, Labels]:
    from evoc import EVoC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = EVoC(random_state=seed)
        chosen = model.fit_predict(vectors.astype(np.float32))
    return {"evoc": chosen} | {f"evoc_layer_{i}": layer for i, layer in enumerate(model.cluster_layers_)}


def kmeans(vectors: Vectors, classes: int, seed: int) -> dict[str, Labels]:
    return {"kmeans": spherical_kmeans(vectors.astype(np.float32), classes, seed)}


def spherical_kmeans(data: NDArray[np.float32], k: int, seed: int) -> Labels:
    """faiss's, 20 rounds."""
    import faiss

    model = faiss.Kmeans(data.shape[1], k, niter=20, spherical=True, seed=seed)
    model.train(data)
    return np.asarray(model.index.search(data, 1)[1][:, 0], dtype=np.int64)


def ward(vectors: Vectors, classes: int, _seed: int) -> dict[str, Labels]:
    from sklearn.cluster import AgglomerativeClustering

    return {"ward": AgglomerativeClustering(classes).fit_predict(vectors.astype(np.float32))}


def hdbscan(vectors: Vectors, _classes: int, _seed: int) -> dict[str, Labels]:
    from sklearn.cluster import HDBSCAN

    return {"hdbscan": HDBSCAN(copy=True).fit_predict(vectors.astype(np.float32))}


METHODS: dict[str, Callable[[Vectors, int, int], dict[str, Labels]]] = {
    "ours": ours,
    "evoc": evoc,
    "kmeans": kmeans,
    "ward": ward,
    "hdbscan": hdbscan,
}
RANDOM = ("ours", "evoc", "kmeans")


def missing(method: str) -> str | None:
    """What to say of a method whose package is not there."""
    package = PEERS.get(method)
    if package is None or find_spec(package) is not None:
        return None
    return f"not installed: pip install '.[bench]' brings {package}"


# ---------------------------------------------------------------- agreement with labels


def agreement(vectors: Vectors, true: Labels, methods: Sequence[str], seeds: int) -> dict[str, Any]:
    """ARI of every method, mean and sd over seeds; of EVoC its best layer beside its own choice."""
    result: dict[str, Any] = {"photos": len(true), "classes": len(set(true.tolist()))}
    for method in methods:
        lacking = missing(method)
        if lacking:
            result[method] = lacking
            continue
        rounds: dict[str, list[tuple[float, int]]] = {}
        for seed in range(seeds if method in RANDOM else 1):
            order = np.random.default_rng(seed).permutation(len(true))
            for name, score in _scores(METHODS[method](vectors[order], result["classes"], seed), true[order]).items():
                rounds.setdefault(name, []).append(score)
        result |= {name: _summary(scores) for name, scores in rounds.items()}
    return result


def _scores(found: dict[str, Labels], true: Labels) -> dict[str, tuple[float, int]]:
    from sklearn.metrics import adjusted_rand_score

    scores = {}
    for name, label in found.items():
        own = np.where(label >= 0, label, -1 - np.arange(len(label)))
        groups = int((np.unique(own, return_counts=True)[1] >= 3).sum())
        scores[name] = (float(adjusted_rand_score(true, own)), groups)
    layers = [score for name, score in scores.items() if name.startswith("evoc_layer")]
    scores = {name: score for name, score in scores.items() if not name.startswith("evoc_layer")}
    return scores | ({"evoc_best_layer": max(layers)} if layers else {})


def _summary(scores: list[tuple[float, int]]) -> dict[str, float]:
    ari = np.array([score for score, _ in scores])
    spread = {"sd": round(float(ari.std(ddof=1)), 4)} if len(ari) > 1 else {}
    return {"ari": round(float(ari.mean()), 4), **spread, "groups": round(float(np.mean([g for _, g in scores])), 1)}


# ---------------------------------------------------------------- time and memory


def alone(method: str, file: Path, n: int, dim: int) -> dict[str, Any]:
    """Seconds and peak memory of one method on prepared vectors, in this process."""
    vectors = np.memmap(file, np.float16, "r", shape=(n, dim))
    if method == "evoc":
        evoc(vectors[:5000], 0, 0)  # compiles
    begin, cpu = time.perf_counter(), time.process_time()
    if method == "kmeans":
        label = spherical_kmeans(vectors.astype(np.float32), round(n**0.5), 0)
    else:
        label = METHODS[method](vectors, 0, 0)[method]
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    sizes = np.unique(label[label >= 0], return_counts=True)[1]
    result = {"seconds": round(wall, 1), "cpu": round(cpu, 1), "peak_mb": round(peak_rss_mb())}
    np.save(file.with_name(f"{method}.npy"), label)
    return result | {"groups": int((sizes >= 3).sum())}


def costs(n: int, dim: int, methods: Sequence[str], seed: int) -> dict[str, Any]:
    """Every method on the same vectors, each in a new process; ARI with the simulated clusters beside it."""
    result: dict[str, Any] = {}
    with TemporaryDirectory() as text:
        file = Path(text) / "vectors.f16"
        vectors, true = clustered(n, dim, seed)
        vectors.tofile(file)
        del vectors
        for method in methods:
            lacking = missing(method)
            if lacking:
                result[method] = lacking
                continue
            command = [sys.executable, "-m", "benchmarks.quality.lookalikes", "--alone", method]
            command += ["--file", str(file), "--n", str(n), "--dim", str(dim)]
            limit = HDBSCAN_LIMIT if method == "hdbscan" else None
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
            except subprocess.TimeoutExpired:
                result[method] = f"stopped after {limit:.0f} s"
                continue
            if done.returncode:
                raise SystemExit(done.stderr)
            result[method] = json.loads(done.stdout.splitlines()[-1])
            found = {method: np.load(file.with_name(f"{method}.npy"))}
            result[method]["ari_simulated"] = round(_scores(found, true)[method][0], 4)
    if isinstance(result.get("evoc"), dict) and "ours" in result:
        result["ours_of_evocs_time"] = round(result["ours"]["seconds"] / result["evoc"]["seconds"], 3)
    return result


# ---------------------------------------------------------------- the whole


def run(chosen: argparse.Namespace) -> dict[str, Any]:
    from sklearn.datasets import load_digits

    quality, cost = chosen.methods.split(","), chosen.cost_methods.split(",")
    data: dict[str, tuple[Vectors, Labels]] = {}
    digits, label = load_digits(return_X_y=True)
    data["digits"] = unit(digits), label.astype(np.int64)
    if chosen.npz:
        with np.load(chosen.npz) as file:
            data[chosen.npz.stem] = unit(file["X"]), np.unique(file["y"], return_inverse=True)[1]
    if chosen.images:
        data[chosen.images.name] = labelled_photos(chosen.images)
    result: dict[str, Any] = {"machine": machine(), "seeds": chosen.seeds}
    result["ari"] = {name: agreement(x, y, quality, chosen.seeds) for name, (x, y) in data.items()}
    sizes = [int(size) for size in chosen.sizes.split(",") if size]
    result["cost"] = {str(size): costs(size, chosen.dim, cost, 0) for size in sizes}
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.lookalikes [--npz FILE] [--images DIR] [--sizes 20000,100000] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.lookalikes", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--npz", type=Path, help="labelled vectors: arrays X [n, d] and y [n]")
    parser.add_argument("--images", type=Path, help="labelled pictures: a folder of folders")
    parser.add_argument(
        "--sizes", default="20000", help="photos to measure cost with, with commas between; empty: none"
    )
    parser.add_argument("--dim", type=int, default=512, help="numbers of a simulated vector (default 512)")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--methods", default="ours,evoc,kmeans,ward,hdbscan", help="methods for ARI")
    parser.add_argument("--cost-methods", default="ours,evoc,kmeans,hdbscan", help="methods for --sizes")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--alone", choices=sorted(METHODS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--n", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.alone:
        print(json.dumps(alone(chosen.alone, chosen.file, chosen.n, chosen.dim)))
        return
    emit(run(chosen), chosen.json, "Look-alikes")


if __name__ == "__main__":
    main()
