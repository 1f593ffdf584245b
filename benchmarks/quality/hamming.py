"""Similar photos by binary codes: a shortlist of 1,000 by Hamming distance, ranked again by float vectors.

Vectors are simulated (``benchmarks.vectors.clustered``), a million of them; with ``--npz FILE`` (array ``X`` [n, d], or
``vectors`` [n, views, d]) real ones, as many as there are. Codes of 256 bits by ``BinaryCodes.for_shortlist`` of
``core.embed.hashing``, learned from a sample, and beside them by LSH (signs of random projections).
``recall_at_10``: of the ten nearest others by all cosines, how many are among the first ten after ranking again;
``shortlisted``: how many the shortlist holds.
Searches are single, one thread, and the vectors lie in a memory-mapped file. Peer for the shortlist: faiss
``IndexBinaryFlat`` (one thread); trivial: XOR and a table of bit counts in plain numpy. Times are wall-clock, in turns,
so that a busy machine is busy for all; ``cpu`` beside them is processor time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.neighbours import truth
from benchmarks.vectors import clustered
from core.retrieve.hamming import SHORTLIST, HammingIndex

QUERIES, TRIVIAL_QUERIES, REPEATS, TOP = 200, 20, 3, 10
Codes = NDArray[np.uint8]
Vectors = NDArray[np.float16]
Rows = NDArray[np.int64]
_COUNT = np.array([bin(i).count("1") for i in range(256)], np.uint8)


def trivial(codes: Codes) -> Callable[[Codes], Rows]:
    """XOR, a table of bit counts, a stable sort of what a partition leaves."""

    def search(code: Codes) -> Rows:
        distance = _COUNT[codes ^ code].sum(axis=1, dtype=np.uint16)
        return np.asarray(np.argpartition(distance, min(SHORTLIST, len(codes)) - 1)[:SHORTLIST])

    return search


def faiss_flat(codes: Codes) -> Callable[[Codes], Rows]:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(codes.shape[1] * 8)
    index.add(codes)
    return lambda code: np.asarray(index.search(code[None, :], min(SHORTLIST, len(codes)))[1][0])


def timed(searches: dict[str, Callable[[Codes], Rows]], codes: Codes, queries: Rows) -> dict[str, Any]:
    """Milliseconds of each search, the methods in turns."""
    wall: dict[str, list[float]] = {name: [] for name in searches}
    cpu: dict[str, list[float]] = {name: [] for name in searches}
    for number, query in enumerate(queries.tolist()):
        for name, search in searches.items():
            if name == "numpy_table" and number >= TRIVIAL_QUERIES:
                continue
            begun, worked = time.perf_counter(), time.process_time()
            search(codes[query])
            cpu[name].append(1000 * (time.process_time() - worked))
            wall[name].append(1000 * (time.perf_counter() - begun))
    return {name: {**_quantiles(wall[name]), "cpu_p95_ms": _quantiles(cpu[name])["p95_ms"]} for name in searches}


def _quantiles(values: list[float]) -> dict[str, float]:
    middle, late = np.quantile(values, (0.5, 0.95))
    return {"p50_ms": round(float(middle), 2), "p95_ms": round(float(late), 2)}


def recalls(index: HammingIndex, codes: Codes, vectors: Vectors, queries: Rows, true: Rows) -> dict[str, Any]:
    """Recall of the ten nearest others, in the shortlist and after ranking again, and milliseconds of both together."""
    listed, found, wall = [], [], []
    for query, wanted in zip(queries.tolist(), true, strict=True):
        listed.append(np.isin(wanted, index.shortlist(codes[query])[0]).mean())
        begun = time.perf_counter()
        rows, _ = index.search(codes[query], vectors[query], vectors, TOP + 1)
        wall.append(1000 * (time.perf_counter() - begun))
        found.append(np.isin(wanted, rows[rows != query][:TOP]).mean())
    figures = {"recall_at_10": round(float(np.mean(found)), 4), "shortlisted": round(float(np.mean(listed)), 4)}
    return {**figures, **{f"with_ranking_{name}": value for name, value in _quantiles(wall).items()}}


def learned(vectors: Vectors, bits: int, seed: int, epochs: int) -> tuple[Codes, float]:
    """Codes of all rows, and the seconds that learning took."""
    from core.embed.hashing import BinaryCodes

    begun = time.perf_counter()
    coder = BinaryCodes.for_shortlist(bits, epochs=epochs, random_state=seed).fit(vectors)
    seconds = time.perf_counter() - begun
    return coder.transform(vectors), round(seconds, 1)


def projected(vectors: Vectors, bits: int, seed: int) -> Codes:
    """LSH: signs of random projections of centred rows."""
    rng = np.random.default_rng(seed)
    mean = vectors[:: max(len(vectors) // 20_000, 1)].astype(np.float32).mean(axis=0)
    across = rng.normal(size=(vectors.shape[1], bits)).astype(np.float32)
    parts = [(vectors[i : i + 20_000].astype(np.float32) - mean) @ across > 0 for i in range(0, len(vectors), 20_000)]
    return np.concatenate([np.packbits(part, axis=1) for part in parts])


def run(vectors: Vectors, source: str, bits: int, repeats: int, epochs: int) -> dict[str, Any]:
    result: dict[str, Any] = {"source": source, "n": len(vectors), "dim": int(vectors.shape[1]), "bits": bits}
    runs: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        for seed in range(repeats):
            queries = np.sort(np.random.default_rng(100 + seed).choice(len(vectors), min(QUERIES, len(vectors)), False))
            true = truth(vectors, queries)
            runs.append(_once(Path(folder), vectors, queries, true, bits, seed, epochs))
    return {**result, "repeats": repeats, **_joined(runs)}


def _once(
    folder: Path, vectors: Vectors, queries: Rows, true: Rows, bits: int, seed: int, epochs: int
) -> dict[str, Any]:
    codes, seconds = learned(vectors, bits, seed, epochs)
    index = HammingIndex.create(folder / "learned.codes", bits // 8)
    index.append(codes)
    searches: dict[str, Callable[[Codes], Rows]] = {"ours": lambda code: index.shortlist(code)[0]}
    if find_spec("faiss") is not None:
        searches["faiss_binary_flat"] = faiss_flat(codes)
    searches["numpy_table"] = trivial(codes)
    other = projected(vectors, bits, seed)
    beside = HammingIndex.create(folder / "projected.codes", bits // 8)
    beside.append(other)
    return {
        "learn_seconds": seconds,
        "shortlist": timed(searches, codes, queries),
        "recall": {
            "ours": recalls(index, codes, vectors, queries, true),
            "lsh": recalls(beside, other, vectors, queries, true),
        },
    }


def _joined(runs: list[Any]) -> Any:
    """Mean and standard deviation of every figure over the repeats."""
    if isinstance(runs[0], dict):
        return {key: _joined([run[key] for run in runs]) for key in runs[0]}
    spread = float(np.std(runs, ddof=1)) if len(runs) > 1 else 0.0
    return {"mean": round(float(np.mean(runs)), 4), "sd": round(spread, 4)}


def _real(path: Path) -> Vectors:
    with np.load(path) as found:
        x = found["X"] if "X" in found else found["vectors"]
    return np.ascontiguousarray(x if x.ndim == 2 else x[:, 0]).astype(np.float16)


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.quality.hamming [--n N] [--dim D] [--bits B] [--npz FILE] [--json]``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1_000_000, help="simulated photos (default 1000000)")
    parser.add_argument("--dim", type=int, default=256, help="numbers of a simulated vector (default 256)")
    parser.add_argument("--bits", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=15, help="of learning the codes (default 15)")
    parser.add_argument("--npz", type=Path, help="real vectors instead")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    if chosen.npz is not None:
        emit(run(_real(chosen.npz), "real", chosen.bits, chosen.repeats, chosen.epochs), chosen.json, "Binary codes")
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.f16"
        made, _ = clustered(chosen.n, chosen.dim)
        made.tofile(path)
        shape = made.shape
        del made
        vectors = np.memmap(path, np.float16, "r", shape=shape)
        emit(run(vectors, "simulated", chosen.bits, chosen.repeats, chosen.epochs), chosen.json, "Binary codes")


if __name__ == "__main__":
    main()
