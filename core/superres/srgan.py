"""SRGAN: a generator that enlarges, taught by content and by a discriminator that knows photographs.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017: the
generator is pretrained on content alone; then content as a recognising network sees it, plus 1e-3 of the adversarial
loss. Declared for the trainer of all our GANs; what its generator gets is the small picture, not noise.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.errors import WeightsError
from core.gan.base import Batch, Parameters, Shape, Variant, common
from core.nn import checkpoints
from core.records_lab import Parameter
from core.superres.content import Content
from core.superres.models import WEIGHTS
from core.superres.networks import Compact
from core.superres.srresnet import SRResNet

OWN = (
    Parameter("scale", "4", "how many times larger", choices=("2", "4"), basic=True),
    Parameter(
        "network", "compact", "what enlarges: our compact network, or SRResNet, five times slower at equal width",
        choices=("compact", "srresnet"), basic=True,
    ),
    Parameter("n_feats", 32, "channels of the network that enlarges", low=4, high=128),
    Parameter("n_blocks", 8, "its depth: convolutions, or residual blocks", low=1, high=32),
    Parameter("pretrained", True, "begin with the compact network that comes with the program, where it fits"),
    Parameter("pretraining", 500, "first steps, on the absolute difference alone", low=0, high=1_000_000, basic=True),
    Parameter("crop", 96, "side of the pieces it learns from, in points of the large picture", low=16, high=512),
    Parameter("d_feats", 16, "channels of the discriminator's first layer", low=4, high=128),
    Parameter("l1_weight", 0.03, "weight of the absolute difference after pretraining", low=0.0, high=1e3),
    Parameter("perceptual_weight", 0.02, "weight of the difference of the CNN's maps", low=0.0, high=1e3),
    Parameter("adversarial_weight", 1e-3, "weight of what the discriminator says", low=0.0, high=10.0, basic=True),
)  # fmt: skip


class Enlarger(nn.Module):
    """A network for pictures in [0, 1] as a generator: ``forward(small, labels)``, float32 in [-1, 1] -> the same."""

    def __init__(self, network: Compact | SRResNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, small: Tensor, labels: Tensor | None = None) -> Tensor:
        large: Tensor = 2 * self.network((small + 1) / 2) - 1
        return large


class Critic(nn.Module):
    """Convolutions that halve the picture three times; the logit is the mean over all places, as each of them sees a
    part alone (Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017)."""

    def __init__(self, n_feats: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for level in range(3):
            outputs = n_feats << level
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.LeakyReLU(0.2)]
            layers += [nn.Conv2d(outputs, outputs, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
            inputs = outputs
        self.body = nn.Sequential(*layers, nn.Conv2d(inputs, 1, 3, padding=1))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Float32 [n, 3, h, w] in [-1, 1] -> [n]."""
        logits: Tensor = self.body(x).mean(dim=(1, 2, 3))
        return logits


