"""The tables of `make bench-scale`, and the aims beside what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.bench.scale_work import Asked, Built, Changed, Rates
from eval.report.rendering import markdown_table

RETRIEVAL_AIMS = {10_000: 15.0, 100_000: 20.0, 1_000_000: 30.0}  # milliseconds, p95
_MILLION = 1_000_000
_RATE_AIM = 0.9  # of the bare encoder's


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of one size."""

    built: Built
    asked: Asked
    changed: Changed

    @property
    def bytes(self) -> int:
        """Of all files of the index."""
        return sum(self.built.sizes.values())

    def milliseconds(self, name: str, percentile: float) -> float:
        """A percentile of the times that `asked` or `changed` has under a name."""
        times = getattr(self.asked if hasattr(self.asked, name) else self.changed, name)
        return 1000 * float(np.percentile(times, percentile))


def times_table(sizes: Sequence[Size]) -> str:
    """What a question takes at each size, and how much is found."""
    columns = (
        *("passages", "vectors", "question's encoding, p50 / p95, ms", "retrieval, p50 / p95, ms"),
        *("in a folder, p50 / p95, ms", "its first question, ms", "open, s", "resident, MB", "of that models, MB"),
        *("recall@20, %", "on the real part, %"),
    )
    rows = [
        [
            f"{size.built.passages:,}",
            size.built.base,
            *(_pair(size, name) for name in ("encode", "retrieve", "filtered")),
            f"{1000 * size.asked.first_filtered:.0f}",
            f"{size.asked.open:.2f}",
            *(f"{memory / 1e6:.0f}" for memory in (size.asked.resident, size.asked.models)),
            *(f"{100 * recall:.1f}" for recall in (size.asked.recall, size.asked.recall_real)),
        ]
        for size in sizes
    ]
    return f"{markdown_table(columns, rows)}\n\n{len(sizes[0].asked.retrieve)} questions of each size."


def costs_table(sizes: Sequence[Size], rates: Rates) -> str:
    """What an index takes to build, keep and change at each size, and the rate of indexing."""
    columns = (
        *("passages", "documents", "build, s", "of that arranging, s", "memory while files are read, MB", "peak, MB"),
        *("files, MB", "bytes a passage", "add one, ms", "remove one, ms", "the question after, ms"),
    )
    rows = [
        [
            f"{size.built.passages:,}",
            f"{size.built.documents:,}",
            f"{size.built.seconds:,.0f}",
            f"{size.built.arranging:.1f}",
            *(f"{memory / 1e6:,.0f}" for memory in (size.built.staged, size.built.peak)),
            f"{size.bytes / 1e6:,.0f}",
            f"{size.bytes / size.built.passages:,.0f}",
            *(f"{size.milliseconds(name, 50):.0f}" for name in ("add", "remove", "next")),
        ]
        for size in sizes
    ]
    rate = (
        f"Real passages: {rates.passages:,} of {rates.documents:,} files, indexed at {rates.indexing:.1f} passages a "
        f"second. The bare encoder: {rates.bare:.1f} where it packs a tenth of them by length "
        f"({100 * rates.ratio:.0f}%), {rates.each:.1f} a document at a time "
        f"({100 * rates.ratio_each:.0f}%). Peak memory "
        f"{rates.first_peak / 1e6:.0f} MB after the first tenth and {rates.last_peak / 1e6:.0f} MB at the end; "
        f"{rates.characters:,.0f} characters and {rates.bytes:,.0f} bytes of the index a passage."
    )
    return f"{markdown_table(columns, rows)}\n\n{rate}"


def aims_table(sizes: Sequence[Size], rates: Rates) -> str:
    """Each aim and what was reached; those of sizes that were not measured are left out."""
    rows = [row for size in sizes for row in _size_rows(size)]
    for batched, ratio in (("a document at a time", rates.ratio_each), ("packed by length", rates.ratio)):
        rows.append(_row("any", f"indexing beside the bare encoder, {batched}", ratio, _RATE_AIM, "{:.2f}", least=True))
    return markdown_table(("passages", "what", "reached", "aim", "met"), rows)


def _size_rows(size: Size) -> list[list[str]]:
    passages = f"{size.built.passages:,}"
    aim = next((a for count, a in RETRIEVAL_AIMS.items() if abs(size.built.passages - count) < count / 100), None)
    rows = [_row(passages, "retrieval p95, ms", size.milliseconds("retrieve", 95), aim, "{:.1f}")] if aim else []
    if size.built.passages >= _MILLION:
        rows += [
            _row(passages, "open, s", size.asked.open, 2.0, "{:.2f}"),
            _row(passages, "resident memory, MB", size.asked.resident / 1e6, 2000.0, "{:.0f}"),
            _row(passages, "recall@20", size.asked.recall, 0.98, "{:.3f}", least=True),
            _row(passages, "recall@20 on the real part", size.asked.recall_real, 0.98, "{:.3f}", least=True),
            _row(passages, "files, MB", size.bytes / 1e6, 3000.0, "{:.0f}"),
            _row(passages, "add one document, ms", size.milliseconds("add", 50), 1000.0, "{:.0f}"),
            _row(passages, "remove one document, ms", size.milliseconds("remove", 50), 1000.0, "{:.0f}"),
        ]
    return rows


def _row(passages: str, what: str, found: float, aim: float, form: str, least: bool = False) -> list[str]:
    met = found >= aim if least else found < aim
    return [passages, what, form.format(found), f"{'at least' if least else 'under'} {aim:g}", "yes" if met else "no"]


def _pair(size: Size, name: str) -> str:
    return f"{size.milliseconds(name, 50):.1f} / {size.milliseconds(name, 95):.1f}"
