import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.config import ServiceSettings
from meshkit.errors import Reason
from meshkit.redis import RedisAwayError, RedisReplyError, Script, Trust, trust_of
from meshkit.redis.cluster import _address, _slot, slot_of
from meshkit.redis.replies import checked, code, is_elsewhere
from meshkit.redis.target import Kind, Login, Target, parse_url

SERVER, SENTINEL, CLUSTER = Kind.SERVER, Kind.SENTINEL, Kind.CLUSTER


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("redis://h", Target(SERVER, (("h", 6379),), Login(), tls=False)),
        ("redis://h/", Target(SERVER, (("h", 6379),), Login(), tls=False)),
        ("redis://:p%40ss@h:1/3", Target(SERVER, (("h", 1),), Login(None, "p@ss", 3), tls=False)),
        ("redis://u:p@ss:w@h:1", Target(SERVER, (("h", 1),), Login("u", "p@ss:w"), tls=False)),
        ("rediss://user:p@h:2/", Target(SERVER, (("h", 2),), Login("user", "p"), tls=True)),
        ("redis://[::1]:7", Target(SERVER, (("::1", 7),), Login(), tls=False)),
        (
            "rediss+sentinel://:p@a,[::1]:7,c:8/mesh/2",
            Target(
                SENTINEL,
                (("a", 26379), ("::1", 7), ("c", 8)),
                Login(None, "p", 2),
                tls=True,
                master="mesh",
            ),
        ),
        ("redis-sentinel://a/m", Target(SENTINEL, (("a", 26379),), Login(), False, "m")),
        ("rediss-sentinel://a/m", Target(SENTINEL, (("a", 26379),), Login(), True, "m")),
        ("redis+cluster://a,b:7/0", Target(CLUSTER, (("a", 6379), ("b", 7)), Login(), tls=False)),
        ("redis-cluster://a", Target(CLUSTER, (("a", 6379),), Login(), tls=False)),
        ("rediss-cluster://u:p@a", Target(CLUSTER, (("a", 6379),), Login("u", "p"), tls=True)),
        ("rediss+cluster://a:1", Target(CLUSTER, (("a", 1),), Login(), tls=True)),
    ],
)
def test_urls(url, target):
    assert parse_url(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:1",
        "http://:hush@h",
        "redis://",
        "redis://:hush@",
        "redis://:hush@h/x",
        "redis://:hush@h/-1",
        "redis://:hush@h/1/2",
        "redis://:hush@h/0?timeout=3",
        "redis://h:hush",
        "redis://h:0",
        "redis://h:65536",
        "redis://:hush@a,b",
        "redis://:hush@[::1",
        "redis://:hush@a b",
        "redis+sentinel://:hush@h",
        "redis+sentinel://:hush@h/",
        "redis+sentinel://:hush@h/m/x",
        "redis+cluster://:hush@h/1",
        "redis+cluster://:hush@h,/0",
        "redis+cluster://:hush@h/x",
        "redis+other://:hush@h",
        "unix:///hush",
    ],
)
def test_a_wrong_url_is_refused_without_repeating_its_password(url):
    with pytest.raises(ValueError, match="Redis URL") as raised:
        parse_url(url)
    assert "hush" not in str(raised.value)
    assert raised.value.__context__ is None


@given(st.text(max_size=40))
def test_any_text_is_a_url_or_refused_without_being_repeated(text):
    for start in ("", "redis://", "redis+sentinel://", "redis+cluster://:p@"):
        try:
            parse_url(start + text)
        except ValueError as error:
            assert "Redis URL" in str(error)  # noqa: PT017 - most texts are refused, not all


def test_a_missing_certificate_is_told_when_the_connection_is_described():
    with pytest.raises(OSError, match="No such file"):
        Trust(ca_file="/nowhere/ca.pem").context()


