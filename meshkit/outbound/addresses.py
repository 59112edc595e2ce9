"""Which addresses are public: what may be called when somebody else names the host.

`ipaddress.is_global` follows the registries of special-purpose addresses, yet it lets through
multicast, addresses that carry an IPv4 address inside (NAT64, 6to4, IPv4-compatible and translated
ones), site-local addresses and ranges younger than the Python in use. So the ranges stand here. Of
IPv6 only what has been allocated for global unicast is public, less the exceptions in it.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC_IPV4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791, section 3.2)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598); also some clouds' metadata
        "127.0.0.0/8",  # loopback (RFC 1122, section 3.2.1.3)
        "168.63.129.16/32",  # the host of a virtual machine at Azure, reachable from inside alone
        "169.254.0.0/16",  # link-local (RFC 3927); most clouds' metadata
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # relays of 6to4, deprecated (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112, section 4), and broadcast (RFC 8190)
    )
)
_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
"""Global unicast (RFC 4291, section 2.4, and IANA's registry): all that is allocated of it."""
_NOT_PUBLIC_IPV6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments (RFC 2928); Teredo (RFC 4380), ORCHID (RFC 7343)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4, which carries any IPv4 address (RFC 3056, RFC 7526)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks from a comma-separated list such as "127.0.0.0/8,fd00::/8"; empty for none.

    Raises:
        ValueError: for an entry that is no network, or has bits set beyond its prefix.
    """
    return tuple(ipaddress.ip_network(item.strip()) for item in text.split(",") if item.strip())


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet may have this unicast address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    if address not in _PUBLIC_IPV6 or address.scope_id is not None:
        return False
    return not any(address in network for network in _NOT_PUBLIC_IPV6)


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    return any(address in network for network in networks)


def may_call(address: Address, allow_private: Sequence[Network]) -> bool:
    """Whether a tenant may make us call an address: a public one, or one of `allow_private`."""
    return is_public(address) or is_within(address, allow_private)


def callable_of(
    addresses: Sequence[Address], allow_private: Sequence[Network]
) -> Sequence[Address]:
    """The addresses of a host that may be called, in their order; none for one that mixes.

    A name that mixes public and private addresses has no honest use, so that one address that must
    not be called refuses all. A host within `allow_private` is known to the operator: where that is
    `127.0.0.0/8`, "localhost" has 127.0.0.1, and its ::1 is merely not tried.
    """
    allowed = [address for address in addresses if may_call(address, allow_private)]
    known = any(is_within(address, allow_private) for address in allowed)
    return allowed if known or len(allowed) == len(addresses) else ()
