"""Importing real files: every photo exactly once, nothing forgotten, nothing done twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import index
from core.errors import Cancelled, LibraryError
from core.index.run import retry
from core.library import Library
from core.progress import Progress, Report
from core.records import ImportReport
from core.store.store import Store
from tests.index.photos import write_photo, write_photos


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "library")
    yield store
    store.close()


def run(store: Store, *folders: Path) -> ImportReport:
    return index.run(store, list(folders), Progress(), workers=1)


def paths(store: Store) -> dict[int, set[str]]:
    """Photo id -> its files that are there."""
    from sqlalchemy import select

    from core.store import catalog, schema

    with store.read() as conn:
        ids = [row.id for row in conn.execute(select(schema.photo.c.id))]
        files = catalog.files_of(conn, ids)
    return {i: {os.fsdecode(f.path) for f in files[i] if not f.missing} for i in ids}


def stages(store: Store) -> list[int]:
    from sqlalchemy import select

    from core.store import schema

    with store.read() as conn:
        return [row.stage for row in conn.execute(select(schema.photo.c.stage))]


def test_a_second_import_decodes_nothing(store: Store, tmp_path: Path) -> None:
    write_photos(tmp_path / "in" / "a", 5)
    write_photos(tmp_path / "in" / "b", 4, first=10)
    first = run(store, tmp_path / "in")
    assert (first.found, first.new, first.decoded) == (9, 9, 9)
    before = paths(store)
    second = run(store, tmp_path / "in")
    assert (second.found, second.new, second.changed, second.decoded, second.missing) == (9, 0, 0, 0, 0)
    assert paths(store) == before


def test_every_photo_has_a_thumbnail_and_a_vector(store: Store, tmp_path: Path) -> None:
    from core.embed import registry
    from core.grouping.table import read_table, vector_rows
    from core.paths import thumb_path

    write_photos(tmp_path / "in", 6)
    run(store, tmp_path / "in")
    info = registry.info()
    with store.read() as conn:
        table = read_table(conn)
        rows, norms = vector_rows(conn, info.name, info.version, table.ids)
    assert len(table) == 6
    assert sorted(rows.tolist()) == list(range(6))
    assert (norms > 0).all()
    assert all(os.path.getsize(thumb_path(store.root, int(i))) > 500 for i in table.ids)


def test_a_renamed_folder_keeps_its_photos(store: Store, tmp_path: Path) -> None:
    write_photos(tmp_path / "in" / "old", 4)
    run(store, tmp_path / "in")
    before = paths(store)
    (tmp_path / "in" / "old").rename(tmp_path / "in" / "new")
    report = run(store, tmp_path / "in")
    assert (report.moved, report.new, report.decoded) == (4, 0, 0)
    after = paths(store)
    assert set(after) == set(before)
    assert {Path(p).name for p in after[min(after)]} == {Path(p).name for p in before[min(before)]}
    assert all("new" in path for files in after.values() for path in files)


def test_a_copy_is_another_file_of_the_same_photo(store: Store, tmp_path: Path) -> None:
    original = write_photo(tmp_path / "in" / "a.jpg", 1)
    run(store, tmp_path / "in")
    (tmp_path / "in" / "more").mkdir()
    shutil.copyfile(original, tmp_path / "in" / "more" / "copy of a.jpg")
    report = run(store, tmp_path / "in")
    assert report.decoded == 0
    assert [len(files) for files in paths(store).values()] == [2]


def test_copies_met_in_the_same_import_become_one_photo(store: Store, tmp_path: Path) -> None:
    original = write_photo(tmp_path / "in" / "a.jpg", 1)
    shutil.copyfile(original, tmp_path / "in" / "b.jpg")
    write_photo(tmp_path / "in" / "c.jpg", 2)
    run(store, tmp_path / "in")
    assert sorted(len(files) for files in paths(store).values()) == [1, 2]


def test_what_is_gone_is_missing_and_comes_back(store: Store, tmp_path: Path) -> None:
    first, second = write_photos(tmp_path / "in", 2)
    run(store, tmp_path / "in")
    ids = set(paths(store))
    first.rename(tmp_path / "away.jpg")
    assert run(store, tmp_path / "in").missing == 1
    assert set(paths(store)) == ids
    assert sorted(len(f) for f in paths(store).values()) == [0, 1]
    (tmp_path / "away.jpg").rename(first)
    report = run(store, tmp_path / "in")
    assert (report.new, report.decoded) == (0, 0)
    assert sorted(len(f) for f in paths(store).values()) == [1, 1]
    assert second.exists()


def test_a_folder_that_is_away_forgets_nothing(store: Store, tmp_path: Path) -> None:
    write_photos(tmp_path / "in", 3)
    run(store, tmp_path / "in")
    (tmp_path / "in").rename(tmp_path / "unplugged")
    assert run(store).missing == 3
    assert len(paths(store)) == 3
    (tmp_path / "unplugged").rename(tmp_path / "in")
    report = run(store)
    assert (report.new, report.decoded, report.found) == (0, 0, 3)
    assert all(paths(store).values())


def test_a_changed_photo_keeps_its_id_and_is_read_again(store: Store, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "in" / "a.jpg", 1)
    run(store, tmp_path / "in")
    ids = set(paths(store))
    write_photo(path, 2, size=(200, 300))
    report = run(store, tmp_path / "in")
    assert (report.changed, report.decoded, report.new) == (1, 1, 0)
    assert set(paths(store)) == ids


def test_a_touched_photo_is_not_read_again(store: Store, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "in" / "a.jpg", 1)
    run(store, tmp_path / "in")
    os.utime(path, (1, 1))
    report = run(store, tmp_path / "in")
    assert (report.changed, report.decoded, report.new) == (0, 0, 0)


def test_bad_files_are_problems_and_cost_no_neighbour(store: Store, tmp_path: Path) -> None:
    good = write_photos(tmp_path / "in", 4)
    (tmp_path / "in" / "empty.jpg").touch()
    (tmp_path / "in" / "text.jpg").write_text("this is not a picture " * 50)
    body = good[0].read_bytes()
    (tmp_path / "in" / "cut.jpg").write_bytes(body[: len(body) // 2])
    os.makedirs(os.fsencode(tmp_path / "in") + b"/caf\xe9")
    shutil.copyfile(good[1], os.fsencode(tmp_path / "in") + b"/caf\xe9/na\xefve.jpg")
    report = run(store, tmp_path / "in")
    assert report.problems == 3
    assert stages(store).count(2) == 4
    again = run(store, tmp_path / "in")
    assert (again.decoded, again.problems) == (0, 3)
    (tmp_path / "in" / "cut.jpg").unlink()
    (tmp_path / "in" / "empty.jpg").unlink()
    assert run(store, tmp_path / "in").problems == 1


def test_a_mended_file_can_be_tried_again(store: Store, tmp_path: Path) -> None:
    good = write_photo(tmp_path / "in" / "a.jpg", 1)
    body = good.read_bytes()
    stat = good.stat()
    good.write_bytes(body[: len(body) // 2].ljust(len(body), b"\0"))
    os.utime(good, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run(store, tmp_path / "in").problems == 1
    good.write_bytes(body)
    os.utime(good, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert retry(store, Progress()).problems == 0
    assert stages(store) == [2]


def test_cancelling_keeps_what_was_done(store: Store, tmp_path: Path) -> None:
    write_photos(tmp_path / "in", 40)
    progress = Progress(interval=0.0)

    def stop(report: Report) -> None:
        if report.phase == "Reading photos" and report.done > 0:
            progress.cancel()

    progress._listener = stop
    with pytest.raises(Cancelled):
        index.run(store, [tmp_path / "in"], progress, workers=1)
    done = stages(store).count(2)
    assert 0 < done < 40
    report = run(store, tmp_path / "in")
    assert report.decoded == 40 - done
    assert stages(store).count(2) == 40


def test_a_folder_that_does_not_exist_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="does not exist"):
        run(store, tmp_path / "nowhere")


def test_originals_are_never_written(tmp_path: Path) -> None:
    write_photos(tmp_path / "in", 5)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "in").iterdir()}
    with Library.open(tmp_path / "library") as library:
        library.import_folders([tmp_path / "in"], Progress())
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "in").iterdir()} == before
