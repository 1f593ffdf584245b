"""Two processes and one library: who may write, and what a kill leaves."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.errors import LibraryLocked
from core.library import Library
from core.paths import DATABASE
from core.store.lock import describe_owner, lock_owner
from core.store.store import Store

HOLD = """
import sys
from pathlib import Path
from core.store.store import Store
store = Store.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
store.close()
"""

WRITE = """
import sys
from pathlib import Path
import numpy as np
from sqlalchemy import insert
from core.records import Change
from core.store import schema
from core.store.store import Store
store = Store.open(Path(sys.argv[1]))
vectors = store.vectors("test", "1", 8)
for number in range(1, 100_000):
    (row,) = vectors.append(np.full((1, 8), number % 100, np.float16))
    with store.write(Change(photos=True)) as conn:
        conn.execute(insert(schema.photo).values(id=number))
        conn.execute(insert(schema.vector).values(embedder_id=vectors.embedder_id, photo_id=number, row=row, norm=1.0))
    print(number, flush=True)
"""


@contextmanager
def _process(code: str, root: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_writer_is_told_who_holds_the_library(tmp_path: Path) -> None:
    root = tmp_path / "library"
    with _process(HOLD, root) as process:
        assert _line(process) == "open"
        with pytest.raises(LibraryLocked) as caught:
            Store.open(root)
        assert f"process {process.pid} on " in str(caught.value)
        assert lock_owner(root) == caught.value.owner
        with Library.open(root, mode="read") as reader:
            assert reader.status().photos == 0
        process.communicate("\n")
    assert lock_owner(root) is None
    Store.open(root).close()


def test_the_same_process_cannot_write_twice_either(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "library")
    with pytest.raises(LibraryLocked, match=str(os.getpid())):
        Store.open(tmp_path / "library")
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("writes", [1, 13])
def test_a_killed_writer_leaves_a_sound_library_and_no_lock(tmp_path: Path, writes: int) -> None:
    root = tmp_path / "library"
    with _process(WRITE, root) as process:
        told = [int(_line(process)) for _ in range(writes)][-1]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with Library.open(root) as library:
        assert library.check() == []
        assert library.status().photos >= told
    with closing(sqlite3.connect(root / DATABASE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        pairs = db.execute("SELECT photo_id, row FROM vector").fetchall()
    store = Store.open(root, "read")
    rows = store.vectors("test", "1", 8).rows()
    assert all(rows[row, 0] == photo % 100 for photo, row in pairs)
    store.close()


def test_an_owner_that_cannot_be_read_is_another_process() -> None:
    assert describe_owner("") == "another process"
    assert describe_owner('{"pid": "x", "host": 1, "started": 0}') == "another process"


def test_vectors_of_a_crash_are_overwritten(tmp_path: Path) -> None:
    """The crash: rows are in the file, the process ends before the database names them."""
    from sqlalchemy import insert

    from core.records import Change
    from core.store import schema

    root = tmp_path / "library"
    store = Store.open(root)
    vectors = store.vectors("test", "1", 4)
    assert vectors.append(np.ones((3, 4), np.float16)) == range(3)
    with store.write(Change(photos=True)) as conn:
        conn.execute(insert(schema.photo), [{"id": 1}, {"id": 2}])
        rows = [{"embedder_id": vectors.embedder_id, "photo_id": i + 1, "row": i, "norm": 1.0} for i in range(2)]
        conn.execute(insert(schema.vector), rows)
    assert vectors.append(np.full((5, 4), 9, np.float16)) == range(3, 8)  # in one process nothing is overwritten
    store.close()
    with open(vectors.path, "ab") as file:
        file.write(b"\x01\x02\x03")  # half a row

    store = Store.open(root)
    vectors = store.vectors("test", "1", 4)
    assert vectors.append(np.full((1, 4), 5, np.float16)) == range(2, 3)
    assert vectors.rows().tolist() == [[1] * 4, [1] * 4, [5] * 4]
    store.close()
