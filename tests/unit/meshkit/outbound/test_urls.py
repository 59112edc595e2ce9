"""Taking URLs apart, and refusing those that can't be meant well."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.outbound import urls
from meshkit.outbound.addresses import parse_networks

LOOPBACK = parse_networks("127.0.0.0/8")
PRIVATE = [
    *("http://127.0.0.1/", "http://127.0.0.1:8080/", "http://127.0.0.1./", "https://10.1.2.3/x"),
    *("http://127.1/", "http://0x7f.1/", "http://0X7F.0.0.1/", "http://2130706433/"),
    *("http://017700000001/", "http://0177.0.0.1/", "http://0x7f000001/", "http://0/"),
    *("http://0.0.0.0/", "http://127.0.1/"),
    *("http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/", "http://2852039166/"),
    *("http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/"),
    *("http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/"),
    *("http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/"),
    *("http://localhost/", "http://LOCALHOST:80/", "http://localhost./", "http://a.localhost/"),
    *("http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛocalhost/"),
]
MALFORMED = [
    *(
        "",
        "example.com",
        "//example.com/",
        "/path",
        "http:",
        "http://",
        "http:///path",
        "http://:80/",
    ),
    *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)"),
    *("unix:///run/redis.sock", "data:text/plain,x", "https:example.com"),
    *("http://user@example.com/", "http://user:pass@example.com/", "http://:@example.com/"),
    *("http://example.com@127.0.0.1/", "http://127.0.0.1:80@example.com/", "http://a@b@c/"),
    *("http://example.com:0/", "http://example.com:65536/", "http://example.com:-1/"),
    *("http://example.com:port/", "http://example.com:25/", "http://example.com:22/"),
    *("http://example.com:8 0/", "http://exa mple.com/", "http://example.com/a b"),
    *("http://example.com\\@127.0.0.1/", "http:\\\\127.0.0.1\\", "http://example.com/\\..\\"),
    *("http://example.com/\r\nHost: evil", "http://exam\tple.com/", "http://exam\nple.com/"),
    *(" http://example.com/", "http://example.com/\x00", "http://example.com/\x7f"),
    *("http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1", "http://::1/"),
    *(
        "http://[1.2.3.4]/",
        "http://[v1.x]/",
        "http://[::1]example.com/",
        "http://example.com[::1]/",
    ),
    *("http://[]/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://1.2.3.999/", "http://0x/"),
    *("http://example.123/", "http://-a.com/", "http://a-.com/", "http://a..com/", "http://.com/"),
    *("http://../", "http://%31%32%37.0.0.1/", "http://127.0.0.1%00.example.com/"),
    *("http://a*b.com/", "http://<script>/", "http://{host}/", f"http://{'a' * 64}.com/"),
    *(f"http://{'a.' * 127}com/", "http://example.com/" + "a" * 2048, "http://xn--\u00e9.com/"),
    "http://example.com\u2028/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_is_not_public_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(urls.RefusedUrlError, match="public"):
        urls.check(url)


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_not_a_plain_url_is_refused(url: str) -> None:
    with pytest.raises(urls.RefusedUrlError):
        urls.parse(url)


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://example.com", ("https", "example.com", 443, "/"), "example.com"),
        ("HTTPS://Example.COM./", ("https", "example.com", 443, "/"), "example.com"),
        ("http://example.com:80/a", ("http", "example.com", 80, "/a"), "example.com"),
        (
            "http://example.com:8443/a?b=c#d",
            ("http", "example.com", 8443, "/a?b=c"),
            "example.com:8443",
        ),
        (
            "https://example.com?x=%20&y=é",
            ("https", "example.com", 443, "/?x=%20&y=%C3%A9"),
            "example.com",
        ),
        (
            "http://bücher.example/ä",
            ("http", "xn--bcher-kva.example", 80, "/%C3%A4"),
            "xn--bcher-kva.example",
        ),
        (
            "http://[2606:4700:0::1111]:99/",
            ("http", "2606:4700::1111", 99, "/"),
            "[2606:4700::1111]:99",
        ),
        ("http://1.1.1.1/@x", ("http", "1.1.1.1", 80, "/@x"), "1.1.1.1"),
        ("http://0010.8.8.8/", ("http", "8.8.8.8", 80, "/"), "8.8.8.8"),
        ("http://a_b.example.com:/", ("http", "a_b.example.com", 80, "/"), "a_b.example.com"),
    ],
)
def test_a_url_taken_apart(url: str, target: tuple[str, str, int, str], authority: str) -> None:
    parsed = urls.check(url)
    assert parsed == urls.Target(*target)
    assert parsed.authority == authority


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "0x{:x}", "0{:o}"]))
def test_a_number_as_host_is_the_address_it_stands_for(number: int, form: str) -> None:
    host = urls.parse(f"http://{form.format(number)}/").host
    assert host == str(ipaddress.IPv4Address(number))


@given(st.text(max_size=60))
def test_any_text_is_refused_or_taken_apart_safely(text: str) -> None:
    try:
        target = urls.parse(f"http://{text}")
    except urls.RefusedUrlError:
        return
    assert target.host.isascii()
    assert not set(target.host) & set("@/?#%: ") or ":" in target.host
    assert not set(target.path) & set(" \r\n\t\\#")
    assert target.path.startswith("/")
    assert 1 <= target.port <= 65535


def test_names_and_addresses_of_this_machine_pass_where_they_are_allowed() -> None:
    for url in ("http://127.0.0.1:8080/", "http://127.1:8080/", "http://localhost:8080/"):
        assert urls.check(url, LOOPBACK)
    with pytest.raises(urls.RefusedUrlError):
        urls.check("http://10.0.0.1/", LOOPBACK)


def test_a_callback_url_is_refused_with_its_field() -> None:
    urls.check_callback_url("https://hooks.example.com/x")
    with pytest.raises(MeshError) as raised:
        urls.check_callback_url("http://169.254.169.254/")
    assert raised.value.reason == Reason.INVALID_ARGUMENT
    assert raised.value.violations[0].field == "callback_url"
    assert "169.254" not in raised.value.message
