"""What every benchmark prints beside its figures: the machine, the memory, a table or one JSON object."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = ("numpy", "pillow", "onnxruntime", "torch", "PySide6-Essentials")


def cpu_count() -> int:
    """Cores this process may use (a container's share where the platform tells)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """CPU, cores, memory, system, versions, and the load when asked (others' work makes figures worse)."""
    return {
        "cpu": _cpu_name(),
        "cores": cpu_count(),
        "memory_gb": _memory_gb(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": _versions(),
        "load": _load(),
    }


def peak_rss_mb() -> float:
    """The most memory this process has held, in MiB (its ended children not counted)."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        high = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
        if high:
            return int(high[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def emit(result: Mapping[str, Any], as_json: bool, title: str) -> None:
    """Print one JSON object on one line, or a table for people; ``machine`` is added where it is missing."""
    full = dict(result)
    full.setdefault("machine", machine())
    if as_json:
        print(json.dumps(full, ensure_ascii=False))
        return
    print(title)
    rows = list(_flatten(full))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")


def _flatten(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, Mapping):
            rows.extend(_flatten(item, f"{name}."))
        else:
            rows.append((name, f"{item:,.4g}" if isinstance(item, float) else str(item)))
    return rows
