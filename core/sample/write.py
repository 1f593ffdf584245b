"""Writes a planned sample album to disk: pictures, copies, broken files, ``truth.json``, ``README.txt``."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance

from core.progress import Progress
from core.sample import life, scene, screens
from core.sample.exif import CAMERAS, clock, exif
from core.sample.plan import CLOCK_ERROR, Broken, Copy, Plan, Received, Screen, Shot
from core.sample.sources import SUBJECTS

SIMULATED = (
    "Everything here is simulated: the pictures are views of photographs that scikit-learn and scikit-image carry, "
    "and their times, places and cameras are invented. No person took these photos."
)

SIZES = {"phone": (1600, 1200), "camera": (1620, 1080)}
"""Pixels of a level photo by device."""

_UPRIGHT = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}
"""EXIF orientation -> how the upright picture is turned before it is stored."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What every picture needs: the sources by name and the grain of the film."""

    sources: dict[str, Image.Image]
    grain: Image.Image

    def photograph(self, shot: Shot | Received, size: tuple[int, int]) -> Image.Image:
        subject = SUBJECTS[shot.subject]
        return scene.render(self.sources[subject.source], subject, shot.view, size, self.grain)

    def upright(self, shot: Shot) -> Image.Image:
        """The picture of a shot as the person saw it."""
        width, height = SIZES[shot.device]
        return self.photograph(shot, (height, width) if shot.orientation in (6, 8) else (width, height))


def write_album(plan: Plan, studio: Studio, folder: Path, progress: Progress) -> None:
    """Writes all files into ``folder`` (made if absent). Raises ``Cancelled`` between files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(f"Sample album\n\n{SIMULATED}\n", encoding="utf-8")
    work = list(_work(plan, studio, folder))
    progress.phase("Making the sample album", len(work))
    with ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1))) as pool:
        futures = [pool.submit(job) for job in work]
        try:
            for future in futures:
                progress.check()
                future.result()
                progress.advance()
        finally:
            for future in futures:
                future.cancel()
    text = json.dumps(truth(plan), indent=1, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _work(plan: Plan, studio: Studio, folder: Path) -> Iterator[Callable[[], None]]:
    """One piece of work a shot (with its copies and its broken file) or other picture; no two write the same file."""
    copies: dict[str, list[Copy]] = {}
    broken: dict[str, list[Broken]] = {}
    for copy in plan.copies:
        copies.setdefault(copy.of.path, []).append(copy)
    for file in plan.broken:
        broken.setdefault(file.of.path, []).append(file)
    for shot in plan.shots:
        yield partial(_write_shot, shot, copies.get(shot.path, []), broken.get(shot.path, []), studio, folder)
    for received in plan.received:
        yield partial(_write_received, received, studio, folder)
    for screen in plan.screens:
        yield partial(_write_screen, screen, folder)


def _put(folder: Path, path: str, data: bytes, modified: datetime) -> None:
    """One file with its modification time (UTC without a zone)."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    seconds = (modified - datetime(1970, 1, 1)).total_seconds()
    os.utime(target, (seconds, seconds))


def _jpeg(picture: Image.Image, quality: int, block: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, **({} if block is None else {"exif": block}))
    return buffer.getvalue()


def _stored(picture: Image.Image, orientation: int) -> Image.Image:
    """The pixels as the device stores them, to be turned by ``orientation`` for viewing."""
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _write_shot(shot: Shot, copies: list[Copy], broken: list[Broken], studio: Studio, folder: Path) -> None:
    upright = studio.upright(shot)
    data = _jpeg(_stored(upright, shot.orientation), 85, exif(shot))
    modified = shot.instant + (clock(shot) - shot.taken)
    _put(folder, shot.path, data, modified)
    for copy in copies:
        _put(folder, copy.path, _copied(copy, upright, data), modified + timedelta(days=1))
    for file in broken:
        _put(folder, file.path, _spoiled(file, data), modified)


def _copied(copy: Copy, upright: Image.Image, data: bytes) -> bytes:
    if copy.how == "exact":
        return data
    if copy.how == "edited":
        better = ImageEnhance.Contrast(upright).enhance(1.06)
        return _jpeg(_stored(better, copy.of.orientation), 70, exif(copy.of, "Photo editor 2"))
    small = upright.copy()
    small.thumbnail((1024, 1024), Image.Resampling.BICUBIC)
    return _jpeg(small, 60)


