"""All that the person may correct: each one operation with undo, kept for every later regrouping, applied at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from core.correct import apply, plans, previews, supersede, words
from core.records import Change
from core.records_corrections import Correction, Preview
from core.store import corrections, journal
from core.store.store import Store


class Corrections:
    """``library.correct``. Every method raises ValueError (in words for the person) for what cannot be said, KeyError
    for a group that is gone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def split(self, before: int, after: int, level: str = "events") -> Change:
        """A boundary of that level stands between two photos."""
        return self._do("split", before, after, level)

    def merge(self, group_ids: Sequence[int]) -> Change:
        """Groups of one kind are one. Events and trips that are no neighbours take in all that lies between."""
        return self._do("merge", group_ids)

    def move(self, photo_ids: Sequence[int], group_id: int) -> Change:
        """Photos belong to this group."""
        return self._do("move", photo_ids, group_id)

    def exclude(self, photo_ids: Sequence[int], group_id: int) -> Change:
        """ "Not this": photos do not belong to this group; those of an event stand apart."""
        return self._do("exclude", photo_ids, group_id)

    def rename(self, group_id: int, title: str) -> Change:
        return self._do("rename", group_id, title)

    def cover(self, group_id: int, photo_id: int) -> Change:
        """The photo that stands for a group."""
        return self._do("cover", group_id, photo_id)

    def same(self, photo_ids: Sequence[int], kind: str) -> Change:
        """Photos belong together. ``kind``: "events", "trips", "lookalikes", "duplicates" or "bursts"."""
        return self._do("same", photo_ids, kind)

    def different(self, photo_ids: Sequence[int], kind: str) -> Change:
        """Each of these photos belongs to another group of that kind."""
        return self._do("different", photo_ids, kind)

    def kind(self, photo_ids: Sequence[int], kind: str, is_one: bool) -> Change:
        """Photos are of a kind of photograph, or are not."""
        return self._do("kind", photo_ids, kind, is_one)

    def new_kind(self, title: str, photo_ids: Sequence[int]) -> Change:
        """A kind of photograph with its first examples."""
        return self._do("new_kind", title, photo_ids)

    def pin(self, before: int, after: int, on: bool, level: str = "events") -> Change:
        """There is a boundary of that level between two photos, or there is none."""
        return self._do("pin", before, after, on, level)

    def move_boundary(self, before: int, after: int, new_before: int, new_after: int, level: str = "events") -> Change:
        """The boundary between two photos stands between two others."""
        return self._do("move_boundary", before, after, new_before, new_after, level)

    def clock(self, camera: str, seconds: float, start: float | None = None, end: float | None = None) -> Change:
        """A camera's clock was off: add so much to the times of its photos (those within ``start`` .. ``end``, by its
        own clock, wall-clock seconds)."""
        return self._do("clock", camera, seconds, start, end)

    def dismiss(self, question_key: str) -> Change:
        """Do not ask that again."""
        return self._do("dismiss", question_key)

    def forget(self, correction_ids: Sequence[int]) -> Change:
        """Corrections are no longer in force; the program decides for itself again."""
        return self._do("forget", correction_ids)

    def list(self) -> list[Correction]:
        """Corrections in force, the newest first, each in a sentence."""
        with self._store.read() as conn:
            return [words.with_text(conn, each) for each in reversed(corrections.read(conn))]

    def preview(self, name: str, *args: Any, **kwargs: Any) -> Preview:
        """What the method of that name would do; nothing is changed."""
        return previews.preview(self._store, plans.PLANS[name], *args, **kwargs)

    def attempt(self, name: str, *args: Any, **kwargs: Any) -> tuple[Preview, Change | None]:
        """The method of that name, done only if nothing else would change; otherwise what would, and None."""
        return previews.attempt(self._store, plans.PLANS[name], *args, **kwargs)

    def _do(self, name: str, *args: Any) -> Change:
        with self._store.write() as conn:
            change, _ = perform(conn, plans.PLANS[name](conn, *args))
            self._store.changed = change
        return change


def perform(conn: Connection, plan: plans.Plan) -> tuple[Change, previews.Done]:
    """Run a plan as one operation of the journal; what it contradicts goes out of force with it."""
    gone, rest = supersede.contradicted(conn, plan.add, plan.off)
    new = [corrections.add(conn, kind, payload, active=False) for kind, payload in (*rest, *plan.add)]
    off = sorted({*gone, *plan.off})
    forward = {"do": "correct", "on": new, "off": off}
    change, replaced = apply.run(conn, forward)
    inverse = {"do": "correct", "on": off, "off": new, "back": replaced.as_json()}
    journal.remember(conn, plan.name, forward, inverse)
    return change, previews.Done(plan.name, tuple(new), tuple(off), replaced)
