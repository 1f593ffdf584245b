"""What a trained generator makes, and which files it is read from: never one that could run code."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from core.errors import Cancelled, WeightsError
from core.gan.registry import variants
from core.gan.sample import Sampler, slerp
from core.nn import checkpoints
from core.progress import Progress
from tests.gan.made import CancelAfter, labels, pictures, trainer

NAMES = [each.name for each in variants()]


def _sampler(name: str = "dcgan", steps: int = 2) -> Sampler:
    gan = trainer(name)
    return Sampler.of(gan.train(pictures(size=gan.shape.size), labels(), steps=steps))


def _wanted(sampler: Sampler, n: int) -> np.ndarray | None:
    return labels(n) if sampler.shape.n_classes else None


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_is_written_and_read(name: str, tmp_path: Path) -> None:
    gan = trainer(name)
    gan.train(pictures(size=gan.shape.size), labels(), steps=2)
    sampler = Sampler.of(gan, classes=["sea", "snow", "street"])
    sampler.save(tmp_path / "weights.safetensors")
    again = Sampler.load(tmp_path / "weights.safetensors")
    z = sampler.latents(range(5))
    assert np.array_equal(sampler.render(z, _wanted(sampler, 5)), again.render(z, _wanted(again, 5)))
    assert again.facts == {"step": 2, "seed": 0, "classes": ["sea", "snow", "street"]}
    assert (again.variant.name, again.shape, again.parameters) == (name, gan.shape, gan.parameters)


def test_a_sampler_stays_as_the_generator_was() -> None:
    gan = trainer().train(pictures(), steps=2)
    sampler = Sampler.of(gan)
    before = sampler.render(sampler.latents([1]))
    gan.train(pictures(), steps=6)
    assert np.array_equal(before, sampler.render(sampler.latents([1])))
    assert not np.array_equal(before, Sampler.of(gan).render(sampler.latents([1])))


class _Code:
    """What a pickled file can do to who opens it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._path,)


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth", "weights.pt"])
@pytest.mark.parametrize("write", [lambda o, p: p.write_bytes(pickle.dumps(o)), torch.save])
def test_a_pickled_file_with_code_in_it_is_refused_and_not_run(name: str, write: object, tmp_path: Path) -> None:
    trap = tmp_path / "it ran"
    write({"code": _Code(trap)}, tmp_path / name)  # type: ignore[operator]
    with pytest.raises(WeightsError, match=rf"{name} cannot be read"):
        Sampler.load(tmp_path / name)
    assert not trap.exists()


def test_weights_of_the_wrong_architecture_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    _sampler().save(path)
    arrays, texts = checkpoints.load(path)
    for change in ({"variant": "vanilla", "parameters": {}}, {"parameters": {"ngf": 8}}):
        told = {**json.loads(texts["gan"]), **change}
        checkpoints.save(path, arrays, {"gan": json.dumps(told)})
        with pytest.raises(WeightsError, match=r"weights\.safetensors is of another architecture"):
            Sampler.load(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variant": "biggan"}, "does not say what kind of generator"),
        (
            {"shape": {"size": 4096, "channels": 3, "n_classes": 0}},
            "makes pictures of 8, 16, 32, 64, 128 points, not 4096",
        ),
        ({"shape": {"size": 8, "channels": 10**9, "n_classes": 0}}, "1 or 3 channels"),
        ({"shape": [8]}, "does not say what kind"),
        ({"parameters": {"ngf": 10**9}}, "ngf is 1000000000; it can be from 4 to 256"),
        ({"parameters": {"depth": 3}}, "has no parameter “depth”"),
        ({"parameters": None}, "does not say what kind"),
        ({"facts": 3}, "does not say what kind"),
    ],
)
def test_a_file_that_tells_of_something_impossible_is_refused(
    change: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "weights.safetensors"
    _sampler().save(path)
    arrays, texts = checkpoints.load(path)
    checkpoints.save(path, arrays, {"gan": json.dumps({**json.loads(texts["gan"]), **change})})
    with pytest.raises(WeightsError, match=sentence):
        Sampler.load(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    with pytest.raises(WeightsError, match="cannot be read"):
        Sampler.load(path)
    checkpoints.save(path, {"a": np.zeros(3, np.float32)})
    with pytest.raises(WeightsError, match="does not hold a generator"):
        Sampler.load(path)
    save_file({"a": np.zeros(3, np.float32)}, path, {"gan": "{}"})
    with pytest.raises(WeightsError, match="damaged"):
        Sampler.load(path)
    checkpoints.save(path, {"a": np.zeros(3, np.float32)}, {"gan": "no JSON"})
    with pytest.raises(WeightsError, match="does not say"):
        Sampler.load(path)


# ---------------------------------------------------------------- latent vectors


def test_a_seed_has_one_latent_vector() -> None:
    sampler = _sampler()
    z = sampler.latents([3, 4, 3])
    assert z.dtype == np.float32
    assert np.array_equal(z[0], z[2])
    assert not np.array_equal(z[0], z[1])
    assert np.array_equal(sampler.latents([4]), z[1:2])
    assert sampler.latents([]).shape == (0, 8)


def test_truncation_draws_towards_the_middle() -> None:
    sampler = _sampler()
    z = sampler.latents(range(20))
    np.testing.assert_allclose(sampler.latents(range(20), 0.5), 0.5 * z)
    middle = sampler.render(sampler.latents(range(20), 0.0))
    assert (middle == middle[:1]).all()


def test_more_like_this_one() -> None:
    sampler = _sampler()
    z = sampler.latents([1])[0]
    np.testing.assert_allclose(sampler.near(z, 3, 0.0), np.stack([z] * 3), rtol=1e-6)
    distances = [np.linalg.norm(sampler.near(z, 50, spread, seed=2) - z, axis=1).mean() for spread in (0.1, 0.3, 0.8)]
    assert distances == sorted(distances)
    other = sampler.near(z, 4, 1.0)
    np.testing.assert_allclose(np.linalg.norm(other, axis=1), np.linalg.norm(z), rtol=1e-5)
    assert len({each.tobytes() for each in other}) == 4


def test_a_walk_keeps_its_length_and_its_pace() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 64)).astype(np.float32)
    b *= 1.5
    way = slerp(a, b, np.linspace(0, 1, 11))
    assert way.dtype == np.float32
    np.testing.assert_allclose(way[[0, -1]], [a, b], rtol=1e-5)
    lengths = np.linalg.norm(way, axis=1)
    np.testing.assert_allclose(lengths, np.linspace(lengths[0], lengths[-1], 11), rtol=1e-5)
    unit = way / lengths[:, None]
    turns = np.arccos(np.clip((unit[:-1] * unit[1:]).sum(axis=1), -1, 1))
    np.testing.assert_allclose(turns, turns[0], rtol=1e-3)
    np.testing.assert_allclose(slerp(a, a, np.array([0.5])), a[None], rtol=1e-5)
    assert np.isfinite(slerp(a, -a, np.array([0.5]))).all()
    assert np.isfinite(slerp(0 * a, b, np.array([0.5]))).all()


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize("name", NAMES)
def test_pictures_do_not_depend_on_their_company(name: str) -> None:
    sampler = _sampler(name)
    z, wanted = sampler.latents(range(35)), _wanted(sampler, 35)
    many = sampler.render(z, wanted)
    for k in (0, 34):
        one = sampler.render(z[k : k + 1], None if wanted is None else wanted[k : k + 1])
        assert np.abs(one[0].astype(int) - many[k]).max() <= 1
    assert sampler.render(z[:0], None if wanted is None else wanted[:0]).shape[0] == 0


