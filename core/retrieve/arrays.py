"""Arrays in one file that appears whole or not at all, memory-mapped for reading, with a checksum of each."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from core.errors import ReverieError

MAGIC = b"reverie arrays 1\n"
ALIGNED = 64
LOOKED_AT = 64 << 20
"""Arrays of up to so many bytes are checked whenever the file is opened, larger ones by :func:`verify` alone."""

CHUNK = 1 << 24


class Damaged(ReverieError):
    """The file is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} is damaged.")


@dataclass(frozen=True, slots=True)
class Arrays:
    """``facts``: plain values; ``arrays``: read-only views of the file."""

    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file, down to the disk, beside ``path`` and put it in place when it is whole. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    entries, offset = {}, 0
    for name, array in plain.items():
        entries[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset, "sum": _sum(array)}
        offset += -(-array.nbytes // ALIGNED) * ALIGNED
    header = json.dumps({"facts": dict(facts), "arrays": entries}).encode()
    part = path.with_name(path.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + blake3(header).digest() + header)
            for array in plain.values():
                file.write(b"\0" * (-file.tell() % ALIGNED))
                file.write(array.data if array.size else b"")
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read(path: Path) -> Arrays:
    """Open a file. Raises :class:`Damaged`, or FileNotFoundError."""
    header, begin = _header(path)
    size = path.stat().st_size
    arrays: dict[str, NDArray[Any]] = {}
    for name, entry in header["arrays"].items():
        dtype, shape, offset = np.dtype(entry["dtype"]), tuple(entry["shape"]), begin + entry["offset"]
        length = dtype.itemsize * int(np.prod(shape))
        if offset + length > size:
            raise Damaged(path)
        array = np.memmap(path, dtype, "r", offset, shape) if length else np.empty(shape, dtype)
        if length <= LOOKED_AT and _sum(array) != entry["sum"]:
            raise Damaged(path)
        arrays[name] = array
    return Arrays(header["facts"], arrays)


def verify(path: Path) -> bool:
    """Whether every byte of the arrays is as it was written."""
    try:
        opened = read(path)
        sums = _header(path)[0]["arrays"]
    except (Damaged, OSError):
        return False
    return all(_sum(array) == sums[name]["sum"] for name, array in opened.arrays.items())


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays begin."""
    fixed = len(MAGIC) + 8 + 32
    with open(path, "rb") as file:
        start = file.read(fixed)
        length = int.from_bytes(start[len(MAGIC) : len(MAGIC) + 8], "little")
        if len(start) < fixed or not start.startswith(MAGIC) or length > os.fstat(file.fileno()).st_size:
            raise Damaged(path)
        body = file.read(length)
    if blake3(body).digest() != start[-32:]:
        raise Damaged(path)
    header: dict[str, Any] = json.loads(body)
    return header, -(-(fixed + length) // ALIGNED) * ALIGNED


def _sum(array: NDArray[Any]) -> str:
    hasher = blake3()
    flat = array.reshape(-1).view(np.uint8)
    for begin in range(0, len(flat), CHUNK):
        hasher.update(flat[begin : begin + CHUNK].data)
    return hasher.hexdigest()
