"""Programs in both sandboxes: what they may do, and what none of those that abuse it gets."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from jobs import actions
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.isolation import confinement
from services.coder.tools.python_execute import PythonSandbox, open_sandbox
from tests.support.abuse import CRASHES, ESCAPES, WASTES
from tests.support.eventually import eventually
from tests.support.grpc_server import failure

Ask = Callable[..., Any]

WRITTEN = Path("/tmp/abuse")  # noqa: S108 - where the programs try to write
needs_kernel = pytest.mark.skipif(
    bool(confinement.missing()), reason=f"no hardened sandbox here: {confinement.missing()}"
)
BOTH = ["monty", pytest.param("hardened", marks=needs_kernel)]


@pytest.fixture(params=BOTH)
async def python(request: pytest.FixtureRequest) -> AsyncIterator[PythonSandbox]:
    async with open_sandbox(request.param, size=1) as opened:
        yield opened


async def run(
    python: PythonSandbox, code: str, inputs: object = None, *, timeout_ms: int = 5000
) -> pb.PythonOutcome:
    request = pb.ExecutePythonRequest(
        code=code, inputs_json=json.dumps(inputs), timeout_ms=timeout_ms
    )
    return await python.run(request)


async def test_a_program_works_on_inputs_prints_and_leaves_a_result(python: PythonSandbox) -> None:
    code = "print('total', sum(inputs['likes']))\nresult = {'mean': mean(inputs['likes'])}"
    outcome = await run(python, code, {"likes": [1, 2, 6]})
    assert (outcome.outcome, outcome.error) == ("ok", "")
    assert json.loads(outcome.output_json) == {"mean": 3.0}
    assert outcome.printed == "total 9\n"
    assert outcome.sandbox == python.sandbox


async def test_the_functions_that_programs_may_call(python: PythonSandbox) -> None:
    code = (
        "result = [median([3, 1, 2]), stdev([1, 3]), quantile([1, 2, 3], 0.25), "
        "correlation([1, 2, 3], [2, 4, 6])]"
    )
    found = json.loads((await run(python, code)).output_json)
    assert found == pytest.approx([2, 2**0.5, 1.5, 1.0])


@pytest.mark.parametrize("argument", ["[]", "['1']", "[10 ** 400]", "[float('nan')]", "7"])
async def test_a_function_refuses_what_is_no_list_of_numbers(
    python: PythonSandbox, argument: str
) -> None:
    outcome = await run(python, f"result = mean({argument})")
    assert outcome.outcome == "error"
    assert outcome.output_json == ""


async def test_an_error_says_where_and_what(python: PythonSandbox) -> None:
    outcome = await run(python, "print('before')\nx = 1\nx / 0")
    assert (outcome.outcome, outcome.printed) == ("error", "before\n")
    assert "line 3" in outcome.error
    assert "ZeroDivisionError" in outcome.error


async def test_a_syntax_error_is_an_outcome(python: PythonSandbox) -> None:
    assert (await run(python, "this is no program")).outcome == "error"


@pytest.mark.parametrize("result", ["float('nan')", "{1, 2}", "print"])
async def test_a_result_that_is_no_json_is_an_error(python: PythonSandbox, result: str) -> None:
    assert (await run(python, f"result = {result}")).outcome == "error"


async def test_nothing_of_a_program_is_left_to_the_next(python: PythonSandbox) -> None:
    await run(python, "import json\njson.secret = 1\nglobals()['secret'] = 1\nsecret = 1")
    outcome = await run(python, "import json\nresult = hasattr(json, 'secret')")
    assert outcome.output_json == "false"
    assert (await run(python, "result = secret")).outcome == "error"


def was_written() -> bool:
    return WRITTEN.exists()


async def still_works(python: PythonSandbox) -> bool:
    return (await run(python, "result = 1 + 1")).output_json == "2"


@pytest.mark.parametrize("name", ESCAPES)
async def test_no_program_gets_what_is_not_its_own(python: PythonSandbox, name: str) -> None:
    code = ESCAPES[name].replace("{parent}", str(os.getpid()))
    outcome = await run(python, code)
    assert outcome.outcome != "ok" or outcome.output_json == "null", outcome
    assert not was_written()
    assert await still_works(python)


@pytest.mark.parametrize("name", WASTES)
async def test_no_program_takes_more_than_it_may(python: PythonSandbox, name: str) -> None:
    outcome = await asyncio.wait_for(run(python, WASTES[name], timeout_ms=500), 60)
    if name == "sleeps" or outcome.outcome != "ok":
        assert outcome.outcome in {"timeout", "memory", "error", "crashed"}, outcome
    else:
        # An interpreter that finds the answer without the waste has done nothing wrong.
        assert len(outcome.output_json) <= 200_000, outcome
    assert len(outcome.printed) <= 100_000
    assert await still_works(python)


@pytest.mark.parametrize("name", CRASHES)
async def test_a_program_that_ends_its_process_ends_no_other(
    python: PythonSandbox, name: str
) -> None:
    outcome = await run(python, CRASHES[name])
    assert outcome.output_json in {"", "null"}
    assert await still_works(python)


async def test_programs_are_refused_where_they_are_switched_off() -> None:
    async with open_sandbox("off") as python:
        with pytest.raises(MeshError, match="switched off") as raised:
            await run(python, "result = 1")
    assert raised.value.reason == Reason.PERMISSION_DENIED


async def test_the_hardened_sandbox_is_refused_where_the_kernel_does_not_confine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    async with open_sandbox("hardened") as python:
        with pytest.raises(MeshError, match="Landlock") as raised:
            await run(python, "result = 1")
    assert raised.value.reason == Reason.PERMISSION_DENIED


async def test_inputs_that_are_no_json_are_refused(python: PythonSandbox) -> None:
    for text in ("{", "[" * 50_000):
        with pytest.raises(MeshError) as raised:
            await python.run(pb.ExecutePythonRequest(code="result = 1", inputs_json=text))
        assert raised.value.reason == Reason.INVALID_ARGUMENT


async def test_the_call_streams_its_use_of_the_tool_and_one_outcome(
    ask: Ask, context: run_pb2.CallContext
) -> None:
    request = pb.ExecutePythonRequest(
        context=context, code="result = len(inputs)", inputs_json="[7]"
    )
    events = [event async for event in ask(actions.EXECUTE_PYTHON, request)]
    assert [event.WhichOneof("event") for event in events] == [
        "progress",
        "tool_call",
        "progress",
        "result",
    ]
    assert (events[1].tool_call.name, events[1].tool_call.outcome) == ("python_execute", "ok")
    assert events[-1].result.output_json == "1"


@pytest.mark.parametrize("code", ["", "x" * 20_001])
async def test_the_call_refuses_a_program_without_or_with_too_much_text(
    ask: Ask, context: run_pb2.CallContext, code: str
) -> None:
    request = pb.ExecutePythonRequest(context=context, code=code)
    failed = await failure(ask(actions.EXECUTE_PYTHON, request))
    assert failed.error.reason == Reason.INVALID_ARGUMENT


async def test_cancelling_the_call_ends_the_program(
    ask: Ask, context: run_pb2.CallContext, outcomes: list[tuple[str, str]]
) -> None:
    code = "while True: pass"
    request = pb.ExecutePythonRequest(context=context, code=code, timeout_ms=10_000)
    call = ask(actions.EXECUTE_PYTHON, request)
    assert (await anext(aiter(call))).HasField("progress")
    await eventually(lambda: bool(children()))
    call.cancel()
    await eventually(lambda: outcomes == [(actions.EXECUTE_PYTHON.path, "CANCELLED")])
    # By itself it would go on for ten seconds.
    await eventually(lambda: not children(), seconds=9)


def children() -> list[str]:
    """The ids of this process's children that hold programs."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return [one for one in found if "meshkit.isolation.child" in command_of(one)]


def command_of(process_id: str) -> str:
    try:
        return Path(f"/proc/{process_id}/cmdline").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""
