"""The secret that master and workers share."""

from __future__ import annotations

import stat
from pathlib import Path

#: Fewer characters could be guessed.
SHORTEST_TOKEN = 32

#: How to make one; ends every complaint.
REMEDY = "make one with `(umask 077; openssl rand -hex 32 >FILE)` and copy it to the machines of the workers"


def read_token(file: Path) -> bytes:
    """Without white space around it. ValueError when it is missing, too short, or others may read it."""
    try:
        mode = file.stat().st_mode
        token = file.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"the token file {file} cannot be read: {error.strerror}; {REMEDY}") from error
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise ValueError(f"the token file {file} can be read by others: chmod 600 {file}")
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"the token in {file} has {len(token)} characters, {SHORTEST_TOKEN} are needed; {REMEDY}")
    return token
