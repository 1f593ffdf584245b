"""The trainer: who learns in which step, what is augmented, what is measured, and what it refuses."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ReverieError
from core.gan import trainer as module
from core.gan.base import Shape
from core.gan.losses import LOSSES
from core.gan.meter import MEASURES, PATIENCE
from core.gan.registry import variants
from core.gan.trainer import GanTrainer
from tests.gan.made import Enlarger, batch, labels, pictures, trainer

NAMES = [each.name for each in variants()]


def _weights(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in network.named_parameters()}


def _moved(before: dict[str, torch.Tensor], network: nn.Module) -> set[str]:
    return {name for name, parameter in network.named_parameters() if not torch.equal(before[name], parameter)}


def _untouched(network: nn.Module) -> bool:
    return all(parameter.grad is None for parameter in network.parameters())


# ---------------------------------------------------------------- who learns when


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("name", NAMES)
def test_the_discriminator_learns_with_the_generator_frozen(name: str, loss: str) -> None:
    gan = trainer(name, loss=loss)
    generator, discriminator = _weights(gan.generator), _weights(gan.discriminator)
    seen = batch(gan)
    with torch.no_grad():
        fake = gan._fake(seen)
    gan.discriminator_step(seen, fake)
    assert not _moved(generator, gan.generator)
    assert _untouched(gan.generator)
    still = {n for n in discriminator if n not in _moved(discriminator, gan.discriminator)}
    assert all(n.endswith("bias") for n in still), f"all of its weights move, but not {still}"


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("name", NAMES)
def test_the_generator_learns_through_the_frozen_discriminator(name: str, loss: str) -> None:
    gan = trainer(name, loss=loss)
    generator, discriminator = _weights(gan.generator), _weights(gan.discriminator)
    seen = batch(gan)
    gan.generator_step(seen, gan._fake(seen))
    assert not _moved(discriminator, gan.discriminator)
    assert _untouched(gan.discriminator)
    assert all(parameter.requires_grad for parameter in gan.discriminator.parameters()), "it can learn again"
    still = {n for n in generator if n not in _moved(generator, gan.generator)}
    assert all(n.endswith("bias") for n in still), f"all of its weights move, but not {still}"


def test_a_step_is_of_the_discriminator_so_often_then_of_the_generator() -> None:
    gan, order = trainer(n_critic=3), []
    teach, through = gan.discriminator_step, gan.generator_step
    gan.discriminator_step = lambda *given: (order.append(("d", given[0], given[1])), teach(*given))[1]  # type: ignore
    gan.generator_step = lambda *given: (order.append(("g", given[0], given[1])), through(*given))[1]  # type: ignore
    gan.train(pictures(), steps=2)
    assert "".join(each[0] for each in order) == "dddgdddg"
    assert not any(fake.requires_grad for who, _, fake in order if who == "d"), "no gradient reaches the generator"
    assert all(fake.requires_grad for who, _, fake in order if who == "g")
    reals = [seen.real for who, seen, _ in order if who == "d"]
    assert len({real.numpy().tobytes() for real in reals}) == 6, "the discriminator sees new pictures every time"


def test_real_and_fake_pictures_are_augmented_in_both_steps() -> None:
    gan, seen = trainer(), []
    changed = gan._augment
    gan._augment = lambda x, draws: (seen.append(x), changed(x, draws))[1]  # type: ignore[assignment]
    judged: list[torch.Tensor] = []
    gan.discriminator.register_forward_pre_hook(lambda _, given: judged.append(given[0]))
    given = batch(gan)
    fake = gan._fake(given)
    gan.discriminator_step(given, fake.detach())
    gan.generator_step(given, fake)
    assert [x is y for x, y in zip(seen[:1] + seen[2:], (given.real, fake), strict=True)] == [True, True]
    assert torch.equal(seen[1], fake)
    assert len(seen) == len(judged) == 3
    assert not any(torch.equal(x, y) for x, y in zip(seen, judged, strict=True)), "it judges what was changed"


def test_the_conditional_discriminator_is_told_the_class() -> None:
    gan = trainer("conditional")
    seen = batch(gan)
    gan.discriminator.eval()
    gan.generator.eval()
    one, other = (gan.discriminator(seen.real, torch.full((8,), k)) for k in (0, 1))
    assert not torch.allclose(one, other)
    z = torch.randn(8, 8)
    assert torch.allclose(gan.generator(z, torch.zeros(8, dtype=torch.int64)), gan.generator(z, torch.ones(8).long()))
    gan.train(pictures(), labels(), steps=3)
    gan.generator.eval()
    one, other = (gan.generator(z, torch.full((8,), k)) for k in (0, 1))
    assert not torch.allclose(one, other), "its classes have come apart"


# ---------------------------------------------------------------- the average


def test_the_average_follows_the_generator_and_is_never_trained() -> None:
    gan = trainer(ema_decay=0.9)
    kept = {name: p.clone() for name, p in gan.ema.named_parameters()}
    slow = {name: p.clone().double() for name, p in kept.items()}
    for step in range(15):
        gan.train(pictures(), steps=step + 1)
        decay = min(0.9, (1 + step) / (10 + step))
        for name, parameter in gan.generator.named_parameters():
            slow[name] = decay * slow[name] + (1 - decay) * parameter.detach().double()
    for name, parameter in gan.ema.named_parameters():
        torch.testing.assert_close(parameter, slow[name].float(), rtol=1e-5, atol=1e-6)
        assert parameter.grad is None
        assert not parameter.requires_grad
    assert not gan.ema.training


# ---------------------------------------------------------------- guards


class _Spoiled:
    """Makes the generator's pictures not finite in the steps of a set."""

    def __init__(self, gan: GanTrainer, steps: Callable[[int], bool]) -> None:
        own = gan._fake
        gan._fake = lambda given: own(given) * (math.nan if steps(gan.step) else 1.0)  # type: ignore[method-assign]


