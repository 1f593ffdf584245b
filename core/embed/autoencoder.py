"""Autoencoders: a short code of each photo, and what of the photo it does not bring back.

Hinton and Salakhutdinov 2006; trained to undo noise, as Vincent, Larochelle, Bengio and Manzagol, "Extracting and
Composing Robust Features with Denoising Autoencoders", ICML 2008. :class:`DenseAutoencoder` sees rows of numbers,
:class:`ConvAutoencoder` small pictures.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn
from torch.nn import functional

from core.embed.epochs import shuffled, spread
from core.embed.estimator import RowsEstimator, each
from core.embed.machine import Visible
from core.embed.rows import F32, Rows, as_float
from core.nn import seeds
from core.nn.checkpoints import Arrays, from_arrays, to_arrays
from core.nn.training import History, Resume, Schedule, Training
from core.progress import Progress

JUDGED = 1024
"""Rows that an epoch is judged on at most."""

MOST = 50_000
"""Rows of one epoch at most, drawn anew for each."""

PICTURES_AT_ONCE = 256
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Coder(nn.Module):
    """``encoder`` and ``decoder``; ``forward`` is one after the other."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.decoder(self.encoder(x))
        return y


class _Autoencoder(RowsEstimator):
    """What both share: noise on what goes in, squared error of what comes out, the best epoch kept."""

    latent_dim: int
    noise: float
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    n_features_in_: int
    history_: dict[str, list[float]]

    def fit(
        self,
        X: NDArray[Any],
        y: object = None,
        *,
        X_held_out: NDArray[Any] | None = None,
        progress: Progress | None = None,
        resume: Resume | None = None,
        on_epoch: Callable[[Self, int], None] | None = None,
    ) -> Self:
        """Learn from [n, ...], an array or a memory-map (read batch by batch). The epoch that gives rows back best is
        kept, held-out rows where there are any. Raises ValueError, Cancelled, ReverieError."""
        X = self._checked(X, reset=True)
        self._standardise(X)
        rows = self._read(X)
        apart = None if X_held_out is None else self._read(self._checked(X_held_out))
        judged = (rows if apart is None else apart).take(spread(len(X) if apart is None else apart.shape[0], JUDGED))
        self.network_ = self._seeded()
        self._take_curves(History(), apart is not None)
        progress = Progress() if progress is None else progress
        progress.phase("Training the autoencoder", self.epochs, "rounds")

        def told(history: History) -> None:
            self._take_curves(history, apart is not None)
            if on_epoch is not None:
                on_epoch(self, len(history.losses) - 1)

        schedule = Schedule(
            self.epochs, self.learning_rate, self.patience, weight_decay=self.weight_decay, decay="cosine"
        )
        training = Training(self.network_, schedule, seed=self._seed(), progress=progress, resume=resume, on_epoch=told)
        history = training.run(
            lambda rng: self._batches(rows, rng), self._loss, lambda: float(self._errors(judged).mean())
        )
        self._take_curves(history, apart is not None)
        training.forget()
        return self

    def transform(self, X: NDArray[Any]) -> F32:
        """float32 [n, latent_dim]: the codes."""
        network = self._network()
        return self._each(X, network.encoder)

    def reconstruction_error(self, X: NDArray[Any]) -> F32:
        """float32 [n]: the mean squared difference of a row and what is given back, in the units that were learned."""
        self._network()
        return self._each(X, self._errors)

    def _batches(self, rows: Rows, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """(what goes in, with noise; what is to come out)."""
        for index in batches_of(rows.shape[0], self.batch_size, MOST, rng):
            clean = rows.take(index)
            noise = rng.standard_normal(tuple(clean.shape), dtype=np.float32)
            yield clean + self.noise * torch.from_numpy(noise).to(clean.device), clean

    def _loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        given, wanted = batch
        return functional.mse_loss(self.network_(given), wanted)

    def _errors(self, x: Tensor) -> Tensor:
        """[n]: the mean squared error of each."""
        differ: Tensor = (self.network_(x) - x).square().flatten(1).mean(dim=1)
        return differ

    def _take_curves(self, history: History, held_out: bool) -> None:
        name = "reconstruction_held_out" if held_out else "reconstruction"
        self.history_ = {"loss": list(history.losses), name: list(history.judged)}

    def _seeded(self) -> Coder:
        with seeds.fixed(self._seed()):
            return self._made().to(self.device)

    def _network(self) -> Coder:
        check_is_fitted(self, "network_")
        network: Coder = self.network_
        return network.eval()

    def _each(self, X: NDArray[Any], ask: Callable[[Tensor], Tensor]) -> F32:
        X = self._checked(X)
        return each(self._read(X), ask, self._at_once())

    def arrays(self) -> Arrays:
        """What was learned, for a file."""
        return {**to_arrays(self._network(), "network/"), **self._standard_arrays(), **self._shape_arrays()}

    def set_arrays(self, arrays: Arrays) -> Self:
        """Take what :meth:`arrays` gave to an autoencoder of the same parameters. Raises WeightsError."""
        self._set_standard_arrays(arrays)
        self._set_shape(arrays)
        self.network_ = self._seeded()
        from_arrays(self.network_, arrays, "network/")
        self.network_.eval()
        self.history_ = {}
        return self

    @abstractmethod
    def _made(self) -> Coder:
        """A network, its weights drawn from the generator that is set."""

    @abstractmethod
    def _checked(self, X: NDArray[Any], reset: bool = False) -> NDArray[Any]:
        """X as it is expected. Raises ValueError."""

    @abstractmethod
    def _read(self, X: NDArray[Any]) -> Rows:
        """X in the network's units."""

    @abstractmethod
    def _at_once(self) -> int:
        """Rows that go through the network at once."""

    @abstractmethod
    def _shape_arrays(self) -> Arrays:
        """What tells the shape of the data."""

    @abstractmethod
    def _set_shape(self, arrays: Arrays) -> None:
        """Take it back."""


class DenseAutoencoder(_Autoencoder):
    """Codes of ``latent_dim`` numbers of rows [n, d], through layers of ``hidden_sizes`` rectified units and back.

    ``visible``: "gaussian" rows are standardised first, "bernoulli" ones lie in [0, 1]. ``noise``: standard deviation
    of what is added to what goes in, in the same units. Learned: ``network_``, ``mean_``, ``scale_``, ``history_``
    (loss; reconstruction, of held-out rows where there are any).
    """

    def __init__(
        self,
        hidden_sizes: tuple[int, ...] = (512,),
        latent_dim: int = 64,
        visible: Visible = "gaussian",
        noise: float = 0.3,
        epochs: int = 30,
        patience: int = 5,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.latent_dim = latent_dim
        self.visible = visible
        self.noise = noise
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def reconstruct(self, X: NDArray[Any]) -> F32:
        """float32 [n, d], in the units of X."""
        return self._given_back(self._each(X, self._network()))

    def _made(self) -> Coder:
        sizes = [self.n_features_in_, *self.hidden_sizes]
        up = _layers([*sizes, self.latent_dim])
        down = _layers([self.latent_dim, *reversed(sizes)])
        return Coder(up, down)

    def _checked(self, X: NDArray[Any], reset: bool = False) -> NDArray[Any]:
        return self._validated(X, reset)

    def _read(self, X: NDArray[Any]) -> Rows:
        rows: Rows = self.rows(X)
        return rows

    def _at_once(self) -> int:
        return 4096

    def _shape_arrays(self) -> Arrays:
        return {"features": np.array([self.n_features_in_])}

    def _set_shape(self, arrays: Arrays) -> None:
        self.n_features_in_ = int(arrays["features"][0])


class ConvAutoencoder(_Autoencoder):
    """Codes of ``latent_dim`` numbers of small pictures [n, side, side, 3], uint8 or float in [0, 1]; ``side`` is a
    multiple of 8, as 32 or 64.

    Three convolutions of stride 2, ``width``, 2 ``width`` and 4 ``width`` channels; the way back enlarges by nearest
    points, which leaves no chequers (Odena, Dumoulin and Olah 2016). ``noise``: standard deviation of what is added, of
    intensities in [0, 1]. Learned: ``network_``, ``side_``, ``history_`` (loss; reconstruction).
    """

    visible: Visible = "bernoulli"  # intensities, as they are

    def __init__(
        self,
        latent_dim: int = 64,
        width: int = 16,
        noise: float = 0.1,
        epochs: int = 30,
        patience: int = 5,
        batch_size: int = 64,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.0,
        random_state: int = 0,
        device: str = "cpu",
    ) -> None:
        self.latent_dim = latent_dim
        self.width = width
        self.noise = noise
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state
        self.device = device

    def reconstruct(self, X: NDArray[Any]) -> F32:
        """float32 [n, side, side, 3], intensities in [0, 1]."""
        return self._each(X, lambda x: self._network()(x).clamp(0.0, 1.0).permute(0, 2, 3, 1))

    def error_map(self, X: NDArray[Any]) -> F32:
        """float32 [n, side, side]: how far the colours that come back are from those of each point, the root of the
        mean square over the channels, in [0, 1]."""
        return self._each(X, lambda x: (self._network()(x).clamp(0.0, 1.0) - x).square().mean(dim=1).sqrt())

    def _made(self) -> Coder:
        channels = [3, self.width, 2 * self.width, 4 * self.width]
        small = self.side_ // 8
        up: list[nn.Module] = []
        for below, above in pairwise(channels):
            up += [nn.Conv2d(below, above, 3, 2, 1), nn.ReLU()]
        up += [nn.Flatten(), nn.Linear(channels[-1] * small**2, self.latent_dim)]
        down: list[nn.Module] = [nn.Linear(self.latent_dim, channels[-1] * small**2), nn.ReLU()]
        down.append(nn.Unflatten(1, (channels[-1], small, small)))
        for above, below in zip(channels[:0:-1], channels[-2::-1], strict=True):
            down += [nn.Upsample(scale_factor=2), nn.Conv2d(above, max(below, self.width), 3, 1, 1), nn.ReLU()]
        down.append(nn.Conv2d(self.width, 3, 3, 1, 1))
        return Coder(nn.Sequential(*up), nn.Sequential(*down))

    def _checked(self, X: NDArray[Any], reset: bool = False) -> NDArray[Any]:
        if X.ndim != 4 or X.shape[1] != X.shape[2] or X.shape[1] % 8 or X.shape[3] != 3:
            raise ValueError(f"Pictures [n, side, side, 3] with a side of a multiple of 8 are expected, not {X.shape}.")
        if reset:
            self.side_ = int(X.shape[1])
            self.n_features_in_ = self.side_**2 * 3
        elif X.shape[1] != self.side_:
            raise ValueError(f"Pictures of {self.side_} points a side are expected, not {X.shape[1]}.")
        return X

    def _read(self, X: NDArray[Any]) -> Rows:
        return _Pictures(X, self.device)

    def _at_once(self) -> int:
        return PICTURES_AT_ONCE

    def _shape_arrays(self) -> Arrays:
        return {"side": np.array([self.side_])}

    def _set_shape(self, arrays: Arrays) -> None:
        self.side_ = int(arrays["side"][0])
        self.n_features_in_ = self.side_**2 * 3


class _Pictures:
    """Pictures [n, side, side, 3] as float32 [k, 3, side, side] in [0, 1]."""

    def __init__(self, array: NDArray[Any], device: str) -> None:
        self._array, self._device = array, device
        self.shape = (int(array.shape[0]), int(np.prod(array.shape[1:])))

    def take(self, index: I64 | slice) -> Tensor:
        return torch.from_numpy(as_float(self._array[index])).permute(0, 3, 1, 2).contiguous().to(self._device)


def batches_of(n: int, batch: int, most: int, rng: np.random.Generator) -> Iterator[I64]:
    """The rows of an epoch, batch by batch: all of n, or ``most`` of them."""
    chosen = np.arange(n) if n <= most else rng.choice(n, most, replace=False)
    for rows in shuffled(len(chosen), batch, rng):
        yield np.sort(chosen[rows])


def _layers(sizes: list[int]) -> nn.Sequential:
    """Linear layers with rectified units between them."""
    parts: list[nn.Module] = []
    for below, above in pairwise(sizes):
        parts += [nn.Linear(below, above), nn.ReLU()]
    return nn.Sequential(*parts[:-1])
