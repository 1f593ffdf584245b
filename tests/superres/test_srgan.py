"""SRResNet, the content loss, and SRGAN as a variant of the common trainer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.embed.catalogue import ENTRIES
from core.errors import WeightsError
from core.gan.base import Shape, settled
from core.gan.trainer import GanTrainer
from core.nn import seeds
from core.nn.checkpoints import to_arrays
from core.nn.training import Resume
from core.recognise.features import stage_maps
from core.sample.sources import load
from core.superres import adversarial, own, patches, recipes, srgan
from core.superres.content import STAGES, Content
from core.superres.degrade import resize
from core.superres.networks import Compact, parameter_count
from core.superres.srgan import Critic, Srgan
from core.superres.srresnet import SRResNet

TINY = {
    "n_feats": 8, "n_blocks": 1, "d_feats": 4, "crop": 32, "batch_size": 4, "pretraining": 3, "pretrained": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def photos() -> np.ndarray:
    return patches.of_pictures(
        [np.asarray(load(name).convert("RGB")) for name in ("coffee", "astronaut")], scale=4, size=64, per_picture=8
    ).high


def trained(photos: np.ndarray, steps: int, resume: Resume | None = None, **given: object) -> GanTrainer:
    trainer = GanTrainer(Srgan(), {**TINY, **given}, Shape(64), seed=5)
    return trainer.train(photos, steps=steps, every=2, resume=resume)


# ---------------------------------------------------------------- networks


@pytest.mark.parametrize(("scale", "outer"), [(1, 9), (2, 3), (4, 9)])
def test_srresnet_enlarges_by_its_scale_and_reaches_as_far_as_it_says(scale: int, outer: int) -> None:
    network = SRResNet(scale, n_feats=4, n_blocks=2, outer=outer)
    x = torch.rand(1, 3, 41, 41, requires_grad=True)
    y = network(x)
    assert y.shape == (1, 3, 41 * scale, 41 * scale)
    y[0, :, 20 * scale : 21 * scale, 20 * scale : 21 * scale].sum().backward()
    assert x.grad is not None
    seen = torch.nonzero(x.grad.abs().sum(dim=(0, 1)))
    assert int((seen - 20).abs().max()) == network.reach


def test_srresnet_has_the_papers_size_but_for_the_normalisation() -> None:
    """1.5 million parameters, as published; its two doublings and its outer layers among them."""
    assert parameter_count(SRResNet(4, 64, 16)) == pytest.approx(1.5e6, rel=0.05)


def test_srresnet_knows_doublings_alone() -> None:
    with pytest.raises(ValueError, match="doubles"):
        SRResNet(3)


@pytest.mark.parametrize("network", [SRResNet(2, 4, 2, outer=5), Compact(2, 4, 2)])
def test_a_weights_file_gives_the_network_back(network: SRResNet | Compact, tmp_path: Path) -> None:
    empty = patches.of_pictures([], scale=2)
    recipes.write(tmp_path / "x.safetensors", network, "srgan", {"seed": 1}, {"psnr": 2.0}, empty)
    again = own.read(tmp_path / "x.safetensors")
    x = torch.rand(1, 3, 9, 9)
    torch.testing.assert_close(again(x), network(x), atol=2e-3, rtol=0)
    text = json.loads((tmp_path / "x.json").read_text())
    assert (text["recipe"], text["psnr"], text["pictures"]) == ({"seed": 1}, 2.0, [])


def test_the_critic_gives_one_logit_for_pictures_of_any_size() -> None:
    assert Critic(4)(torch.rand(5, 3, 40, 24), None).shape == (5,)


# ---------------------------------------------------------------- content


def test_content_compares_the_maps_of_our_network(photos: np.ndarray) -> None:
    """A slow loop over the maps that the program's own features give."""
    pair = [photos[0], photos[1]]
    a, b = (torch.from_numpy(one.copy())[None].permute(0, 3, 1, 2).float() / 127.5 - 1 for one in pair)
    content = Content()
    wanted = []
    for x, y in zip(*(stage_maps(one, STAGES) for one in pair), strict=True):
        wanted.append(float(np.abs(x - y).mean() / np.abs(y).mean()))
    stem = [content.maps(one)[0] for one in (a, b)]
    wanted.append(float((stem[0] - stem[1]).abs().mean() / stem[1].abs().mean()))
    assert float(content(a, b)) == pytest.approx(np.mean(wanted), rel=1e-4)
    assert float(content(a, a)) == 0.0


def test_content_teaches_what_is_looked_at_and_stays_as_it_is(photos: np.ndarray) -> None:
    content = Content().train()
    made = torch.rand(1, 3, 64, 64, requires_grad=True)
    content(made, torch.rand(1, 3, 64, 64)).backward()
    assert made.grad is not None
    assert float(made.grad.abs().sum()) > 0
    assert not any(parameter.requires_grad for parameter in content.parameters())
    assert not any(module.training for module in content.modules())


def test_without_the_networks_weights_content_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.superres.content.weights.find", lambda name: None)
    with pytest.raises(WeightsError, match="not installed"):
        Content()
    assert ENTRIES


# ---------------------------------------------------------------- the variant


def test_small_pictures_are_what_pillow_makes_of_the_large_ones(photos: np.ndarray) -> None:
    """Of float pictures, for of bytes it rounds and cuts off between its two passes."""
    large = torch.from_numpy(photos[:2]).permute(0, 3, 1, 2).float() / 127.5 - 1
    small = ((srgan.reduced(large, 4) + 1) * 127.5).permute(0, 2, 3, 1).numpy()
    for one, photo in zip(small, photos, strict=False):
        pillow = resize(photo.astype(np.float32), (16, 16), Image.Resampling.BICUBIC).clip(0, 255)
        assert float(np.abs(one - pillow).max()) <= 0.51


