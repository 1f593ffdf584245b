"""Kinds that learn: a probe on the vectors moves the log odds that the cues give, as far as examples ask for it.

Kernel logistic regression with a Gaussian prior (Rasmussen & Williams 2006, chapter 3): log odds = those of the cues +
weight . (vector - mean) + bias. Photos beside the examples are asked to stay as the cues have them, so that a few
corrections move what looks like them and leave the rest alone. Arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.group.base import F32, F64
from core.group.logistic import dual_weights, sigmoid

Bools = NDArray[np.bool_]
BLOCK = 65_536
MOST_LOGIT = 4.0
"""Cues are never surer than this, so that examples can overrule them."""
RARE = -4.0
"""Log odds of a kind that the person taught, before any example."""


@dataclass(frozen=True, slots=True)
class ProbeParams:
    """``spread``: prior variance of the weights (unit vectors that differ by an angle of 60° can move by its root);
    ``shift`` that of the bias; ``beside``: how much all photos beside the examples weigh against one example."""

    spread: float = 40.0
    shift: float = 0.25
    beside: float = 0.5


DEFAULT = ProbeParams()


@dataclass(frozen=True, slots=True)
class Probe:
    """One learned kind: weight float32 [d] on vectors, bias, and from how many examples."""

    weight: F32
    bias: float
    yes: int
    no: int

    def logits(self, vectors: NDArray[np.float16] | F32, cues: F64) -> F64:
        """float64 [n]: log odds of each photo from its vector [n, d] and the log odds of its cues; a photo without a
        vector (all zero) keeps the latter."""
        out = np.array(cues, dtype=np.float64)
        for start in range(0, len(vectors), BLOCK):
            block = np.asarray(vectors[start : start + BLOCK], dtype=np.float32)
            seen = block.any(axis=1)
            out[start : start + BLOCK] += np.where(seen, block @ self.weight + self.bias, 0.0)
        return out


def cue_logits(strength: F32 | F64) -> F64:
    """Log odds of strengths in [0, 1], within what examples can overrule."""
    p = np.clip(np.asarray(strength, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.clip(np.log(p / (1 - p)), -MOST_LOGIT, MOST_LOGIT)


def fit(vectors: F32, label: Bools, cues: F64, beside: F32, beside_cues: F64, params: ProbeParams = DEFAULT) -> Probe:
    """The probe of one kind from examples (vectors float32 [e, d], label bool [e], log odds of their cues float64 [e])
    and photos beside them ([b, d], [b]) that should stay as they are. Raises ValueError without examples."""
    if len(vectors) == 0:
        raise ValueError("a probe needs examples")
    x = np.concatenate([vectors, beside]).astype(np.float64)
    mean = x[len(vectors) :].mean(axis=0) if len(beside) else x.mean(axis=0)
    offset = np.concatenate([cues, beside_cues])
    target = np.concatenate([label.astype(np.float64), sigmoid(beside_cues)])
    rest = params.beside * len(vectors) / max(len(beside), 1)
    weight = np.concatenate([np.ones(len(vectors)), np.full(len(beside), rest)])
    x -= mean
    alpha = dual_weights(params.spread * (x @ x.T) + params.shift, target, weight, offset)
    w = params.spread * (alpha @ x)
    bias = params.shift * float(alpha.sum()) - float(w @ mean)
    return Probe(w.astype(np.float32), bias, int(label.sum()), int((~label).sum()))


def fit_taught(vectors: F32, label: Bools, beside: F32, params: ProbeParams = DEFAULT) -> Probe:
    """The probe of a kind that has no cues: examples against photos of the library, which are rarely of it.

    It decides half way between what hardly any of those reach (a few may be of it) and what the examples reach when
    left out themselves.
    """
    none, rare = np.full(len(vectors), RARE), np.full(len(beside), RARE)
    probe = fit(vectors, label, none, beside, rare, params)
    if not label.any():
        return probe
    rest = probe.logits(beside, rare) if len(beside) else np.array([RARE])
    high = float(np.quantile(rest, 0.98)) if len(rest) >= 20 else float(rest.max())
    bar = (high + _left_out(vectors, label, beside, params)) / 2
    return Probe(probe.weight, probe.bias - max(bar, high), probe.yes, probe.no)


def _left_out(vectors: F32, label: Bools, beside: F32, params: ProbeParams) -> float:
    """The median log odds of positive examples, each judged by a probe without it (at most eight of them)."""
    found = []
    for i in np.flatnonzero(label)[:8].tolist():
        keep = np.arange(len(vectors)) != i
        if not label[keep].any():
            return 0.0
        cues = np.full(len(vectors) - 1, RARE)
        other = fit(vectors[keep], label[keep], cues, beside, np.full(len(beside), RARE), params)
        found.append(float(other.logits(vectors[i : i + 1], np.array([RARE]))[0]))
    return float(np.median(found))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of held-out examples, the share that the cues and the probes decide rightly."""

    rule: float
    learned: float
    held_out: int


def cross_validate(
    vectors: Mapping[str, F32], label: Mapping[str, Bools], cues: Mapping[str, F64], beside: F32,
    beside_cues: Mapping[str, F64], *, folds: int = 5, seed: int = 0, params: ProbeParams = DEFAULT,
) -> Verdict:  # fmt: skip
    """Every example of every kind judged by a probe that has not seen it."""
    rng = np.random.default_rng(seed)
    rule: list[Bools] = []
    learned: list[Bools] = []
    for kind, x in vectors.items():
        y, c = label[kind], cues[kind]
        fold = rng.permutation(len(x)) % min(folds, max(len(x), 1))
        for part in range(int(fold.max(initial=-1)) + 1):
            out = fold == part
            if out.all():
                continue
            probe = fit(x[~out], y[~out], c[~out], beside, beside_cues[kind], params)
            learned.append((probe.logits(x[out], c[out]) >= 0) == y[out])
            rule.append((c[out] >= 0) == y[out])
    if not rule:
        return Verdict(0.0, 0.0, 0)
    both = np.concatenate(rule), np.concatenate(learned)
    return Verdict(float(both[0].mean()), float(both[1].mean()), len(both[0]))
