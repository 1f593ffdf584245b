"""What is said of an album before a generator is trained on it."""

from __future__ import annotations

import numpy as np
import pytest

from core.gan.album import alike, enough, held_out, sentences


def test_alike_is_the_share_with_a_near_identical_photo() -> None:
    draws = np.random.default_rng(0)
    photos = draws.standard_normal((40, 32)).astype(np.float32)
    photos[30:] = 3 * photos[:10] + 0.1 * draws.standard_normal((10, 32))
    slow = 0
    for i, a in enumerate(photos):
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for j, b in enumerate(photos) if j != i]
        slow += max(cosines) >= 0.95
    assert slow == 20
    assert alike(photos) == pytest.approx(slow / 40)


def test_photos_without_a_vector_are_like_nothing() -> None:
    assert alike(np.zeros((5, 4), np.float32)) == 0.0
    assert alike(np.ones((1, 4), np.float32)) == 0.0
    assert alike(np.ones((3, 4), np.float32)) == 1.0


SAID = [(0, "needs 20"), (19, "needs 20"), (20, "copies"), (99, "copies"), (100, "enough"), (1000, "plenty")]


@pytest.mark.parametrize(("photos", "word"), SAID)
def test_what_to_expect_of_so_many(photos: int, word: str) -> None:
    (said,) = sentences(photos)
    assert word in said
    assert str(photos) in said
    assert enough(photos) == (photos >= 20)


def test_photos_too_alike_are_said_besides() -> None:
    assert "62%" in sentences(300, 0.62)[1]
    assert len(sentences(300, 0.3)) == 1


def test_held_out_photos() -> None:
    for photos in (20, 30, 100, 1000, 50_000):
        kept = held_out(photos)
        assert min(photos // 3, 8) <= kept <= min(500, photos // 3)
