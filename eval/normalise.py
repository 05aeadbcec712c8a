"""How two answers are made comparable before they are scored. Scoring only: no text is ever changed for a user."""

from __future__ import annotations

import string

_CURLY = "‘’‚‛“”„‟′″‹›«»‐‑‒–—―…"
_TO_SPACE = str.maketrans(dict.fromkeys(string.punctuation + _CURLY, " "))
_ARTICLES = frozenset({"a", "an", "the"})


def tokens(text: str) -> list[str]:
    """The words that count: lower case, ASCII and curly punctuation as spaces, without a, an and the.

    After Rajpurkar et al. 2016 (SQuAD), but punctuation separates words instead of vanishing, so that "45-minute" and
    "45 minute" are the same. Curly punctuation is the typographic form of ASCII marks: quotes, dashes, the ellipsis.

    >>> tokens("The 45-minute “truce”…")
    ['45', 'minute', 'truce']
    """
    return [word for word in text.lower().translate(_TO_SPACE).split() if word not in _ARTICLES]


def normalise(text: str) -> str:
    """`tokens`, joined by single spaces.

    >>> normalise("  An\\nEnvoy's  plan ")
    'envoy s plan'
    """
    return " ".join(tokens(text))
