"""Advice that names its evidence, and asks for data where there is too little."""

from collections.abc import Iterator

from analytics.skill.model import IMAGE_STANDARDS
from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, text

_DIFFERENCES_NAMED = 3
_PATTERNS_NAMED = 3
_EXAMPLES_MAX = 10
_KEYWORD_MAX = 40
_TITLE_MAX = 80
_Request = reporter_service_pb2.WriteSkillReportRequest


def recommendations(request: _Request, estimate: skill_pb2.PerformanceEstimate) -> list[str]:
    """Returns advice on the skill, one sentence or two each, what to do first first.

    Each names the counts, p values or intervals it rests on. What the evidence doesn't bear is not
    advised; where there is little evidence, the advice is which data to add.
    """
    return [
        *_from_differences(request.patterns),
        *_from_patterns(request.patterns),
        *_from_review(request.review),
        *_from_knowledge(request.patterns),
        *_from_estimate(estimate),
        *_data_to_add(request),
    ]


def _from_differences(report: skill_pb2.PatternReport) -> Iterator[str]:
    found = evidence.differences(report)
    hints = [difference for difference in found if evidence.is_hint(difference)]
    for difference in hints[:_DIFFERENCES_NAMED]:
        unit = evidence.unit_of(report, difference.trait)
        yield (
            "Test on your next posts what sets the better half apart in "
            f"“{text.lowered(difference.trait)}”: {text.measured(difference.better, unit)} in the "
            f"better half ({text.counted(difference.better_size, 'post')}) against "
            f"{text.measured(difference.rest, unit)} in the rest ({difference.rest_size}), Cliff’s "
            f"delta {text.effect(difference.effect)}, {text.p_is(difference.p_value)}; a hint, "
            "since many traits were compared."
        )
    if found and not hints:
        least = min(difference.p_value for difference in found)
        yield (
            "Don’t change your posts because of the better half alone: of the "
            f"{text.counted(len(found), 'trait')} that differ{'s' if len(found) == 1 else ''} none "
            f"does so more than chance can explain (smallest {text.p_is(least)})."
        )


def _from_patterns(report: skill_pb2.PatternReport) -> Iterator[str]:
    contradicted = {
        difference.trait
        for difference in report.differences
        if evidence.is_hint(difference) and difference.effect < 0
    }
    # A lower end of at least one half: more posts of this kind have the trait than lack it. Posts
    # without an image may only have come without its address, so that is no style.
    shared = [
        pattern
        for pattern in report.patterns
        if pattern.low >= 0.5 and pattern.name not in contradicted and pattern.name != "no_image"
    ]
    shared.sort(key=lambda pattern: pattern.name.startswith("no_"))
    if shared:
        named = text.listed(
            [
                f"“{text.lowered(pattern.name)}” ({pattern.count} of {pattern.total}, 95 % "
                f"interval {text.interval(pattern.low, pattern.high)})"
                for pattern in shared[:_PATTERNS_NAMED]
            ]
        )
        yield (
            f"Keep as house style what most of your posts share: {named}. This describes your "
            "posts; it is no proof of success."
        )


def _from_review(review: skill_pb2.SkillReview) -> Iterator[str]:
    test = review.back_test
    if review.violations:
        yield (
            "Correct the skill file before using it: it breaks its schema in "
            f"{text.counted(len(review.violations), 'place')}."
        )
    for guard in dict.fromkeys(result.guard for result in review.guard_results):
        failing = [
            entry for entry in test.entries if entry.better_half and guard in entry.failed_guards
        ]
        if failing:
            posts = text.numbered("post", [entry.index for entry in failing])
            if guard in IMAGE_STANDARDS:
                yield (
                    f"Publish better images than those of {posts}: {len(failing)} of "
                    f"{test.better_total} in the better half fail “{text.lowered(guard)}”, whose "
                    "limit is the platform’s or a standard’s and is not lowered to them."
                )
                continue
            yield (
                f"Check the limit of the guard “{text.lowered(guard)}” by hand: it refuses "
                f"{len(failing)} of {test.better_total} in the better half ({posts})."
            )
    alike = (
        test.rest_total
        and test.rest_accepted * test.better_total >= test.better_accepted * test.rest_total
    )
    if alike and test.better_accepted:
        yield (
            "Read a passed guard as “fits your style”, not as “will do well”: the guards accept "
            f"{test.rest_accepted} of {test.rest_total} weaker posts as well as "
            f"{test.better_accepted} of {test.better_total} better ones."
        )
    skipped = [result for result in review.guard_results if result.status == "skipped"]
    if skipped:
        names = text.listed([f"“{text.lowered(result.guard)}”" for result in skipped])
        reasons = dict.fromkeys(text.sentence(result.reason) for result in skipped)
        yield (
            f"Check by hand what {text.counted(len(skipped), 'guard')} of "
            f"{len(review.guard_results)} could not: "
            f"{names}. {' '.join(reasons)}".rstrip()
        )


