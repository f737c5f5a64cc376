"""The port of a run, taken before anything else is done, so that a second process says so at once."""

import contextlib
import errno
import socket
from collections.abc import Iterator


class PortTaken(Exception):
    """The port cannot be listened on; the message says what to do."""


@contextlib.contextmanager
def bound(host: str, port: int, *, variable: str) -> Iterator[socket.socket]:
    """A socket bound to the port that `variable` names; nobody is let in yet. Raises PortTaken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise PortTaken(f"ONEWINDOW_HOST 无法监听 cannot be listened on: {error.strerror}") from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise taken(port, error, variable=variable) from error
        yield listener


def taken(port: int, error: OSError, *, variable: str) -> PortTaken:
    """What is said of a port that cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"端口 {port} 已被占用；请设置 {variable} 或停止占用者"
            f" port {port} is taken: set {variable}, or stop what uses it"
        )
    return PortTaken(f"端口 {port} 无法监听 cannot be listened on: {error.strerror}; {variable}")
