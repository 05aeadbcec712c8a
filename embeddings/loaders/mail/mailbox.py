"""A mailbox (.mbox): the mails in it, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.errors import DocumentError
from embeddings.loaders.extract import Packed
from embeddings.loaders.limits import Limits

# A line "From name date" before the headers of a mail, after a blank line or at the very beginning.
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\n]{1,200}\n(?=(?:>?From |[A-Za-z][\w-]{1,60}:))")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def members(data: bytes, name: str, limits: Limits) -> Iterator[Packed]:
    """The mails of a mailbox, in their order, as files.

    Raises:
        DocumentError: no mailbox, or more mails than the limits allow.
    """
    starts = list(_START.finditer(data))
    if not starts:
        raise DocumentError(f"{name}: no mailbox: no line in it begins a mail with “From ”; leave it out")
    ends = [head.start() for head in starts[1:]] + [len(data)]
    for number, (head, end) in enumerate(zip(starts, ends, strict=True), start=1):
        if number > limits.inside:
            raise DocumentError(f"{name}: {len(starts):,} mails, at most {limits.inside:,} are read; split it")
        yield Packed(f"message {number}.eml", _QUOTED_FROM.sub(rb"\1", data[head.end() : end]))
