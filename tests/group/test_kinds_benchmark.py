"""The benchmark of kinds: labels from files, halves by name, figures with their interval."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality import kind_labels, kinds
from core.group.kinds import KINDS
from tests.group.builders import table

SOURCES = sorted((Path(kind_labels.__file__).parent / "kind_sources").glob("*.json"))


def _set(root: Path, **entry: object) -> Path:
    """A set of ten pictures in one folder, and its file of labels."""
    (root / "scenes" / "sea").mkdir(parents=True)
    for number in range(10):
        (root / "scenes" / "sea" / f"{number}.jpg").touch()
    labels = root / "scenes.json"
    labels.write_text(json.dumps({"about": "", "from": [], "classes": [entry]}), encoding="utf-8")
    return labels


def test_every_source_names_its_repository_and_kinds_that_exist() -> None:
    assert SOURCES
    for source in SOURCES:
        raw = json.loads(source.read_text(encoding="utf-8"))
        assert raw["about"]
        assert all("/" in repository for repository in raw["from"])
        for entry in raw["classes"]:
            assert set(entry["is"]) | set(entry["may"]) <= KINDS.keys()
            assert not set(entry["is"]) & set(entry["may"])
            assert entry.get("folders") or entry.get("pictures")


def test_halves_are_told_by_the_name_alone(tmp_path: Path) -> None:
    labels = _set(tmp_path, folders=["sea"], **{"is": ["seaside"], "may": ["landscape"]})
    halves = [kind_labels.labelled(labels, tmp_path, half, 45) for half in kind_labels.HALVES]
    assert sorted(p.path.name for half in halves for p in half) == [f"{n}.jpg" for n in range(10)]
    assert all(zlib.crc32(p.path.name.encode()) % 2 == i for i, half in enumerate(halves) for p in half)
    assert [p.name for p in halves[0][:1]] == ["scenes/sea"]
    helpings = [kind_labels.labelled(labels, tmp_path, "tuning", 1, helping) for helping in range(2)]
    assert [len(helping) for helping in helpings] == [1, 1]
    assert not {p.path for p in helpings[0]} & {p.path for p in helpings[1]}


def test_single_pictures_and_what_a_file_may_not_say(tmp_path: Path) -> None:
    labels = _set(tmp_path, pictures=["sea/3.jpg"], **{"is": ["night"], "may": []})
    half = kind_labels.half_of(Path("3.jpg"))
    assert [p.path.name for p in kind_labels.labelled(labels, tmp_path, half, 45)] == ["3.jpg"]
    for wrong in ({"pictures": ["sea/11.jpg"], "is": []}, {"folders": ["lake"], "is": []}, {"is": ["dusk"]}):
        labels.write_text(json.dumps({"classes": [{"may": [], **wrong}]}), encoding="utf-8")
        with pytest.raises(SystemExit):
            kind_labels.labelled(labels, tmp_path, half, 45)


def test_what_may_be_of_a_kind_counts_neither_way() -> None:
    found = [
        kind_labels.Labelled(Path(f"{n}.jpg"), name, frozenset(yes), frozenset(may))
        for n, (name, yes, may) in enumerate(
            [("a/dark", ["night"], []), ("a/dusk", [], ["night"]), ("b/noon", [], []), ("b/noon", [], [])]
        )
    ]
    columns = {
        "f_number": 1.8,
        "exposure_time": [0.1, 0.1, 0.1, 0.001],
        "iso": 1600,
        "brightness": [0.1, 0.1, 0.1, 0.6],
    }
    figures = kinds.evaluate_labelled(table(np.arange(4.0), columns=columns), found)["kinds"]["night"]
    assert (figures["photos"], figures["shown"], figures["wrong"]) == (1, 2, "b/noon 1")
    assert (figures["precision"], figures["coverage"]) == (0.5, 1.0)


def test_the_interval_is_wilsons() -> None:
    assert kinds.interval(5, 5) == pytest.approx((0.566, 1.0), abs=1e-3)
    assert kinds.interval(81, 100) == pytest.approx((0.722, 0.875), abs=1e-3)
    assert kinds.interval(0, 0) == (0.0, 1.0)
