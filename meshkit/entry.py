"""The services by their names: loading one and running it. Imports next to nothing itself."""

import functools
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

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
    place = where(name)
    without_rich()
    tune_grpc()
    serve: Serve = _named(place)
    return serve


def where(name: str) -> str:
    """Finds a service without importing it.

    Args:
        name: As for `load`.

    Returns:
        Its `module:function`.

    Raises:
        NoSuchServiceError: as `load` does.
    """
    if ":" in name:
        return name
    for found in _installed(_GROUP).select(name=name):
        return found.value
    known = ", ".join(service_names()) or "none: install the project with make env"
    msg = f"there is no service {name!r}; there are: {known}"
    raise NoSuchServiceError(msg)


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


def preloads(name: str) -> list[str]:
    """What takes a service long at its start and outlasts a fork, each a `module:function`.

    Args:
        name: Its name in the entry-point group `manusmesh.preloads`, as in `manusmesh.services`.
    """
    return [found.value for found in _installed(_PRELOADS).select(name=name)]


def preload(places: Sequence[str]) -> None:
    """Does what `preloads` has named."""
    for place in places:
        _named(place)()


def _named(place: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What a `module:function` names."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


@functools.cache
def _installed(group: str) -> "EntryPoints":
    """The entry points of a group; finding them reads a file of every installed package."""
    # Takes long to import, and the nursery is told what it would find.
    from importlib.metadata import entry_points  # noqa: PLC0415

    return entry_points(group=group)


def run(serve: Serve) -> int:
    """Runs a service until it is told to stop, and answers the exit code."""
    # Again, because the nursery has given this process an environment of its own.
    tune_grpc()
    # Only here: whoever merely asks for a service needs no event loop.
    import uvloop  # noqa: PLC0415

    uvloop.run(serve())
    return 0