def test_a_step_that_is_not_finite_moves_nothing_and_is_told() -> None:
    gan = trainer("vanilla", dropout=0.0)
    _Spoiled(gan, lambda step: step == 1)
    gan.train(pictures(), steps=1)
    generator, discriminator = _weights(gan.generator), _weights(gan.discriminator)
    gan.train(pictures(), steps=2, every=2)
    assert not _moved(generator, gan.generator)
    assert not _moved(discriminator, gan.discriminator)
    assert gan.history_["skipped"] == [0.5]
    assert math.isfinite(gan.history_["generator_loss"][0])
    gan.train(pictures(), steps=3)
    assert _moved(generator, gan.generator)
    assert all(bool(torch.isfinite(x).all()) for x in gan.ema.state_dict().values())


def test_numbers_that_run_away_end_the_training_with_a_sentence() -> None:
    gan = trainer("vanilla", dropout=0.0)
    _Spoiled(gan, lambda step: step >= 3)
    with pytest.raises(ReverieError, match=r"no longer finite for 20 steps\. A smaller learning rate may help"):
        gan.train(pictures(), steps=200)
    assert gan.step == 2 * PATIENCE


def test_guards_read_nothing_from_the_device_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would make a graphics processor wait: a tensor's value asked for in Python."""
    gan, asked = trainer(), []
    for name in ("item", "__bool__", "__float__", "__int__", "tolist", "cpu", "numpy"):
        own = getattr(torch.Tensor, name)
        monkeypatch.setattr(torch.Tensor, name, lambda self, *a, _n=name, _o=own: (asked.append(_n), _o(self, *a))[1])
    gan.train(pictures(), steps=PATIENCE - 1)
    assert not asked
    gan.train(pictures(), steps=PATIENCE)
    assert asked == ["__float__"]


# ---------------------------------------------------------------- precision


def test_products_are_in_low_precision_on_a_gpu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    can = True
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: can)
    assert module.in_low("cuda", "auto")
    assert module.in_low("cuda", "bfloat16")
    assert not module.in_low("cuda", "float32")
    for device in ("cpu", "mps"):
        assert not any(module.in_low(device, precision) for precision in ("auto", "bfloat16", "float32"))
    can = False
    assert not module.in_low("cuda", "auto")


