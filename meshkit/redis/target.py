"""Where Redis is: one server, the master that Sentinels know, or a cluster."""

import re
import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import unquote

_FORM: Final = (
    "a Redis URL has the form redis[s]://[user][:password@]host[:port][/database], "
    "redis[s]+sentinel://[user][:password@]host[:port],…/master-name[/database] or "
    "redis[s]+cluster://[user][:password@]host[:port],…"
)
_URL: Final = re.compile(
    r"redis(?P<tls>s?)(?:[+-](?P<kind>sentinel|cluster))?://"
    r"(?:(?P<user>[^:/?#]*)(?::(?P<password>[^/?#]*))?@)?"
    r"(?P<hosts>[^@/?#]+)"
    r"(?P<path>/[^?#]*)?"
)
_HOST: Final = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^:\[\]\s]+))(?::(?P<port>\d+))?"
)


class Kind(Enum):
    """How Redis runs."""

    SERVER = "server"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Login:
    """Who a connection is and which database it uses."""

    username: str | None = None
    password: str | None = None
    database: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What a Redis URL says.

    Attributes:
        kind: How Redis runs.
        hosts: Host and port of the server, of each Sentinel, or of some nodes of the cluster.
        login: How to log in to Redis; a Sentinel has a password of its own.
        tls: Whether every connection is encrypted, those to Sentinels included.
        master: The name under which the Sentinels know the master; empty without Sentinels.
    """

    kind: Kind
    hosts: tuple[tuple[str, int], ...]
    login: Login
    tls: bool
    master: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a URL cannot say: how Sentinels let in, and what TLS goes by.

    Attributes:
        sentinel_password: What the Sentinels want; empty for none.
        ca_file: Certificates of the authorities that are trusted, PEM; empty for the system's.
        certificate_file: The certificate that is shown to Redis, PEM; empty for none.
        key_file: The certificate's key, PEM; empty when it is in the same file.
    """

    sentinel_password: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""

    def context(self) -> ssl.SSLContext:
        """How to speak TLS: the certificate and the host name of Redis are always checked.

        Raises:
            OSError: when a file is missing or holds no certificate.
        """
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.certificate_file:
            context.load_cert_chain(self.certificate_file, self.key_file or None)
        return context


def parse_url(url: str) -> Target:
    """Reads a URL in one of the forms for a server, for Sentinels and for a cluster.

    The kind may stand behind a plus or a hyphen: `rediss+cluster`, `rediss-cluster`.

    Raises:
        ValueError: for any other form; its message does not repeat the URL with its password.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError(_FORM)
    kind = Kind(parts["kind"] or "server")
    default_port = 26379 if kind is Kind.SENTINEL else 6379
    hosts = tuple(_host(text, default_port) for text in parts["hosts"].split(","))
    path = (parts["path"] or "").strip("/").split("/")
    master = unquote(path.pop(0)) if kind is Kind.SENTINEL else ""
    database = "/".join(path)
    if database and re.fullmatch(r"\d{1,9}", database, re.ASCII) is None:
        raise ValueError("the database of a Redis URL is a number")
    if kind is Kind.SERVER and len(hosts) > 1:
        raise ValueError("a Redis URL with several hosts is one for Sentinels or a cluster")
    if kind is Kind.SENTINEL and not master:
        raise ValueError("a Redis URL for Sentinels names the master")
    if kind is Kind.CLUSTER and int(database or 0):
        raise ValueError("a Redis URL for a cluster has no database: a cluster has only one")
    return Target(
        kind=kind,
        hosts=hosts,
        login=Login(
            username=unquote(parts["user"] or "") or None,
            password=unquote(parts["password"] or "") or None,
            database=int(database or 0),
        ),
        tls=bool(parts["tls"]),
        master=master,
    )


def _host(text: str, default_port: int) -> tuple[str, int]:
    parts = _HOST.fullmatch(text)
    if parts is None:
        raise ValueError(_FORM)
    port = int(parts["port"] or default_port)
    if not 0 < port < 65536:
        raise ValueError("the port of a Redis URL is a number from 1 to 65535")
    return unquote(parts["v6"] or parts["name"]), port
