"""The tables of ``library.sqlite3`` (SQLAlchemy Core). Paths are bytes, times are seconds, hashes are bytes."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

REVISION = "0003"
"""The Alembic revision of these tables: the newest file in ``migrations/versions``."""

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", JSON, nullable=False))
"""Small facts: ``generation`` (raised by every write that a wall could show), ``scan`` (serial of the last scan)."""

volume = Table(
    "volume",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False, default=""),
    Column("mount_point", LargeBinary, nullable=False),
    Column("present", Boolean, nullable=False, default=True),
)

folder = Table(
    "folder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("volume_id", ForeignKey("volume.id"), nullable=False),
    Column("path", LargeBinary, nullable=False),  # relative to the volume's mount point
    Column("root", Boolean, nullable=False, default=False),  # the person added it
    Column("missing", Boolean, nullable=False, default=False),
    Column(
        "hidden", Boolean, nullable=False, default=False, server_default="0"
    ),  # removed by the person, can be undone
    UniqueConstraint("volume_id", "path"),
)

photo = Table(
    "photo",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stage", Integer, nullable=False, default=1),  # STAGE_*
    Column("content_hash", LargeBinary),
    Column("width", Integer, nullable=False, default=0),  # upright
    Column("height", Integer, nullable=False, default=0),
    Column("local", Float),  # wall-clock seconds
    Column("utc_offset", Integer),  # minutes
    Column("instant", Float),  # UTC seconds, with the library's usual offset where unknown
    Column("taken_source", Text),
    Column("lat", Float),
    Column("lon", Float),
    Column("altitude", Float),
    Column("camera", Text),
    Column("rating", Integer, nullable=False, default=0),
    Column("mean_colour", Integer, nullable=False, default=0x808080),
    Column("dhash", BigInteger),
    Column("measures", JSON, nullable=False, default=dict),  # sharpness, brightness, ... of records.Described
    Column("details", JSON, nullable=False, default=dict),  # the rest of records.Metadata
    Column("thumb", Integer, nullable=False, default=0),  # 0 none, 1 embedded preview, 2 full
    Column("flags", Integer, nullable=False, default=0),  # records.FLAG_MISSING, RAW, COPIES, BURST
    Column("place", Text),
    Column("hidden", Boolean, nullable=False, default=False, server_default="0"),  # every file is in a hidden folder
)
Index(  # newest first, with all that a wall needs, so that it never reads the wide rows
    "photo_by_time",
    photo.c.instant.desc(),
    photo.c.id.desc(),
    photo.c.hidden,
    photo.c.stage,
    photo.c.local,
    photo.c.width,
    photo.c.height,
    photo.c.mean_colour,
    photo.c.flags,
    photo.c.thumb,
)
Index("photo_by_hash", photo.c.content_hash)
Index("photo_by_stage", photo.c.stage)

STAGE_FOUND, STAGE_DONE, STAGE_FAILED = 1, 2, 3

file = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("folder_id", ForeignKey("folder.id"), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("photo_id", ForeignKey("photo.id")),  # None: a problem, a video, or not examined yet
    Column("role", Text, nullable=False),  # primary, raw, sidecar, copy, video
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("inode", BigInteger, nullable=False),
    Column("quick_key", LargeBinary),
    Column("content_hash", LargeBinary),
    Column("missing", Boolean, nullable=False, default=False),
    Column("scan", Integer, nullable=False, default=0),  # serial of the scan that saw it last
    UniqueConstraint("folder_id", "name"),
)
Index("file_by_photo", file.c.photo_id)
Index("file_by_quick_key", file.c.quick_key)
Index("file_by_hash", file.c.content_hash)

problem = Table(
    "problem",
    metadata,
    Column("path", LargeBinary, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("scan", Integer, nullable=False, default=0),
)

embedder = Table(
    "embedder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("dim", Integer, nullable=False),
    UniqueConstraint("name", "version"),
)

vector = Table(
    "vector",
    metadata,
    Column("embedder_id", ForeignKey("embedder.id"), primary_key=True),
    Column("photo_id", ForeignKey("photo.id"), primary_key=True),
    Column("row", Integer, nullable=False),
    Column("norm", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("vector_by_row", vector.c.embedder_id, vector.c.row)

grouping_run = Table(
    "grouping_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seconds", Float, nullable=False),
)

group = Table(
    "group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("subtitle", Text, nullable=False, default=""),
    Column("parent_id", Integer),
    Column("strength", Float, nullable=False),
    Column("n_photos", Integer, nullable=False),
    Column("cover_id", Integer),
    Column("start", Float),
    Column("end", Float),
    Column("lat", Float),
    Column("lon", Float),
    Column("details", JSON, nullable=False, default=dict),
    Column("run_id", ForeignKey("grouping_run.id"), nullable=False),
)
Index("group_by_kind", group.c.kind, group.c.start)

membership = Table(
    "membership",
    metadata,
    Column("group_id", ForeignKey("group.id"), primary_key=True),
    Column("photo_id", ForeignKey("photo.id"), primary_key=True),
    Column("strength", Float, nullable=False),
    Column("reason", Text, nullable=False, default="{}"),
    sqlite_with_rowid=False,
)
Index("membership_by_photo", membership.c.photo_id)

boundary = Table(
    "boundary",
    metadata,
    Column("before_id", Integer, primary_key=True),
    Column("after_id", Integer, nullable=False),
    Column("strength", Float, nullable=False),
    Column("gap_seconds", Float, nullable=False),
    Column("distance_km", Float),
    Column("visual", Float),
    Column("camera_changed", Boolean, nullable=False),
    Column("event", Boolean, nullable=False),
    Column("raw", Float, nullable=False),  # the strength before corrections
    Column("pin", Integer),  # the correction that holds it on or off
)
Index("boundary_by_after", boundary.c.after_id)

correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)

clock_shift = Table(  # what corrections of a camera's clock have added to the times of a photo
    "clock_shift",
    metadata,
    Column("photo_id", ForeignKey("photo.id"), primary_key=True),
    Column("seconds", Float, nullable=False),
)

inferred = Table(  # where photos without a position were probably taken
    "inferred",
    metadata,
    Column("photo_id", ForeignKey("photo.id"), primary_key=True),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("radius_km", Float, nullable=False),
    Column("details", JSON, nullable=False, default=dict),
)

suggestion = Table(  # what the program would like to correct, and waits for the person's word
    "suggestion",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("state", Text, nullable=False, default="open"),  # open, accepted, dismissed
)

group_past = Table(  # groups that are gone, so that one that comes back is the same one
    "group_past",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("cover_id", Integer),
    Column("photos", JSON, nullable=False),  # runs of ids
    Column("gone_at", Float, nullable=False),
)

put_away = Table(  # photos the person took off the walls; their files stay as they are
    "put_away",
    metadata,
    Column("photo_id", ForeignKey("photo.id"), primary_key=True),
)

version = Table(  # enlarged versions in the stack of a photo; each a file of its own, the original stays as it is
    "version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", ForeignKey("photo.id"), nullable=False),
    Column("path", LargeBinary, nullable=False),  # relative to the library where it lies in it, else absolute
    Column("model", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("scale", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("shown", Boolean, nullable=False),
)
Index("version_by_photo", version.c.photo_id)
Index("version_by_path", version.c.path)

made = Table(  # pictures that generators made: a collection of their own, on no wall
    "made",
    metadata,
    Column("id", Text, primary_key=True),  # the name of its file in the folder "made", without ending
    Column("run_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("shown", Boolean, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("forward", JSON, nullable=False),
    Column("inverse", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("undone", Boolean, nullable=False, default=False),
)
