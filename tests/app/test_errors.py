"""Every error becomes a sentence, an advice and details to copy."""

import sys

import pytest

from app.errors import Notice, install_hook, notice_of
from core.errors import LibraryLocked, MediaError


def test_own_errors_speak_for_themselves():
    notice = notice_of(LibraryLocked("reverie on desk (4711)"))
    assert "reverie on desk (4711)" in notice.text
    assert "look around" in notice.advice


def test_system_errors_name_the_file_and_what_to_do():
    notice = notice_of(PermissionError(13, "Permission denied", "/photos/caf\udce9"), "read the folder")
    assert notice.text == "Could not read the folder. Permission denied: /photos/caf\\xe9"
    assert notice.advice == "Check that you may read this folder, then try again."


def test_unforeseen_errors_stay_calm_and_keep_the_trace():
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    notice = notice_of(caught.value)
    assert notice.text == "Something went wrong: ZeroDivisionError"
    assert "test_errors.py" in notice.details
    assert notice.details.encode("utf-8")


def test_most_particular_advice_wins():
    assert "drive" in notice_of(FileNotFoundError(2, "No such file", "/x")).advice
    assert "Problems" in notice_of(MediaError("decode", "truncated")).advice


def test_hook_shows_what_nothing_caught_and_can_be_taken_back(monkeypatch):
    shown: list[Notice] = []
    told: list[BaseException] = []
    before = lambda kind, error, trace: told.append(error)  # noqa: E731
    monkeypatch.setattr(sys, "excepthook", before)
    restore = install_hook(shown.append)
    sys.excepthook(ValueError, ValueError("loose"), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    restore()
    assert sys.excepthook is before
    assert [notice.text for notice in shown] == ["Something went wrong: ValueError"]
    assert [str(error) for error in told] == ["loose", ""]
