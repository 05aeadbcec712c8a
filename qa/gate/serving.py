"""How the chat is served: the address, who may ask, a proxy before it, whether anything may be written."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from embeddings.errors import ServerError, printable
from qa.gate.access import Access
from qa.gate.audit import Audit
from qa.gate.passwords import Login

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Serving:
    """How the chat is served.

    Attributes:
        host: the address it is bound to.
        login: who may ask; None where everybody who can reach it may.
        root_path: the path under which a proxy shows it, "/pincite"; "" without one.
        origin: the scheme and host of the proxy, "https://example.org"; None where the proxy passes the Host on.
        read_only: nothing may be written, neither an index nor feedback.
        behind_proxy: a proxy on this machine says where a request comes from (X-Forwarded-For).
        access: who may see what; None where everybody may see everything.
        audit: keeps who asked what; None for nothing.
        workers: readers in processes of their own; 0 where the server reads itself.
        called: other names of this machine.
    """

    host: str = "127.0.0.1"
    login: Login | None = None
    root_path: str = ""
    origin: str | None = None
    read_only: bool = False
    behind_proxy: bool = False
    called: tuple[str, ...] = ()
    workers: int = 0
    access: Access | None = None
    audit: Audit | None = None

    def answers_to(self, host: str | None) -> bool:
        """Whether a request that names this host is meant for this server: an address, or one of its names.

        A web page can make a name of its own point here (DNS rebinding), but not an address.
        """
        public = urlsplit(self.origin or "").hostname
        if host is None or host in LOOPBACK | {self.host, public} or host in map(str.lower, self.called):
            return host is not None
        if is_loopback(self.host):
            return False
        return _is_address(host) or host in own_names()


LOCAL = Serving()


def read_root(text: str) -> tuple[str, str | None]:
    """What `--root-path` names: a path, and an origin where it is a whole URL.

    >>> read_root("/pincite/"), read_root("https://example.org/pincite")
    (('/pincite', None), ('/pincite', 'https://example.org'))

    Raises ServerError for anything else.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    whole = parts.scheme in ("http", "https") and parts.hostname is not None
    path = parts.path.rstrip("/")
    plain = path.startswith("/") and not path.startswith("//") and ".." not in path and path.isprintable()
    if text and (parts.query or parts.fragment or not (whole or (not parts.scheme and not parts.netloc))):
        plain = False
    if not plain and not (whole and not path) and text not in ("", "/"):
        raise ServerError(
            f"--root-path {printable(text)!r}: expected a path such as /pincite, or a URL such as "
            "https://example.org/pincite"
        )
    return path, f"{parts.scheme}://{parts.netloc}" if whole else None


def check_exposed(serving: Serving, *, is_open: bool) -> None:
    """Raises ServerError where other machines can reach it, nobody has to log in, and that was not asked for."""
    if serving.login is None and not is_open and not is_loopback(serving.host):
        raise ServerError(
            f"host {serving.host!r} can be reached from other machines, and anyone there could read the documents; "
            "name a user and a file with a password (--auth USER:PASSWORD-FILE), or say --no-auth"
        )


@cache
def own_names() -> frozenset[str]:
    """The names of this machine, in small letters; they are not looked up in a network."""
    name = socket.gethostname().lower()
    return frozenset({name, name.partition(".")[0], f"{name.partition('.')[0]}.local"} - {""})


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_loopback("127.0.0.2"), is_loopback("0.0.0.0"), is_loopback("box.example.org")
    (True, False, False)
    """
    try:
        return host in LOOPBACK or host == "" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