def _from_knowledge(report: skill_pb2.PatternReport) -> Iterator[str]:
    if not report.knowledge:
        return
    titles = dict.fromkeys(text.quoted(passage.title, _TITLE_MAX) for passage in report.knowledge)
    keywords = dict.fromkeys(word for passage in report.knowledge for word in passage.keywords)
    yield (
        f"Read the skill beside what your knowledge base says in {text.listed(list(titles))}: "
        f"{text.counted(len(report.knowledge), 'passage')} there "
        f"speak{'s' if len(report.knowledge) == 1 else ''} of "
        f"{text.listed([text.quoted(word, _KEYWORD_MAX) for word in keywords])}."
    )


def _from_estimate(estimate: skill_pb2.PerformanceEstimate) -> Iterator[str]:
    if not evidence.has_interval(estimate):
        return
    span = f"{text.change(estimate.low)} to {text.change(estimate.high)}"
    if estimate.low > 0:
        yield (
            f"Plan with the lower end, {text.change(estimate.low)}, rather than with "
            f"{text.change(estimate.engagement_rate_increase)}: the 95 % interval is {span}, and "
            "it comes from posts already published, not from a test."
        )
    else:
        yield (
            "Promise no increase yet: the estimate of "
            f"{text.change(estimate.engagement_rate_increase)} has a 95 % interval of {span}, "
            "which does not exclude that there is none."
        )


def _data_to_add(request: _Request) -> Iterator[str]:
    given, distinct = len(request.examples), request.patterns.distinct_examples
    enough = evidence.posts_to_tell_apart()
    repeated = evidence.duplicates(request)
    if repeated:
        yield (
            f"Replace {text.numbered('post', repeated)} by different ones: the text is that of an "
            f"earlier post, so the {text.counted(given, 'example')} count as {distinct}."
        )
    if distinct < enough:
        yield (
            f"Add at least {text.counted(enough - distinct, 'different post')}, good and weak "
            f"ones: with {distinct} no comparison of halves can reach p < {evidence.ALPHA}, it "
            f"takes {enough}."
        )
    elif distinct < _EXAMPLES_MAX:
        yield (
            f"Add {text.counted(_EXAMPLES_MAX - distinct, 'more post')} of different success: "
            f"{distinct} of the {_EXAMPLES_MAX} possible were given, and each narrows the "
            "intervals."
        )
    if distinct > 1 and len({score.relative for score in request.patterns.scores}) == 1:
        yield (
            f"Add posts that did clearly better or worse: all {given} did equally well, so nothing "
            "can be learnt from their difference."
        )
    blind = evidence.without_impressions(request)
    if blind:
        yield (
            f"Add the impressions of {text.numbered('post', blind)} if the platform tells them: "
            f"without them ({len(blind)} of {given}) there is no engagement rate, only "
            "interactions against the median."
        )
    covered = {example.platform for example in request.examples}
    unseen = [text.platform(name) for name in request.target_platforms if name not in covered]
    if unseen:
        limits = "that platform’s limits" if len(unseen) == 1 else "the limits of those platforms"
        yield (
            f"Add posts from {text.listed(unseen)}: none of yours ({given}) was published there, "
            f"so the skill knows only {limits}."
        )
