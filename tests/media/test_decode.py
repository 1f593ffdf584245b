"""Decoding: upright, sRGB, as small as asked; bombs and broken files refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import MediaError
from core.media.colour import NEUTRAL, is_srgb, over_neutral, to_srgb
from core.media.decode import decode, decode_from
from core.media.safely import MAX_PIXELS, MAX_WHOLE_PIXELS, check_pixels
from tests.media.conftest import Make, corner_names, corners, noise

UPRIGHT = ("red", "green", "blue", "yellow")
_STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
"""How an upright picture lies in a file of that orientation."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("name", "save"),
    [("a.jpg", {}), ("a.png", {}), ("a.webp", {}), ("a.tif", {}), ("b.tif", {"compression": "tiff_lzw"})],
)
def test_every_orientation_comes_upright(make: Make, name: str, save: dict[str, str], orientation: int) -> None:
    stored = corners().transpose(_STORED_AS[orientation]) if orientation > 1 else corners()
    path = make(name, stored, exif={"Exif.Image.Orientation": exiv2.UShortValue(orientation)}, **save)
    decoded = decode(path, target=None)
    assert decoded.image.size == (decoded.width, decoded.height) == (96, 64)
    assert corner_names(decoded.image) == UPRIGHT


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp", "a.avif"])
def test_formats(make: Make, name: str) -> None:
    decoded = decode(make(name))
    assert (decoded.width, decoded.height, decoded.image.mode) == (96, 64, "RGB")
    assert corner_names(decoded.image) == UPRIGHT


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp"])
@pytest.mark.parametrize("target", [64, 100, 128, 250, 256, 800, 2000])
def test_reduced_but_never_below_the_target(make: Make, name: str, target: int) -> None:
    decoded = decode(make(name, noise(800, 600)), target=target)
    assert (decoded.width, decoded.height) == (800, 600)
    longest = max(decoded.image.size)
    assert min(target, 800) <= longest <= 800
    assert longest < 2 * target or target >= 400
    if target == 100:
        assert decoded.image.size == (100, 75)


def test_the_short_side_can_be_asked_for(make: Make) -> None:
    with open(make("a.jpg", noise(1600, 200)), "rb") as file:
        assert min(decode_from(file, "a.jpg", target=200, short=100).image.size) == 100


@pytest.mark.parametrize(
    ("mode", "name", "save"),
    [
        ("L", "a.jpg", {}), ("L", "a.png", {}), ("1", "a.png", {}), ("P", "a.png", {}), ("P", "a.gif", {}),
        ("CMYK", "a.jpg", {}), ("CMYK", "a.tif", {}), ("YCbCr", "a.tif", {"compression": "jpeg"}), ("LAB", "a.tif", {}),
        ("RGBA", "a.png", {}), ("RGBA", "a.webp", {"lossless": True}), ("LA", "a.png", {}), ("RGBA", "a.tif", {}),
    ],
)  # fmt: skip
def test_colour_modes(make: Make, mode: str, name: str, save: dict[str, object]) -> None:
    source = corners()
    if mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        stored = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB").apply(source)
    else:
        stored = source.convert(mode)
    if mode in ("RGBA", "LA"):
        stored.putalpha(200)
    decoded = decode(make(name, stored, **save)).image
    assert decoded.mode == ("RGBA" if mode in ("RGBA", "LA") else "RGB")
    if mode not in ("L", "1", "LA"):
        assert corner_names(decoded) == UPRIGHT


def test_sixteen_bit_grey_keeps_its_tones(make: Make) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    for name in ("a.png", "a.tif"):
        grey = np.asarray(decode(make(name, Image.fromarray(ramp))).image)[0, :, 0]
        assert np.abs(grey.astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-4.0, 12.0), (0.0, 255.0), (0.0, 65535.0)])
def test_floating_point_grey_spans_black_to_white(make: Make, low: float, high: float) -> None:
    ramp = np.tile(np.linspace(low, high, 64, dtype=np.float32), (8, 1))
    grey = np.asarray(decode(make("a.tif", Image.fromarray(ramp))).image)[0, :, 0]
    assert (grey[0], grey[-1]) == (0, 255)
    assert np.all(np.diff(grey.astype(int)) >= 0)


def test_floating_point_that_is_no_number(make: Make) -> None:
    values = np.full((8, 8), np.nan, np.float32)
    assert decode(make("a.tif", Image.fromarray(values))).image.getpixel((0, 0)) == (0, 0, 0)


def test_the_first_frame_and_the_first_page(make: Make) -> None:
    others = [Image.new("RGB", (96, 64), (0, 0, 0)), Image.new("RGB", (96, 64), (255, 255, 255))]
    for name in ("a.gif", "a.tif", "a.webp", "a.png"):
        path = make(name, save_all=True, append_images=others)
        assert corner_names(decode(path, target=50).image) == UPRIGHT


