"""What every variant must be, so that the trainer, the sampler and the Studio can take any of them."""

from __future__ import annotations

import pytest
import torch

from core.gan.base import COMMON, MOST_CLASSES, Shape, Variant, common, fits, settled
from core.gan.fastgan import Excitation, FastDiscriminator
from core.gan.registry import variant, variants
from tests.gan.made import SMALL, batch, trainer

EVERY = [(each, size) for each in variants() for size in each.sizes]


def _made(kind: Variant, size: int, channels: int = 3) -> tuple[Shape, dict[str, object]]:
    return Shape(size, channels, 3 if kind.conditional else 0), settled(kind, SMALL[kind.name])  # type: ignore[return-value]


@pytest.mark.parametrize(("kind", "size"), EVERY, ids=lambda x: getattr(x, "name", x))
@pytest.mark.parametrize("channels", [1, 3])
def test_every_size_is_made_and_judged(kind: Variant, size: int, channels: int) -> None:
    shape, parameters = _made(kind, size, channels)
    fits(kind, shape)
    generator, discriminator = kind.generator(shape, parameters), kind.discriminator(shape, parameters)  # type: ignore[arg-type]
    labels = torch.tensor([0, 2]) if kind.conditional else None
    with torch.no_grad():
        made = generator(torch.randn(2, 8), labels)
        logits = discriminator(made, labels)
    assert made.shape == (2, channels, size, size)
    assert float(made.abs().max()) <= 1
    assert logits.shape[0] == 2
    assert logits.dim() <= 2
    assert made.dtype == logits.dtype == torch.float32


@pytest.mark.parametrize("kind", variants(), ids=lambda each: each.name)
def test_parameters_are_named_and_explained(kind: Variant) -> None:
    names = [parameter.name for parameter in kind.parameters]
    assert len(set(names)) == len(names)
    assert {parameter.name for parameter in COMMON} <= set(names)
    for parameter in kind.parameters:
        assert parameter.help, parameter.name
        assert "\n" not in parameter.help
        assert parameter.name.isidentifier()
    assert any(parameter.basic for parameter in kind.parameters)
    assert settled(kind, {}) == {parameter.name: parameter.default for parameter in kind.parameters}
    assert kind.what.endswith(".")
    assert list(kind.sizes) == sorted(kind.sizes)


