"""Settings of the orchestrator."""

from typing import Final

from pydantic import BaseModel, Field

from meshkit.config import AgentSettings, ServiceSettings
from meshkit.tasks.record import TENANT_CAP

AWAY_PAUSE_S: Final = 0.2
"""How long to wait before asking anew a Redis that is away."""


class WorkerSettings(BaseModel):
    """How tasks are taken up."""

    slots: int = Field(default=16, ge=1, le=1000)
    """Tasks that one replica runs at once."""
    tenant_cap: int = Field(default=TENANT_CAP, ge=1, le=10_000)
    """Tasks of one tenant that run at once over all replicas."""
    fast_slots: int = Field(default=8, ge=1, le=1000)
    """Tasks whose callers wait for the answer that one replica runs at once, besides `slots`."""
    lease_s: float = Field(default=10.0, ge=1, le=300)
    """How long a task stays with a replica that has stopped renewing; the longest takeover."""
    renew_s: float = Field(default=2.5, gt=0, le=100)
    """How often a lease is renewed; well below `lease_s`."""
    poll_s: float = Field(default=0.5, gt=0, le=10)
    """How long a free slot waits for a signal before it looks at the queue by itself."""
    attempts: int = Field(default=4, ge=1, le=10)
    """How often one step is tried: once, and three times again."""
    sweep_s: float = Field(default=60.0, ge=1, le=86_400)
    """How often one replica goes over all tasks to find those that have been lost."""
    park_s: float = Field(default=15.0, ge=0, le=3600)
    """A step that is to be tried again after a longer pause than this gives its slot to others."""
    sessions: bool = True
    """Whether calls to agents share long-lived streams; off, each is an RPC of its own."""
    drain_s: float = Field(default=10.0, ge=0, le=600)
    """How long the steps at work may take when the process stops; then they are broken off."""

    @property
    def lease_ms(self) -> int:
        """`lease_s` in milliseconds."""
        return round(self.lease_s * 1000)


class OrchestratorSettings(ServiceSettings):
    """What the orchestrator needs to know."""

    agents: AgentSettings = AgentSettings()
    """Where the agents are."""
    worker: WorkerSettings = WorkerSettings()
    """How tasks are taken up."""
