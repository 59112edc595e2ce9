from datetime import UTC, datetime, timedelta

import pytest
import yaml
from google.protobuf import json_format

from analytics.skill.validator import validate_skill
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import run_pb2, skill_pb2
from services.coder import agent
from services.research.agent import analyze_patterns
from tests.support import mesh

TASK_ID = f"task_{'a' * 32}"


@pytest.fixture
def writing() -> pb.WriteSkillRequest:
    wish = generate_skill_pb2.GenerateSkillRequest()
    json_format.ParseDict(mesh.request(8), wish)
    return pb.WriteSkillRequest(
        context=run_pb2.CallContext(
            task_id=TASK_ID, step_id="coder", attempt=1, tenant_id="tenant_acme"
        ),
        examples=wish.examples,
        patterns=analyze_patterns(wish.examples),
        skill_name=wish.skill_name,
        target_platforms=["linkedin", "twitter"],
    )


def review_of(draft: skill_pb2.SkillDraft, writing: pb.WriteSkillRequest) -> skill_pb2.SkillReview:
    request = pb.ReviewSkillRequest(
        draft=draft, examples=writing.examples, scores=writing.patterns.scores
    )
    return agent.review_skill(request)


def test_a_draft_says_where_it_comes_from(writing: pb.WriteSkillRequest) -> None:
    draft = agent.write_skill(writing)
    assert validate_skill(draft.yaml) == []
    skill = yaml.safe_load(draft.yaml)
    assert (skill["skill_id"], skill["name"]) == (draft.skill_id, draft.name)
    assert skill["platforms"] == ["linkedin", "twitter"]
    made = skill["provenance"]
    assert (made["task_id"], made["engine"], made["examples"]) == (TASK_ID, "offline", 8)
    age = datetime.now(UTC) - datetime.fromisoformat(made["created_at"])
    assert timedelta(0) <= age < timedelta(minutes=5)


def test_the_first_draft_changes_nothing_and_the_next_says_what(
    writing: pb.WriteSkillRequest,
) -> None:
    first = agent.write_skill(writing)
    review = review_of(first, writing)
    assert (list(first.changes), review.accepted) == ([], False)
    writing.previous.CopyFrom(first)
    writing.review.CopyFrom(review)
    second = agent.write_skill(writing)
    assert second.changes
    assert review_of(second, writing).score > review.score


def test_an_accepted_draft_leaves_nothing_to_change(writing: pb.WriteSkillRequest) -> None:
    for _ in range(5):
        draft = agent.write_skill(writing)
        review = review_of(draft, writing)
        writing.previous.CopyFrom(draft)
        writing.review.CopyFrom(review)
        if review.accepted:
            break
    assert review.accepted
    assert list(agent.write_skill(writing).changes) == []


def test_a_review_counts_each_example_once(writing: pb.WriteSkillRequest) -> None:
    review = review_of(agent.write_skill(writing), writing)
    test = review.back_test
    assert [entry.index for entry in test.entries] == list(range(8))
    better = [entry for entry in test.entries if entry.better_half]
    assert (len(better), test.better_total, test.rest_total) == (4, 4, 4)
    assert test.better_accepted == sum(entry.accepted for entry in better)
    assert review.score == 100 * test.better_accepted / test.better_total
    for entry in test.entries:
        assert entry.accepted is not bool(entry.failed_guards)


def test_an_invalid_file_is_no_error(writing: pb.WriteSkillRequest) -> None:
    review = review_of(skill_pb2.SkillDraft(yaml="name: X"), writing)
    assert all(violation.message for violation in review.violations)
    assert len(review.violations) > 0
    assert (review.accepted, review.score, len(review.back_test.entries)) == (False, 0, 0)
