"""What is written beside photos as word counts: words of any language, without what cameras and programs write.

Counts become vectors by latent semantic analysis (Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS
1990) or, when a deep belief network has learned from them, its codes (Salakhutdinov & Hinton, "Semantic Hashing",
International Journal of Approximate Reasoning 2009). Imports no torch.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

F32 = NDArray[np.float32]
Bag = tuple[str, ...]

MONTHS = """
january february march april may june july august september october november december jan feb mar apr jun jul aug
sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août
septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre
"""
HEAPS = """
dcim camera roll screenshot screenshots screen shots whatsapp telegram signal instagram facebook snapchat messenger
images image pictures picture photos photo pics pic foto fotos bilder bild imagenes videos video movies sent
received download downloads upload uploads inbox import imports imported export exports exported backup backups
archive archives old new folder ordner neuer neue nouveau dossier nueva carpeta untitled misc miscellaneous various
stuff temp tmp test unsorted sorted sort todo all apple canon nikon sony olympus panasonic fuji fujifilm samsung
google pixel iphone android phone handy mobile tablet ipad card sdcard disc disk drive usb raw raws jpg jpeg jpegs
png tiff heic dng nef edited edits edit original originals originale lightroom photoshop picasa takeout library
album albums collection selects selection best favourites favorites web print small large thumbs thumbnails scans
scanned users home desktop documents dropbox onedrive icloud nextcloud cloud sync synced public shared mnt media
volumes from and the for with of my mine our meine unsere
"""
_CAMERAS = "img dsc dscn dscf pxl mvimg pano vid mov gopr gh gx dji sam hdr burst cover portrait scan wa mmexport fb"
_COMMON = """
a about after again all also am an and any are as at be been before being but by can could did do does down during each
few had has have he her here hers him his how i if in into is it its just me more most no nor not now off on once only
or other out over own s same she should so some such t than that the their them then there these they this those
through to too under until up us very was we were what when where which while who whom why will you your
der die das den dem des ein eine einen einem einer und oder aber mit von vom zu zum zur im am an auf aus bei für ist
sind war wir ihr sie er es ich du nicht auch noch nach vor über unter beim als wie
le la les un une des du de et ou mais avec dans sur sous pour par est sont nous vous ils elle il je tu ne pas au aux ce
cette ces son sa ses notre nos chez
el los las una unos unas y o pero con en sobre por para es son nos su sus del al se lo como
il lo gli i uno e ma con nel nella della dei delle di da per su è sono noi si al alla
o os as um uma uns e ou mas com no na nos nas do da dos das em por para é são se ao
de het een en of maar met van op in uit bij voor is zijn wij ze hij niet ook naar
"""
STOP = frozenset((MONTHS + HEAPS + _CAMERAS + _COMMON).split())
"""Words that name no topic: months, cameras, programs, heaps, and the commonest words of some languages."""

_UNSPACED = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W\d_])+(?:['’](?:(?![{_UNSPACED}])[^\W\d_])+)?")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_COUNTED = re.compile(r"[A-Za-z]{1,5}[-_ ]?\d{3,}")
_DIGEST = re.compile(r"(?<![^\W\d_])(?=[a-f]*\d)[0-9a-f]{8,}(?![^\W\d_])", re.I)
_SHORTEST = 3


def words(text: str) -> list[str]:
    """The words of a text in their order, folded to lower case; CamelCase is taken apart, and writing without spaces
    becomes pairs of characters. Numbers and words in STOP are left out."""
    found = []
    for word in _WORD.findall(_HUMP.sub(" ", unicodedata.normalize("NFKC", text))):
        if _IS_UNSPACED.match(word):
            found += [word[i : i + 2] for i in range(max(len(word) - 1, 1))]
        elif len(word) >= _SHORTEST and word.casefold() not in STOP:
            found.append(word.casefold().replace("’", "'"))
    return found


def words_of_name(name: str) -> list[str]:
    """The words of a file's name, unless a camera or a program made it (``IMG_1234``, ``20240102_030405``, digests)."""
    stem = os.path.splitext(name)[0]
    return [] if _COUNTED.fullmatch(stem) else words(_DIGEST.sub(" ", stem))


def bag(texts: Iterable[str], names: Iterable[str] = ()) -> Bag:
    """The different words of some texts and names of files, sorted."""
    found = {word for text in texts for word in words(text)}
    return tuple(sorted(found.union(*(words_of_name(name) for name in names))))


@dataclass(frozen=True, slots=True)
class Counts:
    """``matrix`` csr float32 [n, v]: how often each of the ``vocabulary`` is in each bag."""

    matrix: csr_array
    vocabulary: tuple[str, ...]


def count(bags: Sequence[Bag], *, fewest: int = 2, most_share: float = 0.5, most: int = 20_000) -> Counts:
    """Bags as counts of the words that ``fewest`` bags or more have, but no more than ``most_share`` of them; the
    ``most`` frequent ones."""
    from scipy.sparse import csr_array

    spread = Counter(word for each in bags for word in set(each))
    limit = max(most_share * len(bags), fewest)
    kept = sorted((w for w, n in spread.items() if fewest <= n <= limit), key=lambda w: (-spread[w], w))[:most]
    vocabulary = tuple(sorted(kept))
    at = {word: i for i, word in enumerate(vocabulary)}
    pairs = [(row, at[word]) for row, each in enumerate(bags) for word in each if word in at]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    ones = np.ones(len(rows), np.float32)
    matrix: Any = csr_array((ones, (rows, columns)), shape=(len(bags), len(vocabulary)))
    matrix.sum_duplicates()
    return Counts(matrix, vocabulary)


def tf_idf(counts: Counts) -> csr_array:
    """csr float64 [n, v], rows of length one: (1 + log count) times the (smoothed) inverse share of bags."""
    from sklearn.feature_extraction.text import TfidfTransformer

    weighted: csr_array = TfidfTransformer(sublinear_tf=True).fit_transform(counts.matrix)
    return weighted


def latent(counts: Counts, dim: int = 200, seed: int = 0) -> F32:
    """Latent semantic analysis: float32 [n, at most dim], rows of length one; zero where a bag has no known word.

    A third of the words (or of the bags, if fewer) at most: with all of them, nothing would be brought together.
    """
    from sklearn.decomposition import TruncatedSVD

    n, known = counts.matrix.shape
    size = min(dim, max(min(n, known) // 3, 2), known, n)
    if size < 1:
        return np.zeros((n, 1), np.float32)
    weighted = tf_idf(counts)
    with np.errstate(divide="ignore", invalid="ignore"):  # shares of a variance that may be none
        return unit(TruncatedSVD(size, algorithm="randomized", random_state=seed).fit_transform(weighted))


def presence(counts: Counts, most: int = 2000) -> F32:
    """float32 [n, at most ``most``], 0 or 1: which of the most frequent words a bag has, what a deep belief network
    with binary units learns from."""
    frequent = np.argsort(-np.asarray(counts.matrix.sum(axis=0)).ravel(), kind="stable")[:most]
    return np.asarray(counts.matrix[:, np.sort(frequent)].toarray() > 0, np.float32)


def unit(vectors: NDArray[Any]) -> F32:
    """Rows of length one; zero stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1e-9, vectors / np.maximum(length, 1e-9), 0.0), np.float32)
