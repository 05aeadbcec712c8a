"""A chat that is started on this machine to be asked much, or to be attacked: nothing else is ever spoken to."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import BenchmarkError
from eval.bench.processes import memory_now
from qa.gate.passwords import write_user

USER, PASSWORD = "ada", "a password of an attack"
_PATIENCE = 120.0  # seconds until a chat is there
_MAIN = "import sys, pincite; sys.argv[0] = 'pincite'; sys.exit(pincite.main())"


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that runs.

    Attributes:
        url: where, on 127.0.0.1.
        process: its process.
        log: what it writes to stderr.
    """

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        """The name and the password."""
        return {"authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}

    @property
    def memory(self) -> int:
        """Bytes of its process, without its readers."""
        return memory_now(self.process.pid)

    @property
    def readers(self) -> list[int]:
        """Bytes of each of its readers, where the system tells."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = found.read_text().split() if found.is_file() else []
        return sorted(memory_now(int(child)) for child in children)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Chat]:
    """`pincite chat` over the sample documents, on a free port of 127.0.0.1, with one user.

    Raises:
        BenchmarkError: it did not start.
    """
    users, log = folder / "users.txt", folder / "log.txt"
    write_user(users, USER, PASSWORD)
    command = [sys.executable, "-c", _MAIN, "chat", "--port", "0", "--users", str(users), *options]
    unbuffered = os.environ | {"PYTHONUNBUFFERED": "1"}
    with (
        log.open("w") as errors,
        subprocess.Popen(command, env=unbuffered, stdout=subprocess.PIPE, stderr=errors, text=True) as it,
    ):
        try:
            yield Chat(_url(it, command), it, log)
        finally:
            it.terminate()


def _url(process: subprocess.Popen[str], command: Sequence[str]) -> str:
    began = time.monotonic()
    while process.stdout is not None and time.monotonic() - began < _PATIENCE:
        line = process.stdout.readline()
        if not line:
            break
        if "http://127.0.0.1:" in line:
            return line[line.index("http://") :].strip()
    raise BenchmarkError(f"the chat did not start; run it by hand: {' '.join(command)}")
