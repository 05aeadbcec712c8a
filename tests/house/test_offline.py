"""Answers where there is no network at all: in a network namespace that holds nothing but a loopback that is down."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ANSWER = """
import errno, json, socket, sys

names = [name for _, name in socket.if_nameindex()]
if names != ["lo"]:
    sys.exit(f"a namespace without a network was asked for, but it has {names}")
try:
    socket.create_connection(("192.0.2.1", 9), timeout=5)
    sys.exit("192.0.2.1, which nobody may have, was reached")
except OSError as error:
    if error.errno != errno.ENETUNREACH:
        sys.exit(f"expected an unreachable network, not: {error}")

from qa import answer

given = answer("Who leads Syria Tomorrow?")
found = [*given.citations, *given.passages]
print(json.dumps({
    "found": len(found),
    "confidence": given.confidence,
    "verbatim": all(c.document.text[c.start : c.end] == c.text for c in found),
}))
"""

CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)"


def without_network() -> list[str]:
    """The command that runs another in a namespace without a network; skips where the system allows none.

    In CI a promise that nobody checks is a failure, so there it never skips.
    """
    own = ["unshare", "--net"]
    as_user = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare"):
        for command in (own, as_user):
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
    reason = "this system allows no network namespace (unshare --net, as root or with user namespaces)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def test_the_first_answer_of_a_new_user_needs_no_network(clean_environment: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = clean_environment | {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    command = [*without_network(), sys.executable, "-c", ANSWER]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["found"] > 0
    assert 0 <= given["confidence"] <= 1
    assert given["verbatim"]


def test_a_namespace_without_network_hides_even_a_server_that_is_there() -> None:
    """The counter-check: what is reached from outside is not reached from inside."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = [sys.executable, "-c", CONNECT, str(server.getsockname()[1])]
        outside = subprocess.run(connect, capture_output=True, check=False)
        inside = subprocess.run([*without_network(), *connect], capture_output=True, text=True, check=False)
    assert outside.returncode == 0
    assert inside.returncode != 0
    assert "unreachable" in inside.stderr


def test_an_answer_leaves_nothing_in_the_home_folder_but_our_cache(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    """ONNX Runtime's telemetry would leave an identifier of the machine there, and report it."""
    environment = clean_environment | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    environment = {name: value for name, value in environment.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    script = "from qa import answer; answer('Who leads Syria Tomorrow?')"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    left = {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {(".cache", "pincite")}