class Srgan(Variant):
    """``start``: weights of a compact network to begin with, instead of those that come with the program."""

    name = "srgan"
    title = "SRGAN"
    what = "Enlarges photos with crisp texture in the manner of the pictures it was trained on, some of it invented."
    sizes = (32, 48, 64, 96, 128, 192, 256)
    latent = False
    exact_size = False
    parameters = tuple(
        parameter
        for parameter in common(*OWN, batch_size=16, learning_rate=1e-4, beta1=0.9, diffaugment="")
        if parameter.name != "latent_dim"
    )

    def __init__(self, start: Path | None = None) -> None:
        self.start = start

    def generator(self, shape: Shape, parameters: Parameters) -> Enlarger:
        """Raises ValueError for pictures without colour, WeightsError where the weights to begin with are damaged."""
        if shape.channels != 3:
            raise ValueError(f"{self.title} enlarges pictures with colour.")
        scale, width, depth = (int(parameters[name]) for name in ("scale", "n_feats", "n_blocks"))
        if parameters["network"] == "srresnet":
            return Enlarger(SRResNet(scale, width, depth))
        network = Compact(scale, width, depth)
        path = self.start or WEIGHTS / f"compact-x{scale}.safetensors"
        if self.start is not None or (parameters["pretrained"] and path.is_file()):
            _begin_with(network, path, required=self.start is not None)
        return Enlarger(network)

    def discriminator(self, shape: Shape, parameters: Parameters) -> Critic:
        return Critic(int(parameters["d_feats"]))

    def batch(self, real: Tensor, labels: Tensor | None, parameters: Parameters, draws: torch.Generator) -> Batch:
        """Pieces of the pictures, mirrored and turned by chance, and the same reduced."""
        scale = int(parameters["scale"])
        side = min(int(parameters["crop"]), real.shape[2], real.shape[3]) // scale * scale
        real = _turned(_pieces(real, side, draws), draws)
        return Batch(real, None, reduced(real, scale))

    def inputs(self, batch: Batch, parameters: Parameters, draws: torch.Generator) -> tuple[Tensor | None, ...]:
        return batch.source, None

    def content(self, fake: Tensor, batch: Batch, parameters: Parameters, pretraining: bool) -> Tensor:
        difference = (fake - batch.real).abs().mean()
        if pretraining:
            return difference
        weighted = float(parameters["l1_weight"]) * difference
        if not parameters["perceptual_weight"]:
            return weighted
        return weighted + float(parameters["perceptual_weight"]) * content_of(fake, batch.real)

    def adversarial_weight(self, parameters: Parameters) -> float:
        return float(parameters["adversarial_weight"])

    def pretraining(self, parameters: Parameters) -> int:
        return int(parameters["pretraining"])


def content_of(made: Tensor, real: Tensor) -> Tensor:
    """How far apart two batches are to a recognising network: see :class:`core.superres.content.Content`."""
    loss: Tensor = _content(str(made.device))(made, real)
    return loss


@lru_cache(maxsize=2)
def _content(device: str) -> Content:
    return Content().to(device)


def reduced(large: Tensor, scale: int) -> Tensor:
    """Float32 [n, 3, h, w] in [-1, 1] -> [n, 3, h / scale, w / scale], bicubic with antialiasing, in 256 steps: what
    Pillow makes of the picture."""
    small = functional.interpolate(large, scale_factor=1 / scale, mode="bicubic", antialias=True)
    return ((small.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


def _pieces(real: Tensor, side: int, draws: torch.Generator) -> Tensor:
    """A square out of each picture, anywhere."""
    n, _, height, width = real.shape
    top = torch.randint(height - side + 1, (n,), generator=draws, device=real.device).tolist()
    left = torch.randint(width - side + 1, (n,), generator=draws, device=real.device).tolist()
    return torch.stack([x[:, t : t + side, k : k + side] for x, t, k in zip(real, top, left, strict=True)])


def _turned(x: Tensor, draws: torch.Generator) -> Tensor:
    """Each square mirrored in both directions and along its diagonal, or not: the eight ways it can lie."""
    across, down, diagonal = torch.rand((3, len(x), 1, 1, 1), generator=draws, device=x.device) < 0.5
    x = torch.where(across, x.flip(3), x)
    x = torch.where(down, x.flip(2), x)
    return torch.where(diagonal, x.transpose(2, 3), x)


def _begin_with(network: Compact, path: Path, *, required: bool) -> None:
    """Take over the layers of the weights file whose shapes fit. Raises WeightsError where the first does not and it is
    ``required``."""
    arrays, _ = checkpoints.load(path)
    own = network.state_dict()
    fitting = {
        name: torch.from_numpy(array.astype(np.float32))
        for name, array in arrays.items()
        if name in own and tuple(own[name].shape) == array.shape
    }
    if "body.0.weight" not in fitting:
        if not required:
            return
        raise WeightsError(f"{path.name} holds no network to begin with.")
    network.load_state_dict({**own, **fitting})
