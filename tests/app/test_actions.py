"""The one table: no key twice, everything in the sheet, everything named."""

from collections import Counter

from PySide6.QtGui import QKeySequence

from app.actions import MENUS, TABLE, sheet


def test_ids_and_keys_are_unique():
    assert max(Counter(row.id for row in TABLE).values()) == 1
    keys = Counter(QKeySequence(key).toString() for row in TABLE if row.run is not None for key in row.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_the_keys_a_person_expects():
    keys = {row.id: row.keys for row in TABLE}
    assert keys["add-folder"] == ("Ctrl+O",)
    assert keys["rescan"] == ("F5",)
    assert keys["undo"] == ("Ctrl+Z",)
    assert keys["redo"] == ("Ctrl+Shift+Z",)
    assert keys["inspector"] == ("Ctrl+I",)
    assert keys["sidebar"] == ("Ctrl+B",)
    assert keys["keys"] == ("?",)
    assert [keys[f"rate-{stars}"] for stars in range(6)] == [(str(stars),) for stars in range(6)]


def test_the_sheet_shows_every_row_that_has_keys():
    shown = [what for _, rows in sheet() for what, _ in rows]
    assert len(shown) == sum(bool(row.keys) for row in TABLE)
    assert [heading for heading, _ in sheet()] == [heading for heading in MENUS if heading != "Appearance"]
    assert all(keys for _, rows in sheet() for _, keys in rows)
