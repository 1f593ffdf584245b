"""Whole columns of numbers out of SQLite at once.

A million rows fetched one by one cost a second and take the interpreter's lock a million times, which starves the
window's thread. ``group_concat`` hands over each column in one step instead, and numpy reads the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Connection


def int_columns(
    conn: Connection, expressions: Sequence[str], tail: str, parameters: Sequence[Any] = ()
) -> list[NDArray[np.int64]]:
    """One int64 array per SQL expression (which must be integers, never NULL) over the rows of ``FROM ... tail``.

    The arrays agree with each other row by row. ``tail`` starts with ``FROM``; rows come in the order of its ORDER BY.
    """
    names = [f"c{i}" for i in range(len(expressions))]
    inner = ", ".join(f"{e} AS {n}" for e, n in zip(expressions, names, strict=True))
    outer = ", ".join(f"group_concat({n})" for n in names)
    row = conn.exec_driver_sql(f"SELECT {outer} FROM (SELECT {inner} {tail})", tuple(parameters)).one()
    return [_parse(text) for text in row]


def _parse(text: str | None) -> NDArray[np.int64]:
    return np.empty(0, np.int64) if text is None else np.fromstring(text, np.int64, sep=",")
