"""Who asks, for everything that is done for a request: it travels with the request's context, into its threads too."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

USER: ContextVar[str] = ContextVar("user", default="")  # who showed a password; "" where none is asked for
ASKER: ContextVar[str] = ContextVar("asker", default="")  # who takes turns: a user, a browser, or an address
ASKS = "pincite.asks"  # both, in the scope of a request


def take(scope: dict[str, Any]) -> None:
    """Says who asks where work is done in another context than that of its request, as Gradio's queue does."""
    user, asker = scope.get(ASKS, ("", ""))
    USER.set(user)
    ASKER.set(asker)
