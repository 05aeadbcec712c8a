"""Questions in, answers with pinpoint citations out.

The public names are imported when they are first used, so that importing the package alone loads no library of the
models, and a command can be interrupted from the start.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from qa.packages import check_neighbour

if TYPE_CHECKING:
    from embeddings.filters import Where
    from qa.assistant import Assistant
    from qa.documents import answer
    from qa.settings import Settings
    from qa.types import Answer, Citation, Turn

__all__ = ["Answer", "Assistant", "Citation", "Settings", "Turn", "Where", "answer"]

_PLACES = {
    **dict.fromkeys(("Answer", "Citation", "Turn"), "qa.types"),
    "Assistant": "qa.assistant",
    "Settings": "qa.settings",
    "Where": "embeddings.filters",
    "answer": "qa.documents",
}

check_neighbour("embeddings")


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value
