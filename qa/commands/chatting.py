"""The options of `pincite chat` that say who may reach it, and `pincite password`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.commands.arguments import path

if TYPE_CHECKING:
    from qa.gate.serving import Serving

Auth = Annotated[
    list[str] | None,
    typer.Option("--auth", metavar="USER:PASSWORD-FILE", help="Ask for this name and the password; repeatable."),
]
Users = Annotated[
    Path | None, typer.Option(parser=path, metavar="FILE", help="Ask for a name and password of this file of users.")
]
NoAuth = Annotated[bool, typer.Option("--no-auth", help="Serve other machines without a password.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", metavar="HOST", help="Another name that this machine is called by.")
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Write nothing: neither to the index nor feedback.")]
SharedUploads = Annotated[
    bool, typer.Option("--shared-uploads", help="Files that are added in the chat go into the index, for everybody.")
]
RootPath = Annotated[
    str, typer.Option(metavar="PATH", help="Where a proxy shows the chat: /pincite, or https://example.org/pincite.")
]
BehindProxy = Annotated[
    bool, typer.Option("--behind-proxy", help="A proxy on this machine says from where requests come.")
]
AccessFile = Annotated[
    Path | None, typer.Option("--access", parser=path, metavar="FILE", help="Which users may see which documents.")
]
AuditFile = Annotated[
    Path | None, typer.Option("--audit", parser=path, metavar="FILE", help="Keep who asked what, a line a question.")
]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Questions that are read side by side; half of the cores.")
]


def _workers(wanted: int | None) -> int:
    """The number of readers: the wanted one, else half of the cores, at least one."""
    from embeddings.models.runtime import available_cores

    return wanted if wanted is not None else max(1, available_cores() // 2)


def serving_of(
    host: str,
    auth: Sequence[str] | None,
    users: Path | None,
    names: Sequence[str] | None,
    root_path: str,
    behind_proxy: bool,
    read_only: bool,
    workers: int | None,
    access: Path | None,
    audit: Path | None,
) -> Serving:
    """How the chat is served, from its options. Raises ServerError where one of them has another form."""
    from embeddings.errors import ServerError
    from qa.gate.access import read_access
    from qa.gate.audit import Audit
    from qa.gate.passwords import Login, read_login, read_users
    from qa.gate.serving import Serving, read_root

    logins = [*map(read_login, auth or ()), *([read_users(users)] if users is not None else [])]
    login = None
    for each in logins:
        login = (login or Login({})) | each
    proxied = behind_proxy or root_path not in ("", "/")
    if access is not None and login is None:
        raise ServerError("--access says what users may see; name them with --users FILE or --auth USER:PASSWORD-FILE")
    limits = read_access(access, login.secrets.keys()) if access is not None and login is not None else None
    noted = Audit(audit) if audit is not None else None
    return Serving(
        host, login, *read_root(root_path), read_only, proxied, tuple(names or ()), _workers(workers), limits, noted
    )


def password(
    user: Annotated[str, typer.Argument(help="The name of the user.")],
    file: Annotated[Path, typer.Argument(parser=path, help="The file of users, for `pincite chat --users`.")],
) -> None:
    """Write a user with a password into a file of users, hashed; the password is asked for, or read from stdin."""
    from getpass import getpass

    from embeddings.errors import PinciteError
    from qa.gate.passwords import write_user

    if sys.stdin.isatty():
        said = getpass("Password: ")
        if getpass("Once more: ") != said:
            raise PinciteError("the two passwords differ; nothing was written")
    else:
        said = sys.stdin.readline().rstrip("\r\n")
    write_user(file, user, said)
    typer.echo(f"{user}: written")
