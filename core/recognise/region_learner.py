"""The recursive network as an estimator: it learns which neighbours belong together and what every region is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from torch import Tensor, nn

from core.errors import ReverieError
from core.nn import seeds
from core.nn.checkpoints import from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress
from core.recognise import tree
from core.recognise.rntn import LearnedMerger, Plan, TreeNetwork
from core.recognise.superpixels import RegionGraph
from core.recognise.tree import F64, I64, Forest

UNKNOWN = -1
"""Label of a leaf that nobody labelled: it is ignored."""
_ROUNDS = 60  # of the solver of the logistic regression
Graphs = Sequence[RegionGraph]
Labels = Sequence[NDArray[Any]]
"""Of each picture int [s], or float [s, classes]: the share of each superpixel that is of class 0, 1, ..."""


class RegionTreeNetwork(BaseEstimator):  # type: ignore[misc]
    """Recursive neural tensor network; with ``tensor`` False the plain recursive network.

    ``latent_dim`` d of a node's vector; ``rank`` of the tensor, 0: in full; ``components``: of the whitened principal
    components that a leaf's features become; ``node_weight``, ``merge_weight``: of the losses of inner nodes' labels
    and of merges beside that of the leaves' labels; ``balance``: how much larger regions wait. Every class weighs the
    same (by area). Learned: ``classes_`` int64, ``network_``, ``mean_``, ``projection_``, ``history_``.
    """

    def __init__(
        self,
        tensor: bool = True,
        latent_dim: int = 32,
        rank: int = 32,
        components: int = 160,
        dropout: float = 0.2,
        node_weight: float = 0.3,
        merge_weight: float = 0.3,
        balance: float = 0.3,
        epochs: int = 8,
        batch: int = 8,
        learning_rate: float = 3e-3,
        weight_decay: float = 1e-2,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.tensor = tensor
        self.latent_dim = latent_dim
        self.rank = rank
        self.components = components
        self.dropout = dropout
        self.node_weight = node_weight
        self.merge_weight = merge_weight
        self.balance = balance
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def fit(
        self,
        X: Graphs,
        y: Labels,
        *,
        X_held_out: Graphs | None = None,
        y_held_out: Labels | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn from pictures' superpixels and their labels, UNKNOWN (or a row of zeros) where nobody said.

        The epoch of the best class-average accuracy on the held-out part is kept, else the last. Raises ReverieError
        where fewer than two labels are given, Cancelled.
        """
        self.classes_ = _classes(y)
        if len(self.classes_) < 2:
            raise ReverieError("Regions of at least two kinds must be named before they can be learned.")
        self._learn_features(X)
        self._class_weight = torch.from_numpy(self._weights(X, y)).to(self.device)
        self.network_ = self._seeded()
        self._start_from_leaves(X, y)
        self.history_: dict[str, list[float]] = {"loss": []}
        held = None if X_held_out is None or y_held_out is None else (X_held_out, y_held_out)
        schedule = Schedule(self.epochs, self.learning_rate, self.epochs, 1.0, self.weight_decay, "cosine")

        def told(history: History) -> None:
            self._remember(history, held is not None)
            if on_epoch is not None:
                on_epoch(self, len(history.losses) - 1)

        training = Training(
            self.network_, schedule, seed=self.random_state, progress=progress or Progress(), resume=resume,
            on_epoch=told,
        )  # fmt: skip

        def judge() -> float:
            if held is None:
                return -float(len(training.history.losses))  # always the last
            return 1.0 - self.score(*held)

        self._remember(training.run(lambda rng: self._batches(X, y, rng), self._loss, judge), held is not None)
        return self

    def predict_proba(self, X: Graphs) -> list[NDArray[np.float32]]:
        """float32 [s, classes] of each picture's leaves."""
        return [each[: len(g.area)] for g, (_, each) in zip(X, self.trees(X), strict=True)]

    def predict(self, X: Graphs) -> list[I64]:
        """int64 [s]: the label of each leaf."""
        return [self.classes_[each.argmax(axis=1)] for each in self.predict_proba(X)]

    def score(self, X: Graphs, y: Labels) -> float:
        """Class-average accuracy by area over labelled leaves."""
        target, said = self._targets(X, y), np.concatenate(self.predict(X))
        right = (target * (said[:, None] == self.classes_[None, :])).sum(axis=0)
        total = target.sum(axis=0)
        return float(np.mean(right[total > 0] / total[total > 0])) if (total > 0).any() else float("nan")

    def tree(self, graph: RegionGraph) -> tuple[I64, NDArray[np.float32]]:
        """children int64 [s - 1, 2] of merge k (node s + k), and label probabilities float32 [2s - 1, classes]."""
        return self.trees([graph])[0]

    def trees(self, X: Graphs) -> list[tuple[I64, NDArray[np.float32]]]:
        """:meth:`tree` of many pictures."""
        out: list[tuple[I64, NDArray[np.float32]]] = []
        self.network_.eval()
        for start in range(0, len(X), 4 * self.batch):
            part = X[start : start + 4 * self.batch]
            features = self._features(part)
            forest = self._grow(part, features).forest
            with torch.no_grad():
                _, scores = self.network_(features, Plan(forest, self.device))
            chance = scores.softmax(dim=1).cpu().numpy()
            for i, g in enumerate(part):
                begin, end = forest.offset[i], forest.offset[i + 1]
                out.append((forest.children[begin + len(g.area) : end] - begin, chance[begin:end]))
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for a file."""
        own: dict[str, NDArray[Any]] = {"classes": self.classes_, "mean": self.mean_, "projection": self.projection_}
        return {**own, **to_arrays(self.network_, "network/")}

    def set_arrays(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take what :meth:`arrays` gave to a network of the same parameters. Raises WeightsError."""
        self.classes_ = np.asarray(arrays["classes"], np.int64)
        self.mean_ = np.asarray(arrays["mean"], np.float32)
        self.projection_ = np.asarray(arrays["projection"], np.float32)
        self.network_ = self._seeded()
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        self.history_ = {}
        return self

    # ------------------------------------------------------------ inside

    def _seeded(self) -> TreeNetwork:
        with seeds.fixed(self.random_state):
            return TreeNetwork(
                self.projection_.shape[1],
                self.latent_dim,
                len(self.classes_),
                tensor=self.tensor,
                rank=self.rank,
                dropout=self.dropout,
            ).to(self.device)

    def _learn_features(self, graphs: Graphs) -> None:
        self.mean_, self.projection_ = whitening(np.concatenate([g.features for g in graphs]), self.components)
        self.n_features_in_ = len(self.mean_)

    def _start_from_leaves(self, graphs: Graphs, labels: Labels) -> None:
        """Begin where labels are read from each leaf alone, by logistic regression: the tree has only to learn what
        the surroundings add."""
        target = torch.from_numpy(self._targets(graphs, labels).astype(np.float32)).to(self.device)
        known = target.sum(dim=1) > 0
        weight, bias = logistic(self._features(graphs)[known], (target * self._class_weight)[known])
        with torch.no_grad():
            self.network_.own.weight.copy_(weight)
            self.network_.label.weight.zero_()
            self.network_.label.bias.copy_(bias)

    def _features(self, graphs: Graphs) -> Tensor:
        x = (np.concatenate([g.features for g in graphs]) - self.mean_) @ self.projection_
        return torch.from_numpy(x.astype(np.float32)).to(self.device)

    def _weights(self, graphs: Graphs, labels: Labels) -> NDArray[np.float32]:
        """float32 [classes]: what makes every class weigh the same over the training part."""
        total = self._targets(graphs, labels).sum(axis=0)
        return np.asarray(total.sum() / np.maximum(total, 1e-9) / len(total), np.float32)

    def _targets(self, graphs: Graphs, labels: Labels) -> F64:
        """float64 [leaves, classes]: a leaf's area in the column of its label; zeros where unknown."""
        label = np.concatenate([np.asarray(each) for each in labels])
        area = np.concatenate([g.area for g in graphs]).astype(np.float64)
        share = label[:, self.classes_] if label.ndim == 2 else label[:, None] == self.classes_[None, :]
        return np.asarray(share * area[:, None], np.float64)

    def _grow(self, graphs: Graphs, features: Tensor) -> Grown:
        area = np.concatenate([g.area for g in graphs]).astype(np.float64)
        leaves = tree.leaf_nodes(graphs)
        nodes = int(tree.offsets(graphs)[-1])
        merger = LearnedMerger(self.network_, features, leaves, area, nodes, self.balance)
        return Grown(tree.grow(graphs, merger), merger)

    def _batches(self, graphs: Graphs, labels: Labels, rng: np.random.Generator) -> Iterator[tuple[Graphs, Labels]]:
        order = rng.permutation(len(graphs))
        for start in range(0, len(order), self.batch):
            chosen = order[start : start + self.batch].tolist()
            yield [graphs[i] for i in chosen], [labels[i] for i in chosen]

    def _loss(self, batch: tuple[Graphs, Labels]) -> Tensor:
        """Cross-entropy of leaves, of inner nodes against the labels within them, and of merges against one label."""
        graphs, labels = batch
        features = self._features(graphs)
        grown = self._grow(graphs, features)
        forest = grown.forest
        vectors, scores = self.network_(features, Plan(forest, self.device))
        share = forest.summed(self._targets(graphs, labels))
        loss = self._label_loss(scores, share, forest.leaf)
        if self.node_weight > 0:
            loss = loss + self.node_weight * self._label_loss(scores, share, ~forest.leaf)
        if self.merge_weight > 0:
            loss = loss + self.merge_weight * self._merge_loss(vectors, share, grown)
        return loss

    def _label_loss(self, scores: Tensor, share: F64, rows: NDArray[np.bool_]) -> Tensor:
        """Cross-entropy against the shares of labels, each area weighed by its class."""
        target = torch.from_numpy(share[rows].astype(np.float32)).to(scores.device) * self._class_weight
        chosen = scores[torch.from_numpy(np.flatnonzero(rows)).to(scores.device)]
        return -(target * chosen.log_softmax(dim=1)).sum() / target.sum().clamp(min=1e-9)

    def _merge_loss(self, vectors: Tensor, share: F64, grown: Grown) -> Tensor:
        """Of all pairs that were asked about: log loss of the score against the chance that points drawn from either
        have the same label. Pairs with nothing labelled in one of them do not count."""
        total = share.sum(axis=1, keepdims=True)
        chance = share / np.maximum(total, 1e-12)
        pairs = np.concatenate(grown.merger.asked)
        pairs = pairs[(total[pairs, 0] > 0).all(axis=1)]
        same = (chance[pairs[:, 0]] * chance[pairs[:, 1]]).sum(axis=1).astype(np.float32)
        a, b = (vectors[torch.from_numpy(np.ascontiguousarray(side)).to(vectors.device)] for side in pairs.T)
        if not len(pairs):
            return vectors.sum() * 0
        target = torch.from_numpy(same).to(vectors.device)
        return nn.functional.binary_cross_entropy_with_logits(self.network_.merge_scores(a, b), target)

    def _remember(self, history: History, held_out: bool) -> None:
        self.history_ = {"loss": list(history.losses)}
        if held_out:
            self.history_["class_accuracy_held_out"] = [1.0 - value for value in history.judged]


