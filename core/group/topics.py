"""Topics: photos whose captions, keywords, file and folder names speak of the same, named by the words that set them
apart.

Word counts -> TF-IDF -> latent semantic analysis -> the clusterer of look-alikes over the different texts (not over
photos, of which thousands may share one) -> names by class TF-IDF (Grootendorst, "BERTopic: Neural Topic Modeling with
a Class-Based TF-IDF Procedure", 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.embed import words
from core.embed.words import Bag, Counts
from core.group import lookalikes
from core.group.base import F32, F64, Found, FoundGroup, PhotoTable
from core.group.lookalikes import LookParams
from core.group.timeline import I64

ALGORITHM, VERSION = "lsa-shared-neighbour-tree", "1"
_MIDDLE = 1  # of the three levels of partitions


@dataclass(frozen=True, slots=True)
class Texts:
    """What is written beside n photos: ``code`` int64 [n] into the different ``bags`` of words, -1 for none."""

    code: I64
    bags: tuple[Bag, ...]


@dataclass(frozen=True, slots=True)
class TopicParams:
    """Photos need ``enough`` words that other texts have too. Topics of at least ``fewest`` photos, at most ``most``
    topics (the largest). ``dim`` of the latent space; ``named`` words in a title. ``neighbours``, ``resolution``: of
    the clusterer, see :class:`core.group.lookalikes.LookParams`."""

    enough: int = 2
    fewest: int = 3
    most: int = 200
    dim: int = 200
    named: int = 3
    neighbours: int = 15
    resolution: float = 0.5
    lowest: float = 0.35


DEFAULT = TopicParams()


def find(texts: Texts, *, params: TopicParams = DEFAULT, seed: int = 0, vectors: F32 | None = None) -> Found:
    """One group per topic, the largest first; photos with too few words are in none.

    ``vectors`` float32 [bags, d], rows of length one: codes of the bags to cluster in place of latent ones.
    """
    parameters: dict[str, Any] = asdict(params)
    counts = words.count(texts.bags)
    spoken = np.asarray(counts.matrix.sum(axis=1)).ravel() >= params.enough if len(texts.bags) else np.zeros(0, bool)
    if spoken.sum() < 2:
        return Found("topics", [], ALGORITHM, VERSION, parameters, seed)
    if vectors is None:
        vectors = words.latent(counts, params.dim, seed)
    topic = cluster(np.where(spoken[:, None], vectors, 0.0).astype(np.float32), params, seed)
    topic[~spoken] = -1
    groups = _groups(texts, counts, vectors, topic, params)
    return Found("topics", groups, ALGORITHM, VERSION, parameters, seed)


def cluster(vectors: F32, params: TopicParams = DEFAULT, seed: int = 0) -> I64:
    """int64 [n]: a topic for every row of vectors of length one (rows of zeros are alone)."""
    n = len(vectors)
    plain = np.zeros(n)
    none = np.zeros(n, np.int64)
    table = PhotoTable(
        ids=np.arange(n, dtype=np.int64), instant=plain, local=plain, lat=plain, lon=plain,
        camera=none.astype(np.int32), width=none.astype(np.int32), height=none.astype(np.int32), dhash=none,
        has_dhash=none > 0, content=none, vectors=vectors.astype(np.float16),
    )  # fmt: skip
    look = LookParams(neighbours=params.neighbours, resolution=params.resolution, lowest=params.lowest)
    levels, _ = lookalikes.partitions(table, look, seed)
    return np.asarray(levels[_MIDDLE], np.int64).copy()


def class_tf_idf(counts: Counts, topic: I64, weight: F64) -> tuple[I64, F64]:
    """(topics, float64 [topics, v]): how much each word sets each topic apart. ``weight`` float64 [n]: of each bag;
    topic -1 is left out."""
    from scipy.sparse import csr_array

    kept = np.flatnonzero(topic >= 0)
    topics, where = np.unique(topic[kept], return_inverse=True)
    member = csr_array((weight[kept], (where, kept)), shape=(len(topics), len(topic)))
    inside = np.asarray((member @ counts.matrix).toarray(), np.float64)
    share = inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-9)
    often = inside.sum(axis=0)
    average = inside.sum() / max(len(topics), 1)
    return topics.astype(np.int64), share * np.log1p(average / np.maximum(often, 1e-9))


def _groups(texts: Texts, counts: Counts, vectors: F32, topic: I64, params: TopicParams) -> list[FoundGroup]:
    known = np.flatnonzero(texts.code >= 0)
    of = np.full(len(texts.code), -1, np.int64)
    of[known] = topic[texts.code[known]]
    photos = np.bincount(texts.code[known], minlength=len(texts.bags)).astype(np.float64)
    large = [t for t in np.unique(of[of >= 0]).tolist() if (of == t).sum() >= params.fewest]
    topics, telling = class_tf_idf(counts, np.where(np.isin(topic, large), topic, -1), np.log1p(photos))
    found = [
        _group(texts, counts, vectors, np.flatnonzero(of == t).astype(np.int64), telling[row], params)
        for row, t in enumerate(topics.tolist())
        if (of == t).sum() >= params.fewest
    ]
    found.sort(key=lambda group: (-len(group.members), group.title))
    for serial, group in enumerate(found[: params.most]):
        group.key = str(serial)
    return found[: params.most]


def _group(texts: Texts, counts: Counts, vectors: F32, members: I64, telling: F64, params: TopicParams) -> FoundGroup:
    """Strength: how near a photo's text is to the middle of the topic; reason: the telling words that it has."""
    best = [i for i in np.argsort(-telling, kind="stable")[:12].tolist() if telling[i] > 0]
    names = [counts.vocabulary[i] for i in best]
    bags, where = np.unique(texts.code[members], return_inverse=True)
    middle = vectors[bags][where].sum(axis=0)
    near = np.clip(vectors[bags] @ (middle / max(float(np.linalg.norm(middle)), 1e-9)), 0.0, 1.0)
    shared = [[name for name in names if name in set(texts.bags[i])] for i in bags.tolist()]
    reasons = [{"words": shared[i][:5]} for i in where.tolist()]
    strengths = np.asarray(near[where], np.float32)
    title = ", ".join(names[: params.named])
    return FoundGroup(
        key="", title=title[:1].upper() + title[1:], subtitle="", members=members, strengths=strengths,
        reasons=reasons, strength=float(strengths.mean()), details={"words": names},
    )  # fmt: skip


def nothing(n: int) -> Texts:
    """The texts of n photos beside which nothing is written."""
    return Texts(np.full(n, -1, np.int64), ())


def texts_of(bags: Sequence[Bag]) -> Texts:
    """Texts of photos whose bags these are; an empty bag is no text."""
    different = sorted({each for each in bags if each})
    at = {each: i for i, each in enumerate(different)}
    return Texts(np.array([at.get(each, -1) for each in bags], np.int64), tuple(different))
