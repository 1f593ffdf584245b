"""Search through binary codes while memory is short: it finds what looking at all finds, and knows what came later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.grouping.looks import derive_missing
from core.lab import codes
from core.library import Library
from core.progress import Progress
from core.records_lab import RunSpec
from core.retrieve import memory
from core.retrieve.hamming import HammingIndex
from core.store import queries_vectors as queries
from tests.support.libraries import make_library

SPEC = RunSpec("codes", parameters={"n_bits": 64, "hidden_sizes": "32", "epochs": 3, "pretrain_epochs": 1})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    make_library(tmp_path / "library", 400, vectors=16)
    with Library.open(tmp_path / "library") as opened:
        yield opened


def test_short_is_more_than_half_of_what_there_is(tmp_path: Path) -> None:
    assert memory.is_short(51, 100)
    assert not memory.is_short(50, 100)
    assert not memory.is_short(10**12, None)
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 9 kB\nMemAvailable:   5 kB\n", encoding="ascii")
    assert memory.available(told) == 5120
    told.write_text("MemAvailable: many\n", encoding="ascii")
    assert memory.available(told) is None
    assert memory.available(tmp_path / "none") is None


def test_search_through_codes(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = {photo: library.similar(photo, 10) for photo in range(1, 41)}
    run = library.lab.start(SPEC, Progress())
    (file,) = (library.root / "neighbours").glob("*.codes")
    assert run.id in file.name
    monkeypatch.setattr(queries, "EXACT_BELOW", 100)
    monkeypatch.setattr(queries, "SHORTLIST", 60)
    monkeypatch.setattr(queries, "SHORTLISTED", 2)
    asked: list[bool] = []
    by_codes = queries.by_codes

    def short(*arguments: object) -> object:
        found = by_codes(*arguments, available=1)  # type: ignore[arg-type]
        asked.append(found is not None)
        return found

    monkeypatch.setattr(queries, "by_codes", short)
    recalled = []
    for photo, wanted in exact.items():
        found = library.similar(photo, 10)
        recalled.append(len({i for i, _ in found} & {i for i, _ in wanted}) / 10)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(asked)
    assert np.mean(recalled) > 0.6, "60 of 400 by chance would be 0.15"
    library.lab.delete(run.id)
    assert not list((library.root / "neighbours").glob("*.codes"))
    assert library.similar(3, 10) == exact[3]
    assert not asked[-1]


def test_memory_that_is_there_is_used(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.lab.start(SPEC, Progress())
    monkeypatch.setattr(queries, "EXACT_BELOW", 100)
    with library._store.read() as conn:
        embedder = queries.current_embedder(conn)
    assert embedder is not None
    vectors = library._store.vectors(embedder.name, embedder.version, embedder.dim).rows()
    arguments = (library._store, embedder, vectors, np.array(vectors[5]), 5, 5)
    assert queries.by_codes(*arguments, available=10**12) is None
    found = queries.by_codes(*arguments, available=1)
    assert found is not None
    assert found[0][0] == 5
    (file,) = (library.root / "neighbours").glob("*.codes")
    file.write_bytes(b"no")
    assert queries.by_codes(*arguments, available=1) is None


def test_photos_that_come_later_get_codes_too(library: Library) -> None:
    run = library.lab.start(SPEC, Progress())
    store = library._store
    with store.read() as conn:
        embedder = queries.current_embedder(conn)
    assert embedder is not None
    vectors = store.vectors(embedder.name, embedder.version, embedder.dim)
    path = queries.codes_file(store.root, embedder)
    assert path is not None
    before = HammingIndex.open(path)
    assert codes.extend(store, Progress()) == 0
    later = vectors.rows()[3:8]
    vectors.append(np.array(later))
    derive_missing(store, Progress())
    after = HammingIndex.open(path)
    assert len(after) == len(before) + 5
    rows = np.arange(len(before))
    np.testing.assert_array_equal(after.codes(rows), before.codes(rows))
    np.testing.assert_array_equal(after.codes(len(before) + np.arange(5)), before.codes(np.arange(3, 8)))
    vectors.append(np.array(later))
    (library.root / "models" / "runs" / run.id / "weights.safetensors").write_bytes(b"no")
    told: list[str] = []
    assert codes.extend(store, Progress(lambda report: told.append(report.notice or ""))) == 0
    assert any("New photos get no codes" in each for each in told)
    assert len(HammingIndex.open(path)) == len(after)
