"""What is wrong around a command: outputs that are full, closed or no longer read, a disk without space, a cache that
can't be written, Ctrl-C at any time, and defects of our own. Each is run as a process of its own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command import ASK, TOWN

from qa.ending import end

ANSWERED = (f'ask "{ASK}" town.txt --threshold 0', "ask")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder that holds a document and nothing else."""
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    return tmp_path


Shell = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(desk: Path, clean_environment: dict[str, str]) -> Shell:
    """Runs a line of bash in the desk, where `pincite` is this checkout's."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        script = f'pincite() {{ "{sys.executable}" -m pincite "$@"; }}; {line}'
        return subprocess.run(
            ["bash", "-c", script], cwd=desk, env=clean_environment, capture_output=True, text=True, check=False
        )

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def is_one_line(done: subprocess.CompletedProcess[str], said: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("pincite: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert said in done.stderr


# ---------------------------------------------------------------- outputs


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full, a disk that is always full")
@pytest.mark.parametrize("command", [ANSWERED[0], f"{ANSWERED[0]} --json", "--help", "--version"])
def test_an_output_that_is_full_is_one_line_and_not_no_answer(shell: Shell, command: str) -> None:
    is_one_line(shell(f"pincite {command} > /dev/full"), "output: No space left on device; free some space")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full, a disk that is always full")
def test_an_index_whose_summary_cannot_be_written_is_whole(shell: Shell) -> None:
    is_one_line(shell("pincite index town.txt --index made > /dev/full"), "output: No space left on device")
    assert shell(f'pincite ask "{ASK}" --index made --threshold 0').returncode == 0


def test_an_output_that_is_closed_is_one_line_before_anything_is_done(shell: Shell, desk: Path) -> None:
    is_one_line(shell("pincite index town.txt --index made >&-"), "the output is closed; leave it open")
    assert names(desk) == ["town.txt"]


def test_errors_that_nobody_can_read_keep_their_exit_code(shell: Shell) -> None:
    assert shell('pincite ask "Who?" missing.txt 2>&-').returncode == 2
    assert shell('pincite ask "Who?" missing.txt 2> /dev/full').returncode == 2


@pytest.mark.parametrize("command", [ANSWERED[0], f"{ANSWERED[0]} --json", "index town.txt --index made"])
def test_a_reader_that_has_seen_enough_is_no_error(shell: Shell, command: str) -> None:
    done = shell(f"pincite {command} | true; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_question_of_bytes_that_are_no_text_is_one_line(shell: Shell) -> None:
    is_one_line(shell("pincite ask $'who \\xff' town.txt"), "holds a lone surrogate")


# ---------------------------------------------------------------- places that can't be written


def test_a_full_disk_and_one_that_is_read_only_are_one_line_and_leave_nothing(shell: Shell, desk: Path) -> None:
    probe = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True, check=False)
    if shutil.which("unshare") is None or probe.returncode != 0:
        pytest.skip("this system lets no process mount a small disk of its own (unshare --map-root-user --mount)")
    (desk / "long.txt").write_text("The river rose by 3 metres. " * 1_500, encoding="utf-8")
    (desk / "disk").mkdir()
    (desk / "try.sh").write_text(
        "mount -t tmpfs -o size=32k tmpfs disk || exit 77\n"
        f"pincite() {{ '{sys.executable}' -m pincite \"$@\"; }}\n"
        "pincite index long.txt --index disk/made; echo $?; ls -A disk\n"
        "export XDG_CACHE_HOME=$PWD/disk\n"
        "pincite ask 'Who leads Syria Tomorrow?' --json > /dev/null; echo $?; find disk -type f -size +0\n"
        "mount -o remount,ro disk\n"
        "pincite index town.txt --index disk/made; echo $?\n"
        "pincite ask 'Who leads Syria Tomorrow?' --json > /dev/null; echo $?\n",
        encoding="utf-8",
    )
    done = shell("unshare --map-root-user --mount bash try.sh")
    if done.returncode == 77:
        pytest.skip("this system mounts no tmpfs for a process of its own")
    assert done.stdout == "2\n0\n2\n0\n"
    full, notice, read_only, notice_again = done.stderr.splitlines()
    assert full.startswith("pincite: disk/made")
    assert "can't be written" in full
    assert "free some space" in full
    assert read_only.startswith("pincite: disk/made: can't be written (Read-only file system)")
    assert notice == notice_again == "answering from the five sample documents"


@pytest.mark.parametrize(
    "variables",
    [
        "XDG_CACHE_HOME=/proc/none",
        "XDG_CACHE_HOME=/dev/null",
        "XDG_CACHE_HOME= HOME=/dev/null",
        "XDG_CACHE_HOME=town.txt",
    ],
)
def test_a_cache_that_cannot_be_written_is_kept_in_memory(shell: Shell, desk: Path, variables: str) -> None:
    done = shell(f'export {variables}; pincite ask "Who leads Syria Tomorrow?" --json --threshold 0')
    assert (done.returncode, done.stderr) == (0, "answering from the five sample documents\n")
    assert json.loads(done.stdout)["text"]
    assert names(desk) == ["town.txt"]


# ---------------------------------------------------------------- Ctrl-C

# Runs a command and interrupts it in the middle of something: when a function is called for the first time.
INTERRUPTED = """
import importlib, os, signal, sys
module, name = sys.argv[1].split(":")
def interrupted(*arguments, **named):
    os.kill(os.getpid(), signal.SIGINT)
    import time; time.sleep(5)
