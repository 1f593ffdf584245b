"""What an import tells afterwards, and that operations need a library that may be written."""

from app import operations
from app.operations import SHOW_PROBLEMS, import_notice
from core.library import Library
from core.records import ImportReport

FIELDS = ("found", "new", "changed", "moved", "missing", "decoded", "problems", "videos")


def done(**numbers):
    return ImportReport(**{**dict.fromkeys(FIELDS, 0), "seconds": 1.0, **numbers})


def test_import_notice_tells_what_was_done_and_what_was_not():
    assert import_notice(done(), 0).text == "Everything is up to date."
    notice = import_notice(done(new=316, problems=3, videos=1), 312)
    assert notice.text == "312 photos added."
    assert notice.advice == "3 files could not be read. 1 video left alone: videos are not handled yet."
    assert notice.action == SHOW_PROBLEMS
    assert import_notice(done(changed=1, moved=2, missing=5), -5).text == (
        "1 photo had changed, 2 moved files found again, 5 photos missing."
    )


def test_an_import_counts_photos_and_not_files(window, desk, monkeypatch):
    """A first import whose files are mostly copies: the notice speaks of the photos that are there now."""
    library = desk.session.library
    monkeypatch.setattr(library, "import_folders", lambda folders, progress: done(new=9))
    operations.rescan(desk.session)
    assert [notice.text for notice in window._notices.shown] == ["Everything is up to date."]


def test_without_writing_nothing_is_begun(open_window, library_path):
    with Library.open(library_path):
        window = open_window(library_path)
        from app.desk import Desk

        session = window.findChild(Desk).session
        for operation in (operations.rescan, operations.retry_problems, operations.undo, operations.try_sample):
            operation(session)
        assert "The library can only be read at the moment." in [n.text for n in window._notices.shown]
        assert not session.works.active
        window.close()


def test_only_folders_can_be_added(window, desk, tmp_path):
    operations.add_folders(desk.session, [tmp_path / "absent"])
    assert [notice.text for notice in window._notices.shown] == ["Only folders can be added."]


def test_learning_tells_what_came_of_it(window, desk):
    operations.learn(desk.session)
    assert "Nothing learned beats the plain rules yet." in [notice.text for notice in window._notices.shown]
    assert operations.learning_notice(2).text == "2 parts learn from you now."
    assert operations.learning_notice(1).text == "1 part learns from you now."


def test_faces_are_looked_for_after_an_import_where_that_is_due(window, desk, monkeypatch):
    library, looked = desk.session.library, []
    monkeypatch.setattr(library, "import_folders", lambda folders, progress: done(new=1))
    monkeypatch.setattr(library, "look_for_faces", lambda progress: looked.append(1) or 120)
    operations.rescan(desk.session)
    assert not looked
    monkeypatch.setattr(library, "faces_due", lambda: True)
    operations.rescan(desk.session)
    assert looked
    assert "Faces were looked for in 120 photos." in [notice.text for notice in window._notices.shown]
    assert operations.faces_notice(0).text == "Faces were looked for in all photos already."
