"""Which files of one folder are one shot: RAW + JPEG, and the sidecars of either."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass

from core.media.formats import format_of
from core.records import Found

_PREFERENCE = ("jpeg", "heif", "avif")
"""Formats a camera writes beside its RAW file, best loved first."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo's files: what is shown, what belongs to it (RAW files), and its XMP sidecars."""

    primary: Found
    others: tuple[Found, ...] = ()
    sidecars: tuple[Found, ...] = ()


def _name(file: Found) -> str:
    return os.path.basename(file.path)


def _stem(name: str) -> str:
    return os.path.splitext(name)[0].casefold()


def pair(found: list[Found]) -> tuple[list[Shot], list[Found]]:
    """Shots and videos of one folder, each in the order in which their first file was found.

    A RAW file joins the JPEG, HEIC or AVIF picture of the same stem (letter case aside), which is then shown. Other
    pictures of one stem (``a.png`` beside ``a.jpg``) stay photos of their own. ``name.ext.xmp`` belongs to the shot of
    that file, ``name.xmp`` to one shot of that stem: one with a RAW file, else the first. Sidecars of nothing are left
    out. Where a shot has several, those that speak of the primary file come last, so that the last word is theirs.
    """
    stems = _by_stem(found)
    leads = [(file, _followers(file, stems)) for file in found if _leads(file, stems)]
    beside = _sidecars(found, leads)
    shots = [Shot(file, raws, tuple(beside[file.path])) for file, raws in leads]
    return shots, [file for file in found if file.kind == "video"]


def _by_stem(found: list[Found]) -> dict[str, tuple[list[Found], Found | None]]:
    """Stem -> (its RAW files, the rendered picture that shows them)."""
    raws: dict[str, list[Found]] = defaultdict(list)
    rendered: dict[str, list[Found]] = defaultdict(list)
    for file in found:
        if file.kind == "raw":
            raws[_stem(_name(file))].append(file)
        elif file.kind == "photo" and format_of(file.path) in _PREFERENCE:
            rendered[_stem(_name(file))].append(file)
    return {stem: (files, _best(rendered[stem]) if stem in rendered else None) for stem, files in raws.items()}


def _best(pictures: list[Found]) -> Found:
    return min(pictures, key=lambda file: _PREFERENCE.index(format_of(file.path) or ""))


def _leads(file: Found, stems: dict[str, tuple[list[Found], Found | None]]) -> bool:
    if file.kind == "raw":
        return stems[_stem(_name(file))][1] is None
    return file.kind == "photo"


def _followers(file: Found, stems: dict[str, tuple[list[Found], Found | None]]) -> tuple[Found, ...]:
    raws, shown = stems.get(_stem(_name(file)), ([], None))
    return tuple(raws) if shown is file else ()


def _sidecars(found: list[Found], leads: list[tuple[Found, tuple[Found, ...]]]) -> dict[str, list[Found]]:
    """Primary path -> its sidecars, weakest first. Each sidecar has one owner; letter case counts where it can."""
    by_name, by_stem = _owners(leads)
    ranked: dict[str, list[tuple[int, Found]]] = defaultdict(list)
    for sidecar in (file for file in found if file.kind == "sidecar"):
        base = os.path.splitext(_name(sidecar))[0]
        named = by_name.get(base) or by_name.get(base.casefold())
        owner = named or by_stem.get(base) or by_stem.get(base.casefold())
        if owner is not None:
            own = named is not None and base.casefold() == _name(owner).casefold()
            ranked[owner.path].append((2 if own else 1 if named else 0, sidecar))
    return defaultdict(list, {path: [file for _, file in sorted(some, key=_rank)] for path, some in ranked.items()})


def _rank(item: tuple[int, Found]) -> int:
    return item[0]


def _owners(leads: list[tuple[Found, tuple[Found, ...]]]) -> tuple[dict[str, Found], dict[str, Found]]:
    """Whole names and stems -> primary file, as written and with letter case aside; shots with a RAW file first."""
    by_name: dict[str, Found] = {}
    by_stem: dict[str, Found] = {}
    for file, raws in sorted(leads, key=lambda lead: not (lead[1] or lead[0].kind == "raw")):
        for member in (file, *raws):
            name = _name(member)
            by_name[name] = file
            by_stem.setdefault(os.path.splitext(name)[0], file)
        for member in (file, *raws):
            by_name.setdefault(_name(member).casefold(), file)
            by_stem.setdefault(_stem(_name(member)), file)
    return by_name, by_stem
