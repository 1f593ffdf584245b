"""A stack of layers as a torch network: what it makes of rows and what it gives back; trained further by gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.embed.epochs import shuffled, spread
from core.embed.machine import Machine
from core.embed.rows import F32, Rows
from core.nn import seeds
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress

JUDGED = 2048
"""Rows that an epoch is judged on at most."""


class Unrolled(nn.Module):
    """A deep autoencoder: ``encode`` [n, d] -> codes [n, k] in [0, 1], ``decode`` back, ``forward`` both.

    Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 2006: the layers of
    a stack of Boltzmann machines, then their transposes. Rows come in the units of the person's data; ``mean`` and
    ``scale`` are part of the network. ``decode`` gives means in standardised units ("gaussian") or probabilities
    ("bernoulli"); ``given_back`` turns them into the units of the data.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, sizes: Sequence[int], visible: str, mean: Tensor | None = None, scale: Tensor | None = None):
        super().__init__()
        pairs = list(pairwise(sizes))
        self.visible, self.sizes = visible, tuple(sizes)
        self.encoder = nn.ModuleList([nn.Linear(below, above) for below, above in pairs])
        self.decoder = nn.ModuleList([nn.Linear(above, below) for below, above in reversed(pairs)])
        self.register_buffer("mean", torch.zeros(sizes[0]) if mean is None else mean.clone())
        self.register_buffer("scale", torch.ones(sizes[0]) if scale is None else scale.clone())

    @classmethod
    def of(cls, up: Sequence[Machine], down: Sequence[Machine], mean: F32 | None, scale: F32 | None) -> Unrolled:
        """From the machines of a stack, bottom first: ``up`` recognise, ``down`` generate."""
        sizes = [up[0].n_visible, *(machine.n_hidden for machine in up)]
        own = [None if x is None else torch.from_numpy(x) for x in (mean, scale)]
        network = cls(sizes, up[0].visible_kind, *own)
        with torch.no_grad():
            for layer, machine in zip(network.encoder, up, strict=True):
                _give(layer, machine.weight.t(), machine.hidden_bias)
            for layer, machine in zip(network.decoder, reversed(down), strict=True):
                _give(layer, machine.weight, machine.visible_bias)
        return network.to(up[0].weight.device)

    def standardised(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.scale

    def given_back(self, x: Tensor) -> Tensor:
        return x * self.scale + self.mean

    def logits(self, x: Tensor) -> Tensor:
        """Standardised rows -> the code before its sigmoid."""
        for layer in self.encoder[:-1]:
            x = torch.sigmoid(layer(x))
        code: Tensor = self.encoder[-1](x)
        return code

    def outputs(self, code: Tensor) -> Tensor:
        """Codes -> the bottom layer before its activation."""
        for layer in self.decoder[:-1]:
            code = torch.sigmoid(layer(code))
        out: Tensor = self.decoder[-1](code)
        return out

    def code(self, standardised: Tensor) -> Tensor:
        """:meth:`encode` for rows that are standardised already."""
        return torch.sigmoid(self.logits(standardised))

    def encode(self, x: Tensor) -> Tensor:
        return self.code(self.standardised(x))

    def decode(self, code: Tensor) -> Tensor:
        out = self.outputs(code)
        return torch.sigmoid(out) if self.visible == "bernoulli" else out

    def forward(self, x: Tensor) -> Tensor:
        return self.given_back(self.decode(self.encode(x)))

    def loss(self, standardised: Tensor, noise: float = 0.0) -> Tensor:
        """Cross-entropy of values in [0, 1], half the squared error of others; a value's mean. ``noise``: standard
        deviation of what is added to the codes' logits, which drives them apart (semantic hashing)."""
        logits = self.logits(standardised)
        if noise and self.training:
            logits = logits + noise * torch.randn_like(logits)
        out = self.outputs(torch.sigmoid(logits))
        if self.visible == "bernoulli":
            return functional.binary_cross_entropy_with_logits(out, standardised)
        return 0.5 * functional.mse_loss(out, standardised)


def _give(layer: nn.Module, weight: Tensor, bias: Tensor) -> None:
    assert isinstance(layer, nn.Linear)
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)


