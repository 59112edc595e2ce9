"""Brand voice, refinement and competition as REST clients use them, and what they leave behind."""

import itertools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo import samples
from meshkit.cli.posts import load_posts
from tests.e2e.conftest import SITES
from tests.support.mesh import Mesh, request

Json = dict[str, Any]

DEMO = Path(__file__).parents[2] / "demo"
POSTS: list[Json] = [
    json.loads(line) for line in (DEMO / "voice_en.jsonl").read_text(encoding="utf-8").splitlines()
]
TEXT = json.loads((DEMO / "texts.json").read_text(encoding="utf-8"))["en"]
TENANTS = itertools.count()


def ended(client: httpx.Client, job: str, body: Json) -> Json:
    """The end of a job, started and waited for in the calls of one Dify node."""
    key = {"Idempotency-Key": f"run{next(TENANTS)}"}
    while True:
        answer = client.post(
            f"/api/{job}/run", params={"wait_seconds": 20}, json=body, headers=key, timeout=60
        )
        if answer.status_code != 409:
            assert answer.status_code == 200, answer.text
            end: Json = answer.json()
            return end
        assert answer.json()["error"]["code"] == "RESULT_NOT_READY", answer.text


def run(client: httpx.Client, job: str, body: Json) -> Json:
    """The result of a job that completes."""
    end = ended(client, job, body)
    assert end["status"] == "completed", end
    result: Json = end["result"]
    return result


def refine(client: httpx.Client, **changes: Any) -> Json:
    content = {"text": TEXT["text"], "platform": "linkedin"}
    body = {"original_content": content, "feedback": TEXT["feedback"], "iteration": 1}
    answer = client.post("/api/refine-content", json={**body, **changes})
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()
    return result


@pytest.fixture
def acme(tenant: Callable[[str], Mesh]) -> Iterator[httpx.Client]:
    """A tenant of this test alone."""
    with tenant(f"jobs{next(TENANTS)}").client() as client:
        yield client


@pytest.fixture
def other(tenant: Callable[[str], Mesh]) -> Iterator[httpx.Client]:
    with tenant(f"jobs{next(TENANTS)}").client() as client:
        yield client


def test_a_voice_is_measured_kept_and_used(acme: httpx.Client) -> None:
    result = run(acme, "analyze-brand-voice", {"posts": POSTS})
    profile = result["brand_voice_profile"]
    assert set(profile) >= {"tone", "lexicon", "style", "voice_dimensions"}
    assert "coffee" in " ".join(profile["lexicon"]["keywords"])
    assert profile["style"]["sentence_length"] in ("short", "medium", "long")
    assert all(
        0 <= profile["voice_dimensions"][name] <= 100 for name in ("formality", "enthusiasm")
    )
    assert math.isclose(sum(one**2 for one in result["embedding_vector"]), 1, abs_tol=0.01)
    contents = {post["content"] for post in POSTS}
    assert contents >= {str(post) for post in result["sample_posts"]["high_scoring"]}

    [listed] = acme.get("/api/brand-voices").json()["brand_voices"]
    assert listed["profile_id"] == result["profile_id"]
    kept = acme.get(f"/api/brand-voices/{result['profile_id']}")
    assert kept.status_code == 200
    assert kept.json()["result"]["brand_voice_profile"] == profile

    without = refine(acme)
    within = refine(acme, brand_voice_profile_id=result["profile_id"])
    assert all(one["brand_voice_score"] == 0 for one in without["refined_options"])
    assert any(one["brand_voice_score"] > 0 for one in within["refined_options"])


def test_a_refinement_does_what_was_asked_and_keeps_the_facts(acme: httpx.Client) -> None:
    options = refine(acme)["refined_options"]
    assert 2 <= len(options) <= 3
    assert len({one["content"]["text"] for one in options}) == len(options)
    for one in options:
        text = one["content"]["text"]
        assert len(text) < len(TEXT["text"])
        assert "☕" not in text
        assert "🎉" not in text
        assert text.count("#") <= 2
        assert "?" in text
        assert {"120", "12"} <= set(text.replace("euros", " ").split()), text
        assert one["changes_made"]
        assert one["predicted_performance"]["basis"]


def test_a_sixth_iteration_is_refused(acme: httpx.Client) -> None:
    content = {"text": TEXT["text"], "platform": "linkedin"}
    body = {"original_content": content, "feedback": "shorter", "iteration": 6}
    answer = acme.post("/api/refine-content", json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "INVALID_ARGUMENT"
    assert [one["field"] for one in error["details"]["fields"]] == ["iteration"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/",
        "http://localhost/feed",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
    ],
)
def test_competitors_inside_the_network_are_not_read(acme: httpx.Client, url: str) -> None:
    competitors = [{"name": "Insider", "platforms": {"website": url}}]
    body = {"competitors": competitors, "analysis_period_days": 30}
    end = ended(acme, "competitive-analysis", body)
    assert end["status"] == "failed"
    assert "Insider" in end["error"]["message"], end


