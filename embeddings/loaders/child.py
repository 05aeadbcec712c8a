"""The process in which parsers run: requests come through its stdin, answers go out through its stdout.

A request is a line of JSON and the bytes of a file; an answer a letter, the length of what follows, and that. Nothing
else of Pincite is imported here before a request names its loader. The limits of memory and processor time are those
of the system where it has them (not on Windows), and a thread watches the memory where the system only pretends to.
"""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from embeddings.errors import DocumentError
from embeddings.loaders.limits import Limits

# What an answer is, and the exit code of a process that took too much memory.
FOUND, REFUSED, FAILED, LAST = b"F", b"R", b"X", b"L"
OUT_OF_MEMORY = 77
HEAD = struct.Struct("!cQ")  # what an answer is, and the bytes of it
_WATCH = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read, and the loader's function that reads it; `arguments` follow its bytes, name and limits."""

    module: str
    function: str
    name: str
    limits: Limits
    arguments: tuple[int, ...]
    data: bytes


def main() -> None:
    """Answers requests until there are no more."""
    answers = _own_stdout()
    _ignore_interrupts()
    for number, request in enumerate(_requests(sys.stdin.buffer)):
        if number == 0:
            _limit_memory(request.limits.memory_bytes)
        _limit_seconds(request.limits.seconds)
        kind, said = _answer(request)
        last = _resident() > request.limits.memory_bytes // 2  # what was taken is hardly ever given back
        answers.write(HEAD.pack(kind, len(said)) + said + (LAST if last else FOUND))
        answers.flush()
        if last:
            return


def encode(request: Request) -> bytes:
    """A request without its bytes, as the line that precedes them."""
    limits = {name: getattr(request.limits, name) for name in Limits.__dataclass_fields__}
    told = [request.module, request.function, request.name, limits, request.arguments, len(request.data)]
    return json.dumps(told).encode("ascii") + b"\n"


def _requests(stream: BinaryIO) -> Iterator[Request]:
    while line := stream.readline():
        module, function, name, limits, arguments, size = json.loads(line)
        data = stream.read(size)
        if len(data) < size:
            return
        yield Request(module, function, name, Limits(**limits), tuple(arguments), data)


def _answer(request: Request) -> tuple[bytes, bytes]:
    """The response to a request. A parser may raise anything; only running out of memory ends the process."""
    try:
        function: Callable[..., Any] = getattr(import_module(f"embeddings.loaders.{request.module}"), request.function)
        extract = function(request.data, request.name, request.limits, *request.arguments)
        return FOUND, extract.to_json().encode("utf-8")
    except DocumentError as error:
        return REFUSED, str(error).encode("utf-8", "replace")
    except RecursionError:
        return REFUSED, f"{request.name}: nested too deeply; mend it, or leave it out".encode("utf-8", "replace")
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # whatever it is, it is one file's
        return FAILED, f"{type(error).__name__}: {error}".encode("utf-8", "replace")


def _own_stdout() -> BinaryIO:
    """The pipe for answers. What a parser prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    sys.stdout = sys.stderr = io.TextIOWrapper(os.fdopen(nowhere, "wb"), encoding="utf-8", errors="replace")
    return answers


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; this one ends when its pipe does."""
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _limit_memory(most: int) -> None:
    """Bounds what is taken from here on."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(ValueError, OSError):
        taken = _mapped() + most
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (taken if hard < 0 else min(taken, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_watch, args=(most,), daemon=True).start()


def _watch(most: int) -> None:
    """Ends the process that holds too much: macOS knows no limit of the memory that is mapped."""
    while _resident() <= most:
        time.sleep(_WATCH)
    os._exit(OUT_OF_MEMORY)


def _limit_seconds(seconds: float) -> None:
    """Bounds the processor's time; a machine that is busy with other things costs no file."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def more_seconds(seconds: float) -> None:
    """So much processor time from now on, where it is bounded: for work that tells itself when it is enough."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        if resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY:
            _limit_seconds(seconds)


def _resident() -> int:
    """The bytes that are resident; 0 where the system does not tell.

    The peak that `getrusage` tells is no use on Linux: a process begins with that of the one that started it.
    """
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _mapped() -> int:
    """The bytes of address space that are in use; a guess where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 1 << 30
