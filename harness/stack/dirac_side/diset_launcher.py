"""Starts DIRAC's DISET services; runs in the build's environment.

DIRAC itself is left as it is, but for what old releases lack, and for the address: DIRAC listens on every address
of the machine, a benchmark must not.

Arguments: those of ``dirac-service``.
"""

import socket
import sys

import old_dirac

old_dirac.allow_proxies()
old_dirac.move_root()

from M2Crypto.SSL import Connection  # noqa: E402  after the constant

_bind = Connection.bind


def _bind_loopback(connection, address):
    """Where there is IPv6, DIRAC takes one socket for both: it gets IPv4's loopback address as IPv6 writes it."""
    both = connection.socket.family == socket.AF_INET6
    return _bind(connection, ("::ffff:127.0.0.1" if both else "127.0.0.1", address[1]))


Connection.bind = _bind_loopback

if __name__ == "__main__":
    from DIRAC.Core.scripts.dirac_service import main

    sys.exit(main())
