"""Regrouping a whole library, a correction applied and shown, and a change of level: how long a person waits.

    python -m benchmarks.quality.regroup [--photos 1000000] [--corrected 100000] [--repeats 20] [--dir DIR] [--json]

The libraries are simulated: rows of photos that do not exist, with times, places, cameras and measures of each photo's
own, but no pictures and no vectors. ``regroup`` is events, trips and places, with reading the table and writing what
was found: ``first`` over the groups that the library holds (those that the simulation wrote, in a new one), ``again``
right after. Kinds, look-alikes, duplicates and bursts are not in it: they cost by what the pictures show. ``level``
cuts the wall of the whole library at moments, events, trips, seasons, years and between. ``correction``: split, merge
and move at random places of a library grouped beforehand, each from the call until what is on the screen has been read
again: the wall of all photos, that of all events, or the album at the level of events. The library is warm, as the
window has it a second and a half after it was painted; ``cold``: what the first correction takes where it was not
waited for, and what warming costs. Each part runs in a process of its own. Seconds and milliseconds are of wall clock,
``cpu`` of this process; ``load`` beside them says what else the machine was doing.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import emit, machine, peak_rss_mb
from core.paths import DATABASE
from core.records import LEVELS, Scope
from core.store.pending import MEASURES

TARGETS = {"regroup_s": 30.0, "correction_p95_ms": 200.0, "level_p95_ms": 30.0}
FORMAT = 2
"""Raised when libraries kept from earlier runs are of no use any more."""


def library(photos: int, folder: Path) -> Path:
    """The kept library of this size, made if it is not there yet."""
    from benchmarks.synthetic import make_library

    root = folder / f"regroup-{photos}-{FORMAT}"
    ready = root.with_suffix(".ready")
    if not ready.exists():
        make_library(root, photos)
        _measure(root, photos)
        ready.touch()
    return root


def _measure(root: Path, photos: int) -> None:
    """Give every photo measures and an exposure of its own, as imports do, so that reading them costs what it costs."""
    rng = np.random.default_rng(1)
    measures = rng.random((photos, len(MEASURES))).round(5)
    exposure = {"exposure_time": 0.008, "f_number": 1.8, "focal_length": 6.9}
    details = (json.dumps({**exposure, "iso": iso}) for iso in rng.integers(50, 3200, photos).tolist())
    texts = (json.dumps(dict(zip(MEASURES, row, strict=True))) for row in measures.tolist())
    rows = zip(texts, details, range(1, photos + 1), strict=True)
    with closing(sqlite3.connect(root / DATABASE)) as db, db:
        db.executemany("UPDATE photo SET measures = ?, details = ? WHERE id = ?", rows)


# ---------------------------------------------------------------- the parts


def regroup(root: Path, _repeats: int) -> dict[str, Any]:
    """Seconds of wall clock and of this process, for a first and a second regrouping of events, trips and places."""
    from core.grouping import run
    from core.progress import Progress
    from core.store.store import Store

    store = Store.open(root)
    result: dict[str, Any] = {}
    try:
        for name in ("first", "again"):
            wall, cpu = time.perf_counter(), time.process_time()
            run(store, Progress(), looks=False)
            result[f"{name}_s"] = round(time.perf_counter() - wall, 2)
            result[f"{name}_cpu_s"] = round(time.process_time() - cpu, 2)
        with store.read() as conn:
            rows = conn.exec_driver_sql('SELECT kind, count(*) FROM "group" GROUP BY kind')
            counts = {row[0]: row[1] for row in rows}
        result["groups"] = {kind: counts.get(kind, 0) for kind in ("events", "trips", "places")}
    finally:
        store.close()
    return {**result, "peak_rss_mb": round(peak_rss_mb())}


def levels(root: Path, repeats: int) -> dict[str, Any]:
    """Milliseconds of the first wall of a level, and of changing the level after it."""
    from core.library import Library

    between = [0.3, 0.7, 0.95, 0.99]
    with Library.open(root) as opened:
        started = time.perf_counter()
        opened.wall(Scope("level", level=LEVELS["events"]))
        first = (time.perf_counter() - started) * 1e3
        taken: dict[str, list[float]] = {}
        sections: dict[str, int] = {}
        for _ in range(repeats):
            for level in (*LEVELS.values(), *between):
                started = time.perf_counter()
                wall = opened.wall(Scope("level", level=level))
                shown = [wall.titles[i] for i in range(min(20, len(wall.titles)))]
                taken.setdefault(f"{level:g}", []).append((time.perf_counter() - started) * 1e3)
                sections[f"{level:g}"] = len(wall.section_id)
                assert len(shown) == min(20, len(wall.titles))
    every = np.concatenate([np.array(times) for times in taken.values()])
    by_level = {name: round(float(np.median(times)), 2) for name, times in taken.items()}
    return {
        "first_ms": round(first, 1),
        "p50_ms": round(float(np.percentile(every, 50)), 2),
        "p95_ms": round(float(np.percentile(every, 95)), 2),
        "median_ms": by_level,
        "sections": sections,
        "peak_rss_mb": round(peak_rss_mb()),
    }


SHOWN: dict[str, Scope] = {"all": Scope(), "events": Scope("events"), "level": Scope("level", level=LEVELS["events"])}


def corrections(root: Path, repeats: int) -> dict[str, Any]:
    """Milliseconds of split, merge and move at random places, each applied and each of ``SHOWN`` read again."""
    from core.library import Library

    rng = np.random.default_rng(0)
    taken: dict[str, list[float]] = {name: [] for name in ("apply", *SHOWN)}
    whole: list[float] = []
    cpu: list[float] = []
    with Library.open(root) as opened:
        _grouped(opened)
        opened.warm()
        for _ in range(repeats):
            for name in ("split", "merge", "move"):
                correct = _correction(opened, name, rng)
                began = time.process_time()
                apply = _milliseconds(correct)
                shown = {scope: _milliseconds(lambda of=of: opened.wall(of)) for scope, of in SHOWN.items()}
                cpu.append((time.process_time() - began) * 1e3)
                taken["apply"].append(apply)
                for scope, ms in shown.items():
                    taken[scope].append(apply + ms)
                whole.append(apply + max(shown.values()))
        first = whole[0]
        undone = _undo_all(opened, len(whole))
    return {
        "first_ms": round(first, 1),
        "p50_ms": round(float(np.percentile(whole, 50)), 1),
        "p95_ms": round(float(np.percentile(whole, 95)), 1),
        "p95_apply_ms": round(float(np.percentile(taken["apply"], 95)), 1),
        "p95_applied_and_shown_ms": {name: round(float(np.percentile(taken[name], 95)), 1) for name in SHOWN},
        "p50_cpu_of_all_three_ms": round(float(np.percentile(cpu, 50)), 1),
        "undone": undone,
        "peak_rss_mb": round(peak_rss_mb()),
    }


def cold(root: Path, repeats: int) -> dict[str, Any]:
    """The first correction right after opening, and what warming takes there, each in a fresh process."""
    from core.library import Library

    with Library.open(root) as opened:
        _grouped(opened)
    return {**_process("cold_alone", root, repeats), **_process("warm_alone", root, repeats)}


def cold_alone(root: Path, _repeats: int) -> dict[str, Any]:
    """A correction in a fresh process that has loaded nothing for it."""
    from core.library import Library

    with Library.open(root) as opened:
        correct = _correction(opened, "split", np.random.default_rng(2))
        ms = _milliseconds(correct) + _milliseconds(lambda: opened.wall(Scope()))
        _undo_all(opened, 1)
    return {"first_ms": round(ms, 1)}


def warm_alone(root: Path, _repeats: int) -> dict[str, Any]:
    """Warming in a fresh process."""
    from core.library import Library

    with Library.open(root) as opened:
        return {"warming_ms": round(_milliseconds(opened.warm), 1)}


def _grouped(opened: Any) -> None:
    """Group the library if it was not."""
    from core.progress import Progress

    opened.place_new(Progress()) if opened.level_groups("events") else opened.regroup(Progress())


def _correction(opened: Any, name: str, rng: np.random.Generator) -> Callable[[], object]:
    """A correction of that name at a random event."""
    events = [g for g in opened.groups("events") if g.n_photos >= 4 and g.start is not None]
    at = int(rng.integers(1, len(events) - 1))
    chosen, neighbour = events[at], events[at + 1]
    ids = opened.group_photos(chosen.id).tolist()
    middle = len(ids) // 2
    if name == "split":
        return lambda: opened.correct.split(ids[middle], ids[middle - 1])
    if name == "merge":
        return lambda: opened.correct.merge([chosen.id, neighbour.id])
    return lambda: opened.correct.move(ids[:2], neighbour.id)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def _undo_all(opened: Any, count: int) -> int:
    """Take everything back, so that the library is kept for the next run as it was."""
    return sum(opened.undo() is not None for _ in range(count))


PARTS = {
    "regroup": regroup, "level": levels, "correction": corrections, "cold": cold,
    "cold_alone": cold_alone, "warm_alone": warm_alone,
}  # fmt: skip


def run_part(name: str, root: Path, repeats: int) -> dict[str, Any]:
    """One part with the machine's load before it."""
    load = machine()["load"]
    return {**_process(name, root, repeats), "load": load}


