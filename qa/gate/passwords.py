"""Who may ask: names and passwords, plain in a file or hashed (`pincite password`), and how often one may be guessed.

A line of a file of users is `NAME:SECRET`; the secret is a plain password, or `scrypt$...` (RFC 7914) as `hashed` gives
it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from embeddings.errors import ServerError, printable
from qa.gate.bounds import Busy, Lane

_LONGEST_FILE = 1_000_000  # bytes; a larger file is something else
_LONGEST_HEADER = 4_096  # characters
_N, _R, _P = 1 << 14, 8, 1  # scrypt's cost: 16 MiB, some 50 ms
_MEMORY = 64 * 1024 * 1024  # bytes that the cost in a file may ask for
_SCRYPT, _PLAIN = "scrypt$", "plain$"
OF_ADDRESS, OF_ALL, WINDOW = 10, 60, 60.0  # wrong passwords of one address and of all, in so many seconds
_KNOWN = 1_000  # headers that were right, and are not hashed again


@dataclass(frozen=True, slots=True)
class Login:
    """Names and the digests of their passwords.

    >>> Login.of("ada", "secret").user_of("Basic YWRhOnNlY3JldA==")
    'ada'
    >>> Login.of("ada", "other").user_of("Basic YWRhOnNlY3JldA==") is None
    True
    """

    secrets: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, user: str, password: str) -> Login:
        """The login of a name and a password, plain or as `hashed` wrote it."""
        return cls({user: password if _is_hash(password) else _PLAIN + _digest(password)})

    def __or__(self, other: Login) -> Login:
        """The users of both."""
        return Login({**self.secrets, **other.secrets})

    def user_of(self, header: str) -> str | None:
        """The user whom the header `Authorization` names and the password fits (RFC 7617, also as a key: `Bearer`).

        The time it takes tells neither how much of the password was right nor whether there is such a user.
        """
        kind, _, coded = header[:_LONGEST_HEADER].partition(" ")
        try:
            user, colon, password = base64.b64decode(coded.strip(), validate=True).decode("utf-8").partition(":")
        except ValueError:
            user, colon, password = "", "", ""
        secret = self.secrets.get(user)
        fits = _holds(secret if secret is not None else next(iter(self.secrets.values())), password)
        return user if fits and colon and secret is not None and kind.lower() in ("basic", "bearer") else None


def hashed(password: str) -> str:
    """A password to write into a file: scrypt with a salt of its own."""
    salt = os.urandom(16)
    return f"{_SCRYPT}{_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _is_hash(secret: str) -> bool:
    """Whether a secret is a hashed password. Raises ServerError for a damaged one."""
    if not secret.startswith(_SCRYPT):
        return False
    try:
        n, r, p, _, digest = _parts(secret)
        fits = (
            1 < n == 1 << n.bit_length() - 1 and r > 0 and 0 < p <= 16 and 256 * n * r <= _MEMORY and len(digest) == 32
        )
    except ValueError:
        fits = False
    if not fits:
        raise ServerError("a hashed password is damaged; write it again with: pincite password USER FILE")
    return True


def _parts(secret: str) -> tuple[int, int, int, bytes, bytes]:
    n, r, p, salt, digest = secret.removeprefix(_SCRYPT).split("$")
    return int(n), int(r), int(p), bytes.fromhex(salt), bytes.fromhex(digest)


def _holds(secret: str, password: str) -> bool:
    if secret.startswith(_PLAIN):
        return hmac.compare_digest(_PLAIN + _digest(password), secret)
    n, r, p, salt, digest = _parts(secret)
    return hmac.compare_digest(_scrypt(password, salt, n, r, p), digest)


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode("utf-8", "replace")).hexdigest()


class Guard:
    """Checks passwords, and refuses when one address, or all together, have sent too many wrong ones.

    A guess is counted before it is checked, so guessing many at once gains nothing. A header that was right once is
    neither hashed again nor kept waiting.
    """

    def __init__(self, login: Login, clock: Callable[[], float] = time.monotonic) -> None:
        self._login, self._clock, self._began = login, clock, clock()
        self._wrong: Counter[str] = Counter()
        self._known: dict[bytes, str] = {}
        self._looking: dict[bytes, asyncio.Future[str | None]] = {}
        self._lane = Lane("passwords", 1, 16)

    async def user_of(self, header: str, address: str) -> str | None:
        """The user whom a header names with the password. Raises Busy after too many wrong passwords."""
        key = hashlib.sha256(header.encode("utf-8", "replace")).digest()
        if key in self._known:
            return self._known[key]
        if key not in self._looking:  # the same header is checked once, however often it comes at a time
            self._looking[key] = asyncio.ensure_future(self._looked_at(key, header, address))
            self._looking[key].add_done_callback(lambda _: self._looking.pop(key, None))
        return await asyncio.shield(self._looking[key])

    async def _looked_at(self, key: bytes, header: str, address: str) -> str | None:
        if self._clock() - self._began > WINDOW:
            self._began, self._wrong = self._clock(), Counter()
        if self._wrong[address] >= OF_ADDRESS or self._wrong.total() >= OF_ALL:
            raise Busy(f"too many wrong passwords; wait {WINDOW:.0f} seconds")
        self._wrong[address] += 1
        user = await self._lane.run(self._login.user_of, header)
        if user is not None:
            self._wrong[address] -= 1
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[key] = user
        return user


# ---------------------------------------------------------------- files


def read_login(text: str) -> Login:
    """What `--auth USER:PASSWORD-FILE` names: the first line of the file is the password.

    Raises:
        ServerError: the text has another form, or the file can't be read, is open to others, or has no first line.
    """
    user, colon, name = text.partition(":")
    if not (user and colon and name):
        raise ServerError(f"--auth {printable(text)!r}: expected USER:PASSWORD-FILE, a name and a file with a password")
    file = Path(name).expanduser()
    password = _secret_text(file, "--auth USER:PASSWORD-FILE reads the password from it").partition("\n")[0]
    if not password.strip():
        raise ServerError(f"{printable(str(file))}: holds no password; write it on the first line, in UTF-8")
    return Login.of(user, password.rstrip("\r"))


def read_users(file: Path) -> Login:
    """What `--users FILE` names: a user on each line, NAME:SECRET. Raises ServerError as `read_login`."""
    lines = _secret_text(file, "make one with: pincite password USER FILE").splitlines()
    users = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    if not users or not all(name and colon and secret.strip() for name, colon, secret in users):
        raise ServerError(f"{printable(str(file))}: expected lines NAME:PASSWORD; write them with: pincite password")
    login = Login({})
    for name, _, secret in users:
        login |= Login.of(name, secret)
    return login


def write_user(file: Path, user: str, password: str) -> None:
    """Writes a user with a hashed password into a file of users; it replaces the user's earlier line.

    Raises ServerError where the name or the password can't be used, or the file can't be read or written.
    """
    if not user or ":" in user or not user.isprintable() or not password.strip():
        raise ServerError(f"user {printable(user)!r}: expected a name without a colon, and a password")
    lines = _secret_text(file, "").splitlines() if file.exists() else []
    kept = [line for line in lines if line.partition(":")[0] != user]
    try:
        scratch = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as made:
            made.write("\n".join([*kept, f"{user}:{hashed(password)}"]) + "\n")
        scratch.replace(file)
    except OSError as error:
        raise ServerError(f"{printable(str(file))}: can't be written ({error.strerror}); name another") from None


def _secret_text(file: Path, advice: str) -> str:
    """The text of a file with passwords. Raises ServerError where it can't be read, or others can read it."""
    shown = printable(str(file))
    try:
        mode, data = (file.stat().st_mode, file.read_bytes()) if file.is_file() else (0, None)
    except OSError as error:
        raise ServerError(f"{shown}: can't be read ({error.strerror}); {advice}") from None
    if data is None:
        raise ServerError(f"{shown}: no such file; {advice}")
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ServerError(f"{shown}: others can read or write this file with passwords; chmod 600 {shown}")
    try:
        return data.decode("utf-8") if len(data) <= _LONGEST_FILE else ""
    except UnicodeDecodeError:
        return ""
