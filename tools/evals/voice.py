"""Brand voice: posts of a brand against those of brands that the background has never seen.

The brands are halved, each vertical by itself; a model's background is made of the other half. A
voice is learned from some posts of a brand and tried on others of it, against as many posts of the
other brands of its half.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from analytics.brand_voice.background import Background
from analytics.brand_voice.features import post_features
from analytics.brand_voice.model import encode, fit_line
from analytics.embeddings import embed
from tools.evals.table import Array, Row, bootstrap
from tools.fit.brand_voice import background_of
from tools.fit.common import Row as Record
from tools.fit.common import read

_SIZES = (10, 100)
_DRAWS = 5
_TRIED = 100  # posts of a brand, and of others, that a voice is tried on
_PROTOCOL = (
    "English brands; background of the other half of the brands; mean over brands and five draws "
    "of the posts learned from; interval over brands"
)

Indices = npt.NDArray[np.intp]


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    known = [one for one in read(folder, "fb_pages/brands.jsonl") if one["lang"] == "en"]
    posts = read(folder, "fb_pages/posts.jsonl")
    found: dict[str, list[tuple[str, float]]] = {}
    for tried, others in _halves(known):
        background = _background([post for post in posts if post["brand"] in others])
        mine = [post for post in posts if post["brand"] in tried]
        for key, brand, figure in _tries(mine, tried, background):
            found.setdefault(key, []).append((brand, figure))
    return [
        bootstrap(
            key,
            lambda figures: float(figures.mean()),
            np.array([figure for _, figure in figures]),
            protocol=_PROTOCOL,
            groups=np.array([brand for brand, _ in figures]),
        )
        for key, figures in sorted(found.items())
    ]


def _halves(brands: Sequence[Record]) -> Iterator[tuple[dict[str, str], set[str]]]:
    """Each half with the verticals of its brands, and the names of the other half."""
    parts: list[dict[str, str]] = [{}, {}]
    for vertical in sorted({one["vertical"] for one in brands}):
        names = sorted(one["brand"] for one in brands if one["vertical"] == vertical)
        for number, name in enumerate(names):
            parts[number % 2][name] = vertical
    for number in (0, 1):
        yield parts[number], set(parts[1 - number])


def _background(posts: Sequence[Record]) -> Background:
    texts = [post["text"] for post in posts]
    features = [post_features(text) for text in texts]
    return Background.of(background_of(features, embed(texts), [post["brand"] for post in posts]))


def _tries(
    posts: Sequence[Record], verticals: dict[str, str], background: Background
) -> Iterator[tuple[str, str, float]]:
    """Key of the figure, brand, and AUC of each try."""
    owner = np.array([post["brand"] for post in posts])
    encoded = encode([post["text"] for post in posts], background)
    draw = np.random.default_rng(0)
    for brand in sorted(verticals):
        own = np.flatnonzero(owner == brand)
        same = {name for name, of in verticals.items() if of == verticals[brand]} - {brand}
        rivals = {
            "": np.flatnonzero(owner != brand),
            "_vertical": np.flatnonzero(np.isin(owner, list(same))),
        }
        for size in _SIZES:
            if len(own) < size + _TRIED:
                continue
            for _ in range(_DRAWS):
                order = draw.permutation(own)
                line = fit_line(encoded.take(order[:size]), background, english=True)
                for kind, others in rivals.items():
                    if len(others):
                        against = draw.choice(others, _TRIED, replace=len(others) < _TRIED)
                        scored = line.scores(encoded.take(_joined(order[-_TRIED:], against)))
                        yield f"voice_{size}{kind}", brand, _auc(scored)


def _joined(own: Indices, others: Indices) -> Indices:
    return np.concatenate([own, others])


def _auc(scores: Array) -> float:
    """How often a post of the first half scores above one of the second."""
    return float(roc_auc_score(np.arange(len(scores)) < len(scores) // 2, scores))
