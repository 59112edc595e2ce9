"""URLs that tenants name: taken apart once, strictly, so that nobody reads them differently.

What is checked here is what the URL itself says. A name is resolved when it is dialled, and only
there can its addresses be judged: they may be others by then.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import idna

from meshkit.errors import invalid
from meshkit.outbound.addresses import Address, Network, may_call

_URL_MAX: Final = 2048
_HOST_MAX: Final = 253
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_BAD_PORTS: Final = frozenset(
    (
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161),
        *(179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563),
        *(587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060),
        *(5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)
"""Ports of other protocols, which might take a request for one of theirs; browsers refuse the same
(https://fetch.spec.whatwg.org/#port-blocking)."""
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_BRACKETED: Final = re.compile(r"\[[^\]]*\](:[0-9]*)?")
_LOOPBACK: Final = ipaddress.IPv4Address("127.0.0.1")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_PATH_SAFE: Final = "/%:@!$&'()*+,;=-._~?"


class RefusedUrlError(ValueError):
    """A URL that must not be called; the message is a clause for people, and names no address."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL asks to call.

    Attributes:
        scheme: "http" or "https".
        host: Name in lower-case ASCII without a final dot, or an address in its usual form and
            without brackets.
        port: TCP port.
        path: Path and query, percent-encoded, beginning with a slash.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """Takes a URL apart.

    Raises:
        RefusedUrlError: unless it is http or https, has a host, a usable port and no credentials.
    """
    if len(url) > _URL_MAX:
        raise RefusedUrlError(f"has at most {_URL_MAX} characters")
    if _UNSAFE.search(url):
        raise RefusedUrlError("must not contain spaces, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedUrlError("must be a URL with a host and a port from 1 to 65535") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise RefusedUrlError("must be an http or https URL")
    if "@" in parts.netloc:
        raise RefusedUrlError("must not contain a user name or password")
    if not parts.hostname:
        raise RefusedUrlError("must name a host")
    if port is None:
        port = _DEFAULT_PORTS[parts.scheme]
    if port == 0 or port in _BAD_PORTS:
        raise RefusedUrlError(f"must not use port {port}, which belongs to another protocol")
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    query = f"?{quote(parts.query, safe=_PATH_SAFE)}" if parts.query else ""
    return Target(parts.scheme, _host(parts.hostname, parts.netloc), port, path + query)


def check(url: str, allow_private: Sequence[Network] = ()) -> Target:
    """Takes a URL apart and refuses what can be told from its text to be not public.

    Args:
        url: The URL.
        allow_private: Networks that may be called although they are not public.

    Raises:
        RefusedUrlError: for a URL that `parse` refuses, an address that is not public, or a name
            of this machine.
    """
    target = parse(url)
    # RFC 6761, section 6.3: these names are loopback, whatever a resolver says.
    local = f".{target.host}".endswith(".localhost")
    address = _LOOPBACK if local else _address(target.host)
    if address is not None and not may_call(address, allow_private):
        raise RefusedUrlError("must name a public host: this address is private or reserved")
    return target


def check_callback_url(url: str, allow_private: Sequence[Network] = ()) -> None:
    """Refuses a callback URL that could never be called; names are resolved when it is called.

    Args:
        url: What the caller gave; not empty.
        allow_private: Networks that may be called although they are not public.

    Raises:
        MeshError: INVALID_ARGUMENT for the field callback_url.
    """
    try:
        check(url, allow_private)
    except RefusedUrlError as error:
        raise invalid("callback_url", str(error)) from error


def _host(hostname: str, netloc: str) -> str:
    """The host of a URL in the one form in which it is resolved, sent and checked."""
    if "[" in netloc:
        return _ipv6(hostname, netloc)
    try:
        host = hostname if hostname.isascii() else idna.encode(hostname, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise RefusedUrlError("must name a host that is a valid domain name") from error
    host = host.lower().removesuffix(".")
    if len(host) > _HOST_MAX or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise RefusedUrlError("must name a host that is a valid domain name")
    if _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]) is None:
        return host
    try:
        # What resolvers read as an address becomes one: also in fewer parts, in octal or in
        # hexadecimal (inet_aton of POSIX), such as 127.1, 0x7f.1 and 2130706433.
        return str(ipaddress.IPv4Address(socket.inet_aton(host)))
    except OSError as error:
        # No top-level domain is a number (RFC 3696, section 2): this is a broken address.
        raise RefusedUrlError("must name a host or a valid address") from error


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _ipv6(hostname: str, netloc: str) -> str:
    if "%" in hostname:
        raise RefusedUrlError("must not name a network interface")
    try:
        address = ipaddress.IPv6Address(hostname)
    except ValueError as error:
        raise RefusedUrlError("must name a host or a valid address") from error
    if _BRACKETED.fullmatch(netloc) is None:
        raise RefusedUrlError("must name a host or a valid address")
    return str(address)
