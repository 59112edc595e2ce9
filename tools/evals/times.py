"""Best times to post: what posts at the times that the product recommends did in other fortnights.

Every brand's fortnights are dealt to two halves in turn; the times are learned on posts of one half
and tried on all posts of the other, whose own trend and kinds of post are taken out.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.posting_times import MIN_FOR_TIMES, detrend, week_effects
from tools.evals.table import Row, bootstrap

_LEARNED_FROM: Final = 400  # posts at most: about what a brand voice is made of
_DRAWS: Final = 5
_BEST: Final = 0.2
_PROTOCOL: Final = (
    f"hour + day as the product tells them, learned on at most {_LEARNED_FROM} posts of every "
    "other fortnight and tried on all posts of the fortnights between; geometric mean of the fifth "
    "at the best times over that of all, fortnight and type of post taken out; mean over pages, "
    "five draws of the posts and both halves; interval over pages"
)

Post = tuple[datetime, str, int]  # published, type, engagement
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    return [
        _row("best_time", folder / "fb_pages"),
        _row("best_time_sellers", folder / "fb_live_sellers"),
    ]


def _row(key: str, folder: Path) -> Row:
    tried = [
        (brand, gain)
        for brand, posts in sorted(_read(folder / "times.csv").items())
        for gain in _gains(posts)
    ]
    return bootstrap(
        key,
        lambda gains: float(np.expm1(gains.mean())),
        np.array([gain for _, gain in tried]),
        protocol=_PROTOCOL,
        groups=np.array([brand for brand, _ in tried]),
    )


def _read(path: Path) -> dict[str, list[Post]]:
    found = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            counts = [name for name in ("reactions", "comments", "shares") if name in row]
            engagement = sum(int(row[name]) for name in counts or ("engagement",))
            moment = datetime.fromisoformat(row["published"])
            found[row["brand"]].append((moment, row["type"], engagement))
    return {brand: sorted(posts) for brand, posts in found.items()}


def _gains(posts: Sequence[Post]) -> Iterator[float]:
    """Logarithms of how much better posts at the best fifth of the times did than all, a try."""
    start = posts[0][0].replace(hour=0, minute=0, second=0)
    moments = [moment for moment, _, _ in posts]
    fortnights = np.array([(moment - start) // timedelta(days=14) for moment in moments])
    kinds = np.unique([kind for _, kind, _ in posts], return_inverse=True)[1]
    hours = np.array([moment.hour for moment in moments])
    days = np.array([moment.weekday() for moment in moments])
    logs = np.log1p(np.array([count for _, _, count in posts], dtype=np.float64))
    draw = np.random.default_rng(0)
    for half in (0, 1):
        tried = np.flatnonzero(fortnights % 2 == half)
        others = np.flatnonzero(fortnights % 2 != half)
        if min(len(tried), len(others)) < MIN_FOR_TIMES:
            continue
        did = detrend(logs[tried], fortnights[tried], kinds[tried])
        for _ in range(_DRAWS):
            few = draw.permutation(others)[:_LEARNED_FROM]
            gains = detrend(logs[few], fortnights[few], kinds[few])
            effects = week_effects(gains, hours[few], days[few])
            expected = effects.hours[hours[tried]] + effects.days[days[tried]]
            # Times of the same hour of the week are alike: chance decides between them.
            order = np.lexsort((draw.random(len(tried)), -expected))
            best = order[: max(1, round(_BEST * len(order)))]
            yield float(did[best].mean() - did.mean())
