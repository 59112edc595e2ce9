"""What a mesh can be asked for on the command line."""

import pytest

from meshkit.local.errors import LocalMeshError
from meshkit.local.options import parse_networks, parse_replicas


def test_replicas() -> None:
    assert parse_replicas("") == {}
    assert parse_replicas("orchestrator=2, research=3,") == {"orchestrator": 2, "research": 3}


@pytest.mark.parametrize("text", ["redis=2", "research", "research=0", "research=33", "research=x"])
def test_replicas_that_cannot_be(text: str) -> None:
    with pytest.raises(LocalMeshError, match="replicas"):
        parse_replicas(text)


def test_networks() -> None:
    assert parse_networks([]) == ()
    networks = parse_networks(["127.0.0.0/8,::1", "10.0.0.0/8"])
    assert networks == ("127.0.0.0/8", "::1/128", "10.0.0.0/8")


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1/8", "", "300.0.0.0/8"])
def test_networks_that_are_none(text: str) -> None:
    with pytest.raises(LocalMeshError, match="allow-private"):
        parse_networks([text])
