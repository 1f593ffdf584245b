"""Weights that a package carries: found by the list of its files, while its modules are never imported."""

from __future__ import annotations

from collections.abc import Collection
from importlib import metadata
from pathlib import Path


def find(package: str, names: Collection[str]) -> dict[str, Path]:
    """Name -> path of these files of an installed package; empty where the package or any of them is absent."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return {}
    found = {file.name: Path(str(file.locate())) for file in files if file.name in names}
    return found if len(found) == len(set(names)) and all(path.is_file() for path in found.values()) else {}
