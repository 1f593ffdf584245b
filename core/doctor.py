"""What the program stands on here: versions, device, embedder, codecs, and whether the library is sound."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from core.errors import ReverieError
from core.paths import DATABASE

PACKAGES = (
    "numpy", "scipy", "scikit-learn", "torch", "onnxruntime", "Pillow", "exiv2", "PySide6-Essentials", "SQLAlchemy",
    "alembic", "blake3", "pillow-heif", "rawpy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``faults``: sentences, empty where all is well. ``learners``: what would train where. ``studio``: the same of
    generators, what of the models that enlarge is here, and whether faces are found. ``library_exists`` False: there
    was nothing to check."""

    python: str
    system: str
    packages: dict[str, str]
    device: str
    embedder: str
    learners: dict[str, str]
    studio: dict[str, str]
    codecs: dict[str, str]
    library: str
    library_exists: bool
    faults: tuple[str, ...]


def examine(library: Path) -> Diagnosis:
    """Looks at everything and changes nothing; what cannot be had becomes a fault, not an error."""
    from core.media.formats import codecs

    faults: list[str] = []
    device = _device(faults)
    return Diagnosis(
        python=platform.python_version(),
        system=platform.platform(),
        packages={name: _version(name) for name in PACKAGES},
        device=device,
        embedder=_embedder(faults),
        learners=_learners(device),
        studio=_studio(device),
        codecs=codecs(),
        library=str(library),
        library_exists=_check_library(library, faults),
        faults=tuple(faults),
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _device(faults: list[str]) -> str:
    from core import device

    try:
        return str(device.choose())
    except ReverieError as error:
        faults.append(str(error))
        return "not available"


def _embedder(faults: list[str]) -> str:
    from core.embed import registry

    try:
        info = registry.info()
    except ReverieError as error:
        faults.append(str(error))
        return "not available"
    if info.weights != "present":
        faults.append(f"The weights of {info.name} are not there.")
    return f"{info.name} {info.version}".strip()


def _learners(device: str) -> dict[str, str]:
    """Where each learner would train: networks on the device, the rest on the processor."""
    from core.device import cpu
    from core.lab.learners import CLASSES
    from core.records_lab import LEARNERS

    return {name: device if name in CLASSES else str(cpu()) for name in LEARNERS}


def _studio(device: str) -> dict[str, str]:
    """Where each generator would train, and whether each model that enlarges and what finds faces are here (the start
    of their SHA-256)."""
    from core.recognise import face_files
    from core.records_studio import GENERATORS
    from core.studio.files import upscalers

    found = dict.fromkeys(GENERATORS, device)
    for each in upscalers():
        here = f"here {each.sha256[:16]}".strip()
        found[f"enlarge {each.name}"] = here if each.available else f"not here: {each.why_not}"
    missing = face_files.available()
    found["faces"] = f"not here: {missing}" if missing else f"here {face_files.digest()[:16]}"
    return found


def _check_library(library: Path, faults: list[str]) -> bool:
    from core.library import Library

    if not (library / DATABASE).is_file():
        return False
    try:
        with Library.open(library, mode="read") as opened:
            faults += opened.check()
    except ReverieError as error:
        faults.append(str(error))
    return True
