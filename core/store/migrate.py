"""From no database, or one of an earlier version, to the present tables. Alembic is imported only when it has work."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from core.errors import LibraryError, LibraryTooNew
from core.paths import DATABASE
from core.store import schema
from core.store.backup import before_migration
from core.store.engine import damaged, newest_backup

SCRIPTS = Path(__file__).with_name("migrations")


def revision(conn: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    tables = inspect(conn).get_table_names()
    if "alembic_version" in tables:
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found else None
    return "unknown" if tables else None


def create(conn: Connection) -> None:
    """Make the present tables in an empty database."""
    schema.metadata.create_all(conn)
    conn.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    conn.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": schema.REVISION})


def _is_later(found: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", found)) and found > schema.REVISION


def _reject(found: str, root: Path) -> None:
    """Raise for a database that no migration of ours leads on from."""
    if _is_later(found):
        raise LibraryTooNew(
            f"The library at {root} was written by a later version of Reverie (its tables are at {found}, "
            f"this version knows {schema.REVISION}). Please update Reverie."
        )
    if not re.fullmatch(r"\d{4}", found):
        raise LibraryError(f"The file {root / DATABASE} is a database of another program; it was left as it is.")


def bring_up_to_date(engine: Engine, root: Path) -> None:
    """Create the tables, or migrate them after copying the file to ``backups``. One process at a time."""
    if (root / DATABASE).stat().st_size == 0 and newest_backup(root) is not None:
        raise LibraryError(damaged(root))
    with engine.connect().execution_options(writing=True) as conn, conn.begin():
        found = revision(conn)
        if found is None:
            create(conn)
            return
    if found == schema.REVISION:
        return
    _reject(found, root)
    before_migration(root, found)
    upgrade(engine)


def check_readable(engine: Engine, root: Path) -> None:
    """A reader cannot migrate: raise unless the tables are the present ones."""
    with engine.connect() as conn, conn.begin():
        found = revision(conn)
    if found == schema.REVISION:
        return
    if found is not None:
        _reject(found, root)
    raise LibraryError(
        f"The library at {root} is of an earlier version; open it in Reverie once to bring it up to date."
    )


def upgrade(engine: Engine, target: str = "head", scripts: Path = SCRIPTS) -> None:
    """Run Alembic's migrations up to ``target`` in one transaction.

    Foreign keys are not enforced meanwhile (SQLite changes a table by making it anew), but checked at the end.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(writing=True) as conn:
        _enforce_foreign_keys(conn, False)
        try:
            with conn.begin():
                config.attributes["connection"] = conn
                command.upgrade(config, target)
                broken = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise LibraryError(f"The library could not be brought up to date: {broken[0]} points at nothing.")
        finally:
            _enforce_foreign_keys(conn, True)


def _enforce_foreign_keys(conn: Connection, on: bool) -> None:
    """Takes effect outside a transaction only, hence on the driver's connection."""
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}").close()
