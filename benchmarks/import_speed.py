"""Import speed from end to end, against the machine's limit: decode + thumbnail + embedding alone on all cores.

    python -m benchmarks.import_speed [--photos 300] [--dir FOLDER] [--json]

The limit and the import are measured in the same run on the same files (in the page cache). The limit decodes with
Pillow's draft mode in one process a core, then embeds on all cores; its time is the sum of both. The import is the
program's own, in a fresh process with a fresh library: both passes, database, hashes, measures and grouping.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from benchmarks.common import emit, machine
from benchmarks.photos import make_photos

LIMIT_PHOTOS = 160
REFERENCE = "digiKam 7.9 scan + thumbnails + fingerprints, 300 photos on its reference machine: 21 s"


def _limit_one(path: str) -> np.ndarray:
    """Nothing but decode, thumbnail and the network's input."""
    from core.embed import registry
    from core.embed.preprocess import prepare

    with Image.open(path) as image:
        image.draft("RGB", (512, 512))
        picture = image.convert("RGB")
    picture.thumbnail((512, 512), Image.Resampling.BILINEAR, reducing_gap=2.0)
    picture.save(io.BytesIO(), "JPEG", quality=85)
    return prepare(picture, registry.info().spec)


def measure_limit(paths: list[str]) -> dict[str, float]:
    """Photos per second of decode + thumbnail + embedding alone, all cores."""
    from core.embed import registry

    sample = paths[:: max(1, len(paths) // LIMIT_PHOTOS)][:LIMIT_PHOTOS]
    embedder = registry.create()
    with ProcessPoolExecutor() as pool:
        list(pool.map(_limit_one, sample[:8]))
        started = time.perf_counter()
        inputs = list(pool.map(_limit_one, sample, chunksize=4))
        decode = time.perf_counter() - started
    embedder.embed(np.stack(inputs[:16]))
    started = time.perf_counter()
    for i in range(0, len(inputs), 16):
        embedder.embed(np.stack(inputs[i : i + 16]))
    embed = time.perf_counter() - started
    n = len(sample)
    return {"per_s": n / (decode + embed), "decode_per_s": n / decode, "embed_per_s": n / embed}


class _Watch(threading.Thread):
    """Memory of a process and everything below it, sampled: the largest sum of resident sets."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.stop = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.1):
            total = 0
            try:
                for process in (self.process, *self.process.children(recursive=True)):
                    total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
            self.peak = max(self.peak, total)


def _child(folder: str, library: str) -> None:
    """The import itself, in a process of its own."""
    from core import grouping, index
    from core.progress import Progress
    from core.store.store import Store

    marks: dict[str, float] = {}
    started = time.perf_counter()
    store = Store.open(Path(library))
    progress = Progress()
    report = index.run(
        store, [Path(folder)], progress, on_browsable=lambda: marks.update(browsable=time.perf_counter() - started)
    )
    marks["both_passes"] = time.perf_counter() - started
    grouping.run(store, progress)
    marks["total"] = time.perf_counter() - started
    store.close()
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    print(json.dumps({**marks, "cpu": cpu, "decoded": report.decoded, "found": report.found}))


def measure_import(folder: Path, library: Path) -> dict[str, Any]:
    """One import in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.import_speed", "--child", str(folder), str(library)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watch = _Watch(process.pid)
    watch.start()
    out, _ = process.communicate()
    watch.stop.set()
    watch.join()
    if process.returncode:
        raise SystemExit(f"The import ended with {process.returncode}")
    return {**json.loads(out.splitlines()[-1]), "peak": watch.peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--dir", type=Path, help="keep the photos here for another run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "LIBRARY"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        _child(*args.child)
        return
    scratch = Path(tempfile.mkdtemp(prefix="reverie-import-"))
    try:
        folder = (args.dir or scratch) / f"photos-{args.photos}"
        paths = make_photos(folder, args.photos)
        sizes = [os.path.getsize(path) for path in paths]
        for path in paths:
            Path(path).read_bytes()  # into the page cache
        before = measure_limit(paths)
        run = measure_import(folder, scratch / "library")
        after = measure_limit(paths)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    n = args.photos
    limit = (before["per_s"] + after["per_s"]) / 2
    speed = n / run["total"]
    result = {
        "photos_per_s": round(speed, 2),
        "limit_photos_per_s": round(limit, 2),
        "ratio": round(speed / limit, 3),
        "first_pass_per_s": round(n / run["browsable"], 1),
        "browsable_s": round(run["browsable"], 3),
        "cpu_ms_per_photo": round(1000 * run["cpu"] / n, 1),
        "peak_rss_mb": round(run["peak"] / 1e6, 1),
        "total_s": round(run["total"], 2),
        "grouping_s": round(run["total"] - run["both_passes"], 2),
        "limit_decode_per_s": round((before["decode_per_s"] + after["decode_per_s"]) / 2, 1),
        "limit_embed_per_s": round((before["embed_per_s"] + after["embed_per_s"]) / 2, 1),
        "decoded": run["decoded"],
        "photos": n,
        "mean_file_mb": round(float(np.mean(sizes)) / 1e6, 2),
        "reference": REFERENCE,
        "targets": "ratio >= 0.80, first pass >= 1000/s, 300 browsable <= 1 s, 300 done < 21 s, peak <= 1200 MB",
        "machine": machine(),
    }
    emit(result, args.json, "Import speed")


if __name__ == "__main__":
    main()
