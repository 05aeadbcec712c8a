"""The page's filter, by documents and days, as JSON: in a question, and in what the browser keeps of a reply."""

from __future__ import annotations

from typing import Any

from embeddings.filters import LONGEST_NAME, MOST_NAMES, Where
from qa.kept.fields import Fields


def where_of(said: Fields) -> Where | None:
    """The filter in some JSON; None if it lets everything through.

    Raises RecordError or FilterError where it has another form.
    """
    if "where" not in said.values:
        return None
    inside = said.inside("where")
    after, before = (inside.maybe_text(name) or None for name in ("after", "before"))
    where = Where(inside.texts("documents", MOST_NAMES, LONGEST_NAME), after=after, before=before)
    return where if where else None


def row_of(where: Where) -> dict[str, Any]:
    """The same filter for JSON."""
    return {"documents": list(where.documents), "after": where.after, "before": where.before}
