"""Odoo's command, started by a file and with a socket that can take a rush.

By a file: the prefork server starts its websocket process by ``sys.argv[0]``, and
odoo/__main__.py cannot be run by its path.

The socket: Odoo listens with room for 8 waiting connections per worker (5 with
threads), so that of 200 visitors who come at once some are turned away by the kernel
before Odoo sees them. Odoo takes over a socket that somebody else opened (systemd's
socket activation, LISTEN_FDS), so this opens one with more room.
"""

import os
import socket
import sys

import odoo
import odoo.cli

BACKLOG = 1024
ACTIVATION_FD = 3  # where systemd's protocol puts the first socket


def _option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def listen():
    """Open the HTTP socket and tell Odoo of it as systemd would."""
    port = _option("--http-port")
    # Importing Odoo took the word "gevent" off the websocket process's arguments.
    if not port or odoo.evented or "--no-http" in sys.argv:
        return
    # Odoo's tests ask the server for its port, which it does not know of such a socket.
    if "--test-tags" in sys.argv:
        return
    if "ODOO_HTTP_SOCKET_FD" in os.environ:  # reloading itself, with its socket open
        return
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Workers share it: who finds that another one was quicker must not wait.
    server.setblocking(False)
    server.bind((_option("--http-interface") or "127.0.0.1", int(port)))
    server.listen(BACKLOG)
    os.dup2(server.fileno(), ACTIVATION_FD, inheritable=True)
    if server.fileno() != ACTIVATION_FD:
        server.close()
    else:
        server.detach()
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    # Threads: as many requests at once as there are database connections for.
    os.environ.setdefault("ODOO_MAX_HTTP_THREADS", "auto")


if __name__ == "__main__":
    listen()
    sys.exit(odoo.cli.main())
