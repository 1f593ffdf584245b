"""The tables of the first release, as SQL that never changes again."""

# ruff: noqa: E501
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE meta (
    "key" TEXT NOT NULL,
    value JSON NOT NULL,
    PRIMARY KEY ("key")
)
    """,
    """CREATE TABLE volume (
    id INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    label TEXT NOT NULL,
    mount_point BLOB NOT NULL,
    present BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (uuid)
)
    """,
    """CREATE TABLE photo (
    id INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    content_hash BLOB,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    local FLOAT,
    utc_offset INTEGER,
    instant FLOAT,
    taken_source TEXT,
    lat FLOAT,
    lon FLOAT,
    altitude FLOAT,
    camera TEXT,
    rating INTEGER NOT NULL,
    mean_colour INTEGER NOT NULL,
    dhash BIGINT,
    measures JSON NOT NULL,
    details JSON NOT NULL,
    thumb INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    place TEXT,
    hidden BOOLEAN DEFAULT '0' NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """CREATE INDEX photo_by_hash ON photo (content_hash)
    """,
    """CREATE INDEX photo_by_stage ON photo (stage)
    """,
    """CREATE INDEX photo_by_time ON photo (instant DESC, id DESC, hidden, stage, local, width, height, mean_colour, flags, thumb)
    """,
    """CREATE TABLE problem (
    path BLOB NOT NULL,
    stage TEXT NOT NULL,
    reason TEXT NOT NULL,
    scan INTEGER NOT NULL,
    PRIMARY KEY (path, stage)
)
    """,
    """CREATE TABLE embedder (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    dim INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name, version)
)
    """,
    """CREATE TABLE grouping_run (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    version TEXT NOT NULL,
    parameters JSON NOT NULL,
    seed INTEGER NOT NULL,
    created_at FLOAT NOT NULL,
    seconds FLOAT NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """CREATE TABLE boundary (
    before_id INTEGER NOT NULL,
    after_id INTEGER NOT NULL,
    strength FLOAT NOT NULL,
    gap_seconds FLOAT NOT NULL,
    distance_km FLOAT,
    visual FLOAT,
    camera_changed BOOLEAN NOT NULL,
    event BOOLEAN NOT NULL,
    PRIMARY KEY (before_id)
)
    """,
    """CREATE TABLE correction (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload JSON NOT NULL,
    created_at FLOAT NOT NULL,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """CREATE TABLE journal (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    forward JSON NOT NULL,
    inverse JSON NOT NULL,
    created_at FLOAT NOT NULL,
    undone BOOLEAN NOT NULL,
    PRIMARY KEY (id)
)
    """,
    """CREATE TABLE folder (
    id INTEGER NOT NULL,
    volume_id INTEGER NOT NULL,
    path BLOB NOT NULL,
    root BOOLEAN NOT NULL,
    missing BOOLEAN NOT NULL,
    hidden BOOLEAN DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (volume_id, path),
    FOREIGN KEY(volume_id) REFERENCES volume (id)
)
    """,
    """CREATE TABLE vector (
    embedder_id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    norm FLOAT NOT NULL,
    PRIMARY KEY (embedder_id, photo_id),
    FOREIGN KEY(embedder_id) REFERENCES embedder (id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
 WITHOUT ROWID


    """,
    """CREATE INDEX vector_by_row ON vector (embedder_id, "row")
    """,
    """CREATE TABLE "group" (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    title TEXT NOT NULL,
    subtitle TEXT NOT NULL,
    parent_id INTEGER,
    strength FLOAT NOT NULL,
    n_photos INTEGER NOT NULL,
    cover_id INTEGER,
    start FLOAT,
    "end" FLOAT,
    lat FLOAT,
    lon FLOAT,
    details JSON NOT NULL,
    run_id INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(run_id) REFERENCES grouping_run (id)
)
    """,
    """CREATE INDEX group_by_kind ON "group" (kind, start)
    """,
    """CREATE TABLE file (
    id INTEGER NOT NULL,
    folder_id INTEGER NOT NULL,
    name BLOB NOT NULL,
    photo_id INTEGER,
    role TEXT NOT NULL,
    size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    inode BIGINT NOT NULL,
    quick_key BLOB,
    content_hash BLOB,
    missing BOOLEAN NOT NULL,
    scan INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (folder_id, name),
    FOREIGN KEY(folder_id) REFERENCES folder (id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
    """,
    """CREATE INDEX file_by_photo ON file (photo_id)
    """,
    """CREATE INDEX file_by_quick_key ON file (quick_key)
    """,
    """CREATE INDEX file_by_hash ON file (content_hash)
    """,
    """CREATE TABLE membership (
    group_id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL,
    strength FLOAT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (group_id, photo_id),
    FOREIGN KEY(group_id) REFERENCES "group" (id),
    FOREIGN KEY(photo_id) REFERENCES photo (id)
)
 WITHOUT ROWID


    """,
    """CREATE INDEX membership_by_photo ON membership (photo_id)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
