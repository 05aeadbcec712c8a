"""Files that a browser session adds: read as any file, asked with the rest, seen by nobody else, bounded, forgotten."""

from __future__ import annotations

import gzip
from email.message import EmailMessage
from pathlib import Path

import living
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_files import pdf, written

from embeddings.errors import DocumentError, FilterError
from embeddings.filters import Where
from embeddings.index.index import Index
from embeddings.index.joined import JoinedIndex
from embeddings.index.spelling import respelt
from embeddings.text.chunking import Chunker
from embeddings.types import Document
from qa.assistant import Assistant, chunker_for
from qa.reading.retriever import Retriever
from qa.settings import Settings
from qa.source.find import NO_HITS
from qa.source.pdf_highlight import sheet_of
from qa.source.view import Range, View
from qa.uploads.limits import UploadLimits
from qa.uploads.private import Uploads, file_name
from tests.fakes import HashingEncoder, assert_verbatim, small_assistant

LOG = Document("", "Harbour log", "log.txt", "The harbour master counted 70 ships at noon. The ferry left at 14:30.")
NOTE = b"The lighthouse keeper is paid 45 crowns a week."
ONE, TWO = "one session", "another session"


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return small_assistant([LOG], r"\d\d:\d\d|\d+")


@pytest.fixture
def uploads(assistant: Assistant) -> Uploads:
    return Uploads(assistant)


def test_an_added_file_is_asked_together_with_the_index(uploads: Uploads) -> None:
    (added,) = uploads.add(ONE, "notes/keeper.txt", NOTE)
    assert added.upload is not None
    assert added.upload.document.source == "keeper.txt"
    both = uploads.assistant(ONE)
    answers = [both.answer(q) for q in ("How much is the lighthouse keeper paid?", "When did the ferry leave?")]
    assert [answer.text for answer in answers] == ["45", "14:30"]
    for answer in answers:
        assert_verbatim(answer)
    assert both.document_count == 2
    assert [document.source for document in both.documents()] == ["log.txt", "keeper.txt"]


def test_the_pages_of_a_file_inside_another_are_cited_and_shown(uploads: Uploads) -> None:
    inner = pdf([written(["The pier is made of oak."]), written(["The lamp costs 45 crowns."])])
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ana <ana@example.com>", "The plan"
    mail.set_content("See the plan.")
    mail.add_attachment(inner, maintype="application", subtype="pdf", filename="plan.pdf")
    added = uploads.add(ONE, "mail.eml", mail.as_bytes())
    assert [each.name for each in added] == ["mail.eml", "mail.eml › plan.pdf"]
    upload = added[1].upload
    assert upload is not None
    assert upload.data == inner
    assert upload.size == len(inner)
    answer = uploads.assistant(ONE).answer("How much does the lamp cost?")
    assert answer.citations[0].page == 2
    citation = answer.citations[0]
    view = View(citation.document, Range(citation.start, citation.end), data=upload.data)
    assert sheet_of(view, NO_HITS).page == 2


def test_nobody_else_sees_them(uploads: Uploads, assistant: Assistant) -> None:
    (added,) = uploads.add(ONE, "keeper.txt", NOTE)
    assert added.upload is not None
    id = added.upload.document.id
    assert uploads.document(ONE, id).text.encode() == NOTE
    assert uploads.document(TWO, LOG.id) == LOG
    for call in (uploads.document, uploads.upload, uploads.remove):
        with pytest.raises(DocumentError, match=r"no (such )?document"):
            call(TWO, id)
    assert uploads.assistant(TWO) is assistant
    assert uploads.listed(TWO) == ()
    with pytest.raises(DocumentError):
        assistant.document(id)


def test_each_file_says_what_became_of_it_and_none_stops_the_others(uploads: Uploads) -> None:
    files = [
        ("keeper.txt.gz", gzip.compress(NOTE)),
        ("picture.png", b"\x89PNG"),
        ("empty.txt", b" \n"),
        ("report.pdf", b"%PDF-1.7 and no more"),
        ("same.txt", NOTE),
        ("page.html", b"<html><body><p>The tide turns at six in the evening.</p></body></html>"),
    ]
    done = [uploads.add(ONE, *file)[0] for file in files]
    assert [each.became for each in done] == ["added", "refused", "refused", "refused", "unchanged", "added"]
    problems = [each.problem for each in done if each.problem is not None]
    assert [problem.split(":")[0] for problem in problems] == ["picture.png", "empty.txt", "report.pdf"]
    assert all("\n" not in problem for problem in problems)
    assert (done[4].same_as, done[4].upload) == ("keeper.txt.gz", done[0].upload)


