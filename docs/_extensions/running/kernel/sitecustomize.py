"""Python reads this when a page's kernel starts: the page reaches no host but this machine.

Kernels find it through PYTHONPATH, and so do Python programs that a page starts with its own
environment. An audit hook can't be taken off again. It sees what goes through Python's `socket`,
as `urllib`, `http` and `requests` do; not what a library in C opens, nor a program such as `curl`.
"""

import ipaddress
import sys
from typing import Any

CONNECT = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOK_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise an error where a page reaches for another host."""
    if event in LOOK_UP:
        host = arguments[0]
    elif event in CONNECT and isinstance(arguments[1], tuple):  # a Unix socket's address is a name
        host = arguments[1][0]
    elif event == "socket.getnameinfo":
        host = arguments[0][0]
    else:
        return
    if not _is_this_machine(host):
        raise PermissionError(
            f"a page reaches no network, and this one asks for {host!r} ({event}); "
            "put what it needs into a file beside it"
        )


def _is_this_machine(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return name in ("", "localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:  # a name, whatever it may stand for
        return False


sys.addaudithook(refuse_other_hosts)
