"""Databases of earlier, later, foreign and damaged kinds."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import LibraryError, LibraryTooNew
from core.library import Library
from core.paths import DATABASE
from core.records import Scope
from core.store import migrate, schema
from core.store.engine import make_engine
from core.store.store import Store
from tests.support.freeze import statements

VERSION_1 = Path(__file__).with_name("data") / "version-1.sql"

REVISION_2 = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None

def upgrade():
    with op.batch_alter_table("photo") as batch:
        batch.add_column(sa.Column("mood", sa.Text()))
        batch.alter_column("rating", existing_type=sa.Integer(), server_default="0")
"""


def _old_library(root: Path) -> None:
    root.mkdir()
    with closing(sqlite3.connect(root / DATABASE)) as db:
        db.executescript(VERSION_1.read_text())


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {" ".join(text.split()) for text in statements(db)}


def test_migrations_from_nothing_give_the_tables_of_the_schema(tmp_path: Path) -> None:
    migrated, created = tmp_path / "migrated.sqlite3", tmp_path / "created.sqlite3"
    engine = make_engine(migrated)
    migrate.upgrade(engine)
    with engine.connect() as conn, conn.begin():
        assert migrate.revision(conn) == schema.REVISION
    engine.dispose()
    engine = make_engine(created)
    with engine.connect() as conn, conn.begin():
        migrate.create(conn)
    engine.dispose()
    assert _tables(migrated) == _tables(created)


def test_a_version_1_database_opens_with_all_it_holds(tmp_path: Path) -> None:
    _old_library(tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        assert library.status().photos == 12
        assert len(library.wall(Scope()).ids) == 12
        assert library.rows([1])[0].path.startswith("/home/ada/Pictures/")
        assert library.set_rating([1], 5).photos


def test_a_migration_copies_the_file_first_and_keeps_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "library"
    _old_library(root)
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_first_tables.py"):
        (scripts / name).write_text((migrate.SCRIPTS / name).read_text())
    (scripts / "versions" / "0002_mood.py").write_text(REVISION_2)
    monkeypatch.setattr(schema, "REVISION", "0002")
    monkeypatch.setattr(migrate.upgrade, "__defaults__", ("head", scripts))
    with pytest.raises(LibraryError, match="earlier version"):
        Store.open(root, "read")
    store = Store.open(root)
    with store.read() as conn:
        assert migrate.revision(conn) == "0002"
        assert conn.exec_driver_sql("SELECT count(*), count(mood) FROM photo").one() == (12, 0)
        assert conn.exec_driver_sql("SELECT count(*) FROM membership").scalar_one() > 12
    with store.write() as conn:
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    store.close()
    (copy,) = (root / "backups").glob("before-migration-of-0001-*.sqlite3")
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_later_library_is_refused_and_left_as_it_is(tmp_path: Path, mode: str) -> None:
    root = tmp_path / "library"
    _old_library(root)
    with closing(sqlite3.connect(root / DATABASE)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9001'")
        db.commit()
    with pytest.raises(LibraryTooNew, match="update Reverie"):
        Library.open(root, mode=mode)  # type: ignore[arg-type]
    with closing(sqlite3.connect(root / DATABASE)) as db:
        assert db.execute("SELECT count(*) FROM photo").fetchone() == (12,)


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "library"
    root.mkdir()
    with closing(sqlite3.connect(root / DATABASE)) as db:
        db.execute("CREATE TABLE songs (title)")
    with pytest.raises(LibraryError, match="another program"):
        Library.open(root)
    assert _tables(root / DATABASE) == {"CREATE TABLE songs (title)"}


@pytest.mark.parametrize("damage", [b"not a database at all" * 400, b""])
def test_a_damaged_library_says_where_its_backup_is(tmp_path: Path, damage: bytes) -> None:
    root = tmp_path / "library"
    Library.open(root).close()
    (backup,) = (root / "backups").glob("library-*.sqlite3")
    (root / DATABASE).write_bytes(damage)
    with pytest.raises(LibraryError) as caught:
        Library.open(root)
    assert str(backup) in str(caught.value)
    assert (root / DATABASE).read_bytes() == damage


def test_a_page_damaged_later_is_told_as_a_sentence(tmp_path: Path) -> None:
    root = tmp_path / "library"
    _old_library(root)
    size = (root / DATABASE).stat().st_size
    with open(root / DATABASE, "r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
    with pytest.raises(LibraryError, match="damaged"), Library.open(root, mode="read") as library:
        library.wall(Scope())


def test_alembic_is_not_imported_by_an_ordinary_start(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.library import Library;"
        f"Library.open(Path({str(tmp_path / 'library')!r})).close();"
        "print('alembic' in sys.modules, 'torch' in sys.modules, 'PySide6' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False"]
