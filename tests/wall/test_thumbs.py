"""Thumbnails: newest first, stale requests dropped, bounded memory, damaged files survived."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from app.thumbs.cache import PixmapCache
from app.thumbs.decode import decode
from app.thumbs.loader import MISS_SECONDS, ThumbLoader
from app.thumbs.requests import Requests
from tests.wall.walls import write_thumb

# ---------------------------------------------------------------- requests


def _served(requests: Requests[str]) -> list[str]:
    found = []
    while (ticket := requests.pop(block=False)) is not None:
        found.append(ticket.key)
        assert requests.finish(ticket)
    return found


def test_the_newest_request_is_served_first_and_only_once() -> None:
    requests: Requests[str] = Requests()
    for key in ("a", "b", "c", "a"):
        requests.push(key)
    requests.push("later", last=True)
    assert _served(requests) == ["a", "c", "b", "later"]


def test_stale_requests_are_dropped_unless_asked_for_again_or_lasting() -> None:
    requests: Requests[str] = Requests()
    requests.push("gone")
    requests.push("kept")
    requests.push("lasting", lasting=True)
    requests.advance()
    requests.push("kept")
    requests.push("new")
    assert _served(requests) == ["new", "kept", "lasting"]


def test_the_oldest_requests_go_when_there_are_too_many() -> None:
    requests: Requests[int] = Requests(limit=3)
    for key in range(6):
        requests.push(key)
    assert requests.pending() == [3, 4, 5]


def test_a_revoked_answer_is_refused_even_if_the_request_was_repeated() -> None:
    requests: Requests[str] = Requests()
    requests.push("a")
    ticket = requests.pop(block=False)
    assert ticket is not None
    requests.push("a")  # in work already
    assert requests.pop(block=False) is None
    requests.revoke({"a"})
    requests.push("a")
    again = requests.pop(block=False)
    assert again is not None
    assert not requests.finish(ticket)
    assert requests.finish(again)


def test_closed_requests_accept_nothing_and_let_waiting_threads_go() -> None:
    requests: Requests[str] = Requests()
    requests.push("a")
    requests.close()
    requests.push("b")
    assert requests.pop() is None


# ---------------------------------------------------------------- decoding


@pytest.mark.parametrize(
    ("wished", "expected"),
    [((256, 0), (256, 171)), ((2000, 0), (512, 341)), ((240, 160), (240, 160)), ((100, 160), (100, 160))],
)
def test_a_picture_fills_the_wished_size(tmp_path: Path, wished: tuple[int, int], expected: tuple[int, int]) -> None:
    image = decode(str(write_thumb(tmp_path, 1)), *wished)
    assert image is not None
    assert image.width() == pytest.approx(expected[0], abs=1)
    assert image.height() == pytest.approx(expected[1], abs=1)
    assert image.pixelColor(image.width() // 2, image.height() // 2).red() == pytest.approx(0xC0, abs=4)


def test_a_small_file_is_not_enlarged_but_cut_to_shape(tmp_path: Path) -> None:
    image = decode(str(write_thumb(tmp_path, 1, 100, 400)), 800, 800)
    assert image is not None
    assert (image.width(), image.height()) == (100, 100)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_damaged_and_absent_files_have_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.jpg").write_bytes(content)
    assert decode(str(tmp_path / "bad.jpg"), 100, 100) is None
    assert decode(str(tmp_path / "absent.jpg"), 100, 0) is None


# ---------------------------------------------------------------- memory


def test_the_cache_forgets_what_was_not_used_for_longest(qtbot: QtBot) -> None:
    cache = PixmapCache(budget=3 * 400)
    for photo_id in (1, 2, 3):
        cache.put((photo_id, 10, 10, 0), QPixmap(10, 10))
    assert cache.get((1, 10, 10, 0)) is not None
    cache.put((4, 10, 10, 0), QPixmap(10, 10))
    assert cache.bytes == 1200
    assert [photo_id for photo_id in (1, 2, 3, 4) if cache.any_of(photo_id)] == [1, 3, 4]
    cache.forget(3)
    assert cache.any_of(3) is None
    cache.put((5, 100, 100, 0), QPixmap(100, 100))
    assert len(cache) == 1
    cache.clear()
    assert (len(cache), cache.bytes) == (0, 0)


# ---------------------------------------------------------------- the loader


def test_a_thumbnail_arrives_later_and_is_then_at_hand(qtbot: QtBot, tmp_path: Path) -> None:
    write_thumb(tmp_path, 7)
    loader = ThumbLoader(tmp_path, threads=2)
    with qtbot.waitSignal(loader.arrived) as arrived:
        assert loader.get(7, 160) is None
    assert arrived.args == [7]
    pixmap = loader.get(7, 160)
    assert pixmap is not None
    assert pixmap.width() == 160
    assert loader.cell(7, 60, 60) == (pixmap, False)  # shown scaled until its own size comes
    loader.close()


def test_all_of_many_arrive_and_a_damaged_one_delays_nobody(qtbot: QtBot, tmp_path: Path) -> None:
    for photo_id in range(1, 40):
        write_thumb(tmp_path, photo_id, 64, 48)
    write_thumb(tmp_path, 20).write_bytes(b"\xff\xd8 broken")
    loader = ThumbLoader(tmp_path, threads=2)
    seen: list[int] = []
    loader.arrived.connect(seen.append)
    for photo_id in range(1, 40):
        loader.cell(photo_id, 60, 45)
    qtbot.waitUntil(lambda: len(seen) == 39)
    assert sorted(seen) == list(range(1, 40))
    assert [p for p in range(1, 40) if loader.cell(p, 60, 45)[0] is None] == [20]
    assert loader.missing(20)
    loader.close()


def test_a_miss_is_remembered_briefly(qtbot: QtBot, tmp_path: Path) -> None:
    now = [100.0]
    loader = ThumbLoader(tmp_path, sync=True, clock=lambda: now[0])
    assert loader.get(3, 160) is None
    write_thumb(tmp_path, 3)
    assert loader.get(3, 160) is None
    now[0] += MISS_SECONDS
    assert loader.get(3, 160) is not None
    loader.close()


def test_invalidated_thumbnails_are_read_again(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbLoader(tmp_path, sync=True)
    write_thumb(tmp_path, 3, colour="#ff0000")
    write_thumb(tmp_path, 4, colour="#ff0000")
    assert loader.get(5, 160) is None
    for photo_id in (3, 4):
        loader.get(photo_id, 160)
        write_thumb(tmp_path, photo_id, colour="#0000ff")
    write_thumb(tmp_path, 5)
    loader.invalidate([3, 5])
    blue = [loader.get(photo_id, 160).toImage().pixelColor(9, 9).blue() > 200 for photo_id in (3, 4)]  # type: ignore[union-attr]
    assert blue == [True, False]
    assert loader.get(5, 160) is not None
    loader.close()


def test_a_better_file_replaces_the_preview(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbLoader(tmp_path, sync=True)
    write_thumb(tmp_path, 1, colour="#ff0000")
    assert loader.cell(1, 90, 60, version=8)[1]
    write_thumb(tmp_path, 1, colour="#0000ff")
    pixmap, exact = loader.cell(1, 90, 60, version=16)
    assert exact
    assert pixmap is not None
    assert pixmap.toImage().pixelColor(5, 5).blue() > 200
    loader.close()


def test_memory_is_bounded(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbLoader(tmp_path, sync=True, budget=200_000)
    for photo_id in range(1, 30):
        write_thumb(tmp_path, photo_id, 160, 120)
        loader.cell(photo_id, 160, 120)
    assert 0 < loader.cached_bytes <= 200_000
    loader.close()


def test_a_closed_loader_has_no_threads_and_takes_no_requests(qtbot: QtBot, tmp_path: Path) -> None:
    write_thumb(tmp_path, 1)
    loader = ThumbLoader(tmp_path, threads=3)
    threads = list(loader._threads)
    loader.close()
    assert not any(thread.is_alive() for thread in threads)
    assert loader.get(1, 160) is None
    loader.close()
