"""Where the library keeps what, and how paths that are not UTF-8 travel."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATABASE = "library.sqlite3"


def default_library() -> Path:
    """The library used when none is named: ``REVERIE_LIBRARY`` or the platform's data folder."""
    named = os.environ.get("REVERIE_LIBRARY")
    return Path(named) if named else Path(platformdirs.user_data_dir("reverie", appauthor=False)) / "library"


def thumb_path(library: str | os.PathLike[str], photo_id: int) -> str:
    """The thumbnail of a photo: a JPEG of at most 512 px, a thousand to a folder."""
    return os.path.join(os.fspath(library), "thumbs", f"{photo_id // 1000:06d}", f"{photo_id}.jpg")


def to_bytes(path: str) -> bytes:
    """A path as it is stored: the file system's own bytes (``os.fsencode``)."""
    return os.fsencode(path)


def to_str(path: bytes) -> str:
    """A stored path as Python's ``str``; bytes that are not UTF-8 become surrogates, so ``open`` still works."""
    return os.fsdecode(path)


def printable(path: str) -> str:
    """A path that can be shown, printed and put into JSON: what is not UTF-8 becomes ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
