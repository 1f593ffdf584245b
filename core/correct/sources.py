"""Where an answer came from: the rule that scored the gaps, and what was learned."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from core.group.gaps import GapModel
from core.records_corrections import LearnedPart
from core.store.store import Store


def scorer(store: Store, conn: Connection) -> tuple[GapModel, str]:
    """The rule that the gaps were scored by, and "rule" or "network"."""
    return GapModel(), "rule"


def learned(store: Store) -> tuple[LearnedPart, ...]:
    """What answers and corrections have taught so far; nothing before the first learning."""
    return ()


def unsorted(store: Store) -> int:
    """Photos that wait for a full regrouping."""
    return 0
