"""What the facade tells of a library whose every row is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from core.library import Library
from core.paths import thumb_path
from core.records import (
    FLAG_COPIES,
    FLAG_MISSING,
    FLAG_PREVIEW,
    FLAG_RAW,
    FLAG_THUMB,
    Boundary,
    Change,
    Folder,
    Problem,
    Scope,
    Wall,
)
from core.store import queries_wall, schema, snapshot, wall_columns
from core.store.store import Store
from tests.support.rows import DAY, MONDAY, add_file, add_folder, add_group, add_photo, add_volume

NOON = MONDAY + DAY / 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Photos 1, 2 on Sunday, 3, 4, 5 on Monday, 6 undated, 7 failed, 8 removed; no groups."""
    opened = Store.open(tmp_path / "library")
    with opened.write(Change(photos=True)) as conn:
        add_volume(conn)
        for number, path, root in (
            (1, b"a", True),
            (2, b"a/2025", False),
            (3, b"a/2025/x\xff", False),
            (4, b"b", True),
        ):
            add_folder(conn, number, path, root=root)
        add_photo(conn, 1, NOON - DAY, 2, width=300, height=600, mean_colour=0x010203)
        add_photo(conn, 2, NOON - DAY + 60, 2, flags=FLAG_MISSING | FLAG_RAW, thumb=1)
        add_photo(conn, 3, NOON, 3, thumb=2, flags=FLAG_COPIES, camera="Canon EOS R6", rating=3, place="Lisbon")
        add_photo(conn, 4, NOON + 0.5, 3, lat=38.7, lon=-9.1, utc_offset=60, taken_source="exif")
        add_photo(conn, 5, NOON + 60, 4, width=0, height=0)
        add_photo(conn, 6, None, 4)
        add_photo(conn, 7, NOON, 4, stage=schema.STAGE_FAILED)
        add_photo(conn, 8, NOON, 4, hidden=True)
        add_file(conn, 3, 4, b"copy.jpg", "copy")
        add_file(conn, 3, 3, b"3.xmp", "sidecar")
        add_file(conn, None, 4, b"film.mp4", "video")
    yield opened
    opened.close()


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store)


def _groups(store: Store) -> None:
    """Two events of one trip, leaving out 5 and 6; two kinds that share photo 4."""
    with store.write(Change(groups=True)) as conn:
        add_group(conn, 1, "trips", "Lisbon", [1, 2, 3, 4], start=NOON - DAY, end=NOON + 0.5)
        add_group(
            conn, 2, "events", "Sunday", [1, 2], start=NOON - DAY, end=NOON - DAY + 60, parent_id=1, subtitle="Lisbon"
        )
        add_group(conn, 3, "events", "Monday", [3, 4], start=NOON, end=NOON + 0.5, parent_id=1)
        add_group(conn, 4, "kinds", "Food", [4], strength=0.5)
        add_group(conn, 5, "kinds", "City", [1, 4, 6], strength=0.8)


def _sections(wall: Wall) -> list[tuple[int, str, str, list[int]]]:
    starts = wall.section_start.tolist()
    assert starts[0] == 0
    assert starts[-1] == len(wall.ids)
    return [
        (group, title, subtitle, wall.ids[a:b].tolist())
        for group, title, subtitle, a, b in zip(
            wall.section_id.tolist(), wall.titles, wall.subtitles, starts[:-1], starts[1:], strict=True
        )
    ]


DAYS = [
    (0, "Monday 15 September 2025", "3 photos", [5, 4, 3]),
    (0, "Sunday 14 September 2025", "2 photos", [2, 1]),
    (0, "Undated", "1 photo", [6]),
]


def test_all_photos_by_day_before_there_are_events(library: Library) -> None:
    wall = library.wall(Scope())
    assert _sections(wall) == DAYS
    by_id = dict(zip(wall.ids.tolist(), range(6), strict=True))
    assert wall.aspect[[by_id[1], by_id[3], by_id[5]]].tolist() == pytest.approx([0.5, 4 / 3, 4 / 3])
    assert wall.colour[by_id[1]] == 0x010203
    assert wall.flags[[by_id[2], by_id[3], by_id[1]]].tolist() == [
        FLAG_MISSING | FLAG_RAW | FLAG_PREVIEW,
        FLAG_COPIES | FLAG_THUMB,
        0,
    ]
    assert wall.local[by_id[4]] == NOON + 0.5
    assert np.isnan(wall.local[by_id[6]])
    kinds = (np.int64, np.float32, np.uint32, np.float64, np.uint8)
    columns = (wall.ids, wall.aspect, wall.colour, wall.local, wall.flags)
    assert [column.dtype for column in columns] == [np.dtype(kind) for kind in kinds]


