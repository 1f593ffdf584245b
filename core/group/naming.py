"""Which name covers a set of photos: the smallest of town, county, region and country that holds enough of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geo.names import NOWHERE, Namer, PlaceName
from core.geo.regions import regions_of
from core.group.base import PhotoTable
from core.group.timeline import I64

WITH_ARTICLE = {
    "AE", "AN", "BS", "CD", "CF", "CK", "DO", "FK", "FO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "SC",
    "TC", "US", "VG", "VI",
}  # fmt: skip
"""Countries that are said with "the"."""


@dataclass(frozen=True, slots=True)
class NamedPhotos:
    """The place of every photo: ``code`` int64 [n] into ``names``; entry 0 is ``NOWHERE``. ``stretches``: beside each
    name the stretch of land it lies in ("the Alps"), or ""."""

    code: I64
    names: list[PlaceName]
    stretches: list[str]

    def of(self, position: int) -> PlaceName:
        return self.names[int(self.code[position])]


@dataclass(frozen=True, slots=True)
class Covering:
    """A name that covers ``share`` of the located photos. ``level``: town, region (a stretch of land with a name of
    its own), county, state or country; "" with an empty name where nothing covers enough. ``country`` beside it."""

    name: str
    level: str
    share: float
    country: str

    def __bool__(self) -> bool:
        return bool(self.name)


NOTHING = Covering("", "", 0.0, "")


def name_photos(table: PhotoTable, namer: Namer) -> NamedPhotos:
    """Look up the place of every photo, once per distinct cell; equal names share a code."""
    code, names = namer.codes(table.lat, table.lon)
    first = np.zeros(len(names), dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    lands = regions_of(table.lat[first], table.lon[first]) if len(code) else [""] * len(names)
    merged: dict[tuple[str, ...], int] = {("", "", "", "", ""): 0}
    kept, stretches = [NOWHERE], [""]
    to = np.zeros(len(names), dtype=np.int64)
    for i, name in enumerate(names):
        land = lands[i] if name else ""
        key = (name.name, name.county, name.region, name.country, land)
        if key not in merged:
            merged[key] = len(kept)
            kept.append(name)
            stretches.append(land)
        to[i] = merged[key]
    return NamedPhotos(to[code], kept, stretches)


def covering(named: NamedPhotos, rows: I64, share: float = 0.8) -> Covering:
    """The smallest name that covers at least ``share`` of the photos in ``rows`` whose place is known."""
    code, count = _counted(named, rows)
    if len(code) == 0:
        return NOTHING
    names = [named.names[c] for c in code.tolist()]
    country, country_share = _most([n.country for n in names], count)
    country = country if country_share >= 0.5 else ""
    levels = {
        "town": [n.name for n in names],
        "county": [n.county for n in names],
        "region": [named.stretches[c] for c in code.tolist()],
        "state": [n.region for n in names],
        "country": [n.country for n in names],
    }
    for level, texts in levels.items():
        name, part = _most(texts, count)
        if name and part >= share:
            return Covering(_said(name, names) if level == "country" else name, level, part, country)
    return NOTHING


def top_towns(named: NamedPhotos, rows: I64, most: int = 3) -> list[tuple[str, float]]:
    """The towns of the photos in ``rows`` with their shares, the most frequent first."""
    code, count = _counted(named, rows)
    totals: dict[str, int] = {}
    for c, n in zip(code.tolist(), count.tolist(), strict=True):
        if named.names[c].name:
            totals[named.names[c].name] = totals.get(named.names[c].name, 0) + n
    total = max(sum(count.tolist()), 1)
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [(name, n / total) for name, n in ranked[:most]]


def _counted(named: NamedPhotos, rows: I64) -> tuple[I64, I64]:
    """The codes among ``rows`` of which something is known, and how many photos have each."""
    codes = named.code[rows]
    if len(codes) and (codes == codes[0]).all():  # as nearly always
        code, count = codes[:1], np.array([len(codes)])
    else:
        code, count = np.unique(codes, return_counts=True)
    return code[code > 0], count[code > 0].astype(np.int64)


def _most(texts: list[str], count: NDArray[np.int64]) -> tuple[str, float]:
    """The most frequent text and its share of all, empty texts counted against it."""
    totals: dict[str, int] = {}
    for text, n in zip(texts, count.tolist(), strict=True):
        totals[text] = totals.get(text, 0) + n
    ranked = sorted(((n, text) for text, n in totals.items() if text), key=lambda item: (-item[0], item[1]))
    return (ranked[0][1], ranked[0][0] / int(count.sum())) if ranked else ("", 0.0)


def _said(country: str, names: list[PlaceName]) -> str:
    code = next(n.country_code for n in names if n.country == country)
    return f"the {country}" if code in WITH_ARTICLE else country
