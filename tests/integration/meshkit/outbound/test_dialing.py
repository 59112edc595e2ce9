"""Dialling: only checked addresses, the name's TLS and Host, no more than the head of an answer."""

import asyncio
import ipaddress
import socket
import ssl
import time

import httpcore
import pytest
import trustme

from meshkit.outbound import dialing, urls
from meshkit.outbound.addresses import parse_networks
from meshkit.webhooks import attempt
from tests.support.receiver import Receiver, receiving

LOOPBACK = parse_networks("127.0.0.0/8")


@pytest.fixture
async def receiver():
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def system():
    """The resolver of this machine."""
    resolver = dialing.SystemResolver()
    yield resolver
    await resolver.close()


def answering(*answers: str):
    """A resolver that answers the same addresses every time."""

    async def resolve(host: str, port: int) -> list[dialing.Address]:
        return [ipaddress.ip_address(text) for text in answers]

    return resolve


async def post(backend: dialing.CheckedBackend, url: str, **more: float) -> dialing.Answer:
    limits = {"connect_timeout_s": 3.0, "timeout_s": 5.0, **more}
    return await dialing.post(backend, urls.parse(url), headers={"X": "y"}, body=b"hi", **limits)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_an_allowed_host_is_called(receiver, system, host) -> None:
    backend = dialing.CheckedBackend(LOOPBACK, system)
    answer = await post(backend, receiver.url("/a?b", host=host))
    assert answer.status == 200
    assert answer.headers["content-length"] == "2"
    (request,) = receiver.received
    assert (request.path, request.body, request.headers["x"]) == ("/a?b", b"hi", "y")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost"])
async def test_this_machine_is_not_called_by_default(receiver, system, host) -> None:
    with pytest.raises(dialing.RefusedAddressError):
        await post(dialing.CheckedBackend((), system), receiver.url(host=host))
    assert receiver.received == []


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_one_address_that_is_not_public_refuses_the_host(receiver, answers) -> None:
    backend = dialing.CheckedBackend((), answering(*answers))
    with pytest.raises(dialing.RefusedAddressError):
        await post(backend, receiver.url(host="example.com"))
    assert receiver.received == []


@pytest.mark.parametrize("answers", [["::1", "127.0.0.1"], ["127.0.0.1", "10.0.0.1"]])
async def test_of_a_host_in_an_allowed_network_the_other_addresses_are_not_tried(
    receiver, answers, monkeypatch
) -> None:
    backend = dialing.CheckedBackend(LOOPBACK, answering(*answers))
    tried = []
    connect = backend._backend.connect_tcp

    async def counted(host, *more):
        tried.append(host)
        return await connect(host, *more)

    monkeypatch.setattr(backend._backend, "connect_tcp", counted)
    assert (await post(backend, receiver.url(host="localhost"))).status == 200
    assert tried == ["127.0.0.1"]


@pytest.mark.parametrize("answers", [["::1"], ["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "::1"]])
async def test_an_allowed_network_opens_no_other_host(receiver, answers) -> None:
    backend = dialing.CheckedBackend(LOOPBACK, answering(*answers))
    with pytest.raises(dialing.RefusedAddressError):
        await post(backend, receiver.url(host="example.com"))


async def test_the_next_address_is_tried_when_one_refuses(receiver) -> None:
    backend = dialing.CheckedBackend(LOOPBACK, answering("127.0.0.9", "127.0.0.1"))
    assert (await post(backend, receiver.url(host="example.com"))).status == 200
    assert receiver.received[0].headers["host"] == f"example.com:{receiver.port}"


async def test_an_unknown_host() -> None:
    async def unknown(host: str, port: int) -> list[dialing.Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    for resolver in (unknown, answering()):
        with pytest.raises(dialing.UnknownHostError):
            await post(dialing.CheckedBackend((), resolver), "http://example.com/")


async def test_the_resolver_of_this_machine(system) -> None:
    assert ipaddress.ip_address("127.0.0.1") in await system("localhost", 80)
    assert await system("192.0.2.1", 80) == [ipaddress.ip_address("192.0.2.1")]
    with pytest.raises(OSError):  # noqa: PT011 (what it says is the machine's name server's)
        await system("nothing.invalid", 80)


async def test_a_slow_name_server_counts_against_the_time_to_connect() -> None:
    async def slow(host: str, port: int) -> list[dialing.Address]:
        await asyncio.Event().wait()
        return []

    began = time.monotonic()
    backend = dialing.CheckedBackend((), slow)
    with pytest.raises(httpcore.ConnectTimeout):
        await post(backend, "http://example.com/", connect_timeout_s=0.05)
    assert time.monotonic() - began < 4


async def test_the_whole_attempt_has_a_limit(receiver, system) -> None:
    receiver.go_on.clear()
    with pytest.raises(TimeoutError):
        await post(dialing.CheckedBackend(LOOPBACK, system), receiver.url(), timeout_s=2.0)
    assert len(receiver.received) == 1


async def test_an_endless_body_is_not_read(system) -> None:
    closed = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                await writer.drain()
        except OSError:
            closed.set()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        answer = await post(dialing.CheckedBackend(LOOPBACK, system), f"http://127.0.0.1:{port}/")
        assert answer.status == 200
        async with asyncio.timeout(5):
            await closed.wait()


async def test_proxies_of_the_environment_do_not_exist(receiver, system, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer = await post(dialing.CheckedBackend(LOOPBACK, system), receiver.url())
    assert answer.status == 200


@pytest.fixture
async def secure(monkeypatch):
    """A port that speaks TLS for hooks.example.com, whose authority is trusted; answers 200."""
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.example.com").configure_cert(served)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    monkeypatch.setattr(dialing, "tls", lambda: trusted)
    server = await asyncio.start_server(Receiver().serve, "127.0.0.1", 0, ssl=served)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_certificate_is_that_of_the_name(secure) -> None:
    backend = dialing.CheckedBackend(LOOPBACK, answering("127.0.0.1"))
    assert (await post(backend, f"https://hooks.example.com:{secure}/")).status == 200
    outcome = await attempt.post(
        backend, f"https://other.example.com:{secure}/", headers={}, body=b""
    )
    assert outcome.status_code == 0
    assert outcome.error.startswith("The TLS handshake failed: ")
    assert "127.0.0.1" not in outcome.error


async def test_what_is_no_http_is_an_outcome(system) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    backend = dialing.CheckedBackend(LOOPBACK, system)
    async with server:
        outcome = await attempt.post(backend, f"http://127.0.0.1:{port}/", headers={}, body=b"x")
    assert "HTTP" in outcome.error
    # The port is closed now.
    outcome = await attempt.post(backend, f"http://127.0.0.1:{port}/", headers={}, body=b"x")
    assert "reached" in outcome.error
    outcome = await attempt.post(backend, "ftp://example.com/", headers={}, body=b"x")
    assert outcome.error == "The callback URL must be an http or https URL."
