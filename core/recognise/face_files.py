"""Where the networks that find faces lie: in the files of a package, which is never imported. Imports no torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.nn import carried

PACKAGE, VERSION = "facenet-pytorch", "2.6.0"
HOW_TO_GET = (
    f"The weights that find faces come with the package {PACKAGE}: pip install --no-deps {PACKAGE}=={VERSION} (2 MB), "
    "then start the program again."
)
NAMES = ("pnet.pt", "rnet.pt", "onet.pt")
"""The three networks, in the order in which they run."""


def find() -> tuple[Path, ...]:
    """The files of the three networks, in order; empty where they are absent."""
    found = carried.find(PACKAGE, NAMES)
    return tuple(found[name] for name in NAMES) if found else ()


def available() -> str:
    """Why faces cannot be found here, and what to do; "" where they can."""
    return "" if find() else HOW_TO_GET


def digest() -> str:
    """SHA-256 over the three files, one after the other. Raises OSError."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in find())).hexdigest()