def test_variants_are_found_by_name() -> None:
    assert [variant(each.name) for each in variants()] == list(variants())
    assert variants()[0].name == "fastgan", "the default where quality counts"
    assert max(variants()[0].sizes) == 256
    with pytest.raises(KeyError):
        variant("biggan")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"depth": 3}, "DCGAN has no parameter “depth”"),
        ({"batch_size": 1}, "batch_size is 1; it can be from 2 to 512"),
        ({"batch_size": 8.0}, "batch_size is 8.0; it must be of the kind of 32"),
        ({"batch_size": True}, "batch_size is True"),
        ({"mirror": 1}, "mirror is 1; it must be of the kind of True"),
        ({"loss": "wasserstein"}, "loss is 'wasserstein'; it can be non-saturating, hinge, least-squares, wgan-gp"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; it can be from"),
    ],
)
def test_parameters_that_cannot_be_are_refused(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        settled(variant("dcgan"), given)  # type: ignore[arg-type]


def test_whole_numbers_are_taken_for_others() -> None:
    assert settled(variant("dcgan"), {"max_grad_norm": 0})["max_grad_norm"] == 0.0


@pytest.mark.parametrize(
    ("name", "shape", "sentence"),
    [
        ("fastgan", Shape(48), "FastGAN makes pictures of 32, 64, 128, 256 points, not 48"),
        ("fastgan", Shape(64, 4), "1 or 3 channels, not 4"),
        ("fastgan", Shape(64, 3, 5), "FastGAN takes no condition"),
        ("conditional", Shape(32), "Conditional GAN needs a condition"),
        ("conditional", Shape(32, 3, 1), "needs a condition: groups of the pictures, two at least"),
        ("conditional", Shape(32, 3, MOST_CLASSES + 1), "2 to 4096 classes"),
    ],
)
def test_shapes_that_cannot_be_are_refused(name: str, shape: Shape, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fits(variant(name), shape)


def test_defaults_are_of_parameters_that_there_are() -> None:
    with pytest.raises(ValueError, match="no common parameter depth"):
        common(depth=3)


# ---------------------------------------------------------------- what is special to some


def test_half_of_the_pictures_are_mirrored_and_none_if_unwanted() -> None:
    kind, draws = variant("dcgan"), torch.Generator().manual_seed(0)
    real = torch.randn(200, 1, 4, 4)
    seen = kind.batch(real, None, {"mirror": True}, draws).real
    turned = [bool(torch.equal(a, b.flip(2))) for a, b in zip(seen, real, strict=True)]
    same = [bool(torch.equal(a, b)) for a, b in zip(seen, real, strict=True)]
    assert all(a != b for a, b in zip(turned, same, strict=True))
    assert 70 < sum(turned) < 130
    assert kind.batch(real, None, {"mirror": False}, draws).real is real


def test_wgan_gp_judges_each_picture_by_itself() -> None:
    """With a gradient penalty a picture's logit must not depend on its neighbours."""
    for name, each in SMALL.items():
        if variant(name).conditional:
            continue
        parameters = settled(
            variant(name), {**each, "loss": "wgan-gp", **({"dropout": 0.0} if name == "vanilla" else {})}
        )
        size = variant(name).sizes[0]
        network = variant(name).discriminator(Shape(size), parameters).eval().train()
        for module in network.modules():
            if "spectral" in type(module).__name__.lower():
                module.eval()
        x = torch.randn(4, 3, size, size)
        with torch.no_grad():
            torch.testing.assert_close(network(x)[:1], network(x[:1]), rtol=1e-4, atol=1e-5)


def test_the_self_supervised_discriminator_must_remember_what_it_sees() -> None:
    gan = trainer("fastgan")
    network = gan.discriminator
    assert isinstance(network, FastDiscriminator)
    x = batch(gan).real
    logits, error = network.remembering(x)
    assert logits.shape == network(x).shape
    assert error.requires_grad
    error.backward()
    for part in (network.whole, network.part, network.start):
        assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in part.parameters() if p.dim() > 1)
    assert all(p.grad is None for p in (*network.judge.parameters(), *network.small.parameters()))


def test_it_learns_to_remember() -> None:
    gan = trainer("fastgan", ndf=8, learning_rate=2e-3)
    network, seen = gan.discriminator, batch(gan)
    assert isinstance(network, FastDiscriminator)
    errors = []
    for _ in range(15):
        _, error = network.remembering(seen.real)
        gan._adam_d.step(error)
        errors.append(float(error.detach()))
    assert errors[-1] < 0.7 * errors[0]


def test_a_generator_in_use_adds_no_noise() -> None:
    gan = trainer("fastgan", size=32)
    for block in gan.generator.modules():
        if type(block).__name__ == "Noise":
            torch.nn.init.ones_(block.strength)  # type: ignore[arg-type]
    z = torch.randn(4, 8)
    with torch.no_grad():
        assert not torch.equal(gan.generator(z), gan.generator(z))
        gan.generator.eval()
        assert torch.equal(gan.generator(z), gan.generator(z))


@pytest.mark.parametrize(("size", "pairs"), [(32, [(4, 32)]), (256, [(4, 32), (4, 64), (8, 128), (16, 256)])])
def test_small_maps_weigh_large_ones(size: int, pairs: list[tuple[int, int]]) -> None:
    gan, seen = trainer("fastgan", size=size), []
    for each in gan.generator.excitations.values():
        each.register_forward_hook(lambda _, given, out: seen.append((given[0].shape[2], out.shape[2])))
    with torch.no_grad():
        gan.generator(torch.randn(2, 8))
    assert seen == pairs


def test_a_large_map_is_weighed_channel_by_channel() -> None:
    excitation, large = Excitation(6, 4), torch.randn(2, 4, 8, 8)
    with torch.no_grad():
        weight = excitation(torch.randn(2, 6, 4, 4), large) / large
    torch.testing.assert_close(weight, weight[:, :, :1, :1].expand_as(weight), rtol=1e-4, atol=1e-5)
    assert float(weight.min()) > 0
    assert float(weight.max()) < 1
    assert len({round(float(w), 4) for w in weight[:, :, 0, 0].flatten()}) == 8, (
        "by what each picture's small map holds"
    )
