"""Settings shared by the processes of the mesh, from environment variables with the prefix `MESH_`.

Nested fields are joined by two underscores: `MESH_REDIS__URL`. Every variable is listed in
`docs/configuration.md` and `.env.example`.
"""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from meshkit.outbound.addresses import Network, parse_networks


class RedisSettings(BaseModel):
    """Where the shared memory is."""

    url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    """One server: `redis[s]://[user][:password@]host[:port][/database]`; the master that Sentinels
    know: `redis[s]+sentinel://[user][:password@]host[:port],…/master-name[/database]`; a cluster:
    `redis[s]+cluster://[user][:password@]host[:port],…`. Secret for its password."""
    sentinel_password: SecretStr = SecretStr("")
    """What the Sentinels want to be shown; empty for none. Redis's own is in the URL."""
    ca_file: str = ""
    """Certificates of the authorities that `rediss` trusts, PEM; empty for the system's."""
    certificate_file: str = ""
    """Certificate that `rediss` shows to Redis, PEM; empty for none."""
    key_file: str = ""
    """The certificate's private key, PEM; empty when it is in the same file."""
    timeout_s: float = Field(default=1.2, gt=0, le=30)
    """Seconds after which an unanswered command counts as failed and the connection is dropped."""
    call_budget_s: float = Field(default=1.5, gt=0, le=600)
    """Seconds that a public call waits for Redis, all its commands together, before it answers
    UPSTREAM_UNAVAILABLE; long polls and streams have them anew after each wait."""


class ListenSettings(BaseModel):
    """Where the process serves gRPC."""

    host: str = "127.0.0.1"
    """Address to bind."""
    port: int = Field(default=50051, ge=0, le=65535)
    """Port to bind; 0 takes a free one."""


class LogSettings(BaseModel):
    """What the process logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is written."""


class DrainSettings(BaseModel):
    """How the process stops."""

    notice_s: float = Field(default=1.5, ge=0, le=60)
    """Seconds between saying NOT_SERVING and refusing new calls, for load balancers to notice."""
    grace_s: float = Field(default=5.0, ge=0, le=600)
    """Seconds that calls under way then have to finish."""


class AgentSettings(BaseModel):
    """Addresses of the agents: comma-separated `host:port`, one a replica, or one DNS name."""

    planning: str = "127.0.0.1:50061"
    """The planning agent."""
    research: str = "127.0.0.1:50062"
    """The research agent."""
    coder: str = "127.0.0.1:50063"
    """The coder agent."""
    reporter: str = "127.0.0.1:50064"
    """The reporter agent."""


class QueueSettings(BaseModel):
    """How many tasks may wait."""

    max: int = Field(default=100_000, ge=1)
    """Tasks of all tenants that may wait or run; beyond it starting, resuming and retrying answer
    OVERLOADED at once."""
    max_per_tenant: int = Field(default=10_000, ge=1)
    """Tasks of one tenant that may wait or run; beyond it starting, resuming and retrying answer
    OVERLOADED at once."""


class FetchSettings(BaseModel):
    """Which addresses may be called when a tenant names the host, and how pages are fetched."""

    allow_private: str = ""
    """Networks that webhooks and fetches may reach although they are not public: comma-separated,
    such as `127.0.0.0/8,fd00::/8`. For development and tests; empty allows public addresses alone.
    """

    contact: str = Field(default="", pattern=r"^[!-'*-\[\]-~]*$")
    """Where the owner of a site finds out who reads it, such as `https://example.com/bot` or an
    e-mail address: part of the user agent of every fetch. Set it wherever strangers are read."""
    interval_s: float = Field(default=2.0, ge=0, le=3600)
    """Seconds between two requests to the same host (name and port), over all replicas; a longer
    crawl delay of its robots.txt counts instead."""
    wait_max_s: float = Field(default=60.0, gt=0, le=3600)
    """Seconds that one fetch waits for its turn at a host; then it fails."""
    timeout_s: float = Field(default=15.0, gt=0, le=300)
    """Seconds that one request may take, without waiting for its turn."""
    bytes_max: int = Field(default=5 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    """Bytes of a page, as received and as decompressed."""
    redirects_max: int = Field(default=5, ge=0, le=20)
    """Redirects that one fetch follows; each hop is checked like the first."""
    robots_s: float = Field(default=4 * 3600, ge=1, le=86_400)
    """Seconds for which a robots.txt is remembered."""

    @field_validator("allow_private")
    @classmethod
    def _networks(cls, value: str) -> str:
        parse_networks(value)
        return value

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks of `allow_private`."""
        return parse_networks(self.allow_private)


class ServiceSettings(BaseSettings):
    """What every process of the mesh needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="MESH_",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        # What is wrong may be a key, and errors end up in logs.
        hide_input_in_errors=True,
    )

    internal_key: SecretStr = Field(min_length=16)
    """Key that the processes of the mesh show one another. No default: fail closed."""
    service_instance: str = ""
    """Name of this replica, unique in the mesh; made of host name and process id when empty."""
    redis: RedisSettings = RedisSettings()
    """Where the shared memory is."""
    queue: QueueSettings = QueueSettings()
    """How many tasks may wait."""
    fetch: FetchSettings = FetchSettings()
    """Which addresses may be called when a tenant names the host, and how pages are fetched."""
    listen: ListenSettings = ListenSettings()
    """Where the process serves gRPC."""
    log: LogSettings = LogSettings()
    """What the process logs."""
    drain: DrainSettings = DrainSettings()
    """How the process stops."""
