"""What a local mesh can be asked for."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from meshkit.local.errors import WrongOptionError

AGENTS: Final = ("planning", "research", "coder", "reporter")
SERVICES: Final = ("gateway", "orchestrator", *AGENTS)
_REPLICAS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class MeshOptions:
    """A local mesh.

    Attributes:
        state_dir: Where it keeps everything; one mesh at a time.
        port: Public port on loopback; 0 takes a free one.
        replicas: How many processes of a service, for those that shall have other than one.
        allow_private: Networks in CIDR form that fetches and webhooks may reach although they are
            private; for development and tests.
        environment: Settings of the services, over those inherited.
        services: By the name of a service: the `module:function` that is served in its place, for
            development and tests.
    """

    state_dir: Path
    port: int = 8080
    replicas: Mapping[str, int] = field(default_factory=dict)
    allow_private: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)


def parse_replicas(text: str) -> dict[str, int]:
    """Reads "orchestrator=2,research=3".

    Raises:
        WrongOptionError: for anything else, for an unknown service, for a number not within 1 to
            32.
    """
    replicas = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, count = part.partition("=")
        if name not in SERVICES:
            msg = f"replicas: there is no service {name!r}; there are {', '.join(SERVICES)}"
            raise WrongOptionError(msg)
        if not count.isdecimal() or not 1 <= int(count) <= _REPLICAS_MAX:
            msg = f"replicas: {part!r} must be {name}=N with N from 1 to {_REPLICAS_MAX}"
            raise WrongOptionError(msg)
        replicas[name] = int(count)
    return replicas


def parse_networks(texts: list[str]) -> tuple[str, ...]:
    """Reads networks in CIDR form, several in one text with commas between them.

    Raises:
        WrongOptionError: for what is no network.
    """
    networks = []
    for part in (part.strip() for text in texts for part in text.split(",")):
        try:
            networks.append(str(ipaddress.ip_network(part)))
        except ValueError as error:
            msg = f"allow-private: {error}"
            raise WrongOptionError(msg) from error
    return tuple(networks)