def test_all_photos_by_event_and_the_rest_by_day(library: Library, store: Store) -> None:
    _groups(store)
    assert _sections(library.wall(Scope())) == [
        (0, "Monday 15 September 2025", "1 photo", [5]),
        (3, "Monday", "15 Sep 2025 · 2 photos", [4, 3]),
        (2, "Sunday", "14 Sep 2025 · Lisbon · 2 photos", [2, 1]),
        (0, "Undated", "1 photo", [6]),
    ]


def test_an_event_stays_together_when_later_photos_fall_into_it(library: Library, store: Store) -> None:
    _groups(store)
    with store.write(Change(photos=True)) as conn:
        add_photo(conn, 20, NOON + 0.25)
        add_photo(conn, 21, NOON - DAY + 30)
    assert [(group, ids) for group, _, _, ids in _sections(library.wall(Scope()))] == [
        (0, [5, 20]),
        (3, [4, 3]),
        (2, [2, 1]),
        (0, [21]),
        (0, [6]),
    ]


def test_groups_of_a_kind_as_sections(library: Library, store: Store) -> None:
    _groups(store)
    assert _sections(library.wall(Scope("kinds"))) == [
        (5, "City", "14–15 Sep 2025 · 3 photos", [4, 1, 6]),
        (4, "Food", "15 Sep 2025 · 1 photo", [4]),
    ]
    assert [title for _, title, _, _ in _sections(library.wall(Scope("events")))] == ["Monday", "Sunday"]
    assert _sections(library.wall(Scope("bursts"))) == []


def test_one_group(library: Library, store: Store) -> None:
    _groups(store)
    assert [(s[0], s[3]) for s in _sections(library.wall(Scope("group", 1)))] == [(3, [4, 3]), (2, [2, 1])]
    assert [(s[0], s[3]) for s in _sections(library.wall(Scope("group", 5)))] == [(0, [4]), (0, [1]), (0, [6])]
    assert [(s[0], s[3]) for s in _sections(library.wall(Scope("group", 2)))] == [(2, [2, 1])]
    assert library.group_photos(5).tolist() == [4, 1, 6]
    with pytest.raises(KeyError):
        library.wall(Scope("group", 99))


def test_a_folder_and_those_below(library: Library) -> None:
    assert _sections(library.wall(Scope("folder", 1))) == [
        (0, "2025", "2 photos", [2, 1]),
        (0, "2025/x\\xff", "2 photos", [4, 3]),
    ]
    assert _sections(library.wall(Scope("folder", 4))) == [(0, "b", "3 photos", [5, 3, 6])]
    with pytest.raises(KeyError):
        library.wall(Scope("folder", 77))


def test_chosen_photos_keep_their_order(library: Library) -> None:
    assert _sections(library.wall(Scope("ids", ids=(3, 8, 1, 404, 6)))) == [(0, "", "3 photos", [3, 1, 6])]
    assert _sections(library.wall(Scope("ids"))) == []
    with pytest.raises(ValueError, match="no such scope"):
        library.wall(Scope("moods"))


