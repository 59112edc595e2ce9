"""Settings of the gateway."""

from pydantic import BaseModel, Field

from meshkit.config import AgentSettings, ServiceSettings


class PollSettings(BaseModel):
    """Where status polls are answered over HTTP."""

    port: int = Field(default=50050, ge=0, le=65535)
    """Port to bind, at the address of `listen.host`; 0 takes a free one."""


class GatewaySettings(ServiceSettings):
    """What the gateway needs to know."""

    agents: AgentSettings = AgentSettings()
    """Where the agents are; it calls the research agent alone, for the knowledge base."""
    polls: PollSettings = PollSettings()
    """Where status polls are answered over HTTP."""
