"""Finds the files of folders, in place and reading only names and sizes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from core.media.formats import kind_of
from core.paths import DATABASE
from core.records import Found, Problem

SKIPPED_FOLDERS = frozenset(
    {
        "@eadir", "@synoeastream", "@__thumb", "#recycle", "#snapshot", "$recycle.bin", "system volume information",
        "lost+found", "__macosx", "thumbs", "thumbnails.lrdata", "found.000",
    }
)  # fmt: skip
"""Folders that systems and other programs keep for themselves (compared in lower case)."""

SKIPPED_SUFFIXES = (".lrdata", ".lrcat-data", ".cocatalogdb")
_PACKAGE_SUFFIXES = (".photoslibrary", ".aplibrary", ".migratedphotolibrary")
_PACKAGE_FOLDERS = frozenset({"originals", "masters"})
"""Within a Photos or Aperture library only these hold the person's own pictures."""

_HIDDEN = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 2) | getattr(stat, "FILE_ATTRIBUTE_SYSTEM", 4)

OnProblem = Callable[[Problem], None]


@dataclass(slots=True)
class _Walk:
    """One walk: which directories were seen, by (device, inode), and links to directories kept for the end."""

    on_problem: OnProblem
    seen: set[tuple[int, int]] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def problem(self, path: str, error: OSError) -> None:
        self.on_problem(Problem(path, "scan", _reason(error)))

    def enter(self, path: str) -> bool:
        """Whether ``path`` is a directory not seen before (by whatever name)."""
        try:
            info = os.stat(path)
        except OSError as error:
            self.problem(path, error)
            return False
        if not stat.S_ISDIR(info.st_mode):
            self.on_problem(Problem(path, "scan", "This is not a folder."))
            return False
        key = (info.st_dev, info.st_ino)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def read(self, folder: str) -> tuple[list[Found], list[str]] | None:
        """Files and subfolders of one folder, each sorted by name; None where it cannot be read or is not ours."""
        found: list[Found] = []
        folders: list[str] = []
        in_package = folder.rstrip(os.sep).lower().endswith(_PACKAGE_SUFFIXES)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name == DATABASE:
                        return None  # a library of this program: its thumbnails are not photos
                    self.sort_in(entry, found, folders, in_package)
        except OSError as error:
            self.problem(folder, error)
            return None
        found.sort(key=lambda file: file.path)
        folders.sort()
        return found, folders

    def sort_in(self, entry: os.DirEntry[str], found: list[Found], folders: list[str], in_package: bool) -> None:
        """Put one entry where it belongs; one that cannot be read is a problem, not the end of the folder."""
        if entry.name.startswith("."):
            return
        try:
            if entry.is_dir():
                if not _skipped(entry, in_package):
                    (self.links if entry.is_symlink() else folders).append(entry.path)
                return
            kind = kind_of(entry.name)
            if kind is None:
                return
            info = entry.stat()
        except OSError as error:
            if not entry.is_symlink() or kind_of(entry.name) is not None:
                self.problem(entry.path, error)
            return
        if stat.S_ISREG(info.st_mode) and not getattr(info, "st_file_attributes", 0) & _HIDDEN:
            found.append(Found(entry.path, kind, info.st_size, info.st_mtime_ns, info.st_ino))

    def tree(self, root: str) -> Iterator[tuple[str, list[Found]]]:
        """One root, depth first; the waiting list holds only the brothers of the folders on the way down."""
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            if not self.enter(folder):
                continue
            content = self.read(folder)
            if content is None:
                continue
            waiting.extend(reversed(content[1]))
            yield folder, content[0]


def _skipped(entry: os.DirEntry[str], in_package: bool) -> bool:
    name = entry.name.lower()
    if in_package and name not in _PACKAGE_FOLDERS:
        return True
    if name in SKIPPED_FOLDERS or name.endswith(SKIPPED_SUFFIXES):
        return True
    return os.name == "nt" and bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _HIDDEN)


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "There is no permission to read it."
    if isinstance(error, FileNotFoundError):
        return "It is not there (or is a link that leads nowhere)."
    return f"It cannot be read: {error.strerror or type(error).__name__}."


def walk(roots: Sequence[str], on_problem: OnProblem) -> Iterator[tuple[str, list[Found]]]:
    """Every readable folder in and below ``roots`` with its media files, one folder at a time, depth first, sorted.

    Folders without media are yielded with an empty list (so that a folder that was emptied is seen); unreadable ones
    are reported to ``on_problem`` (stage "scan") and not yielded. A directory is yielded once, however many roots and
    links lead to it; its own path is preferred to a link's, since links are followed last. Hidden names, special
    files and folders that belong to systems and other programs are passed over. Names that are not UTF-8 come as
    surrogates (``os.fsdecode``).
    """
    state = _Walk(on_problem)
    for root in roots:
        yield from state.tree(os.path.abspath(root))
    while state.links:
        links, state.links = sorted(state.links), []
        for link in links:
            yield from state.tree(link)
