"""Times that phones, messengers and screenshot tools write into file names."""

from __future__ import annotations

import os
import re
import time

from core.media.times import Moment, wall_clock

_DAY = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<d>[-_. ]?)(?P<month>\d\d)(?P=d)(?P<day>\d\d)"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?P<t>[-_.: ]?)(?P<minute>\d\d)(?P=t)(?P<second>\d\d)"
    r"(?:[-.,]?(?P<milli>\d{3}))?(?!\d)\s?(?P<half>[AaPp][Mm])?"
)
_DAY_AND_TIME = re.compile(_DAY + r"\D{0,6}?" + _CLOCK)
_DAY_ONLY = re.compile(_DAY + r"(?!\d)")
_EPOCH = re.compile(r"^(?:FB_IMG_|mmexport|wx_camera_|Snapchat-|signal-)(\d{13})(?!\d)", re.IGNORECASE)
_NOON = 12

_IN_UTC = ("PXL_",)
"""Google's camera names its files in UTC."""


def moment_of_name(path: str) -> Moment | None:
    """The time a file's name tells, or None. A day without a time is given as noon.

    Understood are, among others: ``IMG_20240102_030405``, ``PXL_20240102_030405678`` (UTC), ``20240102_030405``,
    ``IMG-20240102-WA0001``, ``Screenshot_20240102-030405``, ``Screenshot 2024-01-02 at 3.04.05 PM``,
    ``WhatsApp Image 2024-01-02 at 03.04.05``, ``signal-2024-01-02-03-04-05-678``, ``photo_2024-01-02_03-04-05``,
    ``VID_20240102_030405``, ``FB_IMG_1704164645000`` (milliseconds in UTC).
    """
    stem = os.path.splitext(os.path.basename(path))[0]
    epoch = _EPOCH.match(stem)
    if epoch:
        return _utc(int(epoch[1]) / 1000.0)
    for match in _DAY_AND_TIME.finditer(stem):
        local = _full(match)
        if local is not None:
            return Moment(local, 0 if stem.upper().startswith(_IN_UTC) else None)
    for match in _DAY_ONLY.finditer(stem):
        local = wall_clock(int(match["year"]), int(match["month"]), int(match["day"]), _NOON)
        if local is not None:
            return Moment(local)
    return None


def _utc(seconds: float) -> Moment | None:
    parts = time.gmtime(seconds)
    return Moment(seconds, 0) if wall_clock(*parts[:6]) is not None else None


def _full(match: re.Match[str]) -> float | None:
    if not match["t"] and len(match["hour"]) == 1:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    milli = int(match["milli"] or 0) / 1000.0
    day = int(match["year"]), int(match["month"]), int(match["day"])
    return wall_clock(*day, hour, int(match["minute"]), int(match["second"]), milli)
