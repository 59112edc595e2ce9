"""Settings of the rig's agents, as environment variables with the prefix `MESH_RIG__`."""

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from rig.agents import Step


class StepSettings(BaseModel):
    """What a step is like when its request does not say otherwise."""

    step_ms: int = Field(default=0, ge=0, le=600_000)
    """Milliseconds that it takes."""
    events: int = Field(default=0, ge=0, le=1000)
    """Progress events that it tells before its result."""


class RigSettings(BaseSettings):
    """What the agents of the rig need to know beyond what every service does."""

    model_config = SettingsConfigDict(
        env_prefix="MESH_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    rig: StepSettings = StepSettings()
    """What a step is like."""


def step() -> Step:
    """What the environment says a step is like."""
    settings = RigSettings().rig
    return Step(ms=settings.step_ms, events=settings.events)
