"""``studio`` and ``upscale``: keys that scripts rely on."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.media import marks
from core.media.tags import read_tags
from tests.cli.conftest import Imported, Reverie

RUN = [
    "id", "state", "created", "photos", "held_out", "seconds", "device", "size_bytes", "parameters", "seed", "note",
    "figures", "message", "model", "size", "condition", "step", "steps", "said",
]  # fmt: skip
MADE = ["id", "path", "run", "seed", "width", "height", "created", "settings", "made_up"]
ENLARGED = ["path", "width", "height", "model", "scale", "settings", "made_by_model"]
PROGRESS = {"phase", "done", "total", "unit", "rate", "seconds_left"}
TINY = ["--set", "ngf=4", "--set", "ndf=4", "--set", "batch_size=4", "--size", "8", "--steps", "3"]


@pytest.fixture(scope="module")
def library(imported: Imported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(imported.library, tmp_path_factory.mktemp("studio") / "library"))


def test_train_generate_walk_and_export(library: Path, reverie: Reverie, tmp_path: Path) -> None:
    trained = reverie("studio", "train", "dcgan", *TINY, "--seed", 4, "--note", "n", "--json", "--library", library)
    assert trained.code == 0, trained.err
    (run,) = trained.objects
    assert list(run) == RUN
    assert (run["model"], run["state"], run["step"], run["steps"], run["size"]) == ("dcgan", "done", 3, 3, 8)
    assert (run["seed"], run["note"], run["parameters"]["ngf"]) == (4, "n", 4)
    told = [json.loads(line) for line in trained.err.splitlines()]
    assert any(set(each) == PROGRESS and each["unit"] == "steps" for each in told), "progress is JSON too"
    assert reverie("studio", "runs", "--json", "--library", library).objects == [run]
    assert run["id"] in reverie("studio", "runs", "--library", library).out
    assert reverie("lab", "runs", "--json", "--library", library).objects == []

    made = reverie("studio", "generate", run["id"], "--count", 2, "--seed", 7, "--json", "--library", library)
    assert [list(each) for each in made.objects] == [MADE, MADE]
    assert [each["seed"] for each in made.objects] == ["7", "8"]
    assert marks.source_type_of(read_tags(made.objects[0]["path"]).xmp) == marks.GENERATED

    walk = reverie("studio", "walk", run["id"], 1, 2, tmp_path / "w.gif", "--frames", 4, "--json", "--library", library)
    assert walk.objects == [{"file": str(tmp_path / "w.gif"), "frames": 4, "made_up": True}]
    copied = reverie("studio", "export", tmp_path / "out", "--json", "--library", library)
    assert len(copied.objects) == 2
    assert all(os.path.exists(each["path"]) for each in copied.objects)
    assert "2 made pictures" in reverie("studio", "export", tmp_path / "out", "--library", library).out

    again = reverie("studio", "resume", run["id"], "--library", library)
    assert (again.code, "finished" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "biggan"), "no generator"),
        (("train", "dcgan", "--set", "ngf"), "NAME=VALUE"),
        (("train", "dcgan", "--size", "9"), "makes pictures of"),
        (("train", "dcgan", "--by", "events"), "cannot be told"),
        (("resume", "dcgan-20200101-000000"), "studio runs"),
        (("generate", "nothing"), "studio runs"),
    ],
)
def test_misuse_is_said(library: Path, reverie: Reverie, arguments: tuple[str, ...], told: str) -> None:
    answer = reverie("studio", *arguments, "--library", library)
    assert answer.code == 2
    assert told in answer.err


def test_models_are_listed(reverie: Reverie) -> None:
    found = reverie("studio", "models", "--json").objects
    kinds = {(each["kind"], each["name"]) for each in found}
    assert {("generator", "fastgan"), ("enlarger", "bicubic"), ("enlarger", "compact")} <= kinds
    assert "bicubic" in reverie("studio", "models").out


def test_upscale_needs_no_library(reverie: Reverie, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    picture = np.random.default_rng(0).integers(0, 256, (12, 18, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (tmp_path / "in" / "notes.txt").write_text("no picture by its name")
    answer = reverie(
        "upscale",
        tmp_path / "in",
        "--model",
        "bicubic",
        "--scale",
        2,
        "--strength",
        0.5,
        "--out",
        tmp_path / "o",
        "--json",
    )
    assert answer.code == 1, "one could not be enlarged"
    done, failed = answer.objects
    assert list(done) == ENLARGED
    assert (done["path"], done["width"], done["height"]) == (str(tmp_path / "o" / "a-x2-bicubic.png"), 36, 24)
    assert failed["failed"].endswith("bad.jpg")
    assert failed["reason"].endswith(".")
    assert all(set(json.loads(line)) <= PROGRESS | {"notice"} for line in answer.err.splitlines())
    good = reverie("upscale", tmp_path / "in" / "a.png", "--model", "bicubic", "--out", tmp_path / "o")
    assert good.code == 0
    assert good.out.startswith("1 enlarged, 0 not")


def test_upscale_misused(reverie: Reverie, tmp_path: Path) -> None:
    gone = reverie("upscale", tmp_path / "gone.jpg", "--out", tmp_path)
    assert (gone.code, "is not there" in gone.err) == (2, True)
    empty = reverie("upscale", tmp_path, "--out", tmp_path)
    assert (empty.code, "no pictures" in empty.err) == (2, True)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    unknown = reverie("upscale", tmp_path / "a.png", "--model", "waifu", "--out", tmp_path)
    assert (unknown.code, "There is no model" in unknown.err) == (1, True)


def test_the_doctor_lists_models(reverie: Reverie, library: Path) -> None:
    (facts,) = reverie("doctor", "--json", "--library", library).objects
    assert facts["studio"]["enlarge bicubic"] == "here"
    assert "fastgan" in facts["studio"]
