"""The mesh that the end-to-end tests share."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.support.mesh import PATIENT, Mesh, manusmesh, redis_password

SITES = "127.0.77.1"
"""Where a test may serve sites that the mesh reads; no other private address is open to it."""


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    state_dir = tmp_path_factory.mktemp("mesh")
    where = ("--state-dir", str(state_dir))
    started = json.loads(
        manusmesh(
            *("up", "--detach", "--port", "0", *where, "--allow-private", f"{SITES}/32", "--json"),
            environment=PATIENT,
        )
    )
    try:
        yield Mesh(started["url"], (state_dir / "key").read_text().strip(), state_dir)
    finally:
        manusmesh("down", *where)


@pytest.fixture
def tenant(mesh: Mesh) -> Callable[[str], Mesh]:
    """Another tenant's view of the mesh; each name has buckets of its own."""

    def issue(name: str) -> Mesh:
        redis = mesh.process("redis")["port"]
        password = redis_password(mesh.state_dir)
        script = (
            "import asyncio, sys\n"
            "from meshkit.auth import keys\n"
            "from meshkit.redis import connect\n"
            "async def main():\n"
            "    async with connect(sys.argv[1], timeout_s=20) as redis:\n"
            "        print(await keys.issue(redis, tenant=sys.argv[2], env='test'))\n"
            "asyncio.run(main())\n"
        )
        url = f"redis://:{password}@127.0.0.1:{redis}/0"
        command = [sys.executable, "-c", script, url, name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return Mesh(mesh.url, done.stdout.strip(), mesh.state_dir)

    return issue