def _spoiled(file: Broken, data: bytes) -> bytes:
    if file.how == "truncated":
        return data[: len(data) * 2 // 5]
    return b"" if file.how == "empty" else b"This is a text file with the name of a picture.\n" * 40


def _write_received(received: Received, studio: Studio, folder: Path) -> None:
    size = (768, 1024) if received.view.turn > 2 else (1024, 768)
    _put(folder, received.path, _jpeg(studio.photograph(received, size), 60), received.arrived)


def _write_screen(screen: Screen, folder: Path) -> None:
    buffer = io.BytesIO()
    screens.screenshot(screen.design, screen.seed, f"{screen.taken:%H:%M}").save(buffer, "PNG", compress_level=4)
    _put(folder, screen.path, buffer.getvalue(), screen.taken - timedelta(minutes=screen.place.utc_offset))


# ---------------------------------------------------------------- the truth


def place_name(place: life.Place) -> str:
    return f"{place.city}: {place.name}"


def truth(plan: Plan) -> dict[str, Any]:
    """What is known of every file, for tests and for judging the program."""
    twins = {copy.of.path: f"d{number:03d}" for number, copy in enumerate(plan.copies, 1)}
    files: dict[str, dict[str, Any]] = {shot.path: _of_shot(shot, twins.get(shot.path)) for shot in plan.shots}
    for copy in plan.copies:
        files[copy.path] = _of_copy(copy, twins[copy.of.path])
    for received in plan.received:
        subject = SUBJECTS[received.subject]
        files[received.path] = _facts(kind=subject.kind, source=subject.source, origin="received")
    for screen in plan.screens:
        taken = {"taken": screen.taken.isoformat(), "utc_offset": screen.place.utc_offset}
        files[screen.path] = _facts(kind="screenshots", origin="screenshot", **taken)
    for broken in plan.broken:
        files[broken.path] = _facts(origin="broken", broken=broken.how)
    return {
        "simulated": True,
        "note": SIMULATED,
        "camera_clock_error_minutes": CLOCK_ERROR.total_seconds() / 60,
        "places": _places(plan),
        "events": _events(plan),
        "files": dict(sorted(files.items())),
    }


def _facts(**known: Any) -> dict[str, Any]:
    """All keys of a file's truth, unknown ones None. ``origin``: own, copy, received, screenshot or broken."""
    keys = ("event", "trip", "place", "burst", "duplicate", "kind", "source", "taken", "utc_offset", "camera")
    return dict.fromkeys((*keys, "origin", "copy", "broken")) | {"gps": False} | known


def _of_shot(shot: Shot, duplicate: str | None) -> dict[str, Any]:
    subject = SUBJECTS[shot.subject]
    return _facts(
        event=shot.event,
        trip=shot.trip or None,
        place=place_name(shot.place),
        burst=shot.burst,
        duplicate=duplicate,
        kind=subject.kind,
        source=subject.source,
        taken=shot.taken.isoformat(),
        utc_offset=shot.place.utc_offset,
        camera=" ".join(CAMERAS[shot.device]) if shot.device == "phone" else CAMERAS[shot.device][1],
        origin="own",
        gps=shot.gps is not None,
    )


def _of_copy(copy: Copy, duplicate: str) -> dict[str, Any]:
    facts = _of_shot(copy.of, duplicate) | {"origin": "copy", "copy": copy.how, "burst": None}
    return facts if copy.how != "sent" else facts | {"event": None, "camera": None, "gps": False}


def _places(plan: Plan) -> dict[str, Any]:
    places = {place_name(shot.place): shot.place for shot in plan.shots}
    return {
        name: {"city": place.city, "country": place.country, "lat": place.lat, "lon": place.lon}
        for name, place in sorted(places.items())
    }


def _events(plan: Plan) -> dict[str, Any]:
    events: dict[str, Any] = {}
    for shot in plan.shots:
        taken = shot.taken.isoformat()
        known = events.setdefault(
            shot.event,
            {
                "title": plan.events[shot.event].title,
                "place": place_name(shot.place),
                "trip": shot.trip or None,
                "start": taken,
                "end": taken,
            },
        )
        known["end"] = max(known["end"], taken)
    return dict(sorted(events.items()))
