"""Which files are pictures: by name (cheap, for the walk) and by their first bytes (true, for the reading)."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version

JPEG_EXTENSIONS = frozenset({"jpg", "jpeg", "jpe", "jfif", "mpo"})
HEIF_EXTENSIONS = frozenset({"heic", "heif", "hif", "heics", "heifs"})
PHOTO_EXTENSIONS = (
    JPEG_EXTENSIONS
    | HEIF_EXTENSIONS
    | frozenset({"png", "apng", "webp", "tif", "tiff", "gif", "bmp", "dib", "avif", "jxl"})
)
"""``jxl`` is among them so that it is named in the problem list and not silently passed over."""

RAW_EXTENSIONS = frozenset(
    {
        "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "k25", "kdc", "mef", "mos",
        "mrw", "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
    }
)  # fmt: skip
VIDEO_EXTENSIONS = frozenset(
    {
        "3g2", "3gp", "avi", "flv", "insv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "ogv",
        "ts", "vob", "webm", "wmv",
    }
)  # fmt: skip
SIDECAR_EXTENSIONS = frozenset({"xmp"})

HEAD = 64
"""How many first bytes :func:`sniff` looks at."""

FORMAT_NAMES = {
    "jpeg": "JPEG", "png": "PNG", "webp": "WebP", "tiff": "TIFF", "gif": "GIF", "bmp": "BMP", "heif": "HEIC",
    "avif": "AVIF", "raw": "RAW", "jxl": "JPEG XL", "video": "video",
}  # fmt: skip

_KINDS: dict[str, str] = {
    **dict.fromkeys(PHOTO_EXTENSIONS, "photo"),
    **dict.fromkeys(RAW_EXTENSIONS, "raw"),
    **dict.fromkeys(SIDECAR_EXTENSIONS, "sidecar"),
    **dict.fromkeys(VIDEO_EXTENSIONS, "video"),
}
_FORMATS: dict[str, str] = {
    **dict.fromkeys(JPEG_EXTENSIONS, "jpeg"),
    **dict.fromkeys(HEIF_EXTENSIONS, "heif"),
    **dict.fromkeys(RAW_EXTENSIONS, "raw"),
    **dict.fromkeys(("tif", "tiff"), "tiff"),
    **dict.fromkeys(("bmp", "dib"), "bmp"),
    **dict.fromkeys(("png", "apng"), "png"),
    **{name: name for name in ("webp", "gif", "avif", "jxl")},
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"FOVb", "raw"),
    (b"\x00MRM", "raw"),
    (b"IIRO", "raw"),
    (b"IIRS", "raw"),
    (b"MMOR", "raw"),
    (b"IIU\x00", "raw"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", "raw"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"\x1aE\xdf\xa3", "video"),
)
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def extension(name: str) -> str:
    """The last suffix in lower case without its dot, "" where there is none."""
    return os.path.splitext(name)[1][1:].lower()


def kind_of(name: str) -> str | None:
    """What a file is by its name: "photo", "raw", "sidecar", "video", or None for anything else."""
    return _KINDS.get(extension(name))


def format_of(name: str) -> str | None:
    """The format a name promises (a key of ``FORMAT_NAMES``), or None."""
    return _FORMATS.get(extension(name))


def sniff(head: bytes) -> str | None:
    """The format that the first bytes (``HEAD`` of them suffice) speak of, a key of ``FORMAT_NAMES``, or None."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "video"}.get(head[8:12])
    if (
        head[:2] == b"BM"
        and len(head) >= 26
        and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)
    ):
        return "bmp"
    if head[4:8] == b"ftyp":
        return _brand(head)
    return None


def _brand(head: bytes) -> str:
    """ISO base media: AVIF and HEIF by their brands, Canon's RAW, else a video."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    if brands[0] == b"crx ":
        return "raw"
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "avif"
    return "heif" if any(brand in _HEIF_BRANDS for brand in brands) else "video"


def _installed(distribution: str, extra: str) -> str:
    try:
        return f"{distribution} {version(distribution)}"
    except PackageNotFoundError:
        return f"not installed: pip install reverie[{extra}]"


def codecs() -> dict[str, str]:
    """Each family of formats and what reads it: a version, or how to install it."""
    import PIL
    from PIL import features

    pillow = f"Pillow {PIL.__version__}"
    jpeg = features.version("libjpeg_turbo")
    heif = _installed("pillow-heif", "heif")
    return {
        "JPEG": f"{pillow}, libjpeg-turbo {jpeg}" if jpeg else pillow,
        "PNG, TIFF, GIF, BMP": pillow,
        "WebP": f"{pillow}, libwebp {features.version('webp')}" if features.check("webp") else "not in this Pillow",
        "HEIC": heif,
        "AVIF": f"{pillow}, libavif {features.version('avif')}" if features.check("avif") else heif,
        "RAW": _installed("rawpy", "raw"),
        "EXIF, XMP, IPTC": f"exiv2 {version('exiv2')}",
    }
