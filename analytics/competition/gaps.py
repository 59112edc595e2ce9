"""What competitors do not write about: focus areas and themes hardly covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.competition.corpus import Entry, mean_relative
from analytics.competition.themes import Theme, stem, stems
from analytics.competition.words import counted
from analytics.embeddings import embed
from analytics.text import words_of

_NEAR: Final = 0.55  # cosine of embeddings from which a post is about a phrase without its words
_HARDLY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a focus area is covered.

    Attributes:
        area: The focus area, as given.
        entries: The posts about it.
        total: All posts.
        competitors: How many competitors have such a post.
        of_competitors: Of how many.
    """

    area: str
    entries: tuple[Entry, ...]
    total: int
    competitors: int
    of_competitors: int

    @property
    def is_gap(self) -> bool:
        """Whether competitors hardly cover it."""
        return len(self.entries) <= _HARDLY * self.total

    @property
    def sentence(self) -> str:
        """How far it is covered, with the figures."""
        count = len(self.entries)
        if not count:
            if self.total == 1:
                return f"“{self.area}”: the only post of competitors is not about it."
            return f"“{self.area}”: none of {self.total} posts of competitors is about it."
        means, known = mean_relative(self.entries)
        did = f"; the {known} of known engagement had {means:.2f} times the usual" if known else ""
        return (
            f"“{self.area}”: {count} of {counted(self.total, 'post')} "
            f"({100 * count / self.total:.0f} %), by {self.competitors} of "
            f"{counted(self.of_competitors, 'competitor')}{did}."
        )


def cover(corpus: Sequence[Entry], focus_areas: Sequence[str]) -> list[Coverage]:
    """Tell how far competitors cover each focus area, in the order given, each once.

    A post is about an area when it holds all its words, in singular or plural, or when its meaning
    is near: cosine of the embeddings at least 0.55.
    """
    areas = list(dict.fromkeys(area.strip() for area in focus_areas if area.strip()))
    if not corpus or not areas:
        return []
    held = [stems(entry.text) for entry in corpus]
    near = embed([entry.text for entry in corpus]) @ embed(areas).T >= _NEAR
    competitors = len({entry.competitor for entry in corpus})
    found = []
    for column, area in enumerate(areas):
        wanted = {stem(word) for word in words_of(area)}
        about = np.array([bool(wanted) and wanted <= words for words in held]) | near[:, column]
        entries = tuple(corpus[row] for row in np.flatnonzero(about).tolist())
        names = {entry.competitor for entry in entries}
        found.append(Coverage(area, entries, len(corpus), len(names), competitors))
    return found


def describe_gaps(
    covered: Sequence[Coverage], themes: Sequence[Theme], total: int
) -> tuple[str, ...]:
    """Name the focus areas and the themes hardly covered: at most 5 % of all posts."""
    gaps = [coverage.sentence for coverage in covered if coverage.is_gap]
    for theme in themes:
        count = len(theme.entries)
        if count <= _HARDLY * total:
            names = {entry.competitor for entry in theme.entries}
            gaps.append(
                f"“{', '.join(theme.words)}”: {count} of {total} posts "
                f"({100 * count / total:.0f} %), by {counted(len(names), 'competitor')}."
            )
    return tuple(gaps)
