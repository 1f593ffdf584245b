"""Capsules: groups of units whose length says whether a thing is there and whose direction says how it looks.

Sabour, Frosst & Hinton, "Dynamic Routing Between Capsules", NeurIPS 2017. Here as a head over the feature maps of a
network that is trained already. Two things are not as in the paper: the matrices from the primary to the upper capsules
are the same at every position (as in Hinton, Sabour & Frosst, "Matrix capsules with EM routing", ICLR 2018), since a
handful of examples cannot teach a matrix for each; and nothing is reconstructed, since the maps are not a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

TAG, OTHER = 0, 1
"""The two upper capsules: what is taught, and everything else."""
PRESENT, ABSENT, DOWN = 0.9, 0.1, 0.5
"""m+, m- and lambda of the margin loss."""
_TINY = 1e-7
_SPREAD = 0.03  # of the matrices to begin with: upper capsules start short, neither sure nor dead


def squash(s: Tensor) -> Tensor:
    """[..., d] -> [..., d]: the same direction, the length |s|² / (1 + |s|²)."""
    square = s.square().sum(dim=-1, keepdim=True)
    return s * (square / (1.0 + square)) / torch.sqrt(square + _TINY)


def lengths(capsules: Tensor) -> Tensor:
    """[..., d] -> [...]: lengths, with a gradient that is finite at zero."""
    return torch.sqrt(capsules.square().sum(dim=-1) + _TINY)


def route(votes: Tensor, rounds: int) -> Tensor:
    """Routing by agreement: votes [n, i, j, d] of i lower capsules for j upper ones -> upper capsules [n, j, d].

    Every lower capsule divides itself among the upper ones (softmax), and gives more to those that its vote agrees
    with. Gradients pass through the last round, the shares being constants there.
    """
    held = votes.detach()
    agreement = torch.zeros(votes.shape[:3], dtype=votes.dtype, device=votes.device)
    for _ in range(rounds - 1):
        upper = squash(torch.einsum("nij,nijd->njd", agreement.softmax(dim=2), held))
        agreement = agreement + torch.einsum("nijd,njd->nij", held, upper)
    return squash(torch.einsum("nij,nijd->njd", agreement.softmax(dim=2), votes))


def margin_loss(length: Tensor, present: Tensor) -> Tensor:
    """[n]: the margin loss of capsules' lengths [n, j] against what is present, 0 or 1 [n, j]; summed over capsules."""
    missed = present * (PRESENT - length).clamp(min=0).square()
    imagined = (1 - present) * (length - ABSENT).clamp(min=0).square()
    return (missed + DOWN * imagined).sum(dim=1)


class CapsuleNetwork(nn.Module):
    """Feature maps float [n, c, h, w] -> the lengths float [n, 2] of the capsules TAG and OTHER."""

    def __init__(self, channels: int, types: int, primary_dim: int, tag_dim: int, routings: int) -> None:
        super().__init__()
        self.types, self.primary_dim, self.routings = types, primary_dim, routings
        self.primary = nn.Conv2d(channels, types * primary_dim, 1)
        self.weight = nn.Parameter(torch.randn(types, 2, tag_dim, primary_dim) * _SPREAD)

    def capsules(self, maps: Tensor) -> Tensor:
        """The upper capsules [n, 2, tag_dim]."""
        n, _, height, width = maps.shape
        grid = self.primary(maps).view(n, self.types, self.primary_dim, height * width)
        lower = squash(grid.permute(0, 3, 1, 2))
        votes = torch.einsum("nptd,tjed->nptje", lower, self.weight)
        return route(votes.flatten(1, 2), self.routings)

    def forward(self, maps: Tensor) -> Tensor:
        return lengths(self.capsules(maps))


def scores(length: Tensor) -> Tensor:
    """[n] in [-1, 1]: how much longer the capsule of the tag is than the one of everything else."""
    return length[:, TAG] - length[:, OTHER]
