"""What decoding processes are asked to do. Imports nothing heavy: a worker starts in a fraction of a second."""

from __future__ import annotations

from dataclasses import dataclass

from core.embed.base import InputSpec
from core.media.describe import describe
from core.media.examine import ExamineRequest, examine
from core.records import Described, Examined


@dataclass(frozen=True, slots=True)
class ExamineTask:
    """Some photos for the first pass; ``serial`` is the asker's own."""

    serial: int
    requests: list[ExamineRequest]


@dataclass(frozen=True, slots=True)
class DescribeTask:
    """One photo for the second pass. ``thumb_to`` None: only the network's input is wanted (from a thumbnail)."""

    photo_id: int
    file_id: int
    path: str
    thumb_to: str | None
    spec: InputSpec | None


def examine_task(task: ExamineTask) -> list[Examined]:
    """First pass: one :class:`Examined` for each request, in order."""
    return examine(task.requests)


def describe_task(task: DescribeTask) -> Described:
    """Second pass: decode once, measure everything."""
    return describe(task.path, thumb_to=task.thumb_to, spec=task.spec)


def warm_up() -> None:
    """Nothing but the import of this module, so that a worker has it when work comes."""
