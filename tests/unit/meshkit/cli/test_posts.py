"""Posts from files: forms, columns, numbers, encodings, and what is said about bad lines."""

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.cli.posts import PostsError, load_posts, needs_platform

TEXT = "A post of more than ten characters"
ROW = {"text": TEXT, "likes": 3, "comments": 2, "shares": 1, "impressions": 100}


def write(tmp_path: Path, text: str | bytes, name: str = "posts.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def jsonl(tmp_path: Path, *posts: dict[str, object]) -> Path:
    return write(tmp_path, "".join(json.dumps(post) + "\n" for post in posts), "posts.jsonl")


def problems(path: Path, platform: str = "facebook") -> list[str]:
    with pytest.raises(PostsError) as caught:
        load_posts(path, platform=platform)
    return caught.value.lines()


def test_a_post_becomes_an_example(tmp_path: Path) -> None:
    image = "https://images.example.com/a.jpg"
    chosen = load_posts(jsonl(tmp_path, ROW | {"platform": "LinkedIn", "image_url": image}))
    assert chosen.examples() == [
        {
            "platform": "linkedin",
            "content": TEXT,
            "image_url": image,
            "performance_metrics": {"likes": 3, "comments": 2, "shares": 1, "impressions": 100},
        }
    ]
    assert chosen.platforms() == ["linkedin"]
    assert chosen.notes == ()


def test_the_shape_of_the_api_is_understood(tmp_path: Path) -> None:
    example = {"platform": "twitter", "content": TEXT}
    example["performance_metrics"] = {"likes": 1, "comments": 0, "shares": 0, "impressions": 9}
    text = json.dumps({"examples": [example], "target_platforms": ["twitter"]}, indent=2)
    assert load_posts(write(tmp_path, text, "request.json")).examples() == [example]
    assert load_posts(write(tmp_path, json.dumps([example]), "list.json")).examples() == [example]


@pytest.mark.parametrize("text", ["content", "Message", "POST", "post text", "Caption"])
@pytest.mark.parametrize("likes", ["reactions", "Like Count"])
def test_common_column_names(tmp_path: Path, text: str, likes: str) -> None:
    header = f"{text},{likes},replies,retweets,Reach,network,picture"
    path = write(tmp_path, f"{header}\n{TEXT},1,2,3,4,x,\n")
    assert load_posts(path).examples() == [
        {
            "platform": "twitter",
            "content": TEXT,
            "performance_metrics": {"likes": 1, "comments": 2, "shares": 3, "impressions": 4},
        }
    ]


def test_reactions_include_likes(tmp_path: Path) -> None:
    chosen = load_posts(jsonl(tmp_path, ROW | {"reactions": 50}), platform="facebook")
    assert chosen.posts[0].likes == 50


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_quotes_breaks_and_carriage_returns(tmp_path: Path, delimiter: str) -> None:
    text = 'First "line"\r\nsecond, with comma; and | more'
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["text", "likes", "comments", "shares"])
    writer.writerow([text, 1, 2, 3])
    writer.writerow([])
    writer.writerow([TEXT, "x", 2, 3])
    path = write(tmp_path, buffer.getvalue())
    # The bad post stands behind a post of two lines and a blank line.
    assert problems(path) == ["posts.csv line 5: likes: 'x' is not a whole number"]
    good = write(tmp_path, buffer.getvalue().replace(f"x{delimiter}", f"1{delimiter}"))
    assert load_posts(good, platform="facebook").posts[0].content == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "text,likes,comments,shares\nZehn Zeichen für dich 🚲,1,2,3\n"
    chosen = load_posts(write(tmp_path, text.encode(encoding)), platform="facebook")
    assert chosen.posts[0].content == "Zehn Zeichen für dich 🚲"


def test_other_text_is_read_as_windows_1252_and_says_so(tmp_path: Path) -> None:
    text = "text,likes,comments,shares\n„Zehn Zeichen“ für dich,1,2,3\n"
    chosen = load_posts(write(tmp_path, text.encode("cp1252")), platform="facebook")
    assert chosen.posts[0].content == "„Zehn Zeichen“ für dich"
    assert chosen.notes[0] == "posts.csv is not UTF-8 (line 2): read as Windows-1252"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    assert "not a text file" in problems(write(tmp_path, b"PK\x03\x04\x00\x00text"))[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234", 1234),
        ("1 234", 1234),
        ("12.0", 12),
        (12.0, 12),
        ("007", 7),
        ("12,345,678", 12345678),
    ],
)
def test_whole_numbers(tmp_path: Path, value: object, expected: int) -> None:
    chosen = load_posts(jsonl(tmp_path, ROW | {"likes": value}), platform="facebook")
    assert chosen.posts[0].likes == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "'abc' is not a whole number"),
        ("1.2K", "'1.2K' is not a whole number"),
        ("1,23", "'1,23' is not a whole number"),
        (1.5, "'1.5' is not a whole number"),
        (True, "'True' is not a whole number"),
        ([1], "'[1]' is not a whole number"),
        (-1, "'-1' is out of range"),
        (2**63, f"'{2**63}' is out of range"),
        ("", "empty; write 0 if there were none"),
        (None, "empty; write 0 if there were none"),
    ],
)
def test_what_is_no_count(tmp_path: Path, value: object, message: str) -> None:
    assert problems(jsonl(tmp_path, ROW | {"likes": value})) == [
        f"posts.jsonl line 1: likes: {message}"
    ]


