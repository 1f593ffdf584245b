"""Codes in a file: nearest by counting bits, against the plain formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.retrieve import hamming
from core.retrieve.arrays import Damaged
from core.retrieve.hamming import HammingIndex, distances


def _codes(n: int, n_bytes: int, seed: int = 0, subjects: int = 0) -> NDArray[np.uint8]:
    """Random codes, or such as lie around a few ``subjects``."""
    rng = np.random.default_rng(seed)
    if not subjects:
        return rng.integers(0, 256, (n, n_bytes), dtype=np.uint8)
    middle = rng.integers(0, 256, (subjects, n_bytes), dtype=np.uint8)
    noise = np.packbits(rng.random((n, 8 * n_bytes)) < 0.1, axis=1)
    return np.asarray(middle[rng.integers(0, subjects, n)] ^ noise)


def _made(path: Path, codes: NDArray[np.uint8]) -> HammingIndex:
    index = HammingIndex.create(path, codes.shape[1])
    index.append(codes)
    return index


def _expected(codes: NDArray[np.uint8], code: NDArray[np.uint8], k: int) -> tuple[list[int], list[int]]:
    differ = [sum(bin(int(a) ^ int(b)).count("1") for a, b in zip(row, code, strict=True)) for row in codes]
    rows = sorted(range(len(codes)), key=lambda row: (differ[row], row))[:k]
    return rows, [differ[row] for row in rows]


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(0, 90),
    n_bytes=st.sampled_from([1, 2, 8, 12, 32, 40]),
    k=st.integers(1, 100),
    subjects=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_the_shortlist_is_that_of_the_formula(
    tmp_path_factory: pytest.TempPathFactory, n: int, n_bytes: int, k: int, subjects: int, seed: int
) -> None:
    codes = _codes(n, n_bytes, seed, subjects)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamming, "BLOCK", 16)  # several blocks, the last one not full
        index = _made(tmp_path_factory.mktemp("codes") / "some.codes", codes)
        wanted = _codes(1, n_bytes, seed + 1)[0] if seed % 2 or n == 0 else codes[n // 2]
        rows, bits = index.shortlist(wanted, k)
    assert (rows.tolist(), bits.tolist()) == _expected(codes, wanted, k)


def test_all_bits_may_differ(tmp_path: Path) -> None:
    codes = np.array([[0] * 32, [255] * 32, [0] * 31 + [1]], np.uint8)
    index = _made(tmp_path / "codes", codes)
    rows, bits = index.shortlist(np.zeros(32, np.uint8), 3)
    assert rows.tolist() == [0, 2, 1]
    assert bits.tolist() == [0, 1, 256]
    assert bits.dtype == np.int16


def test_many_rows_are_cut_early_and_rightly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hamming, "BLOCK", 1024)
    codes = _codes(20_000, 32, seed=3, subjects=200)
    index = _made(tmp_path / "codes", codes)
    looked: list[int] = []
    rest = hamming._rest

    def counted(*arguments: object) -> object:
        looked.append(1)
        return rest(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(hamming, "_rest", counted)
    rows, bits = index.shortlist(codes[77], 50)
    all_bits = distances(codes, codes[77])
    order = np.argsort(all_bits, kind="stable")[:50]
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_array_equal(bits, all_bits[order])
    assert looked  # or the test says nothing about the cut


def test_what_is_appended_is_found_after_opening_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hamming, "BLOCK", 32)
    codes = _codes(100, 8)
    index = HammingIndex.create(tmp_path / "codes", 8)
    assert (len(index), index.shortlist(codes[0], 5)[0].tolist()) == (0, [])
    for begin, end in ((0, 10), (10, 10), (10, 75), (75, 100)):
        index.append(codes[begin:end])
        assert len(index) == end
    again = HammingIndex.open(tmp_path / "codes")
    rows = np.array([99, 0, 31, 32, 64])
    np.testing.assert_array_equal(again.codes(rows), codes[rows])
    assert again.shortlist(codes[64], 1)[0].tolist() == [64]


def test_ranking_again_reads_the_shortlist_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(500, 24)).astype(np.float16)
    codes = np.packbits(vectors > 0, axis=1)
    index = _made(tmp_path / "codes", codes)
    near = index.shortlist(codes[7], 40)[0]
    unread = vectors.copy()
    unread[np.setdiff1d(np.arange(500), near)] = np.nan
    rows, cosine = index.search(codes[7], vectors[7], unread, 10, shortlist=40)
    unit = vectors.astype(np.float64) / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    expected = near[np.argsort(-(unit[near] @ unit[7]), kind="stable")[:10]]
    assert rows[0] == 7
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(cosine, unit[rows] @ unit[7], atol=1e-3)


def test_what_a_crash_left_behind_the_last_row_does_not_count(tmp_path: Path) -> None:
    codes = _codes(20, 8)
    path = tmp_path / "codes"
    index = _made(path, codes)
    header = path.read_bytes()[: hamming.HEADER]
    index.append(_codes(5, 8, seed=1))
    with open(path, "r+b") as file:  # the count was never written
        file.write(header)
    opened = HammingIndex.open(path)
    assert len(opened) == 20
    opened.append(_codes(3, 8, seed=2))
    np.testing.assert_array_equal(opened.codes(np.arange(20, 23)), _codes(3, 8, seed=2))


@pytest.mark.parametrize("damage", ["short", "strange", "cut"])
def test_a_damaged_file_is_said_to_be(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "codes"
    _made(path, _codes(20, 8))
    whole = path.read_bytes()
    path.write_bytes({"short": whole[:20], "strange": b"x" * len(whole), "cut": whole[:6000]}[damage])
    with pytest.raises(Damaged):
        HammingIndex.open(path)


def test_codes_of_another_length_are_refused(tmp_path: Path) -> None:
    index = HammingIndex.create(tmp_path / "codes", 8)
    with pytest.raises(ValueError, match="8 bytes"):
        index.append(_codes(3, 4))
    with pytest.raises(ValueError, match="at least one"):
        HammingIndex.create(tmp_path / "none", 0)
