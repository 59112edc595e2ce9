import pytest

from meshkit import client, telemetry


@pytest.mark.parametrize(
    ("addresses", "target"),
    [
        ("127.0.0.1:1", "ipv4:127.0.0.1:1"),
        ("127.0.0.1:1, 127.0.0.2:2,", "ipv4:127.0.0.1:1,127.0.0.2:2"),
        ("coder.mesh.svc:50063", "dns:///coder.mesh.svc:50063"),
    ],
)
def test_targets(addresses, target):
    assert client.target(addresses) == target


@pytest.mark.parametrize("addresses", ["", " , ", "a:1,b:2", "127.0.0.1:1,b:2"])
def test_addresses_that_are_none(addresses):
    with pytest.raises(ValueError, match="address"):
        client.target(addresses)


@pytest.mark.parametrize(
    ("addresses", "count"),
    [("127.0.0.1:1", 1), ("127.0.0.1:1, 127.0.0.2:2,", 2), ("coder.mesh.svc:50063", 2)],
)
def test_replicas_of_an_address_setting(addresses, count):
    assert client.replicas(addresses) == count


def test_metadata_carries_key_and_trace():
    assert client.metadata("k") == (("authorization", "Bearer k"),)
    token = telemetry.current.set(telemetry.TraceContext("1" * 32, "2" * 16))
    try:
        assert dict(client.metadata("k"))["traceparent"] == f"00-{'1' * 32}-{'2' * 16}-01"
    finally:
        telemetry.current.reset(token)