holder = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    holder = getattr(holder, part)
setattr(holder, last, interrupted)
sys.argv = ["pincite", *sys.argv[2:]]
import pincite
pincite.main()
"""
MOMENTS = {
    "while it starts": ("qa.commands.cli:run", ["ask", ASK, "town.txt"]),
    "while a file is read": ("embeddings.loading:read_each", ["ask", ASK, "town.txt"]),
    "while a model is loaded": ("qa.models.chosen:encoder_for", ["index", "town.txt", "--index", "made"]),
    "while passages are embedded": (
        "embeddings.models.encoder:OnnxEncoder.encode",
        ["index", "town.txt", "--index", "made"],
    ),
    "while words are indexed": (
        "embeddings.search.lexical:LexicalWriter.add",
        ["index", "town.txt", "--index", "made"],
    ),
    "while an index takes its place": (
        "embeddings.index.folders:replace_index",
        ["index", "town.txt", "--index", "made"],
    ),
    "while an index is replaced": ("embeddings.index.folders:replace_index", ["index", "town.txt", "--index", "old"]),
    "while a question is read": ("qa.reading.reader:OnnxReader.read", ["ask", ASK, "town.txt"]),
    "before the chat is served": ("qa.assistant:Assistant.from_documents", ["chat", "town.txt", "--port", "0"]),
    "while the page is made": ("qa.web.app:ChatServer.__init__", ["chat", "town.txt", "--port", "0"]),
    "while gold is read": ("eval.trial:load_gold", ["eval"]),
    "while gold is asked": ("eval.command:run_each", ["eval"]),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interruption_ends_with_130_no_traceback_and_nothing_half_written(
    desk: Path, clean_environment: dict[str, str], moment: str
) -> None:
    (desk / "old").mkdir()  # an empty folder may become an index
    before = sorted(desk.rglob("*"))
    at, command = MOMENTS[moment]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, at, *command],
        cwd=desk,
        env=clean_environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (done.returncode, done.stdout) == (130, ""), done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr
    # what was finished before it took its place waits beside it, and is gone on with
    assert [path for path in sorted(desk.rglob("*")) if not path.relative_to(desk).parts[0].startswith(".")] == before


# ---------------------------------------------------------------- what nobody foresaw


def ended(command: Callable[[], object]) -> int | str | None:
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as caught:
            end(command)
        return caught.value.code
    finally:
        signal.signal(signal.SIGINT, before)


def fail(error: BaseException) -> Callable[[], object]:
    def command() -> object:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("two\nlines"), "ValueError: two lines (test_bad_surroundings.py:"),
        (RuntimeError(), "RuntimeError: "),
        (MemoryError(), "the memory of this machine is used up"),
        (RecursionError("deep"), "RecursionError: deep"),
        (
            ModuleNotFoundError("No module named 'faiss'"),
            "ModuleNotFoundError: No module named 'faiss'; the installation is not",
        ),
        (FileNotFoundError(2, "No such file", "a\nb"), "a\\nb: No such file; check the path"),
        (OSError(28, "No space left on device"), "output: No space left on device; free some space"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_defect_is_one_line_that_says_what_to_report(
    error: Exception, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert ended(fail(error)) == 2
    told = capfd.readouterr().err
    assert told.startswith(f"pincite: {said}")
    assert told.count("\n") == 1


def test_an_interruption_that_a_library_made_an_error_of_its_own_is_one_all_the_same(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def command() -> object:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None
        return None

    assert ended(command) == 130
    assert capfd.readouterr().err == ""


def test_a_defect_says_how_its_traceback_is_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(fail(KeyError("x"))) == 2
    assert "report it with what PINCITE_DEBUG=1 shows" in capfd.readouterr().err
    monkeypatch.setenv("PINCITE_DEBUG", "1")
    assert ended(fail(KeyError("x"))) == 2
    shown = capfd.readouterr().err
    assert shown.startswith("Traceback")
    assert shown.splitlines()[-1].startswith("pincite: KeyError: 'x'")


@pytest.mark.parametrize(
    ("result", "code"),
    [(None, 0), (0, 0), (1, 1), (SystemExit(3), 3), (KeyboardInterrupt(), 130)],
)
def test_the_exit_code_is_what_the_command_came_to(result: object, code: int) -> None:
    assert ended(fail(result) if isinstance(result, BaseException) else lambda: result) == code
