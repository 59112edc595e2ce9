"""What the contracts of all four agents promise alike."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import protovalidate
import pytest
from google.protobuf.message import Message

from jobs import actions
from jobs.job import Action
from meshkit.errors import Reason
from tests.support.eventually import eventually
from tests.support.grpc_server import failure

AnyAction = Action[Any, Any]
Ask = Callable[..., Any]
Requests = dict[str, Message]

ACTIONS: list[AnyAction] = [
    actions.PLAN,
    actions.ANALYZE_PATTERNS,
    actions.WRITE_SKILL,
    actions.REVIEW_SKILL,
    actions.WRITE_SKILL_REPORT,
    actions.EXECUTE_PYTHON,
    actions.ANALYZE_VOICE,
    actions.BUILD_VOICE_PROFILE,
    actions.WRITE_VOICE_REPORT,
    actions.REFINE_TEXT,
    actions.REVIEW_REFINEMENT,
    actions.ANALYZE_COMPETITION,
    actions.WRITE_COMPETITION_REPORT,
    actions.SEARCH_KNOWLEDGE,
]
"""All but those that read the web, which have tests of their own."""
WITH_EXAMPLES = [
    actions.ANALYZE_PATTERNS,
    actions.WRITE_SKILL,
    actions.REVIEW_SKILL,
    actions.WRITE_SKILL_REPORT,
]
TOOLS = {
    actions.ANALYZE_PATTERNS.path: ["pattern_analysis", "knowledge_search"],
    actions.WRITE_SKILL.path: ["yaml_writer"],
    actions.REVIEW_SKILL.path: ["guard_runner"],
    actions.WRITE_SKILL_REPORT.path: ["report_writer"],
    actions.EXECUTE_PYTHON.path: ["python_execute"],
    actions.ANALYZE_VOICE.path: ["voice_analysis"],
    actions.BUILD_VOICE_PROFILE.path: ["embedding_generator"],
    actions.WRITE_VOICE_REPORT.path: ["report_writer"],
    actions.REFINE_TEXT.path: ["text_refiner"],
    actions.REVIEW_REFINEMENT.path: ["refinement_checks"],
    actions.ANALYZE_COMPETITION.path: ["metrics"],
    actions.WRITE_COMPETITION_REPORT.path: ["report_writer"],
    actions.SEARCH_KNOWLEDGE.path: ["knowledge_search"],
}
REQUIRED = {
    actions.PLAN.path: ["brief", "context"],
    actions.ANALYZE_PATTERNS.path: ["context", "examples"],
    actions.WRITE_SKILL.path: ["context", "examples", "patterns", "target_platforms"],
    actions.REVIEW_SKILL.path: ["context", "draft", "examples"],
    actions.WRITE_SKILL_REPORT.path: [
        "context",
        "draft",
        "examples",
        "patterns",
        "review",
        "rounds",
        "target_platforms",
    ],
    actions.EXECUTE_PYTHON.path: ["code", "context"],
    actions.ANALYZE_VOICE.path: ["context", "posts"],
    actions.BUILD_VOICE_PROFILE.path: ["context", "posts", "report"],
    actions.WRITE_VOICE_REPORT.path: ["context", "draft", "posts", "report"],
    actions.REFINE_TEXT.path: ["context", "feedback", "platform", "text"],
    actions.REVIEW_REFINEMENT.path: ["context", "draft", "text"],
    actions.ANALYZE_COMPETITION.path: ["context", "period_from", "period_to", "reports"],
    actions.WRITE_COMPETITION_REPORT.path: [
        "analysis",
        "context",
        "period_from",
        "period_to",
        "reports",
    ],
    actions.SEARCH_KNOWLEDGE.path: ["context", "request"],
}
# Planning has no entry: it answers at once and has nothing to interrupt.
WORK = [
    (actions.ANALYZE_PATTERNS, "services.research.agent.analyze_patterns"),
    (actions.WRITE_SKILL, "services.coder.agent.write_skill"),
    (actions.REVIEW_SKILL, "services.coder.agent.review_skill"),
    (actions.WRITE_SKILL_REPORT, "services.reporter.agent.write_skill_report"),
    (actions.ANALYZE_VOICE, "services.research.agent.analyze_voice"),
    (actions.BUILD_VOICE_PROFILE, "services.coder.voice.build_profile"),
    (actions.WRITE_VOICE_REPORT, "services.reporter.agent.write_voice_report"),
    (actions.REFINE_TEXT, "services.coder.refinement.refine_text"),
    (actions.REVIEW_REFINEMENT, "services.coder.refinement.review_refinement"),
    (actions.ANALYZE_COMPETITION, "services.coder.competition.analyze"),
    (actions.WRITE_COMPETITION_REPORT, "services.reporter.agent.write_competition_report"),
]
HELD_UP_S = 120.0
"""How long work is held up at most; longer than a test waits for a call to end."""

each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.path[1:])


@each_action
async def test_a_stream_tells_its_progress_and_ends_with_one_result(
    ask: Ask, requests: Requests, outcomes: list[tuple[str, str]], action: AnyAction
) -> None:
    events = [event async for event in ask(action, requests[action.path])]
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds[0] == "progress"
    assert kinds.index("result") == len(kinds) - 1
    assert set(kinds) <= {"progress", "message", "tool_call", "usage", "result"}
    fractions = [event.progress.fraction for event in events if event.HasField("progress")]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(event.progress.message for event in events if event.HasField("progress"))
    for event in events:
        assert protovalidate.collect_violations(event) == []
    assert isinstance(events[-1].result, action.result)
    assert outcomes == [(action.path, "OK")]


@each_action
async def test_a_tool_tells_what_came_out(ask: Ask, requests: Requests, action: AnyAction) -> None:
    events = [event async for event in ask(action, requests[action.path])]
    calls = [event.tool_call for event in events if event.HasField("tool_call")]
    assert [call.name for call in calls] == TOOLS.get(action.path, [])
    assert all(call.outcome == "ok" and call.detail for call in calls)


@each_action
@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "Bearer fedcba9876543210",
        "Bearer 0123456789abcde",
        "Bearer ",
        "Basic 0123456789abcdef",
        f"Bearer sk_openmanus_prod_acme_{'0' * 32}",
    ],
)
async def test_nobody_without_the_internal_key_is_served(
    ask: Ask, requests: Requests, action: AnyAction, credentials: str
) -> None:
    refused = await failure(ask(action, requests[action.path], credentials=credentials))
    assert (refused.code, refused.error.reason) == ("UNAUTHENTICATED", Reason.UNAUTHENTICATED)
    assert "0123" not in refused.text


@each_action
async def test_an_empty_request_is_told_every_field_it_lacks(ask: Ask, action: AnyAction) -> None:
    refused = await failure(ask(action, action.request()))
    assert (refused.code, refused.error.reason) == ("INVALID_ARGUMENT", Reason.INVALID_ARGUMENT)
    assert sorted(violation.field for violation in refused.error.violations) == sorted(
        REQUIRED[action.path]
    )


@each_action
async def test_a_context_that_names_no_task_is_refused(
    ask: Ask, requests: Requests, action: AnyAction
) -> None:
    request = action.request()
    request.CopyFrom(requests[action.path])
    request.context.task_id = "task_{0}:input"
    request.context.step_id = "Coder 2"
    request.context.attempt = 0
    request.context.tenant_id = "acme"
    refused = await failure(ask(action, request))
    assert refused.code == "INVALID_ARGUMENT"
    assert sorted(violation.field for violation in refused.error.violations) == [
        "context.attempt",
        "context.step_id",
        "context.task_id",
        "context.tenant_id",
    ]


@pytest.mark.parametrize("action", WITH_EXAMPLES, ids=lambda action: action.path[1:])
async def test_bad_examples_are_named_by_their_place(
    ask: Ask, requests: Requests, action: AnyAction
) -> None:
    request = action.request()
    request.CopyFrom(requests[action.path])
    request.examples[1].content = "short"
    request.examples[3].platform = "myspace"
    request.examples[4].performance_metrics.ClearField("likes")
    refused = await failure(ask(action, request))
    assert refused.code == "INVALID_ARGUMENT"
    assert [violation.field for violation in refused.error.violations] == [
        "examples[1].content",
        "examples[3].platform",
        "examples[4].performance_metrics.likes",
    ]


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds work up until it is set, at the latest at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize(("action", "work"), WORK, ids=lambda item: getattr(item, "path", ""))
async def test_cancelling_the_call_ends_it(
    *,
    ask: Ask,
    requests: Requests,
    outcomes: list[tuple[str, str]],
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    action: AnyAction,
    work: str,
) -> None:
    begun = threading.Event()

    def hold(_request: object) -> None:
        begun.set()
        gate.wait(HELD_UP_S)

    monkeypatch.setattr(work, hold)
    call = ask(action, requests[action.path])
    assert (await anext(aiter(call))).HasField("progress")
    await eventually(begun.is_set)
    assert outcomes == []
    call.cancel()
    # The work itself is still held up: the call does not wait for it.
    await eventually(lambda: outcomes == [(action.path, "CANCELLED")])
    assert not gate.is_set()
