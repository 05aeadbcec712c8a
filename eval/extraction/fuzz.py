"""Files of the set cut and flipped at random: whatever comes of them, it must come within limits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from embeddings.errors import DocumentError
from embeddings.loaders.limits import LIMITS
from embeddings.loading import read_data

_FLIPS = 12  # the most bytes of a file that are changed
LIMITED = replace(LIMITS, seconds=20.0, memory_bytes=1 << 30, characters=10_000_000, unpacked_bytes=50_000_000)


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """Bytes that were cut short, in their middle, or changed here and there."""
    kind, changed = chance.randrange(4), bytearray(data)
    if not changed:
        return b""
    if kind == 0:
        return bytes(changed[: chance.randrange(len(changed))])
    if kind == 1:
        start = chance.randrange(len(changed))
        del changed[start : start + chance.randrange(1, max(2, len(changed) // 4))]
        return bytes(changed)
    for _ in range(chance.randrange(1, _FLIPS)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def fuzzed(name: str, data: bytes, times: int, seed: int = 0) -> Iterator[str]:
    """What goes wrong when a file is read that was spoiled: everything but documents and DocumentErrors of one line."""
    chance = random.Random(f"{name} {seed}")
    for number in range(times):
        bad = spoiled(data, chance)
        try:
            for each in read_data(name, bad, LIMITED):
                str(each).encode("utf-8")
        except DocumentError as error:
            told = str(error)
            if "\n" in told or not told.startswith(name) or _is_fault(told):
                yield f"{name}, try {number}: {told[:200]}"
        except Exception as error:
            yield f"{name}, try {number}: {type(error).__name__}: {error}"


def _is_fault(told: str) -> bool:
    """Whether a message says that a parser was ended or failed, and did not refuse the file itself."""
    return any(words in told for words in ("its parser", "takes longer", "takes more than"))


def all_fuzzed(files: Sequence[tuple[str, bytes]], times: int) -> Iterator[str]:
    """The same for several files."""
    for name, data in files:
        yield from fuzzed(name, data, times)
