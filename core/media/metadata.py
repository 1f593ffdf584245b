"""What a photo says of itself: EXIF, XMP, IPTC, sidecars and its name, put together; nonsense left out and noted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.errors import MediaError
from core.media.exposure import read_exposure
from core.media.faces import read_faces
from core.media.filenames import moment_of_name
from core.media.gps import exif_position, gps_utc, xmp_position
from core.media.marks import source_type_of
from core.media.tags import Tags, clean, read_sidecar, read_tags
from core.media.times import Moment, file_moment, offset_from_utc, parse_date, parse_offset
from core.records import Metadata, Problem

_EXIF_TIMES = (
    ("Exif.Photo.DateTimeOriginal", "Exif.Photo.SubSecTimeOriginal", "Exif.Photo.OffsetTimeOriginal"),
    ("Exif.Photo.DateTimeDigitized", "Exif.Photo.SubSecTimeDigitized", "Exif.Photo.OffsetTimeDigitized"),
)
_EXIF_CHANGED = ("Exif.Image.DateTime", "Exif.Photo.SubSecTime", "Exif.Photo.OffsetTime")
_XMP_TIMES = (
    "Xmp.exif.DateTimeOriginal", "Xmp.photoshop.DateCreated", "Xmp.exif.DateTimeDigitized", "Xmp.xmp.CreateDate",
)  # fmt: skip
_IPTC = "Iptc.Application2."
_MICROSOFT_STARS = {1: 1, 25: 2, 50: 3, 75: 4, 99: 5}
_CAMERA_CAPTIONS = frozenset(
    {
        "olympus digital camera", "sony dsc", "konica minolta digital camera", "minolta digital camera", "dcim",
        "digital camera", "samsung", "samsung camera pictures", "exif_jpeg_picture", "default", "untitled", "image",
        "ricoh imaging", "hdr", "sanyo digital camera", "jpeg", "normal picture", "screenshot", "binary comment",
    }
)  # fmt: skip
"""What makers write where a caption belongs."""


def read_metadata(path: str, *, sidecars: Sequence[str] = (), mtime_ns: int | None = None) -> Metadata:
    """Everything a file and its sidecars tell. MediaError where the file itself cannot be opened.

    A sidecar that cannot be read is noted in ``warnings``; where several speak, the last has the last word.
    """
    beside, problems = read_sidecars(sidecars)
    try:
        tags = read_tags(path)
    except MediaError as error:
        if error.stage == "read":
            raise
        tags = Tags()
        problems.append(Problem(path, error.stage, error.reason))
    return merge(tags, beside, path, mtime_ns, [problem.reason for problem in problems])


def read_sidecars(paths: Iterable[str]) -> tuple[list[Tags], list[Problem]]:
    """Sidecars that could be read, the strongest first, and a problem for each that could not."""
    beside: list[Tags] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            beside.insert(0, read_sidecar(path))
        except MediaError as error:
            problems.append(Problem(path, "sidecar", error.reason))
    return beside, problems


def merge(
    tags: Tags, beside: Sequence[Tags], path: str, mtime_ns: int | None, warnings: Iterable[str] = ()
) -> Metadata:
    """One answer from a file's tags and its sidecars' (strongest first), its name and its time."""
    notes = list(warnings)
    every = (*beside, tags)
    moment, source = _capture_time(tags, beside, path, mtime_ns, notes)
    position = next((place for side in beside if (place := xmp_position(side.xmp, notes))), None)
    position = position or exif_position(tags.exif, notes) or xmp_position(tags.xmp, notes)
    orientation = read_orientation(tags, notes)
    faces_from = next((side for side in every if any("mwg-rs:Name" in key for key in side.xmp)), tags)
    exposure = read_exposure(tags, notes)
    return Metadata(
        taken_local=moment.local if moment else None,
        utc_offset=moment.offset if moment else None,
        taken_source=source,
        lat=position.lat if position else None,
        lon=position.lon if position else None,
        altitude=position.altitude if position else None,
        orientation=orientation,
        width=tags.width or None,
        height=tags.height or None,
        make=_first(tags, "Exif.Image.Make", "Xmp.tiff.Make"),
        model=_first(tags, "Exif.Image.Model", "Xmp.tiff.Model"),
        software=_first(tags, "Exif.Image.Software", "Xmp.xmp.CreatorTool"),
        rating=next((stars for side in every if (stars := _rating(side)) is not None), None),
        title=next((text for side in every if (text := _title(side))), None),
        caption=next((text for side in every if (text := _caption(side))), None),
        keywords=next((words for side in every if (words := _keywords(side))), ()),
        faces=read_faces(faces_from.xmp, tags.width, tags.height, orientation),
        warnings=tuple(dict.fromkeys(notes)),
        source_type=source_type_of(tags.xmp) or None,
        **exposure,
    )


# ---------------------------------------------------------------- time


def _capture_time(
    tags: Tags, beside: Sequence[Tags], path: str, mtime_ns: int | None, notes: list[str]
) -> tuple[Moment | None, str | None]:
    """When the photo was taken and who says so: sidecar, EXIF, XMP, IPTC, the name, EXIF's change, the file's."""
    exif = _exif_time(tags, _EXIF_TIMES, notes)
    for side in beside:
        written = _xmp_time(side, notes)
        if written is not None:
            same = exif is not None and int(written.local) == int(exif.local)
            return (exif, "exif") if same else (written, "xmp")
    embedded: tuple[tuple[Moment | None, str], ...] = ((exif, "exif"), (_xmp_time(tags, notes), "xmp"))
    embedded += ((_iptc_time(tags, notes), "iptc"), (moment_of_name(path), "file name"))
    embedded += ((_exif_time(tags, (_EXIF_CHANGED,), notes), "exif"), (_satellite_time(tags), "exif"))
    found = next(((moment, source) for moment, source in embedded if moment is not None), None)
    if found is None and mtime_ns is not None:
        return file_moment(mtime_ns), "file time"
    if found is None:
        return None, None
    return _with_offset(found[0], tags), found[1]


def _exif_time(tags: Tags, keys: Iterable[tuple[str, str, str]], notes: list[str]) -> Moment | None:
    for key, subsec, offset in keys:
        text = clean(tags.exif.get(key, ""))
        if not text.strip(" :-0"):
            if text.strip():
                notes.append("A date of zeros was left out.")
            continue
        moment = parse_date(text, tags.exif.get(subsec), tags.exif.get(offset) or tags.exif.get(_EXIF_CHANGED[2]))
        if moment is not None:
            return moment
        notes.append(f"The date “{text[:40]}” cannot be true and was left out.")
    return None


def _xmp_time(tags: Tags, notes: list[str]) -> Moment | None:
    for key in _XMP_TIMES:
        text = tags.xmp.get(key)
        if not text:
            continue
        moment = parse_date(text)
        if moment is not None:
            return moment
        notes.append(f"The date “{text[:40]}” cannot be true and was left out.")
    return None


def _iptc_time(tags: Tags, notes: list[str]) -> Moment | None:
    day = next(iter(tags.lists.get(f"{_IPTC}DateCreated", ())), None)
    if day is None:
        return None
    clock = next(iter(tags.lists.get(f"{_IPTC}TimeCreated", ())), "00:00:00")
    moment = parse_date(f"{day}T{clock[:8]}") or parse_date(day)
    if moment is None:
        notes.append(f"The date “{day[:40]}” cannot be true and was left out.")
        return None
    zone = parse_offset(clock[8:]) or None  # +00:00 is what is written where no zone is known
    return Moment(moment.local, zone)


def _satellite_time(tags: Tags) -> Moment | None:
    """UTC, where a file has no other clock than the satellite's."""
    utc = gps_utc(tags)
    return Moment(utc, 0) if utc is not None else None


