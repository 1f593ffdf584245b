"""``learn NAME``, ``lab``, ``dream``: keys that scripts rely on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Answer, Imported, Reverie

RUN = [
    "id", "learner", "state", "created", "photos", "held_out", "epoch", "epochs", "seconds", "device", "size_bytes",
    "parameters", "seed", "note", "figures", "message", "in_use",
]  # fmt: skip
COMPARISON = ["rows", "winner", "why", "photos", "labelled", "judged_by", "seeds"]
ROW = [
    "name", "run_id", "title", "dim", "code_bytes", "retrieval_map", "retrieval_map_sd", "cluster_ari",
    "cluster_ari_sd", "stability", "oddness", "recall", "seconds_per_1000", "in_use",
]  # fmt: skip


@pytest.fixture(scope="module")
def library(imported: Imported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(imported.library, tmp_path_factory.mktemp("lab") / "library"))


def _trained(reverie: Reverie, library: Path, *arguments: str) -> Answer:
    return reverie("learn", *arguments, "--json", "--library", library)


def test_train_use_and_compare(library: Path, reverie: Reverie) -> None:
    trained = _trained(reverie, library, "rbm", "--set", "n_hidden=8", "--set", "epochs=2", "--seed", "4")
    assert trained.code == 0, trained.err
    (run,) = trained.objects
    assert list(run) == RUN
    assert (run["state"], run["epoch"], run["seed"], run["parameters"]["n_hidden"]) == ("done", 2, 4, 8)
    assert reverie("lab", "runs", "--json", "--library", library).objects == [run]
    assert run["id"] in reverie("lab", "runs", "--library", library).out
    (used,) = reverie("lab", "use", "rbm", "--json", "--library", library).objects
    assert used == {"used": run["id"], "changed": True}
    assert reverie("lab", "runs", "--json", "--library", library).objects[0]["in_use"]
    (found,) = reverie("lab", "compare", "--seeds", 1, "--json", "--library", library).objects
    assert list(found) == COMPARISON
    assert [list(row) for row in found["rows"]] == [ROW, ROW]
    assert [row["in_use"] for row in found["rows"]] == [False, True]
    assert found["why"]
    (back,) = reverie("lab", "use", "cnn", "--json", "--library", library).objects
    assert back["used"] == "cnn"
    done = reverie("lab", "resume", run["id"], "--library", library)
    assert done.code == 1
    assert "finished" in done.err


def test_dream(library: Path, reverie: Reverie, tmp_path: Path) -> None:
    none = reverie("dream", tmp_path / "none.png", "--library", library)
    assert none.code == 1
    assert "Train it first" in none.err
    trained = _trained(
        reverie, library, "dbn", "--set", "hidden_sizes=8,4", "--set", "epochs=1", "--set", "input=pictures",
        "--set", "up_down_epochs=1",
    )  # fmt: skip
    assert trained.code == 0, trained.err
    assert trained.objects[0]["epoch"] == 3
    file = tmp_path / "dreams.png"
    (told,) = reverie("dream", file, "--count", 5, "--steps", 2, "--json", "--library", library).objects
    assert told == {"file": str(file), "pictures": 5, "made_up": True}
    with Image.open(file) as picture:
        assert picture.size == (96, 64)


def test_regions(library: Path, imported: Imported, reverie: Reverie) -> None:
    path = reverie("photos", "--json", "--library", library).objects[0]["path"]
    (told,) = reverie("regions", path, "--largest", 5, "--json", "--library", library).objects
    assert list(told) == ["path", "learned", "regions"]
    assert (told["path"], told["learned"], len(told["regions"])) == (path, "", 5)
    whole = told["regions"][0]
    assert list(whole) == ["node", "parent", "children", "box", "area", "label", "strength", "tag"]
    assert (whole["parent"], whole["box"]) == (-1, [0.0, 0.0, 1.0, 1.0])
    assert whole["area"] == pytest.approx(1.0, abs=1e-4)


def test_topics_are_found_and_counted(library: Path, reverie: Reverie) -> None:
    (told,) = reverie("learn", "topics", "--json", "--library", library).objects
    assert told == {
        "learner": "topics",
        "topics": len(reverie("groups", "topics", "--json", "--library", library).objects),
    }
    assert "topics" in reverie("learn", "topics", "--library", library).out


@pytest.mark.parametrize("name", ["rntn", "capsule"])
def test_learners_that_need_something_first_say_so(library: Path, reverie: Reverie, name: str) -> None:
    answer = reverie("learn", name, "--library", library)
    assert answer.code == 1
    assert len(answer.err) > 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["learn", "perceptron"], "no learner"),
        (["learn", "rbm", "--set", "epochs"], "NAME=VALUE"),
        (["learn", "rbm", "--set", "epoch=3"], "no parameter"),
        (["learn", "rbm", "--set", "epochs=many"], "whole number"),
        (["learn", "rbm", "--folder", "/nowhere"], "no folder"),
        (["learn", "rbm", "--group", "999999"], "999999"),
        (["lab", "use", "rbm-nowhere"], "rbm-nowhere"),
        (["lab", "resume", "rbm-nowhere"], "rbm-nowhere"),
        (["tag", "teach", "Dogs", "/nowhere.jpg"], "is not in the library"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_misuse_is_status_2(arguments: list[str], words: str, library: Path, reverie: Reverie) -> None:
    answer = reverie(*arguments, "--library", library)
    assert answer.code == 2
    assert answer.out == ""
    assert words in answer.err
