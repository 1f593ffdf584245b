"""The one writer of a library: an operating-system lock on a file, which a killed process cannot leave held."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path

from core.errors import LibraryError, LibraryLocked

LOCK_FILE = "library.lock"

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # locks beyond the text, so that others can still read who holds it

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def describe_owner(text: str) -> str:
    """The owner in words, from what it wrote into the lock file."""
    try:
        owner = json.loads(text)
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(owner["started"]))
        return f"process {int(owner['pid'])} on {owner['host']}, since {started}"
    except (ValueError, KeyError, TypeError, OverflowError):
        return "another process"


class WriterLock:
    """Held from construction to :meth:`release`. Raises :class:`LibraryLocked` when another process holds it."""

    def __init__(self, root: Path) -> None:
        self.path = root / LOCK_FILE
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LibraryError(f"The library at {root} cannot be written: {error.strerror}.") from error
        if not _try_lock(self._fd):
            os.lseek(self._fd, 0, os.SEEK_SET)
            owner = os.read(self._fd, 4096).decode("utf-8", "replace")
            os.close(self._fd)
            raise LibraryLocked(describe_owner(owner))
        self._write_owner()

    def _write_owner(self) -> None:
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()}
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.ftruncate(self._fd, 0)
        os.write(self._fd, json.dumps(owner).encode())

    def release(self) -> None:
        """Let others write; the file stays (removing it would race with a newcomer)."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def lock_owner(root: Path) -> str | None:
    """Who writes this library now, in words, or None when nobody does."""
    try:
        lock = WriterLock(root)
    except LibraryLocked as error:
        return error.owner
    except LibraryError:
        return None
    lock.release()
    return None
