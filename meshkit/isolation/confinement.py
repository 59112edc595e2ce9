"""Takes from a process what it does not need: files, network, signals, system calls, its user.

All of it is the kernel's (Linux), lasts for the life of the process and of its children, and needs
no privileges: resource limits, no_new_privs, Landlock and seccomp. It is applied to the calling
thread, so before there is another one.

There is no maintained binding of both on PyPI (`pyseccomp` rests since 2021 and needs libseccomp,
`landlock` has had no release but previews), so the few system calls are made here through ctypes.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

LANDLOCK_MIN: Final = 4
"""The least version of Landlock's interface that is enough: from 4 on (Linux 6.7) it rules TCP."""
_LIBC: Final = ctypes.CDLL(None, use_errno=True)

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_DUMPABLE: Final = 4
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG: Final = 1
_PATH_BENEATH: Final = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_FS_BITS: Final = MappingProxyType({1: 13, 2: 14, 3: 15, 4: 15, 5: 16})
"""How many rights on files each version of the interface knows; later ones as version 5."""
_NET_ALL: Final = 0b11
_SCOPE_ALL: Final = 0b11
"""Abstract Unix sockets of others, and signals to them; from version 6 on."""

_ARCH_X86_64: Final = 0xC000003E
_X32_BIT: Final = 0x40000000
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # the call fails with EPERM
_ABSENT: Final = 0x00050000 | 38  # the call fails with ENOSYS: libraries then take an older one
_KILL: Final = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06

_NUMBERS: Final = """
    read=0 write=1 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11
    brk=12 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 pread64=17 readv=19 writev=20
    access=21 sched_yield=24 mremap=25 madvise=28 nanosleep=35 getpid=39 socket=41 connect=42
    bind=49 listen=50 exit=60 uname=63 fcntl=72 getcwd=79 readlink=89 gettimeofday=96
    getrusage=98 ptrace=101 getuid=102 getgid=104 geteuid=107 getegid=108 sigaltstack=131
    mount=165 umount2=166 gettid=186 futex=202 sched_getaffinity=204 getdents64=217
    clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 openat=257
    newfstatat=262 readlinkat=267 unshare=272 set_robust_list=273 process_vm_readv=310
    process_vm_writev=311 kcmp=312 getrandom=318 memfd_create=319 bpf=321 userfaultfd=323
    membarrier=324 statx=332 rseq=334 pidfd_send_signal=424 io_uring_setup=425
    io_uring_enter=426 io_uring_register=427 open_tree=428 move_mount=429 fsopen=430 clone3=435
    pidfd_getfd=438 setns=308 perf_event_open=298 open_by_handle_at=304 keyctl=250 add_key=248
    request_key=249 chroot=161 pivot_root=155 init_module=175 finit_module=313 kexec_load=246
    personality=135 acct=163 quotactl=179 reboot=169 sendto=44 accept4=288 memfd_secret=447
"""
SYSCALLS: Final[Mapping[str, int]] = MappingProxyType(
    {name: int(number) for name, _, number in (entry.partition("=") for entry in _NUMBERS.split())}
)
"""Numbers of system calls on x86-64, as far as they are named here or by a caller."""


class ConfinementError(Exception):
    """The kernel does not confine; the message is a sentence for people."""


def landlock_version() -> int:
    """The version of Landlock's interface; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    answer = int(_LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG))
    return max(0, answer)


def missing() -> str:
    """What this machine lacks for Landlock and seccomp, a sentence; empty when it has both."""
    if sys.platform != "linux":
        return "This is not Linux."
    if platform.machine() != "x86_64" or struct.calcsize("P") != 8:
        return f"The filter of system calls is not written for {platform.machine()}."
    if (version := landlock_version()) < LANDLOCK_MIN:
        return f"The kernel's Landlock is of version {version}, at least {LANDLOCK_MIN} is needed."
    return ""


def limit(name: int, value: int) -> None:
    """Sets a resource limit, such as `resource.RLIMIT_NOFILE`, that cannot be raised again."""
    hard = resource.getrlimit(name)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(name, (value, value))


def become_nobody() -> None:
    """Leaves root for good; does nothing for another user."""
    if os.getuid() == 0 or os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)


def no_new_privileges() -> None:
    """Lets no program that is started give rights, and no other process read this one's memory."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def restrict_files(
    *, read: Iterable[Path] = (), execute: Iterable[Path] = (), network: bool = False
) -> None:
    """Leaves of all files these, to be read or executed, and of TCP nothing unless told so.

    Args:
        read: Files and directories that may be read, with all beneath. Absent ones are left out.
        execute: Those that may be executed, too.
        network: Whether TCP connections may be made.

    Raises:
        ConfinementError: when the kernel has no Landlock, or refuses.
    """
    version = landlock_version()
    if version < LANDLOCK_MIN:
        raise ConfinementError("The kernel has no Landlock, or too old a one.")
    handled = (1 << _FS_BITS.get(version, _FS_BITS[5])) - 1
    sizes = (handled, 0 if network else _NET_ALL, _SCOPE_ALL)
    attributes = struct.pack("=QQQ", *sizes)[: 24 if version >= 6 else 16]
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        for path in read:
            _allow_path(ruleset, path, _READ_FILE | _READ_DIR)
        for path in execute:
            _allow_path(ruleset, path, _READ_FILE | _READ_DIR | _EXECUTE)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def allow_calls(names: Iterable[str]) -> None:
    """Leaves of all system calls these; every other one fails with EPERM.

    Raises:
        ConfinementError: when the kernel refuses, or its calls are not those that are known here.
    """
    _filter([SYSCALLS[name] for name in names], listed=_ALLOW, others=_REFUSE)


def refuse_calls(names: Iterable[str]) -> None:
    """Refuses these system calls, with EPERM.

    Raises:
        ConfinementError: as `allow_calls`.
    """
    _filter([SYSCALLS[name] for name in names], listed=_REFUSE, others=_ALLOW)


def _filter(numbers: list[int], *, listed: int, others: int) -> None:
    if platform.machine() != "x86_64":
        raise ConfinementError(f"No filter is written for {platform.machine()}.")
    program = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_EQUAL, 1, 0, _ARCH_X86_64),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL),
    ]
    if SYSCALLS["clone3"] not in numbers:
        program += [(_EQUAL, 0, 1, SYSCALLS["clone3"]), (_RETURN, 0, 0, _ABSENT)]
    for number in numbers:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, listed)]
    program.append((_RETURN, 0, 0, others))
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header)


def _allow_path(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not path.is_dir():
            rights &= ~_READ_DIR
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    result = int(_LIBC.syscall(number, *arguments))
    if result < 0:
        raise ConfinementError(f"Landlock: {os.strerror(ctypes.get_errno())}.")
    return result


def _prctl(option: int, value: int, pointer: bytes | int = 0) -> None:
    if _LIBC.prctl(option, ctypes.c_ulong(value), pointer, 0, 0) != 0:
        raise ConfinementError(f"prctl {option}: {os.strerror(ctypes.get_errno())}.")
