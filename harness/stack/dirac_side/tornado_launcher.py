# Types and the order of imports are those of the library that is patched.
# ruff: noqa: ARG005, E402
"""Starts DIRAC's Tornado services with the tornado of the package index; runs in the build's environment.

DIRAC's services run on DIRACGrid's fork of tornado, which is not on the package index; tornado 5.1.1, which is,
lacks four things. Each is supplied here in its smallest form, and DIRAC itself is left as it is. The fifth is
ours: DIRAC listens on every address of the machine, a benchmark on the one that RSSBENCH_LISTEN names, which is
loopback unless the service has a network of its own.

Arguments: those of ``tornado-start-all``.
"""

import collections
import collections.abc
import os
import sys

# tornado 5.1.1 looks for it where Python 3.10 and later no longer have it.
collections.MutableMapping = collections.abc.MutableMapping

import old_dirac

old_dirac.allow_proxies()

import tornado.iostream
from tornado import gen
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import IOLoop
from tornado.tcpserver import TCPServer

# In the fork, SSLIOStream is a factory that DIRAC sets to M2IOStream. Here M2IOStream is used by name (below), so
# the request of DIRAC.Core.Tornado.Server.TornadoServer has nothing left to do.
tornado.iostream.SSLIOStream.configure = classmethod(lambda cls, implementation: None)

from tornado_m2crypto.m2iostream import M2IOStream


def _handle_connection(server, connection, address):
    """Give the raw connection to M2IOStream, where tornado 5.1.1 wraps it with the ssl module.

    M2IOStream has an empty ``__init__`` because the fork's factory calls ``initialize``. Like the fork it makes a
    TLS context per connection: proxies of grid users are verified by M2Crypto, never by ssl.
    """
    stream = M2IOStream()
    stream.initialize(
        connection,
        create_context_on_init=True,
        server_side=True,
        ssl_options=server.ssl_options,
        max_buffer_size=server.max_buffer_size,
        read_chunk_size=server.read_chunk_size,
    )
    future = server.handle_stream(stream, address)
    if future is not None:
        IOLoop.current().add_future(gen.convert_yielded(future), lambda done: done.result())


TCPServer._handle_connection = _handle_connection

# DIRAC identifies the client by the certificate that M2Crypto saw, as an M2Crypto object with its chain.
HTTPServerRequest.get_ssl_certificate = lambda request: request.connection.stream.get_ssl_certificate()
HTTPServerRequest.get_ssl_certificate_chain = lambda request: request.connection.stream.get_ssl_certificate_chain()

_listen = TCPServer.listen
TCPServer.listen = lambda server, port, address="": _listen(server, port, os.environ["RSSBENCH_LISTEN"])

if __name__ == "__main__":
    from DIRAC.Core.Tornado.scripts.tornado_start_all import main

    sys.exit(main())