def test_a_file_that_is_removed_answers_nothing_more(uploads: Uploads, assistant: Assistant) -> None:
    (added,) = uploads.add(ONE, "keeper.txt", NOTE)
    assert added.upload is not None
    uploads.remove(ONE, added.upload.document.id)
    assert uploads.listed(ONE) == ()
    assert uploads.assistant(ONE) is assistant
    uploads.add(ONE, "keeper.txt", NOTE)
    uploads.drop(ONE)
    uploads.drop(ONE)
    assert uploads.listed(ONE) == ()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (UploadLimits(files=1), "1 files were added already"),
        (UploadLimits(file_bytes=60), "at most 60 bytes of a file are read"),
        (UploadLimits(bytes=100), "there is room for"),
        (UploadLimits(passages=2), "passages, and there is room for 1"),
    ],
)
def test_what_goes_beyond_a_limit_is_told_and_not_kept(assistant: Assistant, limits: UploadLimits, told: str) -> None:
    uploads = Uploads(assistant, limits)
    long = b"\n\n".join(b"Ship %d sails for the far port at dawn, with a load of salt and fish." % n for n in range(40))
    (first,), (second,) = uploads.add(ONE, "keeper.txt", NOTE), uploads.add(ONE, "long.txt", long)
    assert first.problem is None
    assert second.problem is not None
    assert told in second.problem
    assert len(uploads.listed(ONE)) == 1


def test_a_full_house_refuses_who_comes_and_keeps_who_is_there(assistant: Assistant) -> None:
    now = [0.0]
    uploads = Uploads(assistant, UploadLimits(sessions=2, idle=100), clock=lambda: now[0])
    for number in range(60):  # refused, under invented names
        uploads.add(f"invented {number}", "picture.png", b"\x89PNG")
    for session in ("a", "b"):
        uploads.add(session, "keeper.txt", NOTE)
    (refused,) = uploads.add("c", "keeper.txt", NOTE)
    assert "too many files of others are here" in str(refused.problem)
    assert [bool(uploads.listed(session)) for session in ("a", "b", "c")] == [True, True, False]
    assert uploads.add("a", "more.txt", NOTE + b" Or 46.")[0].became == "added"
    uploads.remove("b", uploads.listed("b")[0].document.id)
    assert uploads.add("c", "keeper.txt", NOTE)[0].became == "added"
    now[0] = 101.0
    assert uploads.sweep() == 2
    assert uploads.listed("a") == ()


def test_all_sessions_together_are_bounded(assistant: Assistant) -> None:
    uploads = Uploads(assistant, UploadLimits(all_bytes=len(NOTE) + 10))
    for session in ("a", "b", "c"):
        uploads.add(session, "keeper.txt", NOTE)
    assert [bool(uploads.listed(session)) for session in ("a", "b", "c")] == [True, False, False]


def test_a_text_that_the_index_holds_already_is_found_once(uploads: Uploads) -> None:
    uploads.add(ONE, "again.txt", LOG.text.encode())
    hits = uploads.assistant(ONE).retrieve("When did the ferry leave?", 10)
    assert len(hits) == len({(hit.document.id, hit.chunk.start) for hit in hits})
    assert len(uploads.listed(ONE)) == 1


def test_filters_name_documents_of_both(uploads: Uploads) -> None:
    uploads.add(ONE, "keeper.txt", NOTE)
    both = uploads.assistant(ONE)
    for name in ("keeper.txt", "log.txt"):
        hits = both.retrieve("When did the ferry leave?", 5, Where(documents=(name,)))
        assert {hit.document.source for hit in hits} == {name}
    named = Where(documents=("keeper.txt", "log.txt"))
    assert {hit.document.source for hit in both.retrieve("ferry", 5, named)} == {"keeper.txt", "log.txt"}
    with pytest.raises(FilterError, match=r"none\.txt"):
        both.answer("When?", where=Where(documents=("keeper.txt", "none.txt")))


