"""Small made-up libraries for the groupers' tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.group.base import PhotoTable


def seconds(year: int, month: int, day: int, hour: float = 12.0) -> float:
    """Wall-clock seconds of a moment."""
    return datetime(year, month, day, tzinfo=UTC).timestamp() + hour * 3600.0


def table(
    time: Sequence[float] | np.ndarray,
    lat: Any = None,
    lon: Any = None,
    *,
    camera: Any = 0,
    ids: Any = None,
    **more: Any,
) -> PhotoTable:
    """A table of photos at these times (and places); further fields as keywords, ``columns`` as a dict."""
    time = np.asarray(time, dtype=np.float64)
    n = len(time)

    def full(value: Any, default: Any, dtype: Any) -> Any:
        return np.broadcast_to(np.asarray(default if value is None else value, dtype=dtype), (n,)).copy()

    columns = {k: full(v, v, np.float32) for k, v in more.pop("columns", {}).items()}
    return PhotoTable(
        ids=np.arange(n, dtype=np.int64) if ids is None else np.asarray(ids, dtype=np.int64),
        instant=time,
        local=more.pop("local", time.copy()),
        lat=full(lat, np.nan, np.float64),
        lon=full(lon, np.nan, np.float64),
        camera=full(camera, 0, np.int32),
        width=full(more.pop("width", None), 4000, np.int32),
        height=full(more.pop("height", None), 3000, np.int32),
        dhash=full(more.pop("dhash", None), 0, np.int64),
        has_dhash=full(more.pop("has_dhash", None), False, np.bool_),
        content=full(more.pop("content", None), -1, np.int64),
        columns=columns,
        **more,
    )


class Life:
    """Gathers outings, then makes them one table in order of time."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = np.random.default_rng(seed)
        self.rows: list[tuple[float, float, float]] = []

    def add(
        self, start: float, photos: int, hours: float, lat: float, lon: float, spread: float = 0.0005, gps: bool = True
    ) -> Life:
        """``photos`` photos within ``hours`` from ``start``, near a place."""
        for offset in np.sort(self.rng.uniform(0, hours * 3600.0, photos)):
            north, east = self.rng.normal(0, spread, 2)
            self.rows.append((start + offset, lat + north if gps else np.nan, lon + east if gps else np.nan))
        return self

    def evenings_at_home(self, lat: float = 52.52, lon: float = 13.405, every: int = 3, days: int = 90) -> Life:
        """Six photos on some evenings from 1 March 2024 on."""
        for day in range(0, days, every):
            self.add(seconds(2024, 3, 1, 18) + day * 86400.0, 6, 1.5, lat, lon, 0.0003)
        return self

    def table(self, **more: Any) -> PhotoTable:
        rows = np.array(sorted(self.rows, key=lambda row: (row[0] != row[0], row[0]))).reshape(-1, 3)
        return table(rows[:, 0], rows[:, 1], rows[:, 2], **more)


def permuted(t: PhotoTable, order: np.ndarray) -> PhotoTable:
    """The same photos in another order."""
    fields = {
        name: getattr(t, name)[order]
        for name in (
            "ids",
            "instant",
            "local",
            "lat",
            "lon",
            "camera",
            "width",
            "height",
            "dhash",
            "has_dhash",
            "content",
        )
    }
    vectors = None if t.vectors is None else t.vectors[order]
    probabilities = None if t.probabilities is None else t.probabilities[order]
    columns = {k: v[order] for k, v in t.columns.items()}
    return PhotoTable(**fields, vectors=vectors, probabilities=probabilities, columns=columns, labels=t.labels)
