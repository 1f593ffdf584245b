"""Whatever is imported, corrected, regrouped, undone or reopened: what the person said holds, and groups stay whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.correct import replay
from core.correct.identity import KEEPS_NAME, jaccard
from core.correct.replay import Said
from core.group.base import LineConstraint
from core.group.constraints import on_line
from core.library import Library
from core.progress import Progress
from core.records import LEVELS, Change
from core.store import corrections
from core.store.journal import from_runs
from tests.correct.support import build, groups, regroup
from tests.support.kept import broken_pairs, violations
from tests.support.rows import DAY, MONDAY, add_photo

some = st.integers(0, 10_000)
few = st.lists(some, min_size=1, max_size=4)
levels = st.sampled_from(["moments", "events", "trips", "seasons"])

View = dict[int, tuple[str, int | None, tuple[int, ...]]]


class Model(RuleBasedStateMachine):
    """Random corrections of a small library. ``states``: what undo must give back, None where something else (an
    import, a regrouping) has changed the groups since."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.library = build(self.folder / "library")
        self.states: list[View | None] = []
        self.clocks = False
        self.last = self.view()

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what is there

    def view(self) -> View:
        with self.library._store.read() as conn:
            rows = conn.exec_driver_sql(
                'SELECT id, title, cover_id FROM "group" WHERE kind = ?', ("events",)
            ).fetchall()
        members = groups(self.library)
        return {row[0]: (row[1], row[2], tuple(members.get(row[0], ()))) for row in rows}

    def line(self) -> list[tuple[float, int]]:
        """(instant, id) of every photo with a time that is shown."""
        with self.library._store.read() as conn:
            cursor = conn.exec_driver_sql(
                "SELECT instant, id FROM photo WHERE NOT hidden AND instant IS NOT NULL ORDER BY instant, id"
            )
            return [(row[0], row[1]) for row in cursor]

    def photos(self, numbers: list[int]) -> list[int]:
        ids = [photo for _, photo in self.line()]
        return sorted({ids[n % len(ids)] for n in numbers})

    def event(self, number: int) -> int:
        found = sorted(groups(self.library))
        return found[number % len(found)]

    def say(self, correct: Callable[[], Change]) -> None:
        """A correction; one that cannot be said (ValueError) changes nothing."""
        before, told = self.view(), len(self.library.correct.list())
        try:
            correct()
        except ValueError:
            assert self.view() == before
            assert len(self.library.correct.list()) == told
            return
        self.states.append(before)

    # ------------------------------------------------------------ what may happen

    @rule(spots=st.lists(st.floats(0, 11), min_size=1, max_size=4), camera=st.booleans(), all_anew=st.booleans())
    def photos_come(self, spots: list[float], camera: bool, all_anew: bool) -> None:
        with self.library._store.write(Change(photos=True)) as conn:
            top = conn.exec_driver_sql("SELECT max(id) FROM photo").scalar() or 0
            for number, spot in enumerate(spots if all_anew else spots[:1], start=top + 1):
                add_photo(conn, number, MONDAY + spot * DAY, camera="Canon" if camera else "Pixel")
        if all_anew:
            self.regroup()
        else:
            self.library.place_new(Progress())
            self.states = [None] * len(self.states)

    @rule(numbers=few, away=st.booleans())
    def put_away(self, numbers: list[int], away: bool) -> None:
        chosen = self.photos(numbers) if away else range(1, 36)
        if len(self.line()) > 20 or not away:
            change = self.library.put_away(chosen) if away else self.library.bring_back(chosen)
            if change != Change():
                self.states.append(None)
            self.regroup()

    @rule()
    def regroup(self) -> None:
        before = self.view()
        regroup(self.library)
        self.states = [None] * len(self.states)
        self.same_groups_are_the_same(before)

    @rule(number=some, level=levels)
    def split(self, number: int, level: str) -> None:
        line = self.line()
        at = number % (len(line) - 1)
        self.say(lambda: self.library.correct.split(line[at][1], line[at + 1][1], level))

    @rule(number=some, on=st.booleans(), level=levels)
    def pin(self, number: int, on: bool, level: str) -> None:
        line = self.line()
        at = number % (len(line) - 1)
        self.say(lambda: self.library.correct.pin(line[at][1], line[at + 1][1], on, level))

    @rule(number=some, by=st.integers(1, 3))
    def move_boundary(self, number: int, by: int) -> None:
        line = self.line()
        at = number % (len(line) - 1)
        to = (at + by) % (len(line) - 1)
        places = (line[at][1], line[at + 1][1], line[to][1], line[to + 1][1])
        self.say(lambda: self.library.correct.move_boundary(*places))

    @rule(a=some, b=some)
    def merge(self, a: int, b: int) -> None:
        chosen = [self.event(a), self.event(b)]
        self.say(lambda: self.library.correct.merge(chosen))

    @rule(numbers=few, event=some)
    def move(self, numbers: list[int], event: int) -> None:
        self.say(lambda: self.library.correct.move(self.photos(numbers), self.event(event)))

    @rule(numbers=few, event=some)
    def exclude(self, numbers: list[int], event: int) -> None:
        self.say(lambda: self.library.correct.exclude(self.photos(numbers), self.event(event)))

    @rule(numbers=few, kind=st.sampled_from(["events", "trips", "lookalikes", "bursts"]), same=st.booleans())
    def pairs(self, numbers: list[int], kind: str, same: bool) -> None:
        say = self.library.correct.same if same else self.library.correct.different
        self.say(lambda: say(self.photos(numbers), kind))

    @rule(event=some, title=st.sampled_from(["Party", "Wedding", "Walk"]))
    def rename(self, event: int, title: str) -> None:
        self.say(lambda: self.library.correct.rename(self.event(event), title))

    @rule(event=some, number=some)
    def cover(self, event: int, number: int) -> None:
        group = self.event(event)
        members = groups(self.library)[group]
        self.say(lambda: self.library.correct.cover(group, members[number % len(members)]))

    @rule(numbers=few, kind=st.sampled_from(["food", "pets"]), is_one=st.booleans())
    def kind(self, numbers: list[int], kind: str, is_one: bool) -> None:
        self.say(lambda: self.library.correct.kind(self.photos(numbers), kind, is_one))

    @rule(hours=st.sampled_from([-30.0, -1.0, 0.05, 2.0, 49.0]))
    def clock(self, hours: float) -> None:
        self.clocks = True
        self.say(lambda: self.library.correct.clock("Canon", hours * 3600.0))

    @rule(number=some, level=levels)
    def preview(self, number: int, level: str) -> None:
        line, before, generation = self.line(), self.view(), self.library._store.generation
        at = number % (len(line) - 1)
        self.library.correct.preview("split", line[at][1], line[at + 1][1], level)
        assert self.view() == before
        assert self.library._store.generation == generation

    @rule()
    def undo(self) -> None:
        done = self.library.undo()
        assert (done is None) == (not self.states)
        if self.states:
            before = self.states.pop()
            assert before is None or self.view() == before

    @rule()
    def undo_and_redo(self) -> None:
        before = self.view()
        if self.library.undo() is not None:
            assert self.library.redo() is not None
            if self.states[-1] is not None:
                assert self.view() == before

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(self.folder / "library")

    # ------------------------------------------------------------ what always holds

    def same_groups_are_the_same(self, before: View) -> None:
        """An event with the same photos is the same event: its id, and its name and cover where nobody changed them."""
        after = self.view()
        for number, (_, cover, photos) in before.items():
            twins = [n for n, each in before.items() if each[2] == photos]
            if len(twins) == 1 and photos in {each[2] for each in after.values()}:
                assert after[number][1:] == (cover, photos)

    @invariant()
    def nothing_said_is_broken(self) -> None:
        if not hasattr(self, "library"):
            return
        with self.library._store.read() as conn:
            said = replay.read(conn)
            spoken = corrections.read(conn)
            found = conn.exec_driver_sql("SELECT before_id, after_id, strength FROM boundary").fetchall()
            stored = {row[0]: (row[1], row[2]) for row in found}
        assert self.clocks or not said.dormant
        line = [(when, photo) for when, photo in self.line() if photo not in said.off]
        gaps = np.array([self.strength(stored, a[1], b[1]) for a, b in pairwise(line)], np.float32)
        self.line_is_kept(said, line, gaps)
        self.events_are_whole(said, line, gaps)
        self.pairs_and_kinds_are_kept(said)
        names = [c.payload for c in spoken if c.kind == "name"]
        events = self.view()
        for payload in names:
            own = events.get(payload["group"])
            if own is not None and jaccard(from_runs(payload["members"]), own[2]) >= KEEPS_NAME:
                assert own[0] in {each["title"] for each in names}

    def strength(self, stored: dict[int, tuple[int, float]], before: int, after: int) -> float:
        """The strongest stored gap between two neighbours; there are several where photos between them are hidden."""
        strongest = 0.0
        while before != after:
            before, strength = stored[before]
            strongest = max(strongest, strength)
        return strongest

    def line_is_kept(self, said: Said, line: list[tuple[float, int]], gaps: np.ndarray) -> None:
        keys = sorted({*line, *(key for c in said.line for key in (c.key_a, c.key_b))})
        at = np.arange(len(keys))
        place = {key: i for i, key in enumerate(keys)}
        constraints = [
            LineConstraint(place[c.key_a], place[c.key_b], c.threshold, c.cut, c.correction) for c in said.line
        ]
        placed = on_line(constraints, at, np.array([place[key] for key in line]))
        assert violations(gaps, placed) == []

    def events_are_whole(self, said: Said, line: list[tuple[float, int]], gaps: np.ndarray) -> None:
        """Each photo in one event, events one after another, moved photos with their anchors, trips whole."""
        events = groups(self.library)
        of = {photo: group for group, photos in events.items() for photo in photos}
        assert sum(len(photos) for photos in events.values()) == len(of)
        assert {photo for _, photo in self.line()} <= set(of)
        order = [of[photo] for _, photo in line]
        cut = [a != b for a, b in pairwise(order)]
        assert cut == (gaps >= np.float32(LEVELS["events"])).tolist()
        assert len(set(order)) == 1 + sum(cut)
        for photo, anchor in said.off.items():
            assert of[photo] == of[anchor]
        parents = {group.id: group.parent for group in self.library.groups("events")}
        for trip, photos in groups(self.library, "trips").items():
            inside = [photo for event, parent in parents.items() if parent == trip for photo in events[event]]
            assert sorted(inside) == photos

    def pairs_and_kinds_are_kept(self, said: Said) -> None:
        shown = {photo for _, photo in self.line()}
        for scope, pairs in said.pairs.items():
            of = {photo: group for group, photos in groups(self.library, scope).items() for photo in photos}
            assert broken_pairs(of, [p for p in pairs if {p.a, p.b} <= shown]) == []
        found = groups(self.library, "kinds")
        keys = self.kind_keys()
        for kind, photos in said.kinds.items():
            members = set(found.get(keys.get(kind, 0), ()))
            for photo, word in photos.items():
                assert photo not in shown or (photo in members) == (word > 0)

    def kind_keys(self) -> dict[str, int]:
        with self.library._store.read() as conn:
            return dict(conn.exec_driver_sql('SELECT key, id FROM "group" WHERE kind = ?', ("kinds",)).fetchall())


Model.TestCase.settings = settings(max_examples=12, stateful_step_count=22, deadline=None)
TestCorrections = Model.TestCase