def _with_offset(moment: Moment, tags: Tags) -> Moment:
    """The same moment, with the offset that the satellite's clock gives where none is written."""
    utc = gps_utc(tags) if moment.offset is None else None
    return Moment(moment.local, offset_from_utc(moment.local, utc)) if utc is not None else moment


# ---------------------------------------------------------------- words


def _first(tags: Tags, *keys: str) -> str | None:
    return next((text for key in keys if (text := clean(tags.exif.get(key) or tags.xmp.get(key) or ""))), None)


def read_orientation(tags: Tags, notes: list[str]) -> int:
    """1..8; 1 where it is absent or nonsense."""
    text = tags.exif.get("Exif.Image.Orientation") or tags.xmp.get("Xmp.tiff.Orientation")
    if text is None:
        return 1
    if text.strip() in ("1", "2", "3", "4", "5", "6", "7", "8"):
        return int(text)
    if text.strip() not in ("0", ""):
        notes.append("The orientation makes no sense and was taken as upright.")
    return 1


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _rating(tags: Tags) -> int | None:
    """0..5 stars, -1 for rejected."""
    stars = _whole(tags.xmp.get("Xmp.xmp.Rating"))
    if stars is None:
        stars = _whole(tags.exif.get("Exif.Image.Rating"))
    if stars is None:
        stars = _MICROSOFT_STARS.get(_whole(tags.xmp.get("Xmp.MicrosoftPhoto.Rating")) or 0)
    return stars if stars is not None and -1 <= stars <= 5 else None


