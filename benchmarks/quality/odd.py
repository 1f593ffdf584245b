"""Are planted oddities found, and ordinary photos left alone? ``--images DIR`` (a folder of photos for each subject).

A simulated library: real photos of some subjects, measured and embedded as in an import, with a simulated life (outings
over two years around a home, a journey now and then). Into it go blank pictures, strongly blurred photos, clocks never
set, positions on another continent, and single photos of subjects that nobody else in the library shows. For each kind
AUROC of our score under its reason (planted against ordinary photos), the share found, and the share of ordinary photos
flagged under any reason. Beside it scikit-learn's local outlier factor at its defaults, over the vectors for what is
seen and over time and position (standardised) for what is told.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.common import emit
from core.group.base import PhotoTable
from core.group.neighbours import nearest

F64 = NDArray[np.float64]
SUBJECTS, EACH, PLANTED = 10, 45, 6
REASON = {"blank": "blank", "blurred": "blurred", "date": "date", "place": "place", "foreign": "alone"}
DAY = 86400.0


def _paths(images: Path, rng: random.Random) -> list[tuple[Path, str]]:
    """(photo, "" or what was planted) for one library."""
    folders = sorted({path.parent for path in images.rglob("*.jpg")})
    large = [folder for folder in folders if len(list(folder.glob("*.jpg"))) >= EACH]
    if len(large) < 3:
        raise SystemExit(f"{images} needs at least three folders of {EACH} or more photos.")
    chosen = rng.sample(large, min(SUBJECTS, len(large) - 1))
    others = [folder for folder in folders if folder not in chosen]
    out = [(path, "") for folder in chosen for path in rng.sample(sorted(folder.glob("*.jpg")), EACH)]
    for kind in ("blank", "blurred", "date", "place"):
        out += [(rng.choice(sorted(rng.choice(chosen).glob("*.jpg"))), kind) for _ in range(PLANTED)]
    foreign = rng.sample(others, min(PLANTED, len(others)))
    return out + [(rng.choice(sorted(folder.glob("*.jpg"))), "foreign") for folder in foreign]


def _altered(path: Path, kind: str, rng: np.random.Generator) -> Image.Image:
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    if kind == "blank":
        grey = rng.integers(0, 256)
        noise = np.clip(rng.normal(grey, 1.0, (picture.height, picture.width, 3)), 0, 255)
        return Image.fromarray(noise.astype(np.uint8))
    if kind == "blurred":
        return picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 40))
    return picture


def _life(kinds: list[str], rng: np.random.Generator) -> dict[str, F64]:
    """Simulated times and positions: outings of about eight photos within 20 km of home, every tenth a journey."""
    n = len(kinds)
    outing = np.sort(rng.integers(0, n // 8, n))
    start = np.sort(rng.uniform(0, 730 * DAY, n // 8))
    away = rng.random(n // 8) < 0.1
    places = np.stack([48.0 + rng.normal(0, 0.1, n // 8) + away * rng.uniform(-6, 6, n // 8),
                       11.0 + rng.normal(0, 0.1, n // 8) + away * rng.uniform(-6, 6, n // 8)])  # fmt: skip
    time = 1.6e9 + start[outing] + rng.uniform(0, 5 * 3600.0, n)
    lat, lon = places[:, outing] + rng.normal(0, 0.005, (2, n))
    for row in np.flatnonzero(np.array(kinds) == "date"):
        time[row] = rng.choice([0.0, 315532800.0, 946684800.0, 1.6e9 - rng.uniform(6, 15) * 365 * DAY])
        time[row] += rng.uniform(0, 0.5 * DAY)
    for row in np.flatnonzero(np.array(kinds) == "place"):
        lat[row], lon[row] = rng.choice([(-33.9, 18.4), (35.7, 139.7), (40.7, -74.0), (0.0, 0.0)])
    return {"instant": time, "local": time + 3600.0, "lat": lat, "lon": lon}


def simulated(images: Path, seed: int) -> tuple[PhotoTable, NDArray[Any]]:
    """A table with vectors, and what was planted in each row."""
    from core.embed import registry
    from core.media.describe import describe
    from core.store.pending import MEASURES

    files, rng = _paths(images, random.Random(seed)), np.random.default_rng(seed)
    order = rng.permutation(len(files))
    kinds = [files[i][1] for i in order]
    embedder = registry.create()
    measured, inputs = [], []
    with tempfile.TemporaryDirectory() as scratch:
        path = f"{scratch}/photo.jpg"
        for i in order:
            _altered(*files[i], rng).save(path, quality=92)
            described = describe(path, thumb_to=None, spec=embedder.spec)
            measured.append(described)
            inputs.append(described.network_input)
    stacked = np.stack([x for x in inputs if x is not None])
    vectors = np.concatenate([embedder.embed(stacked[i : i + 16]).vectors for i in range(0, len(stacked), 16)])
    n = len(order)
    columns = {name: np.array([getattr(m, name) for m in measured], np.float32) for name in MEASURES}
    columns["has_camera"] = np.ones(n, np.float32)
    sizes = {"width": np.array([m.width for m in measured], np.int32),
             "height": np.array([m.height for m in measured], np.int32)}  # fmt: skip
    table = PhotoTable(
        ids=np.arange(n, dtype=np.int64),
        camera=np.zeros(n, np.int32),
        dhash=np.array([m.dhash for m in measured], np.int64),
        has_dhash=np.ones(n, np.bool_),
        content=np.full(n, -1, np.int64),
        vectors=vectors,
        columns=columns,
        **sizes,
        **_life(kinds, rng),
    )
    return table, np.array(kinds)


def one_run(images: Path, seed: int) -> dict[str, Any]:
    """AUROC of ours and of the local outlier factor, what was found, what was wrongly flagged."""
    from sklearn.metrics import roc_auc_score
    from sklearn.neighbors import LocalOutlierFactor

    from core.group import odd

    table, kinds = simulated(images, seed)
    assert table.vectors is not None
    near = nearest(table.vectors, 15)
    marks = odd.all_marks(table, neighbours=near)
    found = {group.key: group.members for group in odd.find(table, neighbours=near).groups}
    seen = -LocalOutlierFactor().fit(table.vectors.astype(np.float32)).negative_outlier_factor_
    told = np.stack([table.instant, table.lat, table.lon], axis=1)
    told = -LocalOutlierFactor().fit((told - told.mean(axis=0)) / told.std(axis=0)).negative_outlier_factor_
    ordinary = kinds == ""
    out: dict[str, Any] = {"auroc": {}, "auroc_lof": {}, "found": {}}
    for kind, reason in REASON.items():
        planted = kinds == kind
        rows = ordinary | planted
        peer = told if kind in ("date", "place") else seen
        out["auroc"][kind] = float(roc_auc_score(planted[rows], marks[reason].score[rows]))
        out["auroc_lof"][kind] = float(roc_auc_score(planted[rows], peer[rows]))
        out["found"][kind] = float(np.isin(np.flatnonzero(planted), found.get(reason, [])).mean())
    flagged = np.zeros(len(table), np.bool_)
    for members in found.values():
        flagged[members] = True
    out["ordinary_flagged"] = float(flagged[ordinary].mean())
    out["by_reason"] = {reason: float(np.isin(np.flatnonzero(ordinary), found.get(reason, [])).sum())
                        for reason in odd.TITLES}  # fmt: skip
    out["precision"] = float((~ordinary[flagged]).mean()) if flagged.any() else 1.0
    return out


def _joined(runs: Sequence[Any]) -> Any:
    if isinstance(runs[0], dict):
        return {key: _joined([run[key] for run in runs]) for key in runs[0]}
    return {"mean": round(float(np.mean(runs)), 4), "sd": round(float(np.std(runs)), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    runs = [one_run(arguments.images, seed) for seed in range(arguments.seeds)]
    emit(_joined(runs), arguments.json, "Odd ones planted in a simulated library")


if __name__ == "__main__":
    main()
