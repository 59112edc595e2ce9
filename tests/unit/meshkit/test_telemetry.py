import pytest

from meshkit import telemetry

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_header_there_and_back():
    context = telemetry.parse(f"00-{TRACE}-{SPAN}-01")
    assert context == telemetry.TraceContext(TRACE, SPAN, "01")
    assert context.traceparent == f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "rubbish",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE[1:]}-{SPAN}-01",
    ],
)
def test_a_malformed_header_starts_a_new_trace(header):
    assert telemetry.parse(header) is None
    started = telemetry.start([("traceparent", header)])
    assert telemetry.parse(started.traceparent) == started
    assert started.trace_id != TRACE


def test_a_call_goes_on_with_the_trace_of_its_caller():
    started = telemetry.start([("x", "y"), ("traceparent", f"00-{TRACE}-{SPAN}-00")])
    assert (started.trace_id, started.flags) == (TRACE, "00")
    assert started.span_id != SPAN


def test_traces_differ():
    assert telemetry.start([]).trace_id != telemetry.start([]).trace_id


def test_a_new_trace_has_the_id_of_the_request():
    request_id = "0af76519-16cd-43dd-8448-eb211c80319c"
    assert telemetry.start([("x-request-id", request_id)]).trace_id == TRACE
    for rubbish in ("", "rubbish", "0" * 32, TRACE.upper()):
        started = telemetry.start([("x-request-id", rubbish)])
        assert telemetry.parse(started.traceparent) == started
        assert started.trace_id != rubbish.lower()
