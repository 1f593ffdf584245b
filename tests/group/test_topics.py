"""Topics: what is written beside photos, gathered and named."""

from __future__ import annotations

import numpy as np
import pytest

from core.embed import words
from core.embed.words import Bag
from core.group import topics
from core.group.topics import Texts

THEMES = {
    "sea": ["boat", "harbour", "wave", "beach", "sail", "island", "shore", "anchor"],
    "party": ["cake", "candle", "balloon", "present", "guest", "song", "dance", "cheers"],
    "hike": ["summit", "trail", "glacier", "hut", "rope", "valley", "ridge", "cairn"],
}


def album(each: int = 40, seed: int = 0) -> tuple[list[Bag], list[str]]:
    """Bags of four words of one theme and one of any, and the theme of each; in the end, photos without words."""
    rng = np.random.default_rng(seed)
    anywhere = [word for theme in THEMES.values() for word in theme]
    bags, themes = [], []
    for theme, own in THEMES.items():
        for _ in range(each):
            chosen = {*rng.choice(own, 4, replace=False).tolist(), str(rng.choice(anywhere))}
            bags.append(tuple(sorted(chosen)))
            themes.append(theme)
    return [*bags, (), ("lonely",)], [*themes, "", ""]


def test_photos_that_speak_of_the_same_are_gathered_and_named_after_it() -> None:
    bags, themes = album()
    found = topics.find(topics.texts_of(bags))
    assert found.kind == "topics"
    assert len(found.groups) == 3
    named = set()
    for group in found.groups:
        theme = max(THEMES, key=lambda t: sum(themes[i] == t for i in group.members.tolist()))
        named.add(theme)
        assert np.mean([themes[i] == theme for i in group.members.tolist()]) > 0.95
        assert set(group.title.lower().split(", ")) <= set(THEMES[theme])
        assert group.title[0].isupper()
        assert ((group.strengths >= 0) & (group.strengths <= 1)).all()
        for row, reason in zip(group.members.tolist(), group.reasons, strict=True):
            assert reason["words"]
            assert set(reason["words"]) <= set(bags[row])
    assert named == set(THEMES)
    members = np.concatenate([group.members for group in found.groups])
    assert len(members) == len(set(members.tolist())), "a photo is in one topic"
    assert not {120, 121} & set(members.tolist()), "photos without enough words stay out"


def test_the_same_texts_in_another_order_give_the_same_topics() -> None:
    bags, _ = album()
    order = np.random.default_rng(1).permutation(len(bags))
    first, second = topics.find(topics.texts_of(bags)), topics.find(topics.texts_of([bags[i] for i in order]))
    assert [(g.title, len(g.members)) for g in first.groups] == [(g.title, len(g.members)) for g in second.groups]


def test_many_photos_with_one_text_are_one_text() -> None:
    bags, _ = album()
    many = [*bags, *[bags[0]] * 5000]
    assert len(topics.texts_of(many).bags) == len(topics.texts_of(bags).bags)
    largest = topics.find(topics.texts_of(many)).groups[0]
    assert len(largest.members) >= 5000


def test_codes_of_another_learner_can_be_clustered_instead() -> None:
    bags, themes = album()
    texts = topics.texts_of(bags)
    where = {bag: list(THEMES).index(theme) for bag, theme in zip(bags, themes, strict=True) if theme}
    codes = np.eye(4, dtype=np.float32)[[where.get(bag, 3) for bag in texts.bags]]
    assert len(topics.find(texts, vectors=codes).groups) == 3


@pytest.mark.parametrize("bags", [[], [()], [("a", "b")], [("a", "b")] * 9, [("a",), ("b",), ("c", "d")]])
def test_tiny_libraries(bags: list[Bag]) -> None:
    found = topics.find(topics.texts_of(bags))
    assert all(len(group.members) >= topics.DEFAULT.fewest for group in found.groups)


def test_nothing_written() -> None:
    assert topics.find(topics.nothing(5)).groups == []


def test_class_tf_idf_by_hand() -> None:
    counts = words.count([("boat", "sea"), ("boat", "cake"), ("cake", "song"), ("sea", "song")], most_share=1.0)
    assert counts.vocabulary == ("boat", "cake", "sea", "song")
    found, telling = topics.class_tf_idf(counts, np.array([0, 0, 1, -1]), np.ones(4))
    assert found.tolist() == [0, 1]
    often, average = np.array([2, 2, 1, 1]), 6 / 2
    share = np.array([[2, 1, 1, 0], [0, 1, 0, 1]]) / np.array([[4], [2]])
    np.testing.assert_allclose(telling, share * np.log(1 + average / often))


def test_texts_keep_the_order_of_photos() -> None:
    texts = topics.texts_of([("b", "c"), (), ("a", "b"), ("b", "c")])
    assert isinstance(texts, Texts)
    assert texts.bags == (("a", "b"), ("b", "c"))
    assert texts.code.tolist() == [1, -1, 0, 1]