def test_many_photos_go_the_other_way_to_the_same_wall(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _groups(store)
    scopes = [Scope("kinds"), Scope("group", 5), Scope("folder", 1), Scope("ids", ids=(3, 1, 3))]
    few = [_sections(library.wall(scope)) for scope in scopes]
    monkeypatch.setattr(wall_columns, "_FEW", 0)
    assert [_sections(library.wall(scope)) for scope in scopes] == few


def test_an_empty_library(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty") as library:
        for kind in ("all", "events", "ids"):
            assert _sections(library.wall(Scope(kind))) == []
        assert list(library.iter_rows()) == list(library.boundaries()) == library.folders() == library.problems() == []
        assert library.status().photos == 0
        assert library.check() == []
    with Library.open(tmp_path / "empty") as library:
        assert len(library.wall(Scope()).ids) == 0


def test_the_saved_wall_serves_until_something_changes(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(store)
    library.close()

    def refuse(*_arguments: object) -> Wall:
        raise AssertionError("read from the database")

    with Library.open(store.root) as library:
        with monkeypatch.context() as patch:
            patch.setattr(queries_wall, "read_wall", refuse)
            assert _sections(library.wall(Scope())) == DAYS
        library.set_rating([1], 2)
        assert library.wall(Scope()).generation == 2
    saved = snapshot.load(store.root)
    assert saved is not None
    assert saved.generation == 2


def test_rows(library: Library, store: Store) -> None:
    _groups(store)
    rows = library.rows([4, 404, 3, 8])
    assert [row.id for row in rows] == [4, 3]
    four, three = rows
    assert four.path == "/pictures/a/2025/x\udcff/4.jpg"
    assert (four.taken_local, four.utc_offset, four.taken_source) == (NOON + 0.5, 60, "exif")
    assert (four.lat, four.lon, four.width, four.height, four.missing) == (38.7, -9.1, 400, 300, False)
    assert four.kinds == (("city", 0.8), ("food", 0.5))
    assert (three.camera, three.rating, three.place, three.kinds) == ("Canon EOS R6", 3, "Lisbon", ())
    assert [row.id for row in library.iter_rows()] == [5, 4, 3, 2, 1, 6]


def test_details(library: Library, store: Store) -> None:
    _groups(store)
    with store.write() as conn:
        details = {"iso": 200, "keywords": ["sea", "sun"], "lat": 1.0, "orientation": 6}
        conn.execute(schema.photo.update().where(schema.photo.c.id == 4).values(details=details, altitude=12.5))
    photo = library.photo(4)
    assert photo.row == library.rows([4])[0]
    assert (photo.metadata.iso, photo.metadata.keywords, photo.metadata.orientation) == (200, ("sea", "sun"), 6)
    assert (photo.metadata.lat, photo.metadata.altitude, photo.metadata.taken_local) == (38.7, 12.5, NOON + 0.5)
    assert [(m.kind, m.title, m.strength, m.reason) for m in photo.memberships] == [
        ("events", "Monday", 0.9, {"n": 1}),
        ("kinds", "City", 0.8, {"n": 1}),
        ("kinds", "Food", 0.5, {"n": 1}),
        ("trips", "Lisbon", 0.9, {"n": 1}),
    ]
    assert photo.labels == ()
    assert [(file.path, file.role) for file in library.photo(3).files] == [
        ("/pictures/a/2025/x\udcff/3.jpg", "primary"),
        ("/pictures/b/copy.jpg", "copy"),
        ("/pictures/a/2025/x\udcff/3.xmp", "sidecar"),
    ]
    for gone in (8, 404):
        with pytest.raises(KeyError):
            library.photo(gone)


def test_finding_by_any_path(library: Library, tmp_path: Path) -> None:
    assert library.find("/pictures/b/copy.jpg") == 3
    assert library.find("/pictures/a/../b/copy.jpg") == 3
    assert library.find("/pictures/a/2025/x\udcff/3.xmp") == 3
    assert library.find("/pictures/b/8.jpg") is None
    assert library.find("/pictures") is None
    (tmp_path / "link").symlink_to("/pictures/b")
    assert library.find(str(tmp_path / "link" / "5.jpg")) == 5


def test_groups_are_listed_in_their_order(library: Library, store: Store) -> None:
    _groups(store)
    assert [(g.title, g.parent, g.n_photos, g.cover) for g in library.groups("events")] == [
        ("Monday", 1, 2, 3),
        ("Sunday", 1, 2, 1),
    ]
    assert [g.title for g in library.groups("kinds")] == ["City", "Food"]
    assert library.groups("bursts") == []
    with pytest.raises(ValueError, match="no such kind"):
        library.groups("songs")


def test_boundaries_come_in_order_of_time(library: Library, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _groups(store)
    names = (
        "before_id",
        "after_id",
        "strength",
        "gap_seconds",
        "distance_km",
        "visual",
        "camera_changed",
        "event",
        "raw",
    )
    rows = [(3, 4, 0.1, 0.5, None, None, False, False), (1, 2, 0.2, 60.0, 1.5, 0.3, True, False),
            (2, 3, 0.9, DAY, None, None, False, True), (4, 8, 0.5, 1.0, None, None, False, False)]  # fmt: skip
    with store.write() as conn:
        conn.execute(insert(schema.boundary), [dict(zip(names, (*row, row[2]), strict=True)) for row in rows])
    expected = [
        Boundary(1, 2, 0.2, 60.0, 1.5, 0.3, True),
        Boundary(2, 3, 0.9, DAY, None, None, False),
        Boundary(3, 4, 0.1, 0.5, None, None, False),
    ]
    assert list(library.boundaries()) == expected


def test_folders(library: Library) -> None:
    assert library.folders() == [
        Folder(1, "/pictures/a", None, 4, True, False),
        Folder(2, "/pictures/a/2025", 1, 4, False, False),
        Folder(3, "/pictures/a/2025/x\udcff", 2, 2, False, False),
        Folder(4, "/pictures/b", None, 3, True, False),
    ]


def test_a_photo_with_copies_counts_once_in_a_folder_above_both(library: Library, store: Store) -> None:
    with store.write(Change(photos=True)) as conn:
        add_file(conn, 3, 2, b"again.jpg", "copy")
    counts = {folder.id: folder.n_photos for folder in library.folders()}
    assert counts == {1: 4, 2: 4, 3: 2, 4: 3}
    assert len(library.wall(Scope("folder", 1)).ids) == 4


def test_status_and_problems(library: Library, store: Store) -> None:
    _groups(store)
    with store.write() as conn:
        conn.execute(
            insert(schema.problem), [{"path": b"/pictures/b/bad\xff.jpg", "stage": "decode", "reason": "cut short"}]
        )
        conn.execute(schema.photo.update().where(schema.photo.c.id == 5).values(stage=schema.STAGE_FOUND))
    store.vectors("net", "7", 4)
    status = library.status()
    assert library.problems() == [Problem("/pictures/b/bad\udcff.jpg", "decode", "cut short")]
    assert (status.photos, status.missing, status.problems, status.pending, status.videos) == (6, 1, 1, 1, 1)
    assert (status.embedder, status.device) == ("net 7", "")
    assert status.groups["events"] == 2
    assert status.groups["bursts"] == 0


def test_a_photo_that_is_odd_in_two_ways_counts_once(library: Library, store: Store) -> None:
    with store.write(Change(groups=True)) as conn:
        add_group(conn, 11, "odd", "Blurred", [1, 2])
        add_group(conn, 12, "odd", "Screenshots among photos", [2, 3])
    status = library.status()
    assert (status.groups["odd"], status.odd) == (2, 3)


def test_check_says_what_is_wrong(library: Library, store: Store) -> None:
    with store.write(Change(photos=True)) as conn:
        conn.execute(schema.photo.update().where(schema.photo.c.id == 2).values(flags=0, thumb=0))
    assert library.check() == ["1 of 1 thumbnails looked for are not there; import again to make them."]
    thumb = Path(library.thumb_path(3))
    assert str(thumb) == thumb_path(store.root, 3)
    thumb.parent.mkdir(parents=True)
    thumb.write_bytes(b"a picture")
    assert library.check() == []
    vectors = store.vectors("net", "1", 4)
    with store.write() as conn:
        conn.execute(insert(schema.vector).values(embedder_id=vectors.embedder_id, photo_id=3, row=1, norm=1.0))
        conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    assert library.check() == ["The vectors of net 1 are cut short by 2 photos."]


def test_similar_is_exact_and_leaves_out_itself_noise_and_removed_photos(library: Library, store: Store) -> None:
    assert library.similar(1) == []
    vectors = store.vectors("net", "1", 2)
    angles = {1: 0.0, 3: 0.2, 2: 0.1, 8: 0.05, 4: 1.5}
    content = np.array([[np.cos(a), np.sin(a)] for a in angles.values()], np.float16)
    vectors.append(content)
    with store.write(Change(photos=True)) as conn:
        rows = [
            {"embedder_id": vectors.embedder_id, "photo_id": p, "row": i, "norm": 1.0} for i, p in enumerate(angles)
        ]
        conn.execute(insert(schema.vector), rows)
    vectors.append(np.repeat(content[:1], 30, axis=0))  # rows that were never committed
    found = library.similar(1, top=2)
    assert [photo for photo, _ in found] == [2, 3]
    assert [score for _, score in found] == pytest.approx([np.cos(0.1), np.cos(0.2)], abs=2e-3)
    assert [photo for photo, _ in library.similar(1)] == [2, 3, 4]
    assert library.similar(6) == []
    with pytest.raises(KeyError):
        library.similar(404)


def test_pixels_come_from_the_best_file(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48), (200, 10, 10)).save(tmp_path / "here.png")
    with Library.open(tmp_path / "library") as library:
        with library._store.write(Change(photos=True)) as conn:
            add_volume(conn, mount=bytes(tmp_path))
            add_folder(conn, 1, b"", root=True)
            add_photo(conn, 1, NOON)
            conn.execute(schema.file.update().values(missing=True))
            add_file(conn, 1, 1, b"here.png", "copy")
        pixels = library.pixels(1, 32)
        assert (pixels.width, pixels.height, pixels.channels) == (32, 24, 3)
        assert tuple(pixels.data[:3]) == (200, 10, 10)
        assert library.rows([1])[0].path == str(tmp_path / "here.png")
        with pytest.raises(KeyError):
            library.pixels(2)


def test_a_reader_reads_all_and_writes_nothing(photo_library_path: Path) -> None:
    from core.errors import LibraryError

    with Library.open(photo_library_path, mode="read") as library:
        assert len(library.wall(Scope()).ids) == 300
        assert library.status().groups["events"] > 1
        assert len(library.similar(150, 5)) == 5
        with pytest.raises(LibraryError, match="reading only"):
            library.set_rating([1], 1)
        assert library.check() == []
