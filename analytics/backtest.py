"""Reviews a skill file: is it valid, and does it accept the better half of its own examples?"""

from collections.abc import Sequence
from typing import Final

from analytics.engagement import score_examples, text_key
from analytics.evidence import ExampleScore
from analytics.guards import run_guards, similarity
from analytics.platforms import PLATFORMS, count_characters
from analytics.post import Post
from analytics.skill.model import (
    IMAGE_STANDARDS,
    BackTest,
    BackTestEntry,
    GuardResult,
    Skill,
    SkillDraft,
    SkillReview,
)
from analytics.skill.validator import InvalidSkillError, parse_skill
from analytics.statistics import median
from analytics.text import parse

MAX_SIMILARITY: Final = 0.9


def review_skill(
    draft: SkillDraft, posts: Sequence[Post], scores: Sequence[ExampleScore] = ()
) -> SkillReview:
    """Validate a draft and run its guards on the examples it was made from.

    Every example is checked as a post for its own platform, and for originality against the other
    texts: a version of itself (more than 90 % of the word triples of one occur in the other) is
    no copy. In the totals identical texts count once, as accepted when all their copies are.

    Args:
        draft: The draft, untrusted.
        posts: The examples.
        scores: Their scores in the same order; computed from the posts when empty.

    Returns:
        The review; an invalid file is one with violations.

    Raises:
        ValueError: The number of scores is not that of the posts.
    """
    scores = scores or score_examples(posts)
    if len(scores) != len(posts):
        raise ValueError(f"{len(scores)} scores for {len(posts)} posts")
    try:
        skill = parse_skill(draft.yaml)
    except InvalidSkillError as error:
        violations = tuple(error.violations)
        feedback = tuple(
            f"Line {one.line}: {one.path or 'the file'}: {one.message}" for one in violations
        )
        return SkillReview(violations, (), BackTest(), 0.0, accepted=False, feedback=feedback)
    results = [run_guards(skill, post, other_texts(post, posts)) for post in posts]
    tested = _back_test(posts, scores, results)
    better = [index for index, score in enumerate(scores) if score.better_half]
    once = {(text_key(posts[index].text), posts[index].platform): index for index in better}
    score = 100 * tested.better_accepted / tested.better_total if tested.better_total else 0.0
    accepted = tested.better_total > 0 and tested.better_accepted == tested.better_total
    return SkillReview(
        violations=(),
        guard_results=_summarise(skill, [results[index] for index in once.values()]),
        back_test=tested,
        score=score,
        accepted=accepted,
        feedback=tuple(
            _feedback(index, posts[index], result)
            for index in sorted(once.values())
            for result in results[index]
            if result.status == "failed"
        ),
    )


def other_texts(post: Post, posts: Sequence[Post]) -> list[str]:
    """Return the distinct texts among `posts` that are not versions of the text of `post`."""
    found = {text_key(other.text): other.text for other in posts}
    return [
        text
        for key, text in sorted(found.items())
        if key != text_key(post.text)
        and max(similarity(post.text, text), similarity(text, post.text)) <= MAX_SIMILARITY
    ]


def beyond_platform(post: Post) -> str:
    """Say how a post breaks a limit of its own platform, "" when it keeps to all."""
    platform = PLATFORMS[post.platform]
    characters = count_characters(post.text, post.platform)
    if characters > platform.max_characters:
        return f"has {characters} characters, {platform.label} allows {platform.max_characters}"
    hashtags = len(parse(post.text).hashtags)
    if platform.hashtag_limit is not None and hashtags > platform.hashtag_limit:
        return f"has {hashtags} hashtags, {platform.label} allows {platform.hashtag_limit}"
    return ""


def _back_test(
    posts: Sequence[Post],
    scores: Sequence[ExampleScore],
    results: Sequence[Sequence[GuardResult]],
) -> BackTest:
    """Collect the entries and count the distinct texts."""
    entries = tuple(
        BackTestEntry(
            index, accepted=not failed, better_half=score.better_half, failed_guards=failed
        )
        for index, score in enumerate(scores)
        for failed in (tuple(one.guard for one in results[index] if one.status == "failed"),)
    )
    accepted: dict[str, bool] = {}
    better: dict[str, bool] = {}
    for entry, post in zip(entries, posts, strict=True):
        key = text_key(post.text)
        accepted[key] = accepted.get(key, True) and entry.accepted
        better[key] = entry.better_half
    return BackTest(
        entries=entries,
        better_accepted=sum(accepted[key] for key, is_better in better.items() if is_better),
        better_total=sum(better.values()),
        rest_accepted=sum(accepted[key] for key, is_better in better.items() if not is_better),
        rest_total=sum(not is_better for is_better in better.values()),
    )


def _summarise(skill: Skill, results: Sequence[Sequence[GuardResult]]) -> tuple[GuardResult, ...]:
    """Return one result a guard: failed if any better post fails, skipped if it could not run."""
    summary = []
    for index, guard in enumerate(skill.guards):
        own = [result[index] for result in results]
        ran = [one for one in own if one.status != "skipped"]
        failed = [one for one in ran if one.status == "failed"]
        if not ran:
            reason = own[0].reason if own else "Skipped: there is no example."
            summary.append(
                GuardResult(guard.name, passed=False, score=None, reason=reason, status="skipped")
            )
            continue
        middle = median([one.score for one in ran if one.score is not None])
        passed = len(ran) - len(failed)
        reason = f"{passed} of {len(ran)} better examples pass; the median is {middle:.3g}."
        if len(ran) < len(own):
            reason += f" {len(own) - len(ran)} could not be measured."
        if failed:
            reason += f" Failed: {failed[0].reason}"
        summary.append(
            GuardResult(
                guard.name,
                passed=not failed,
                score=middle,
                reason=reason,
                status="failed" if failed else "passed",
            )
        )
    return tuple(summary)


def _feedback(index: int, post: Post, result: GuardResult) -> str:
    """Say what the next draft has to change, or that it cannot."""
    what = f"Guard {result.guard} refuses example {index + 1} of the better half: {result.reason}"
    if result.guard in {"length", "hashtag_count"} and (limit := beyond_platform(post)):
        return f"{what} No draft can accept it: it {limit}."
    if result.guard in IMAGE_STANDARDS:
        return (
            f"{what} The limit is the platform's or a standard's and stays: the image must change."
        )
    return what
