"""Records as rows of the database."""

from __future__ import annotations

import os
import time
from typing import Any

from core.paths import to_bytes
from core.records import Found, Metadata
from core.store.catalog import signed64
from core.store.metadata_json import metadata_to_json


def file_row(
    folder_id: int,
    found: Found,
    role: str,
    photo_id: int | None,
    scan: int,
    quick_key: bytes | None = None,
    content_hash: bytes | None = None,
) -> dict[str, Any]:
    """A row of ``file``."""
    return {
        "folder_id": folder_id,
        "name": to_bytes(os.path.basename(found.path)),
        "photo_id": photo_id,
        "role": role,
        "size": found.size,
        "mtime_ns": found.mtime_ns,
        "inode": signed64(found.inode),
        "quick_key": quick_key,
        "content_hash": content_hash,
        "missing": False,
        "scan": scan,
    }


def photo_values(metadata: Metadata) -> dict[str, Any]:
    """The columns that metadata fill, all of them (executemany wants equal keys)."""
    width, height = metadata.width or 0, metadata.height or 0
    if metadata.orientation >= 5:
        width, height = height, width
    camera = " ".join(part for part in (metadata.make, metadata.model) if part)
    if metadata.make and metadata.model and metadata.model.startswith(metadata.make):
        camera = metadata.model
    return {
        "width": width,
        "height": height,
        "local": metadata.taken_local,
        "utc_offset": metadata.utc_offset,
        "instant": instant(metadata.taken_local, metadata.utc_offset),
        "taken_source": metadata.taken_source,
        "lat": metadata.lat,
        "lon": metadata.lon,
        "altitude": metadata.altitude,
        "camera": camera or None,
        "rating": max(0, metadata.rating or 0),
        "details": metadata_to_json(metadata),
    }


def instant(local: float | None, utc_offset: int | None) -> float | None:
    """UTC seconds of a wall-clock time; where the offset is unknown, this machine's zone at that time is assumed."""
    if local is None:
        return None
    if utc_offset is not None:
        return local - 60.0 * utc_offset
    try:
        return time.mktime((*time.gmtime(local)[:8], -1)) + local % 1.0
    except (OverflowError, ValueError, OSError):
        return local
