"""A refusal in words, the same wherever it is shown, and how many of the closest passages stand under it."""

from __future__ import annotations

from qa.render import per_cent
from qa.types import Answer

NO_ANSWER = "Not in these documents"
NEAREST = "Not found; the nearest words are"  # over an answer that is not sure enough (`Answer.found`)
CLOSEST = 3  # passages shown where there is no answer


def why_none(answer: Answer) -> str:
    """Why there is no answer, or none that is sure, in a sentence; "" where that is not known.

    >>> why_none(Answer("Who?", None, 0.0))
    'Nothing was retrieved: there is no document here, or none that fits the filter.'
    """
    if answer.reason == "nothing retrieved":
        return "Nothing was retrieved: there is no document here, or none that fits the filter."
    if answer.unmet:
        return (
            "No word of the question stands in these documents: they are about something else, or in another language."
        )
    if answer.reason == "nothing read as an answer":
        likely = per_cent(answer.confidence)
        return (
            f"Passages were found, but nothing in them reads as an answer: the best words are right with a "
            f"probability of {likely}."
        )
    return ""
