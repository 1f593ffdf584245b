"""Whether memory is short: what an index needs against what the system can give without taking it from others."""

from __future__ import annotations

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
SHARE = 0.5
"""More than this share of what is available is not taken for an index."""


def is_short(needed: int, available: int | None) -> bool:
    """Whether so many bytes are too much; never where it is not known what is ``available``."""
    return available is not None and needed > SHARE * available


def available(meminfo: Path = MEMINFO) -> int | None:
    """Bytes that can be had without swapping; None where the system does not say (other systems than Linux)."""
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return None
