"""The part of the Studio that needs no library: what there is, and enlarging of plain files, for the command line."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import asdict

from core.errors import Cancelled
from core.progress import Progress
from core.records_studio import EnlargeReport, GeneratorInfo, Upscaler
from core.studio import queue
from core.studio.asked import How


def generators() -> tuple[GeneratorInfo, ...]:
    """What can be trained, with every parameter."""
    from core.studio import catalogue

    return catalogue.models()


def upscalers() -> tuple[Upscaler, ...]:
    """The models that enlarge, with whether each can be used here."""
    from core.superres import models

    return tuple(Upscaler(**asdict(info)) for info in models.models())


def checked(how: How) -> str:
    """The title of a model. Raises WeightsError for one that is not here or cannot do this, ValueError (a sentence)."""
    from core.errors import WeightsError
    from core.superres import models

    if not 0 <= how.strength <= 1:
        raise ValueError(f"The strength is from 0 to 1, not {how.strength:g}.")
    info = models.info(how.model)
    if how.scale not in info.scales:
        raise WeightsError(f"{info.title} enlarges by {', '.join(map(str, info.scales))}, not by {how.scale}.")
    if how.model == "file" and not how.file:
        raise WeightsError("Choose the file of a model first.")
    if not info.available and not how.file:
        raise WeightsError(info.why_not)
    return info.title


def enlarge_files(
    paths: Sequence[str],
    model: str,
    scale: int,
    folder: str,
    progress: Progress,
    *,
    strength: float = 1.0,
    file: str = "",
) -> EnlargeReport:
    """Enlarge files into ``folder``; the files themselves are only read. One bad file does not stop the rest.

    Raises WeightsError, ReverieError, ValueError (a sentence), Cancelled: what was done until then stays.
    """
    how = How(model, scale, strength, os.path.abspath(file) if file else "")
    title = checked(how)
    started = time.monotonic()
    wanted = [os.path.abspath(path) for path in paths]
    worked = queue.work_off(how, wanted, os.path.abspath(folder), progress)
    report = queue.report_of(how, title, wanted, [0] * len(wanted), worked, time.monotonic() - started)
    if worked.cancelled:
        raise Cancelled(f"Cancelled; {len(report.done)} of {len(paths)} are done.")
    return report


def pictures_in(folder: str) -> list[str]:
    """The files in a folder that are pictures by their names, in order; folders in it are left out."""
    from core.media.formats import format_of

    with os.scandir(folder) as entries:
        return sorted(each.path for each in entries if each.is_file() and format_of(each.path) is not None)
