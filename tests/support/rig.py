"""A rig for the length of a block: a whole mesh whose agents do next to nothing."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from meshkit.local.launch import mesh_beside
from rig.run import options
from tests.support.mesh import PATIENT, Mesh, redis_password


@contextlib.contextmanager
def running_rig(
    state_dir: Path,
    *,
    replicas: Mapping[str, int] | None = None,
    allow_private: Sequence[str] = (),
    step_ms: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Mesh]:
    """Starts a rig, and stops it at the end of the block or of this process."""
    asked = options(
        state_dir,
        replicas=replicas,
        allow_private=allow_private,
        step_ms=step_ms,
        # Nobody notices that it drains.
        environment={"MESH_DRAIN__NOTICE_S": "0", **PATIENT, **(environment or {})},
    )
    with mesh_beside(asked) as started:
        yield Mesh(started.url, started.key(), started.state.root)


def redis_url(mesh: Mesh) -> str:
    """The mesh's own Redis, for what goes past every service."""
    password = redis_password(mesh.state_dir)
    return f"redis://:{password}@127.0.0.1:{mesh.process('redis')['port']}/0"


def rig_request(skill_name: str = "", **changes: Any) -> dict[str, Any]:
    """A request that the rig understands; `rig.steering` tells what names can do."""
    example = {
        "platform": "linkedin",
        "content": "Ten characters or more.",
        "performance_metrics": {"likes": 1, "comments": 0, "shares": 0, "impressions": 100},
    }
    made = {"skill_name": skill_name, "target_platforms": ["linkedin"], "examples": [example]}
    return {**made, **changes}


def run_module(*arguments: str) -> dict[str, Any]:
    """Runs `python -m rig` and answers what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "rig", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
