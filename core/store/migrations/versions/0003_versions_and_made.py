"""Enlarged versions of photos, and pictures that generators made."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE version (
    id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL,
    path BLOB NOT NULL,
    model TEXT NOT NULL,
    title TEXT NOT NULL,
    scale INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    settings JSON NOT NULL,
    created_at FLOAT NOT NULL,
    shown BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
    """,
    """CREATE INDEX version_by_photo ON version (photo_id)
    """,
    """CREATE INDEX version_by_path ON version (path)
    """,
    """CREATE TABLE made (
    id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    model TEXT NOT NULL,
    how TEXT NOT NULL,
    seed TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    settings JSON NOT NULL,
    created_at FLOAT NOT NULL,
    shown BOOLEAN NOT NULL,
    PRIMARY KEY (id)
)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
