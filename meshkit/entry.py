"""The services by their names: loading one and running it. Imports next to nothing itself."""

import functools
import os
import sys
from collections.abc import Callable, Coroutine
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Final

Serve = Callable[[], Coroutine[None, None, None]]
"""What a service's entry point names: serves until the process is told to stop."""

_GROUP: Final = "manusmesh.services"
_EXPERIMENTS: Final = "GRPC_EXPERIMENTS"
_NO_EVENT_ENGINE: Final = (
    "-event_engine_listener,-event_engine_client,-event_engine_for_all_other_endpoints"
)
_PRELOADS: Final = "manusmesh.preloads"


class NoSuchServiceError(LookupError):
    """No service of that name is installed; the message says which are."""


def service_names() -> list[str]:
    """The services that are installed, in alphabetical order."""
    return sorted(_installed(_GROUP).names)


def load(name: str) -> Serve:
    """Imports a service.

    Args:
        name: Its name in the entry-point group `manusmesh.services`, such as "planning"; or the
            `module:function` of one that is installed under no name, such as a test's.

    Raises:
        NoSuchServiceError: when there is none of that name.
    """
    if ":" in name:
        found: tuple[EntryPoint, ...] = (EntryPoint(name, name, _GROUP),)
    else:
        found = tuple(_installed(_GROUP).select(name=name))
    if not found:
        known = ", ".join(service_names()) or "none: install the project with make env"
        msg = f"there is no service {name!r}; there are: {known}"
        raise NoSuchServiceError(msg)
    without_rich()
    tune_grpc()
    serve: Serve = found[0].load()
    return serve


def without_rich() -> None:
    """Lets imports of rich fail in this process as if it were not installed.

    structlog imports it, where it is installed, for a console that a service does not have; that is
    a quarter of the start of a service.
    """
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # documented meaning of None


def tune_grpc() -> None:
    """Lets gRPC use its older sockets in this process, unless the environment says otherwise.

    Those of its "event engine" hand each read to a pool of threads first: 7 % of the CPU time of a
    task of four no-op steps, measured on the rig with grpcio 1.85. gRPC reads the variable when it
    is imported and first used.
    """
    os.environ.setdefault(_EXPERIMENTS, _NO_EVENT_ENGINE)


def preload(name: str) -> None:
    """Does what takes a service long at its start and outlasts a fork, if it names such a thing.

    Args:
        name: Its name in the entry-point group `manusmesh.preloads`, as in `manusmesh.services`.
    """
    for found in _installed(_PRELOADS).select(name=name):
        found.load()()


@functools.cache
def _installed(group: str) -> EntryPoints:
    """The entry points of a group; finding them reads a file of every installed package."""
    return entry_points(group=group)


def run(serve: Serve) -> int:
    """Runs a service until it is told to stop, and answers the exit code."""
    # Again, because the nursery has given this process an environment of its own.
    tune_grpc()
    # Only here: whoever merely asks for a service needs no event loop.
    import uvloop  # noqa: PLC0415

    uvloop.run(serve())
    return 0
