"""To 8-bit sRGB from whatever a file holds: profiles, CMYK, 16 bits, palettes, transparency."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from core.media.safely import DECODER_ERRORS

NEUTRAL = (128, 128, 128)
"""What lies behind transparent parts in thumbnails and measures: mid grey, so that neither ink shows falsely."""

_MODES_BY_SPACE = {"RGB ": ("RGB",), "GRAY": ("L",), "CMYK": ("CMYK",)}
_SRGB_NAMES = (b"sRGB", b"s\x00R\x00G\x00B")
_LARGEST_PROFILE = 8 << 20


def to_srgb(image: Image.Image, profile: bytes | None = None) -> Image.Image:
    """RGB, or RGBA where the picture has transparent parts; 8 bits, sRGB.

    ``profile``: the file's ICC profile; one that is broken, or for other channels than the picture has, is ignored.
    """
    image = _eight_bits(image)
    if image.mode != "RGBA" and image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if profile and not is_srgb(profile):
        image = _transformed(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    return image


def over_neutral(image: Image.Image) -> Image.Image:
    """RGB: transparent parts laid over mid grey."""
    if image.mode != "RGBA":
        return image
    if image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, NEUTRAL)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def is_srgb(profile: bytes) -> bool:
    """Whether a profile says that it is sRGB (looked up in its first 4 KiB, where its name is)."""
    return profile[16:20] == b"RGB " and any(name in profile[128:4096] for name in _SRGB_NAMES)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Deeper grey scaled to 8 bits (Pillow alone would cut it off at 255), CIE Lab as sRGB."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_scaled(np.asarray(image, dtype=np.float32)))
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)
    return image


def _scaled(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Numbers of unknown range to 0..255: from [0, 1], from 8 or 16 bits, else from least to greatest."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0.0 and high <= 1.0:
        values = values * 255.0
    elif low >= 0.0 and 255.0 < high <= 65535.0:
        values = values / 257.0
    elif low < 0.0 or high > 255.0:
        values = (values - low) * (255.0 / (high - low))
    rounded: NDArray[np.uint8] = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return rounded


def _transformed(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB; unchanged where the profile does not fit it."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colour = image.convert("RGB") if alpha is not None else image
    transform = _transform(profile, colour.mode)
    if transform is None:
        return image
    colour = transform.apply(colour)
    if alpha is not None:
        colour.putalpha(alpha)
    return colour


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From ``profile`` to sRGB for one mode, or None where that cannot be (a library has few different profiles)."""
    space = profile[16:20].decode("latin-1")
    if len(profile) > _LARGEST_PROFILE or mode not in _MODES_BY_SPACE.get(space, ()):
        return None
    try:
        return ImageCms.ImageCmsTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (*DECODER_ERRORS, ImageCms.PyCMSError):
        return None
