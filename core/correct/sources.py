"""Where answers come from: the rule or the network that scored the gaps, and what was learned."""

from __future__ import annotations

from core.group.gaps import GapModel
from core.records_corrections import LearnedPart
from core.store import meta
from core.store.store import Store


def scorer(store: Store) -> tuple[GapModel, str]:
    """The weights that a gap's terms are told by, and whether its strength came from the "rule" or a "network"."""
    from core.learn import boundaries, files

    used = {part.name for part in learned(store) if part.used}
    info = files.read_info(store.root, boundaries.NAME, boundaries.VERSION) if boundaries.NAME in used else None
    return GapModel() if info is None else boundaries.of_info(info), "network" if "network" in used else "rule"


def learned(store: Store) -> tuple[LearnedPart, ...]:
    """What answers and corrections have taught so far; nothing before the first learning."""
    from core import learn

    return learn.learned(store)


def unsorted(store: Store) -> int:
    """Photos that wait for a full regrouping."""
    from core.grouping.state import UNSORTED

    with store.read() as conn:
        return int(meta.get_meta(conn, UNSORTED, 0) or 0)
