"""Every measure of made pictures against a slow loop that does what its paper says, and at its two ends."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.neighbors import KNeighborsClassifier

from core.gan import nearest as near
from core.gan.metrics import NEARER, gan_train_test, kid, memorisation, precision_recall, worse

F32 = NDArray[np.float32]


def rows(n: int, d: int = 5, seed: int = 0, shift: float = 0.0) -> F32:
    return (np.random.default_rng(seed).standard_normal((n, d)) + shift).astype(np.float32)


# ---------------------------------------------------------------- kernel distance


def slow_mmd2(x: F32, y: F32) -> float:
    def k(a: F32, b: F32) -> float:
        return float((sum(float(p) * float(q) for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3)

    n, m = len(x), len(y)
    total = sum(k(x[i], x[j]) for i, j in product(range(n), range(n)) if i != j) / (n * (n - 1))
    total += sum(k(y[i], y[j]) for i, j in product(range(m), range(m)) if i != j) / (m * (m - 1))
    return total - 2 * sum(k(a, b) for a, b in product(x, y)) / (n * m)


def test_kid_of_one_subset_is_the_slow_estimate() -> None:
    real, fake = rows(16), rows(13, seed=1, shift=0.3)
    draws = np.random.default_rng(7)
    x, y = real[draws.choice(16, 6, False)], fake[draws.choice(13, 6, False)]
    assert kid(real, fake, subsets=1, seed=7) == (pytest.approx(slow_mmd2(x, y), rel=1e-9), 0.0)


def test_kid_has_no_bias_that_few_pictures_make() -> None:
    found = [kid(rows(20, seed=2 * s), rows(20, seed=2 * s + 1), subsets=10)[0] for s in range(300)]
    assert min(found) < 0 < max(found)
    assert abs(float(np.mean(found))) < 3 * float(np.std(found)) / math.sqrt(len(found))


def test_kid_grows_with_the_distance() -> None:
    real = rows(200)
    found = [kid(real, rows(200, seed=1, shift=shift))[0] for shift in (0.0, 0.5, 1.0)]
    assert found[0] < found[1] / 5
    assert found[1] < found[2]


def test_kid_of_three_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="Four pictures"):
        kid(rows(3), rows(50))


# ---------------------------------------------------------------- precision and recall


def slow_share(a: F32, b: F32, k: int) -> float:
    """The share of rows of ``a`` within the k-nearest ball of any row of ``b``."""
    reach = [sorted(math.dist(x, y) for j, y in enumerate(b) if j != i)[k - 1] for i, x in enumerate(b)]
    return float(np.mean([any(math.dist(x, y) <= r for y, r in zip(b, reach, strict=True)) for x in a]))


@pytest.mark.parametrize("k", [1, 3])
def test_precision_and_recall_are_the_slow_shares(k: int) -> None:
    real, fake = rows(40, 2), rows(30, 2, seed=1, shift=1.2)
    expected = slow_share(fake, real, k), slow_share(real, fake, k)
    assert 0 < expected[1] < 1
    assert 0 < expected[0] < 1
    assert precision_recall(real, fake, k) == pytest.approx(expected)


def test_precision_sees_poor_pictures_and_recall_what_is_missing() -> None:
    real = rows(300, 2)
    collapsed, scattered = real[:5].repeat(60, axis=0) + rows(300, 2, seed=1) * 1e-3, rows(300, 2, seed=2) * 20
    precision, recall = precision_recall(real, collapsed)
    assert precision > 0.99
    assert recall < 0.1
    assert precision_recall(real, scattered)[0] < 0.2
    assert precision_recall(real, real) == (1.0, 1.0)


def test_precision_needs_more_pictures_than_neighbours() -> None:
    with pytest.raises(ValueError, match="More than 3"):
        precision_recall(rows(3), rows(9))


# ---------------------------------------------------------------- memorisation


def slow_ratio(x: F32, train: list[F32], held: list[F32]) -> float:
    return math.log(min(math.dist(x, t) for t in train) / min(math.dist(x, h) for h in held))


def without(photos: F32, i: int) -> list[F32]:
    return [photo for j, photo in enumerate(photos) if j != i]


def test_memorisation_is_what_the_slow_loop_says() -> None:
    train, held = rows(30), rows(9, seed=1)
    fake = np.concatenate([rows(20, seed=2), train[:4] + 0.1])
    made = [slow_ratio(x, list(train), without(held, i % len(held))) for i, x in enumerate(fake)]
    real = [slow_ratio(t, without(train, i), list(held)) for i, t in enumerate(train)]
    real += [slow_ratio(h, list(train), without(held, i)) for i, h in enumerate(held)]
    limit = float(np.median(real)) + math.log(NEARER)
    table = [[sum(r <= limit for r in made), sum(r > limit for r in made)],
             [sum(r <= limit for r in real), sum(r > limit for r in real)]]  # fmt: skip
    found = memorisation(train, held, fake)
    assert table[0][0] >= 4
    assert (found.share, found.expected) == (table[0][0] / 24, table[1][0] / 39)
    assert found.p_value == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue)
    assert found.ratio == pytest.approx(math.exp(float(np.median(made)) - float(np.median(real))))
    which = [int(np.argmin([math.dist(x, t) for t in train])) for x in fake]
    assert found.nearest.tolist() == which
    assert found.distance == pytest.approx([math.dist(x, train[j]) for x, j in zip(fake, which, strict=True)])


@pytest.mark.parametrize("n_train", [24, 400])
def test_copies_are_called_so_and_new_pictures_are_not(n_train: int) -> None:
    train, held = rows(n_train, 16), rows(8, 16, seed=1)
    copies = train[np.arange(100) % n_train] + 0.1 * rows(100, 16, seed=2)
    said = memorisation(train, held, copies)
    assert said.memorised
    assert (said.share, said.expected) == (1.0, pytest.approx(0.0, abs=0.05))
    assert "100% of what it makes are copies" in said.said
    new = memorisation(train, held, rows(100, 16, seed=3))
    assert not new.memorised
    assert "not learned" in new.said


def test_a_quarter_of_copies_is_enough() -> None:
    train, held, fake = rows(30, 16), rows(8, 16, seed=1), rows(120, 16, seed=2)
    fake[:30] = train[:3].repeat(10, axis=0) + 0.1 * rows(30, 16, seed=3)
    found = memorisation(train, held, fake)
    assert found.memorised
    assert found.share == pytest.approx(0.25, abs=0.02)
    assert worse([memorisation(train, held, fake[30:]), found]) is found


def test_exact_copies_of_one_photo_are_memorised() -> None:
    train = rows(24, 16)
    assert memorisation(train, rows(8, 16, seed=1), train[:1].repeat(64, axis=0)).memorised


def test_an_album_of_doubles_makes_nearness_no_copying() -> None:
    """Photos of bursts lie as near to each other as what is made lies to them."""
    scenes = rows(40, 16)
    train = scenes.repeat(2, axis=0) + 0.1 * rows(80, 16, seed=4)
    near = scenes + 0.1 * rows(40, 16, seed=5)
    assert not memorisation(train, rows(10, 16, seed=1), near).memorised


def test_poor_or_typical_pictures_are_no_copies() -> None:
    train, held = rows(300, 16), rows(60, 16, seed=1)
    for fake in (4 * rows(200, 16, seed=2), 0.2 * rows(200, 16, seed=3)):
        assert not memorisation(train, held, fake).memorised


def test_new_pictures_are_seldom_called_copies() -> None:
    found = [memorisation(rows(40, seed=3 * s), rows(12, seed=3 * s + 1), rows(60, seed=3 * s + 2)) for s in range(400)]
    assert np.mean([each.p_value <= 0.05 for each in found]) < 0.06
    assert np.mean([each.memorised for each in found]) <= 0.01


def test_memorisation_needs_two_photos_kept_apart() -> None:
    with pytest.raises(ValueError, match="two held-out"):
        memorisation(rows(30), rows(1), rows(30))


# ---------------------------------------------------------------- classes


def test_gan_train_and_test_are_two_accuracies() -> None:
    def classes(n: int, seed: int, apart: float) -> tuple[F32, NDArray[np.int64]]:
        labels = np.arange(n, dtype=np.int64) % 3
        return (rows(n, 2, seed) + apart * np.eye(3, 2)[labels]).astype(np.float32), labels

    def first_neighbour() -> KNeighborsClassifier:
        return KNeighborsClassifier(1)

    train, held, fake = classes(60, 0, 2.0), classes(45, 1, 2.0), classes(90, 2, 1.5)

    def slow(learn: tuple[F32, NDArray[np.int64]], ask: tuple[F32, NDArray[np.int64]]) -> float:
        answers = [learn[1][np.argmin([math.dist(x, y) for y in learn[0]])] for x in ask[0]]
        return float(np.mean(np.array(answers) == ask[1]))

    found = gan_train_test(train, held, fake, first_neighbour)
    assert found == (pytest.approx(slow(fake, held)), pytest.approx(slow(train, fake)))


def test_gan_train_falls_when_a_class_is_missing_and_gan_test_does_not() -> None:
    labels = np.arange(300, dtype=np.int64) % 3
    centres = 8 * np.eye(3, 5)
    train, held, fake = ((rows(300, 5, s) + centres[labels]).astype(np.float32) for s in range(3))
    some = labels < 2
    assert min(gan_train_test((train, labels), (held, labels), (fake, labels))) > 0.99
    missing = gan_train_test((train, labels), (held, labels), (fake[some], labels[some]))
    assert missing[0] < 0.7
    assert missing[1] > 0.99


# ---------------------------------------------------------------- nearest photos


def test_distances_in_blocks_are_distances() -> None:
    a, b = rows(50, 3), rows(41, 3, seed=1)
    parts = [square for _, square in near.blocks(a, b, rows=7)]
    assert [len(p) for p in parts] == [7] * 7 + [1]
    assert np.sqrt(np.concatenate(parts)) == pytest.approx(
        np.array([[math.dist(x, y) for y in b] for x in a]), abs=1e-6
    )
    others = [min(math.dist(x, y) for j, y in enumerate(a) if j != i) for i, x in enumerate(a)]
    assert near.radii(a, 1) == pytest.approx(others, abs=1e-6)


def test_closest_photos_by_cosine() -> None:
    photos = np.array([[2, 0], [0, 0], [1, 1], [-1, 0]], np.float32)
    which, cosine = near.closest(np.array([3, 0], np.float32), photos, 3)
    assert which.tolist() == [0, 2, 1]
    assert cosine == pytest.approx([1, math.sqrt(0.5), 0])
