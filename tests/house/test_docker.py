"""The Dockerfile and compose.yaml, as far as they can be checked without Docker, which builds nothing here.

Checked: their form, that what is copied is enough for the wheel and is there, that the command line takes the
arguments, that the health check tells a chat that lives from one that does not, and that a read-only system with /data
and /tmp is enough to index and to answer. Not checked: the base image, and the installation from a package index.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from browser import serving
from command import TOWN
from fakes import small_assistant

from embeddings import Document
from qa.commands import cli
from qa.gate.passwords import Login
from qa.gate.serving import Serving

ROOT = Path(__file__).resolve().parents[2]
IN_CI = os.environ.get("CI") == "true"
COMPILERS = ("build-essential", "gcc", "g++", "cc", "clang", "make", "cmake", "rustc", "cargo", "apt-get")


def steps(text: str) -> list[tuple[str, str]]:
    r"""The instructions of a Dockerfile with their arguments, lines that go on joined, comments left out.

    >>> steps("# words\nFROM a AS b\nRUN one \\\n    && two\n")
    [('FROM', 'a AS b'), ('RUN', 'one && two')]
    """
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\s*\\\n\s*", " ", kept).splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    made: list[list[tuple[str, str]]] = []
    for step in steps((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        if step[0] == "FROM":
            made.append([])
        if made:
            made[-1].append(step)
    return made


@pytest.fixture(scope="module")
def final(stages: list[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return stages[-1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def of(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [argument for instruction, argument in stage if instruction == name]


def sources(stage: list[tuple[str, str]]) -> list[str]:
    """What a stage copies from the checkout."""
    copied = [shlex.split(each) for each in of(stage, "COPY") if not each.startswith("--from")]
    return [name for words in copied for name in words[:-1]]


def is_sent(path: str) -> bool:
    """Whether .dockerignore lets a file through: the last line that fits it or a folder of it decides."""
    sent = True
    parents = [path, *map(str, Path(path).parents)][:-1]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().lstrip("!").removeprefix("**/")
        if line.strip() and not line.startswith("#") and any(fnmatch(each, pattern) for each in parents):
            sent = line.startswith("!")
    return sent


def arguments_are_taken(words: list[str]) -> None:
    """Fails where the command line would refuse the words before it did anything."""
    group = typer.main.get_command(cli.app)
    with group.make_context("pincite", list(words)) as context:
        name, command, rest = group.resolve_command(context, list(words))
        assert command is not None
        with command.make_context(name, rest, parent=context):
            pass


# ---------------------------------------------------------------- the image


def test_it_is_built_in_two_stages_of_slim_images_and_the_last_brings_no_compiler(
    stages: list[list[tuple[str, str]]], final: list[tuple[str, str]]
) -> None:
    assert len(stages) == 2
    assert all(of(stage, "FROM")[0].split(" ")[0].endswith("-slim") for stage in stages)
    assert of(stages[0], "FROM")[0].endswith(" AS build")
    words = {word for line in of(final, "RUN") for word in shlex.split(line)}
    assert not words & set(COMPILERS)
    assert not [line for line in of(final, "RUN") if "pip" in line.split()]
    assert [each for each in of(final, "COPY") if not each.startswith("--from=build ")] == []


def test_torch_is_the_one_of_the_makefile_and_comes_first(stages: list[list[tuple[str, str]]]) -> None:
    wanted = re.search(r"^TORCH := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted is not None
    assert f"TORCH={wanted[1]}" in of(stages[0], "ARG")
    installs = [line for line in of(stages[0], "RUN") if " install " in line]
    assert installs[0].endswith('install -c constraints.txt "$TORCH"')
    assert len(installs) == 2


def test_where_packages_come_from_is_for_the_builder_to_say_and_not_kept(
    stages: list[list[tuple[str, str]]], final: list[tuple[str, str]]
) -> None:
    told = {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"}
    assert told <= set(of(stages[0], "ARG"))
    assert not [line for line in (*of(final, "ARG"), *of(final, "ENV")) if "PIP_" in line]


def test_what_is_copied_is_there_and_sent_to_the_builder(stages: list[list[tuple[str, str]]]) -> None:
    copied = sources(stages[0])
    assert len(copied) == len(set(copied))
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if not is_sent(name)] == []
    assert not any(map(is_sent, ["tests/conftest.py", ".git/config", ".venv/pyvenv.cfg", "docs/design.md", "Makefile"]))
    assert not is_sent("qa/__pycache__/types.cpython-311.pyc")


def test_what_is_copied_makes_the_same_wheel_as_the_checkout(
    stages: list[list[tuple[str, str]]], tmp_path: Path
) -> None:
    """tests/house/test_wheel.py installs that wheel in an empty environment, from wheels and without a network."""
    wheels = [tmp_path / "of the image", tmp_path / "of the checkout"]
    context = tmp_path / "src"
    for name in sources(stages[0]):
        files = [ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*"))
        for file in (each for each in files if each.is_file() and is_sent(each.relative_to(ROOT).as_posix())):
            place = context / file.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, place) if file.stat().st_dev == tmp_path.stat().st_dev else shutil.copy(file, place)
    for folder, built_from in zip(wheels, (context, ROOT), strict=True):
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-index",
        ]
        subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", folder, built_from], check=True)
    names = [set(zipfile.ZipFile(next(folder.iterdir())).namelist()) for folder in wheels]
    assert names[0] == names[1]
    assert any(name.endswith("licenses/NOTICE") for name in names[0])


def test_nobody_in_it_is_root(final: list[tuple[str, str]]) -> None:
    assert of(final, "USER") == ["10001:10001"]
    names = [name for name, _ in final]
    assert names.index("USER") > max(number for number, name in enumerate(names) if name == "RUN")


def test_the_entry_point_is_the_command_and_takes_its_arguments(final: list[tuple[str, str]]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (entry,) = json.loads(of(final, "ENTRYPOINT")[0])
    assert entry in scripts
    command = json.loads(of(final, "CMD")[0])
    arguments_are_taken(command)
    assert of(final, "EXPOSE") == [command[command.index("--port") + 1]]
    with pytest.raises(Exception, match="No such option"):
        arguments_are_taken([*command, "--never"])


def health_check(final: list[tuple[str, str]], port: int) -> int:
    """The exit code of the image's health check, asked of another port."""
    command = json.loads(of(final, "HEALTHCHECK")[0].partition(" CMD ")[2])
    assert command[:2] == ["python", "-c"]
    assert "7860" in command[2]
    script = command[2].replace("7860", str(port))
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode


@pytest.mark.parametrize("login", [None, Login.of("ada", "käse")], ids=["open", "with a password"])
def test_the_health_check_finds_a_chat_that_lives(final: list[tuple[str, str]], login: Login | None) -> None:
    with serving(small_assistant([Document.from_text(TOWN)], "x"), how=Serving(login=login)) as url:
        assert health_check(final, int(url.rpartition(":")[2])) == 0


def test_the_health_check_finds_no_chat_where_there_is_none(final: list[tuple[str, str]]) -> None:
    assert health_check(final, 9) != 0


def test_hadolint_has_nothing_to_say() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    linter = str(beside) if beside.is_file() else shutil.which("hadolint")
    if linter is None:
        pytest.fail("no hadolint: it is one of the developers' tools") if IN_CI else pytest.skip("no hadolint here")
    done = subprocess.run([linter, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


# ---------------------------------------------------------------- one machine


def services(compose: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from compose["services"].items()


def test_each_service_is_the_image_bound_down(compose: dict[str, Any], final: list[tuple[str, str]]) -> None:
    assert {name for name, _ in services(compose)} == {"index", "chat"}
    for name, service in services(compose):
        assert service["build"] == ".", name
        assert service["read_only"] is True
        assert service["user"] == of(final, "USER")[0]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [each.partition(":")[0] for each in service["tmpfs"]] == ["/tmp"]
        assert "data:/data" in service["volumes"]
        assert [each for each in service["volumes"] if each.endswith(":/documents:ro")]
    assert "data" in compose["volumes"]


def test_only_this_machine_reaches_a_port_and_the_index_has_no_network(compose: dict[str, Any]) -> None:
    ports = [port for _, service in services(compose) for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:7860:7860"]
    assert compose["services"]["index"]["network_mode"] == "none"


def test_the_commands_of_the_services_are_taken(compose: dict[str, Any]) -> None:
    folders = set()
    for _, service in services(compose):
        arguments_are_taken(service["command"])
        folders.add(service["command"][service["command"].index("--index") + 1])
    assert folders == {"/data/index"}


def test_the_chat_waits_for_the_index(compose: dict[str, Any]) -> None:
    assert compose["services"]["chat"]["depends_on"]["index"]["condition"] == "service_completed_successfully"
    assert compose["services"]["index"]["restart"] == "no"


# ---------------------------------------------------------------- a read-only system

READ_ONLY = """
set -e
mount -t tmpfs -o mode=1777 tmpfs /mnt
mkdir /mnt/data /mnt/documents
cp "$1" /mnt/documents/town.txt
case "$3" in /tmp/*) mkdir /mnt/tree; mount --bind "$3" /mnt/tree ;; esac
mount -t tmpfs -o mode=1777 tmpfs /tmp
if [ -d /mnt/tree ]; then mkdir -p "$3"; mount --bind -o ro /mnt/tree "$3"; fi
mount -o remount,bind,ro /
if touch /var/pincite-was-here 2> /dev/null; then echo "the system can be written" >&2; exit 9; fi
cd /mnt/data
export HOME=/mnt/data PINCITE_INDEX=/mnt/data/index
"$2" -m pincite index /mnt/documents --index /mnt/data/index
"$2" -m pincite ask "Who is the mayor of Lund?" --threshold 0
"""


def test_a_read_only_system_with_data_and_tmp_is_enough(clean_environment: dict[str, str], tmp_path: Path) -> None:
    """As compose.yaml makes it, but for the user: Python may lie where only root looks."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system allows no namespace of mounts (unshare --mount, as root)")
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    given = (str(tmp_path / "town.txt"), sys.executable, str(ROOT))  # a checkout in /tmp would be covered there
    command = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", *given]
    done = subprocess.run(command, env=clean_environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 document" in done.stdout
    assert "Ana Ruiz" in done.stdout
