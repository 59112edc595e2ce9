"""The sample posts of the demo: what the API takes, varied, and nobody's."""

from pathlib import Path
from urllib.parse import urlsplit

import protovalidate
from google.protobuf import json_format

import demo
from manusmesh.content.v1 import generate_skill_pb2
from meshkit.cli.posts import load_posts
from meshkit.cli.results import head_of_report

SAMPLE = Path(next(iter(demo.__path__))) / "posts.jsonl"


def test_the_sample_posts_are_a_valid_request() -> None:
    chosen = load_posts(SAMPLE)
    assert (len(chosen.posts), chosen.rule, chosen.notes) == (10, "all", ())
    request = {"examples": chosen.examples(), "target_platforms": chosen.platforms()}
    protovalidate.validate(
        json_format.ParseDict(request, generate_skill_pb2.GenerateSkillRequest())
    )


def test_the_sample_posts_are_varied() -> None:
    posts = load_posts(SAMPLE).posts
    assert len({post.platform for post in posts}) == 2
    assert len({post.content for post in posts}) == 10
    assert {bool(post.image_url) for post in posts} == {True, False}
    hosts = {urlsplit(post.image_url).hostname for post in posts if post.image_url}
    assert hosts == {"images.example.com"}


def test_the_head_of_a_report_ends_before_its_second_section() -> None:
    assert head_of_report("# T\n\ns\n\n## A\n\na\n\n## B\n\nb\n") == "# T\n\ns\n\n## A\n\na\n"
    assert head_of_report("# T\n") == "# T\n"
