"""The benchmarks of GANs measure what they say: parts that do not overlap, limits that are kept, a peer that learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import gan, gan_peer, gan_pictures, memorise


def test_the_validation_part_lies_within_the_training_part() -> None:
    whole = gan_pictures.digits()
    parts = gan_pictures.digits(validation=7)
    assert (len(whole.train), len(whole.test)) == (1257, 540)
    assert len(parts.train) + len(parts.test) == 1257
    rows = {picture.tobytes() for picture in whole.train}
    assert all(picture.tobytes() in rows for picture in np.concatenate([parts.train, parts.test]))
    assert gan_pictures.digits().test.tobytes() == whole.test.tobytes()


def folder(root: Path) -> Path:
    for k, name in enumerate(("a", "b")):
        (root / name).mkdir()
        for n in range(6):
            Image.new("RGB", (40 + n, 30), (100 * k + n, 5 * n, 0)).save(root / name / f"{n}.png")
    return root


def test_photos_of_class_folders(tmp_path: Path) -> None:
    found = gan_pictures.photos(folder(tmp_path), 8, 4, 5, gan_pictures.pixels)
    assert found.train.shape == (6, 8, 8, 3)
    assert found.test.shape == (4, 8, 8, 3)
    means = np.concatenate([found.train, found.test])[..., 0].mean(axis=(1, 2))
    assert (np.concatenate([found.train_labels, found.test_labels]) == (means > 50)).all()
    with pytest.raises(SystemExit, match="two folders"):
        gan_pictures.photos(tmp_path / "a", 8, 4, 5, gan_pictures.pixels)


def test_the_peer_learns_and_makes_the_same_of_a_seed() -> None:
    white = np.full((16, 8, 8, 1), 255, np.uint8)
    first = gan_peer.PlainDCGAN(8, 1, 0).train(white, gan.steps_done(12)())
    again = gan_peer.PlainDCGAN(8, 1, 0).train(white, gan.steps_done(12)())
    assert first.steps == 12
    assert first.sample(20, 1).mean() > gan_peer.PlainDCGAN(8, 1, 0).sample(20, 1).mean() + 5
    assert (first.sample(20, 1) == again.sample(20, 1)).all()


def test_time_is_up_once_it_is_spent() -> None:
    assert gan.time_spent(0.0)()(0)
    assert not gan.time_spent(1000.0)()(10**9)


def test_all_methods_are_judged_at_equal_steps() -> None:
    data = gan_pictures.digits()
    small = gan_pictures.Pictures(
        "few", data.train[:200], data.train_labels[:200], data.test[:60], data.test_labels[:60], data.features,
        data.classifier,
    )  # fmt: skip
    found = gan.compare(small, gan.DIGITS, gan.steps_done(3), seeds=2)
    assert found.keys() == {"vanilla", "dcgan", "conditional", "plain_dcgan", "gaussian", "training_photos"}
    for name, measures in found.items():
        assert measures["steps"] == (0 if name in ("gaussian", "training_photos") else 3)
        assert ("gan_test" in measures) == (name in ("conditional", "gaussian", "training_photos"))
    copies, rough = found["training_photos"], found["dcgan"]
    assert copies["kid"] < found["gaussian"]["kid"] + 0.01 < rough["kid"]
    assert copies["memorisation"] > 0.9 > rough["memorisation"] + 0.5
    assert copies["gan_train"] > 0.8


def test_albums_of_the_benchmark_do_not_overlap() -> None:
    for photos in (30, 1000):
        rows = memorise.album(1797, photos, 0)
        assert [len(part) for part in rows] == [photos, memorise.kept_apart(photos), memorise.MADE]
        assert len(np.unique(np.concatenate(rows))) == sum(map(len, rows))
    with pytest.raises(SystemExit, match="are needed"):
        memorise.album(100, 1000, 0)


def test_copies_are_told_from_new_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memorise, "DRAWS", 20)
    found = memorise.measure(gan_pictures.digits(), 30, steps=1, seeds=2)
    assert found["copied"]["says_so"] == "2 of 2"
    assert int(found["fresh"]["says_so"].split()[0]) <= 1
    assert found["trained"]["says_so"] == "0 of 2"
