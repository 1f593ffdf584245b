"""The arithmetic of a restricted Boltzmann machine: its weights, what an update is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Weights(NamedTuple):
    """W float32 [n_visible, n_hidden]; b [n_visible] and c [n_hidden], the biases."""

    W: Tensor
    b: Tensor
    c: Tensor

    def to(self, device: str) -> Weights:
        return Weights(*(tensor.to(device) for tensor in self))

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: tensor.cpu().numpy().copy() for name, tensor in zip(self._fields, self, strict=True)}

    @staticmethod
    def of_arrays(arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Weights:
        return Weights(*(torch.from_numpy(np.array(arrays[f"{prefix}{name}"])) for name in Weights._fields))


class Moments(NamedTuple):
    """Means over data or over the model: vh [n_visible, n_hidden], v [n_visible], h [n_hidden]."""

    vh: Tensor
    v: Tensor
    h: Tensor


def hidden_input(v: Tensor, w: Weights) -> Tensor:
    """[n, n_hidden]: what the hidden units receive. (The same for visible units of both kinds, with unit variance.)"""
    return torch.addmm(w.c, v, w.W)


def softplus_sum(hidden: Tensor) -> Tensor:
    """[n]: the hidden units summed out of the free energy."""
    return torch.nn.functional.softplus(hidden).sum(dim=1)


def moments(v: Tensor, h: Tensor) -> Moments:
    """Means over the rows of v [n, n_visible] and h [n, n_hidden]."""
    return Moments(v.t() @ h / len(v), v.mean(dim=0), h.mean(dim=0))


def gradient(data: Moments, model: Moments, centre_v: Tensor, centre_h: Tensor) -> Weights:
    """The direction of an update: that of the log likelihood where both centres are 0, else its centred form.

    The centred direction is the plain one of a machine whose units are counted from their means, carried back to the
    plain parameters (Melchior, Fischer and Wiskott 2016, eqs. 12-14).
    """
    dv, dh = data.v - model.v, data.h - model.h
    W = data.vh - model.vh - torch.outer(centre_v, dh) - torch.outer(dv, centre_h)
    return Weights(W, dv - W @ centre_h, dh - centre_v @ W)
