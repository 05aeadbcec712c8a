"""Who asks, for everything that is done for a request: it travels with the request's context, into its threads too."""

from __future__ import annotations

from contextvars import ContextVar

USER: ContextVar[str] = ContextVar("user", default="")  # who showed a password; "" where none is asked for
ASKER: ContextVar[str] = ContextVar("asker", default="")  # who takes turns: a user, a browser, or an address
