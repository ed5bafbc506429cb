"""One small process per stack: waits until the owner of the stack is gone and removes what it left.

It waits for the owner's lock, which the kernel drops even after ``kill -9``. It is in a session of its own and
does not carry the mark of the stack, so that ending the stack does not end it. Should it be killed as well, the
next start of any stack cleans up.

Argument: the directory of the stack.
"""

from __future__ import annotations

import sys
from pathlib import Path

from harness.stack.ownership import remove_stack, wait_for_ownership


def main() -> None:
    directory = Path(sys.argv[1])
    wait_for_ownership(directory)
    remove_stack(directory)


if __name__ == "__main__":
    main()