def test_a_walk_goes_from_one_picture_to_the_other() -> None:
    sampler = _sampler("conditional")
    a, b = sampler.latents([1, 2])
    frames = sampler.walk(a, b, 6, label=1)
    ends = sampler.render(np.stack([a, b]), np.array([1, 1]))
    assert frames.shape == (6, 8, 8, 3)
    assert np.abs(frames[[0, -1]].astype(int) - ends).max() <= 1


def test_a_wanted_class_is_asked_for() -> None:
    sampler = _sampler("conditional")
    z = sampler.latents([1, 2])
    with pytest.raises(ValueError, match="needs a wanted class for every picture"):
        sampler.render(z)
    with pytest.raises(ValueError, match="from 0 to 2"):
        sampler.render(z, np.array([0, 3]))


# ---------------------------------------------------------------- photos found in the generator


def _off(sampler: Sampler, latent: np.ndarray, image: np.ndarray) -> float:
    return float(np.abs(sampler.render(latent[None])[0].astype(float) - image).mean())


def test_a_picture_of_its_own_is_found_again() -> None:
    sampler = _sampler("dcgan", steps=60)
    image = sampler.render(sampler.latents([777]))[0]
    latent = sampler.project(image, steps=150)
    begun = min(_off(sampler, z, image) for z in sampler.latents(range(64)))
    assert latent.shape == (8,)
    assert latent.dtype == np.float32
    assert _off(sampler, latent, image) < 0.5 * begun
    assert np.linalg.norm(latent) == pytest.approx(8**0.5, rel=0.5)


def test_a_difference_of_ones_own_counts() -> None:
    """One that looks at the first channel alone, a hundred times as much as at pixels, gets that channel right."""
    sampler, image = _sampler("dcgan", steps=60), pictures(1, seed=9)[0]

    def first(made: torch.Tensor, photo: torch.Tensor) -> torch.Tensor:
        return 100 * (made[:, 0] - photo[:, 0]).square().mean(dim=(1, 2))

    plain, led = (sampler.project(image, steps=80, difference=difference) for difference in (None, first))
    off = [np.abs(sampler.render(z[None])[0, :, :, 0].astype(float) - image[:, :, 0]).mean() for z in (plain, led)]
    assert off[1] < off[0]


def test_finding_a_photo_can_be_cancelled_and_leaves_the_generator_as_it_was() -> None:
    sampler = _sampler()
    before = sampler.render(sampler.latents([1]))
    with pytest.raises(Cancelled):
        sampler.project(pictures(1)[0], CancelAfter(3), steps=100)
    sampler.project(pictures(1)[0], Progress(), steps=3)
    assert np.array_equal(before, sampler.render(sampler.latents([1])))
    assert all(parameter.grad is None for parameter in sampler.generator.parameters())


def test_a_photo_is_found_in_a_class() -> None:
    sampler = _sampler("conditional")
    assert sampler.project(pictures(1)[0], steps=3, label=2).shape == (8,)
    with pytest.raises(ValueError, match="wanted class"):
        sampler.project(pictures(1)[0], steps=3)