def _classes(labels: Labels) -> I64:
    """The classes that any leaf has, rising."""
    if len(labels) and np.asarray(labels[0]).ndim == 2:
        return np.flatnonzero(sum(np.asarray(each).sum(axis=0) for each in labels)).astype(np.int64)
    known = np.unique(np.concatenate([np.asarray(each, np.int64) for each in labels])) if len(labels) else np.zeros(0)
    return known[known >= 0].astype(np.int64)


class Grown:
    """A forest and the merger that grew it."""

    def __init__(self, forest: Forest, merger: LearnedMerger) -> None:
        self.forest, self.merger = forest, merger


def whitening(x: NDArray[np.float32], components: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean [d] and projection [d, k] to the k first principal components of the standardised columns, of variance 1."""
    mean = x.mean(axis=0, dtype=np.float64)
    sd = np.maximum(x.std(axis=0, dtype=np.float64), 1e-6)
    scaled = (x - mean) / sd
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    kept = np.argsort(-values, kind="stable")[:components]
    kept = kept[values[kept] > 1e-8 * values[kept[0]]]
    projection = vectors[:, kept] / np.sqrt(values[kept]) / sd[:, None]
    return mean.astype(np.float32), projection.astype(np.float32)


def logistic(x: Tensor, target: Tensor, penalty: float = 1e-3) -> tuple[Tensor, Tensor]:
    """Weight [classes, k] and bias [classes] of the multinomial logistic regression of x [n, k] on weighed shares of
    classes [n, classes]; ``penalty``: of the squared weights, where the loss is a mean."""
    weight = x.new_zeros(target.shape[1], x.shape[1]).requires_grad_()
    bias = x.new_zeros(target.shape[1]).requires_grad_()
    total = target.sum()
    solver = torch.optim.LBFGS([weight, bias], max_iter=_ROUNDS, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        scores = nn.functional.linear(x, weight, bias).log_softmax(dim=1)
        value: Tensor = -(target * scores).sum() / total + penalty * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    solver.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()