@pytest.mark.parametrize(("loss", "others"), [("hinge", set()), ("wgan-gp", {torch.float32})])
def test_low_precision_leaves_weights_and_penalty_in_float32(
    loss: str, others: set[torch.dtype], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "in_low", lambda device, precision: True)
    gan, seen = trainer("dcgan", loss=loss), []
    gan.discriminator.register_forward_hook(lambda *given: seen.append(given[-1].dtype))
    gan.train(pictures(), steps=2, every=1)
    assert set(seen) == {torch.bfloat16} | others
    assert all(p.dtype == torch.float32 for p in (*gan.generator.parameters(), *gan.discriminator.parameters()))
    assert all(math.isfinite(values[-1]) for values in gan.history_.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_trains_in_low_precision(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path that a graphics processor takes, on the CPU's own autocast."""
    monkeypatch.setattr(module, "in_low", lambda device, precision: True)
    gan = trainer(name)
    gan.train(pictures(size=gan.shape.size), labels(), steps=2, every=2)
    assert gan.history_["skipped"] == [0.0]
    for network in (gan.generator, gan.discriminator, gan.ema):
        assert all(x.dtype != torch.bfloat16 and bool(torch.isfinite(x).all()) for x in network.state_dict().values())


def test_precision_makes_no_difference_on_a_cpu() -> None:
    a, b = (trainer(precision=precision).train(pictures(), steps=3).samples(2) for precision in ("float32", "bfloat16"))
    assert np.array_equal(a, b)


# ---------------------------------------------------------------- what is asked of it


@pytest.mark.parametrize("name", NAMES)
def test_a_training_measures_and_shows(name: str) -> None:
    told: list[int] = []
    gan = trainer(name)
    size = gan.shape.size
    gan.train(pictures(size=size), labels(), steps=5, every=2, on_step=lambda g, step: told.append(step))
    assert told == [2, 4]
    assert set(gan.history_) == set(MEASURES) - {"content_loss"}
    assert all(len(values) == 2 and all(map(math.isfinite, values)) for values in gan.history_.values())
    shown = gan.samples(40)
    assert shown.shape == (40, size, size, 3)
    assert shown.dtype == np.uint8
    assert np.array_equal(shown, gan.samples(40)), "the same noise every time"
    assert len({each.tobytes() for each in shown}) == 40


def test_measures_of_ones_own_stand_beside_where_they_belong() -> None:
    gan = trainer()
    gan.train(pictures(), steps=6, every=1, on_step=lambda g, step: g.record("kid", step) if step % 3 == 0 else None)
    kid = gan.history_["kid"]
    assert [value for value in kid if not math.isnan(value)] == [3, 6]
    assert kid[2] == 3
    assert kid[5] == 6
    assert {len(values) for values in gan.history_.values()} == {6}


def test_seeds_make_trainings_apart_and_the_same() -> None:
    a, b, c = (trainer(seed=seed).train(pictures(), steps=3).samples(4) for seed in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_training_draws_nothing_from_anyone_elses_randomness() -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    trainer("fastgan").train(pictures(size=32), steps=1)
    assert torch.equal(torch.rand(3), wanted)


def test_one_photo_is_enough_to_go_through() -> None:
    assert trainer().train(pictures(1), steps=2).step == 2


def test_it_learns_what_there_is_to_learn() -> None:
    """All pictures are of one colour: after some steps so are those that it makes."""
    images = np.broadcast_to(np.array([220, 60, 120], np.uint8), (16, 8, 8, 3))
    gan = trainer(seed=1, learning_rate=2e-3, ema_decay=0.9, ngf=8, ndf=8, diffaugment="")
    far = np.abs(gan.samples(16).astype(float) - images).mean()
    gan.train(images, steps=250)
    assert np.abs(gan.samples(16).astype(float) - images).mean() < 0.35 * far


# ---------------------------------------------------------------- pictures from pictures


def test_a_variant_may_make_pictures_from_pictures() -> None:
    """Cut out of larger ones, pretrained without a discriminator, then with content and a small adversarial term."""
    gan = GanTrainer(Enlarger(), {"batch_size": 4}, Shape(8), seed=0)
    discriminator = _weights(gan.discriminator)
    images = pictures(10, size=14)
    gan.train(images, steps=5, every=5)
    assert not _moved(discriminator, gan.discriminator)
    assert set(gan.history_) == {"content_loss", "skipped"}
    gan.train(images, steps=10, every=5)
    assert _moved(discriminator, gan.discriminator)
    assert math.isnan(gan.history_["generator_loss"][0])
    assert len(gan.history_["generator_loss"]) == len(gan.history_["content_loss"]) == 2
    assert gan.history_["generator_loss"][1] == pytest.approx(gan.history_["content_loss"][1], abs=0.01)
    assert gan.samples(12).shape == (12, 8, 8, 3)


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("images", "classes", "sentence"),
    [
        (pictures().astype(np.float32), None, "Pictures are uint8"),
        (pictures(channels=1), None, r"Pictures are uint8 \[n, h, w, 3\], not uint8 \[24, 8, 8, 1\]"),
        (pictures()[:0], None, "Pictures are uint8"),
        (pictures(size=16), None, "Pictures must be of 8 points, not 16 x 16"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(images: np.ndarray, classes: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        trainer().train(images, steps=1)


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [(None, "needs a class"), (labels(23), "needs a class"), (labels() + 1, "from 0 to 2"), (labels() - 1, "from 0")],
)
def test_classes_that_do_not_fit_are_refused(classes: np.ndarray | None, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        trainer("conditional").train(pictures(), classes, steps=1)
