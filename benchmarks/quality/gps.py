"""Where was a photo without a position taken? Median error on hidden positions: ``--seeds N``.

Simulated libraries (:mod:`benchmarks.quality.life`; with ``--images`` their looks are of those labelled photos), of
whose located photos 30 % are hidden and asked for. ``ours`` is :func:`core.group.inferred.infer` as the program runs
it, its events those that the program finds. Beside it, on exactly the same photos: ``nearest``, the position of the
photo nearest in time; ``linear``, interpolation between the neighbours before and after; all within the same two hours.
``--streams``: a CSV of real people with the columns person, unix_time, poi_lat, poi_lon; the position is that of the
point of interest with a receiver's noise of 15 m added, since copies of one coordinate would all be "right".

``lower``: how much lower the median of ours is than that of ``nearest`` on the same photos; ``lower_at_coverage``: the
same where each answers only the share of photos that it is surest of. Errors in km; means and standard deviations over
seeds (each with another hidden part).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import emit
from benchmarks.quality.events import time_only
from benchmarks.quality.life import life
from benchmarks.quality.looks import pool
from core.geo.sphere import haversine_km
from core.group import events, inferred
from core.group.base import PhotoTable
from core.group.timeline import timeline

HIDDEN, NOISE_KM = 0.3, 0.015
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def simulated(seeds: int, images: Path | None, first: int = 0) -> Iterator[tuple[int, PhotoTable]]:
    """Libraries of made-up lives, one a seed from ``first`` on."""
    looks = pool(images)
    for seed in range(first, first + seeds):
        yield seed, life(seed, pool=looks).table


def streams(path: Path, seeds: int) -> Iterator[tuple[int, PhotoTable]]:
    """All people of a CSV, one after the other in one table, with another noise a seed."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    with open(path, encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            fix = (float(row["unix_time"]), float(row["poi_lat"]), float(row["poi_lon"]))
            rows.setdefault(row["person"], []).append(fix)
    parts, end = [], 0.0
    for _, fixes in sorted(rows.items()):
        part = np.array(sorted(fixes))
        part[:, 0] += end - part[0, 0]
        end = part[-1, 0] + 1e6  # people are far apart in time, so that nobody borrows from another
        parts.append(part)
    every = np.concatenate(parts)
    for seed in range(seeds):
        noise = np.random.default_rng(seed).normal(0, NOISE_KM / 111.2, (len(every), 2))
        lat, lon = every[:, 1] + noise[:, 0], every[:, 2] + noise[:, 1] / np.cos(np.radians(every[:, 1]))
        yield seed, replace(time_only(every[:, 0]), lat=lat, lon=lon)


def measure(table: PhotoTable, seed: int) -> dict[str, Any]:
    """Errors of each method in one library."""
    rng = np.random.default_rng(10_000 + seed)
    line = timeline(table)
    located = line.order[np.isfinite(table.lat[line.order]) & ~line.passive]
    hidden = located[rng.random(len(located)) < HIDDEN]
    lat, lon = table.lat.copy(), table.lon.copy()
    lat[hidden] = lon[hidden] = np.nan
    asked = replace(table, lat=lat, lon=lon)
    line = timeline(asked)
    found, _ = events.find(asked, line=line)
    event = np.zeros(len(table), dtype=np.int64)
    for index, group in enumerate(found.groups):
        event[group.members] = index
    answer = inferred.infer(asked, line, event=event)
    mine = np.isin(answer.rows, hidden)
    rows = answer.rows[mine]
    known = np.setdiff1d(located, hidden)
    known = known[np.argsort(table.instant[known], kind="stable")]
    near, straight, reached = _peers(table, known, rows)
    covered = _peers(table, known, hidden)[2].mean()
    ours = haversine_km(answer.lat[mine], answer.lon[mine], table.lat[rows], table.lon[rows])
    inside = float((ours <= answer.radius_km[mine]).mean())
    return {
        "hidden": len(hidden),
        "coverage": len(rows) / max(len(hidden), 1),
        "coverage_nearest": float(covered),
        "inside_radius": inside,
        "errors": {"ours": ours[reached], "nearest": near[reached], "linear": straight[reached]},
        "surest": (answer.radius_km[mine][reached], answer.seconds[mine][reached]),
    }