@dataclass(frozen=True, slots=True)
class Tuning:
    """How an unrolled network is trained: epochs at most, Adam's learning rate, epochs without progress, batch."""

    epochs: int = 20
    learning_rate: float = 1e-3
    patience: int = 5
    batch_size: int = 128
    noise: float = 0.0


def tune(
    network: Unrolled,
    rows: Rows,
    held_out: Rows | None,
    tuning: Tuning,
    seed: int,
    progress: Progress,
    resume: Resume | None = None,
    on_epoch: Callable[[History], None] | None = None,
) -> History:
    """Train an autoencoder to give rows (in standardised units) back; the best epoch on held-out rows is kept."""
    schedule = Schedule(tuning.epochs, tuning.learning_rate, tuning.patience, decay="cosine")
    training = Training(network, schedule, seed=seed, progress=progress, resume=resume, on_epoch=on_epoch)
    judges = rows if held_out is None else held_out
    judged = judges.take(spread(judges.shape[0], JUDGED))

    def batches(rng: np.random.Generator) -> Iterator[Tensor]:
        return (rows.take(index) for index in shuffled(rows.shape[0], tuning.batch_size, rng))

    return training.run(batches, lambda x: network.loss(x, tuning.noise), lambda: float(network.loss(judged)))


class Classifier(nn.Module):
    """A stack's encoder and a linear head: standardised rows [n, d] -> logits [n, classes]. Dropout on every layer.

    Its units are rectified, with the weights of the stack: a rectified unit is close to the number of those on among
    many copies of a binary unit (Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML
    2010), and does not saturate while it learns from labels. Inputs come less their ``mean``. Not ``pretrained``:
    weights at random, drawn from ``seed``, as the head's always are.
    """

    mean: Tensor

    def __init__(
        self,
        encoder: Unrolled,
        classes: int,
        mean: Tensor,
        dropout: float,
        input_dropout: float,
        seed: int,
        pretrained: bool = True,
    ) -> None:
        super().__init__()
        with seeds.fixed(seed):
            self.layers = nn.ModuleList([nn.Linear(below, above) for below, above in pairwise(encoder.sizes)])
            self.head = nn.Linear(encoder.sizes[-1], classes)
        self.dropout, self.input_dropout = nn.Dropout(dropout), nn.Dropout(input_dropout)
        self.register_buffer("mean", mean.clone())
        if pretrained:
            self._take(encoder)

    def _take(self, encoder: Unrolled) -> None:
        for mine, theirs in zip(self.layers, encoder.encoder, strict=True):
            mine.load_state_dict(theirs.state_dict())
        first = self.layers[0]
        assert isinstance(first, nn.Linear)
        with torch.no_grad():
            first.bias.add_(first.weight @ self.mean)

    def features(self, x: Tensor) -> Tensor:
        x = self.input_dropout(x - self.mean)
        for layer in self.layers:
            x = self.dropout(torch.relu(layer(x)))
        return x

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(x))
        return logits


def agreement(logits: Tensor, others: Tensor) -> Tensor:
    """The mean of -log of the probability that two rows are of one class, for pairs of rows [n, classes].

    Van Gansbeke et al., "SCAN: Learning to Classify Images without Labels", ECCV 2020.
    """
    both = logits.log_softmax(dim=1) + others.log_softmax(dim=1)
    return -both.logsumexp(dim=1).mean()


def nearest(rows: Tensor, k: int, size: int = 1024) -> Tensor:
    """int64 [n, k]: the k nearest other rows of each, by Euclidean distance."""
    square = rows.square().sum(dim=1)
    found = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        distance = square - 2 * (part @ rows.t())
        index = torch.arange(len(part), device=rows.device)
        distance[index, start + index] = torch.inf
        found.append(distance.topk(min(k, len(rows) - 1), largest=False).indices)
    return torch.cat(found)
