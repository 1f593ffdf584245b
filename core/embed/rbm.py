"""The restricted Boltzmann machine: hidden units that learn, without labels, what goes together in what they see.

Contrastive divergence (Hinton 2002) and its persistent form (Tieleman 2008), with the recipe of Hinton's practical
guide (2010) and centred updates (Montavon and Müller 2012; Melchior, Fischer and Wiskott 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from torch import Tensor

from core.embed.rbm_steps import Moments, gradient, hidden_input, moments, softplus_sum
from core.embed.rbm_steps import Weights as RbmWeights
from core.embed.streams import F32, Matrix, Scaling, batches_of, rows_of, sample_rows, stream_scaling
from core.errors import ReverieError
from core.nn import seeds
from core.nn.resuming import load_state, save_state
from core.nn.training import Resume
from core.progress import Progress

R = TypeVar("R", bound="RBM")
Visible = Literal["bernoulli", "gaussian"]
_EPOCH_STRIDE = 1_000_003
_JUDGED = 1000
_DEAD = 0.01
_CENTRE_RATE = 0.01


class RBM(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Features float32 [n, n_hidden] in (0, 1) of rows [n, n_visible].

    ``visible`` "bernoulli": rows in [0, 1]; "gaussian": any rows, standardised here (unit variance is assumed of the
    model). ``cd_k``: steps of Gibbs sampling; ``persistent``: chains that go on (PCD), else from the data each time.
    ``centred``: updates are made of what differs from running means. ``sparsity_target`` (0: none): mean activation
    that hidden units are drawn to with ``sparsity_cost``. ``momentum``: half of it in the first five epochs.
    ``clip``: largest norm of a step's gradient of the weights. The same ``random_state`` gives the same bits on a CPU.

    After ``fit``: ``history_`` (reconstruction: mean squared error; dead_units: share of hidden units that are on, or
    off, in all but a hundredth of rows; free_energy_gap: mean free energy of held-out rows less that of training rows,
    with held-out ones; pseudo_likelihood of bernoulli rows), ``n_features_in_``, ``weights_``.
    """

    def __init__(
        self,
        n_hidden: int = 256,
        *,
        visible: Visible = "bernoulli",
        cd_k: int = 1,
        persistent: bool = False,
        centred: bool = True,
        learning_rate: float = 0.05,
        momentum: float = 0.9,
        weight_decay: float = 1e-4,
        sparsity_target: float = 0.0,
        sparsity_cost: float = 0.0,
        batch_size: int = 128,
        epochs: int = 20,
        clip: float = 10.0,
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
        self.batch_size = batch_size
        self.epochs = epochs
        self.clip = clip
        self.random_state = random_state
        self.device = device

    # ------------------------------------------------------------ learning

    def fit(
        self: R,
        X: Matrix,
        y: object = None,
        *,
        X_held_out: Matrix | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[R, int], None] | None = None,
    ) -> R:
        """Learn from [n, n_visible]; memory maps are read batch by batch.

        ``on_epoch(self, epoch)`` after each epoch, once it is kept. Raises Cancelled (the checkpoint stays),
        ReverieError where the numbers run away, ValueError for rows that cannot be learned from.
        """
        rows = rows_of(X)
        progress = progress or Progress()
        self._begin(rows)
        start = self._restore(resume)
        progress.phase("Learning features", self.epochs, "rounds")
        for epoch in range(start, self.epochs):
            progress.set(epoch)
            self._epoch(rows, epoch, progress)
            self._measure(rows, None if X_held_out is None else rows_of(X_held_out), epoch)
            self._keep(resume, epoch)
            progress.set(epoch + 1)
            if on_epoch is not None:
                on_epoch(self, epoch)
        return self

    def _begin(self, rows: Matrix) -> None:
        if self.visible not in ("bernoulli", "gaussian"):
            raise ValueError(f"visible is bernoulli or gaussian, not {self.visible}")
        self.n_features_in_ = rows.shape[1]
        self.scaling_ = stream_scaling(rows) if self.visible == "gaussian" else Scaling.none(rows.shape[1])
        self.history_: dict[str, list[float]] = {}
        generator = seeds.generator(self.random_state)
        W = 0.01 * torch.randn(self.n_features_in_, self.n_hidden, generator=generator)
        some = self._scaled(sample_rows(rows, _JUDGED, self.random_state))
        mean = some.mean(dim=0).cpu()
        if self.visible == "bernoulli":
            held = mean.clamp(0.01, 0.99)
            mean_bias = torch.log(held / (1 - held))
        else:
            mean_bias = mean.clone()
        self.weights_ = RbmWeights(W, mean_bias, torch.zeros(self.n_hidden)).to(self.device)
        self._speed = RbmWeights(*(torch.zeros_like(t) for t in self.weights_)).to(self.device)
        self._centre_v = mean.to(self.device)
        self._centre_h = torch.full((self.n_hidden,), 0.5, device=self.device)
        self._chain = torch.zeros(0, self.n_hidden, device=self.device)
        if not self.centred:
            self._centre_v, self._centre_h = torch.zeros_like(self._centre_v), torch.zeros_like(self._centre_h)

    def _epoch(self, rows: Matrix, epoch: int, progress: Progress) -> None:
        rng = np.random.default_rng([self.random_state, epoch])
        chance = seeds.generator(self.random_state * _EPOCH_STRIDE + epoch, self.device)
        error, steps, skipped = torch.zeros((), device=self.device), 0, 0
        for batch in self._batches(rows, rng):
            progress.check()
            steps += 1
            made = self._step(batch, epoch, chance)
            if made is None:
                skipped += 1
            else:
                error += made
        if steps and skipped > steps // 2:
            raise ReverieError("The training ran into numbers that are not finite, and was stopped.")
        self._note("reconstruction", float(error) / max(steps - skipped, 1))

    def _batches(self, rows: Matrix, rng: np.random.Generator) -> Iterator[Tensor]:
        for chunk in batches_of(rows, self.batch_size, rng):
            yield self._scaled(chunk)

    def _step(self, v: Tensor, epoch: int, chance: torch.Generator) -> Tensor | None:
        """One update; the squared error of the reconstruction, None (and no update) where it is not finite."""
        w = self.weights_
        h = torch.sigmoid(hidden_input(v, w))
        start = self._chain if self.persistent and len(self._chain) == len(v) else torch.bernoulli(h, generator=chance)
        v_model, h_model, mean = self._gibbs(start, self.cd_k, chance)
        if self.persistent:
            self._chain = torch.bernoulli(h_model, generator=chance)
        step = gradient(moments(v, h), moments(v_model, h_model), self._centre_v, self._centre_h)
        if self.sparsity_target > 0:
            step = self._sparser(step, h, v)
        norm = step.W.norm()
        if not bool(torch.isfinite(norm)):
            return None
        scale = min(1.0, self.clip / (float(norm) + 1e-12))
        self._update(step, scale, epoch)
        if self.centred:
            self._centre_v.lerp_(v.mean(dim=0), _CENTRE_RATE)
            self._centre_h.lerp_(h.mean(dim=0), _CENTRE_RATE)
        seen = mean if not self.persistent else self._mean_visible(h)
        return ((v - seen) ** 2).mean()

    def _update(self, step: RbmWeights, scale: float, epoch: int) -> None:
        momentum = self.momentum if epoch >= 5 else self.momentum / 2
        rate = self.learning_rate * (1 - momentum) * scale
        self._speed.W.mul_(momentum).add_(step.W, alpha=rate)
        if self.weight_decay:
            self._speed.W.add_(self.weights_.W, alpha=-self.weight_decay * rate)
        self._speed.b.mul_(momentum).add_(step.b, alpha=rate)
        self._speed.c.mul_(momentum).add_(step.c, alpha=rate)
        for value, speed in zip(self.weights_, self._speed, strict=True):
            value.add_(speed)

    def _sparser(self, step: RbmWeights, h: Tensor, v: Tensor) -> RbmWeights:
        """Draws mean activations to the target (Lee, Ekanadham and Ng 2008), by biases and weights alike."""
        pull = self.sparsity_cost * (self.sparsity_target - h.mean(dim=0))
        slope = (h * (1 - h)).mean(dim=0)
        return RbmWeights(step.W + torch.outer(v.mean(dim=0), pull * slope), step.b, step.c + pull)

    # ------------------------------------------------------------ what it measures

    def _measure(self, rows: Matrix, held_out: Matrix | None, epoch: int) -> None:
        some = sample_rows(rows, _JUDGED, self.random_state + 1)
        v = self._scaled(some)
        activity = torch.sigmoid(hidden_input(v, self.weights_))
        dead = ((activity > 0.5).float().mean(dim=0) - 0.5).abs() >= 0.5 - _DEAD
        spread = activity.std(dim=0, correction=0) < _DEAD
        self._note("dead_units", float((dead & spread).float().mean()))
        if self.visible == "bernoulli":
            self._note("pseudo_likelihood", float(self.score_samples(some, seed=epoch).mean()))
        if held_out is not None:
            other = self._scaled(sample_rows(held_out, _JUDGED, self.random_state + 1))
            gap = self._free_energy(other).mean() - self._free_energy(v).mean()
            self._note("free_energy_gap", float(gap))
            self._note("reconstruction_held_out", float(((other - self._back_and_forth(other)) ** 2).mean()))

    def _note(self, name: str, value: float) -> None:
        self.history_.setdefault(name, []).append(value)

    # ------------------------------------------------------------ what it does

    def transform(self, X: Matrix) -> F32:
        """Probabilities of the hidden units, float32 [n, n_hidden]."""
        return self._by_blocks(X, lambda v: torch.sigmoid(hidden_input(v, self.weights_)))

    def free_energy(self, X: Matrix) -> F32:
        """float32 [n]: -log of the unnormalised probability; large where a row is strange to the model."""
        return self._by_blocks(X, self._free_energy)

    def reconstruct(self, X: Matrix) -> F32:
        """float32 [n, n_visible]: what is left of rows after one mean-field step up and down, in their own units."""
        return self._by_blocks(X, lambda v: self.scaling_.undone(self._back_and_forth(v)))

    def gibbs(self, X: Matrix, steps: int = 1, *, seed: int = 0) -> F32:
        """float32 [n, n_visible]: the chains of the rows after ``steps`` of Gibbs sampling (the last as a mean)."""
        chance = seeds.generator(seed, self.device)
        v = self._scaled(np.asarray(rows_of(X)))
        start = torch.bernoulli(torch.sigmoid(hidden_input(v, self.weights_)), generator=chance)
        return self.scaling_.undone(self._gibbs(start, steps, chance)[2]).cpu().numpy()

    def sample(self, n: int, steps: int = 200, *, seed: int = 0) -> F32:
        """float32 [n, n_visible]: what the model makes up, from chains begun by chance."""
        chance = seeds.generator(seed, self.device)
        start = torch.bernoulli(torch.full((n, self.n_hidden), 0.5, device=self.device), generator=chance)
        return self.scaling_.undone(self._gibbs(start, steps, chance)[2]).cpu().numpy()

    def score_samples(self, X: Matrix, *, seed: int = 0) -> F32:
        """float32 [n]: a stochastic estimate of the log pseudo-likelihood of bernoulli rows, one flipped unit each, as
        scikit-learn's ``BernoulliRBM`` measures it. Raises ValueError for gaussian ones."""
        if self.visible != "bernoulli":
            raise ValueError("the pseudo-likelihood is that of bernoulli rows")
        v = self._scaled(np.asarray(rows_of(X)))
        unit = torch.from_numpy(np.random.default_rng(seed).integers(0, v.shape[1], len(v))).to(v.device)
        flipped = v.clone()
        index = torch.arange(len(v), device=v.device)
        flipped[index, unit] = 1 - flipped[index, unit]
        gained = self._free_energy(flipped) - self._free_energy(v)
        score: F32 = (v.shape[1] * torch.nn.functional.logsigmoid(gained)).cpu().numpy()
        return score

    def _free_energy(self, v: Tensor) -> Tensor:
        w = self.weights_
        up = softplus_sum(hidden_input(v, w))
        if self.visible == "gaussian":
            return 0.5 * ((v - w.b) ** 2).sum(dim=1) - up
        return -(v @ w.b) - up

    def _mean_visible(self, h: Tensor) -> Tensor:
        w = self.weights_
        total = torch.addmm(w.b, h, w.W.t())
        return total if self.visible == "gaussian" else torch.sigmoid_(total)

    def _back_and_forth(self, v: Tensor) -> Tensor:
        return self._mean_visible(torch.sigmoid(hidden_input(v, self.weights_)))

    def _gibbs(self, h: Tensor, steps: int, chance: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """From binary hidden states, after ``steps``: visible states (means of gaussian ones), the probabilities of the
        hidden units given them, and the mean of the visible ones."""
        for k in range(steps):
            mean = self._mean_visible(h)
            v = mean if self.visible == "gaussian" else torch.bernoulli(mean, generator=chance)
            if self.visible == "gaussian" and k < steps - 1:
                v = mean + torch.randn(mean.shape, generator=chance, device=mean.device)
            probability = torch.sigmoid_(hidden_input(v, self.weights_))
            if k < steps - 1:
                h = torch.bernoulli(probability, generator=chance)
        return v, probability, mean

    # ------------------------------------------------------------ data and weights

    def _scaled(self, rows: NDArray[Any]) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(rows, np.float32)).to(self.device)
        return self.scaling_.done(tensor)

    def _by_blocks(self, X: Matrix, work: Callable[[Tensor], Tensor], block: int = 4096) -> F32:
        rows = rows_of(X)
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {rows.shape[1]} features, but RBM is expecting {self.n_features_in_} features")
        parts = [work(self._scaled(rows[at : at + block])).cpu().numpy() for at in range(0, len(rows), block)]
        return np.concatenate(parts) if parts else work(self._scaled(rows[:0])).cpu().numpy()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, by name, for :mod:`core.nn.checkpoints`; ``get_params`` and these build it again."""
        return {**self.weights_.arrays(), **self.scaling_.arrays()}

    def set_arrays(self: R, arrays: dict[str, NDArray[Any]]) -> R:
        """Take what :meth:`arrays` gave."""
        self.weights_ = RbmWeights.of_arrays(arrays).to(self.device)
        self.scaling_ = Scaling.of_arrays(arrays)
        self.n_features_in_ = len(arrays["b"])
        return self

    def _keep(self, resume: Resume | None, epoch: int) -> None:
        if resume is None:
            return
        state = {f"now/{k}": v for k, v in self.weights_.arrays().items()}
        state |= {f"speed/{k}": v for k, v in self._speed.arrays().items()}
        others = {"centre_v": self._centre_v, "centre_h": self._centre_h, "chain": self._chain}
        state |= {name: tensor.cpu().numpy() for name, tensor in others.items()}
        save_state(resume, state, {"epoch": epoch + 1, "history": self.history_})

    def _restore(self, resume: Resume | None) -> int:
        """The epoch to go on with, the state being that of the checkpoint; 0 without one of this very run."""
        found = load_state(resume)
        if found is None:
            return 0
        state, told = found
        self.weights_ = RbmWeights.of_arrays(state, "now/").to(self.device)
        self._speed = RbmWeights.of_arrays(state, "speed/").to(self.device)
        tensors = (
            torch.from_numpy(np.array(state[name])).to(self.device) for name in ("centre_v", "centre_h", "chain")
        )
        self._centre_v, self._centre_h, self._chain = tensors
        self.history_ = told["history"]
        return int(told["epoch"])


__all__ = ["RBM", "Moments"]