def lower_at(run: dict[str, Any], coverage: float) -> float:
    """1 - median error of ours / of nearest, each answering only the share of the photos that it is surest of, by its
    radius and by the time to the neighbour."""
    radius, seconds = run["surest"]
    count = max(int(coverage * len(radius)), 1)
    ours = np.median(run["errors"]["ours"][np.argsort(radius, kind="stable")[:count]])
    near = np.median(run["errors"]["nearest"][np.argsort(seconds, kind="stable")[:count]])
    return float(1 - ours / max(near, 1e-9))


def _peers(table: PhotoTable, known: I64, rows: I64) -> tuple[F64, F64, NDArray[np.bool_]]:
    """(error of the nearest in time, of linear interpolation, whether one is within two hours) for some photos."""
    time = table.instant[rows]
    at = np.searchsorted(table.instant[known], time)
    left, right = known[np.clip(at - 1, 0, len(known) - 1)], known[np.clip(at, 0, len(known) - 1)]
    to_left = np.where(at > 0, time - table.instant[left], np.inf)
    to_right = np.where(at < len(known), table.instant[right] - time, np.inf)
    nearer = np.where(to_left <= to_right, left, right)
    reach = inferred.DEFAULT.seconds
    both = (to_left <= reach) & (to_right <= reach)
    part = np.where(nearer == right, 1.0, 0.0)
    part[both] = to_left[both] / np.maximum((to_left + to_right)[both], 1e-9)
    lat = table.lat[left] + part * (table.lat[right] - table.lat[left])
    lon = table.lon[left] + part * (table.lon[right] - table.lon[left])
    near = haversine_km(table.lat[nearer], table.lon[nearer], table.lat[rows], table.lon[rows])
    straight = haversine_km(lat, lon, table.lat[rows], table.lon[rows])
    return near, straight, np.minimum(to_left, to_right) <= reach


def summary(libraries: Iterator[tuple[int, PhotoTable]]) -> dict[str, Any]:
    """Means and standard deviations over libraries; ``lower`` is 1 - median of ours / median of nearest."""
    runs = [measure(table, seed) for seed, table in libraries]
    methods: dict[str, Any] = {}
    for name in ("ours", "nearest", "linear"):
        medians = np.array([np.median(r["errors"][name]) for r in runs])
        p75 = np.array([np.quantile(r["errors"][name], 0.75) for r in runs])
        p90 = np.array([np.quantile(r["errors"][name], 0.9) for r in runs])
        methods[name] = {
            "median_km": float(medians.mean()),
            "sd": float(medians.std(ddof=1)) if len(runs) > 1 else 0.0,
            "p75_km": float(p75.mean()),
            "p90_km": float(p90.mean()),
        }
    lower = np.array([lower_at(r, 1.0) for r in runs])
    return {
        "libraries": len(runs),
        "hidden": int(sum(r["hidden"] for r in runs)),
        "coverage": float(np.mean([r["coverage"] for r in runs])),
        "coverage_nearest": float(np.mean([r["coverage_nearest"] for r in runs])),
        "inside_radius": float(np.mean([r["inside_radius"] for r in runs])),
        "methods": methods,
        "lower": float(lower.mean()),
        "lower_sd": float(lower.std(ddof=1)) if len(runs) > 1 else 0.0,
        "lower_least": float(lower.min()),
        "lower_at_coverage": {f"{c:.0%}": float(np.mean([lower_at(r, c) for r in runs])) for c in (0.9, 0.75, 0.5)},
        "target": 0.10,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed of the simulated libraries")
    parser.add_argument("--images", type=Path, help="class folders of photos, for the looks of the simulated lives")
    parser.add_argument("--streams", type=Path, help="a CSV of real people with times and positions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result: dict[str, Any] = {"simulated": summary(simulated(options.seeds, options.images, options.first))}
    if options.streams:
        result["streams"] = summary(streams(options.streams, min(options.seeds, 5)))
    emit(result, options.json, "Positions of photos without one, 30 % hidden")


if __name__ == "__main__":
    main()
