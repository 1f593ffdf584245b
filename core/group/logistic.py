"""Penalised logistic regression: of few dimensions, or solved in the space of the examples where those are few."""

from __future__ import annotations

import numpy as np

from core.group.base import F64

ROUNDS = 60


def sigmoid(z: F64) -> F64:
    out: F64 = 0.5 * (1.0 + np.tanh(0.5 * z))
    return out


def primal_weights(x: F64, target: F64, weight: F64, offset: F64, ridge: F64) -> F64:
    """float64 [p]: the weights of the columns of ``x`` [n, p] that are most likely for weighted examples whose log odds
    are offset + x weights and whose labels are ``target`` in [0, 1], less ridge [p] / 2 * weights².

    Newton's method with no weight moved by more than 1 in a step.
    """
    beta = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        p = sigmoid(offset + x @ beta)
        gradient = x.T @ (weight * (p - target)) + ridge * beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        length = float(np.abs(step).max())
        beta -= step / max(length, 1.0)
        if length < 1e-9:
            break
    return beta


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
