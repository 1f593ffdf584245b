"""Building an embedder from weights: in torch, or through a graph that is exported once and kept."""

from __future__ import annotations

import importlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.device import Device
from core.embed.base import InputSpec
from core.embed.catalogue import DEFAULT, ENTRIES, FAMILIES
from core.embed.labels import names_for
from core.embed.model import Head, Model, NetworkEmbedder
from core.embed.weights import version
from core.errors import WeightsError
from core.nn import graphs
from core.nn.runtime import GraphRunner, Runner

if TYPE_CHECKING:
    from core.nn.graphs import Stored

_log = logging.getLogger(__name__)


def load_model(name: str, weights: Path, digest: str) -> Model:
    """The network in torch. Imports torch, and the library of the family. Raises WeightsError."""
    if name == DEFAULT:
        from core.embed import cnn

        return cnn.load(weights, ENTRIES[DEFAULT].spec, digest)
    family, _, network = name.partition("-")
    try:
        adapter = importlib.import_module(FAMILIES[family].adapter)
    except ImportError as error:
        raise WeightsError(f"{name} needs a package. Install it: {FAMILIES[family].install}") from error
    model: Model = adapter.load(network, weights, digest)
    return model


def in_torch(name: str, weights: Path, digest: str, device: Device) -> NetworkEmbedder:
    """On a GPU."""
    from core.nn.torch_runner import TorchRunner

    model = load_model(name, weights, digest)
    return _embedder(name, digest, model.spec, model.dim, TorchRunner(model.network, device), model.head)


def on_cpu(name: str, weights: Path, digest: str, cache: Path, threads: int | None) -> NetworkEmbedder:
    """Through the graph in ``cache``, made now if it is not there, damaged, or of other weights."""
    stem = f"{name}-{version(digest)}"
    stored = graphs.load(cache, stem, digest)
    if stored is not None:
        runner = GraphRunner(stored.graph, threads=threads)
        return _embedder(name, digest, _spec(stored), int(stored.texts["dim"]), runner, _head(stored))
    model = load_model(name, weights, digest)
    graph = _export_and_keep(model, digest, cache, stem)
    return _embedder(name, digest, model.spec, model.dim, GraphRunner(graph, threads=threads), model.head)


def _export_and_keep(model: Model, digest: str, cache: Path, stem: str) -> bytes:
    from core.nn.export import to_onnx

    graph = to_onnx(model.network, model.spec.size, {"weights_sha256": digest})
    arrays = {"weight": model.head.weight, "bias": model.head.bias} if model.head is not None else {}
    texts = {"spec": json.dumps(asdict(model.spec)), "dim": str(model.dim)}
    try:
        graphs.save(cache, stem, graph, arrays, texts, digest)
    except OSError as error:
        _log.warning("The exported network cannot be kept (%s); it is made again next time.", error)
    return graph


def _embedder(name: str, digest: str, spec: InputSpec, dim: int, runner: Runner, head: Head | None) -> NetworkEmbedder:
    labels = names_for(len(head.bias)) if head is not None else ()
    return NetworkEmbedder(name, version(digest), spec, dim, runner, head, labels)


def _spec(stored: Stored) -> InputSpec:
    values = json.loads(stored.texts["spec"])
    return InputSpec(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})


def _head(stored: Stored) -> Head | None:
    return Head(stored.arrays["weight"], stored.arrays["bias"]) if stored.arrays else None