def test_every_problem_of_a_line_is_named(tmp_path: Path) -> None:
    bad = {"text": 5, "likes": "x", "shares": 1, "platform": "myspace", "image": "photo.jpg"}
    assert problems(jsonl(tmp_path, ROW, bad)) == [
        "posts.jsonl line 2: text: not a text",
        "posts.jsonl line 2: platform: 'myspace' is none of linkedin, twitter, facebook, instagram",
        "posts.jsonl line 2: image_url: 'photo.jpg' is not an http or https address",
        "posts.jsonl line 2: likes: 'x' is not a whole number",
        "posts.jsonl line 2: comments: missing",
    ]


def test_the_list_of_problems_is_bounded(tmp_path: Path) -> None:
    lines = problems(jsonl(tmp_path, *[ROW | {"likes": "x"}] * 1500))
    assert len(lines) == 21
    assert lines[-1] == "… and 1,480 more problems"


def test_lines_that_are_no_posts(tmp_path: Path) -> None:
    path = write(tmp_path, '{"text": \n[1]\n"a"\n{"text": "' + "x" * 20 + '"\n', "p.jsonl")
    lines = problems(path)
    assert [line.partition(":")[0] for line in lines] == [f"p.jsonl line {n}" for n in (1, 2, 3, 4)]
    assert "not a JSON object" in lines[1]


def test_csv_problems(tmp_path: Path) -> None:
    path = write(tmp_path, f"text,likes,comments,shares\n{TEXT},1,2\n")
    assert problems(path) == ["posts.csv line 2: 3 columns, but the header has 4"]
    path = write(tmp_path, "a,b\n1,2\n")
    assert "no column with the text" in problems(path)[0]
    path = write(tmp_path, 'text,likes,comments,shares\n"open,1,2,3\n')
    assert "not CSV" in problems(path)[0]


@pytest.mark.parametrize("text", ["", "\n\n", "[]", "text,likes,comments,shares\n"])
def test_files_without_posts(tmp_path: Path, text: str) -> None:
    assert problems(write(tmp_path, text)) == ["posts.csv: there is no post in it"]


def test_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in problems(tmp_path / "no.csv")[0]


def test_posts_of_a_length_that_the_api_refuses_are_left_out(tmp_path: Path) -> None:
    posts = (ROW | {"text": "x" * length} for length in (9, 10, 5000, 5001))
    chosen = load_posts(jsonl(tmp_path, *posts), platform="facebook")
    assert [len(post.content) for post in chosen.posts] == [10, 5000]
    assert chosen.total == 4
    assert chosen.sentence() == "2 of 4 posts"
    assert [note.partition(": its")[0] for note in chosen.notes] == [
        "posts.jsonl line 1: left out",
        "posts.jsonl line 4: left out",
    ]


def test_nothing_left(tmp_path: Path) -> None:
    assert problems(jsonl(tmp_path, ROW | {"text": "short"}))[-1] == "posts.jsonl: no post is left"


def test_half_a_surrogate_pair_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps(ROW | {"text": "\ud83d" * 20}), "p.jsonl")
    assert "surrogate" in problems(path)[0]


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_unknown_impressions_are_left_out(tmp_path: Path, value: object) -> None:
    chosen = load_posts(jsonl(tmp_path, ROW | {"impressions": value}), platform="facebook")
    metrics = chosen.examples()[0]["performance_metrics"]
    assert metrics == {"likes": 3, "comments": 2, "shares": 1, "impressions_unknown": True}
    assert chosen.notes[0].startswith("none of the posts tells impressions")


def test_the_newest_ten_in_the_order_of_the_file(tmp_path: Path) -> None:
    days = [5, 12, 1, 9, 3, 11, 2, 8, 10, 4, 7, 6]
    posts = [ROW | {"likes": day, "date": f"2026-01-{day:02d}T08:00:00Z"} for day in days]
    chosen = load_posts(jsonl(tmp_path, *posts), platform="facebook")
    assert [post.likes for post in chosen.posts] == [day for day in days if day > 2]
    assert chosen.sentence() == "the newest 10 of 12 posts"


def test_without_all_dates_the_first_ten(tmp_path: Path) -> None:
    posts = [ROW | {"likes": n, "date": "2026-01-01"} for n in range(11)]
    posts[4]["date"] = "last week"
    chosen = load_posts(jsonl(tmp_path, *posts), platform="facebook")
    assert [post.likes for post in chosen.posts] == list(range(10))
    assert chosen.sentence() == "the first 10 of 11 posts"


def test_moments_in_common_notations_are_compared(tmp_path: Path) -> None:
    moments = ["2026-01-01T00:00:00+02:00", "2025-12-31 23:00:00", 1767225600, "1767225600001"]
    posts = [ROW | {"likes": n, "time": moment} for n, moment in enumerate(moments)]
    chosen = load_posts(jsonl(tmp_path, *posts), platform="facebook")
    published = [post.published for post in chosen.posts if post.published is not None]
    assert len(published) == len(moments)
    assert sorted(published) == published


def test_who_needs_a_platform(tmp_path: Path) -> None:
    assert needs_platform(jsonl(tmp_path, ROW))
    assert not needs_platform(jsonl(tmp_path, ROW | {"platform": "ig"}))
    assert problems(jsonl(tmp_path, ROW), platform="")[0].endswith(
        "platform: missing; name one with --platform"
    )


cells = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=10, max_size=60)


@given(st.lists(cells, min_size=1, max_size=5))
def test_texts_arrive_as_they_are_in_every_form(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("posts")
    rows = [ROW | {"text": text} for text in texts]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for path in (
        write(folder, buffer.getvalue()),
        write(folder, lines, "p.jsonl"),
        write(folder, json.dumps(rows), "p.json"),
    ):
        chosen = load_posts(path, platform="facebook")
        assert [post.content for post in chosen.posts] == texts


@given(st.binary(max_size=300))
def test_rubbish_never_crashes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = write(tmp_path_factory.getbasetemp(), data)
    with contextlib.suppress(PostsError):
        assert load_posts(path, platform="facebook").posts
