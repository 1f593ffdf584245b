"""What makes a file the same file wherever it lies: hashes of its content (BLAKE3)."""

from __future__ import annotations

import os
from typing import BinaryIO

from blake3 import blake3

EDGE = 64 * 1024
"""Bytes at each end of a file that the quick key covers."""

_CHUNK = 1 << 20


def quick_key(path: str, size: int) -> bytes:
    """16 bytes over size, first and last 64 KiB: equal for copies, and seldom for anything else. OSError."""
    with open(path, "rb", buffering=0) as file:
        head, tail = read_edges(file, size)
    return quick_key_of(head, tail, size)


def read_edges(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """First and last ``EDGE`` bytes of an open file; they never overlap, and short files have no tail."""
    head = file.read(EDGE)
    if size <= EDGE:
        return head, b""
    file.seek(max(EDGE, size - EDGE))
    return head, file.read(EDGE)


def quick_key_of(head: bytes, tail: bytes, size: int) -> bytes:
    """The quick key from what :func:`read_edges` gave."""
    hasher = blake3(size.to_bytes(8, "little"))
    hasher.update(head)
    hasher.update(tail)
    return hasher.digest(length=16)


def content_hash(path: str | os.PathLike[str]) -> bytes:
    """32 bytes over the whole file, read in pieces of 1 MiB. OSError."""
    hasher = blake3()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with open(path, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            hasher.update(view[:count])
    return hasher.digest()


def content_hash_of(data: bytes) -> bytes:
    """The same of bytes that are in memory already."""
    return blake3(data).digest()
