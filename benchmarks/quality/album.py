"""The sample album from end to end: its events and its wrong clock: ``[--photos N] [--seeds N] [--first N] [--json]``.

**Simulated**: the album that ``reverie sample`` writes, imported by the program as installed. Events: each gap between
neighbouring photos of the person's own, copies with a time included, is a boundary where ``truth.json`` says so; a
second cut between the same two, as beside a screenshot, counts as a false one. Fixed gaps are judged on the same
stream. Clock: the shift that Health suggests against the truth; the answer "yes" is given, the events are judged again,
and the answer is taken back.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import core.sample
from benchmarks.common import emit
from core.library import Library
from core.progress import Progress
from core.records import LEVELS, Boundary
from core.records_corrections import Question

PHOTOS, SEEDS = 300, 3
RULES: dict[str, Callable[[Boundary], bool]] = {
    "ours": lambda gap: gap.strength >= LEVELS["events"],
    "fixed_1h": lambda gap: gap.gap_seconds > 3600.0,
    "fixed_6h": lambda gap: gap.gap_seconds > 6 * 3600.0,
}
Counts = dict[str, int]


def counts(gaps: Sequence[Boundary], event: Mapping[int, str], rule: Callable[[Boundary], bool]) -> Counts:
    """Boundaries there are, boundaries said, and hits, over the photos that are of an event."""
    order = [gaps[0].before, *(gap.after for gap in gaps)]
    total = np.concatenate([[0], np.cumsum([rule(gap) for gap in gaps])])
    own = [i for i, photo in enumerate(order) if photo in event]
    said = np.diff(total[own])
    true = np.array([event[order[a]] != event[order[b]] for a, b in pairwise(own)])
    return {"true": int(true.sum()), "said": int(said.sum()), "hits": int(np.minimum(said, true).sum())}


def measures(found: Counts) -> dict[str, Any]:
    precision, recall = found["hits"] / max(found["said"], 1), found["hits"] / max(found["true"], 1)
    score = 2 * found["hits"] / max(found["said"] + found["true"], 1)
    return {**found, "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(score, 4)}


def album(folder: Path, photos: int, seed: int) -> dict[str, Any]:
    """One album made, imported, asked, answered and taken back."""
    core.sample.make(folder / "album", photos=photos, seed=seed)
    truth = json.loads((folder / "album" / "truth.json").read_text(encoding="utf-8"))
    with Library.open(folder / "library") as library:
        library.import_folders([folder / "album"], Progress())
        timed = {name: facts for name, facts in truth["files"].items() if facts["event"] and facts["copy"] != "sent"}
        files = {str(folder / "album" / name): facts["event"] for name, facts in timed.items()}
        event = {row.id: files[row.path] for row in library.iter_rows() if row.path in files}
        before = _events(library, event)
        asked = [each for each in library.health(500).questions if each.kind == "clock"]
        clock = _answered(library, asked, truth["camera_clock_error_minutes"] * 60.0)
        after = _events(library, event)
        undone = library.undo() is not None if asked else False
        again = [each for each in library.health(500).questions if each.kind == "clock"]
        back = [each.key for each in again] == [each.key for each in asked]
    return {"events": before, "events_clock_right": after, "clock": {**clock, "undone": undone and back}}


def _events(library: Library, event: Mapping[int, str]) -> dict[str, Counts]:
    gaps = list(library.boundaries())
    return {name: counts(gaps, event, rule) for name, rule in RULES.items()}


def _answered(library: Library, asked: Sequence[Question], truth: float) -> dict[str, Any]:
    """What was suggested, with the first of it answered by "yes" and the album grouped anew."""
    if not asked:
        return {"suggested": 0, "error_s": None}
    library.answer(asked[0].key, "yes")
    library.regroup(Progress())
    return {"suggested": len(asked), "error_s": round(abs(-asked[0].details["seconds"] - truth), 1)}


def run(photos: int, seeds: Sequence[int]) -> dict[str, Any]:
    found = []
    for seed in seeds:
        with TemporaryDirectory() as folder:
            found.append(album(Path(folder), photos, seed))

    def pooled(part: str, name: str) -> dict[str, Any]:
        summed = {key: sum(one[part][name][key] for one in found) for key in ("true", "said", "hits")}
        each = [measures(one[part][name])["f1"] for one in found]
        return {**measures(summed), "f1_sd": round(float(np.std(each, ddof=1)), 4) if len(each) > 1 else None}

    return {
        "simulated": True,
        "photos": photos,
        "seeds": list(seeds),
        "events": {name: pooled("events", name) for name in RULES},
        "events_clock_right": {name: pooled("events_clock_right", name) for name in RULES},
        "clocks": [one["clock"] for one in found],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m benchmarks.quality.album [--photos N] [--seeds N] [--first N] [--json]``."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality.album", description=__doc__.split("\n\n")[0])
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many albums")
    parser.add_argument("--first", type=int, default=0, help="seed of the first; 0 is what a new person sees")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    chosen = parser.parse_args(arguments)
    result = run(chosen.photos, range(chosen.first, chosen.first + chosen.seeds))
    emit(result, chosen.json, "The sample album")


if __name__ == "__main__":
    main()
