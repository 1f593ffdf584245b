"""Kinds of photograph from made-up probabilities and measurements."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from core.group import kinds
from core.group.base import Found
from core.group.cues import class_sets
from tests.group.builders import seconds, table

ROWS = files("resources").joinpath("imagenet_classes.txt").read_text(encoding="utf-8").splitlines()
LABELS = tuple(row.split("\t")[1] for row in ROWS)


def _found(*classes: str, share: float = 0.9, **columns: object) -> Found:
    """Kinds of photos that the network takes for these classes."""
    p = np.full((len(classes), 1000), (1 - share) / 999, dtype=np.float32)
    for i, name in enumerate(classes):
        if name:
            p[i, LABELS.index(name)] = share
        else:
            p[i] = 0.001
    time = seconds(2024, 5, 4, 13) + np.arange(len(classes)) * 60.0
    return kinds.find(table(time, probabilities=p, labels=LABELS, columns=columns))


def _of(found: Found, position: int) -> set[str]:
    return {g.key for g in found.groups if position in g.members}


def test_the_sets_name_the_classes_they_mean() -> None:
    raw = json.loads(files("resources").joinpath("kinds.json").read_text(encoding="utf-8"))["sets"]
    for ranges in raw.values():
        for first, last, weight, names in ranges:
            assert names.split(" … ") == ([LABELS[first]] if first == last else [LABELS[first], LABELS[last]])
            assert 0 < weight <= 1
    cues = {cue for _, weights in kinds.KINDS.values() for cue in weights}
    assert set(class_sets()) <= cues


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pizza", "food"),
        ("tabby", "pets"),
        ("beagle", "pets"),
        ("lion", "wildlife"),
        ("daisy", "plants"),
        ("moped", "vehicles"),
        ("seashore", "seaside"),
        ("alp", "mountains"),
        ("castle", "architecture"),
        ("traffic light", "city"),
        ("bookcase", "interior"),
        ("soccer ball", "sport"),
        ("snowmobile", "snow"),
        ("stage", "concert"),
        ("ladybug", "macro"),
        ("menu", "document"),
        ("comic book", "art"),
    ],
)
def test_classes_lead_to_kinds(name: str, kind: str) -> None:
    found = _found(name)
    assert kind in _of(found, 0)
    group = next(g for g in found.groups if g.key == kind)
    assert group.reasons[0]["class"] == name
    assert group.strengths[0] >= 0.5
    json.dumps(group.reasons)


def test_several_kinds_a_photo_and_unsure_for_the_rest() -> None:
    found = _found("alp", "seashore", "")
    assert {"mountains", "landscape"} <= _of(found, 0)
    assert {"seaside", "landscape"} <= _of(found, 1)
    assert _of(found, 2) == {"unsure"}
    everyone = {m for g in found.groups for m in g.members.tolist()}
    assert everyone == {0, 1, 2}


def test_night_needs_little_light_and_not_midday() -> None:
    exposure = {"f_number": 1.8, "exposure_time": [1 / 10, 1 / 1000], "iso": [1600, 100], "brightness": [0.12, 0.5]}
    time = seconds(2024, 5, 4, 22) + np.arange(2) * 60.0
    found = kinds.find(table(time, columns=exposure))
    assert _of(found, 0) == {"night"}
    assert _of(found, 1) == {"unsure"}
    noon = kinds.find(table(time - 10 * 3600, columns=exposure))
    assert "night" not in _of(noon, 0)


def test_people_by_named_faces_only() -> None:
    found = _found("", "", "", n_faces=[1, 5, 0], face_area=[0.2, 0.1, 0])
    assert _of(found, 0) == {"portrait"}
    assert _of(found, 1) == {"group"}
    assert _of(found, 2) == {"unsure"}


def test_screenshots_pages_and_drawings() -> None:
    t = table(
        np.arange(4.0),
        width=[1080, 1170, 4000, 900],
        height=[2400, 2532, 3000, 700],
        columns={
            "screenshot_name": [1, 0, 0, 0],
            "has_camera": [0, 0, 1, 0],
            "flatness": [0.9, 0.9, 0.05, 0.9],
            "text": [0.3, 0.3, 0.3, 0.0],
        },
    )
    found = kinds.find(t)
    assert [_of(found, i) for i in range(4)] == [{"screenshot"}, {"screenshot"}, {"document"}, {"art"}]


def test_unknown_everything_is_unsure_and_other_classes_are_not_misread() -> None:
    assert _of(kinds.find(table([1.0])), 0) == {"unsure"}
    assert kinds.find(table([])).groups == []
    other = np.ones((1, 12), dtype=np.float32)
    assert _of(kinds.find(table([1.0], probabilities=other)), 0) == {"unsure"}
    missing = np.full((1, 1000), np.nan, dtype=np.float32)
    assert _of(kinds.find(table([1.0], probabilities=missing)), 0) == {"unsure"}
