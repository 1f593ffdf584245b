"""A walk as a file that moves: GIF, APNG or WebP, marked as made by a model."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import MediaError, ReverieError
from core.studio.collection import mark_of

U8 = NDArray[np.uint8]
FORMATS = {".gif": "GIF", ".png": "PNG", ".apng": "PNG", ".webp": "WEBP"}


def write(
    frames: U8,
    path: str | os.PathLike[str],
    *,
    milliseconds: int = 80,
    run_id: str = "",
    model: str = "",
    back_and_forth: bool = True,
) -> None:
    """uint8 [n, h, w, 3] as an animation without end, each frame so long; ``back_and_forth``: to the last and back.

    The format goes by the suffix. Raises ReverieError (a sentence) for another, no frames, or a disk that refuses.
    """
    from core.media import marks, whole

    path = os.fspath(path)
    kind = FORMATS.get(os.path.splitext(path)[1].lower())
    if kind is None:
        raise ReverieError("An animation ends in .gif, .png (or .apng), or .webp.")
    if not len(frames):
        raise ReverieError("There are no pictures to animate.")
    mark = mark_of(run_id, model, "walk", "", {})
    data = _encoded(frames, kind, milliseconds, back_and_forth, mark.sentence)
    try:
        if kind != "GIF":
            data = marks.stamped(data, mark)
        whole.replace_file(path, data)
    except OSError as error:
        raise ReverieError(f"{path} cannot be written: {error.strerror or error}.") from error
    except MediaError as error:
        raise ReverieError(error.reason) from error


def _encoded(frames: U8, kind: str, milliseconds: int, back_and_forth: bool, sentence: str) -> bytes:
    from PIL import Image

    way = [*frames, *(frames[-2:0:-1] if back_and_forth else ())]
    pictures = [Image.fromarray(np.ascontiguousarray(frame)) for frame in way]
    if kind == "GIF":  # a palette of its own for each
        pictures = [picture.quantize(256, Image.Quantize.MEDIANCUT) for picture in pictures]
    how: dict[str, Any] = {}
    if kind == "GIF":
        how = {"comment": sentence.encode(), "disposal": 1}
    elif kind == "WEBP":
        how = {"quality": 90, "method": 3}
    data = io.BytesIO()
    pictures[0].save(
        data, kind, save_all=True, append_images=pictures[1:], duration=max(10, milliseconds), loop=0, **how
    )
    return data.getvalue()
