"""What commands print: records as JSON objects, whose keys are a contract with scripts, or as text for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from core.paths import printable
from core.records import Boundary, Group, PhotoRow, Problem, Status

_EPOCH = datetime(1970, 1, 1)


def taken_at(local: float | None, utc_offset: int | None) -> str | None:
    """Wall-clock seconds as ISO 8601 to the millisecond where there are any, with the offset where it is known."""
    if local is None or math.isnan(local):
        return None
    moment = _EPOCH + timedelta(milliseconds=round(local * 1000))
    if utc_offset is not None:
        moment = moment.replace(tzinfo=timezone(timedelta(minutes=utc_offset)))
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def parse_time(text: str | None) -> float | None:
    """Wall-clock seconds of an ISO 8601 time; None for none. Raises ValueError."""
    if text is None:
        return None
    try:
        return (datetime.fromisoformat(text).replace(tzinfo=None) - _EPOCH).total_seconds()
    except ValueError:
        raise ValueError(f"“{text}” is no time; write it like 2025-09-13 or 2025-09-13T18:42.") from None


def photo(row: PhotoRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "path": printable(row.path),
        "taken_at": taken_at(row.taken_local, row.utc_offset),
        "taken_at_source": row.taken_source,
        "lat": row.lat,
        "lon": row.lon,
        "place": row.place,
        "width": row.width,
        "height": row.height,
        "camera": row.camera,
        "kinds": [{"name": name, "strength": strength} for name, strength in row.kinds],
    }


def problem(row: Problem) -> dict[str, Any]:
    return {"path": printable(row.path), "stage": row.stage, "reason": row.reason}


def group(row: Group, paths: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "parent": row.parent,
        "strength": row.strength,
        "photos": [printable(path) for path in paths],
    }


def boundary(row: Boundary, paths: dict[int, str]) -> dict[str, Any]:
    return {
        "before": printable(paths[row.before]),
        "after": printable(paths[row.after]),
        "strength": row.strength,
        "reasons": {
            "gap_seconds": row.gap_seconds,
            "distance_km": row.distance_km,
            "visual": row.visual,
            "camera_changed": row.camera_changed,
        },
    }


def similar(path: str, score: float) -> dict[str, Any]:
    return {"path": printable(path), "score": score}


def status(row: Status) -> dict[str, Any]:
    return {
        "photos": row.photos,
        "missing": row.missing,
        "problems": row.problems,
        "pending": row.pending,
        "embedder": row.embedder,
        "device": row.device,
    }


# ---------------------------------------------------------------- printing


def line(text: str) -> None:
    """One line of data."""
    sys.stdout.write(text + "\n")


def objects(found: Iterable[dict[str, Any]]) -> None:
    """JSON, one object a line. Numbers that are none become null."""
    for each in found:
        line(json.dumps(_finite(each), ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list) else value


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people: full width on a terminal, uncut where the output goes to a file. Numbers to the right."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    filled = [[_cell(value) for value in row] for row in rows]
    for i, name in enumerate(columns):
        numeric = all(row[i][1] for row in filled) and bool(filled)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in filled:
        drawn.add_row(*(text for text, _ in row))
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False, width=200)
    console.print(drawn)


def _cell(value: object) -> tuple[str, bool]:
    """A value as text, and whether it is a number."""
    if isinstance(value, float):
        return (f"{value:.2f}" if math.isfinite(value) else "–"), True
    if isinstance(value, int):
        return f"{value:,}", True
    return ("–", True) if value is None else (str(value), False)


def diagnosis(facts: dict[str, Any]) -> None:
    """What ``doctor`` found, for people."""
    rows = [("reverie", facts["version"]), ("Python", facts["python"]), ("system", facts["system"])]
    rows += [*facts["packages"].items(), ("device", facts["device"]), ("embedder", facts["embedder"])]
    rows += [(f"training {name}", where) for name, where in facts["learners"].items()]
    rows += [(f"studio {name}", where) for name, where in facts["studio"].items()]
    rows += [*facts["codecs"].items(), ("library", facts["library"])]
    table(("", ""), rows)
    if not facts["library_exists"]:
        line("There is no library there yet.")
    for fault in facts["faults"]:
        line(f"Fault: {fault}")
    if not facts["faults"]:
        line("All is well.")
