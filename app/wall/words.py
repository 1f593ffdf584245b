"""Words for dates on a wall, in the person's locale."""

from __future__ import annotations

import math

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

from app.wall.layout import Layout
from app.wall.rail import Marks
from core.records import Wall


def month_words(local: float) -> str:
    """ "September 2025" of wall-clock seconds."""
    return QLocale().toString(_wall_clock(local).date(), "MMMM yyyy")


def date_words(local: float) -> str:
    """The day and the time of a photo, or that they are not known ("")."""
    if not math.isfinite(local):
        return ""
    return QLocale().toString(_wall_clock(local), QLocale.FormatType.LongFormat)


def place_words(wall: Wall, layout: Layout, marks: Marks, y: float) -> str:
    """What stands at a height of the wall: its month where the wall runs by date, else its section."""
    if layout.n_rows == 0:
        return ""
    row = min(layout.rows_between(y, y + 1)[0], layout.n_rows - 1)
    local = float(wall.local[layout.row_first[row]])
    if len(marks.month) and marks.month[0] >= 0:
        return month_words(local) if math.isfinite(local) else ""
    section = layout.section_at(y)
    return wall.titles[section] if section >= 0 else ""


def _wall_clock(local: float) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(local * 1000), QTimeZone(QTimeZone.Initialization.UTC))
