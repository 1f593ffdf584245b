"""A queue of photos to enlarge, worked off in a process of its own; one that brings it down costs itself alone."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Cancelled, ReverieError
from core.learn import process
from core.progress import Progress
from core.records_studio import EnlargeReport, Version
from core.studio.asked import How, Job

BROUGHT_DOWN = "It brought the model's process down: the picture is damaged, or memory ran out."
NOT_BEGUN = "Not begun, since the disk is full."


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of each path, in order: (new path, width, height), or why there is none."""

    outcomes: tuple[tuple[str, int, int] | str | None, ...]
    cancelled: bool


def work_off(how: How, paths: Sequence[str], folder: str, progress: Progress) -> Worked:
    """Enlarge files into ``folder``. Never raises for a photo; None for one that a cancel left out.

    Raises WeightsError for a model that cannot be had, ReverieError for a folder that cannot be written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        handle, diary = tempfile.mkstemp(prefix="enlarging-", suffix=".jsonl")
        os.close(handle)
    except OSError as error:
        raise ReverieError(f"Nothing can be written to {folder}: {error.strerror or error}.") from error
    try:
        cancelled = _run(Job(how, tuple(paths), folder, diary), progress)
        return Worked(tuple(_outcomes(diary, len(paths))), cancelled)
    finally:
        os.unlink(diary)


def _run(job: Job, progress: Progress) -> bool:
    """Work until every photo has its outcome; whether it was cancelled."""
    from core.studio import enlarging

    first = 0
    while first < len(job.paths):
        rest = Job(job.how, job.paths, job.folder, job.diary, first)
        try:
            process.run(enlarging.work, rest, progress)
            return False
        except Cancelled:
            return True
        except process.Died:
            begun = [each["k"] for each in _entries(job.diary) if "begun" in each]
            culprit = begun[-1] if begun and begun[-1] >= first else first
            if not begun:
                raise
            with open(job.diary, "a", encoding="utf-8") as diary:
                diary.write("\n" + json.dumps({"k": culprit, "failed": BROUGHT_DOWN}) + "\n")
            first = culprit + 1
    return False


def _entries(diary: str) -> list[dict[str, Any]]:
    """What the process wrote down; a line that it did not finish is left out."""
    found = []
    with open(diary, encoding="utf-8") as file:
        for line in file:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def _outcomes(diary: str, n: int) -> list[tuple[str, int, int] | str | None]:
    out: list[tuple[str, int, int] | str | None] = [None] * n
    full = False
    for each in _entries(diary):
        if "failed" in each:
            out[each["k"]] = each["failed"]
            full = full or bool(each.get("full"))
        elif "path" in each:
            out[each["k"]] = (each["path"], each["width"], each["height"])
    return [NOT_BEGUN if one is None and full else one for one in out]


def report_of(
    how: How, title: str, paths: Sequence[str], photo_ids: Sequence[int], worked: Worked, seconds: float
) -> EnlargeReport:
    """The same as the person reads it; versions have no numbers yet."""
    done, failed = [], []
    for path, photo, outcome in zip(paths, photo_ids, worked.outcomes, strict=True):
        if isinstance(outcome, str):
            failed.append((path, outcome))
        elif outcome is not None:
            new, width, height = outcome
            settings: dict[str, int | float | str | bool] = {"strength": how.strength}
            if how.run_id:
                settings["run"] = how.run_id
            done.append(Version(0, photo, new, how.model, title, how.scale, time.time(), width, height, settings))
    return EnlargeReport(tuple(done), tuple(failed), seconds)
