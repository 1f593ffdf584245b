"""kill -9 in the middle of an import, at several points; the next import finishes with every photo exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import index
from core.progress import Progress
from core.store import schema
from core.store.store import Store
from tests.index.photos import write_photos

N = 60

KILLED = """
import os, signal, sys
from pathlib import Path
from core import index
from core.progress import Progress
from core.store.store import Store

if __name__ == "__main__":
    library, folder, phase, after = sys.argv[1:]

    def die(report):
        if report.phase == phase and report.done >= int(after):
            os.kill(os.getpid(), signal.SIGKILL)

    store = Store.open(Path(library))
    index.run(store, [Path(folder)], Progress(die, interval=0.0), workers=2)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize(
    ("phase", "after"), [("Looking through folders", 20), ("Reading photos", 1), ("Reading photos", 40)]
)
def test_a_killed_import_goes_on_where_it_stopped(tmp_path: Path, phase: str, after: int) -> None:
    write_photos(tmp_path / "in" / "a", N // 2)
    write_photos(tmp_path / "in" / "b", N // 2, first=N // 2)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(tmp_path / "library"), str(tmp_path / "in"), phase, str(after)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    store = Store.open(tmp_path / "library")
    try:
        report = index.run(store, [tmp_path / "in"], Progress(), workers=2)
        assert report.found == N
        if phase == "Reading photos":
            assert 0 < report.decoded < N
        with store.read() as conn:
            done = conn.execute(
                select(func.count()).select_from(schema.photo).where(schema.photo.c.stage == schema.STAGE_DONE)
            )
            assert done.scalar_one() == N
            names = [r.name for r in conn.execute(select(schema.file.c.name))]
            assert len(names) == len(set(names)) == N
            rows = [r.row for r in conn.execute(select(schema.vector.c.row))]
            assert len(rows) == len(set(rows)) == N
            assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    finally:
        store.close()
