"""The samples of the demo: what the API takes, varied, in three languages, and nobody's."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import protovalidate
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from analytics.language import identify
from demo import samples
from manusmesh.content.v1 import (
    analyze_brand_voice_pb2,
    competitive_analysis_pb2,
    generate_skill_pb2,
    refine_content_pb2,
)
from meshkit.cli.posts import load_posts
from meshkit.cli.results import head_of_report

REQUESTS: dict[str, type[Message]] = {
    "generate-skill": generate_skill_pb2.GenerateSkillRequest,
    "analyze-brand-voice": analyze_brand_voice_pb2.AnalyzeBrandVoiceRequest,
    "refine-content": refine_content_pb2.RefineContentRequest,
    "competitive-analysis": competitive_analysis_pb2.CompetitiveAnalysisRequest,
}


def texts(request: dict[str, Any], job: str) -> list[str]:
    """The texts of a request's samples."""
    match job:
        case "generate-skill":
            return [one["content"] for one in request["examples"]]
        case "analyze-brand-voice":
            return [one["content"] for one in request["posts"]]
        case "refine-content":
            return [request["original_content"]["text"], request["feedback"]]
        case _:
            [feed, site, _] = [one["platforms"] for one in request["competitors"]]
            pages = [
                httpx.get(url, trust_env=False).text for url in (feed["feed"], site["website"])
            ]
            return [page.partition("<description>")[2] for page in pages[:1]] + [
                one["articleBody"]
                for one in json.loads(pages[1].partition('ld+json">')[2].partition("</script>")[0])[
                    "@graph"
                ]
            ]


@pytest.mark.parametrize("language", samples.LANGUAGES)
@pytest.mark.parametrize("job", samples.JOBS)
def test_every_job_has_a_valid_sample_in_every_language(job: str, language: str) -> None:
    posts = samples.posts_of(job, language)
    chosen = load_posts(posts, for_voice=job == "analyze-brand-voice") if posts else None
    with samples.sample(job, language, chosen) as sample:
        request = dict(sample.request)
        protovalidate.validate(json_format.ParseDict(request, REQUESTS[job]()))
        assert identify(" ".join(texts(request, job))) == language


@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_the_sample_posts_of_a_skill_are_varied(language: str) -> None:
    path = samples.posts_of("generate-skill", language)
    assert path is not None
    chosen = load_posts(path)
    assert (len(chosen.posts), chosen.rule, chosen.notes) == (10, "all", ())
    assert len({post.platform for post in chosen.posts}) == 2
    assert len({post.content for post in chosen.posts}) == 10
    assert {bool(post.image_url) for post in chosen.posts} == {True, False}
    hosts = {urlsplit(post.image_url).hostname for post in chosen.posts if post.image_url}
    assert hosts == {"images.example.com"}
    assert all(post.impressions for post in chosen.posts)


@pytest.mark.parametrize("language", samples.LANGUAGES)
def test_one_of_the_sites_is_not_to_be_read(language: str) -> None:
    with samples.sample("competitive-analysis", language) as sample:
        urls = [next(iter(one["platforms"].values())) for one in sample.request["competitors"]]
        robots = [httpx.get(httpx.URL(url).join("/robots.txt"), trust_env=False) for url in urls]
    assert [one.status_code for one in robots] == [404, 404, 200]
    assert "Disallow: /\n" in robots[-1].text


def test_the_head_of_a_report_ends_before_its_second_section() -> None:
    assert head_of_report("# T\n\ns\n\n## A\n\na\n\n## B\n\nb\n") == "# T\n\ns\n\n## A\n\na\n"
    assert head_of_report("# T\n") == "# T\n"
