import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.competition.analysis import analyze_competition
from analytics.competition.records import CompetitorReport, FoundPost
from analytics.competition.tactics import Use, recommend
from analytics.competition.words import how_often

END = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
BEGIN = END - timedelta(days=28)

COFFEE = (
    "Our espresso beans come from a small farm in Kenya. What do you like about espresso?",
    "Espresso beans roasted this morning: taste the new Kenya harvest.",
    "Why do espresso beans taste of berries? Our roaster explains.",
    "A guide to espresso beans for beginners. Subscribe to our letter!",
)
TEA = (
    "Green tea leaves are picked by hand in spring.",
    "How long should green tea leaves steep? Two minutes are enough.",
    "We visited the green tea gardens of Uji. Read the full story on our blog!",
    "Green tea leaves keep best in a cool and dark place.",
)


def post(text, days_ago, hour=9, **more):
    moment = END - timedelta(days=days_ago) + timedelta(hours=hour)
    return FoundPost(source="feed", text=text, published_at=moment, **more)


def report(name="Bean Bros", texts=COFFEE, *, every=7, outside=3, **more):
    found = tuple(
        post(text, every * (k + 1) - 0, likes=10 + 10 * k, has_media=k % 2 == 0, **more)
        for k, text in enumerate(texts)
    )
    return CompetitorReport(name, found, outside)


def analyze(*reports, focus=()):
    return analyze_competition(reports, BEGIN, END, focus)


def test_posts_per_week_are_exact():
    found = analyze(report(), report("Leaf Ltd", TEA, every=2))
    rates = found.insights.posting_frequency.by_competitor
    assert [(one.name, one.posts_per_week) for one in rates] == [("Bean Bros", 1), ("Leaf Ltd", 1)]
    assert all(one.best_days == one.best_times == () for one in rates)


def test_a_feed_that_is_cut_off_counts_the_weeks_it_shows():
    daily = CompetitorReport(
        "Leaf Ltd", tuple(post(f"{TEA[0]} No. {k}", k, hour=0) for k in range(1, 15))
    )
    found = analyze(daily)
    assert found.insights.posting_frequency.by_competitor[0].posts_per_week == 7
    assert any("Leaf Ltd: its sources show nothing older than 2.0 weeks" in x for x in found.limits)
    # Known to reach back further, it has been silent before.
    silent = analyze(replace(daily, outside_period=1))
    assert silent.insights.posting_frequency.by_competitor[0].posts_per_week == 14 / 4
    assert not any("sources show" in limit for limit in silent.limits)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_few_posts_are_divided_by_the_whole_period(every: int):
    few = CompetitorReport(
        "Leaf Ltd", tuple(post(f"{TEA[0]} No. {k}", every * k) for k in range(1, 10))
    )
    found = analyze(few)
    assert found.insights.posting_frequency.by_competitor[0].posts_per_week == 9 / 4


def test_a_feed_that_covers_most_of_the_period_is_not_cut_off():
    found = analyze(
        CompetitorReport("Leaf Ltd", tuple(post(f"{TEA[0]} No. {k}", 2 * k) for k in range(1, 13)))
    )
    assert found.insights.posting_frequency.by_competitor[0].posts_per_week == 12 / 4


def test_undated_posts_count_for_content_and_not_for_frequency():
    undated = tuple(replace(p, published_at=None) for p in report().posts)
    found = analyze(CompetitorReport("Bean Bros", undated))
    assert found.insights.posting_frequency.by_competitor[0].posts_per_week == 0
    assert found.insights.content_themes
    assert any("4 of 4 posts tell no date" in limit for limit in found.limits)


def test_busiest_days_and_hours():
    posts = tuple(post(f"News number {k} of the week", 7 * k, hour=15) for k in range(1, 5))
    more = (*posts, post("Something else on a Tuesday", 6, hour=8))
    found = analyze(CompetitorReport("Bean Bros", more, 1))
    one = found.insights.posting_frequency.by_competitor[0]
    assert one.best_days[0] == "monday"
    assert one.best_times[0] == "15:00-16:00"


def weekly(*days_and_hours):
    """A post on each of some days (0 is Monday) and hours of the weeks before the end."""
    posts = tuple(
        FoundPost("feed", f"News number {k}", published_at=BEGIN + timedelta(days=day, hours=hour))
        for k, (day, hour) in enumerate(days_and_hours)
    )
    found = analyze(CompetitorReport("Bean Bros", posts, 1))
    return found, found.insights.posting_frequency.by_competitor[0]


def test_days_that_tie_are_no_best_days():
    found, one = weekly(*((day, 9 + day) for day in range(6)))
    assert one.best_days == one.best_times == ()
    assert not any("best_days" in limit for limit in found.limits)


def test_of_days_that_tie_for_the_last_place_none_is_listed():
    days = [0, 7, 14, 21, 1, 8, 2, 9, 3, 10]  # four Mondays, two of three other days
    _, one = weekly(*((day, 9) for day in days))
    assert one.best_days == ("monday",)
    _, one = weekly(*((day, 9) for day in days[:8]))
    assert one.best_days == ("monday", "tuesday", "wednesday")