def test_a_partial_answer_is_cached_with_what_is_missing_and_what_was_tried(
    acme: httpx.Client,
) -> None:
    addresses = {"Insider": "http://127.0.0.1/", "Router": "http://10.0.0.1/feed"}
    body = {
        "posts": POSTS,
        "include_competitors": True,
        "competitors": [
            {"name": name, "platforms": {"website": addresses[name]}} for name in addresses
        ],
    }
    first = ended(acme, "analyze-brand-voice", body)
    evidence = first["result"]["evidence"]
    assert [(one["id"], one["url"], one["outcome"]) for one in evidence["receipts"]] == [
        (f"research_{number}_fetch_1", url, "refused")
        for number, url in enumerate(addresses.values(), start=1)
    ]
    assert [one["receipt_ids"] for one in evidence["failed_competitors"]] == [
        ["research_1_fetch_1"],
        ["research_2_fetch_1"],
    ]
    basis = first["result"]["competitor_differentiation"]["basis"]
    assert basis.startswith("Nothing could be compared: no competitor could be read. Insider: ")
    plan = acme.get(f"/api/tasks/{first['task_id']}").json()["detail"]["plan"]
    assert plan["estimated_seconds"] > 0
    assert plan["resources"]["cost_usd"] == 0

    again = ended(acme, "analyze-brand-voice", body)
    assert (first["result"]["cached"], again["result"]["cached"]) == (False, True)
    assert again["partial"]
    assert again["result"]["partial"]
    assert again["result"]["evidence"] == evidence
    status = acme.get(f"/api/analyze-brand-voice/status/{again['task_id']}").json()
    assert [step["step"] for step in status["completed_steps"]] == ["cache"]
    assert (status["total_steps"], status["partial"]) == (1, True)
    assert [one["name"] for one in status["missing"]] == list(addresses)


def test_what_a_tenant_made_does_not_exist_for_another(
    acme: httpx.Client, other: httpx.Client
) -> None:
    voice = run(acme, "analyze-brand-voice", {"posts": POSTS})["profile_id"]
    skill = run(acme, "generate-skill", request())["skill_id"]
    unknown = {"voice": voice[:-4] + "0000", "skill": skill[:-4] + "0000"}
    for path, mine, foreign in (
        ("/api/brand-voices", voice, unknown["voice"]),
        ("/api/skills", skill, unknown["skill"]),
    ):
        assert acme.get(f"{path}/{mine}").status_code == 200
        answers = [other.get(f"{path}/{name}") for name in (mine, foreign)]
        assert [one.status_code for one in answers] == [404, 404]
        errors = [one.json()["error"] for one in answers]
        for error, name in zip(errors, (mine, foreign), strict=True):
            error["message"] = error["message"].replace(name, "")
        assert errors[0] == errors[1]
    assert other.get("/api/brand-voices").json().get("brand_voices", []) == []
    assert other.get("/api/skills").json().get("skills", []) == []
    content = {"text": TEXT["text"], "platform": "linkedin"}
    body = {"original_content": content, "feedback": "shorter", "iteration": 1}
    answers = [
        other.post("/api/refine-content", json={**body, "brand_voice_profile_id": name})
        for name in (voice, unknown["voice"])
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert len({one.json()["error"]["code"] for one in answers}) == 1


def test_the_same_name_makes_the_next_version(acme: httpx.Client) -> None:
    first = run(acme, "generate-skill", request())
    second = run(acme, "generate-skill", request(count=9))
    assert first["skill_id"] == second["skill_id"]
    newest = acme.get(f"/api/skills/{first['skill_id']}").json()
    oldest = acme.get(f"/api/skills/{first['skill_id']}", params={"version": "1.0.0"}).json()
    assert newest["versions"] == ["1.1.0", "1.0.0"]
    assert newest["skill_yaml"] == second["skill_yaml"]
    assert oldest["skill_yaml"] == first["skill_yaml"]


@pytest.mark.parametrize(
    ("language", "per_week", "wall", "gap"),
    [
        ("de", {"Radhaus Nord": 2.0, "Südrad": 1.25}, "Die Mauer", "Leasing"),
        ("es", {"Obrador del Sur": 1.75, "Panadería Norte": 1.5}, "El Muro", "sin gluten"),
    ],
)
def test_competitors_on_sites_of_any_language(
    acme: httpx.Client, language: str, per_week: dict[str, float], wall: str, gap: str
) -> None:
    with samples.sample("competitive-analysis", language, host=SITES) as sample:
        end = ended(acme, "competitive-analysis", sample.request)
    assert end["status"] == "completed", end
    result = end["result"]
    assert (result["competitors_analyzed"], result["total_posts_analyzed"]) == (2, 13)
    rates = result["insights"]["posting_frequency"]["by_competitor"]
    assert {one["name"]: one["posts_per_week"] for one in rates} == per_week
    [failed] = result["failed_competitors"]
    assert failed["name"] == wall
    assert "robots" in failed["reason"]
    assert any(one.startswith(f"“{gap}”: none of 13 posts") for one in result["content_gaps"])
    assert all(one["frequency"] > 0 for one in result["insights"]["content_themes"])
    fetched = {one["outcome"] for one in result["evidence"]["receipts"]}
    assert "ok" in fetched


@pytest.mark.parametrize("language", ["de", "es"])
@pytest.mark.parametrize("job", ["generate-skill", "analyze-brand-voice", "refine-content"])
def test_the_samples_of_every_language(acme: httpx.Client, job: str, language: str) -> None:
    posts = samples.posts_of(job, language)
    chosen = load_posts(posts, for_voice=job == "analyze-brand-voice") if posts else None
    with samples.sample(job, language, chosen) as sample:
        if job != "refine-content":
            result = run(acme, job, sample.request)
            assert result["confidence_score"] > 0
            assert result["report_markdown"].startswith("# ")
            return
        answer = acme.post("/api/refine-content", json=sample.request)
    assert answer.status_code == 200, answer.text
    original = sample.request["original_content"]["text"]
    for one in answer.json()["refined_options"]:
        text = one["content"]["text"]
        assert len(text) < len(original)
        assert text.count("#") <= 2
        assert "?" in text
