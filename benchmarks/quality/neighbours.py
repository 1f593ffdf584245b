"""Who is near whom among a million photos: recall and speed of the persistent index, beside usearch and faiss.

Vectors are simulated (``benchmarks.vectors.clustered``). ``recall_at_10``: of the ten true nearest (found by all
cosines) of photos that are in the index, how many a search finds; ``graph_recall_at_10`` the same of the stored lists.
Each method runs in a process of its own, so that its peak memory is its own; the vectors lie in a memory-mapped file,
as the library keeps them, and count where they are resident. Times are wall-clock; ``cpu`` beside them tells how much
of that was work when the machine is busy with other things.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit, machine, peak_rss_mb
from benchmarks.vectors import clustered
from core.retrieve.cells import top

QUERIES, ADDED, TOP = 500, 1000, 10
LEAVES_OUT = {"usearch": "usearch", "faiss": "faiss"}
Rows = NDArray[np.int64]
Search = Callable[[NDArray[np.float32]], Rows]


def truth(vectors: NDArray[np.float16], queries: Rows) -> Rows:
    """The ten nearest others of each query by all cosines, int64 [q, 10]."""
    asked = vectors[queries].astype(np.float32)
    best = np.full((len(queries), 0), 0, dtype=np.int64)
    score = np.empty((len(queries), 0), dtype=np.float32)
    for begin in range(0, len(vectors), 65_536):
        cosine = asked @ vectors[begin : begin + 65_536].astype(np.float32).T
        rows = np.broadcast_to(np.arange(begin, begin + cosine.shape[1]), cosine.shape)
        score = np.concatenate([score, np.where(rows == queries[:, None], -2, cosine)], axis=1)
        best = np.concatenate([best, rows], axis=1)
        keep, score = top(score, TOP)
        best = np.take_along_axis(best, keep, axis=1)
    return best


def recall(found: Rows, true: Rows) -> float:
    return round(
        float(np.mean([len(set(a) & set(b)) / TOP for a, b in zip(found.tolist(), true.tolist(), strict=True)])), 4
    )


class Timed:
    """Wall-clock and processor seconds of a block."""

    def __enter__(self) -> Timed:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu

    def figures(self) -> dict[str, float]:
        return {"seconds": round(self.wall, 3), "cpu": round(self.cpu, 3)}


def asked_one_by_one(search: Search, vectors: NDArray[np.float16], queries: Rows, true: Rows) -> dict[str, Any]:
    """Recall and times of single searches; the photo itself comes first and is left out."""
    found, wall = [], []
    for query in queries.tolist():
        vector = vectors[query : query + 1].astype(np.float32)
        begin = time.perf_counter()
        rows = search(vector)[0]
        wall.append(1000 * (time.perf_counter() - begin))
        found.append([row for row in rows.tolist() if row != query][:TOP])
    middle, late = np.quantile(wall, (0.5, 0.95))
    return {
        "recall_at_10": recall(np.array(found), true),
        "p50_ms": round(float(middle), 2),
        "p95_ms": round(float(late), 2),
    }


def ours(folder: Path, vectors: NDArray[np.float16], n: int, queries: Rows, true: Rows) -> dict[str, Any]:
    from core.retrieve.graph import NeighbourIndex

    index_folder = folder / "neighbours"
    with Timed() as build:
        NeighbourIndex.build(index_folder, "bench", vectors, np.arange(n))
    with Timed() as opening:
        index = NeighbourIndex.open(index_folder, "bench", vectors)
    assert index is not None
    result = {"build": build.figures(), "open": opening.figures()}
    result |= asked_one_by_one(lambda vector: index.search(vector, TOP + 1)[0], vectors, queries, true)
    size = sum(path.stat().st_size for path in index_folder.iterdir())
    stored = index.lists(np.arange(n))[0][queries, :TOP]
    with Timed() as adding:
        index.add(np.arange(n, n + ADDED))
    with Timed() as again:
        opened = NeighbourIndex.open(index_folder, "bench", vectors)
    assert opened is not None
    return result | {
        "graph_recall_at_10": recall(stored, true),
        "file_mb": round(size / 2**20),
        "add_1000": adding.figures(),
        "open_after_adding": again.figures(),
        "holds": len(opened),
    }


def usearch(folder: Path, vectors: NDArray[np.float16], n: int, queries: Rows, true: Rows) -> dict[str, Any]:
    """HNSW, one byte a number, its file viewed from the disk."""
    from usearch.index import Index

    def made() -> Any:
        return Index(ndim=vectors.shape[1], metric="cos", dtype="i8", connectivity=16)

    index = made()
    with Timed() as build:
        for begin in range(0, n, 50_000):
            rows = np.arange(begin, min(begin + 50_000, n))
            index.add(rows, vectors[rows], threads=2)
    index.save(str(folder / "usearch"))
    viewed = made()
    with Timed() as opening:
        viewed.view(str(folder / "usearch"))
    viewed.expansion_search = 128
    result = {"build": build.figures(), "open": opening.figures()}
    result |= asked_one_by_one(
        lambda v: np.asarray(viewed.search(v, TOP + 1).keys).reshape(1, -1), vectors, queries, true
    )
    with Timed() as adding:
        index.add(np.arange(n, n + ADDED), vectors[n : n + ADDED], threads=2)
    return result | {"file_mb": round((folder / "usearch").stat().st_size / 2**20), "add_1000": adding.figures()}


def faiss(folder: Path, vectors: NDArray[np.float16], n: int, queries: Rows, true: Rows) -> dict[str, Any]:
    """IVF with 4 √n cells, one byte a number, 64 cells looked through."""
    import faiss as library

    dim, cells = vectors.shape[1], max(int(4 * np.sqrt(n)), 1)
    kind = library.ScalarQuantizer.QT_8bit
    index = library.IndexIVFScalarQuantizer(library.IndexFlatIP(dim), dim, cells, kind, library.METRIC_INNER_PRODUCT)
    with Timed() as build:
        some = np.sort(np.random.default_rng(0).choice(n, min(n, 40 * cells), replace=False))
        index.train(vectors[some].astype(np.float32))
        for begin in range(0, n, 50_000):
            index.add(vectors[begin : min(begin + 50_000, n)].astype(np.float32))
    index.nprobe = 64
    library.write_index(index, str(folder / "faiss"))
    with Timed() as opening:
        read = library.read_index(str(folder / "faiss"), library.IO_FLAG_MMAP)
    read.nprobe = 64
    result = {"build": build.figures(), "open": opening.figures()}
    result |= asked_one_by_one(lambda v: read.search(v, TOP + 1)[1], vectors, queries, true)
    with Timed() as adding:
        index.add(vectors[n : n + ADDED].astype(np.float32))
    return result | {"file_mb": round((folder / "faiss").stat().st_size / 2**20), "add_1000": adding.figures()}


METHODS = {"ours": ours, "usearch": usearch, "faiss": faiss}


def alone(method: str, folder: Path, n: int, dim: int) -> dict[str, Any]:
    """One method over the prepared folder, in this process."""
    vectors = np.memmap(folder / "vectors.f16", np.float16, "r", shape=(n + ADDED, dim))
    known = np.load(folder / "truth.npz")
    result = METHODS[method](folder, vectors, n, known["queries"], known["true"])
    return result | {"peak_mb": round(peak_rss_mb())}


def run(n: int, dim: int, methods: Sequence[str], seed: int) -> dict[str, Any]:
    """Prepare vectors and the truth once, then ask every method in a new process."""
    result: dict[str, Any] = {"n": n, "dim": dim, "queries": QUERIES, "machine": machine(), "methods": {}}
    with TemporaryDirectory() as text:
        folder = Path(text)
        vectors, _ = clustered(n + ADDED, dim, seed)
        vectors.tofile(folder / "vectors.f16")
        queries = np.sort(np.random.default_rng(seed + 1).choice(n, min(QUERIES, n), replace=False))
        np.savez(folder / "truth.npz", queries=queries, true=truth(vectors[:n], queries))
        del vectors
        for method in methods:
            if method in LEAVES_OUT and find_spec(LEAVES_OUT[method]) is None:
                result["methods"][method] = f"not installed: pip install '.[bench]' brings {LEAVES_OUT[method]}"
                continue
            command = [sys.executable, "-m", "benchmarks.quality.neighbours", "--alone", method, "--folder", text]
            command += ["--n", str(n), "--dim", str(dim)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            result["methods"][method] = json.loads(done.stdout.splitlines()[-1])
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.neighbours [--n N] [--dim D] [--methods ours,usearch,faiss] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.neighbours", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--n", type=int, default=100_000, help="photos (default 100000)")
    parser.add_argument("--dim", type=int, default=512, help="numbers of a vector (default 512)")
    parser.add_argument("--methods", default="ours,usearch,faiss", help="which, with commas between")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--alone", choices=sorted(METHODS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.alone:
        print(json.dumps(alone(chosen.alone, chosen.folder, chosen.n, chosen.dim)))
        return
    emit(run(chosen.n, chosen.dim, chosen.methods.split(","), chosen.seed), chosen.json, "Nearest neighbours")


if __name__ == "__main__":
    main()
