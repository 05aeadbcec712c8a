"""How the chat is served: where it listens, who may ask, what stands before it, whether anything may be written."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from embeddings.errors import ServerError, printable

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LONGEST_PASSWORD_FILE = 10_000  # bytes; more is some other file


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and a password, of which only a digest is kept.

    >>> Login.of("ada", "secret").fits("Basic YWRhOnNlY3JldA==")
    True
    >>> Login.of("ada", "other").fits("Basic YWRhOnNlY3JldA==")
    False
    """

    user: str
    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, user: str, password: str) -> Login:
        """Of a name and a password."""
        return cls(user, hashlib.sha256(f"{user}:{password}".encode()).digest())

    def fits(self, header: str) -> bool:
        """Whether the header `Authorization` of a request names this user and password; HTTP Basic, RFC 7617.

        The time it takes says nothing of how much of the password was right.
        """
        kind, _, coded = header.partition(" ")
        try:
            said = base64.b64decode(coded.strip(), validate=True)
        except ValueError:
            said = b""
        fits = hmac.compare_digest(hashlib.sha256(said).digest(), self.digest)
        return fits and kind.lower() == "basic"


@dataclass(frozen=True, slots=True)
class Serving:
    """How the chat is served.

    Attributes:
        host: the address it is bound to.
        login: who may ask; None where everybody may who can reach it.
        root_path: the path under which a proxy shows it, "/pincite"; "" without one.
        origin: the scheme and host by which a browser knows the proxy, "https://example.org"; None where the proxy
            hands on the host that it was asked by.
        read_only: nothing may be written, neither an index nor feedback.
    """

    host: str = "127.0.0.1"
    login: Login | None = None
    root_path: str = ""
    origin: str | None = None
    read_only: bool = False

    @property
    def names(self) -> frozenset[str] | None:
        """The host names that it answers to; None for any."""
        if not is_loopback(self.host):
            return None
        public = urlsplit(self.origin or "").hostname
        return LOOPBACK | {self.host} | ({public} if public is not None else set())


LOCAL = Serving()


def read_login(text: str) -> Login:
    """What `--auth USER:PASSWORD-FILE` names: the first line of the file is the password.

    Raises:
        ServerError: of another form, or the file can't be read, or its first line is empty.
    """
    user, colon, name = text.partition(":")
    if not (user and colon and name):
        raise ServerError(f"--auth {printable(text)!r}: expected USER:PASSWORD-FILE, a name and a file with a password")
    file = Path(name).expanduser()
    try:
        data = file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise ServerError(f"{file}: can't be read ({error.strerror}); --auth reads the password from it") from None
    if data is None:
        raise ServerError(f"{printable(str(file))}: no such file; --auth USER:PASSWORD-FILE reads the password from it")
    try:
        password = data.decode("utf-8").partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        password = ""
    if not password.strip() or len(data) > _LONGEST_PASSWORD_FILE:
        raise ServerError(f"{printable(str(file))}: holds no password; write it on the first line, in UTF-8")
    return Login.of(user, password)


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


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_loopback("127.0.0.2"), is_loopback("0.0.0.0"), is_loopback("box.example.org")
    (True, False, False)
    """
    try:
        return host in LOOPBACK or host == "" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
