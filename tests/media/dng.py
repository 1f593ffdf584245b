"""A minimal DNG made by hand: uncompressed Bayer data, and perhaps a JPEG preview, as a camera writes them."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

_TYPES = {
    "byte": (1, "B"),
    "ascii": (2, "B"),
    "short": (3, "H"),
    "long": (4, "I"),
    "rational": (5, "II"),
    "srational": (10, "ii"),
}
Tags = dict[int, tuple[str, list[int]]]


def bayer(rgb: np.ndarray) -> np.ndarray:
    """RGGB samples, uint16 [h, w], of linear float RGB [h, w, 3] in [0, 1]."""
    samples = np.zeros(rgb.shape[:2])
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        samples[row::2, column::2] = rgb[row::2, column::2, channel]
    return (samples * 40_000).astype("<u2")


class _Writer:
    """A little-endian TIFF that grows; returns where each piece lies."""

    def __init__(self) -> None:
        self.data = bytearray(b"II*\0\0\0\0\0")

    def put(self, piece: bytes) -> int:
        if len(self.data) % 2:
            self.data.append(0)
        self.data += piece
        return len(self.data) - len(piece)

    def directory(self, tags: Tags) -> int:
        entries = b""
        for tag, (kind, values) in sorted(tags.items()):
            code, form = _TYPES[kind]
            packed = struct.pack(f"<{len(values) // len(form) * form}", *values)
            field = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", self.put(packed))
            entries += struct.pack("<HHI", tag, code, len(values) // len(form)) + field
        return self.put(struct.pack("<H", len(tags)) + entries + b"\0\0\0\0")


def dng(rgb: np.ndarray, orientation: int = 1, preview: Image.Image | None = None) -> bytes:
    """The bytes of a DNG file of linear float RGB [h, w, 3], stored as ``orientation`` says it is to be turned."""
    writer = _Writer()
    height, width = rgb.shape[:2]
    samples = bayer(rgb).tobytes()
    at = writer.put(samples)
    raw: Tags = {
        254: ("long", [0]), 256: ("long", [width]), 257: ("long", [height]), 258: ("short", [16]), 259: ("short", [1]),
        262: ("short", [32803]), 273: ("long", [at]), 277: ("short", [1]), 278: ("long", [height]),
        279: ("long", [len(samples)]), 33421: ("short", [2, 2]), 33422: ("byte", [0, 1, 1, 2]),
        50717: ("long", [65535]),
    }  # fmt: skip
    camera: Tags = {
        271: ("ascii", list(b"Acme\0")), 272: ("ascii", list(b"Camera\0")), 274: ("short", [orientation]),
        50706: ("byte", [1, 4, 0, 0]), 50707: ("byte", [1, 1, 0, 0]), 50708: ("ascii", list(b"Acme Camera\0")),
        50721: ("srational", [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]),
        50728: ("rational", [1, 1, 1, 1, 1, 1]), 50778: ("short", [21]),
    }  # fmt: skip
    first = (
        raw | camera
        if preview is None
        else camera | _preview_tags(writer, preview) | {330: ("long", [writer.directory(raw)])}
    )
    writer.data[4:8] = struct.pack("<I", writer.directory(first))
    return bytes(writer.data)


def _preview_tags(writer: _Writer, preview: Image.Image) -> Tags:
    buffer = io.BytesIO()
    preview.save(buffer, "JPEG", quality=90)
    at = writer.put(buffer.getvalue())
    return {
        254: ("long", [1]), 256: ("long", [preview.width]), 257: ("long", [preview.height]), 258: ("short", [8, 8, 8]),
        259: ("short", [7]), 262: ("short", [6]), 273: ("long", [at]), 277: ("short", [3]),
        278: ("long", [preview.height]), 279: ("long", [len(buffer.getvalue())]),
    }  # fmt: skip
