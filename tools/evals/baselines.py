"""The figures to beat, measured once on held-out halves of the same data sets.

Columns: rules or naive formulas; models learned without an encoder; those with static vectors
beside; those with the encoder all-MiniLM-L6-v2 instead; what is aimed for. All are of models fitted
on one half and judged on the other, while the evaluation cross-validates within the first half: its
models see a fifth less.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baselines of one figure, as shares; None where there is none.

    Attributes:
        name: What is measured, and the measure.
        rules: By rules or a naive formula.
        learned: Learned without an encoder.
        vectors: Learned with static vectors.
        minilm: Learned with MiniLM.
        aim: What is aimed for.
    """

    name: str
    rules: float | None = None
    learned: float | None = None
    vectors: float | None = None
    minilm: float | None = None
    aim: float | None = None

    @property
    def best(self) -> float | None:
        """The best of the baselines."""
        known = (self.rules, self.learned, self.vectors, self.minilm)
        return max((figure for figure in known if figure is not None), default=None)


BASELINES: Final = {
    "formality_en": Baseline("formality, Spearman", 0.600, 0.759, 0.775, 0.780, 0.80),
    "formality_en_pairs": Baseline("formality, clear pairs", 0.791, 0.879, None, 0.892, 0.90),
    "formality_de": Baseline("German formality, Spearman", 0.604, 0.851, aim=0.87),
    "readability": Baseline("readability, Spearman", 0.615, aim=0.68),
    "arousal": Baseline("arousal, Pearson", 0.293, 0.461, 0.490, 0.505, 0.55),
    "arousal_pairs": Baseline("arousal, clear pairs", None, 0.776, None, 0.813, 0.85),
    "enthusiasm": Baseline("enthusiastic against neutral, AUC", 0.739, 0.841, 0.866, 0.862, 0.89),
    "tone_f1": Baseline("tone, macro-F1", 0.454, 0.603, 0.611, 0.611, 0.66),
    "tone_top2": Baseline("tone, right among the first two", 0.672, 0.817, 0.836, 0.829, 0.86),
    "question": Baseline("questions, F1", 0.766, 0.797, 0.789, 0.793, 0.82),
    "call_to_action": Baseline("calls to action, F1", 0.318, 0.565, 0.528, 0.518, 0.65),
    "voice_10": Baseline("brand voice, 10 posts, AUC", 0.740, 0.799, 0.823, 0.850, 0.88),
    "voice_10_vertical": Baseline(
        "brand voice, 10 posts, same vertical, AUC", 0.679, 0.713, None, 0.758, 0.80
    ),
    "voice_100": Baseline("brand voice, 100 posts, AUC", 0.790, 0.860, 0.872, 0.899, 0.92),
    "voice_100_vertical": Baseline(
        "brand voice, 100 posts, same vertical, AUC", 0.721, 0.785, None, 0.825, 0.86
    ),
    "better_post": Baseline("which of two posts did better", 0.592, 0.697, 0.701, 0.700, 0.73),
    "better_post_next": Baseline("which of two later posts did better"),
    "better_post_titled": Baseline("which of two posts did better, titles known"),
    "better_post_titled_next": Baseline("which of two later posts did better, titles known"),
    "headline_pairs": Baseline("headline pairs, clear ones", 0.543, 0.671, 0.694, 0.693, 0.72),
    "headline_uplift": Baseline("clicks of the headline picked", 0.012, 0.075, 0.078, 0.088, 0.10),
    "version_pairs": Baseline("headline pairs by the model of posts, clear ones"),
    "version_pairs_told": Baseline("headline pairs by the model of posts, clear and told apart"),
    "version_pairs_all": Baseline("headline pairs by the model of posts, told apart"),
    "version_holds": Baseline("share of the difference between versions that held"),
    "best_time": Baseline("uplift of the best fifth of times", 0.072, 0.146, aim=0.17),
    "best_time_sellers": Baseline("uplift of the best fifth of times, three Thai sellers"),
    "language": Baseline("language, accuracy", 0.958, aim=0.965),
}
_HEARD: Final = ("formality_en", "formality_en_pairs", "arousal", "arousal_pairs")
BASELINES.update(
    {
        f"{key}_encoder": replace(BASELINES[key], name=f"{BASELINES[key].name}, with the encoder")
        for key in _HEARD
    }
)
