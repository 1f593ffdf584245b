"""Which kinds of photograph the pictures of public sets are, as far as that can be said honestly of every picture.

:data:`KIND_LABELS` says it of the folders of Caltech101 and the TensorFlow flowers: per kind, folders whose pictures
are of it, and folders of which some are, so that they count neither way; every other folder is not of the kind. Kinds
that none of these folders shows are not judged on them.

Other sets are labelled by files, one a set (those of ``kind_sources`` name the public repositories that carry the
pictures): ``about``; ``from``, repositories and folders in them; ``classes``, each with ``folders`` or single
``pictures``, the kinds that they are (``is``) and may be (``may``, which count neither way), and at most how many
pictures of a folder and a half are taken (``most``). Of every other kind they are not. The pictures lie in
``ROOT/NAME of the file/FOLDER``. The CRC-32 of a picture's file name says which half it is of: an even one is for
tuning, an odd one is held out.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.kind_pictures import folders, pictures_in
from core.group import kinds

HALVES = ("tuning", "held-out")

WILD = (
    "ant bass beaver butterfly cougar_body cougar_face crab crayfish crocodile crocodile_head dolphin dragonfly "
    "elephant emu flamingo flamingo_head gerenuk hawksbill hedgehog ibis kangaroo leopards lobster mayfly nautilus "
    "octopus okapi panda pigeon platypus rhino scorpion sea_horse tick wild_cat"
)
FLOWERS = "daisy dandelion roses sunflowers tulips"
PEOPLE = "faces faces_easy"

KIND_LABELS: dict[str, tuple[str, str]] = {
    "food": ("pizza", "strawberry lobster crab crayfish cup ewer bass"),
    "pets": ("dalmatian", "rooster garfield snoopy pigeon hedgehog wild_cat"),
    "wildlife": (WILD, "rooster llama starfish trilobite stegosaurus brontosaurus dalmatian lotus " + FLOWERS),
    "plants": (f"bonsai joshua_tree lotus sunflower water_lilly {FLOWERS}", "strawberry butterfly dragonfly gerenuk"),
    "vehicles": ("airplanes car_side ferry helicopter ketch motorbikes schooner", "wheelchair inline_skate wrench"),
    "architecture": ("minaret pagoda", "pyramid buddha barrel chandelier windsor_chair stop_sign schooner"),
    "portrait": (PEOPLE, "accordion buddha garfield snoopy mandolin saxophone electric_guitar barrel headphone"),
    "macro": ("butterfly dragonfly mayfly", f"ant tick scorpion crab crayfish {FLOWERS} sunflower lotus water_lilly"),
}
"""Kind -> (folders that are of it, folders that may be), lower case, parted by spaces."""


def expected(kind: str, folder: str) -> bool | None:
    """Whether pictures of a folder are of a kind; None where that cannot be said. KeyError for a kind not judged."""
    yes, unclear = (words.split() for words in KIND_LABELS[kind])
    name = folder.lower()
    return True if name in yes else None if name in unclear or name == "background_google" else False


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture, the name of its class ("sun/kitchen"), the kinds that it is of and those that it may be of."""

    path: Path
    name: str
    yes: frozenset[str]
    unclear: frozenset[str]


def half_of(path: Path) -> str:
    """Which of :data:`HALVES` a picture belongs to."""
    return HALVES[zlib.crc32(path.name.encode()) % 2]


def labelled(labels: Path, root: Path, half: str, most: int, helping: int = 0) -> list[Labelled]:
    """The pictures of one half of a set that a file labels, at most ``most`` a folder where the file does not say; the
    next ones after these with ``helping`` 1. SystemExit for a kind that does not exist and for missing pictures."""
    found: list[Labelled] = []
    for entry in json.loads(labels.read_text(encoding="utf-8"))["classes"]:
        yes, unclear = frozenset(entry["is"]), frozenset(entry["may"])
        if unknown := (yes | unclear) - kinds.KINDS.keys():
            raise SystemExit(f"{labels}: there is no kind {', '.join(sorted(unknown))}.")
        for name, files in _classes(entry, root / labels.stem):
            chosen = _helping(files, half, entry.get("most", most), helping)
            found.extend(Labelled(path, f"{labels.stem}/{name}", yes, unclear - yes) for path in chosen)
    return found


def _classes(entry: dict[str, Any], root: Path) -> Iterator[tuple[str, list[Path]]]:
    """The folders of a class with their pictures in the order of a hash; single pictures as one folder."""
    for name in entry.get("folders", ()):
        if not (root / name).is_dir():
            raise SystemExit(f"{root / name} is missing.")
        yield name, sorted(pictures_in(root / name), key=lambda path: zlib.crc32(path.name.encode()[::-1]))
    if single := [root / name for name in entry.get("pictures", ())]:
        if missing := [path for path in single if not path.is_file()]:
            raise SystemExit(f"{missing[0]} is missing.")
        yield " ".join(entry["is"]) or "open", single


def _helping(files: Sequence[Path], half: str, most: int, helping: int) -> list[Path]:
    return [path for path in files if half_of(path) == half][helping * most : (helping + 1) * most]


def by_folder(roots: Sequence[Path], half: str, most: int, helping: int = 0) -> list[Labelled]:
    """Pictures of one half of the folders that :data:`KIND_LABELS` speaks of; kinds that it lacks are left open."""
    found: list[Labelled] = []
    for folder in (folder for root in roots for folder in folders(root)):
        answers = {kind: expected(kind, folder.name) for kind in KIND_LABELS}
        yes = frozenset(kind for kind, answer in answers.items() if answer)
        unclear = frozenset(kind for kind in kinds.KINDS if answers.get(kind) is None)
        chosen = _helping(pictures_in(folder), half, most, helping)
        found.extend(Labelled(path, f"{folder.parent.name}/{folder.name}", yes, unclear) for path in chosen)
    return found


def truth_of(pictures: Sequence[Labelled], kind: str) -> NDArray[np.int8]:
    """int8 [n]: 1 of the kind, 0 not, -1 cannot be told."""
    return np.array([1 if kind in p.yes else -1 if kind in p.unclear else 0 for p in pictures], dtype=np.int8)
