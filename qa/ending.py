"""How a command ends: with an exit code and at most one line, never with a traceback.

Exit codes: 0 done or answered, 1 no answer, 2 an error, 130 interrupted. This module imports nothing heavy, so that it
already catches what happens while the rest is imported.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from embeddings.errors import PinciteError, printable

DONE, ERROR, INTERRUPTED = 0, 2, 130
DEBUG_VARIABLE = "PINCITE_DEBUG"

_ADVICE = {
    errno.ENOSPC: "free some space, or write elsewhere",
    errno.EDQUOT: "free some space, or write elsewhere",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
}


def end(command: Callable[[], object]) -> None:
    """Runs a command and ends the process with the exit code that it returns or raises.

    A program that stops reading the output (`| head -1`) is no error; an output that can't be written is. With
    PINCITE_DEBUG=1 every error comes with its traceback.
    """
    if sys.stderr is None:  # it was closed; no file that is opened later may get its number
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    code = _code(command) if sys.stdout is not None else _failed("the output is closed; leave it open, or > /dev/null")
    try:
        sys.stderr.flush()
    except OSError:  # Python would try again at exit, and change the exit code
        _drop(sys.stderr)
    # Nothing is left to clean up. A second Ctrl-C would only print a traceback.
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def done_or_told(work: Callable[[], object]) -> int:
    """The exit code of a command for developers (`python -m ...`): a PinciteError is one line, others are tracebacks.

    Args:
        work: what the command does; a number that it returns is the exit code.
    """
    try:
        code = work()
    except PinciteError as error:
        say(str(error))
        return ERROR
    return code if isinstance(code, int) else DONE


def say(line: str) -> None:
    """Writes a line to stderr, for people. A closed stderr is no reason to stop."""
    with suppress(OSError):
        sys.stderr.write(f"{printable(line)}\n")


def drop_output() -> None:
    """Drops what could not be written: Python would try again at exit, and change the exit code."""
    _drop(sys.stdout)


def _drop(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _code(command: Callable[[], object]) -> int:
    interruptions = _noted_interruptions()
    try:
        code = command()
        sys.stdout.flush()  # here, where a failure is still reported
        return code if isinstance(code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output has stopped reading
        drop_output()
        return DONE
    except SystemExit as ended:
        return _exit_code(ended)
    except Exception as error:
        if interruptions:  # a library turned Ctrl-C into an error of its own
            return INTERRUPTED
        if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
            traceback.print_exc()
        return _failed(_told(error))


def _noted_interruptions() -> list[int]:
    """A list that gets an entry at each Ctrl-C, which still raises KeyboardInterrupt."""
    noted: list[int] = []

    def interrupted(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored, as after `nohup`
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, interrupted)
    return noted


def _exit_code(ended: SystemExit) -> int:
    """The code of a SystemExit, as Python itself takes it, but for a broken pipe.

    There typer and rich exit with 1, which means "no answer" here.
    """
    if isinstance(ended.__context__, BrokenPipeError):
        drop_output()
        return DONE
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or DONE
    return _failed(str(ended.code))


def _failed(message: str) -> int:
    """Prints an error, each of its lines on its own, and returns the exit code."""
    for line in message.splitlines():
        say(f"pincite: {line}")
    return ERROR


def _told(error: Exception) -> str:
    """An error in words, for the person at the keyboard."""
    if isinstance(error, PinciteError):
        return str(error)
    if hasattr(error, "format_message"):  # of typer or click: the command line is wrong
        return _wrong_call(error)
    if isinstance(error, OSError):
        drop_output()
        advice = _ADVICE.get(error.errno or 0, "check the path and its rights")
        return f"{printable(str(error.filename or 'output'))}: {error.strerror or error}; {advice}"
    if isinstance(error, ImportError):
        return f"{_flat(error)}; the installation is not whole: install Pincite again"
    if isinstance(error, MemoryError):
        return "the memory of this machine is used up; name fewer or smaller files"
    return f"{_flat(error)} ({_place(error)}), a defect of Pincite; report it with what {DEBUG_VARIABLE}=1 shows"


def _wrong_call(error: Exception) -> str:
    """What is wrong with a command line, and where its form is described."""
    message: str = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    words = " ".join(message.split()).rstrip(".")
    command = context.command_path if context is not None else "pincite"
    return f"{words[:1].lower()}{words[1:]}; see: {command} --help"


def _flat(error: Exception) -> str:
    """An error of any library in one line, with its type in front."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _place(error: Exception) -> str:
    """Where an error was raised, as file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
