"""The words of a cell that are not all alike: raised and lowered ones keep their meaning, struck ones are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.loaders.shown.raised import Raised, lowered


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a cell that look alike.

    Attributes:
        words: as they stand.
        raised, lowered, struck: how they are shown.
    """

    words: str
    raised: bool = False
    lowered: bool = False
    struck: bool = False


def words_of_runs(runs: Sequence[Run]) -> tuple[str, int]:
    """The words of a cell as plain text, and how many passages of it are struck.

    >>> words_of_runs([Run("10"), Run("6", raised=True), Run(" cells"), Run(" or less", struck=True)])
    ('10⁶ cells', 1)
    """
    kept = [run for run in runs if not run.struck]
    marks, text = Raised(), ""
    for place, run in enumerate(kept):
        if run.raised and text.strip():
            after = "".join(each.words for each in kept[place + 1 : place + 2])
            text += marks.words(text.rpartition("\n")[2], run.words, after)
        else:
            text += lowered(run.words) if run.lowered and text.strip() else run.words
    return text, sum(bool(run.words.strip()) for run in runs) - sum(bool(run.words.strip()) for run in kept)
