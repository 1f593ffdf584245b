"""Metadata as the ``details`` column of a photo keeps it."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from core.records import FaceRegion, Metadata


def metadata_to_json(metadata: Metadata) -> dict[str, Any]:
    """The fields that differ from an empty :class:`Metadata`, by name."""
    empty = Metadata()
    row = {f.name: getattr(metadata, f.name) for f in fields(Metadata)}
    row = {name: value for name, value in row.items() if value != getattr(empty, name)}
    if "faces" in row:
        row["faces"] = [asdict(face) for face in metadata.faces]
    return row


def metadata_from_json(row: dict[str, Any]) -> Metadata:
    """The inverse of :func:`metadata_to_json`; names of other versions are ignored."""
    known = {f.name for f in fields(Metadata)}
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name in known:
            values[name] = tuple(value) if isinstance(value, list) else value
    if "faces" in values:
        values["faces"] = tuple(FaceRegion(**face) for face in values["faces"])
    return Metadata(**values)
