"""The benchmark of speed: what it compares does the same work, and learns the same way."""

from __future__ import annotations

import json

import pytest
import torch

from benchmarks.quality import gan_speed

SMALLEST = [("vanilla", 8), ("conditional", 32)]


@pytest.mark.parametrize(("name", "size"), SMALLEST)
def test_both_begin_with_the_same_networks(name: str, size: int) -> None:
    loop, (_, trainer) = gan_speed.Loop(name, size), gan_speed.ours(name, size)
    for mine, theirs in ((loop.generator, trainer.generator), (loop.discriminator, trainer.discriminator)):
        assert mine.state_dict().keys() == theirs.state_dict().keys()
        assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), theirs.parameters(), strict=True))
    assert loop.own == trainer.parameters


@pytest.mark.parametrize("side", gan_speed.SIDES)
def test_everyone_moves_both_networks_and_those_who_average_the_average(side: str) -> None:
    if side == "ours":
        go, it = gan_speed.ours("vanilla", 8)
        average = it.ema
    else:
        it = gan_speed.Loop("vanilla", 8, lean=side == "lean", bare=side == "bare")  # type: ignore[assignment]
        go, average = it, it.average  # type: ignore[assignment, attr-defined]
    before = [p.clone() for n in (it.generator, it.discriminator, average) for p in n.parameters()]
    go(2)
    after = [p for n in (it.generator, it.discriminator, average) for p in n.parameters()]
    moved = [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    kept = len(list(average.parameters()))
    assert all(moved[:-kept])
    assert all(moved[-kept:]) is (side != "bare")


def test_figures_have_their_spread(capsys: pytest.CaptureFixture[str]) -> None:
    told = gan_speed.measure("vanilla", 8, repeats=3, seconds=0.01)
    assert set(told) == {*gan_speed.SIDES, "steps_a_block"}
    for side in ("loop", "lean", "bare"):
        assert {"ratio", "ratio_sd", "cpu_ratio", "cpu_ratio_sd"} <= told[side].keys()
        assert told[side]["ratio"] > 0
    gan_speed._remember("ours", "vanilla", 8)
    held = json.loads(capsys.readouterr().out)
    assert held["peak_mb"] >= held["added_mb"] >= 0
