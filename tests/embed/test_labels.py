from __future__ import annotations

from core.embed.labels import imagenet, names_for


def test_a_thousand_names_in_the_order_of_wordnet() -> None:
    ids, names = zip(*imagenet(), strict=True)
    assert len(set(names)) == 1000
    assert list(ids) == sorted(set(ids))
    assert all(len(one) == 9 and one[0] == "n" and one[1:].isdigit() for one in ids)
    assert all(name == name.strip() and name for name in names)


def test_landmarks_of_the_list() -> None:
    names = names_for(1000)
    known = {0: "tench", 281: "tabby", 388: "giant panda", 671: "mountain bike", 967: "espresso", 999: "toilet tissue"}
    assert {index: names[index] for index in known} == known


def test_other_numbers_of_classes_have_no_names() -> None:
    assert names_for(21843) == ()
