"""Which of two posts did better, cross-validated.

Each brand's posts are expected by the product's model of its other posts, which for English starts
from a model of other brands' posts.
"""

from pathlib import Path
from typing import Final

import numpy as np

from analytics.appeal import appeal_features
from analytics.better_posts import CLEAR, OwnPost, folds_of, held_out
from analytics.linear import Features
from tools.evals.table import Array, Row, bootstrap
from tools.fit import appeal
from tools.fit.appeal import Indices
from tools.fit.common import Doubles, design_of, read
from tools.fit.common import Row as Record

_PARTS: Final = 4  # of the brands
_PROTOCOL: Final = (
    "pairs of posts of one page, one with twice the engagement of the other or more; {known}, "
    "type and time of publication known; {split} by the product's model, which for English starts "
    "from a model of the other pages' posts (pages in four parts); interval over pages"
)
_FIFTHS: Final = "random fifths of each page's posts, each expected from the others"
_LAST: Final = "the last fifth of each page's posts, expected from those before it"


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    records = read(folder, "fb_pages/posts.jsonl")
    titled = [{**post, "text": f"{post['text']}\n{post['title']}".strip()} for post in records]
    return [
        *_posts("better_post", folder, records, "text"),
        *_posts("better_post_titled", folder, titled, "text with the title of its link or video"),
    ]


def _posts(key: str, folder: Path, records: list[Record], known: str) -> list[Row]:
    """Measures random fifths of each brand's posts, and the last fifth by those before it."""
    language = {one["brand"]: one["lang"] for one in read(folder, "fb_pages/brands.jsonl")}
    owners = np.array([post["brand"] for post in records])
    described: dict[str, list[Features]] = {}
    for name in sorted(language):
        texts = [post["text"] for post in records if post["brand"] == name]
        described[name] = appeal_features(texts, language[name])
    prior = _prior(records, owners, {n: d for n, d in described.items() if language[n] == "en"})
    right: dict[str, list[Array]] = {_FIFTHS: [], _LAST: []}
    for name, features in described.items():
        own = np.flatnonzero(owners == name).tolist()
        posts = [_own_post(records[k]) for k in own]
        fifths = folds_of(posts)
        found = _right(posts, held_out(posts, features, prior[own], fifths), fifths)
        right[_FIFTHS].append(found)
        moments = np.array([post.published.timestamp() for post in posts])
        last = (moments > np.quantile(moments, 0.8)).astype(np.intp)
        expected = held_out(posts, features, prior[own], last)
        right[_LAST].append(_right(posts, expected, np.where(last, 0, -1 - np.arange(len(last)))))
    return [
        bootstrap(
            key if split is _FIFTHS else f"{key}_next",
            lambda hits: float(hits.mean()),
            np.concatenate(found),
            protocol=_PROTOCOL.format(known=known, split=split),
            groups=np.repeat(np.arange(len(found)), [len(hits) for hits in found]),
        )
        for split, found in right.items()
    ]


def _prior(records: list[Record], owners: Array, described: dict[str, list[Features]]) -> Doubles:
    """What a model of other brands' posts expects of each post; 0 where there is none."""
    places = np.concatenate([np.flatnonzero(owners == name) for name in described])
    matrix = design_of([one for features in described.values() for one in features]).matrix
    logs = appeal.freed_logs([records[k] for k in places.tolist()])
    numbers = np.repeat(np.arange(len(described)), [len(found) for found in described.values()])
    parts = (np.random.default_rng(1).permutation(len(described)) % _PARTS)[numbers]
    prior = np.zeros(len(records))
    for part in range(_PARTS):
        seen, tried = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        model = appeal.fit_posts(matrix[seen], logs[seen], numbers[seen])
        prior[places[tried]] = model.predict(matrix[tried])
    return prior


def _own_post(record: Record) -> OwnPost:
    return OwnPost(
        text=record["text"],
        published=appeal.moment(record),
        interactions=appeal.engagement(record),
        kind=record["type"],
    )


def _right(posts: list[OwnPost], expected: Doubles, folds: Indices) -> Array:
    """Whether each clear pair within a fold is expected in the right order; half for a tie."""
    counts = np.array([post.interactions for post in posts])
    better, worse = np.nonzero(
        (counts[:, None] >= CLEAR * counts) & (counts[:, None] > 0) & (folds[:, None] == folds)
    )
    return (np.sign(expected[better] - expected[worse]) + 1) / 2
