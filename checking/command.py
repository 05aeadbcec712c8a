"""What `pincite check` does, once it is said which documents to look through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

from checking.finding import findings_of
from checking.page import to_html
from checking.quotations import MOST_CHARACTERS, quotations_in
from checking.told import show, to_dict
from embeddings.errors import PinciteError, RecordError
from embeddings.index.views import View
from embeddings.types import Document

ALL_STAND, ONE_STANDS_NOWHERE = 0, 1


def run_check(
    text: str, documents: Iterable[Document], out: Console, as_json: bool, html: Path | None, least_words: int
) -> int:
    """Checks the quotations of a text, prints what became of them, and returns the exit code.

    Args:
        text: the text that quotes.
        documents: what is looked through, one by one.
        out: where the table or the JSON is printed.
        as_json: print JSON.
        html: the file that takes the page; None for no page.
        least_words: of a quotation that is looked for.

    Raises:
        RecordError: the text is too long or has too many quotations.
        PinciteError: a document can't be read, the page can't be written.
    """
    quotations, shorter = quotations_in(text, least_words)
    findings = findings_of(quotations, documents)
    if html is not None:
        try:
            html.write_text(to_html(text, findings, shorter), encoding="utf-8")
        except OSError as error:
            raise PinciteError(f"{html}: can't be written ({error.strerror}); name another file") from None
    if as_json:
        out.file.write(json.dumps(to_dict(findings, shorter), ensure_ascii=False, indent=2) + "\n")
    else:
        show(findings, shorter, out)
    return ONE_STANDS_NOWHERE if any(each.outcome == "nowhere" for each in findings) else ALL_STAND


def text_of(data: bytes, name: str) -> str:
    """The bytes of a text that is to be checked, as a text. Raises RecordError where it is too long, or not UTF-8."""
    if len(data) > 4 * MOST_CHARACTERS:
        raise RecordError(f"{name}: {len(data):,} bytes, at most {4 * MOST_CHARACTERS:,} are looked through; split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeError:
        raise RecordError(f"{name}: not UTF-8; expected a text that quotes, such as an answer of a chatbot") from None


def documents_of(index: Path) -> Iterator[Document]:
    """The documents of an index, one by one. Raises StoreError where it is missing or can't be used."""
    view = View.open(index)
    try:
        view.pin()
        for row in view.store.each_document():
            yield view.document(row.id)
    finally:
        view.close()
