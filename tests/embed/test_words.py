"""Words beside photos: any language, no camera's names; counts, weights and latent vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.embed import words

TEXTS = [
    ("boat", "harbour", "sea"), ("boat", "sea", "wind"), ("harbour", "sea", "wind"), ("boat", "harbour", "wind"),
    ("cake", "candle", "party"), ("cake", "party", "song"), ("candle", "party", "song"), ("cake", "candle", "song"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sunset over the old harbour", ["sunset", "harbour"]),
        ("Straßenbahn am Abend, für Oma", ["strassenbahn", "abend", "oma"]),
        ("L’été à la plage", ["l'été", "plage"]),
        ("Закат над Невой", ["закат", "над", "невой"]),
        ("SunsetBeach2019", ["sunset", "beach"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
        ("2024-05-10 12:30", []),
        ("", []),
    ],
)
def test_words_of_many_languages(text: str, expected: list[str]) -> None:
    assert words.words(text) == expected


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.JPG",
        "DSC01234.ARW",
        "DSCF0001.jpg",
        "PXL_20240102_030405678.jpg",
        "20240102_030405.jpg",
        "P1010101.JPG",
        "KODK0123.JPG",
        "IMG-20240102-WA0001.jpg",
        "Screenshot_20240102-030405.png",
        "signal-2024-01-02-03-04-05-678.jpg",
        "GOPR0042.JPG",
        "9f86d081884c7d659a2feaa0c55ad015.jpg",
        "FB_IMG_1704164645000.jpg",
        "1.jpg",
    ],
)
def test_names_that_cameras_and_programs_make_have_no_words(name: str) -> None:
    assert words.words_of_name(name) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sunset at the beach.jpg", ["sunset", "beach"]),
        ("Anna_Birthday_03.jpeg", ["anna", "birthday"]),
        ("2019-07-14 Lisbon tram.jpg", ["lisbon", "tram"]),
        ("deadline.png", ["deadline"]),
    ],
)
def test_names_that_people_give_have_words(name: str, expected: list[str]) -> None:
    assert words.words_of_name(name) == expected


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    found = words.bag([text], [text])
    assert list(found) == sorted(set(found))
    assert not any(any(c.isdigit() for c in word) for word in found)


def test_words_of_one_text_alone_and_of_nearly_all_are_not_counted() -> None:
    bags = [(*each, "everywhere", f"once{chr(97 + i)}") for i, each in enumerate(TEXTS)]
    counts = words.count(bags)
    assert counts.vocabulary == ("boat", "cake", "candle", "harbour", "party", "sea", "song", "wind")
    assert counts.matrix.sum() == 24


def test_latent_vectors_bring_texts_together_that_share_few_words() -> None:
    vectors = words.latent(words.count(TEXTS), dim=2)
    cosine = vectors @ vectors.T
    assert vectors.shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    assert cosine[:4, :4].min() > 0.9
    assert np.abs(cosine[:4, 4:]).max() < 0.3


def test_tf_idf_is_that_of_the_book() -> None:
    counts = words.count([("a", "b"), ("a", "c"), ("a", "b")], fewest=1, most_share=1.0)
    row = words.tf_idf(counts).toarray()[0]
    idf = {word: np.log((1 + 3) / (1 + n)) + 1 for word, n in {"a": 3, "b": 2, "c": 1}.items()}
    expected = np.array([idf["a"], idf["b"], 0.0])
    np.testing.assert_allclose(row, expected / np.linalg.norm(expected))


def test_presence_is_of_the_frequent_words() -> None:
    counts = words.count([*TEXTS, ("boat", "sea")])
    found = words.presence(counts, most=2)
    assert found.shape == (9, 2)
    assert found[-1].tolist() == [1.0, 1.0]
    assert set(np.unique(found)) == {0.0, 1.0}


@pytest.mark.parametrize("bags", [[], [()], [("a",)], [("a", "b")] * 2, [("a",), ("b",)]])
def test_few_texts_do_no_harm(bags: list[words.Bag]) -> None:
    counts = words.count(bags)
    assert len(words.latent(counts)) == len(bags)
