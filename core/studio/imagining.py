"""Which generator can imagine more like the photos of a group, or what would have to be trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import WeightsError
from core.gan import album
from core.lab import runs
from core.records import Scope
from core.records_lab import Run
from core.records_studio import CONDITIONS, GENERATORS, ImaginePlan, StudioSpec
from core.store import queries_groups
from core.store.store import Store
from core.store.walls import Walls
from core.studio import catalogue

COVERED, OWN = 0.8, 0.6
"""A generator covers a group whose photos it has learned to this share, where they are so much of what it learned (or
it can be told to make that group)."""


def plan(store: Store, walls: Walls, group_id: int, found: Sequence[Run]) -> ImaginePlan:
    """The finished generator that covers a group best, and what to train where there is none. Raises KeyError."""
    scope = Scope("group", group_id)
    ids = np.unique(walls.wall(scope).ids)
    with store.read() as conn:
        title, kind = queries_groups.title_of(conn, group_id)
    spec = StudioSpec(GENERATORS[0], scope, note=title)
    for run in found:
        if run.state != "done" or run.spec.learner == catalogue.SRGAN:
            continue
        covers, condition = _covers(store, run, group_id, title, kind, ids)
        if covers:
            told = f"“{title}” can be imagined by the run {run.id}"
            return ImaginePlan(run.id, condition, spec, f"{told}, which learned its photos.", len(ids))
    if not album.enough(len(ids)):
        return ImaginePlan("", "", spec, album.sentences(len(ids))[0], len(ids))
    said = f"No generator has learned “{title}” yet. One can be trained on its {len(ids):,} photos."
    return ImaginePlan("", "", spec, said, len(ids))


def _covers(
    store: Store, run: Run, group_id: int, title: str, kind: str, ids: np.typing.NDArray[np.int64]
) -> tuple[bool, str]:
    """(whether a run has learned the group, the class to ask it for)."""
    folder = runs.folder_of(store.root, run.id)
    try:
        learned, names = runs.photos(folder)[0], runs.classes(folder)[1]
    except WeightsError:
        return False, ""
    known = np.isin(ids, learned).mean() if len(ids) else 0.0
    spec = StudioSpec.of(run.spec)
    if spec.condition == kind and kind in CONDITIONS and title in names and known >= OWN:
        return True, title
    if names:
        return False, ""
    same = spec.scope == Scope("group", group_id)
    mine = np.isin(learned, ids).mean() if len(learned) else 0.0
    return bool(known >= COVERED and (same or mine >= OWN)), ""
