"""Penalised logistic regression where examples are few and dimensions many: solved in the space of the examples."""

from __future__ import annotations

import numpy as np

from core.group.base import F64
from core.group.gaps import sigmoid

ROUNDS = 60


def dual_weights(kernel: F64, target: F64, weight: F64, offset: F64) -> F64:
    """float64 [m]: a with f = kernel a, the most likely function values under a Gaussian prior of covariance ``kernel``
    [m, m], for weighted examples whose log odds are offset + f and whose labels are ``target`` in [0, 1].

    Newton's method as for the mode of a Gaussian process classifier (Rasmussen & Williams 2006, algorithm 3.1), with
    steps kept short where the odds are saturated.
    """
    f, alpha = np.zeros(len(target)), np.zeros(len(target))
    for _ in range(ROUNDS):
        p = sigmoid(offset + f)
        curve = np.maximum(weight * p * (1 - p), 1e-9)
        root = np.sqrt(curve)
        inner = np.eye(len(target)) + root[:, None] * kernel * root[None, :]
        b = curve * f + weight * (target - p)
        fresh = b - root * np.linalg.solve(inner, root * (kernel @ b))
        move = kernel @ fresh - f
        length = float(np.abs(move).max())
        step = min(1.0, 4.0 / max(length, 1e-12))
        f, alpha = f + step * move, alpha + step * (fresh - alpha)
        if step == 1.0 and length < 1e-6:
            break
    return alpha
