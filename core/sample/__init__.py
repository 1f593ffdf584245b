"""The sample album: a small believable library made from photographs that installed packages carry.

It serves the first run, tests and demonstrations, and says everywhere that it is simulated.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from core.errors import ReverieError
from core.progress import Progress


class SampleError(ReverieError):
    """The sample album cannot be made there, or not so small."""


def make(folder: Path, *, photos: int = 300, seed: int = 0, progress: Progress | None = None) -> None:
    """Writes ``photos`` readable pictures, three broken files, ``truth.json`` and ``README.txt`` into ``folder``.

    The folder must be absent or empty; it is filled only once everything is made, so a cancelled or killed run leaves
    it as it was. The same ``seed`` gives the same bytes (with the same versions of the packages). Raises
    :class:`SampleError` (folder not empty, too few photos) and ``Cancelled``.
    """
    from core.sample import plan, scene, sources, write

    if photos < plan.SMALLEST:
        raise SampleError(f"A sample album needs at least {plan.SMALLEST} photos.")
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise SampleError(f"{folder} is not an empty folder. Choose a new one; nothing of yours is overwritten.")
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    studio = write.Studio(sources.load_all(), scene.noise_field(seed))
    try:
        write.write_album(plan.make_plan(photos, seed), studio, unfinished, progress or Progress())
        _move_into(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move_into(source: Path, folder: Path) -> None:
    """Gives ``source`` its final name; where the empty ``folder`` is there already, moves what is in it."""
    if not folder.exists():
        source.rename(folder)
        return
    for child in sorted(source.iterdir()):
        child.rename(folder / child.name)
