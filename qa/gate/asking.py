"""Who asks: it travels with the context of a request, into its threads too, and is known to all work done for it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

USER: ContextVar[str] = ContextVar("user", default="")  # who showed a password; "" where none is asked for
ASKER: ContextVar[str] = ContextVar("asker", default="")  # whose turn is counted: a user's, a browser's or an address'
ASKS = "pincite.asks"  # both, in the scope of a request


def take(scope: dict[str, Any]) -> None:
    """Sets who asks, for work that is done in another context than its request, as in Gradio's queue."""
    user, asker = scope.get(ASKS, ("", ""))
    USER.set(user)
    ASKER.set(asker)
