"""The restricted Boltzmann machine itself: its energy, its conditional distributions, and one step of learning.

Energy with binary visible units: E(v, h) = -b'v - c'h - v'Wh; with Gaussian ones of unit variance:
E(v, h) = |v - b|² / 2 - c'h - v'Wh (Hinton, "A Practical Guide to Training Restricted Boltzmann Machines", 2010).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.nn.checkpoints import Arrays

Visible = Literal["bernoulli", "gaussian"]
KINDS = ("bernoulli", "gaussian")
_SPREAD = 0.05  # of weights to begin with
_SURE = 0.01  # a unit's share of time on is kept this far from 0 and 1 when its bias is set by it


@dataclass(slots=True)
class Machine:
    """``weight`` float32 [d, h], ``visible_bias`` [d], ``hidden_bias`` [h], tensors on one device. ``low``: conditional
    distributions are computed in bfloat16."""

    visible_kind: Visible
    weight: Tensor
    visible_bias: Tensor
    hidden_bias: Tensor
    low: bool = False

    @property
    def n_visible(self) -> int:
        return int(self.weight.shape[0])

    @property
    def n_hidden(self) -> int:
        return int(self.weight.shape[1])

    def hidden(self, v: Tensor) -> Tensor:
        """[n, d] -> [n, h]: the probability of each hidden unit to be on."""
        return self._product(v, self.weight, self.hidden_bias).sigmoid_()

    def visible(self, h: Tensor) -> Tensor:
        """[n, h] -> [n, d]: the mean of each visible unit."""
        mean = self._product(h, self.weight.t(), self.visible_bias)
        return mean.sigmoid_() if self.visible_kind == "bernoulli" else mean

    def _product(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        if self.low:
            return low_product(x, weight).float().add_(bias)
        return torch.addmm(bias, x, weight)

    def draw_visible(self, h: Tensor, generator: torch.Generator) -> Tensor:
        """[n, h] -> [n, d]: visible units drawn given the hidden ones."""
        mean = self.visible(h)
        if self.visible_kind == "bernoulli":
            return draw(mean, generator)
        return mean.add_(torch.empty_like(mean).normal_(generator=generator))

    def free_energy(self, v: Tensor) -> Tensor:
        """[n, d] -> [n]: F(v) = -log of the sum over h of exp(-E(v, h))."""
        return self.free_energy_of(v, torch.addmm(self.hidden_bias, v, self.weight))

    def free_energy_of(self, v: Tensor, inside: Tensor) -> Tensor:
        """The same where c + vW [n, h] is known."""
        on = functional.softplus(inside).sum(dim=1)
        if self.visible_kind == "bernoulli":
            return -(v @ self.visible_bias) - on
        return (v - self.visible_bias).square().sum(dim=1) / 2 - on

    def is_finite(self) -> bool:
        return all(bool(torch.isfinite(t.sum())) for t in (self.weight, self.visible_bias, self.hidden_bias))

    def arrays(self, prefix: str = "") -> Arrays:
        """What was learned, for a file."""
        named = {"weight": self.weight, "visible_bias": self.visible_bias, "hidden_bias": self.hidden_bias}
        return {f"{prefix}{name}": tensor.cpu().numpy().copy() for name, tensor in named.items()}

    @classmethod
    def of(cls, kind: Visible, arrays: Arrays, device: str, prefix: str = "") -> Machine:
        """What :meth:`arrays` gave."""
        names = ("weight", "visible_bias", "hidden_bias")
        weight, b, c = (torch.from_numpy(np.array(arrays[f"{prefix}{name}"])).to(device) for name in names)
        return cls(kind, weight, b, c)

    @classmethod
    def fresh(cls, kind: Visible, mean: Tensor, n_hidden: int, seed: int, on: float = 0.5) -> Machine:
        """Small random weights; visible biases by the mean [d] of the data, hidden ones so that units are on with
        probability ``on``."""
        device = str(mean.device)
        draws = torch.Generator().manual_seed(seed)
        weight = (torch.randn(len(mean), n_hidden, generator=draws) * _SPREAD).to(device)
        bias = torch.logit(mean.clamp(_SURE, 1 - _SURE)) if kind == "bernoulli" else mean.clone()
        return cls(kind, weight, bias, torch.full((n_hidden,), math.log(on / (1 - on)), device=device))


def draw(probability: Tensor, generator: torch.Generator) -> Tensor:
    """0 or 1 with these probabilities, as float."""
    chance = torch.empty_like(probability).uniform_(generator=generator)
    return torch.lt(chance, probability, out=chance)


def low_product(a: Tensor, b: Tensor) -> Tensor:
    """a b in bfloat16: sums are kept in float32, factors and result have 8 bits."""
    return a.bfloat16() @ b.bfloat16()


def quick_in_low(device: str) -> bool:
    """Whether products in bfloat16 are the quicker ones: the processor or GPU multiplies such numbers itself."""
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return device == "cpu" and bool(able.get("avx512_bf16") or able.get("amx_bf16"))


@dataclass(frozen=True, slots=True)
class Rule:
    """How a machine learns: the parameters of :class:`core.embed.rbm.RBM` of the same names."""

    cd_k: int
    persistent: bool
    centred: bool
    momentum: float
    weight_decay: float
    sparsity_target: float
    sparsity_cost: float
    clip: float
    low: bool = False


class Learner:
    """Steps of contrastive divergence for one machine.

    Centred updates after Montavon and Müller, "Deep Boltzmann Machines and the Centering Trick", 2012, put into the
    ordinary parameters as by Melchior, Fischer and Wiskott, "How to Center Deep Boltzmann Machines", 2016. Persistent
    chains after Tieleman, ICML 2008. ``offset_v`` [d], ``offset_h`` [h]: what is subtracted; ``activity`` [h]: running
    mean of the hidden units, held to the sparsity target; ``chains`` [batch, h]: hidden states, none before a first
    step or without persistence; ``velocity``: of weight and biases, for momentum.
    """

    SLIDE = 0.01
    ACTIVITY_SLIDE = 0.1

    def __init__(self, machine: Machine, rule: Rule, mean: Tensor) -> None:
        self.machine, self.rule = machine, rule
        self.offset_v = mean if rule.centred else torch.zeros_like(mean)
        self.offset_h = machine.hidden_bias.sigmoid() if rule.centred else torch.zeros_like(machine.hidden_bias)
        self.activity = machine.hidden_bias.sigmoid()
        self.chains: Tensor | None = None
        self.velocity = [torch.zeros_like(t) for t in self._parameters()]

    def _parameters(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.machine.weight, self.machine.visible_bias, self.machine.hidden_bias

    def step(self, v: Tensor, rate: float, generator: torch.Generator) -> bool:
        """One step up the (approximate) gradient at the batch [n, d]; False, and nothing changed, where that is not
        finite."""
        quick = replace(self.machine, low=self.rule.low)
        h = quick.hidden(v)
        start = draw(h, generator) if self.chains is None else self.chains
        v_model, h_model, state = self._negative(quick, start, generator)
        wanted = h
        if self.rule.sparsity_cost:
            wanted = h - self.rule.sparsity_cost * (self.activity - self.rule.sparsity_target)
        if not self._apply(v, wanted, v_model, h_model, rate):
            return False
        if self.rule.persistent:
            self.chains = state
        self._slide(h)
        return True

    def _negative(self, quick: Machine, start: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Visible states and hidden probabilities after ``cd_k`` steps of Gibbs sampling, and hidden states to go on
        from (only where they are needed)."""
        state = start
        for step in range(self.rule.cd_k):
            v = quick.draw_visible(state, generator)
            h = quick.hidden(v)
            if step + 1 < self.rule.cd_k or self.rule.persistent:
                state = draw(h, generator)
        return v, h, state

    def _apply(self, v: Tensor, h: Tensor, v_model: Tensor, h_model: Tensor, rate: float) -> bool:
        left, right, dv, dh = signed_rows(v, h, v_model, h_model, self.offset_v, self.offset_h)
        size = dv.square().sum() + dh.square().sum()
        if not bool(torch.isfinite(size)):
            return False
        if self.rule.centred:
            dv = dv - left.t() @ (right @ self.offset_h)
            dh = dh - right.t() @ (left @ self.offset_v)
        weight, *biases = self._parameters()
        keep = 1.0 - rate * self.rule.weight_decay
        if self.rule.momentum or self.rule.clip:
            self._accelerate(left, right, dv, dh, rate)
            weight.mul_(keep).add_(self.velocity[0])
        else:  # nothing but one multiplication
            _add_product(weight, left, right, keep, rate, self.rule.low)
            self.velocity[1:] = [dv * rate, dh * rate]
        for bias, velocity in zip(biases, self.velocity[1:], strict=True):
            bias.add_(velocity)
        return True

    def _accelerate(self, left: Tensor, right: Tensor, dv: Tensor, dh: Tensor, rate: float) -> None:
        if self.rule.clip:
            gradient = low_product(left.t(), right).float() if self.rule.low else left.t() @ right
            rate *= self._shrink(gradient, dv, dh)
            self.velocity[0].mul_(self.rule.momentum).add_(gradient, alpha=rate)
        else:
            _add_product(self.velocity[0], left, right, self.rule.momentum, rate, self.rule.low)
        for velocity, own in zip(self.velocity[1:], (dv, dh), strict=True):
            velocity.mul_(self.rule.momentum).add_(own, alpha=rate)

    def _shrink(self, *gradient: Tensor) -> float:
        """The factor that cuts the gradient's length at ``clip``."""
        if not self.rule.clip:
            return 1.0
        norm = math.sqrt(sum(float(part.square().sum()) for part in gradient))
        return min(1.0, self.rule.clip / max(norm, 1e-12))

    def _slide(self, h: Tensor) -> None:
        mean = h.mean(dim=0)
        if self.rule.centred:
            self.offset_h = torch.lerp(self.offset_h, mean, self.SLIDE)
        if self.rule.sparsity_cost:
            self.activity = torch.lerp(self.activity, mean, self.ACTIVITY_SLIDE)

    def arrays(self) -> Arrays:
        """The state beside the machine's, to go on from."""
        tensors = {"offset_h": self.offset_h, "activity": self.activity, "offset_v": self.offset_v}
        tensors.update({f"velocity/{i}": t for i, t in enumerate(self.velocity)})
        if self.chains is not None:
            tensors["chains"] = self.chains
        return {f"learner/{name}": t.cpu().numpy().copy() for name, t in tensors.items()}

    def set_arrays(self, arrays: Arrays) -> None:
        """Take what :meth:`arrays` gave."""
        device = self.machine.weight.device
        state = {k.removeprefix("learner/"): torch.from_numpy(np.array(v)).to(device) for k, v in arrays.items()}
        self.offset_h, self.activity, self.offset_v = state["offset_h"], state["activity"], state["offset_v"]
        self.velocity = [state[f"velocity/{i}"] for i in range(3)]
        self.chains = state.get("chains")


def _add_product(to: Tensor, left: Tensor, right: Tensor, keep: float, rate: float, low: bool) -> None:
    """``to`` = keep ``to`` + rate L'R, in place."""
    if not low:
        to.addmm_(left.t(), right, beta=keep, alpha=rate)
        return
    if keep != 1.0:
        to.mul_(keep)
    to.add_(low_product(left.t(), right), alpha=rate)


def signed_rows(
    v: Tensor, h: Tensor, v_model: Tensor, h_model: Tensor, offset_v: Tensor, offset_h: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Matrices L and R whose product L'R is the centred gradient of the weights, <(v - m)(h - l)'> in the data less the
    same in the model, and the differences of the means, dv [d] and dh [h].

    The rows of the model carry a minus; the offsets come in as two rows more, since centring is of rank two.
    """
    n, m = len(v), len(v_model)
    dv, dh = v.mean(dim=0) - v_model.mean(dim=0), h.mean(dim=0) - h_model.mean(dim=0)
    left = torch.cat([v, v_model, dv[None], offset_v[None]])
    right = torch.cat([h / n, h_model / -m, -offset_h[None], -dh[None]])
    return left, right, dv, dh
