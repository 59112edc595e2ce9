"""What the kernel tells about processes."""

import os
import time

from bench import processes


def test_cpu_time_of_a_process_grows_with_its_work() -> None:
    before, machine_before = processes.cpu_s(os.getpid()), processes.machine_cpu_s()
    worked = time.process_time() + 0.05
    while time.process_time() < worked:
        pass

    # Both count in ticks of 10 ms.
    assert processes.cpu_s(os.getpid()) - before >= 0.03
    assert processes.machine_cpu_s() - machine_before >= 0.03


def test_memory_of_a_python_process() -> None:
    sizes = processes.pss_mib({"self": os.getpid()})

    assert 5 < sizes["self"] < 4096
