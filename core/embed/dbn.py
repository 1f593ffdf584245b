"""Deep belief network: restricted Boltzmann machines, each learning from what the one below makes of the photos.

Hinton, Osindero and Teh, "A Fast Learning Algorithm for Deep Belief Nets", Neural Computation 2006.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from core.embed.dreams import dream
from core.embed.epochs import Curves, Epochs, spread
from core.embed.estimator import RowsEstimator, each
from core.embed.machine import Machine, Visible
from core.embed.rbm import JUDGED, RBM
from core.embed.rows import F32, Rows, UpRows, chunks
from core.embed.unrolled import Tuning, Unrolled, tune
from core.embed.updown import UpDown
from core.nn.checkpoints import Arrays
from core.nn.training import History, Resume
from core.progress import Progress

_SEEDS_APART = 7919


class DBN(RowsEstimator):
    """Learns ``hidden_sizes`` layers of features, greedily from the bottom, ``epochs`` each.

    ``visible``, ``cd_k``, ``centred``, ``momentum``, ``weight_decay``, ``sparsity_*``, ``clip``, ``batch_size``,
    ``precision``: of every machine (see RBM); ``gaussian_learning_rate``: of a Gaussian bottom layer;
    ``persistent_top``: persistent chains in the top machine, for better dreams. ``up_down_epochs`` above 0: the whole
    is then tuned by up-down. For thumbnails "gaussian" is the better choice too: their values are no probabilities, and
    binary units make of photos little more than one colour.

    Learned: ``machines_``, bottom first (recognition weights); ``generative_``, those below the top that generate (the
    same objects without up-down); ``top_mean_`` float32: how often each unit below the top machine is on; ``history_``:
    one value an epoch, the layers one after another, NaN where a layer does not have the curve; ``stages_``: (name,
    first epoch) of each.
    """

    def __init__(
        self,
        hidden_sizes: tuple[int, ...] = (512, 256, 128),
        visible: Visible = "gaussian",
        cd_k: int = 1,
        persistent_top: bool = False,
        centred: bool = True,
        learning_rate: float = 0.05,
        gaussian_learning_rate: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 1e-4,
        sparsity_target: float = 0.1,
        sparsity_cost: float = 0.0,
        clip: float = 10.0,
        batch_size: int = 64,
        epochs: int = 20,
        precision: str = "auto",
        up_down_epochs: int = 0,
        up_down_learning_rate: float = 0.01,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.visible = visible
        self.cd_k = cd_k
        self.persistent_top = persistent_top
        self.centred = centred
        self.learning_rate = learning_rate
        self.gaussian_learning_rate = gaussian_learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sparsity_target = sparsity_target
        self.sparsity_cost = sparsity_cost
        self.clip = clip
        self.batch_size = batch_size
        self.epochs = epochs
        self.precision = precision
        self.up_down_epochs = up_down_epochs
        self.up_down_learning_rate = up_down_learning_rate
        self.random_state = random_state
        self.device = device

    # ------------------------------------------------------------ learning

    def fit(
        self,
        X: NDArray[Any],
        y: object = None,
        *,
        X_held_out: NDArray[Any] | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn from [n, d], an array or a memory-map. Each layer keeps a checkpoint of its own beside ``resume``.
        Raises Cancelled, ReverieError."""
        X = self._validated(X, reset=True)
        self._standardise(X)
        rows: Rows = self.rows(X)
        held_out: Rows | None = None if X_held_out is None else self.rows(self._validated(X_held_out))
        bottom, bottom_held_out = rows, held_out
        progress = Progress() if progress is None else progress
        self.machines_: list[Machine] = []
        self.history_: Curves = {}
        self.stages_: list[tuple[str, int]] = []
        for index in range(len(self.hidden_sizes)):
            progress.phase(f"Training layer {index + 1} of {len(self.hidden_sizes)}", self.epochs, "rounds")
            self._learn_layer(index, rows, held_out, progress, resume, on_epoch)
            if index + 1 < len(self.hidden_sizes):
                rows = UpRows(rows, self.machines_[index])
                held_out = None if held_out is None else UpRows(held_out, self.machines_[index])
        self.generative_ = self.machines_[:-1]
        self.top_mean_ = mean_of(rows)
        if self.up_down_epochs and len(self.machines_) > 1:
            progress.phase("Tuning all layers together", self.up_down_epochs, "rounds")
            self._up_down(bottom, bottom_held_out, rows, progress, resume, on_epoch)
        for index in range(len(self.hidden_sizes) + 1):
            if resume is not None:
                _part(resume, index).path.unlink(missing_ok=True)
        return self

    def _layer(self, index: int) -> RBM:
        """The machine of a layer, to be trained."""
        bottom = index == 0 and self.visible == "gaussian"
        return RBM(
            self.hidden_sizes[index],
            visible=self.visible if index == 0 else "bernoulli",
            cd_k=self.cd_k,
            persistent=self.persistent_top and index + 1 == len(self.hidden_sizes),
            centred=self.centred,
            learning_rate=self.gaussian_learning_rate if bottom else self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            sparsity_target=self.sparsity_target,
            sparsity_cost=self.sparsity_cost,
            clip=self.clip,
            batch_size=self.batch_size,
            epochs=self.epochs,
            precision=self.precision,
            random_state=self._seed() + _SEEDS_APART * index,
            device=self.device,
        )

    def _learn_layer(
        self,
        index: int,
        rows: Rows,
        held_out: Rows | None,
        progress: Progress,
        resume: Resume | None,
        on_epoch: Callable[[Self, int], None] | None,
    ) -> None:
        before, first = self.history_, self._epochs_done()
        below = list(self.machines_)
        self.stages_.append((f"Layer {index + 1}", first))

        def keep(rbm: RBM, epoch: int) -> None:
            self.machines_ = [*below, rbm.machine_]
            self.history_ = joined(before, first, rbm.history_)
            if on_epoch is not None:
                on_epoch(self, first + epoch)

        own = None if resume is None else _part(resume, index)
        rbm = self._layer(index).fit_rows(rows, held_out, progress, own, keep)
        self.machines_ = [*below, rbm.machine_]
        self.history_ = joined(before, first, rbm.history_)

    def _up_down(
        self,
        rows: Rows,
        held_out: Rows | None,
        below_top: Rows,
        progress: Progress,
        resume: Resume | None,
        on_epoch: Callable[[Self, int], None] | None,
    ) -> None:
        own = None if resume is None else _part(resume, len(self.hidden_sizes))
        epochs = Epochs(rows.shape[0], self.batch_size, self.up_down_epochs, self._seed() + 1, self.device, own)
        kept = epochs.load()
        learner = self._layer(len(self.hidden_sizes) - 1).learner(below_top, self._seed(), None)
        self.generative_ = [Machine.of(m.visible_kind, m.arrays(), self.device) for m in self.machines_[:-1]]
        if kept is not None:
            self._set_machines(kept)
            learner.set_arrays(kept)
        learner.machine = self.machines_[-1]
        tuner = UpDown(self.machines_, self.generative_, learner)
        before, first = self.history_, self._epochs_done()
        self.stages_.append(("Up-down", first))
        self.history_ = joined(before, first, epochs.curves)
        judged = {"": rows, **({} if held_out is None else {"_held_out": held_out})}
        judged_rows = {name: own_rows.take(spread(own_rows.shape[0], JUDGED)) for name, own_rows in judged.items()}

        def measure(_draws: torch.Generator) -> dict[str, float]:
            network = self.unroll()
            return {f"reconstruction{n}": _error(network, v) for n, v in judged_rows.items()}

        def keep(epoch: int) -> None:
            self.history_ = joined(before, first, epochs.curves)
            if on_epoch is not None:
                on_epoch(self, first + epoch)

        with torch.no_grad():
            epochs.run(
                lambda index, draws: tuner.step(rows.take(index), self.up_down_learning_rate, draws),
                measure,
                lambda: {**self._machine_arrays(), **learner.arrays()},
                progress,
                keep,
                epochs.done,
            )

    def _epochs_done(self) -> int:
        return max((len(curve) for curve in self.history_.values()), default=0)

    # ------------------------------------------------------------ asking

    def transform(self, X: NDArray[Any], layer: int = -1) -> F32:
        """float32 [n, units]: the probabilities of a layer's units, counted from 0; the top one unless told."""
        machines = self._up_to(layer)

        def ask(v: torch.Tensor) -> torch.Tensor:
            for machine in machines:
                v = machine.hidden(v)
            return v

        return each(self.rows(self._validated(X)), ask)

    def reconstruct(self, X: NDArray[Any]) -> F32:
        """float32 [n, d], in the units of X: up through all layers and down again, by means."""
        network = self.unroll()
        return self._given_back(each(self.rows(self._validated(X)), lambda v: network.decode(network.code(v))))

    def free_energy(self, X: NDArray[Any], layer: int = -1) -> F32:
        """float32 [n]: the free energy of a layer's machine, of what the layers below make of the rows."""
        *below, own = self._up_to(layer)

        def ask(v: torch.Tensor) -> torch.Tensor:
            for machine in below:
                v = machine.hidden(v)
            return own.free_energy(v)

        return each(self.rows(self._validated(X)), ask)

    def filters(self, layer: int = 0) -> F32:
        """float32 [units, d]: each unit's receptive field, its weights carried down linearly to the data."""
        field, *others = [machine.weight for machine in self._up_to(layer)]
        for weight in others:
            field = field @ weight
        fields: F32 = field.t().cpu().numpy()
        return fields * self.scale_ if self.visible == "gaussian" else fields

    def dream(
        self,
        n: int,
        steps: int = 200,
        *,
        clamp: NDArray[Any] | None = None,
        strength: float = 1.0,
        random_state: int | None = None,
    ) -> F32:
        """float32 [n, d], in the units of the data: Gibbs sampling in the top machine, then down by means.

        ``clamp``: rows of a group. The chains begin at them, in a copy of the top machine that has learned from them
        alone for a while, the longer the greater ``strength``.
        """
        self._up_to(-1)
        group = None
        if clamp is not None:
            group = torch.from_numpy(self.transform(clamp, -2) if len(self.machines_) > 1 else self._bottom(clamp))
        seed = self._seed() if random_state is None else random_state
        usual = torch.from_numpy(self.top_mean_)
        with torch.no_grad():
            v = dream(self.machines_[-1], self.generative_, n, steps, usual, group, strength, seed)
            return self._given_back(v.cpu().numpy())

    def _bottom(self, X: NDArray[Any]) -> F32:
        return each(self.rows(self._validated(X)), lambda v: v)

    def _up_to(self, layer: int) -> list[Machine]:
        check_is_fitted(self, "machines_")
        return self.machines_[: range(len(self.machines_))[layer] + 1]

    # ------------------------------------------------------------ as a network

    def unroll(self) -> Unrolled:
        """A deep autoencoder with these weights, a torch network of its own."""
        down = [*self.generative_, self.machines_[-1]]
        return Unrolled.of(self._up_to(-1), down, getattr(self, "mean_", None), getattr(self, "scale_", None))

    def fine_tune_autoencoder(
        self,
        X: NDArray[Any],
        *,
        X_held_out: NDArray[Any] | None = None,
        tuning: Tuning | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
    ) -> tuple[Unrolled, History]:
        """The unrolled network, trained to give the rows back. The DBN itself stays as it is."""
        network, tuning = self.unroll(), tuning or Tuning()
        held_out = None if X_held_out is None else self.rows(self._validated(X_held_out))
        progress = Progress() if progress is None else progress
        progress.phase("Training the autoencoder", tuning.epochs, "rounds")
        history = tune(network, self.rows(self._validated(X)), held_out, tuning, self._seed(), progress, resume)
        return network, history

    # ------------------------------------------------------------ files

    def arrays(self) -> Arrays:
        """What was learned, for a file."""
        self._up_to(-1)
        return {**self._machine_arrays(), "top_mean": self.top_mean_.copy(), **self._standard_arrays()}

    def set_arrays(self, arrays: Arrays) -> Self:
        """Take what :meth:`arrays` gave to a network of the same parameters."""
        self._set_machines(arrays)
        self._set_standard_arrays(arrays)
        self.top_mean_ = np.array(arrays["top_mean"])
        self.n_features_in_ = self.machines_[0].n_visible
        self.history_, self.stages_ = {}, []
        return self

    def _machine_arrays(self) -> Arrays:
        arrays: Arrays = {}
        for index, machine in enumerate(self.machines_):
            arrays.update(machine.arrays(f"layer{index}/"))
        for index, machine in enumerate(self.generative_):
            if machine is not self.machines_[index]:
                arrays.update(machine.arrays(f"generative{index}/"))
        return arrays

    def _set_machines(self, arrays: Arrays) -> None:
        kinds: list[Visible] = [self.visible, *(["bernoulli"] * (len(self.hidden_sizes) - 1))]  # type: ignore[list-item]
        self.machines_ = [Machine.of(k, arrays, self.device, f"layer{i}/") for i, k in enumerate(kinds)]
        self.generative_ = [
            Machine.of(k, arrays, self.device, f"generative{i}/")
            if f"generative{i}/weight" in arrays
            else self.machines_[i]
            for i, k in enumerate(kinds[:-1])
        ]


def joined(before: Curves, first: int, own: Curves) -> Curves:
    """Curves of ``first`` epochs and those of the epochs after them; NaN where one of them has no such curve."""
    length = max((len(curve) for curve in own.values()), default=0)
    names = dict.fromkeys([*before, *own])
    return {n: before.get(n, [math.nan] * first) + own.get(n, [math.nan] * length) for n in names}


def _part(resume: Resume, index: int) -> Resume:
    return replace(resume, path=resume.path.with_suffix(f".{index}{resume.path.suffix}"))


def mean_of(rows: Rows) -> F32:
    """float32 [d]."""
    total = torch.stack([part.sum(dim=0, dtype=torch.float32) for part in chunks(rows)]).sum(dim=0)
    mean: F32 = (total / rows.shape[0]).cpu().numpy()
    return mean


def _error(network: Unrolled, v: torch.Tensor) -> float:
    return float((network.decode(network.code(v)) - v).square().mean())
