"""The rows of the problem list."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from core.records import Problem
from core.store import schema as s


def count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(s.problem)).scalar_one())


def put(conn: Connection, problems: Iterable[Problem], scan: int) -> None:
    rows = [{"path": os.fsencode(p.path), "stage": p.stage, "reason": p.reason, "scan": scan} for p in problems]
    if rows:
        statement = upsert(s.problem)
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=["path", "stage"],
                set_={"reason": statement.excluded.reason, "scan": statement.excluded.scan},
            ),
            rows,
        )


def clear(conn: Connection, paths: Iterable[str]) -> None:
    """Problems of files that are about to be read again."""
    rows = [{"key": os.fsencode(path)} for path in paths]
    if rows:
        conn.execute(delete(s.problem).where(s.problem.c.path == bindparam("key")), rows)


def clear_decoded(conn: Connection, paths: Iterable[str]) -> None:
    """What was wrong with reading these files is mended; what their metadata lack still holds."""
    read = [os.fsencode(path) for path in paths]
    kept = ("scan", "metadata", "sidecar")
    conn.execute(delete(s.problem).where(s.problem.c.path.in_(read), s.problem.c.stage.not_in(kept)))


def clear_gone(conn: Connection, roots: Sequence[str], scan: int) -> None:
    """Problems below these roots of files that are gone, and of folders that could be read this time."""
    prefixes = tuple(os.fsencode(root).rstrip(b"/") for root in roots)
    stale = []
    for row in conn.execute(select(s.problem.c.path, s.problem.c.stage, s.problem.c.scan)):
        below = any(row.path == prefix or row.path.startswith(prefix + os.sep.encode()) for prefix in prefixes)
        if below and ((row.stage == "scan" and row.scan < scan) or not os.path.lexists(row.path)):
            stale.append({"key": row.path, "step": row.stage})
    if stale:
        where = (s.problem.c.path == bindparam("key"), s.problem.c.stage == bindparam("step"))
        conn.execute(delete(s.problem).where(*where), stale)
