"""``python -m tests.support.freeze``: write revision 0001 and the version-1 fixture from the present schema.

For use before the first release only; afterwards 0001 is never changed, and a new revision is written by hand.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import core.store.migrations
from benchmarks.synthetic import make_library
from core.paths import DATABASE
from core.store import schema

REVISION_FILE = Path(core.store.migrations.__file__).parent / "versions" / "0001_first_tables.py"
FIXTURE = Path(__file__).parents[1] / "store" / "data" / "version-1.sql"

_HEAD = '''"""The tables of the first release, as SQL that never changes again."""

# ruff: noqa: E501
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
'''
_TAIL = """)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
"""


def statements(db: sqlite3.Connection) -> list[str]:
    """What made the tables and indexes, in the order they were made; Alembic's own table left out."""
    rows = db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != 'alembic_version'")
    return [row[0].replace("\t", "    ").replace(" \n", "\n") for row in rows]


def _anonymise(db: sqlite3.Connection) -> None:
    """The fixture's photos lie in a person's pictures, not where it was made."""
    db.execute("UPDATE volume SET uuid = 'a-disk', label = '', mount_point = ?", (b"/",))
    (top,) = db.execute("SELECT path FROM folder WHERE root").fetchone()
    for number, path in db.execute("SELECT id, path FROM folder").fetchall():
        db.execute("UPDATE folder SET path = ? WHERE id = ?", (b"home/ada/Pictures" + path[len(top) :], number))


def main() -> None:
    if schema.REVISION != "0001":
        raise SystemExit("Revision 0001 is released; write a new revision instead.")
    with tempfile.TemporaryDirectory() as folder:
        make_library(Path(folder) / "library", 12, seed=3)
        with closing(sqlite3.connect(Path(folder) / "library" / DATABASE)) as db:
            found = statements(db)
            _anonymise(db)
            FIXTURE.parent.mkdir(exist_ok=True)
            FIXTURE.write_text("\n".join(db.iterdump()) + "\n")
    body = "".join(f'    """{statement}\n    """,\n' for statement in found)
    REVISION_FILE.write_text(_HEAD + body + _TAIL)


if __name__ == "__main__":
    main()
