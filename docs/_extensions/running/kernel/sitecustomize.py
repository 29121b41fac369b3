"""Python reads this when a page's kernel starts: the page reaches no host but this machine.

Kernels find it through PYTHONPATH, and so do Python programs that a page starts with its own
environment. An audit hook can't be taken off again. It sees what goes through Python's `socket`,
as `urllib`, `http` and `requests` do; not what a library in C opens, nor a program such as `curl`.
"""

import ipaddress
import sys
from typing import Any

# Where each event that names a host has it among its arguments.
PLACES = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}


def refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise an error where a page reaches for another host."""
    if event in PLACES:
        host = arguments[PLACES[event]]
        if isinstance(host, tuple):  # an address of the internet; that of a Unix socket is a name
            host = host[0]
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        if not _is_this_machine(host):
            raise PermissionError(
                f"a page reaches no network, and this one asks for {host!r} ({event}); "
                "put what it needs into a file beside it"
            )


def _is_this_machine(host: Any) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return ipaddress.ip_address(name).is_loopback
    except ValueError:  # a name, whatever it may stand for
        return False


sys.addaudithook(refuse_other_hosts)
