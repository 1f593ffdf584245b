"""Walking folders: everything of the person's found once, nothing of anybody else's, whatever lies in the way."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from core.paths import DATABASE, printable
from core.records import Problem
from core.scan import walk as module
from core.scan.walk import walk


def build(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def paths(*roots: Path | str) -> tuple[list[str], list[str], list[Problem]]:
    """Files, folders and problems of a walk, relative to the first root."""
    problems: list[Problem] = []
    files, folders = [], []
    for folder, found in walk([str(root) for root in roots], problems.append):
        folders.append(os.path.relpath(folder, roots[0]))
        files += [os.path.relpath(file.path, roots[0]) for file in found]
    return files, folders, problems


def test_depth_first_and_sorted(tmp_path: Path) -> None:
    build(tmp_path, "b/2.jpg", "b/1.NEF", "b/c/3.png", "a/4.jpg", "a.xmp", "z.mp4", "notes.txt", "c/readme")
    files, folders, problems = paths(tmp_path)
    assert files == ["a.xmp", "z.mp4", "a/4.jpg", "b/1.NEF", "b/2.jpg", "b/c/3.png"]
    assert folders == [".", "a", "b", "b/c", "c"]
    assert problems == []


def test_what_is_told_of_a_file(tmp_path: Path) -> None:
    build(tmp_path, "a.jpg")
    ((folder, (file,)),) = walk([str(tmp_path)], pytest.fail)
    info = os.stat(tmp_path / "a.jpg")
    assert folder == str(tmp_path)
    assert (file.kind, file.size, file.mtime_ns, file.inode) == ("photo", 5, info.st_mtime_ns, info.st_ino)


def test_what_belongs_to_others_is_skipped(tmp_path: Path) -> None:
    skipped = (
        ".hidden/1.jpg", ".dot.jpg", "._1.jpg", "@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", ".Trash-1000/files/1.jpg",
        "#recycle/1.jpg", "$RECYCLE.BIN/1.jpg", "System Volume Information/1.jpg", "Thumbs/1.jpg", "__MACOSX/1.jpg",
        "Cat Previews.lrdata/1.jpg", "Photos.photoslibrary/resources/derivatives/1.jpg",
        "Photos.photoslibrary/database/1.jpg", f"lib/{DATABASE}", "lib/thumbs/000000/1.jpg",
    )  # fmt: skip
    build(tmp_path, "1.jpg", "Photos.photoslibrary/originals/A/2.jpg", *skipped)
    assert paths(tmp_path)[0] == ["1.jpg", "Photos.photoslibrary/originals/A/2.jpg"]


def test_a_hidden_root_is_walked_since_it_was_asked_for(tmp_path: Path) -> None:
    build(tmp_path, ".mine/1.jpg")
    assert paths(tmp_path / ".mine")[0] == ["1.jpg"]


def test_loops_of_links_end(tmp_path: Path) -> None:
    build(tmp_path, "a/1.jpg", "a/b/2.jpg")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    files, _, problems = paths(tmp_path)
    assert files == ["a/1.jpg", "a/b/2.jpg"]
    assert [os.path.basename(problem.path) for problem in problems] == []


def test_a_folder_comes_once_under_its_own_name(tmp_path: Path) -> None:
    build(tmp_path, "z/1.jpg", "z/y/2.jpg")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    assert paths(tmp_path, tmp_path / "z", str(tmp_path) + "/./z")[0] == ["z/1.jpg", "z/y/2.jpg"]
    assert paths(tmp_path / "z" / "y", tmp_path)[0] == ["2.jpg", "../1.jpg"]


def test_links_out_of_the_root_are_followed(tmp_path: Path) -> None:
    build(tmp_path, "root/1.jpg", "elsewhere/2.jpg")
    (tmp_path / "root" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "3.jpg").symlink_to(tmp_path / "elsewhere" / "2.jpg")
    assert paths(tmp_path / "root")[0] == ["1.jpg", "3.jpg", "more/2.jpg"]


def test_a_link_that_leads_nowhere_is_a_problem_of_its_own(tmp_path: Path) -> None:
    build(tmp_path, "1.jpg")
    (tmp_path / "2.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "note.txt").symlink_to(tmp_path / "gone.txt")
    files, _, problems = paths(tmp_path)
    assert files == ["1.jpg"]
    assert [(os.path.basename(problem.path), problem.stage) for problem in problems] == [("2.jpg", "scan")]


def test_special_files_are_passed_over(tmp_path: Path) -> None:
    build(tmp_path, "1.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.jpg"))
        assert paths(tmp_path)[0] == ["1.jpg"]


def test_unreadable_folders_are_reported_and_not_yielded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(module.os, "scandir", refusing)
    files, folders, problems = paths(tmp_path)
    assert files == ["a/1.jpg", "c/3.jpg"]
    assert "b" not in folders
    assert problems == [Problem(str(tmp_path / "b"), "scan", "There is no permission to read it.")]


def test_roots_that_are_no_folders(tmp_path: Path) -> None:
    build(tmp_path, "1.jpg")
    files, _, problems = paths(tmp_path / "1.jpg", tmp_path / "gone")
    assert files == []
    assert [problem.reason for problem in problems] == [
        "This is not a folder.",
        "It is not there (or is a link that leads nowhere).",
    ]


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(str(tmp_path)) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/\xff\xfe.jpg", "wb") as file:
        file.write(b"x")
    ((_, nothing), (_, (found,))) = walk([str(tmp_path)], pytest.fail)
    assert nothing == []
    assert os.fsencode(found.path).endswith(b"/caf\xe9/\xff\xfe.jpg")
    assert printable(found.path).endswith("caf\\xe9/\\xff\\xfe.jpg")
    with open(found.path, "rb") as file:
        assert file.read() == b"x"


def test_one_folder_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, *(f"{number:02d}/1.jpg" for number in range(20)))
    read: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(module.os, "scandir", lambda path: (read.append(path), scandir(path))[1])
    steps = walk([str(tmp_path)], pytest.fail)
    next(steps)
    next(steps)
    assert len(read) == 2
