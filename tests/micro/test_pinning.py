from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness.micro.pinning import pin

THREADS = """
import threading
go = threading.Event()
threads = [threading.Thread(target=go.wait, daemon=True) for _ in range(3)]
for one in threads:
    one.start()
print("started", flush=True)
input()
"""


def test_all_threads_of_a_process_stay_on_the_cores() -> None:
    core = min(os.sched_getaffinity(0))
    with subprocess.Popen(
        [sys.executable, "-c", THREADS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"started\n"
        pin(process.pid, {core})
        threads = [int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()]
        assert len(threads) == 4
        assert all(os.sched_getaffinity(thread) == {core} for thread in threads)
        process.kill()
    pin(process.pid, {core})  # it has ended: nothing to do