def test_best_days_are_said_to_be_when_it_posts_most():
    found, one = weekly(*((7 * week + day, 9) for week in range(4) for day in (0, 3)))
    assert one.best_days == ("monday", "thursday")
    assert any("not when its posts did best" in limit for limit in found.limits)


def test_themes_have_exact_shares_and_the_words_of_the_posts():
    found = analyze(report(), report("Leaf Ltd", TEA))
    themes = found.insights.content_themes
    assert themes
    for theme in themes:
        words = theme.theme.split(", ")
        texts = [text.lower() for text in (*COFFEE, *TEA)]
        assert theme.frequency == sum(any(w in t for w in words) for t in texts) / 8
        assert theme.opportunity.split(":")[0] in {"high", "medium", "low"}
    named = {word for theme in themes for word in theme.theme.split(", ")}
    assert "espresso" in named
    assert "tea" in named
    assert not any("espresso" in theme.theme and "tea" in theme.theme for theme in themes)


def test_every_order_gives_the_same_analysis():
    first, second = report(), report("Leaf Ltd", TEA)
    turned = [replace(r, posts=r.posts[2:] + r.posts[:2][::-1]) for r in (second, first)]
    focus = ("green tea", "packaging")
    assert analyze(first, second, focus=focus) == analyze(*turned, focus=focus)


def test_copies_count_once_for_content():
    once = report()
    twice = replace(once, posts=once.posts * 2)
    one, other = analyze(once), analyze(twice)
    assert one.insights.content_themes == other.insights.content_themes
    assert one.insights.engagement_tactics == other.insights.engagement_tactics


def test_tactics_are_means_over_competitors():
    tactics = analyze(report(), report("Leaf Ltd", TEA)).insights.engagement_tactics
    assert tactics.questions_vs_statements.competitor_avg == (2 / 4 + 1 / 4) / 2
    assert tactics.visual_content_ratio.competitor_avg == 0.5
    assert "3 of 8 posts" in tactics.questions_vs_statements.recommendation


BODIES = (
    "Sign up for our newsletter today.",
    "The harvest in Kenya was late this year.",
    "Two of our roasters have new drums.",
    "Peach and honey, grown at 1900 metres.",
    "The old town shop has a new counter.",
    "Forty cups were tasted on Monday.",
    "Our blend of the autumn is sweet and dark.",
    "Water makes half of the taste.",
)


@pytest.mark.parametrize("title", ["Coffee note {}", "Post {}", "Why {}?", ""])
def test_a_title_neither_calls_nor_asks(title: str):
    posts = tuple(post(body, k + 1, title=title.format(k)) for k, body in enumerate(BODIES))
    tactics = analyze(CompetitorReport("Bean Bros", posts)).insights.engagement_tactics
    assert tactics.call_to_action_usage.competitor_avg == 1 / 8
    assert tactics.questions_vs_statements.competitor_avg == 0


def test_a_title_without_a_text_is_the_text_and_titles_tell_themes():
    bare = tuple(post("", k + 1, title=f"Why green tea number {k}?") for k in range(3))
    found = analyze(CompetitorReport("Leaf Ltd", bare))
    assert found.insights.engagement_tactics.questions_vs_statements.competitor_avg == 1
    pictures = tuple(
        post("🎉", k + 1, title=f"The green tea gardens of Uji, {k}") for k in range(3)
    )
    found = analyze(CompetitorReport("Leaf Ltd", pictures))
    assert any("gardens" in theme.theme for theme in found.insights.content_themes)


def test_the_main_language_is_told():
    assert analyze(report()).language == "en"
    assert analyze(CompetitorReport("Quiet Co", ())).language == "und"


def test_a_tactic_that_did_better_is_an_opportunity_with_its_figures():
    texts = [f"Report {k} about the harvest of the year" for k in range(20)]
    posts = tuple(
        post(f"{text}. What do you think?" if k % 4 == 0 else text, k + 1,
             likes=90 + k if k % 4 == 0 else 10 + k)
        for k, text in enumerate(texts)
    )  # fmt: skip
    found = analyze(CompetitorReport("Bean Bros", posts, 1))
    best = next(one for one in found.opportunities if one.category == "engagement")
    assert best.priority == "high"
    assert "5 of 20 posts" in best.description
    assert "observed, not tried" in best.estimated_impact


def test_gaps_name_focus_areas_hardly_covered():
    found = analyze(report(), report("Leaf Ltd", TEA), focus=("green tea", "fair trade"))
    assert found.content_gaps[0] == ("“fair trade”: none of 8 posts of competitors is about it.")
    assert not any("“green tea”: " in gap and "none" in gap for gap in found.content_gaps)
    # What one of them writes about is no gap; the theme says who does.
    assert len(found.content_gaps) == 1
    assert any("Leaf Ltd alone of 2" in one.opportunity for one in found.insights.content_themes)
    content = [one for one in found.opportunities if one.category == "content"]
    assert any("fair trade" in one.description and one.priority == "high" for one in content)


