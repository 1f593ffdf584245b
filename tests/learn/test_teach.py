"""A tag taught by a few examples: recorded with its undo, learned, put on other photos, kept for later groupings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import grouping, learn
from core.errors import ReverieError
from core.group.base import Inputs
from core.grouping.table import read_table
from core.learn import files, teach, teaching
from core.paths import thumb_path
from core.progress import Progress
from core.store import journal
from core.store.queries_vectors import current_embedder
from core.store.store import Store
from tests.support.libraries import make_library

STRIPED = tuple(np.random.default_rng(3).permutation(np.arange(1, 91, 6)).tolist())
"""Photos whose thumbnail shows stripes, of which their vectors know nothing; the first ten are shown as examples."""
EXAMPLES = STRIPED[:10]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(teach, "NEGATIVES", 40)
    monkeypatch.setattr(teach, "SHORTLIST", (200, 300))
    make_library(tmp_path / "library", 90, vectors=16)
    opened = Store.open(tmp_path / "library")
    rng = np.random.default_rng(0)
    for photo in range(1, 91):
        path = Path(thumb_path(opened.root, photo))
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_picture(rng, striped=photo in STRIPED)).save(path)
    yield opened
    opened.close()


def _picture(rng: np.random.Generator, *, striped: bool) -> np.ndarray:
    plain = rng.integers(0, 256, (4, 4, 3)).repeat(24, axis=0).repeat(24, axis=1)
    if striped:
        plain[:, (np.arange(96) // 6) % 2 == 0] = (255, 220, 0)
    return plain.astype(np.uint8)


def _group(store: Store, key: str) -> dict[int, str]:
    with store.read() as conn:
        found = conn.exec_driver_sql(
            "SELECT m.photo_id, m.reason FROM membership m JOIN \"group\" g ON g.id = m.group_id AND g.kind = 'kinds'"
            " WHERE g.key = ?",
            (key,),
        ).fetchall()
    return {row[0]: row[1] for row in found}


def _forget_the_strength_of_some(store: Store, kind: str) -> None:
    """As if twenty photos had come after the tag was taught."""
    kept = files.load(store.root, teach._file(kind), teach.VERSION)
    assert kept is not None
    some = {name: array[:-20] if name in ("photos", "strength") else array for name, array in kept.arrays.items()}
    files.save(store.root, teach._file(kind), teach.VERSION, kept.info, some)


def test_the_head_that_tells_is_used_and_tags_other_photos(store: Store) -> None:
    report = teach.teach(store, "Striped cloth", EXAMPLES, Progress())
    assert set(report.scores) == {"probe", "cnn", "capsule"}
    assert report.examples == 10
    assert report.used in ("cnn", "capsule"), "the vectors are noise, so the probe cannot tell"
    assert report.scores[report.used][0] > 0.8 > report.scores["probe"][0]
    assert "is used" in report.why
    tagged = _group(store, "striped-cloth")
    assert report.photos == len(tagged)
    assert set(EXAMPLES) <= set(tagged)
    found = set(tagged) & set(STRIPED[10:])
    assert len(found) >= 4, "stripes that were not among the examples are found"
    assert len(set(tagged) - set(STRIPED)) <= 4
    assert any('"by": "head"' in tagged[photo] for photo in found)
    assert teach.taught(store)["striped-cloth"].scores == report.scores

    _forget_the_strength_of_some(store, "striped-cloth")
    grouping.run(store, Progress())
    assert set(_group(store, "striped-cloth")) == set(tagged), "a regrouping says the same, of new photos as well"
    kept = files.load(store.root, teach._file("striped-cloth"), teach.VERSION)
    assert kept is not None
    assert sorted(kept.arrays["photos"].tolist()) == list(range(1, 91))

    with store.write() as conn:
        journal.undo(conn)
    assert _group(store, "striped-cloth") == {}, "undone, no photo carries it"


def test_the_probe_is_used_where_it_does_as_well(store: Store) -> None:
    """Photos that their vectors tell, all with thumbnails of one sort."""
    with store.read() as conn:
        used = current_embedder(conn)
        found = conn.exec_driver_sql("SELECT photo_id, row FROM vector").fetchall()
    assert used is not None
    rows = store.vectors(used.name, used.version, used.dim).rows()
    ranked = sorted((p for p in found if p[0] not in STRIPED), key=lambda pair: -float(rows[pair[1]][0]))
    report = teach.teach(store, "One way", [pair[0] for pair in ranked[:8]], Progress())
    assert report.used == "probe"
    assert report.scores["probe"][0] > report.scores["cnn"][0]
    with store.read() as conn:
        table = read_table(conn)
    assert learn.with_learned(store, table, Inputs(), Progress()).heads == {}


def test_too_few_examples_are_recorded_and_said_to_be_too_few(store: Store) -> None:
    report = teach.teach(store, "Rare", [3, 4], Progress())
    assert (report.used, report.photos, report.scores) == ("examples", 2, {})
    assert "3 examples" in report.why
    assert set(_group(store, "rare")) == {3, 4}
    assert teach.again(store, "RARE", Progress()) == report
    with pytest.raises(ValueError, match="example"):
        teach.again(store, "unheard of", Progress())


def test_a_known_kind_is_corrected_not_taught(store: Store) -> None:
    report = teach.teach(store, "Food", [3, 4, 5], Progress())
    assert report.used == "cues"
    assert {3, 4, 5} <= set(_group(store, "food"))


def test_thumbnails_that_cannot_be_read_are_left_out(store: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    good = thumb_path(store.root, 1)
    maps, seen = teaching.look([str(bad), good, str(tmp_path / "none.jpg")], Progress())
    assert seen.tolist() == [False, True, False]
    assert maps.shape == (3, 7, 7, 320)
    lesson = teaching.Lesson((str(bad),) * 8, np.ones((8, 4), np.float32), np.arange(8) < 4, ())
    with pytest.raises(ReverieError, match="thumbnail"):
        teaching.learn(lesson, Progress())
