"""DiffAugment: gradients pass through it, pictures are changed each in its own way, and it draws from its generator."""

from __future__ import annotations

import pytest
import torch

from core.gan.augment import CHANGES, DiffAugment, moved

ALL = "color,translation,cutout"


def _draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("policy", [*CHANGES, ALL])
@pytest.mark.parametrize("channels", [1, 3])
def test_gradients_agree_with_differences(policy: str, channels: int) -> None:
    x = torch.randn(2, channels, 4, 4, dtype=torch.float64, generator=_draws(1)).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: DiffAugment(policy)(x, _draws()), x)


@pytest.mark.parametrize("size", [8, 9, 32])
def test_moving_is_what_a_loop_does(size: int) -> None:
    x = torch.randn(6, 3, size, size + 3, generator=_draws())
    down, right = torch.tensor([0, 1, -1, 2, -2, 4]), torch.tensor([0, -2, 3, 1, -1, 0])
    wanted = torch.zeros_like(x)
    for k, (d, r) in enumerate(zip(down.tolist(), right.tolist(), strict=True)):
        for row in range(size):
            for column in range(size + 3):
                if 0 <= row - d < size and 0 <= column - r < size + 3:
                    wanted[k, :, row, column] = x[k, :, row - d, column - r]
    torch.testing.assert_close(moved(x, down, right), wanted, rtol=0, atol=0)


def test_pictures_move_by_an_eighth_at_most_and_to_every_side() -> None:
    point = torch.zeros(400, 1, 16, 16)
    point[:, :, 8, 8] = 1
    at = DiffAugment("translation")(point, _draws())[:, 0].nonzero()
    assert len(at) == 400
    assert set(at[:, 1].tolist()) == set(at[:, 2].tolist()) == {6, 7, 8, 9, 10}


def test_a_square_of_half_the_side_is_cut_out() -> None:
    holes = (DiffAugment("cutout")(torch.ones(500, 3, 16, 16), _draws()) == 0).all(dim=1)
    rows, columns = holes.any(dim=2).sum(dim=1), holes.any(dim=1).sum(dim=1)
    torch.testing.assert_close(holes.sum(dim=(1, 2)), rows * columns)
    assert int(rows.max()) == int(columns.max()) == 8
    assert int(rows.min()) >= 4, "its centre lies in the picture"
    assert holes.any(dim=0).all(), "it comes everywhere"


def test_colours_change_within_their_bounds() -> None:
    grey = torch.full((300, 3, 4, 4), 0.25)
    changed = DiffAugment("color")(grey, _draws())
    assert float(changed.min()) >= -0.25
    assert float(changed.max()) <= 0.75
    torch.testing.assert_close(changed, changed[:, :1, :1, :1].expand_as(changed))
    assert float(changed.std()) > 0.2


def test_every_picture_changes_in_its_own_way() -> None:
    x = torch.randn(1, 3, 16, 16, generator=_draws()).repeat(4, 1, 1, 1)
    changed = DiffAugment(ALL)(x, _draws())
    assert len({each.numpy().tobytes() for each in changed}) == 4


def test_it_draws_from_its_own_generator_alone() -> None:
    x = torch.randn(4, 3, 8, 8, generator=_draws())
    before = torch.get_rng_state()
    a, b = (DiffAugment(ALL)(x, _draws(7)) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(a, b)
    assert not torch.equal(a, DiffAugment(ALL)(x, _draws(8)))


def test_no_policy_changes_nothing() -> None:
    x = torch.randn(4, 3, 8, 8)
    assert DiffAugment("")(x, _draws()) is x


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no augmentation “blur”; there is: color"):
        DiffAugment("color,blur")