@given(name=st.text(max_size=300))
def test_any_name_becomes_one_that_is_safe_to_show(name: str) -> None:
    shown = file_name(name)
    assert 0 < len(shown) <= 120
    assert "/" not in shown
    assert not shown.startswith(".")
    assert shown.isprintable() or "\n" not in shown


# ---------------------------------------------------------------- several indexes as one


def articles(count: int) -> list[Document]:
    return [
        Document(
            "", f"Article {n}", f"{n}.txt", f"Town {n} has a harbour. Its {'mayor' if n % 3 else 'miller'} counts {n}."
        )
        for n in range(count)
    ]


def rankings(parts: list[list[Document]], question: str) -> list[tuple[str, float, float]]:
    encoder = HashingEncoder()
    cut: Chunker = chunker_for(encoder)
    indexes = [Index.build(part, encoder, cut) for part in parts]
    searched = JoinedIndex(indexes, cut)
    hits = Retriever(searched, Settings()).search(question, 8)
    return [(hit.document.source, round(hit.lexical, 4), round(hit.score, 4)) for hit in hits]


@pytest.mark.parametrize("question", ["Which miller counts 9?", "harbour of town 4", "mayor", "nothing of the kind"])
def test_how_documents_are_split_over_indexes_changes_no_score(question: str) -> None:
    documents = articles(30)
    whole = rankings([documents], question)
    assert sorted(rankings([documents[:25], documents[25:]], question)) == sorted(whole)
    assert sorted(rankings([documents[:28], documents[28:29], documents[29:]], question)) == sorted(whole)


def test_one_index_joined_with_nothing_ranks_as_it_does_by_itself() -> None:
    encoder, documents = HashingEncoder(), articles(30)
    cut = chunker_for(encoder)
    index = Index.build(documents, encoder, cut)
    for question in ("Which miller counts 9?", "harbour of town 4"):
        plain = Retriever(index, Settings()).search(question, 5)
        joined = Retriever(JoinedIndex([index], cut), Settings()).search(question, 5)
        assert [hit.document.source for hit in plain][:3] == [hit.document.source for hit in joined][:3]
        for one, other in zip(plain, joined, strict=True):
            assert one.score == pytest.approx(other.score, abs=0.05)


def test_a_mistyped_word_is_looked_for_in_every_index_and_only_in_the_part_that_may_be_seen() -> None:
    encoder = HashingEncoder()
    cut = chunker_for(encoder)
    own = Document.from_text("The lighthouse keeper is paid.", source="own.txt")
    hidden = Document.from_text("The quartermaster is absent.", source="hidden.txt")
    indexes = [Index.build([LOG, hidden], encoder, cut), Index.build([own], encoder, cut)]

    def mended(limit: Where | None) -> tuple[str, ...]:
        joined = JoinedIndex(indexes, cut, limit)
        return respelt("is the lihgthouse or the quartermsater here", joined, {"is", "the"}, ()).words

    assert mended(None) == ("lighthouse", "quartermaster")
    assert mended(Where(documents=("log.txt",))) == ("lighthouse",)
    assert JoinedIndex(indexes, cut).beginning("p") == {"paid": 1}
    assert JoinedIndex(indexes, cut).beginning("th") == {"the": 3}


def test_a_shared_index_that_is_updated_meanwhile_is_followed(tmp_path: Path) -> None:
    folder, index = tmp_path / "documents", tmp_path / "index"
    living.write(folder, {"a.txt": "Ship 1 sails under flag 70."})
    living.update_index(index, [folder], living.maker())
    shared = Index.open(index, living.ENCODER)
    own = Index.build([LOG], living.ENCODER, living.CHUNKER)
    joined = JoinedIndex([shared, own], living.CHUNKER)
    assert joined.count() == 2
    living.write(folder, {"a.txt": "Ship 1 sails under flag 70.", "b.txt": "Ship 2 sails under flag 90."})
    living.update_index(index, [folder], living.maker())
    assert joined.count() == 3
    assert {hit.document.title for hit in Retriever(joined, Settings()).search("flag 90", 3)} >= {"Harbour log"}
    shared.close()