def test_themes_of_hardly_any_posts_are_gaps_too():
    many = tuple(post(f"{COFFEE[1]} Batch {k} of Kenya espresso.", 1 + k % 27) for k in range(58))
    few = tuple(post(f"Teapots glazed by hand, teapots number {k}.", 3 + k) for k in range(2))
    found = analyze(CompetitorReport("Bean Bros", many), CompetitorReport("Leaf Ltd", few))
    shares = [one.frequency for one in found.insights.content_themes]
    assert len(found.content_gaps) == sum(share <= 0.05 for share in shares)
    for gap in found.content_gaps:
        assert "2 of 60 posts (3 %), by 1 competitor." in gap


@pytest.mark.parametrize(
    ("count", "total", "seen"),
    [
        (0, 14, "none of 14 posts of competitors asks a question"),
        (1, 14, "1 of 14 posts of competitors asks a question"),
        (2, 14, "2 of 14 posts of competitors ask a question"),
        (0, 1, "the only post of competitors does not ask a question"),
        (1, 1, "the only post of competitors asks a question"),
    ],
)
def test_counts_are_told_in_english(count, total, seen):
    use = Use("question", ("asks a question", "ask a question"), 0.0, count, total, None, 1.0)
    assert use.seen == seen
    assert "0 of" not in recommend(use)
    assert recommend(use).startswith(seen)


@pytest.mark.parametrize(
    ("per_week", "often"),
    [
        (0.14, "once in 7 weeks"),
        (0.25, "once in 4 weeks"),
        (0.5, "once in 2 weeks"),
        (0.75, "once a week"),
        (1.25, "once a week"),
        (2.0, "twice a week"),
        (3.7, "4 times a week"),
    ],
)
def test_rates_are_told_in_english(per_week, often):
    assert how_often(per_week) == often


def test_advice_has_no_zeros_and_no_one_times():
    plain = ("We roast coffee on Monday.", "The harvest is late this year.", "Beans are in.")
    found = analyze(report(texts=plain), report("Leaf Ltd", TEA[:1]), focus=("decaf",))
    said = [one.description for one in found.opportunities]
    said += [*found.limits, *found.insights.posting_frequency.recommendations]
    said += [one.opportunity for one in found.insights.content_themes]
    assert any("none of 4 posts of competitors asks a question" in one for one in said)
    assert any("Post about once in 2 weeks" in one for one in said)
    for one in said:
        assert not re.search(r"\b(0 of|1 times|1 posts|only none|only 0)\b", one), one


def test_what_most_do_is_not_called_rare():
    texts = [f"Report {k} about the harvest of the year" for k in range(20)]
    posts = tuple(
        post(f"{text}. What do you think?" if k % 4 else text, k + 1, likes=90 + k if k % 4 else 10)
        for k, text in enumerate(texts)
    )
    found = analyze(CompetitorReport("Bean Bros", posts, 1))
    best = next(one for one in found.opportunities if one.category == "engagement")
    assert best.description == "Do as most do: 15 of 20 posts of competitors ask a question."


def test_unknown_engagement_is_said_and_never_made_up():
    bare = [replace(p, likes=None) for p in report().posts]
    found = analyze(CompetitorReport("Bean Bros", tuple(bare), 1))
    assert all(theme.avg_engagement_rate == 0 for theme in found.insights.content_themes)
    assert any("engagement of 4 of 4 distinct posts is not known" in x for x in found.limits)
    assert found.posting_times.hours == ()


def test_a_competitor_without_posts_is_listed_and_changes_no_share():
    found = analyze(report(), CompetitorReport("Quiet Co", (), 4))
    assert found.insights.engagement_tactics == analyze(report()).insights.engagement_tactics
    rates = found.insights.posting_frequency.by_competitor
    assert [(one.name, one.posts_per_week) for one in rates][-1] == ("Quiet Co", 0)
    assert any("Quiet Co: no posts" in limit for limit in found.limits)


def test_nothing_at_all_is_an_empty_analysis():
    found = analyze(CompetitorReport("Quiet Co", ()), focus=("tea",))
    assert found.insights.content_themes == found.opportunities == found.content_gaps == ()
    assert found.insights.engagement_tactics.questions_vs_statements.competitor_avg == 0


def test_other_languages_have_themes_too():
    texts = (
        "Unser Espresso kommt von einem kleinen Hof in Kenia und wird hier geröstet.",
        "Heute haben wir frischen Espresso aus Kenia geröstet, kommt vorbei.",
        "Warum schmeckt Espresso nach Beeren? Unsere Rösterin erklärt es euch gerne.",
    )
    found = analyze(report(texts=texts))
    assert any("espresso" in theme.theme for theme in found.insights.content_themes)


@pytest.mark.parametrize("reports", [(), (report(),)])
def test_an_empty_period_or_no_reports_are_refused(reports):
    with pytest.raises(ValueError, match="period"):
        analyze_competition(reports, END, END if reports else END + timedelta(days=1))
