"""How far a skill can be trusted, computed from what it rests on."""

from typing import Final

from analytics.evidence import ConfidencePart, Measurement, PatternReport
from analytics.skill.model import SkillReview
from analytics.statistics import wilson_interval

_HALF_SAMPLE: Final = 5
_WEIGHTS: Final = {"sample_size": 0.4, "agreement": 0.3, "back_test": 0.2, "measurability": 0.1}


def confidence(report: PatternReport, review: SkillReview) -> tuple[float, list[ConfidencePart]]:
    """Compute the confidence in a skill.

    The weights are a choice of ours, not fitted to anything: how many examples there are counts
    most, then how much they agree. One example gives at most 21, ten at most 65. Examples without
    a word, such as bare links, show nothing of how to write: the first three parts leave them out
    or shrink by their share.

    Returns:
        0 to 100, and its four parts.
    """
    spoken = _with_words(report)
    parts = [
        _sample_size(report, spoken),
        _agreement(report, spoken),
        _back_test(report, review, spoken),
        _measurability(report),
    ]
    return round(100 * sum(part.value * part.weight for part in parts), 1), parts


def _with_words(report: PatternReport) -> int:
    """Return how many distinct examples hold a sentence."""
    measured = report.measurement("words_per_sentence_median")
    return measured.sample_size if measured else 0


def _sample_size(report: PatternReport, spoken: int) -> ConfidencePart:
    """Return n / (n + 5): 0.5 at 5 distinct examples with words, 0.67 at 10."""
    noun = "example" if spoken == 1 else "examples"
    told = f"{spoken} distinct {noun}"
    if spoken < report.distinct_examples:
        told += f" with words, of {report.distinct_examples}"
    return _part(
        "sample_size",
        spoken / (spoken + _HALF_SAMPLE),
        f"{told}: {spoken} / ({spoken} + {_HALF_SAMPLE}).",
    )


def _spoken_share(report: PatternReport, spoken: int) -> tuple[float, str]:
    """Return the share of the examples with words, and what it does to a part."""
    count = report.distinct_examples
    if spoken >= count:
        return 1.0, ""
    return spoken / count, f" Times {spoken} / {count}, the share of the examples with words."


def _agreement(report: PatternReport, spoken: int) -> ConfidencePart:
    """Return how surely the examples agree: how far the shares' intervals lie beyond one half."""
    shares = [one for one in report.measurements if one.unit == "share"]
    if report.distinct_examples <= 1 or not shares:
        return _part("agreement", 0.0, "One example cannot agree with another.")
    value = sum(_one_sided(one) for one in shares) / len(shares)
    share, told = _spoken_share(report, spoken)
    return _part(
        "agreement",
        value * share,
        f"How far the 95 % intervals of {len(shares)} yes-or-no traits lie beyond one half (0 when "
        f"they reach it), on average; {report.distinct_examples} distinct examples.{told}",
    )


def _one_sided(share: Measurement) -> float:
    """Return how far the nearer end of a share's interval lies beyond one half, 0 to 1."""
    low, high = share.low or 0.0, 1.0 if share.high is None else share.high
    return max(0.0, 2 * low - 1, 1 - 2 * high)


def _back_test(report: PatternReport, review: SkillReview, spoken: int) -> ConfidencePart:
    """Return the lower end of the Wilson interval of the accepted share of the better half."""
    tested = review.back_test
    if review.violations or not tested.better_total:
        return _part("back_test", 0.0, "The skill file is invalid or nothing could be tested.")
    if not tested.rest_total:
        return _part("back_test", 0.0, "All examples did equally well: there is no better half.")
    low, _ = wilson_interval(tested.better_accepted, tested.better_total)
    share, told = _spoken_share(report, spoken)
    return _part(
        "back_test",
        low * share,
        f"{tested.better_accepted} of {tested.better_total} better examples pass: lower end of the "
        f"95 % Wilson interval of that share.{told}",
    )


def _measurability(report: PatternReport) -> ConfidencePart:
    """Return the share of what a skill needs that could be measured on these examples."""
    needed = {
        "tone": bool(report.voice.tone),
        "formality": report.voice.formality_known,
        "readability": report.measurement("reading_grade_median") is not None,
        "technical level": report.measurement("technicality_median") is not None,
        "engagement rate": report.engagement_basis == "engagement_rate",
    }
    missing = [name for name, known in needed.items() if not known]
    reason = f"{len(needed) - len(missing)} of {len(needed)} measures could be taken"
    if missing:
        reason += f"; missing: {', '.join(missing)}"
    return _part("measurability", 1 - len(missing) / len(needed), f"{reason}.")


def _part(name: str, value: float, reason: str) -> ConfidencePart:
    """Return a part with its weight."""
    return ConfidencePart(name, value, _WEIGHTS[name], reason)
