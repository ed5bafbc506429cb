"""The installed ``rssbench``, as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RSSBENCH = Path(sys.executable).with_name("rssbench")


def script(stack_folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Its end; stacks live in ``stack_folder``."""
    return subprocess.run(
        [RSSBENCH, *arguments],
        env=os.environ | {"RSSBENCH_STACK_FOLDER": str(stack_folder)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