def test_transparent_parts_lie_over_grey(make: Make) -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (20, 0, 40, 40))
    for name in ("a.png", "a.webp"):
        flat = over_neutral(decode(make(name, clear, **({"lossless": True} if name == "a.webp" else {}))).image)
        assert (flat.mode, flat.getpixel((5, 5)), flat.getpixel((35, 5))) == ("RGB", NEUTRAL, (0, 0, 255))
    palette = Image.new("P", (10, 10), 3)
    palette.putpalette([0] * 9 + [255, 0, 0] + [0] * 756)
    for name in ("a.gif", "b.png"):
        assert over_neutral(decode(make(name, palette, transparency=3)).image).getpixel((5, 5)) == NEUTRAL
    rgb = decode(make("c.png", Image.new("RGB", (10, 10), (1, 2, 3)), transparency=(1, 2, 3))).image
    assert over_neutral(rgb).getpixel((5, 5)) == NEUTRAL


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's green and the other way round."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    entries = {bytes(data[132 + 12 * at : 136 + 12 * at]): 132 + 12 * at for at in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data).replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be")).replace(b"sRGB", b"Swap")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_profiles_are_applied(make: Make, name: str) -> None:
    decoded = decode(make(name, icc_profile=swapped_profile(), quality=95), target=96)
    assert corner_names(decoded.image)[:2] == ("green", "red")


def test_the_alpha_channel_outlives_the_profile() -> None:
    picture = corners().convert("RGBA")
    picture.putalpha(77)
    turned = to_srgb(picture, swapped_profile())
    assert turned.mode == "RGBA"
    assert turned.getchannel("A").getextrema() == (77, 77)
    assert corner_names(turned)[:2] == ("green", "red")


def test_srgb_is_known_and_broken_profiles_are_ignored(make: Make) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert is_srgb(srgb)
    assert not is_srgb(swapped_profile())
    for profile in (b"not a profile", swapped_profile()[:200], srgb[:16] + b"CMYK" + srgb[20:]):
        assert corner_names(decode(make("a.png", icc_profile=profile)).image) == UPRIGHT


def jpeg_header(width: int, height: int, marker: int = 0xC0) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x22\x00\x02\x11\x00\x03\x11\x00"
    tables = b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
    return b"\xff\xd8" + tables + bytes((0xFF, marker)) + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (chunk, body)
    )


def bmp_header(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 100, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def gif_header(width: int, height: int) -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, width, height, 0)
        + b"\x08\x01\0\0;"
    )


def tiff_header(width: int, height: int) -> bytes:
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 10}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0"


@pytest.mark.parametrize("header", [jpeg_header, png_header, bmp_header, gif_header, tiff_header])
def test_forty_thousand_squared_is_refused(tmp_path: Path, header: Callable[[int, int], bytes]) -> None:
    path = tmp_path / f"bomb.{header.__name__.split('_')[0]}"
    path.write_bytes(header(40_000, 40_000))
    for target in (None, 512):
        with pytest.raises(MediaError, match="pixels") as caught:
            decode(str(path), target=target)
        assert caught.value.stage == "decode"


def test_progressive_pictures_must_be_smaller(tmp_path: Path) -> None:
    side = int((MAX_WHOLE_PIXELS * 1.5) ** 0.5)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_header(side, side, 0xC2))
    with pytest.raises(MediaError, match="more than 200 million"):
        decode(str(path), target=512)
    path.write_bytes(jpeg_header(side, side))
    with pytest.raises(MediaError, match=r"damaged|cut short"):
        decode(str(path), target=512)


def test_the_cap() -> None:
    check_pixels(20_000, MAX_PIXELS // 20_000, reduced=True)
    for size, reduced in (((20_000, 25_001), True), ((20_000, 10_001), False), ((0, 5), True), ((-3, 5), True)):
        with pytest.raises(MediaError):
            check_pixels(*size, reduced=reduced)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp", "a.avif"])
def test_cut_files_are_refused_with_a_reason(make: Make, name: str) -> None:
    path = Path(make(name, noise(300, 200)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match=r"cut short|damaged") as caught:
        decode(str(path))
    assert caught.value.stage == "decode"


@pytest.mark.parametrize(
    ("data", "stage"),
    [
        (b"", "read"),
        (b"no picture at all", "read"),
        (b"\xff\x0a\xfa\x7f", "unsupported"),
        (b"\xff\xd8\xff\xe0", "decode"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, data: bytes, stage: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        decode(str(path))
    assert caught.value.stage == stage


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        decode(str(tmp_path / "gone.jpg"))
    assert (caught.value.stage, caught.value.reason) == ("read", "The file cannot be read: No such file or directory.")
    with pytest.raises(MediaError):
        decode(str(tmp_path))


def test_a_wrong_name_does_not_matter(make: Make, tmp_path: Path) -> None:
    Path(make("a.png")).rename(tmp_path / "a.jpg")
    assert corner_names(decode(str(tmp_path / "a.jpg")).image) == UPRIGHT


def test_damaged_exif_does_not_take_the_picture_with_it() -> None:
    buffer = io.BytesIO()
    corners().save(buffer, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    buffer.seek(0)
    assert corner_names(decode_from(buffer, "a.jpg").image) == UPRIGHT
