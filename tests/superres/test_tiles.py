"""Large pictures in pieces: no seam, whatever the size; short memory, cancelling, progress."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, ReverieError
from core.progress import Progress, Report
from core.superres import models, own, tiles
from core.superres.models import F32, Model, fit_scale
from core.superres.networks import Compact

INFO = models.info("bicubic")


def sharp(scale: int, seed: int = 0, n_convs: int = 4) -> Model:
    """A network that looks as far as it can: weights by chance, large enough to be seen at the edge of its reach."""
    torch.manual_seed(seed)
    network = Compact(scale, n_feats=6, n_convs=n_convs)
    return own.of_network(INFO, network, scale, network.reach)


def noise(height: int, width: int, seed: int = 0) -> F32:
    return np.random.default_rng(seed).random((height, width, 3), np.float32)


NETWORKS = {scale: sharp(scale) for scale in (2, 4)}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.integers(1, 150), st.integers(40, 130), st.sampled_from([2, 3, 4]))
def test_in_tiles_it_is_the_same_as_whole(height: int, width: int, tile: int, scale: int) -> None:
    model = fit_scale(NETWORKS[2 if scale == 2 else 4], scale)
    image = noise(height, width, seed=height)
    whole = model(image)
    assert whole.shape == (scale * height, scale * width, 3)
    difference = np.abs(tiles.run(model, image, tile=tile) - whole).max()
    assert difference < 1 / 255
    assert difference < 1e-5, "where the border is as wide as the reach, nothing but rounding differs"


def test_too_narrow_a_border_would_show() -> None:
    model, image = NETWORKS[4], noise(100, 100)
    narrow = tiles.run(replace(model, receptive_field=0), image, tile=50)
    assert np.abs(narrow - model(image)).max() > 1 / 255


def test_where_pieces_disagree_they_are_faded_into_each_other() -> None:
    """Each piece comes out in one shade of its own: between them the shades pass smoothly, and nowhere overshoot."""
    calls: list[int] = []

    def shade(image: F32) -> F32:
        calls.append(1)
        return np.full((2 * len(image), 2 * image.shape[1], 3), len(calls) % 2, np.float32)

    model = Model(INFO, 2, 8, shade)
    made = tiles.run(model, noise(30, 200), tile=64)
    assert len(calls) >= 4
    assert made.min() >= 0
    assert made.max() <= 1
    assert np.abs(np.diff(made[10, :, 0])).max() <= 1.01 / (4 * tiles.FADE)
    assert (np.ptp(made, axis=0) < 1e-6).all(), "one row of pieces: no fading downwards"


@pytest.mark.parametrize("size", [33, 64, 100, 257])
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_weights_of_neighbours_add_up_to_one(size: int, scale: int) -> None:
    total = np.zeros(size * scale)
    for span in tiles._spans(size, 32, 10):
        kept = slice(span.kept[0] * scale, span.kept[1] * scale)
        total[kept] += tiles.fade(span.own, span.kept[1] - span.kept[0], size, scale)
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_a_picture_is_never_held_twice() -> None:
    """The bands come from the top, without gaps, each once; none is much higher than a tile."""
    model, image = NETWORKS[2], noise(300, 60)
    at = 0
    for top, rows in tiles.bands(model, image, tile=80):
        assert top == at
        assert len(rows) <= 2 * 80
        at += len(rows)
    assert at == 600


def short_of_memory(model: Model, most: int, calls: list[tuple[int, int]]) -> Model:
    """The model, where pictures of more than ``most`` pixels do not fit."""

    def run(image: F32) -> F32:
        calls.append(image.shape[:2])
        if image.shape[0] * image.shape[1] > most:
            raise MemoryError("too large")
        return model(image)

    return replace(model, run=run)


def test_where_memory_is_short_the_tile_is_halved_and_the_work_goes_on() -> None:
    calls: list[tuple[int, int]] = []
    heard: list[Report] = []
    model, image = NETWORKS[4], noise(170, 150)
    made = tiles.run(
        short_of_memory(model, 80 * 80, calls), image, tile=256, progress=Progress(heard.append, interval=0)
    )
    np.testing.assert_allclose(made, model(image), atol=1e-5)
    notices = [report.notice for report in heard if report.notice]
    assert notices
    assert all("Memory is short" in notice for notice in notices)
    assert sum(h * w > 80 * 80 for h, w in calls) == len(notices), "what did not fit is not tried again"
    assert heard[-1].done == max(report.done for report in heard) == 170 * 150


def test_memory_that_grows_short_on_the_way_costs_one_band() -> None:
    calls = [0]
    model, image = NETWORKS[2], noise(200, 50)

    def run(part: F32) -> F32:
        calls[0] += 1
        if calls[0] == 3:
            raise MemoryError
        return model(part)

    tops = [top for top, _ in tiles.bands(replace(model, run=run), image, tile=80)]
    assert tops == sorted(set(tops))
    calls[0] = 0
    made = tiles.run(replace(model, run=run), image, tile=80)
    np.testing.assert_allclose(made, model(image), atol=1e-5)


def test_too_little_memory_for_anything_is_said() -> None:
    with pytest.raises(ReverieError, match="not enough memory"):
        tiles.run(short_of_memory(NETWORKS[2], 10, []), noise(90, 90))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes", True),
        ("CUDA out of memory. Tried to allocate 2 GiB", True),
        ("mat1 and mat2 shapes cannot be multiplied", False),
    ],
)
def test_torch_says_in_words_that_memory_is_short(words: str, expected: bool) -> None:
    class Failing(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise RuntimeError(words)

    model = own.of_network(INFO, Failing(), 2, 1)
    with pytest.raises(MemoryError if expected else RuntimeError):
        model(noise(4, 4))


def test_it_can_be_cancelled_between_pieces_and_tells_how_far_it_is() -> None:
    heard: list[Report] = []
    progress = Progress(heard.append, interval=0)
    tiles.run(NETWORKS[2], noise(120, 90), tile=60, progress=progress)
    done = [report.done for report in heard]
    assert done == sorted(done)
    assert done[-1] == heard[-1].total == 120 * 90
    seen = [0]

    def run(image: F32) -> F32:
        seen[0] += 1
        if seen[0] == 2:
            progress.cancel()
        return NETWORKS[2](image)

    with pytest.raises(Cancelled):
        tiles.run(replace(NETWORKS[2], run=run), noise(120, 90), tile=60, progress=progress)
    assert seen[0] == 2


@pytest.mark.parametrize(("height", "width", "tile"), [(30, 40, 256), (300, 40, 64), (100, 333, 90)])
def test_the_pixels_that_the_network_will_see_are_known_before(height: int, width: int, tile: int) -> None:
    seen = [0]

    def run(image: F32) -> F32:
        seen[0] += image.shape[0] * image.shape[1]
        return NETWORKS[2](image)

    model = replace(NETWORKS[2], run=run)
    tiles.run(model, noise(height, width), tile=tile)
    assert tiles.pixels_seen(height, width, model, tile) == pytest.approx(seen[0], rel=0.02)
