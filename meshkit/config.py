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

    max_per_tenant: int = Field(default=10_000, ge=1)
    """Tasks of one tenant that may wait or run; beyond it starting answers OVERLOADED at once."""


class FetchSettings(BaseModel):
    """Which addresses may be called when a tenant names the host."""

    allow_private: str = ""
    """Networks that webhooks and fetches may reach although they are not public: comma-separated,
    such as `127.0.0.0/8,fd00::/8`. For development and tests; empty allows public addresses alone.
    """

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
        env_prefix="MESH_", env_nested_delimiter="__", extra="ignore", frozen=True
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
    """Which addresses may be called when a tenant names the host."""
    listen: ListenSettings = ListenSettings()
    """Where the process serves gRPC."""
    log: LogSettings = LogSettings()
    """What the process logs."""
    drain: DrainSettings = DrainSettings()
    """How the process stops."""
