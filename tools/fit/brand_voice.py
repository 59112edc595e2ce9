"""Makes the background that brands' voices are set against: statistics of many brands' posts.

Run as `python -m tools.fit.brand_voice --data DIR`. Writes `brand_background.npz` and
`brand_words.npz`. The figures of
`analytics/data/README.md` come from the evaluation, which makes backgrounds of some of the brands
and tests voices of the others.
"""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analytics.brand_voice.background import Floats, Statistics, dense, project, weigh
from analytics.brand_voice.features import BLOCKS, SLOTS, PostFeatures, post_features
from analytics.brand_voice.lexicon import common_words, words_used
from analytics.embeddings import embed
from analytics.language import identify
from analytics.text import plain
from tools.fit.arrays import write_npz
from tools.fit.common import COEFFICIENTS, data_folder, read

KEPT: Final = 64  # main directions of each block of n-grams
_OVERSAMPLED: Final = 10
_PASSES: Final = 4
_ENOUGH: Final = 50  # posts of a brand for its share of a word to count
_RAREST: Final = 0.002


def main() -> None:
    """Fits the background and writes it."""
    rows = read(data_folder(__doc__ or ""), "fb_pages/posts.jsonl")
    texts = [row["text"] for row in rows]
    found = background_of(
        [post_features(text) for text in texts], embed(texts), [row["brand"] for row in rows]
    )
    component_step = np.abs(found.components).max(axis=1, keepdims=True) / 127
    slot_step = np.array([found.slot_mean.max(), found.slot_variance.max()]) / 60_000
    write_npz(
        COEFFICIENTS / "brand_background.npz",
        posts=np.array(found.posts),
        idf=found.idf.astype(np.float16),
        slot_mean=np.round(found.slot_mean / slot_step[0]).astype(np.uint16),
        slot_variance=np.round(found.slot_variance / slot_step[1]).astype(np.uint16),
        slot_step=slot_step.astype(np.float32),
        components=np.round(found.components / component_step).astype(np.int8),
        component_step=component_step.astype(np.float32),
        mean=found.mean,
        scale=found.scale,
        within=found.within[np.tril_indices(len(found.mean))].astype(np.float16),
        brands=found.brands.astype(np.float16),
    )
    english = [row for row in rows if identify(plain(row["text"])) == "en"]
    words, shares = word_shares([row["text"] for row in english], [row["brand"] for row in english])
    write_npz(
        COEFFICIENTS / "brand_words.npz",
        word=np.array([crc32(word.encode()) for word in words], dtype=np.uint32),
        share=shares.astype(np.float32),
    )


def word_shares(
    texts: Sequence[str], brands: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Computes how many posts of a brand hold each common English word.

    Returns:
        The words that at least one post in 500 holds with the middle brand, and that
        share.
    """
    words = common_words()
    numbers = {word: k for k, word in enumerate(words)}
    names, owner = np.unique(np.asarray(brands), return_inverse=True)
    held = np.zeros((len(names), len(words)))
    for text, brand in zip(texts, owner, strict=True):
        held[brand, [numbers[word] for word in words_used(text) if word in numbers]] += 1
    sizes = np.bincount(owner)
    enough = sizes >= _ENOUGH
    middle = np.median(held[enough] / sizes[enough, None], axis=0)
    kept = np.flatnonzero(middle >= _RAREST)
    return [words[k] for k in kept], middle[kept]


def background_of(
    posts: Sequence[PostFeatures], vectors: Floats, brands: Sequence[str]
) -> Statistics:
    """Computes the statistics of posts.

    Args:
        posts: The posts in numbers.
        vectors: Their embeddings, a row a post.
        brands: Whose they are.
    """
    names, owner = np.unique(np.asarray(brands), return_inverse=True)
    seen = np.bincount(
        np.concatenate([post.slots for post in posts]), minlength=len(BLOCKS) * SLOTS
    )
    idf = (np.log((1 + len(posts)) / (1 + seen)) + 1).astype(np.float32)
    slots = np.stack([weigh(post, idf) for post in posts])
    components = np.stack(
        [_directions(slots[:, k * SLOTS : (k + 1) * SLOTS]) for k in range(len(BLOCKS))]
    )
    numbers = dense(posts, project(slots, components), vectors).astype(np.float64)
    means = _means(numbers, owner, len(names))
    inner = numbers - means[owner]
    scale = np.maximum(inner.std(axis=0), 1e-6)
    inner /= scale
    slot_mean = _means(slots, owner, len(names)).mean(axis=0)
    centre = means.mean(axis=0)
    return Statistics(
        posts=len(posts),
        idf=idf,
        slot_mean=slot_mean.astype(np.float32),
        slot_variance=slots.var(axis=0).astype(np.float32),
        components=components,
        mean=centre.astype(np.float32),
        scale=scale.astype(np.float32),
        within=(inner.T @ inner / len(inner)).astype(np.float32),
        brands=((means - centre) / scale).astype(np.float32),
    )


def _means(
    numbers: npt.NDArray[np.floating], owner: npt.NDArray[np.intp], brands: int
) -> npt.NDArray[np.float64]:
    return np.stack([numbers[owner == k].mean(axis=0) for k in range(brands)])


def _directions(rows: Floats) -> Floats:
    """Returns the main directions of rows by randomised subspace iteration (Halko et al. 2011)."""
    generator = np.random.default_rng(0)
    start = generator.standard_normal((rows.shape[1], KEPT + _OVERSAMPLED)).astype(np.float32)
    basis = np.linalg.qr(start)[0]
    for _ in range(_PASSES):
        basis = np.linalg.qr(rows.T @ (rows @ basis))[0]
    small = rows @ basis
    values, turned = np.linalg.eigh(small.T @ small)
    leading = turned[:, np.argsort(-values)[:KEPT]]
    return np.asarray(basis @ leading, dtype=np.float32)


if __name__ == "__main__":
    main()
