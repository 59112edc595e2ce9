from hypothesis import given
from hypothesis import strategies as st

from services.research.merging import CHARACTERS_MAX, POSTS_MAX, Found, Merged, merge
from services.research.reading.post import Post

DAY = 86_400.0
SINCE, UNTIL = 100 * DAY, 130 * DAY


def found(
    text: str, day: float | None = None, *, url: str = "", source: str = "feed", **more: int
) -> Found:
    at = None if day is None else day * DAY
    return Found(source, Post(text, "rss", url=url, published_at=at, **more), "fetch_1")


def merged(*posts: Found) -> Merged:
    return merge(posts, since=SINCE, until=UNTIL)


def texts(*posts: Found) -> list[str]:
    return [each.post.text for each in merged(*posts).posts]


def test_the_newest_come_first_and_those_without_a_date_last() -> None:
    assert texts(found("a", 101), found("?"), found("b", 129), found("c", 110)) == [
        *("b", "c", "a", "?")
    ]


def test_the_period_has_its_beginning_and_not_its_end() -> None:
    result = merged(found("a", 100), found("b", 130), found("c", 99.99), found("d", 129.99))
    assert [each.post.text for each in result.posts] == ["d", "a"]
    assert (result.outside, result.undated) == (2, 0)


def test_copies_are_told_by_their_address() -> None:
    url = "https://www.example.com/p/1/?utm_source=rss&id=3&fbclid=x"
    copy = "http://example.com/p/1?id=3#top"
    assert texts(found("One.", 101, url=url), found("One more.", 101, url=copy)) == ["One more."]
    other = "https://example.com/p/1?id=4"
    assert len(texts(found("One.", 101, url=url), found("Two.", 101, url=other))) == 2


def test_copies_are_told_by_their_words() -> None:
    assert texts(found("Hello, world!", 101), found("hello   WORLD", 101.5)) == ["Hello, world!"]
    assert texts(found("Hello", 101), found("Hello")) == ["Hello"]
    # Said again on another day.
    assert len(texts(found("Hello", 101), found("Hello", 108))) == 2


def test_the_copy_that_says_most_is_kept() -> None:
    url = "https://example.com/1"
    [post] = merged(
        found("A long text without a date", url=url, source="website"),
        found("Short", 101, url=url, likes=3, source="linkedin"),
        found("Longer text", 101, url=url),
    ).posts
    assert (post.post.text, post.source) == ("Short", "linkedin")


def test_each_source_counts_its_own() -> None:
    result = merged(
        found("a", 101, source="website"),
        found("a", 101, source="feed"),
        found("b", 102, source="feed"),
        found("?", source="feed"),
    )
    assert result.in_period == {"website": 1, "feed": 2}
    assert len(result.posts) == 3
    assert result.undated == 1


def test_a_report_holds_only_so_much() -> None:
    many = [found(f"post {n}", 129 - n / 1000) for n in range(POSTS_MAX + 20)]
    result = merged(*many)
    assert (len(result.posts), result.dropped) == (POSTS_MAX, 20)
    assert result.posts[0].post.text == "post 0"
    long = [found(f"{n} " + "x" * 20_000, 129 - n / 1000) for n in range(100)]
    result = merged(*long)
    assert sum(len(each.post.text) for each in result.posts) <= CHARACTERS_MAX
    assert result.dropped == 100 - len(result.posts)


@given(
    st.lists(
        st.builds(
            found,
            st.sampled_from(["a", "b", "A!", "c d"]),
            st.sampled_from([None, 99.0, 101.0, 101.2, 115.0, 131.0]),
            url=st.sampled_from(["", "https://a.test/1", "https://a.test/1/", "https://a.test/2"]),
            source=st.sampled_from(["feed", "website"]),
        )
    )
)
def test_copies_change_nothing(posts: list[Found]) -> None:
    once, doubled = merged(*posts), merged(*posts, *posts)
    assert (doubled.outside, doubled.undated) == (once.outside, once.undated)
    assert list(doubled.posts) == list(once.posts)


def test_one_source_may_say_the_same_twice_a_day_at_two_addresses() -> None:
    first = found("Hello", 101, url="https://a.test/1")
    second = found("Hello", 101.1, url="https://a.test/2")
    elsewhere = found("Hello", 101, url="https://b.test/1", source="linkedin")
    assert len(texts(first, second)) == 2
    assert len(texts(first, elsewhere)) == 1


def test_one_without_a_date_does_not_make_one_of_two_days() -> None:
    assert len(texts(found("Hello", 101), found("Hello"), found("Hello", 108))) == 2


def test_thousands_of_copies_take_no_time() -> None:
    """Comparing each with each would be forty million comparisons."""
    dated = [found("Hello", 101, url=f"https://a.test/{n}") for n in range(9000)]
    undated = [found("Hello", url=f"https://b.test/{n}") for n in range(9000)]
    assert len(merged(*dated, *undated).posts) == POSTS_MAX
