"""Disks and shares, known by their UUID, so that a photo is found again wherever its disk is plugged in."""

from __future__ import annotations

import ctypes
import hashlib
import os
import plistlib
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache

_MOUNTINFO = "/proc/self/mountinfo"
_BY_UUID = "/dev/disk/by-uuid"
_BY_LABEL = "/dev/disk/by-label"
_NOT_DISKS = frozenset(
    {
        "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "debugfs", "tracefs",
        "securityfs", "pstore", "bpf", "configfs", "fusectl", "hugetlbfs", "autofs", "binfmt_misc",
        "efivarfs", "rpc_pipefs", "nsfs",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Volume:
    """A mounted disk, subvolume or share. ``uuid`` stays the same between mounts and machines where one exists."""

    uuid: str
    label: str
    mount_point: str


def volume_of(path: str) -> Volume:
    """The volume that holds ``path`` (which need not exist any more), after links are followed.

    A path is kept relative to ``mount_point`` of what this returns; take that of ``os.path.realpath(path)``.
    """
    real = os.path.realpath(path)
    if os.name == "nt":
        return _windows(_windows_root(real))
    if sys.platform == "darwin":
        return _mac(_climb(real))
    table = _linux()
    folder = real
    while folder not in table and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return table.get(folder) or Volume(_derived("unknown", folder), "", folder)


def mounted() -> dict[str, Volume]:
    """Every volume mounted now, by its UUID."""
    if os.name == "nt":
        volumes = [_windows(f"{letter}:\\") for letter in _windows_letters()]
    elif sys.platform == "darwin":
        names = sorted(os.listdir("/Volumes")) if os.path.isdir("/Volumes") else []
        points = ["/", *(os.path.join("/Volumes", name) for name in names)]
        volumes = [_mac(point) for point in points if os.path.ismount(point)]
    else:
        volumes = list(_linux().values())
    return {volume.uuid: volume for volume in reversed(volumes)}


def _derived(*parts: str) -> str:
    """A stable id for what has no UUID: a share, an overlay, a disk in memory."""
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return f"derived-{hashlib.sha256(text).hexdigest()[:32]}"


# ---------------------------------------------------------------- Linux


def _linux() -> dict[str, Volume]:
    """Mount point -> volume. The table is read every time (a plain read) and understood only when it changed."""
    try:
        with open(_MOUNTINFO, "rb") as file:
            text = file.read()
    except OSError:
        return {"/": Volume(_derived("root"), "", "/")}
    return parse_mountinfo(text)


@lru_cache(maxsize=4)
def parse_mountinfo(text: bytes) -> dict[str, Volume]:
    """``/proc/self/mountinfo`` (see proc(5)) as mount point -> volume; the last mount on a point is what is seen."""
    uuids, labels = _links(_BY_UUID), _links(_BY_LABEL)
    table: dict[str, Volume] = {}
    for line in text.splitlines():
        left, dash, right = line.partition(b" - ")
        fields, tail = left.split(b" "), right.split(b" ")
        if not dash or len(fields) < 5 or len(tail) < 2:
            continue
        kind, source = os.fsdecode(tail[0]), _unescape(tail[1])
        if kind in _NOT_DISKS:
            continue
        volume = _volume(kind, source, _unescape(fields[3]), _unescape(fields[4]), uuids, labels)
        table[volume.mount_point] = volume
    return table


def _volume(kind: str, source: str, root: str, point: str, uuids: dict[int, str], labels: dict[int, str]) -> Volume:
    device = _device(source)
    name = os.path.basename(point) or "/"
    if device is not None:
        uuid = uuids.get(device) or _derived(kind, source)
        label = labels.get(device, name)
    elif ":" in source or source.startswith("//") or "@" in source:  # a share: its address is its name
        uuid, label = _derived(kind, source), source
    else:
        uuid, label = _derived(kind, source, point), name
    return Volume(uuid if root == "/" else f"{uuid}:{root}", label, point)


def _device(source: str) -> int | None:
    if not source.startswith("/dev/"):
        return None
    try:
        return os.stat(source).st_rdev
    except OSError:
        return None


def _links(folder: str) -> dict[int, str]:
    """Device number -> name of the link to it, as udev keeps them."""
    try:
        names = os.listdir(folder)
    except OSError:
        return {}
    devices = {name: _device(os.path.join(folder, name)) for name in names}
    return {device: _unescape(os.fsencode(name), b"\\x", 16) for name, device in devices.items() if device is not None}


def _unescape(text: bytes, mark: bytes = b"\\", base: int = 8) -> str:
    r"""Octal ``\040`` (mountinfo) or hexadecimal ``\x20`` (udev) back to the byte it stands for."""
    digits = 3 if base == 8 else 2
    first, *rest = text.split(mark)
    pieces = [first]
    for piece in rest:
        try:
            pieces.append(bytes([int(piece[:digits], base)]) + piece[digits:])
        except ValueError:
            pieces.append(mark + piece)
    return os.fsdecode(b"".join(pieces))


# ---------------------------------------------------------------- macOS


def _climb(path: str) -> str:
    while not os.path.ismount(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


@lru_cache(maxsize=64)
def _mac(point: str) -> Volume:
    """What ``diskutil`` says of a mount point; asked once for each."""
    try:
        answer = subprocess.run(
            ["/usr/sbin/diskutil", "info", "-plist", point], capture_output=True, check=True, timeout=20
        )
        facts = plistlib.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, plistlib.InvalidFileException, ValueError):
        facts = {}
    uuid = facts.get("VolumeUUID") or facts.get("DiskUUID") or _derived("mac", point)
    return Volume(str(uuid), str(facts.get("VolumeName") or os.path.basename(point) or "/"), point)


# ---------------------------------------------------------------- Windows


def _windows_letters() -> list[str]:
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    mask = int(kernel.GetLogicalDrives())
    return [chr(ord("A") + bit) for bit in range(26) if mask >> bit & 1]


def _windows_root(path: str) -> str:
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    buffer = ctypes.create_unicode_buffer(1024)
    if kernel.GetVolumePathNameW(path, buffer, len(buffer)):
        return buffer.value
    return os.path.splitdrive(path)[0] + "\\"


@lru_cache(maxsize=64)
def _windows(root: str) -> Volume:
    """The volume's serial number and label; for a share, which has a serial of its server, its address too."""
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    label = ctypes.create_unicode_buffer(261)
    serial = ctypes.c_uint32()
    known = kernel.GetVolumeInformationW(root, label, len(label), ctypes.byref(serial), None, None, None, 0)
    if not known or root.startswith("\\\\"):
        return Volume(_derived("windows", root), root, root)
    return Volume(f"{serial.value:08X}", label.value or root, root)
