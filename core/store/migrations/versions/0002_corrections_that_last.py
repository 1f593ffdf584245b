"""Corrections that last: clocks, inferred places, suggestions, groups that are gone; boundaries before corrections."""

# ruff: noqa: E501
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE boundary RENAME TO boundary_1",
    """CREATE TABLE boundary (
    before_id INTEGER NOT NULL,
    after_id INTEGER NOT NULL,
    strength FLOAT NOT NULL,
    gap_seconds FLOAT NOT NULL,
    distance_km FLOAT,
    visual FLOAT,
    camera_changed BOOLEAN NOT NULL,
    event BOOLEAN NOT NULL,
    raw FLOAT NOT NULL,
    pin INTEGER,
    PRIMARY KEY (before_id)
)
    """,
    """INSERT INTO boundary
    SELECT before_id, after_id, strength, gap_seconds, distance_km, visual, camera_changed, event, strength, NULL FROM boundary_1
    """,
    "DROP TABLE boundary_1",
    """CREATE INDEX boundary_by_after ON boundary (after_id)
    """,
    """CREATE TABLE clock_shift (
    photo_id INTEGER NOT NULL,
    seconds FLOAT NOT NULL,
    PRIMARY KEY (photo_id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
    """,
    """CREATE TABLE inferred (
    photo_id INTEGER NOT NULL,
    lat FLOAT NOT NULL,
    lon FLOAT NOT NULL,
    radius_km FLOAT NOT NULL,
    details JSON NOT NULL,
    PRIMARY KEY (photo_id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
    """,
    """CREATE TABLE suggestion (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload JSON NOT NULL,
    created_at FLOAT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE ("key")
)
    """,
    """CREATE TABLE group_past (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    cover_id INTEGER,
    photos JSON NOT NULL,
    gone_at FLOAT NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """CREATE TABLE put_away (
    photo_id INTEGER NOT NULL,
    PRIMARY KEY (photo_id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