def test_what_a_url_cannot_say_comes_from_the_settings(monkeypatch):
    monkeypatch.setenv("MESH_INTERNAL_KEY", "x" * 16)
    monkeypatch.setenv("MESH_REDIS__SENTINEL_PASSWORD", "hush")
    monkeypatch.setenv("MESH_REDIS__CA_FILE", "/ca.pem")
    monkeypatch.setenv("MESH_REDIS__CERTIFICATE_FILE", "/mesh.pem")
    monkeypatch.setenv("MESH_REDIS__KEY_FILE", "/mesh.key")
    settings = ServiceSettings().redis
    assert trust_of(settings) == Trust("hush", "/ca.pem", "/mesh.pem", "/mesh.key")
    assert "hush" not in repr(settings)


IN_SCRIPT = f"ERR Error running script (call to f_{'a' * 40}): @user_script:1: "
AWAY = ("BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM")
AWAY += ("READONLY", "TRYAGAIN")


@pytest.mark.parametrize("refusal", AWAY)
@pytest.mark.parametrize("before", ["", f"{IN_SCRIPT}-", f"{IN_SCRIPT}@user_script: 1: -"])
def test_not_now_is_unavailable(refusal, before):
    with pytest.raises(RedisAwayError) as raised:
        checked(Exception(f"{before}{refusal} x"))
    assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE


@pytest.mark.parametrize("text", ["WRONGTYPE x", "BUSYGROUP x", "ERR OOM x", "OOMPH x"])
def test_any_other_refusal_is_a_bug(text):
    with pytest.raises(RedisReplyError, match=text):
        checked(Exception(text))


def test_after_which_refusals_the_master_is_looked_for_anew():
    found = {refusal for refusal in AWAY if is_elsewhere(Exception(f"{refusal} x"))}
    assert found == {"LOADING", "MASTERDOWN", "NOREPLICAS", "READONLY"}
    assert is_elsewhere(Exception(f"{IN_SCRIPT}-READONLY x"))
    assert code(Exception("")) == ""


@pytest.mark.parametrize(
    ("key", "slot"),
    [  # as CLUSTER KEYSLOT answers
        (b"", 0),
        (b"foo", 12182),
        (b"{user1000}.following", 3443),
        (b"{user1000}.followers", 3443),
        (b"foo{}{bar}", 8363),
        (b"foo{{bar}}zap", 4015),
        (b"foo{bar}{zap}", 5061),
    ],
)
def test_slots(key, slot):
    assert slot_of(key) == slot


@given(st.text("ab{}", max_size=12))
def test_the_slot_is_that_of_the_first_hash_tag(key):
    _, opened, after = key.partition("{")
    tag, closed, _ = after.partition("}")
    tagged = bool(opened and closed and tag)
    expected = tag if tagged else key
    assert slot_of(key.encode()) == binascii.crc_hqx(expected.encode(), 0) % 16384


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("GET", "foo"), b"foo"),
        (("get", b"foo"), b"foo"),
        (("GET", 1), b"1"),
        (("EVALSHA", "sha", 2, "foo", "foo", "x"), b"foo"),
        (("EVAL", "return 1", 1, "foo"), b"foo"),
        (("XINFO", "STREAM", "foo"), b"foo"),
    ],
)
def test_where_a_command_goes(command, key):
    assert _slot(command) == slot_of(key)


@pytest.mark.parametrize("command", [("PING",), ("PUBLISH", "c", "m"), ("EVAL", "return 1", 0)])
def test_a_command_without_a_key_goes_anywhere(command):
    assert _slot(command) is None


@pytest.mark.parametrize(
    "command", [("SCAN", 0), ("KEYS", "*"), ("MULTI",), ("XREAD", "STREAMS", "a", "0"), ("GET",)]
)
def test_a_command_for_one_server_has_no_place_on_a_cluster(command):
    with pytest.raises(ValueError, match=command[0]):
        _slot(command)


@pytest.mark.parametrize(
    ("text", "address"),
    [("h:1", ("h", 1)), (":2", ("from", 2)), ("::1:3", ("::1", 3)), ("[::1]:4", ("::1", 4))],
)
def test_where_a_redirection_points(text, address):
    assert _address(text, "from") == address


def test_the_sha_of_a_script():
    assert Script.of("return 1").sha == "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"
