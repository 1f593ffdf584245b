"""Health: the most useful question first, each asked once, answers that act and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from core.correct import health as healthy
from core.correct import questions
from core.correct.health import Answered, trust
from core.library import Library
from core.store import schema as s
from tests.correct.support import build, groups
from tests.support.rows import add_group


@pytest.fixture
def outings(tmp_path: Path) -> Iterator[Library]:
    opened = build(tmp_path / "library")
    yield opened
    opened.close()


def boundaries(library: Library) -> list[str]:
    return [question.key for question in library.health().questions if question.kind == "boundary"]


# ---------------------------------------------------------------- what an answer is worth


def test_a_guess_is_least_sure_at_the_threshold() -> None:
    doubt = questions.doubt(np.array([0.01, 0.3, 0.5, 0.7, 0.99]), 0.5)
    assert doubt[2] == pytest.approx(0.5)
    assert doubt == pytest.approx(doubt[::-1])
    assert (np.diff(doubt[:3]) > 0).all()


def test_what_is_at_stake_is_the_smaller_piece_beside_a_gap() -> None:
    strength = np.array([0.1, 0.9, 0.1, 0.1, 0.1, 0.9])  # seven photos: 2 | 4 | 1
    assert questions.at_stake(strength, 0.5).tolist() == [1, 2, 1, 2, 1, 1]
    slow = [_stake(strength, gap) for gap in range(6)]
    assert questions.at_stake(strength, 0.5).tolist() == slow
    assert questions.at_stake(np.zeros(0), 0.5).tolist() == []


def _stake(strength: np.ndarray, gap: int) -> int:
    """The same by walking outwards."""
    left = right = 1
    while gap - left >= 0 and strength[gap - left] < 0.5:
        left += 1
    while gap + right < len(strength) and strength[gap + right] < 0.5:
        right += 1
    return min(left, right)


def test_random_gaps_agree_with_walking() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        strength = rng.random(int(rng.integers(1, 30)))
        assert questions.at_stake(strength, 0.5).tolist() == [_stake(strength, gap) for gap in range(len(strength))]


def test_questions_come_by_their_worth(outings: Library) -> None:
    found = outings.health().questions
    first = outings.health(1)
    assert (first.questions, first.more, outings.health().more) == (found[:1], True, False)
    gains = [question.gain for question in found]
    assert gains == sorted(gains, reverse=True)
    assert all(question.gain > 0 for question in found)
    assert len({question.key for question in found}) == len(found)


def test_no_gap_is_asked_about_twice(outings: Library) -> None:
    gaps = [tuple(key.split(":")[1:3]) for key in boundaries(outings)]
    assert len(set(gaps)) == len(gaps)


# ---------------------------------------------------------------- answers


def test_yes_and_no_hold_a_boundary_and_can_be_undone(outings: Library) -> None:
    key = boundaries(outings)[0]
    _, before, after, _ = key.split(":")
    for said in ("yes", "no"):
        outings.answer(key, said)
        why = outings.why_boundary(int(before), int(after))
        assert why.correction is not None
        assert (why.boundary.strength >= 0.5) == (said == "yes")
        assert outings.health().answered == 1
        assert key not in boundaries(outings)
        with pytest.raises(KeyError):
            outings.answer(key, "yes")
        outings.undo()
        assert key in boundaries(outings)
        assert outings.health().answered == 0


def test_what_was_skipped_is_never_asked_again_until_that_is_undone(outings: Library) -> None:
    key, *rest = boundaries(outings)
    outings.answer(key, "skip")
    assert boundaries(outings) == rest
    outings.undo()
    assert boundaries(outings) == [key, *rest]


def test_what_the_person_corrected_is_not_asked(outings: Library) -> None:
    key = boundaries(outings)[0]
    _, before, after, _ = key.split(":")
    outings.correct.pin(int(before), int(after), True)
    assert key not in boundaries(outings)


def test_a_wrong_answer_or_key_is_refused(outings: Library) -> None:
    with pytest.raises(ValueError, match="yes, no or skip"):
        outings.answer(boundaries(outings)[0], "perhaps")
    for key in ("boundary:1:2", "boundary:x:y:events", "boundary:1:3:events", "kind:1:food", "pair:bursts:1:2", ""):
        with pytest.raises(KeyError):
            outings.answer(key, "yes")


def test_a_kind_near_its_threshold_is_asked_and_answered(outings: Library) -> None:
    with outings._store.write() as conn:
        add_group(conn, 900, "kinds", "food", [1, 2], strength=0.55)
    assert "kind:1:food" in [question.key for question in outings.health().questions]
    outings.answer("kind:1:food", "no")
    assert groups(outings, "kinds").get(900) == [2]
    assert "kind:1:food" not in [question.key for question in outings.health().questions]


def test_the_weakest_pair_of_a_set_is_asked_and_parted(outings: Library) -> None:
    with outings._store.write() as conn:
        add_group(conn, 901, "duplicates", "two", [3, 4, 5], strength=0.6)
    asked = [question for question in outings.health().questions if question.kind == "pair"]
    assert [question.key for question in asked] == ["pair:duplicates:3:4"]
    outings.answer("pair:duplicates:3:4", "no")
    assert not any({3, 4} <= set(members) for members in groups(outings, "duplicates").values())


def test_a_clock_is_put_right_on_the_persons_word_alone(outings: Library) -> None:
    before = {row.id: row.taken_local for row in outings.iter_rows()}
    payload = {"camera": "Canon", "seconds": -600.0, "pairs": [[5, 6], [10, 11]], "strength": 0.9}
    row = {"key": "clock:Canon:-600", "kind": "clock", "payload": payload, "created_at": 1.0, "state": "open"}
    with outings._store.write() as conn:
        conn.execute(insert(s.suggestion).values(**row))
    asked = outings.health().questions[0]
    assert (asked.kind, asked.left, asked.right) == ("clock", (5, 10), (6, 11))
    assert "10 min fast" in asked.text
    assert {row.id: row.taken_local for row in outings.iter_rows()} == before, "asking changes nothing"
    outings.answer(asked.key, "yes")
    after = {row.id: row.taken_local for row in outings.iter_rows()}
    moved = {i for i in before if after[i] != before[i]}
    assert moved == {i for i in before if i % 5 == 0}
    assert all(after[i] - before[i] == -600.0 for i in moved)
    assert "clock:Canon:-600" not in [question.key for question in outings.health().questions]
    outings.undo()
    assert {row.id: row.taken_local for row in outings.iter_rows()} == before
    assert outings.health().questions[0].key == "clock:Canon:-600"
    outings.answer("clock:Canon:-600", "no")
    assert {row.id: row.taken_local for row in outings.iter_rows()} == before
    assert "clock:Canon:-600" not in [question.key for question in outings.health().questions]
    with outings._store.read() as conn:
        (state,) = conn.exec_driver_sql("SELECT state FROM suggestion WHERE kind = 'clock'").scalars()
    assert state == "dismissed", "a later grouping does not suggest it again"


# ---------------------------------------------------------------- when it is enough


def test_trust_follows_how_often_the_guesses_were_right() -> None:
    right = [Answered(f"q{i}", 0.4, True) for i in range(10)]
    wrong = [Answered(f"q{i}", 0.4, False) for i in range(10)]
    skipped = [Answered(f"q{i}", 0.4, None) for i in range(10)]
    assert trust([]) == 1.0
    assert trust(right) < 0.5
    assert trust(wrong) > 1.5
    assert trust(skipped) == 1.0
    assert trust([*wrong * 3, *right * 2]) == trust(right * 2), "only the last answers count"


def test_agreeing_answers_lead_to_an_end(outings: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthy, "ENOUGH_LEAST", 0.2)
    first = outings.health()
    assert not first.enough
    while questions_left := outings.health().questions:
        asked = questions_left[0]
        outings.answer(asked.key, str(asked.details["guess"]))
        assert outings.health().gain <= first.gain + 1e-9, "what is joined may put more at stake, but never that much"
    assert outings.health().enough
