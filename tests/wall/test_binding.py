"""The binding must not lose references of None: PySide6 6.12.0 does on Python 3.11 and aborts after some thousand calls
("none_dealloc: deallocating None"); 6.11.3 does not. From Python 3.12 on None cannot be deallocated."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject

CALLS = 200


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal here")
def test_calls_without_a_result_leave_none_alone() -> None:
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("a name")
    lost = before - sys.getrefcount(None)
    assert lost < CALLS // 2, "this PySide6 release aborts the program on Python 3.11; pin PySide6-Essentials<6.12"