def _title(tags: Tags) -> str | None:
    iptc = next(iter(tags.lists.get(f"{_IPTC}ObjectName", ())), "")
    return tags.xmp.get("Xmp.dc.title") or iptc or _windows_text(tags.exif.get("Exif.Image.XPTitle")) or None


def _caption(tags: Tags) -> str | None:
    exif = tags.exif
    candidates = (
        tags.xmp.get("Xmp.dc.description"),
        next(iter(tags.lists.get(f"{_IPTC}Caption", ())), None),
        clean(exif.get("Exif.Image.ImageDescription", "")),
        tags.xmp.get("Xmp.exif.UserComment"),
        _user_comment(exif.get("Exif.Photo.UserComment")),
        _windows_text(exif.get("Exif.Image.XPComment")),
    )
    return next((text for text in candidates if text and text.lower() not in _CAMERA_CAPTIONS), None)


def _user_comment(text: str | None) -> str:
    """EXIF's comment without the word that names its character set; what is no text is left out."""
    if not text or "binary" in text[:20]:
        return ""
    if text.startswith("charset="):
        text = text.partition(" ")[2]
    cleaned = clean(text)
    return cleaned if any(char.isalnum() for char in cleaned) and "�" not in cleaned else ""


def _windows_text(text: str | None) -> str:
    """Windows' own EXIF tags: UTF-16 as a row of byte values."""
    try:
        return clean(bytes(int(part) for part in (text or "").split()[:8000]).decode("utf-16-le").replace("\0", ""))
    except (ValueError, UnicodeDecodeError):
        return ""


def _keywords(tags: Tags) -> tuple[str, ...]:
    """Plain and hierarchical ("Places|Lisbon") keywords, each once; a plain one that ends a hierarchy only there."""
    lists = tags.lists
    trees = [*lists.get("Xmp.lr.hierarchicalSubject", ())]
    for key in ("Xmp.digiKam.TagsList", "Xmp.MicrosoftPhoto.LastKeywordXMP"):
        trees += [text.replace("/", "|") for text in lists.get(key, ())]
    trees = [text for text in dict.fromkeys(trees) if "|" in text]
    inside = {step for text in trees for step in text.split("|")}
    plain = [*lists.get("Xmp.dc.subject", ()), *lists.get(f"{_IPTC}Keywords", ())]
    plain += _windows_text(tags.exif.get("Exif.Image.XPKeywords")).split(";")
    words = [word.strip() for word in plain]
    return tuple(dict.fromkeys([word for word in words if word and word not in inside] + trees))
