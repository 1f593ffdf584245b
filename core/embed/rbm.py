"""Restricted Boltzmann machine: features of photos, learned without labels, and a measure of how usual a photo is.

Smolensky 1986; Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", 2002; for real-valued
inputs Welling, Rosen-Zvi and Hinton 2004, here with unit variance on standardised inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted
from torch import Tensor
from torch.nn import functional

from core.embed.epochs import Curves, Epochs, spread
from core.embed.estimator import RowsEstimator, each
from core.embed.machine import Learner, Machine, Rule, Visible, draw, quick_in_low
from core.embed.rows import CHUNK, F32, Rows, chunks
from core.nn import seeds
from core.nn.checkpoints import Arrays
from core.nn.training import Resume
from core.progress import Progress

PRECISIONS = ("auto", "float32", "bfloat16")
JUDGED = 512
"""Rows that each epoch is measured on, of the training and of the held-out data."""
_DEAD = 0.01  # a unit whose activity varies less than this over the judged rows tells nothing


class RBM(RowsEstimator):
    """Learns ``n_hidden`` binary features of rows of numbers.

    ``visible``: "bernoulli" for values in [0, 1] (uint8 is divided by 255), "gaussian" for others, which are
    standardised. ``cd_k``: Gibbs steps of contrastive divergence; ``persistent``: chains go on from step to step (PCD;
    it wants a smaller ``learning_rate``, about a fifth); ``centred``: Montavon and Müller's updates. ``sparsity_cost``
    above 0 pulls each unit's mean towards ``sparsity_target``. ``clip``: longest gradient, of a Gaussian machine only.
    ``precision``: of the products in training, "float32", "bfloat16", or "auto": bfloat16 for a Bernoulli machine where
    the processor multiplies such numbers itself (more than twice as fast).

    Learned: ``machine_`` (tensors), ``mean_``, ``scale_`` (float32 [d], Gaussian only), ``history_`` (a value an epoch:
    reconstruction, dead_units; pseudo_likelihood of a Bernoulli machine; with held-out rows the same of those, and
    free_energy_gap, the mean free energy of held-out less that of training rows).
    """

    def __init__(
        self,
        n_hidden: int = 256,
        visible: Visible = "bernoulli",
        cd_k: int = 1,
        persistent: bool = False,
        centred: bool = True,
        learning_rate: float = 0.05,
        momentum: float = 0.9,
        weight_decay: float = 1e-4,
        sparsity_target: float = 0.1,
        sparsity_cost: float = 0.0,
        clip: float = 10.0,
        batch_size: int = 64,
        epochs: int = 20,
        precision: str = "auto",
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.n_hidden = n_hidden
        self.visible = visible
        self.cd_k = cd_k
        self.persistent = persistent
        self.centred = centred
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sparsity_target = sparsity_target
        self.sparsity_cost = sparsity_cost
        self.clip = clip
        self.batch_size = batch_size
        self.epochs = epochs
        self.precision = precision
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
        """Learn from [n, d], an array or a memory-map (read batch by batch). Raises Cancelled, ReverieError."""
        X = self._validated(X, reset=True)
        self._standardise(X)
        held_out = None if X_held_out is None else self.rows(self._validated(X_held_out))
        progress = Progress() if progress is None else progress
        progress.phase("Training the RBM", self.epochs, "rounds")
        self.fit_rows(self.rows(X), held_out, progress, resume, on_epoch)
        if resume is not None:
            resume.path.unlink(missing_ok=True)
        return self

    def fit_rows(
        self,
        rows: Rows,
        held_out: Rows | None,
        progress: Progress,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """As :meth:`fit`, from rows in the machine's own units; the checkpoint stays. For layers of a deep network."""
        self.n_features_in_ = rows.shape[1]
        seed = self._seed()
        epochs = Epochs(rows.shape[0], self.batch_size, self.epochs, seed, self.device, resume)
        learner = self.learner(rows, seed, epochs.load())
        self.machine_, self.history_, self._online = learner.machine, epochs.curves, None
        judged = rows.take(spread(rows.shape[0], JUDGED))
        apart = None if held_out is None else held_out.take(spread(held_out.shape[0], JUDGED))
        with torch.no_grad():
            epochs.run(
                lambda index, draws: learner.step(rows.take(index), self.learning_rate, draws),
                lambda draws: _measures(learner.machine, judged, apart, draws),
                lambda: {**self._own_arrays(), **learner.arrays()},
                progress,
                lambda epoch: on_epoch(self, epoch) if on_epoch is not None else None,
                epochs.done,
            )
        return self

    def partial_fit(self, X: NDArray[Any], y: object = None) -> Self:
        """One step on these rows as a batch; the first call standardises by them."""
        first = not hasattr(self, "machine_")
        X = self._validated(X, reset=first)
        if first:
            self._standardise(X)
            self.history_ = {}
        rows = self.rows(X)
        with torch.no_grad():
            if first or self._online is None:
                self._online = self.learner(rows, self._seed(), None)
                self._steps = 0
                if first:
                    self.machine_ = self._online.machine
                self._online.machine = self.machine_
            generator = seeds.generator(self._seed() * 1_000_003 + self._steps, self.device)
            self._online.step(rows.take(slice(None)), self.learning_rate, generator)
        self._steps += 1
        return self

    history_: Curves
    _online: Learner | None = None  # what partial_fit goes on with

    def learner(self, rows: Rows, seed: int, kept: Arrays | None) -> Learner:
        """What trains the machine: begun anew, or as it was kept."""
        clip = self.clip if self.visible == "gaussian" else 0.0
        rule = Rule(
            self.cd_k, self.persistent, self.centred, self.momentum, self.weight_decay, self.sparsity_target,
            self.sparsity_cost, clip, self._low(),
        )  # fmt: skip
        if kept is not None:
            machine = Machine.of(self.visible, kept, self.device)
            learner = Learner(machine, rule, torch.zeros_like(machine.visible_bias))
            learner.set_arrays(kept)
            return learner
        total, n = torch.zeros(rows.shape[1], dtype=torch.float64), 0
        for part in chunks(rows):
            known = torch.isfinite(part.sum(dim=1))
            total += part[known].sum(dim=0, dtype=torch.float64).cpu()
            n += int(known.sum())
        mean = (total / max(n, 1)).float().to(self.device)
        on = self.sparsity_target if self.sparsity_cost else 0.5
        return Learner(Machine.fresh(self.visible, mean, self.n_hidden, seed, on), rule, mean)

    def _low(self) -> bool:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision is {self.precision!r}; it can be {', '.join(PRECISIONS)}.")
        if self.precision == "auto":
            return self.visible == "bernoulli" and quick_in_low(self.device)
        return self.precision == "bfloat16"

    # ------------------------------------------------------------ asking

    @property
    def components_(self) -> F32:
        """float32 [h, d]: the weights, laid out as scikit-learn's ``BernoulliRBM`` has them."""
        check_is_fitted(self, "machine_")
        weights: F32 = self.machine_.weight.t().cpu().numpy()
        return weights

    def transform(self, X: NDArray[Any]) -> F32:
        """float32 [n, h]: the probability of each hidden unit to be on."""
        return self._each(X, self._machine().hidden)

    def reconstruct(self, X: NDArray[Any]) -> F32:
        """float32 [n, d], in the units of X: what the hidden probabilities bring back."""
        machine = self._machine()
        return self._given_back(self._each(X, lambda v: machine.visible(machine.hidden(v))))

    def free_energy(self, X: NDArray[Any]) -> F32:
        """float32 [n]: low for what the machine has seen much of."""
        return self._each(X, self._machine().free_energy)

    def score_samples(self, X: NDArray[Any]) -> F32:
        """float32 [n]: of a Bernoulli machine the pseudo-log-likelihood, estimated as scikit-learn does by flipping one
        value of each row; of a Gaussian one minus the free energy (the log-likelihood but for a constant)."""
        machine, draws = self._machine(), seeds.generator(self._seed(), self.device)
        if self.visible == "gaussian":
            return -self.free_energy(X)
        return self._each(X, lambda v: one_flip(machine, v, torch.addmm(machine.hidden_bias, v, machine.weight), draws))

    def pseudo_likelihood(self, X: NDArray[Any]) -> float:
        """The mean over rows of the exact pseudo-log-likelihood, every value flipped in turn (d times the work)."""
        machine = self._machine()
        if self.visible == "gaussian":
            raise ValueError("Pseudo-likelihood is of a Bernoulli machine; see score_samples.")
        return float(self._each(X, lambda v: every_flip(machine, v), size=64).mean())

    def gibbs(self, X: NDArray[Any], steps: int = 1, random_state: int | None = None) -> F32:
        """float32 [n, d], in the units of X: visible states after so many steps of Gibbs sampling from X."""
        machine = self._machine()
        draws = seeds.generator(self._seed() if random_state is None else random_state, self.device)

        def walk(v: Tensor) -> Tensor:
            for _ in range(steps):
                v = machine.draw_visible(draw(machine.hidden(v), draws), draws)
            return v

        return self._given_back(self._each(X, walk))

    def sample(self, n: int, steps: int = 200, random_state: int | None = None) -> F32:
        """float32 [n, d]: means of the visible units after Gibbs sampling from hidden units at random."""
        machine = self._machine()
        draws = seeds.generator(self._seed() if random_state is None else random_state, self.device)
        with torch.no_grad():
            h = (torch.rand(n, machine.n_hidden, generator=draws, device=self.device) < 0.5).float()
            for _ in range(steps):
                h = draw(machine.hidden(machine.draw_visible(h, draws)), draws)
            return self._given_back(machine.visible(h).cpu().numpy())

    def _machine(self) -> Machine:
        check_is_fitted(self, "machine_")
        return self.machine_

    def _each(self, X: NDArray[Any], ask: Callable[[Tensor], Tensor], size: int = CHUNK) -> F32:
        return each(self.rows(self._validated(X)), ask, size)

    # ------------------------------------------------------------ files

    def arrays(self) -> Arrays:
        """What was learned, for a file."""
        self._machine()
        return self._own_arrays()

    def _own_arrays(self) -> Arrays:
        return {**self.machine_.arrays(), **(self._standard_arrays() if hasattr(self, "mean_") else {})}

    def set_arrays(self, arrays: Arrays) -> Self:
        """Take what :meth:`arrays` gave to a machine of the same parameters."""
        self.machine_ = Machine.of(self.visible, arrays, self.device)
        self.n_features_in_ = self.machine_.n_visible
        if "mean" in arrays:  # not where the rows came standardised
            self._set_standard_arrays(arrays)
        self.history_ = {}
        return self


