"""Hashes: equal for copies, different for anything else, whatever the size."""

from __future__ import annotations

from pathlib import Path

import pytest
from blake3 import blake3

from core.scan.identity import EDGE, content_hash, content_hash_of, quick_key, quick_key_of


@pytest.mark.parametrize("size", [0, 1, EDGE - 1, EDGE, EDGE + 1, 2 * EDGE - 1, 2 * EDGE, 2 * EDGE + 1, 3_000_000])
def test_keys_of_every_size(tmp_path: Path, size: int) -> None:
    data = bytes(index * 7 % 251 for index in range(size)) if size < 300_000 else b"photo" * (size // 5)
    path, copy = tmp_path / "a", tmp_path / "b"
    path.write_bytes(data)
    copy.write_bytes(data)
    assert quick_key(str(path), size) == quick_key(str(copy), size)
    assert len(quick_key(str(path), size)) == 16
    assert content_hash(str(path)) == content_hash_of(data) == blake3(data).digest()


@pytest.mark.parametrize("at", [0, EDGE - 1, 3 * EDGE, 4 * EDGE - 1])
def test_the_quick_key_sees_both_ends(tmp_path: Path, at: int) -> None:
    data = bytearray(4 * EDGE)
    path = tmp_path / "a"
    path.write_bytes(data)
    before = quick_key(str(path), len(data))
    data[at] ^= 1
    path.write_bytes(data)
    assert quick_key(str(path), len(data)) != before


def test_the_quick_key_sees_the_size() -> None:
    assert quick_key_of(b"", b"", 1) != quick_key_of(b"", b"", 2)


def test_the_content_hash_sees_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(4 * EDGE))
    key, digest = quick_key(str(path), 4 * EDGE), content_hash(str(path))
    path.write_bytes(bytes(2 * EDGE) + b"\1" + bytes(2 * EDGE - 1))
    assert quick_key(str(path), 4 * EDGE) == key
    assert content_hash(str(path)) != digest


def test_what_is_gone_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        content_hash(str(tmp_path / "gone"))
