"""The three small networks of MTCNN, with the names of their weights as they are published.

K. Zhang, Z. Zhang, Z. Li and Y. Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks", IEEE Signal Processing Letters 23(10), 2016. All take float32 [n, 3, h, w] RGB in [-1, 1]. The weights were
trained with pictures whose rows are columns; the kernels have been turned since, the dense layers have not, so what
goes into those is turned.
"""

from __future__ import annotations

from torch import Tensor, nn


def _pool(kernel: int) -> nn.MaxPool2d:
    """Halves the size; what is left over at the edge counts too."""
    return nn.MaxPool2d(kernel, 2, ceil_mode=True)


def _flat(x: Tensor) -> Tensor:
    """[n, c, h, w] -> [n, w * h * c]."""
    return x.permute(0, 3, 2, 1).flatten(1)


class ProposalNet(nn.Module):
    """P-net, which slides over a picture: a cell of 12 px at every second pixel."""

    CELL, STRIDE = 12, 2

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 10, 3), nn.PReLU(10), _pool(2)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(probability of a face [n, rows, columns], shifts of the cell's four sides [n, 4, rows, columns])."""
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.prelu3(self.conv3(self.prelu2(self.conv2(x))))
        return self.conv4_1(x).softmax(dim=1)[:, 1], self.conv4_2(x)


class RefineNet(nn.Module):
    """R-net, for pieces of 24 px."""

    SIDE = 24

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 28, 3), nn.PReLU(28), _pool(3)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(28, 48, 3), nn.PReLU(48), _pool(3)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(probability of a face [n], shifts of the piece's four sides [n, 4])."""
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu4(self.dense4(_flat(self.prelu3(self.conv3(x)))))
        return self.dense5_1(x).softmax(dim=1)[:, 1], self.dense5_2(x)


class OutputNet(nn.Module):
    """O-net, for pieces of 48 px."""

    SIDE = 48

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 32, 3), nn.PReLU(32), _pool(3)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(32, 64, 3), nn.PReLU(64), _pool(3)
        self.conv3, self.prelu3, self.pool3 = nn.Conv2d(64, 64, 3), nn.PReLU(64), _pool(2)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2, self.dense6_3 = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(probability of a face [n], shifts [n, 4], five landmarks in parts of the piece [n, 5, 2])."""
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu5(self.dense5(_flat(self.prelu4(self.conv4(x)))))
        across_then_down = self.dense6_3(x).unflatten(1, (2, 5))
        return self.dense6_1(x).softmax(dim=1)[:, 1], self.dense6_2(x), across_then_down.transpose(1, 2)
