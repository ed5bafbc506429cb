"""Starts DIRAC's DISET services; runs in the build's environment.

DIRAC itself is left as it is, but for what old releases lack, and for the address: DIRAC listens on every one of
the machine, a benchmark on the one that RSSBENCH_LISTEN names: loopback, unless the service has a network of its
own.

Arguments: those of ``dirac-service``.
"""

import os
import socket
import sys

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from M2Crypto.SSL import Connection  # noqa: E402  after the constant

_bind = Connection.bind


def _bind_ours(connection, address):
    """Where there is IPv6, DIRAC takes one socket for both: it gets IPv4's address as IPv6 writes it."""
    host = os.environ["RSSBENCH_LISTEN"]
    both = connection.socket.family == socket.AF_INET6
    return _bind(connection, (f"::ffff:{host}" if both else host, address[1]))


Connection.bind = _bind_ours

if __name__ == "__main__":
    from DIRAC.Core.scripts.dirac_service import main

    sys.exit(main())