def _process(name: str, root: Path, repeats: int) -> dict[str, Any]:
    """One part in a fresh process, so that its peak memory and what it has loaded are its own."""
    command = [sys.executable, "-m", "benchmarks.quality.regroup", "--part", name, str(root), "--repeats", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"The part {name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def run_all(photos: int, corrected: int, repeats: int, folder: Path) -> dict[str, Any]:
    """The whole benchmark as one mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    large, small = library(photos, folder), library(corrected, folder)
    result: dict[str, Any] = {"photos": photos, "corrected_photos": corrected}
    for name, root in (("regroup", large), ("level", large), ("correction", small), ("cold", small)):
        result[name] = run_part(name, root, repeats)
    reached = {
        "regroup_s": result["regroup"]["again_s"] <= TARGETS["regroup_s"],
        "correction_p95_ms": result["correction"]["p95_ms"] <= TARGETS["correction_p95_ms"],
        "level_p95_ms": result["level"]["p95_ms"] <= TARGETS["level_p95_ms"],
    }
    return {**result, "targets": TARGETS, "reached": reached}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the benchmark; the exit status is 0 whatever the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1_000_000, help="photos regrouped, and cut at levels")
    parser.add_argument("--corrected", type=int, default=100_000, help="photos of the library that is corrected")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--dir", type=Path, default=None, help="where the libraries are kept for the next run")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--part", nargs=2, metavar=("NAME", "LIBRARY"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.part:
        print(json.dumps(PARTS[chosen.part[0]](Path(chosen.part[1]), chosen.repeats)))
        return
    folder = chosen.dir or Path(tempfile.gettempdir()) / "reverie-benchmarks"
    title = f"Regrouping {chosen.photos:,} photos (simulated)"
    emit(run_all(chosen.photos, chosen.corrected, chosen.repeats, folder), chosen.json, title)


if __name__ == "__main__":
    main()