def test_pieces_lie_anywhere_and_every_way_with_their_small_pictures() -> None:
    """Of one numbered picture: a piece's points tell where it was and how it is turned."""
    numbered = torch.arange(48 * 48, dtype=torch.float32).reshape(1, 1, 48, 48).expand(40, 3, -1, -1) / (48 * 48)
    parameters = settled(Srgan(), {**TINY, "crop": 32})
    batch = Srgan().batch(numbered, None, parameters, seeds.generator(0))
    assert batch.real.shape == (40, 3, 32, 32)
    assert batch.source is not None
    assert batch.source.shape == (40, 3, 8, 8)
    steps = {
        (round(float(x[0, 0, 1] - x[0, 0, 0]) * 48 * 48), round(float(x[0, 1, 0] - x[0, 0, 0]) * 48 * 48))
        for x in batch.real
    }
    assert len(steps) == 8, "the eight ways a square can lie"
    assert len({float(x.min()) for x in batch.real}) > 20, "anywhere"


def test_pretraining_moves_the_generator_alone_and_then_both_move(photos: np.ndarray) -> None:
    fresh = GanTrainer(Srgan(), TINY, Shape(64), seed=5)
    before, after = to_arrays(fresh.discriminator), trained(photos, 3)
    assert all(np.array_equal(before[name], array) for name, array in to_arrays(after.discriminator).items())
    moved = to_arrays(after.generator)
    assert any(not np.array_equal(array, moved[name]) for name, array in to_arrays(fresh.generator).items())
    longer = trained(photos, 5)
    assert any(not np.array_equal(before[name], array) for name, array in to_arrays(longer.discriminator).items())


def test_the_generators_loss_is_made_of_its_three_parts(photos: np.ndarray) -> None:
    trainer = GanTrainer(Srgan(), TINY, Shape(64), seed=5)
    batch = trainer._batch(trainer._feed(photos, None), 0)
    fake = trainer._fake(batch)
    parameters = {**trainer.parameters, "l1_weight": 0.25, "perceptual_weight": 0.5}
    l1, seen = (float(x.detach()) for x in ((fake - batch.real).abs().mean(), srgan.content_of(fake, batch.real)))
    first, later = (trainer.variant.content(fake.detach(), batch, parameters, early) for early in (True, False))
    assert float(first) == pytest.approx(l1)
    assert float(later) == pytest.approx(0.25 * l1 + 0.5 * seen)
    assert trainer.variant.adversarial_weight(trainer.parameters) == 1e-3


def test_pretraining_on_content_betters_it(photos: np.ndarray) -> None:
    trainer = trained(photos, 60, pretraining=60, learning_rate=1e-3)
    content = trainer.history_["content_loss"]
    assert np.mean(content[-5:]) < 0.8 * np.mean(content[:5])


def test_a_stopped_training_goes_on_to_the_bit(photos: np.ndarray, tmp_path: Path) -> None:
    whole, resume = trained(photos, 6), Resume(tmp_path / "state", "tiny")
    trained(photos, 4, resume)
    again = trained(photos, 6, resume)
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name], err_msg=name)


def test_grids_show_pictures_enlarged(photos: np.ndarray) -> None:
    grid = trained(photos, 1).samples(4)
    assert grid.shape == (4, 32, 32, 3)
    assert grid.std() > 10


def test_it_begins_with_weights_that_fit_and_refuses_others(photos: np.ndarray, tmp_path: Path) -> None:
    network, path = Compact(4, 8, 1), tmp_path / "x4.safetensors"
    recipes.write(path, network, "compact", {}, {}, patches.of_pictures([], scale=4))
    begun = adversarial.network_of(GanTrainer(Srgan(path), TINY, Shape(64)))
    np.testing.assert_allclose(to_arrays(begun)["body.0.weight"], to_arrays(network)["body.0.weight"], atol=1e-3)
    with pytest.raises(WeightsError, match="no network to begin with"):
        GanTrainer(Srgan(path), {**TINY, "n_feats": 12}, Shape(64))


def test_srresnet_can_be_the_generator(photos: np.ndarray) -> None:
    trainer = trained(photos, 4, network="srresnet", scale="2")
    assert isinstance(adversarial.network_of(trainer), SRResNet)
    assert trainer.samples(2).shape == (2, 32, 32, 3)


def test_pictures_without_colour_are_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        GanTrainer(Srgan(), TINY, Shape(64, channels=1))


def test_what_it_is_judged_by_is_recorded_and_right(photos: np.ndarray) -> None:
    pairs = patches.Patches(photos, np.stack([patches.lower(one, 4) for one in photos]), ())
    recipe = adversarial.SrganRecipe(steps=4, every=2, seed=5, parameters=TINY)
    trainer = adversarial.train(pairs, pairs, recipe)
    assert all(len(trainer.history_[name]) == 2 for name in adversarial.JUDGED)
    made = [trainer.ema(torch.from_numpy(low)[None].permute(0, 3, 1, 2) / 127.5 - 1, None) for low in pairs.low]
    errors = [
        np.mean((np.clip((one.detach().numpy()[0].transpose(1, 2, 0) + 1) / 2, 0, 1) - high / 255.0) ** 2)
        for one, high in zip(made, pairs.high, strict=True)
    ]
    assert trainer.history_["held_out_psnr"][-1] == pytest.approx(np.mean(-10 * np.log10(errors)), abs=1e-3)
