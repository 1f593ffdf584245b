"""The table of photos that groupers take, read from the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.grouping.table import COVER_MEASURES, read_table
from core.records import FLAG_RAW
from core.store.store import Store
from tests.support.rows import MONDAY, add_file, add_folder, add_photo, add_volume


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    with opened.write() as conn:
        add_volume(conn)
        add_folder(conn, 1, b"a", root=True)
    yield opened
    opened.close()


def test_photos_stand_in_order_of_time_with_cameras_numbered_as_they_appear(store: Store) -> None:
    with store.write() as conn:
        add_photo(conn, 1, MONDAY + 60, camera="Pixel", lat=52.1, lon=5.1, dhash=7)
        add_photo(conn, 2, None, camera="Canon")
        add_photo(conn, 3, MONDAY, camera="Canon", content_hash=b"same")
        add_photo(conn, 4, MONDAY + 60, content_hash=b"same", hidden=True)
        add_photo(conn, 5, MONDAY + 60, content_hash=b"same")
    with store.read() as conn:
        table = read_table(conn)
        few = read_table(conn, [2, 3])
    assert table.ids.tolist() == [3, 1, 5, 2]
    assert table.camera.tolist() == [0, 1, -1, 0]
    assert table.content.tolist() == [0, -1, 0, -1]
    assert table.has_dhash.tolist() == [False, True, False, False]
    np.testing.assert_array_equal(table.lat, [np.nan, 52.1, np.nan, np.nan])
    assert few.ids.tolist() == [3, 2]
    assert np.isnan(few.instant[1])


def test_only_what_covers_need_is_read_where_pictures_are_not_compared(store: Store) -> None:
    measures = {name: i + 0.25 for i, name in enumerate((*COVER_MEASURES, "text"))}
    with store.write() as conn:
        add_photo(conn, 1, MONDAY, measures=measures, details={"iso": 200}, dhash=7, flags=FLAG_RAW)
        add_photo(conn, 2, MONDAY + 1)
    with store.read() as conn:
        whole, few = read_table(conn), read_table(conn, looks=False)
    for name in (*COVER_MEASURES, "has_raw", "has_camera", "file_size", "screenshot_name"):
        np.testing.assert_array_equal(few.columns[name], whole.columns[name])
    assert few.columns["sharpness"][0] == 0.25
    assert np.isnan(few.columns["sharpness"][1])
    assert few.columns["has_raw"].tolist() == [1.0, 0.0]
    assert whole.columns["text"][0] == 3.25
    assert whole.columns["iso"][0] == 200.0
    assert "text" not in few.columns
    assert not few.has_dhash.any()


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        (b"Screenshot_2024.png", 1.0),
        (b"my screen shot.png", 1.0),
        (b"SCREEN_SHOT.PNG", 1.0),
        (b"screen-shot.png", 0.0),
        (b"Bildschirmfoto 2024.png", 1.0),
        (b"captur\xe9.png", 0.0),
        (b"Captura\xe9.png", 1.0),
        (b"IMG_1.jpg", 0.0),
    ],
)
def test_screenshots_are_told_by_the_name_of_the_first_file(store: Store, name: bytes, is_one: float) -> None:
    with store.write() as conn:
        add_photo(conn, 1, MONDAY)
        conn.exec_driver_sql("UPDATE file SET name = ?, size = 50", (name,))
        add_file(conn, 1, 1, b"other.jpg", "copy", size=70)
        add_file(conn, 1, 1, b"other.raw", "raw", size=90)
    with store.read() as conn:
        table = read_table(conn)
    assert table.columns["screenshot_name"].tolist() == [is_one]
    assert table.columns["file_size"].tolist() == [50.0]


def test_a_copy_stands_in_for_a_first_file_that_is_gone_and_none_means_no_photo(store: Store) -> None:
    with store.write() as conn:
        add_photo(conn, 1, MONDAY)
        add_photo(conn, 2, MONDAY)
        conn.exec_driver_sql("DELETE FROM file")
        add_file(conn, 1, 1, b"copy2.jpg", "copy", size=70)
        add_file(conn, 1, 1, b"copy3.jpg", "copy", size=80)
    with store.read() as conn:
        table = read_table(conn)
        assert len(read_table(conn, [])) == 0
    assert table.ids.tolist() == [1]
    assert table.columns["file_size"].tolist() == [70.0]
