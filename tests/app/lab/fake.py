"""A Lab that answers at once, for what would take minutes: runs, a comparison, favourites made up for the window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.errors import ReverieError
from core.lab import catalogue
from core.progress import Progress
from core.records import Change
from core.records_lab import (
    Comparison,
    ComparisonRow,
    Curve,
    Favourites,
    Layer,
    PictureGrid,
    Run,
    RunSpec,
)

EPOCHS = 4
NAN = float("nan")
LAYERS = (
    Layer("cnn", "blocks.1", "CNN · edges and colours", 24),
    Layer("cnn", "blocks.6", "CNN · parts of things", 320),
)


def row(name: str, title: str, score: float, **more) -> ComparisonRow:
    given = {"run_id": "", "dim": 64, "code_bytes": 128, "in_use": False, "oddness": 0.91, **more}
    return ComparisonRow(
        name=name, title=title, retrieval_map=score, retrieval_map_sd=0.004, cluster_ari=score - 0.2,
        cluster_ari_sd=0.03, stability=0.88, recall=0.71, seconds_per_1000=0.035, **given,
    )  # fmt: skip


COMPARISON = Comparison(
    rows=(
        row("cnn", "CNN", 0.712, dim=1280, code_bytes=2560, in_use=True),
        row("dbn-1", "Deep belief network", 0.655, run_id="dbn-20261125-1"),
        row("codes-1", "Binary codes", 0.631, run_id="codes-20261125-1", code_bytes=32, oddness=NAN),
    ),
    winner="cnn",
    why="It finds more photos of one label than any run by more than chance.",
    photos=300,
    labelled=140,
    judged_by="kinds",
    seeds=3,
)


class FakeLab:
    """Keeps what was asked for in ``said``. ``error``: what the next training ends with."""

    def __init__(self, ids) -> None:
        self.ids = tuple(int(photo_id) for photo_id in ids)
        self.said: list[tuple] = []
        self.error: BaseException | None = None
        self.kept: list[Run] = []
        self.found: Comparison | None = None
        self.shown_layers = LAYERS

    def learners(self):
        return catalogue.learners()

    def runs(self):
        return tuple(self.kept)

    def run(self, run_id):
        return next(run for run in self.kept if run.id == run_id)

    def add(self, learner: str = "rbm", state: str = "done", **more) -> Run:
        """A run that is there already."""
        spec = RunSpec(learner, parameters={"epochs": EPOCHS, "input": "pictures"})
        made = Run(f"{learner}-{len(self.kept)}", spec, state, 1.7e9, 12.0, 270, 30, EPOCHS, EPOCHS, "CPU", 1000)
        made = replace(made, figures={"reconstruction": 0.0123}, **more)
        self.kept.insert(0, made)
        return made

    def start(self, spec: RunSpec, progress: Progress) -> Run:
        self.said.append(("start", spec))
        return self._train(replace(self.add(spec.learner, "running", epoch=0), spec=spec), progress)

    def resume(self, run_id: str, progress: Progress) -> Run:
        self.said.append(("resume", run_id))
        return self._train(self.run(run_id), progress)

    def _train(self, run: Run, progress: Progress) -> Run:
        progress.phase("Learning", EPOCHS, "rounds")
        progress.set(EPOCHS)
        at = next(place for place, each in enumerate(self.kept) if each.id == run.id)
        if self.error is not None:
            self.kept[at] = replace(run, state="failed", message=str(self.error))
            raise self.error
        self.kept[at] = replace(run, state="done", epoch=EPOCHS)
        return self.kept[at]

    def estimate(self, spec: RunSpec, progress: Progress) -> str:
        if spec.learner == "dbn":
            raise ReverieError("Too few photos.")
        return "270 photos, about 0.1 s a round here."

    def curves(self, run_id):
        if self.run(run_id).epoch == 0:
            return ()
        epoch = np.arange(1, EPOCHS + 1)
        falling = 1.0 / epoch
        return (
            Curve("reconstruction", epoch, falling, falling + 0.05),
            Curve("free_energy_gap", epoch, epoch * 0.1),
            Curve("dead_units", epoch, np.array([3.0, np.nan, 1.0, 0.0])),
        )

    def epochs(self, run_id, kind):
        return (1, 2, EPOCHS) if kind != "dreams" and self.run(run_id).epoch else ()

    def pictures(self, run_id, kind, epoch=None):
        self.said.append(("pictures", run_id, kind, epoch))
        shade = np.arange(8, dtype=np.uint8).reshape(8, 1, 1, 1) * 30
        return PictureGrid(kind, epoch or EPOCHS, np.broadcast_to(shade, (8, 32, 32, 3)))

    def dream(self, n, *, run_id=None, group_id=None, seed=0):
        self.said.append(("dream", n, run_id, group_id))
        return PictureGrid("dreams", 0, np.full((n, 32, 32, 3), 90, np.uint8))

    def note(self, run_id, text):
        self.said.append(("note", run_id, text))
        at = next(place for place, each in enumerate(self.kept) if each.id == run_id)
        self.kept[at] = replace(self.kept[at], spec=replace(self.kept[at].spec, note=text))

    def delete(self, run_id):
        self.said.append(("delete", run_id))
        self.kept = [run for run in self.kept if run.id != run_id]

    def use(self, name, progress):
        self.said.append(("use", name))
        self.kept = [replace(run, in_use=run.id == name) for run in self.kept]
        return Change(groups=True)

    def compare(self, progress):
        self.said.append(("compare",))
        self.found = COMPARISON
        return self.found

    def comparison(self):
        return self.found

    def layers(self):
        return self.shown_layers

    def favourites(self, layer, unit, top, progress):
        self.said.append(("favourites", layer.name, unit))
        if unit == 5:
            return Favourites(layer, unit, (), ())
        return Favourites(layer, unit, self.ids[unit : unit + top], tuple(9.5 - place for place in range(top)))
