"""What a stored vector says its photo shows: class probabilities from the head kept beside the embedder's graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.embed import registry, weights
from core.embed.base import Embedding
from core.embed.labels import names_for
from core.embed.model import Head
from core.errors import ReverieError
from core.nn import graphs

LEAST = 0.02
"""Labels less probable than this say nothing to a person."""


def top_labels(
    name: str, version: str, vector: NDArray[np.float16], norm: float, top: int = 5
) -> tuple[tuple[str, float], ...]:
    """(label, probability) of a vector float16 [dim] of length ``norm`` before normalising, the likeliest first.

    Empty where this embedder has no head, or none is kept on this machine.
    """
    head = _head(name, version)
    labels = names_for(len(head.bias)) if head is not None else ()
    if head is None or not labels or len(vector) != head.weight.shape[1]:
        return ()
    shares = head.probabilities(Embedding(vector[None], np.array([norm], np.float32)))[0]
    order = np.argsort(-shares, kind="stable")[:top]
    return tuple((labels[i], float(shares[i])) for i in order.tolist() if shares[i] >= LEAST)


def head_of(name: str, version: str) -> tuple[Head, tuple[str, ...]] | None:
    """The head of an embedder and the names of its classes; None where none is kept on this machine."""
    head = _head(name, version)
    return None if head is None else (head, names_for(len(head.bias)))


_heads: dict[tuple[str, str], Head] = {}


def _head(name: str, version: str) -> Head | None:
    """The head of exactly this version, without loading the network; kept once found."""
    if (name, version) not in _heads:
        found = _load_head(name, version)
        if found is None:
            return None
        _heads[name, version] = found
    return _heads[name, version]


def _load_head(name: str, version: str) -> Head | None:
    try:
        path = weights.find(name)
        digest = weights.verified(name, path) if path is not None else ""
    except ReverieError:
        return None
    if path is None or weights.version(digest) != version:
        return None
    stored = graphs.load(registry.default_cache(), f"{name}-{version}", digest)
    return Head(stored.arrays["weight"], stored.arrays["bias"]) if stored is not None and stored.arrays else None
