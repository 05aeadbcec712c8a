"""Runs parsers in a process of their own: a crash, a hang or a bomb there costs one file.

The process is started when it is first needed, serves one file after the other, and is started again after it died or
was ended. What it answers is JSON: nothing that it says is run.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO

from embeddings.errors import DocumentError, printable
from embeddings.loaders.child import FAILED, FOUND, HEAD, LAST, OUT_OF_MEMORY, REFUSED, Request, encode
from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import Limits, size

# Our own packages, whatever else bears their names; the path is taken out again, for it may hold much besides.
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from embeddings.loaders import child; sys.path.pop(0); child.main()"
)
_ROOT = str(Path(__file__).resolve().parent.parent.parent)
_PATIENCE = 5  # times the seconds of processor time that a file may take: the machine may be busy
_ENDING = 10.0  # seconds for a process to end whose pipe is closed; a crash may write a core file first
_OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0)
_LONGEST_REASON = 120  # characters of what a parser said


def isolated(module: str, data: bytes, name: str, limits: Limits) -> Extract:
    """What a loader reads of the bytes of a file.

    Raises:
        DocumentError: what the loader refused, or its parser crashed, hung, or took more memory than it may.
    """
    try:
        return Extract.from_json(call(module, "extract", data, name, limits))
    except ValueError:
        raise DocumentError(f"{name}: its parser answered nonsense; leave it out") from None


def call(module: str, function: str, data: bytes, name: str, limits: Limits, *arguments: int) -> bytes:
    """The JSON that a function of a loader gives for the bytes of a file. Raises DocumentError as `isolated`."""
    return _worker().call(Request(module, function, name, limits, arguments, data))


class Worker:
    """The process, started when it is needed; one request at a time.

    Args:
        owner: the id of the process that may end it.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, request: Request) -> bytes:
        """The answer to a request. Raises DocumentError where the process gives none."""
        with self._lock:
            process = self._running(request.name)
            late = threading.Event()
            timer = threading.Timer(_PATIENCE * request.limits.seconds, _end, (process, late))
            timer.start()
            try:
                kind, said, last = _exchange(process, request)
            except (OSError, EOFError):
                raise DocumentError(self._died(process, late, request)) from None
            except BaseException:  # an interruption leaves half an answer in the pipe
                self._stop()
                raise
            finally:
                timer.cancel()
            if last or late.is_set():
                self._stop()
        if kind == FOUND:
            return said
        words = printable(said.decode("utf-8", "replace"))
        if kind == REFUSED:
            raise DocumentError(words)
        raise DocumentError(f"{request.name}: its parser failed ({words[:_LONGEST_REASON]}); open and save it again")

    def close(self) -> None:
        """Ends the process, if there is one and it is ours. The next request starts another."""
        if self._owner == os.getpid():  # a fork leaves it to the process that started it
            with self._lock:
                self._stop()

    def _running(self, name: str) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _START, _ROOT],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise DocumentError(f"{name}: no process can be started to read it ({error.strerror})") from None
        return self._process

    def _died(self, process: subprocess.Popen[bytes], late: threading.Event, request: Request) -> str:
        """Why there is no answer."""
        with suppress(
            subprocess.TimeoutExpired
        ):  # its pipe closes before it has ended; killed now, it would not say why
            process.wait(_ENDING)
        self._stop()
        limits, name = request.limits, request.name
        if late.is_set() or process.returncode == _OUT_OF_TIME:
            return f"{name}: takes longer than {limits.seconds:g} seconds to read; split it, or leave it out"
        if process.returncode == OUT_OF_MEMORY:
            return f"{name}: takes more than {size(limits.memory_bytes)} of memory to read; split it, or leave it out"
        return f"{name}: its parser crashed (exit code {process.returncode}); open and save it again, or leave it out"

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with suppress(OSError):
            process.kill()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], request: Request) -> tuple[bytes, bytes, bool]:
    """What kind of answer it is, the answer, and whether the process ends after it.

    Raises OSError or EOFError where the process is gone.
    """
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(encode(request))
    process.stdin.write(request.data)
    process.stdin.flush()
    kind, length = HEAD.unpack(_exactly(process.stdout, HEAD.size))
    if kind not in (FOUND, REFUSED, FAILED):
        raise EOFError
    said = _exactly(process.stdout, length)
    return kind, said, _exactly(process.stdout, 1) == LAST


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        process.kill()


def _worker() -> Worker:
    """The worker of this process; a fork has one of its own."""
    return _worker_of(os.getpid())


@lru_cache(maxsize=1)
def _worker_of(process: int) -> Worker:
    worker = Worker(process)
    atexit.register(worker.close)
    return worker
