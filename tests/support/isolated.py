"""Functions that tests have run in child processes; some of them behave badly."""

import ctypes
import errno
import os
import socket
import time
from pathlib import Path
from typing import NoReturn

from meshkit.isolation import confinement


def upper(given: bytes) -> bytes:
    print("must not get between the answers")
    return given.upper()


def process_id(_given: bytes) -> bytes:
    return str(os.getpid()).encode()


def environment(_given: bytes) -> bytes:
    return "\n".join(os.environ).encode()


def fail(given: bytes) -> NoReturn:
    raise ValueError(given.decode())


def recurse(given: bytes) -> bytes:
    return recurse(given)


def hang(_given: bytes) -> NoReturn:
    while True:
        time.sleep(60)


def spin(_given: bytes) -> NoReturn:
    while True:
        pass


def die(_given: bytes) -> NoReturn:
    os._exit(3)


def hoard(given: bytes) -> bytes:
    return bytes(1024 * 1024 * int(given))[:1]


def hoard_in_pieces(given: bytes) -> bytes:
    return given + str(len([bytearray(b"x") * 1024 * 1024 for _ in range(int(given))])).encode()


def write_file(given: bytes) -> bytes:
    with open(given.decode(), "wb") as file:  # noqa: PTH123
        file.write(b"x" * 10)
    return b"written"


def confined(given: bytes) -> bytes:
    """What is left to a confined process: files, connections and calls, one after another."""
    readable, hidden = (Path(line) for line in given.decode().split("\n"))
    confinement.no_new_privileges()
    confinement.restrict_files(read=[readable])
    confinement.refuse_calls(["ptrace"])
    found = [readable.read_text()]
    for attempt in (
        hidden.read_text,
        lambda: (readable.parent / "new").write_text("x"),
        lambda: socket.create_connection(("127.0.0.1", 9), 1),
        lambda: os.kill(os.getppid(), 0),
    ):
        try:
            attempt()
        except OSError as error:
            found.append(errno.errorcode[error.errno or 0])
        else:
            found.append("done")
    traced = ctypes.CDLL(None, use_errno=True).syscall(101, 0, 0, 0, 0)
    found.append(errno.errorcode[ctypes.get_errno()] if traced else "done")
    return "\n".join(found).encode()
