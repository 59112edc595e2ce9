"""What following costs, over hours that nobody waits for."""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from manusmesh.task.v1 import task_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.tasks import events, keys
from tests.support import virtual_time

TASK = keys.new_task_id()


class World:
    """A task in Redis, its signals, and a watcher: counts what the watcher asks for."""

    def __init__(self) -> None:
        self.status, self.progress = "running", 40
        self.kinds: list[str] = ["queued", "started"]
        self.commands: Counter[str] = Counter()
        self.checks: list[float] = []
        self.refuse_from = float("inf")
        self.signal = asyncio.Event()
        self.stop = asyncio.Event()

    async def execute(self, *command: str | int) -> list[object]:
        await asyncio.sleep(0)
        self.commands[str(command[0])] += 1
        if command[0] == "HMGET":
            values = (self.status, len(self.kinds), self.progress)
            return [str(value).encode() for value in values]
        after = int(str(command[2]).partition("-")[0])
        page = list(enumerate(self.kinds, 1))[after - 1 : after - 1 + int(command[5])]
        return [[f"{n}-0".encode(), [b"type", kind.encode(), b"time", b"1"]] for n, kind in page]

    @contextlib.contextmanager
    def listen(self, channel: str) -> Iterator[asyncio.Event]:
        assert channel == keys.changed(TASK)
        yield self.signal

    async def check(self) -> None:
        self.checks.append(asyncio.get_running_loop().time())
        if self.checks[-1] >= self.refuse_from:
            raise MeshError(Reason.UNAUTHENTICATED, "revoked")

    def emit(self, kind: str) -> None:
        self.kinds.append(kind)
        self.signal.set()

    async def watch(self, after: int = 0) -> list[tuple[float, pb.TaskEvent]]:
        """What a watcher sees, and when."""
        stream = events.follow(self, self, TASK, after=after, stop=self.stop, check=self.check)  # type: ignore[arg-type]
        return [(asyncio.get_running_loop().time(), event) async for event in stream]


def test_an_hour_of_silence_is_cheap_and_not_silent():
    async def run() -> None:
        world = World()
        asyncio.get_running_loop().call_later(3600, world.stop.set)
        seen = await world.watch(after=2)
        # Less than one command in two seconds, and a heartbeat well within the promised 15.
        assert world.commands.total() <= 3600 / 5 + 5
        times = [0.0, *(at for at, _ in seen), 3600.0]
        assert max(later - at for at, later in itertools.pairwise(times)) <= 10.1
        assert {(event.type, event.offset, event.progress) for _, event in seen} == {
            ("heartbeat", 2, 40)
        }

    virtual_time.run(run())


def test_whoever_resumes_at_the_newest_event_is_answered_at_once():
    async def run() -> None:
        world = World()
        asyncio.get_running_loop().call_later(19, world.stop.set)
        seen = await world.watch(after=2)
        assert [(at, event.type, event.offset) for at, event in seen] == [
            (pytest.approx(0), "heartbeat", 2),
            (pytest.approx(10), "heartbeat", 2),
        ]

    virtual_time.run(run())


def test_whoever_has_events_to_see_is_sent_no_heartbeat_before_a_silence():
    async def run() -> None:
        world = World()
        asyncio.get_running_loop().call_later(5, world.signal.set)
        asyncio.get_running_loop().call_later(9, world.stop.set)
        assert [event.type for _, event in await world.watch()] == ["queued", "started"]

    virtual_time.run(run())


def test_a_busy_stream_costs_one_command_a_signal():
    async def run() -> None:
        world = World()
        watching = asyncio.create_task(world.watch())
        for _ in range(100):
            await asyncio.sleep(0.1)
            world.emit("progress")
        await asyncio.sleep(0.1)
        assert world.commands == {"XRANGE": 101}
        world.status = "completed"
        world.emit("completed")
        seen = await watching
        assert [event.offset for _, event in seen] == list(range(1, 104))
        assert world.commands == {"XRANGE": 102, "HMGET": 1}

    virtual_time.run(run())


def test_a_lost_signal_is_made_good_within_seconds():
    async def run() -> None:
        world = World()
        watching = asyncio.create_task(world.watch())
        await asyncio.sleep(100)
        lost_at = asyncio.get_running_loop().time()
        world.kinds.append("failed")
        world.status = "failed"
        seen = [(at, event) for at, event in await watching if event.type != "heartbeat"]
        at, event = seen[-1]
        assert (event.type, event.offset) == ("failed", 3)
        assert at - lost_at <= 5

    virtual_time.run(run())


def test_a_task_that_expires_under_its_watcher_ends_the_stream():
    async def run() -> None:
        world = World()
        watching = asyncio.create_task(world.watch(after=2))
        await asyncio.sleep(100)
        world.execute = gone  # type: ignore[method-assign]
        await watching
        assert asyncio.get_running_loop().time() <= 105

    async def gone(*command: str | int) -> list[object]:
        return [None, None, None] if command[0] == "HMGET" else []

    virtual_time.run(run())


@pytest.mark.parametrize("busy", [True, False])
def test_whoever_may_not_watch_any_more_is_shut_out_within_seconds(busy):
    async def run() -> None:
        world = World()
        world.refuse_from = 100.0
        watching = asyncio.create_task(world.watch())
        while not watching.done() and asyncio.get_running_loop().time() < 200:
            await asyncio.sleep(0.5)
            if busy:
                world.emit("progress")
        assert asyncio.get_running_loop().time() <= 103
        with pytest.raises(MeshError, match="revoked"):
            await watching

    virtual_time.run(run())
