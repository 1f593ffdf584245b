"""Pictures embedded per second: our embedder against the same network in eager torch, same CPU, same threads.

``python -m benchmarks.embed_speed [--json] [--batch N] [--seconds S] [--threads N]``. Rounds of the two alternate, so
that whatever else the machine does falls on both; the figures are medians over rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import cpu_count, emit, peak_rss_mb
from core.embed import registry, weights
from core.embed.base import Embedder

Pixels = NDArray[np.uint8]
ROUND_SECONDS = 1.0
MIN_ROUNDS = 5


def eager(threads: int) -> Callable[[Pixels], object]:
    """The network as torch runs it, one operation after the other, in float32."""
    import torch

    from core.embed.building import load_model

    torch.set_num_threads(threads)
    path = weights.find(registry.DEFAULT)
    if path is None:
        raise SystemExit("The weights are not installed.")
    network = load_model(registry.DEFAULT, path, weights.verified(registry.DEFAULT, path)).network

    def run(pixels: Pixels) -> object:
        with torch.inference_mode():
            return network(torch.from_numpy(pixels)).numpy()

    return run


def rate(run: Callable[[Pixels], object], pixels: Pixels, seconds: float) -> tuple[float, float]:
    """Pictures per second, and CPU milliseconds per picture, over about ``seconds``."""
    done, started, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        run(pixels)
        done += len(pixels)
    return done / (time.perf_counter() - started), 1000 * (time.process_time() - cpu) / done


def measure(embedder: Embedder, batch: int, seconds: float, threads: int) -> dict[str, Any]:
    pixels = np.random.default_rng(0).integers(0, 256, (batch, *(embedder.spec.size,) * 2, 3), dtype=np.uint8)
    runs = {"ours": embedder.embed, "eager": eager(threads)}
    for run in runs.values():
        rate(run, pixels, ROUND_SECONDS / 2)
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(max(MIN_ROUNDS, round(seconds / (2 * ROUND_SECONDS)))):
        for name, run in runs.items():
            rounds[name].append(rate(run, pixels, ROUND_SECONDS))
    per_s = {name: statistics.median(r for r, _ in found) for name, found in rounds.items()}
    cpu_ms = {name: statistics.median(c for _, c in found) for name, found in rounds.items()}
    ratios = [ours / theirs for (ours, _), (theirs, _) in zip(rounds["ours"], rounds["eager"], strict=True)]
    return {
        "ours_per_s": round(per_s["ours"], 1),
        "eager_per_s": round(per_s["eager"], 1),
        "ratio": round(statistics.median(ratios), 2),
        "ours_cpu_ms": round(cpu_ms["ours"], 2),
        "eager_cpu_ms": round(cpu_ms["eager"], 2),
        "rounds": len(ratios),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", type=int, default=8, help="pictures at once")
    parser.add_argument("--seconds", type=float, default=14.0, help="how long to measure, both together")
    parser.add_argument("--threads", type=int, default=cpu_count())
    options = parser.parse_args()
    with TemporaryDirectory() as cache:
        started = time.perf_counter()
        first = registry.create(device="cpu", cache=Path(cache), threads=options.threads)
        first_s = time.perf_counter() - started
        started = time.perf_counter()
        embedder = registry.create(device="cpu", cache=Path(cache), threads=options.threads)
        later_s = time.perf_counter() - started
        del first
        result = measure(embedder, options.batch, options.seconds, options.threads)
    sizes = {"batch": options.batch, "threads": options.threads, "size": embedder.spec.size}
    opened = {"first_start_s": round(first_s, 2), "later_start_s": round(later_s, 2)}
    names = {"embedder": f"{embedder.name} {embedder.version}", "device": embedder.device}
    emit({**result, **opened, **names, **sizes, "peak_rss_mb": round(peak_rss_mb())}, options.json, "Embedding speed")


if __name__ == "__main__":
    main()