def _measures(machine: Machine, judged: Tensor, apart: Tensor | None, draws: torch.Generator) -> dict[str, float]:
    """The curves' values after an epoch."""
    inside = torch.addmm(machine.hidden_bias, judged, machine.weight)
    values = _of_rows(machine, judged, inside, draws)
    values["dead_units"] = float((inside.sigmoid().std(dim=0, unbiased=False) < _DEAD).float().mean())
    if apart is not None:
        beyond = torch.addmm(machine.hidden_bias, apart, machine.weight)
        values.update({f"{name}_held_out": value for name, value in _of_rows(machine, apart, beyond, draws).items()})
        gap = machine.free_energy_of(apart, beyond).mean() - machine.free_energy_of(judged, inside).mean()
        values["free_energy_gap"] = float(gap)
    return values


def _of_rows(machine: Machine, v: Tensor, inside: Tensor, draws: torch.Generator) -> dict[str, float]:
    values = {"reconstruction": float((machine.visible(inside.sigmoid()) - v).square().mean())}
    if machine.visible_kind == "bernoulli":
        values["pseudo_likelihood"] = float(one_flip(machine, v, inside, draws).mean())
    return values


def one_flip(machine: Machine, v: Tensor, inside: Tensor, draws: torch.Generator) -> Tensor:
    """[n, d], c + vW [n, h] -> [n]: d times the log-probability of one value, drawn for each row, given the others."""
    at = torch.randint(machine.n_visible, (len(v),), generator=draws, device=v.device)
    change = 1 - 2 * v.gather(1, at[:, None])[:, 0]
    then = functional.softplus(inside + change[:, None] * machine.weight[at]).sum(dim=1)
    more = then - functional.softplus(inside).sum(dim=1) + change * machine.visible_bias[at]
    return machine.n_visible * functional.logsigmoid(-more)


def every_flip(machine: Machine, v: Tensor) -> Tensor:
    """[n, d] -> [n]: the sum over all values of the log-probability of each given the others."""
    inside = torch.addmm(machine.hidden_bias, v, machine.weight)
    now = functional.softplus(inside).sum(dim=1)
    total = torch.zeros(len(v), device=v.device)
    for i in range(machine.n_visible):
        change = 1 - 2 * v[:, i]
        then = functional.softplus(inside + change[:, None] * machine.weight[i]).sum(dim=1)
        total += functional.logsigmoid(-(change * machine.visible_bias[i] + then - now))
    return total
