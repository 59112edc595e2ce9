"""Reviewing the candidates of a round: gates first, then rank."""

from collections.abc import Callable, Sequence
from typing import Final

from analytics.refinement.case import case_of
from analytics.refinement.checks import check, failed
from analytics.refinement.done import wishes_done
from analytics.refinement.model import (
    Outcome,
    RefinementCandidate,
    RefinementDraft,
    RefinementPrediction,
    RefinementReview,
    RefinementVerdict,
    WishOutcome,
)
from analytics.skill.model import GuardResult

WANTED: Final = 2
"""So many accepted candidates are enough to offer."""

VoiceScore = Callable[[str], tuple[float, str] | None]
"""Scores how well a text fits the brand's voice: 0 to 100 and what that rests on, or None."""

Prediction = Callable[[str, str], RefinementPrediction | None]
"""Tells the change of engagement to expect from the original to a text, or None."""

NO_VOICE: Final = "No brand voice was named to compare with."
NO_SCORE: Final = "The brand voice has no model, or none for this text's language."
NO_PREDICTION: Final = (
    "No engagement data was at hand that a change of this text could be measured on."
)
_SERVED: Final = (Outcome.DONE, Outcome.IDLE, Outcome.UNTOLD)
_WEIGHTS: Final = {"facts_kept": 3.0, "meaning_kept": 2.0, "platform_limits": 3.0}


def review_refinement(
    text: str,
    draft: RefinementDraft,
    *,
    score_voice: VoiceScore | None = None,
    predict: Prediction | None = None,
) -> RefinementReview:
    """Checks and ranks the candidates of a draft.

    Args:
        text: The text as it was.
        draft: The candidates.
        score_voice: Scores the brand's voice; None without a voice.
        predict: Predicts the change of engagement; None when nothing can.

    Returns:
        One verdict a candidate, in their order. Accepted when two distinct candidates, or all
        that the rules could make, pass every check that ran. Which wishes no candidate fulfils.
    """
    seen: set[str] = set()
    verdicts = []
    fates: list[list[WishOutcome]] = []
    for index, candidate in enumerate(draft.candidates):
        case = case_of(text, candidate, draft.reading, draft.platform)
        fates.append(wishes_done(case))
        checks = check(case, fates[-1])
        if candidate.text in seen:
            checks = (*checks, _copy())
        seen.add(candidate.text)
        verdicts.append(
            _verdict(
                index,
                text,
                candidate,
                checks,
                done=_share_done(fates[-1]),
                score_voice=score_voice,
                predict=predict,
            )
        )
    accepted = sum(verdict.accepted for verdict in verdicts)
    enough = accepted >= min(WANTED, max(1, len(draft.candidates)))
    passed = [
        sum(one.status != "failed" for one in verdict.checks) / max(1, len(verdict.checks))
        for verdict in verdicts
    ]
    best = sorted(passed, reverse=True)[:WANTED]
    score = 100.0 if enough else round(99.0 * sum(best) / max(1, len(best)), 1)
    return RefinementReview(
        verdicts=tuple(verdicts),
        accepted_count=accepted,
        accepted=enough,
        score=score,
        feedback=() if enough else _feedback(draft.candidates, verdicts),
        undone=tuple(_undone(fates)),
    )


def _share_done(wishes: Sequence[WishOutcome]) -> float:
    """The share of the wishes that is done, of those of which it can be told."""
    told = [one.outcome for one in wishes if one.outcome not in {Outcome.IDLE, Outcome.UNTOLD}]
    return sum(outcome is Outcome.DONE for outcome in told) / len(told) if told else 1.0


def _undone(fates: Sequence[Sequence[WishOutcome]]) -> list[str]:
    """Says which wishes no candidate fulfils, sentences."""
    return [
        _refusal(next((one for one in of_one if one.reason), of_one[0]))
        for of_one in zip(*fates, strict=True)
        if not any(one.outcome in _SERVED for one in of_one)
    ]


def _refusal(wish: WishOutcome) -> str:
    reason = wish.reason or "no rule found a way on this text"
    return f"Not done: “{' '.join(wish.intent.quote.split())[:120]}”, because {reason}."


def _copy() -> GuardResult:
    return GuardResult(
        "distinct",
        passed=False,
        score=None,
        reason="Another candidate has this text.",
        status="failed",
    )


def _verdict(
    index: int,
    original: str,
    candidate: RefinementCandidate,
    checks: tuple[GuardResult, ...],
    *,
    done: float,
    score_voice: VoiceScore | None,
    predict: Prediction | None,
) -> RefinementVerdict:
    voice = score_voice(candidate.text) if score_voice is not None else None
    basis = NO_VOICE if score_voice is None else NO_SCORE
    expected = predict(original, candidate.text) if predict is not None else None
    meaning = next((one.score for one in checks if one.guard == "meaning_kept"), None)
    accepted = not failed(checks)
    score = 60.0 * done + 20.0 * (meaning if meaning is not None else 1.0)
    score += 0.2 * (voice[0] if voice is not None else 50.0)
    score -= 10.0 * sum(_WEIGHTS.get(one.guard, 1.0) for one in failed(checks))
    if expected is not None:  # decides between versions that are as good otherwise
        score += expected.engagement_rate_change * expected.confidence / 100
    return RefinementVerdict(
        index=index,
        accepted=accepted,
        checks=checks,
        score=round(score, 3),
        brand_voice_score=round(voice[0], 1) if voice is not None else 0.0,
        voice_basis=voice[1] if voice is not None else basis,
        prediction=expected or RefinementPrediction(0.0, 0.0, NO_PREDICTION),
    )


def _feedback(
    candidates: Sequence[RefinementCandidate], verdicts: Sequence[RefinementVerdict]
) -> tuple[str, ...]:
    """Says what the next round has to change, one sentence a failed check."""
    told = [
        f"Candidate “{candidate.variant}”, {one.guard}: {one.reason}"
        for candidate, verdict in zip(candidates, verdicts, strict=True)
        for one in failed(verdict.checks)
    ]
    return tuple(told) or ("Make at least two candidates with different texts.",)
