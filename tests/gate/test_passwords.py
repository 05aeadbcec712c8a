"""Passwords: how often they may be guessed, how they lie in files, and several users."""

from __future__ import annotations

import asyncio
import base64
import io
import re
from pathlib import Path

import pytest
from command import Run
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import ServerError
from qa.gate.bounds import Busy
from qa.gate.passwords import OF_ADDRESS, OF_ALL, WINDOW, Guard, Login, hashed, read_login, read_users, write_user
from qa.gate.serving import Serving
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.", "Ferry", "ferry.txt")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Counting(Login):
    """A login that counts how often a password was looked at."""

    looked = 0

    def user_of(self, header: str) -> str | None:
        Counting.looked += 1
        return super().user_of(header)


async def guess(guard: Guard, password: str, address: str = "10.0.0.1") -> str | None:
    try:
        return await guard.user_of(basic("ada", password), address)
    except Busy:
        return "busy"


def test_many_guesses_at_once_are_no_more_than_one_after_another() -> None:
    async def run() -> None:
        now = [0.0]
        Counting.looked = 0
        guard = Guard(Counting(Login.of("ada", "right").secrets), lambda: now[0])
        assert await asyncio.gather(*(guess(guard, "right", "10.0.0.9") for _ in range(50))) == ["ada"] * 50
        await asyncio.gather(*(guess(guard, f"wrong {n}") for n in range(500)))
        assert Counting.looked <= 1 + OF_ADDRESS
        for n in range(500):
            await guess(guard, f"wrong {n}", f"10.0.1.{n}")
        assert Counting.looked <= 1 + OF_ALL
        assert await guess(guard, "right") == "ada"  # known: not kept waiting by others
        assert await guess(guard, "right ") == "busy"
        now[0] = WINDOW + 1
        assert await guess(guard, "right ") is None

    asyncio.run(run())


def test_who_guesses_too_often_is_told_to_wait_and_learns_nothing() -> None:
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=Serving(login=Login.of("ada", "right")))) as client:
        client.base_url = HOST  # type: ignore[assignment]
        statuses = [
            client.get("/health", headers={"authorization": basic("ada", f"wrong {n}")}).status_code
            for n in range(OF_ADDRESS)
        ]
        assert set(statuses) == {401}
        refused = client.get("/health", headers={"authorization": basic("ada", "right")})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert client.get("/health").status_code == 401


def test_a_hashed_password_fits_and_is_another_each_time() -> None:
    one, other = hashed("käse"), hashed("käse")
    assert one != other
    for secret in (one, other, "käse"):
        login = Login.of("ada", secret)
        assert login.user_of(basic("ada", "käse")) == "ada"
        assert login.user_of(basic("ada", "Käse")) is None
        assert login.user_of(basic("eve", "käse")) is None
    assert Login.of("ada", one).user_of(basic("ada", one)) is None


@pytest.mark.parametrize("secret", ["scrypt$", "scrypt$1$2$3", "scrypt$99999999999$8$1$00$" + "00" * 32, "scrypt$x"])
def test_a_damaged_hash_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ServerError, match="a hashed password is damaged; write it again"):
        Login.of("ada", secret)


def test_several_users_from_one_file_and_from_files_of_their_own(tmp_path: Path) -> None:
    users = tmp_path / "users.txt"
    write_user(users, "ada", "one")
    write_user(users, "eve", "two")
    write_user(users, "ada", "three")
    assert users.stat().st_mode & 0o777 == 0o600
    assert "three" not in users.read_text()
    plain = tmp_path / "plain.txt"
    plain.touch(mode=0o600)
    plain.write_text("four\n")
    login = read_users(users) | read_login(f"bob:{plain}")
    for user, password in (("ada", "three"), ("eve", "two"), ("bob", "four")):
        assert login.user_of(basic(user, password)) == user
    assert login.user_of(basic("ada", "one")) is None
    assert login.user_of(basic("ada", "two")) is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_with_passwords_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret"
    file.write_text("ada:secret\n")
    file.chmod(mode)
    for read in (lambda: read_login(f"ada:{file}"), lambda: read_users(file), lambda: write_user(file, "ada", "x")):
        with pytest.raises(ServerError, match=re.escape(f"chmod 600 {file}")):
            read()


@pytest.mark.parametrize("text", ["", "\n", "ada\n", ":x\n", "ada:\n", "ada:one\neve\n"])
def test_a_file_of_users_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "users"
    file.touch(mode=0o600)
    file.write_text(text)
    with pytest.raises(ServerError, match="expected lines NAME:PASSWORD"):
        read_users(file)


def test_the_command_writes_a_user(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = tmp_path / "kept" / "users"
    users.parent.mkdir()
    for user, said, code in (("ada", "secret", 0), ("a:b", "secret", 2), ("eve", "", 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{said}\n"))
        assert run("password", user, str(users)).code == code
    assert read_users(users).user_of(basic("ada", "secret")) == "ada"
    assert [path.name for path in users.parent.iterdir()] == ["users"]
