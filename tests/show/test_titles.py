"""Documents of the same title are told apart wherever they are shown."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from embeddings.store.records import Listed
from embeddings.types import Document
from qa.kept.conversation import Recalled
from qa.render import place
from qa.show.cards import CARDS, turn
from qa.show.evidence_file import About
from qa.show.exporting import export
from qa.show.terminal import show
from qa.source.page import page_of_documents
from qa.talk.exchange import Exchange
from qa.talk.replying import Reply, to_lines
from qa.titles import same_title, titled
from qa.types import Answer, Citation, Turn
from tests.fakes import cite

FIRST = Document("", "Lease", "papers/lease-7.txt", "The rent is 900 euros.")
SECOND = Document("", "Lease", "papers/lease-8.txt", "The rent is 1,150 euros.")
OTHER = Document("", "Invoice", "papers/invoice.txt", "The rent was paid.")
NAMES = ("Lease (lease-7.txt)", "Lease (lease-8.txt)")
ABOUT = About(datetime(2024, 5, 3, tzinfo=UTC))


def answer(*cited: Citation) -> Answer:
    return Answer("What is the rent?", cited[0].text, 0.8, cited, passages=cited)


BOTH = answer(cite(FIRST, "900 euros"), cite(SECOND, "1,150 euros"), cite(OTHER, "paid"))


def printed(shown: Answer) -> str:
    out = io.StringIO()
    show(shown, Console(file=out, width=200))
    return out.getvalue()


def test_only_documents_of_one_title_get_the_name_of_their_file() -> None:
    told = same_title([FIRST, SECOND, OTHER, FIRST])
    assert [titled(document, told) for document in (FIRST, SECOND, OTHER)] == [*NAMES, "Invoice"]
    assert same_title([FIRST, OTHER, FIRST]) == {}


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    told = same_title([replace(FIRST, source="a/x/lease.txt"), replace(SECOND, source="b\\x\\lease.txt")])
    assert list(told.values()) == ["a/x/lease.txt", "b/x/lease.txt"]


def test_a_place_in_words_names_the_file_where_it_must() -> None:
    assert place(BOTH.citations[0], same_title([FIRST, SECOND])).startswith("Lease (lease-7.txt) · ")
    assert place(BOTH.citations[0]).startswith("Lease · ")
    assert all(name in printed(BOTH) for name in NAMES)
    assert "lease-7.txt" not in printed(answer(cite(FIRST, "900 euros"), cite(OTHER, "paid")))


def test_cards_exports_and_lists_tell_them_apart() -> None:
    turns = [Recalled.of(Turn(BOTH.question, BOTH))]
    listed = [
        Listed(each.id, each.title, each.source, each.date, each.media_type, 1, each.content_hash)
        for each in (FIRST, SECOND)
    ]
    reply = Reply("What is in here?", "contents", ("Here:",), documents=tuple(listed), document_count=2)
    shown = (
        turn(Exchange(BOTH.question, BOTH)),
        turn(Exchange(BOTH.question, passages=BOTH.passages)),
        export(turns, "markdown", ABOUT).replace("\\", ""),
        export(turns, "html", ABOUT),
        page_of_documents(listed, 2),
        CARDS.reply_card(reply),
        "\n".join(to_lines(reply)),
    )
    for said in shown:
        assert all(name in said for name in NAMES)
        assert "invoice.txt)" not in said
