"""Which addresses are public."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.outbound.addresses import is_public, may_call, parse_networks

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "192.0.1.1", "2606:4700::1111", "2a00:1450::1"]
NOT_PUBLIC = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9"),
    *("168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8"),
    *("192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "ff0e::1", "2606:4700::1111%eth0"),
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@given(st.ip_addresses())
def test_never_public_where_the_registries_say_that_it_is_not_global(address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=4))
def test_no_ipv6_address_that_carries_an_ipv4_address_is_public(address) -> None:
    number = int(address)
    carriers = [
        number,  # IPv4-compatible
        (0xFFFF << 32) | number,  # IPv4-mapped
        (0xFFFF << 48) | number,  # IPv4-translated
        (0x64FF9B << 96) | number,  # NAT64
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x2001 << 112) | (number ^ 0xFFFFFFFF),  # Teredo
    ]
    assert not any(is_public(ipaddress.IPv6Address(carrier)) for carrier in carriers)


def test_allowed_networks_may_be_called_and_nothing_beside_them() -> None:
    networks = parse_networks(" 127.0.0.0/8, fd00::/8 ,")
    assert may_call(ipaddress.ip_address("127.0.0.1"), networks)
    assert may_call(ipaddress.ip_address("fd00::1"), networks)
    assert not may_call(ipaddress.ip_address("10.0.0.1"), networks)
    assert not may_call(ipaddress.ip_address("::ffff:127.0.0.1"), networks)


def test_no_network_is_allowed_by_default() -> None:
    assert parse_networks("") == ()


@pytest.mark.parametrize("text", ["127.0.0.1/8", "everything", "10.0.0.0/33", "1.2.3.4/8,::/0"])
def test_a_list_with_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the module ipaddress words it
        parse_networks(text)
