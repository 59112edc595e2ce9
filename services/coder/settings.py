"""Settings of the coder agent."""

from pydantic import BaseModel

from meshkit.config import ServiceSettings
from services.coder.tools.python_execute import Sandbox


class PythonSettings(BaseModel):
    """How programs are run that nobody has checked."""

    sandbox: Sandbox = "monty"
    """`monty`: a subset of Python, on every system. `hardened`: full CPython, confined by the
    kernel; refuses every program where that has no Landlock. `off`: refuses every program."""


class CoderSettings(ServiceSettings):
    """What the coder agent needs to know, besides what every service does."""

    python: PythonSettings = PythonSettings()
    """How programs are run that nobody has checked."""
