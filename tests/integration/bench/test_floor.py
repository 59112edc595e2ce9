"""The floor that the mesh is measured against."""

from pathlib import Path

from bench import floor, mesh, tasks
from bench.load import connections, get


async def test_the_floor_does_a_task_and_holds_its_work_when_asked(tmp_path: Path) -> None:
    with floor.processes(tmp_path) as system:
        await floor.until_ready(system)
        assert set(system.pids) == {
            *("redis", "envoy", "gateway", "orchestrator"),
            *("planning", "research", "coder", "reporter"),
        }
        start = mesh.noop_request(system.key)
        async with connections(system.port, 1) as pool:
            task_id, outcome = await tasks.run_one(pool, start, key=system.key, poll_s=0.01)
            assert outcome == "completed"
            async with system.work_held():
                assert (await pool.send(start)).status == 200
            answer = await pool.send(get(f"/api/generate-skill/status/{task_id}", system.key))
            assert answer.status == 200
