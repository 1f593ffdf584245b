"""What is wanted, newest first, shared by the GUI thread and the decoding threads. No Qt."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Wanted = TypeVar("Wanted", bound=Hashable)
LASTING = -1


@dataclass(frozen=True, slots=True)
class Ticket(Generic[Wanted]):
    """A request in work; ``serial`` tells its answer from that of a later request for the same thing."""

    key: Wanted
    serial: int


class Requests(Generic[Wanted]):
    """A stack without doubles. A request of an older generation than the current one is dropped, not served.

    ``limit``: waiting requests beyond it are forgotten, oldest first.
    """

    def __init__(self, limit: int = 2048) -> None:
        self._limit = limit
        self._waiting: OrderedDict[Wanted, int] = OrderedDict()
        self._in_work: dict[Wanted, int] = {}
        self._generation = 0
        self._serial = 0
        self._closed = False
        self._changed = threading.Condition()

    def push(self, key: Wanted, *, lasting: bool = False, last: bool = False) -> None:
        """Want ``key`` next of all, or ``last`` of all; ``lasting`` requests survive a new generation."""
        with self._changed:
            if self._closed or key in self._in_work:
                return
            self._waiting[key] = LASTING if lasting or self._waiting.get(key) == LASTING else self._generation
            self._waiting.move_to_end(key, last=not last)
            if len(self._waiting) > self._limit:
                self._waiting.popitem(last=False)
            self._changed.notify()

    def advance(self) -> None:
        """Begin a generation: what was wanted before is stale unless it is wanted again."""
        with self._changed:
            self._generation += 1

    def pop(self, block: bool = True) -> Ticket[Wanted] | None:
        """The newest request that is not stale. None when closed, or when there is none and ``block`` is False."""
        with self._changed:
            while not self._closed:
                while self._waiting:
                    key, generation = self._waiting.popitem()
                    if generation in (LASTING, self._generation):
                        return self._take(key)
                if not block:
                    return None
                self._changed.wait()
            return None

    def finish(self, ticket: Ticket[Wanted]) -> bool:
        """True when the answer is still wanted: not revoked meanwhile."""
        with self._changed:
            if self._in_work.get(ticket.key) != ticket.serial:
                return False
            del self._in_work[ticket.key]
            return True

    def revoke(self, keys: set[Wanted]) -> None:
        """Forget requests; the answers of those in work will be refused."""
        with self._changed:
            for key in keys:
                self._waiting.pop(key, None)
                self._in_work.pop(key, None)

    def pending(self) -> list[Wanted]:
        """All that waits or is in work."""
        with self._changed:
            return [*self._waiting, *self._in_work]

    def close(self) -> None:
        """Wake every waiting thread with None; nothing is accepted any more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._in_work.clear()
            self._changed.notify_all()

    def _take(self, key: Wanted) -> Ticket[Wanted]:
        self._serial += 1
        self._in_work[key] = self._serial
        return Ticket(key, self._serial)
