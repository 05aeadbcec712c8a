"""A Writer that knows when the mails were written whose words it takes: quoted ones are not as new as the mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embeddings.loaders.extract import Writer
from embeddings.loaders.limits import Limits
from embeddings.loaders.mail.quoted import introduction


class MailWriter(Writer):
    """Puts the text of a mail together.

    `begin` and `part` say when what follows was written. While it is watching, paragraphs that introduce a quoted mail
    say so themselves: up to the end of the quotation, or of the mail where nothing ends it.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        super().__init__(name, limits)
        self._base: str | None = None  # of the mail that is read
        self._now: str | None = None  # of what was written last
        self._watches = False
        self._introduced: list[str | None] = []  # the date before a line that introduces a quotation
        self._quotations: list[str | None] = []  # the dates to return to

    def begin(self, date: str | None) -> None:
        """What follows is of a mail of this date; None for the mail itself."""
        self._base = date
        self._turn(date)

    def part(self, date: str | None) -> None:
        """What follows is quoted from this date; None for the words of the mail that is read."""
        self._turn(self._base if date is None else date)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks at each paragraph that is written meanwhile."""
        self._watches = True
        self._introduced, self._quotations = [], []
        try:
            yield
        finally:
            self._watches = False

    def quotation(self, begins: bool) -> None:
        """A quotation begins or ends here."""
        if begins:
            self._quotations.append(self._introduced.pop() if self._introduced else self._now)
        elif self._quotations:
            self._turn(self._quotations.pop())

    def _block(self, words: str, gap: str) -> int:
        said = introduction(words.strip().split("\n")) if self._watches and words.strip() else None
        if said is None:
            self._introduced = []
            return super()._block(words, gap)
        self._introduced = [self._now]
        self._turn(said.date)
        start = super()._block(words, gap)
        first = words.strip("\n").split("\n")[0]
        if not self._headings or self._headings[-1][1] <= start:
            self._headings.append((start, start + len(first)))
        return start

    def _turn(self, date: str | None) -> None:
        if date != self._now:
            self._now = date
            self.dated(date)
