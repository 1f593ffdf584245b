"""The wall of all photos as one flat file, so that the first window paints before the database is open.

Layout: magic, header length (uint32), CRC-32 of the header, the header (JSON), padding to 64 bytes, then the columns
and the texts at the offsets the header gives. Imports numpy and the records only.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.records import Edges, Wall

VERSION = 2
_MAGIC = b"RVWALL\x00\x01"
_PREFIX = struct.Struct("<8sII")
_ALIGN = 64
_HEADER_LIMIT = 1 << 16

_COLUMNS = (("ids", "<i8"), ("aspect", "<f4"), ("colour", "<u4"), ("local", "<f8"), ("flags", "|u1"))
_SECTIONS = (("section_start", "<i8"), ("section_id", "<i8"))
_EDGES = (
    ("strength", "<f4"), ("gap_seconds", "<f8"), ("distance_km", "<f4"), ("before", "<i8"), ("after", "<i8"),
    ("pinned", "|b1"),
)  # fmt: skip
_LONGEST_GAP = 1e11
"""Seconds; no calendar holds a longer pause, and no sentence could say it."""


def snapshot_path(root: Path) -> Path:
    return Path(root) / "cache" / "wall.snapshot"


def save(root: Path, wall: Wall) -> None:
    """Write the snapshot; it appears whole or not at all. Raises OSError."""
    blocks = [np.ascontiguousarray(getattr(wall, name), dtype) for name, dtype in _COLUMNS + _SECTIONS]
    for name, dtype in _EDGES:  # all empty where nothing is known of the boundaries
        blocks.append(np.ascontiguousarray(getattr(wall.edges, name, ()), dtype))
    blocks.append(_texts_block(wall))
    layout, total = _lay_out(blocks)
    head = _encode_header({"version": VERSION, "generation": wall.generation, "blocks": layout, "bytes": total})
    path = snapshot_path(root)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(head)
            for block, (offset, _count) in zip(blocks, layout, strict=True):
                file.seek(len(head) + offset)
                file.write(block.data)
            file.truncate(len(head) + total)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def load(root: Path) -> Wall | None:
    """The saved wall, or None where there is none, or it is damaged or of another version."""
    try:
        with open(snapshot_path(root), "rb") as file:
            header = _read_header(file)
            body = np.fromfile(file, np.uint8)
        return _build(header, body)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def saved_generation(root: Path) -> int | None:
    """The generation of the saved wall, from its header alone; None where there is no sound one."""
    try:
        with open(snapshot_path(root), "rb") as file:
            return int(_read_header(file)["generation"])
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def forget(root: Path) -> None:
    """Remove the snapshot."""
    with contextlib.suppress(OSError):
        snapshot_path(root).unlink(missing_ok=True)


def _texts_block(wall: Wall) -> NDArray[np.uint8]:
    text = json.dumps({"titles": wall.titles, "subtitles": wall.subtitles}, ensure_ascii=True)
    return np.frombuffer(text.encode("ascii"), np.uint8)


def _round_up(number: int) -> int:
    return -(-number // _ALIGN) * _ALIGN


def _lay_out(blocks: list[NDArray[Any]]) -> tuple[list[tuple[int, int]], int]:
    """(offset, number of elements) of each block from the end of the header, and the length of all."""
    layout, offset = [], 0
    for block in blocks:
        layout.append((offset, block.size))
        offset += _round_up(block.nbytes)
    return layout, offset


def _encode_header(header: dict[str, Any]) -> bytes:
    text = json.dumps(header).encode("ascii")
    text += b" " * (_round_up(_PREFIX.size + len(text)) - _PREFIX.size - len(text))
    return _PREFIX.pack(_MAGIC, len(text), zlib.crc32(text)) + text


def _read_header(file: BinaryIO) -> dict[str, Any]:
    magic, length, checksum = _PREFIX.unpack(file.read(_PREFIX.size))
    if magic != _MAGIC or length > _HEADER_LIMIT:
        raise ValueError("not a snapshot")
    text = file.read(length)
    if len(text) != length or zlib.crc32(text) != checksum:
        raise ValueError("damaged header")
    header: dict[str, Any] = json.loads(text)
    if header["version"] != VERSION:
        raise ValueError("another version")
    return header


def _build(header: dict[str, Any], body: NDArray[np.uint8]) -> Wall:
    if len(body) != header["bytes"]:
        raise ValueError("cut short")
    names = [*_COLUMNS, *_SECTIONS, *_EDGES, ("texts", "|u1")]
    arrays: dict[str, Any] = {}
    for (name, dtype), (offset, count) in zip(names, header["blocks"], strict=True):
        arrays[name] = body[offset : offset + count * np.dtype(dtype).itemsize].view(dtype)
    texts = json.loads(arrays.pop("texts").tobytes())
    edges = Edges(**{name: arrays.pop(name) for name, _ in _EDGES})
    wall = Wall(
        **arrays,
        titles=texts["titles"],
        subtitles=texts["subtitles"],
        generation=int(header["generation"]),
        edges=edges if len(edges.strength) else None,
    )
    if not _is_sound(wall):
        raise ValueError("inconsistent columns")
    return wall


def _is_sound(wall: Wall) -> bool:
    """True when no index or size in the wall could lead a painter astray."""
    n, m = len(wall.ids), len(wall.section_id)
    starts = wall.section_start
    columns_agree = all(len(getattr(wall, name)) == n for name, _ in _COLUMNS)
    sections_agree = len(starts) == m + 1 and len(wall.titles) == len(wall.subtitles) == m
    if not columns_agree or not sections_agree:
        return False
    in_order = starts[0] == 0 and starts[-1] == n and bool(np.all(np.diff(starts) >= 0))
    worded = all(isinstance(text, str) for text in (*wall.titles, *wall.subtitles))
    return in_order and worded and _edges_sound(wall) and bool(np.all((wall.aspect > 0) & (wall.aspect < 1e6)))


def _edges_sound(wall: Wall) -> bool:
    edges, m = wall.edges, len(wall.section_id)
    if edges is None:
        return True
    told = all(len(getattr(edges, name)) == m for name, _ in _EDGES)
    known = edges.gap_seconds[np.isfinite(edges.gap_seconds)]
    far = edges.distance_km[np.isfinite(edges.distance_km)]
    return told and bool(np.all(np.abs(known) < _LONGEST_GAP) and np.all(np.abs(far) < _LONGEST_GAP))
