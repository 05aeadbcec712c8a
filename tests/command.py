"""`pincite ...` for the tests: run in this process, and two small documents to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TOWN = """HARBOUR NEWS

3 May 2021

The mayor of Lund is Ana Ruiz. She was elected in May.

UPDATE 1700 GMT: Officials said 70 people came to the harbour.
"""
VILLAGE = "The village of Dalby has a church. Its bell weighs 90 kilograms."
ASK = "Who is the mayor of Lund?"


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]
