"""Numbers, dates, times and distances in the person's locale and in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QDate, QDateTime, QLocale, QTimeZone

from core.progress import Report
from core.records import Metadata, PhotoRow
from core.records_studio import Version

SOURCES = {
    "exif": "from the camera",
    "xmp": "from its sidecar",
    "iptc": "from its caption data",
    "file name": "from the file name",
    "file time": "from the file's date",
}


PIXELS = "pixels"
"""The unit of work that is counted in points: its share is told, not its numbers."""


def number(value: int) -> str:
    """A whole number, digits grouped as the locale does."""
    return QLocale().toString(value)


def count(value: int, one: str, many: str) -> str:
    """``1 photo``, ``3,412 photos``."""
    return f"{number(value)} {one if value == 1 else many}"


def photos(value: int) -> str:
    return count(value, "photo", "photos")


def in_lines(parts: Sequence[str], between: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """Parts put into at most ``most`` lines, each as long as it fits (a part at least); the last holds all the rest."""
    found: list[str] = []
    rest = list(parts)
    while rest and len(found) < most - 1:
        taken = 1
        while taken < len(rest) and fits(between.join(rest[: taken + 1])):
            taken += 1
        found.append(between.join(rest[:taken]))
        rest = rest[taken:]
    return [*found, between.join(rest)] if rest else found


def moment(local: float) -> QDateTime:
    """Wall-clock seconds as a date and time that is not shifted by any zone."""
    return QDateTime.fromMSecsSinceEpoch(round(local * 1000), QTimeZone(QTimeZone.Initialization.UTC))


def date(local: float) -> str:
    """A day, as the locale writes it at medium length."""
    return _day(moment(local).date())


def date_time(local: float) -> str:
    """Day and minute, as the locale writes them."""
    at = moment(local)
    return f"{_day(at.date())}, {QLocale().toString(at.time(), QLocale.FormatType.ShortFormat)}"


def _day(day: QDate) -> str:
    return (
        QLocale().toString(day, "d MMM yyyy")
        if QLocale().language() == QLocale.Language.English
        else QLocale().toString(day, QLocale.FormatType.ShortFormat)
    )


def date_range(start: float, end: float) -> str:
    """One day or two ends, ``12 Sep 2025 – 15 Sep 2025``."""
    first, last = date(min(start, end)), date(max(start, end))
    return first if first == last else f"{first} – {last}"


def zone(minutes: int) -> str:
    """``UTC+5:30``."""
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def duration(seconds: float) -> str:
    """A span in the one or two units a person would say: ``38 min``, ``2 h 10 min``, ``3 days``."""
    seconds = max(0.0, seconds)
    if seconds < 90:
        return f"{round(seconds)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    if seconds < 20 * 3600:
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes} min" if minutes and hours < 6 else f"{round(seconds / 3600)} h"
    if seconds < 44 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{number(round(seconds / 86400))} days"


def time_left(seconds: float) -> str:
    """A remaining time, coarse on purpose."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 60:
        return f"{round(seconds / 10) * 10} s left"
    return f"{duration(seconds)} left"


def distance(km: float) -> str:
    """``80 m``, ``0.4 km``, ``312 km``."""
    if km < 0.1:
        return f"{round(km * 1000)} m"
    return f"{QLocale().toString(km, 'f', 1)} km" if km < 10 else f"{number(round(km))} km"


def size(n_bytes: int) -> str:
    return QLocale().formattedDataSize(n_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def rate(value: float, unit: str) -> str:
    """``41 photos/s``; below one a second, per minute."""
    if value >= 10:
        return f"{number(round(value))} {unit}/s"
    return f"{QLocale().toString(value, 'f', 1)} {unit}/s" if value >= 1 else f"{round(value * 60)} {unit}/min"


def work_line(report: Report) -> str:
    """``3,412 of 20,118 · 41 photos/s · 7 min left`` of a running job; ``17 %`` of what nobody counts."""
    if report.unit == PIXELS and report.total > 0:
        parts = [f"{number(int(100 * report.done / report.total))} %"]
    elif report.total <= 0:
        parts = [f"{number(report.done)} {report.unit}"] if report.done else []
    else:
        parts = [f"{number(report.done)} of {number(report.total)}"]
    if report.paused:
        return " · ".join([*parts, "paused"])
    if report.rate > 0 and report.unit != PIXELS:
        parts.append(rate(report.rate, report.unit))
    if report.seconds_left is not None and report.done:
        parts.append(time_left(report.seconds_left))
    return " · ".join(parts)


def taken(row: PhotoRow) -> str:
    """When a photo was taken, with its offset where known; "Date unknown" otherwise."""
    if row.taken_local is None:
        return "Date unknown"
    offset = f" ({zone(row.utc_offset)})" if row.utc_offset is not None else ""
    return date_time(row.taken_local) + offset


def coordinates(lat: float, lon: float) -> str:
    """``38.7118° N, 9.1300° W``."""
    north, east = ("N" if lat >= 0 else "S"), ("E" if lon >= 0 else "W")
    locale = QLocale()
    return f"{locale.toString(abs(lat), 'f', 4)}° {north}, {locale.toString(abs(lon), 'f', 4)}° {east}"


def exposure(metadata: Metadata) -> str:
    """``1/125 s · f/2.8 · ISO 200 · 35 mm``, with what is known."""
    parts = []
    if metadata.exposure_time:
        slow = metadata.exposure_time >= 0.4
        parts.append(f"{metadata.exposure_time:.1f} s" if slow else f"1/{round(1 / metadata.exposure_time)} s")
    if metadata.f_number:
        parts.append(f"f/{metadata.f_number:g}")
    if metadata.iso:
        parts.append(f"ISO {metadata.iso}")
    if metadata.focal_length:
        parts.append(f"{metadata.focal_length:.0f} mm")
    return " · ".join(parts)


def version_line(version: Version) -> str:
    """``Compact ×4 · 2048 × 1536``."""
    told = f"{version.title} ×{version.scale} · {version.width} × {version.height}"
    return f"{told} · missing" if version.missing else told
