"""What processes have used, as the kernel tells in /proc (Linux)."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAMED: Final = ("envoy", "gateway", "redis", "orchestrator")
"""Processes whose CPU time is told one by one; the others are the agents and the supervisor."""

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PSS: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process and the children it has waited for have used.

    The kernel counts in ticks, mostly of 10 ms: good for phases of seconds.
    """
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    # The second field is the command in parentheses and may contain anything.
    fields = stat.rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS_PER_S


def machine_cpu_s() -> float:
    """Seconds of CPU that all cores together have spent on anything since the machine's start."""
    ticks = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0].split()[1:]
    # user nice system idle iowait irq softirq steal; guests are part of user.
    user, nice, system, _, _, irq, softirq, steal = (int(n) for n in ticks[:8])
    return (user + nice + system + irq + softirq + steal) / _TICKS_PER_S


def cpu_of(pids: Mapping[str, int]) -> dict[str, float]:
    """`cpu_s` of each process by its name."""
    return {name: cpu_s(pid) for name, pid in pids.items()}


def pss_mib(pids: Mapping[str, int]) -> dict[str, float]:
    """Memory of each process in MiB: its own pages, and its share of those it shares."""
    sizes = {}
    for name, pid in pids.items():
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        match = _PSS.search(rollup)
        sizes[name] = int(match[1]) / 1024 if match else 0.0
    return sizes
