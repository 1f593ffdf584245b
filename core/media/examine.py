"""The first pass: what a file is and says, its identity and its embedded preview, without decoding the picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import MediaError
from core.media import extras
from core.media.formats import FORMAT_NAMES, extension, format_of, sniff
from core.media.metadata import merge, read_sidecars
from core.media.preview import upright_preview
from core.media.tags import Tags, read_tags
from core.records import Examined, Metadata, Problem
from core.scan.identity import quick_key_of, read_edges

NO_KEY = b""
"""The quick key of a file that could not be read."""

_SAME = ({"tiff", "raw"}, {"heif", "avif"})
"""Formats whose first bytes and names cannot always be told apart."""


@dataclass(frozen=True, slots=True)
class ExamineRequest:
    """One shot's primary file, as the walk found it (``kind`` "photo" or "raw"), and its XMP sidecars."""

    path: str
    kind: str
    sidecars: tuple[str, ...]
    size: int
    mtime_ns: int


def examine(requests: Sequence[ExamineRequest]) -> list[Examined]:
    """One answer for each request, in their order. Never raises for a file, whatever is in it."""
    return [_examine(request) for request in requests]


def _examine(request: ExamineRequest) -> Examined:
    key = NO_KEY
    try:
        with open(request.path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            head, tail = read_edges(file, size)
        if size == 0:
            raise MediaError("read", "The file is empty (0 bytes).")
        key = quick_key_of(head, tail, size)
        kind, notes = _recognise(request, head)
        metadata, preview = _read(request, kind, notes)
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror or type(error).__name__}."
        return Examined(request.path, key, None, None, Problem(request.path, "read", reason))
    except MediaError as error:
        return Examined(request.path, key, None, None, Problem(request.path, error.stage, error.reason))
    return Examined(request.path, key, metadata, preview, None, tuple(notes))


def _recognise(request: ExamineRequest, head: bytes) -> tuple[str, list[Problem]]:
    """The true format, and a note where the name says another. MediaError for what is no picture that we read."""
    named = format_of(request.path)
    true = sniff(head)
    suffix = extension(request.path)
    if true is None and request.kind == "raw":
        true = "raw"  # many makers' RAW files begin as they like
    if true is None:
        raise MediaError("read", f"Named .{suffix}, but it is not a picture.")
    if true == "video":
        raise MediaError("unsupported", f"Named .{suffix}, but it is a video; videos are not handled yet.")
    if true == "jxl":
        raise MediaError("unsupported", "JPEG XL pictures cannot be read yet.")
    extras.require(true)
    if true == named or any({true, named} <= group for group in _SAME):
        return ("raw" if named == "raw" else true), []
    reason = f"Named .{suffix}, but it is a {FORMAT_NAMES[true]} picture; it was read as that."
    return true, [Problem(request.path, "read", reason)]


def _read(request: ExamineRequest, kind: str, notes: list[Problem]) -> tuple[Metadata, bytes | None]:
    """Metadata with the sidecars merged in, and the preview; lesser problems are added to ``notes``."""
    beside, broken = read_sidecars(request.sidecars)
    notes.extend(broken)
    warnings: list[str] = []
    try:
        tags = read_tags(request.path, thumbnail=True)
    except MediaError as error:
        tags = Tags()
        warnings.append(error.reason)
    if kind == "heif":
        extras.correct_geometry(request.path, tags)
    metadata = merge(tags, beside, request.path, request.mtime_ns, warnings)
    if metadata.warnings:
        notes.append(Problem(request.path, "metadata", " ".join(metadata.warnings)))
    return metadata, upright_preview(tags.thumbnail, metadata.width, metadata.height, metadata.orientation)
