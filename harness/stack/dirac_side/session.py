"""Answers orders of the harness, one after the other; runs in the build's environment.

The argument of a script that uses it is a JSON file with ``cfg``, the path of its dirac.cfg, ``folder``, where it
may write, and ``channel``, the descriptor of a socket: an order and its answer are one line of JSON each.
"""

import json
import socket
import sys
import traceback
from pathlib import Path

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from DIRAC import gLogger  # noqa: E402
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData  # noqa: E402


def read_orders():
    """What the process was started with; DIRAC has its configuration then, and logs as an agent does."""
    orders = json.loads(Path(sys.argv[1]).read_text())
    loaded = gConfigurationData.loadFile(orders["cfg"])
    if not loaded["OK"]:
        sys.exit(loaded["Message"])
    gLogger.setLevel("INFO")
    return orders


def serve(channel, answers):
    """Until the other side closes. ``answers``: name of an order to the function that answers it."""
    with socket.socket(fileno=channel) as connection, connection.makefile("rw") as stream:
        for line in stream:
            arguments = json.loads(line)
            try:
                answer = {"value": answers[arguments.pop("order")](**arguments)}
            except Exception:  # noqa: BLE001  the session goes on, and the harness knows
                answer = {"error": traceback.format_exc(limit=-3)}
            print(json.dumps(answer), file=stream, flush=True)
