"""Dials hosts that tenants name, and only at addresses that have been checked.

The name is resolved here, every address of the answer is judged, and the connection goes to one of
the addresses judged, not to the name again: a name server that answers differently the next time
(DNS rebinding) gains nothing. The TLS server name and the header Host stay the name's. Proxies of
the environment, redirects and decompression do not exist at this level.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiodns
import certifi
import httpcore

from meshkit.outbound.addresses import Address, Network, callable_of
from meshkit.outbound.urls import Target

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Answers all addresses of a host, best first; raises OSError when there are none."""

_LOOKUP_TRY_S: Final = 1.0
_LOOKUP_TRIES: Final = 2
"""How long a name server may take to answer, and how often it is asked."""
_ADDRESSES_MAX: Final = 4
"""How many addresses of a host are tried."""


class RefusedAddressError(Exception):
    """A host has an address that must not be called, and none that the operator allows."""


class UnknownHostError(httpcore.ConnectError):
    """A host has no address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an HTTP answer; the body is not read.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; of repeated ones the last.
    """

    status: int
    headers: Mapping[str, str]


class SystemResolver:
    """Looks hosts up as this machine is set up to: its hosts file, name servers, search domains.

    Without threads, unlike `getaddrinfo` of the loop: a lookup that nobody waits for any more costs
    nothing, so that silent name servers of one tenant can't hold up the lookups of the others. To
    be made and closed in a running loop.
    """

    def __init__(self) -> None:
        self._channel = aiodns.DNSResolver(timeout=_LOOKUP_TRY_S, tries=_LOOKUP_TRIES)

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host, each once; OSError when there are none."""
        try:
            found = await self._channel.getaddrinfo(
                host, socket.AF_UNSPEC, port, type=socket.SOCK_STREAM
            )
        except aiodns.error.DNSError as error:
            raise socket.gaierror(*error.args) from error
        return list(dict.fromkeys(ipaddress.ip_address(n.addr[0].decode()) for n in found.nodes))

    async def close(self) -> None:
        """Ends the lookups under way."""
        await self._channel.close()


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections for httpcore, to checked addresses alone.

    Args:
        allow_private: Networks that may be called although they are not public.
        resolver: Looks hosts up.
    """

    def __init__(self, allow_private: Sequence[Network], resolver: Resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects to the first address of a host that answers.

        Raises:
            RefusedAddressError: when any of its addresses is not to be called, unless another is
                in `allow_private`: then that one is called.
            UnknownHostError: when it has none.
            httpcore.ConnectError: when no address answers.
            httpcore.ConnectTimeout: when looking up and connecting take longer than `timeout`.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(host, port, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error

    async def _connect(
        self,
        host: str,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise UnknownHostError from error
        allowed = callable_of(addresses, self._allow_private)
        if addresses and not allowed:
            raise RefusedAddressError
        failure: httpcore.ConnectError = UnknownHostError()
        for address in allowed[:_ADDRESSES_MAX]:
            try:
                return await self._backend.connect_tcp(
                    str(address), port, None, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
        raise failure


@functools.cache
def tls() -> ssl.SSLContext:
    """Verifies servers against the system's authorities and those that browsers trust."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def post(
    backend: CheckedBackend,
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes,
    connect_timeout_s: float,
    timeout_s: float,
) -> Answer:
    """Posts to a target over a connection of its own and answers the head of what comes back.

    Args:
        backend: Opens the connection.
        target: Whom to call.
        headers: Besides Host and Content-Length.
        body: What to send.
        connect_timeout_s: Seconds for looking up and connecting, and again for the TLS handshake.
        timeout_s: Seconds for everything.

    Raises:
        RefusedAddressError: as `CheckedBackend.connect_tcp`.
        httpcore.TimeoutException, TimeoutError: when it takes too long.
        httpcore.NetworkError, httpcore.ProtocolError: for anything else that is not an answer.
    """
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    sent = {"Host": target.authority, "Content-Length": str(len(body)), **headers}
    async with (
        asyncio.timeout(timeout_s),
        httpcore.AsyncConnectionPool(
            ssl_context=tls() if target.scheme == "https" else None,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=backend,
        ) as pool,
        pool.stream(
            "POST",
            url,
            headers=list(sent.items()),
            content=body,
            extensions={"timeout": {"connect": connect_timeout_s}},
        ) as response,
    ):
        fields = {
            name.lower().decode(): value.decode("latin-1") for name, value in response.headers
        }
        return Answer(response.status, fields)
