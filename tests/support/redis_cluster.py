"""A real Redis Cluster: three masters on loopback, one of them with a replica."""

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.redis import RedisServer, free_port

_SLOTS: Final = 16_384
_READY_TIMEOUT_S: Final = 90.0
_POLL_S: Final = 0.02
_PORT_MAX: Final = 65_535
_BUS_OFFSET: Final = 10_000
"""How far Redis before 7 puts the port of the cluster bus above the node's."""


@dataclass(frozen=True)
class RedisCluster:
    """Three masters with a third of the slots each, and a replica of the first one."""

    masters: tuple[RedisServer, ...]
    replica: RedisServer

    @property
    def url(self) -> str:
        """URL that names all nodes."""
        nodes = ",".join(f"127.0.0.1:{node.port}" for node in (*self.masters, self.replica))
        return f"redis+cluster://:{self.replica.password}@{nodes}"

    def owner(self, slot: int) -> RedisServer:
        """The master to which a slot was given at first."""
        return self.masters[slot * len(self.masters) // _SLOTS]

    def empty(self) -> None:
        """Deletes everything."""
        for node in self.masters:
            assert node.ask("FLUSHALL") == b"+OK"

    def promote_replica(self) -> None:
        """Lets the replica take the slots of its master without asking the others."""
        assert self.replica.ask("CLUSTER FAILOVER TAKEOVER") == b"+OK"


def node_id(node: RedisServer) -> str:
    """The name of a node in its cluster."""
    return node.lines("CLUSTER MYID")[1].decode()


@contextlib.contextmanager
def run(directory: Path) -> Iterator[RedisCluster]:
    """A running cluster that serves all slots; killed at the end of the block."""
    password = secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        nodes = [_start(directory / str(number), password, stack) for number in range(4)]
        cluster = RedisCluster(tuple(nodes[:3]), nodes[3])
        for number, master in enumerate(cluster.masters):
            slots = [slot for slot in range(_SLOTS) if cluster.owner(slot) is master]
            assert master.ask(f"CLUSTER ADDSLOTS {' '.join(map(str, slots))}") == b"+OK"
            assert master.ask(f"CLUSTER SET-CONFIG-EPOCH {number + 1}") == b"+OK"
        for node in nodes[1:]:
            assert node.ask(f"CLUSTER MEET 127.0.0.1 {nodes[0].port}") == b"+OK"
        first = node_id(nodes[0])
        _wait(lambda: cluster.replica.ask(f"CLUSTER REPLICATE {first}") == b"+OK")
        _wait(lambda: all(_knows_all(node) for node in nodes))
        for node in nodes:
            # One that stands still is not dead: tests kill and promote by themselves.
            assert node.ask("CONFIG SET cluster-node-timeout 600000") == b"+OK"
        yield cluster


def _start(directory: Path, password: str, stack: contextlib.ExitStack) -> RedisServer:
    directory.mkdir()
    node = RedisServer(
        directory,
        "cluster-enabled yes",
        "cluster-node-timeout 2000",
        "appendfsync no",
        "repl-diskless-sync-delay 0",
        f"masterauth {password}",
    )
    node.password = password
    node.port = _free_pair()
    stack.callback(node.kill)
    node.start()
    return node


def _free_pair() -> int:
    """A port whose port of the bus is free, too."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError), socket.socket() as bus:
            if port + _BUS_OFFSET <= _PORT_MAX:
                bus.bind(("127.0.0.1", port + _BUS_OFFSET))
                return port


def _knows_all(node: RedisServer) -> bool:
    replicated = sum(line.count(b"slave") for line in node.lines("CLUSTER NODES"))
    synced = b"master_link_status:down" not in node.lines("INFO replication")
    return b"cluster_state:ok" in node.lines("CLUSTER INFO") and replicated == 1 and synced


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the cluster is not ready")
        time.sleep(_POLL_S)
