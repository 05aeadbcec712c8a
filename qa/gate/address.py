"""The address that the chat listens on, taken before anything else: a port that is taken shows at once."""

from __future__ import annotations

import errno
import socket

from embeddings.errors import ServerError

LAST_PORT = 65_535


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens; on any free port where `port` is 0.

    Raises:
        ServerError: the host or the port can't be had.
    """
    if not 0 <= port <= LAST_PORT:
        raise ServerError(f"port {port} is none: expected a number from 0 to {LAST_PORT}; choose another with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host or "127.0.0.1", port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise ServerError(f"host {host!r} is not known ({_reason(error)}); {_NAME_A_HOST}") from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen()
    except OSError as error:
        bound.close()
        raise ServerError(_refused(host, port, error)) from None
    return bound


def url(host: str, bound: socket.socket) -> str:
    """The address for a browser of a server that listens on the socket."""
    return f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"


_NAME_A_HOST = "name an address of this machine with --host, 127.0.0.1 for this machine alone"


def _refused(host: str, port: int, error: OSError) -> str:
    """Why the system does not give an address, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; stop it, or choose another port with --port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} of {host} is kept for the administrator; choose one from 1024 on with --port"
    return f"host {host!r} can't be listened on ({_reason(error)}); {_NAME_A_HOST}"


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
