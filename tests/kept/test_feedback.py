"""What people say of answers is kept, whoever else writes, and becomes gold where it holds."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import living
import pytest
from rich.console import Console

from embeddings.errors import GoldError, PinciteError, RecordError, StoreError
from embeddings.index.index import Index
from embeddings.types import Document
from eval.command import run_eval
from eval.sets.feedback import Learnt, from_feedback, learn, to_gold
from eval.sets.gold import load_gold
from qa.kept.feedback import Feedback, FeedbackStore, Verdict, Version, Words, feedback_file, read_feedback
from qa.types import Answer, Turn
from tests.eval.test_eval_command import small_bench
from tests.fakes import cite

LOG = Document("", "Harbour log", "log.txt", "At noon 70 ships lay in the harbour. At six 90 ships lay there.")
NEWS = Document("", "News", "news.txt", "The paper counted 70 ships. The master is Ana Ruiz. Aurora and Bore sailed.")
DOCUMENTS = (LOG, NEWS)
HERE = Version("an index", 3, tuple(sorted(document.content_hash for document in DOCUMENTS)))
SHIPS = Turn("How many?", Answer("How many ships lay there?", "70", 0.8, (cite(LOG, "70"), cite(NEWS, "70"))))
NOBODY = Turn("Who paid?", Answer("Who paid?", None, 0.05))


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "beside" / "index.feedback.sqlite")


def learnt(store: FeedbackStore, documents: Sequence[Document] = DOCUMENTS) -> Learnt:
    return from_feedback(read_feedback(store.path), documents)


def test_a_line_holds_the_question_the_answer_and_the_version_it_was_given_by(store: FeedbackStore) -> None:
    assert store.add(SHIPS, "words", HERE, Words(LOG, 44, 46), "at six") == 1
    (line,) = read_feedback(store.path)
    assert isinstance(line, Feedback)
    assert (line.asked, line.understood, line.verdict) == ("How many?", "How many ships lay there?", "words")
    assert line.answer["text"] == "70"
    assert line.words is not None
    assert (line.words["start"], line.words["end"], line.words["text"]) == (44, 46, "90")
    assert (line.index, line.update, line.hashes, line.note) == ("an index", 3, HERE.hashes, "at six")
    assert line.time.endswith("+00:00")


def test_many_writers_lose_nothing(store: FeedbackStore) -> None:
    def write() -> None:
        for _ in range(5):
            FeedbackStore(store.path).add(SHIPS, "right", HERE)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.number for line in read_feedback(store.path)) == list(range(1, 31))


def test_the_version_is_that_of_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index = Index.build(DOCUMENTS, living.ENCODER, living.CHUNKER, folder)
    version = Version.of(index, folder)
    assert version.hashes == HERE.hashes
    assert version.index
    assert version.update >= 1
    assert Version.of(Index.build(DOCUMENTS, living.ENCODER, living.CHUNKER)).hashes == HERE.hashes
    assert feedback_file(folder) == tmp_path / "index.feedback.sqlite"
    assert feedback_file(None).name == "feedback.sqlite"
    index.close()


@pytest.mark.parametrize(
    ("verdict", "words", "told"),
    [("good", False, "expected one of"), ("words", False, "needs words"), ("right", True, "has no words")],
)
def test_what_can_not_be_meant_is_refused(store: FeedbackStore, verdict: Verdict, words: bool, told: str) -> None:
    with pytest.raises(RecordError, match=told):
        store.add(SHIPS, verdict, HERE, Words(LOG, 8, 10) if words else None)
    assert not store.path.exists()


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 3), (0, 10_000), (2, 3)])
def test_words_that_are_none_of_the_document_are_refused(start: int, end: int) -> None:
    with pytest.raises(RecordError, match="select the words again"):
        Words(LOG, start, end)


def test_files_that_are_no_feedback_are_told_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file of feedback"):
        read_feedback(tmp_path / "none.sqlite")
    text, other = tmp_path / "text.sqlite", tmp_path / "other.sqlite"
    text.write_text("not a database, and long enough to be looked at " * 40)
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    for path in (text, other):
        with pytest.raises(StoreError, match="no file of feedback"):
            read_feedback(path)
        with pytest.raises(StoreError, match="no file of feedback"):
            FeedbackStore(path).add(SHIPS, "right", HERE)
    assert other.read_bytes() == before


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can't be kept"):
        FeedbackStore(tmp_path / "file" / "feedback.sqlite").add(SHIPS, "right", HERE)


# ---------------------------------------------------------------- gold


def test_right_makes_the_cited_words_gold(store: FeedbackStore) -> None:
    store.add(SHIPS, "right", HERE)
    (question,) = learnt(store).questions
    assert question.question == "How many ships lay there?"  # as it was understood: it stands alone
    assert [(each.document, each.text) for each in question.answers] == [(LOG.id, "70"), (NEWS.id, "70")]


def test_the_right_words_make_those_gold_and_not_the_answer(store: FeedbackStore) -> None:
    store.add(SHIPS, "words", HERE, Words(LOG, 44, 46))
    (question,) = learnt(store).questions
    assert [each.text for each in question.answers] == ["90"]


def test_not_there_makes_a_question_without_an_answer_of_the_same_documents_alone(store: FeedbackStore) -> None:
    store.add(SHIPS, "not there", HERE)
    store.add(NOBODY, "right", HERE)
    assert [question.answers for question in learnt(store).questions] == [(), ()]
    more = (*DOCUMENTS, Document("", "Ledger", "ledger.txt", "The town paid."))
    assert learnt(store, more).questions == ()  # what was added since may hold the answer
    assert "changed" in learnt(store, more).notes[0]


def test_wrong_alone_teaches_nothing(store: FeedbackStore) -> None:
    store.add(SHIPS, "wrong", HERE)
    store.add(NOBODY, "wrong", HERE)
    assert learnt(store).questions == ()
    assert all("nobody said what would be right" in note for note in learnt(store).notes)


def test_a_list_that_is_right_is_gold_item_by_item(store: FeedbackStore) -> None:
    both = (cite(NEWS, "Aurora"), cite(NEWS, "Bore"))
    store.add(Turn("Which?", Answer("Which ships sailed?", "Aurora; Bore", 0.7, both, is_list=True)), "right", HERE)
    (question,) = learnt(store).questions
    assert question.kind == "list"
    assert [[each.text for each in group] for group in question.groups] == [["Aurora"], ["Bore"]]


@pytest.mark.parametrize("second", ["words", "not there", "wrong"])
def test_people_who_disagree_are_reported_and_left_out(store: FeedbackStore, second: Verdict) -> None:
    store.add(SHIPS, "right", HERE)
    store.add(SHIPS, second, HERE, Words(LOG, 44, 46) if second == "words" else None)
    found = learnt(store)
    assert found.questions == ()
    assert "How many ships lay there?" in found.notes[0]


def test_people_who_agree_make_one_question(store: FeedbackStore) -> None:
    store.add(SHIPS, "right", HERE)
    store.add(Turn("how many ships lay THERE", SHIPS.answer), "right", HERE)
    assert len(learnt(store).questions) == 1


def test_a_document_that_was_changed_is_reported_and_left_out(store: FeedbackStore) -> None:
    store.add(Turn("Who?", Answer("Who is the master?", "Ana Ruiz", 0.9, (cite(NEWS, "Ana Ruiz"),))), "right", HERE)
    changed = Document("", NEWS.title, NEWS.source, f"Late. {NEWS.text}")
    found = learnt(store, (LOG, changed))
    assert found.questions == ()
    assert "changed since" in found.notes[0]
    with pytest.raises(GoldError, match="no gold question comes of them"):
        learn(store.path, (LOG, changed))


def test_the_gold_file_reads_back_to_the_same_questions(store: FeedbackStore, tmp_path: Path) -> None:
    both = (cite(NEWS, "Aurora"), cite(NEWS, "Bore"))
    store.add(Turn("Which?", Answer("Which ships sailed?", "Aurora; Bore", 0.7, both, is_list=True)), "right", HERE)
    store.add(SHIPS, "right", HERE)
    store.add(NOBODY, "not there", HERE)
    file = tmp_path / "gold.jsonl"
    questions = learnt(store).questions
    file.write_text(to_gold(questions), "utf-8")
    assert load_gold(file, DOCUMENTS) == questions


def test_eval_asks_what_feedback_taught_and_writes_it_as_gold(store: FeedbackStore, tmp_path: Path) -> None:
    folder, gold, report = tmp_path / "documents", tmp_path / "gold.jsonl", tmp_path / "report.json"
    folder.mkdir()
    for document in DOCUMENTS:
        (folder / document.source).write_text(document.text)
    store.add(SHIPS, "right", HERE)
    store.add(Turn("Why?", Answer("Why did they sail?", "70", 0.2, (cite(LOG, "70"),))), "wrong", HERE)
    shown = Console(file=io.StringIO(), width=200)
    asked = {"documents": (folder,), "json_path": report, "console": shown, "opener": small_bench}
    assert run_eval(from_feedback=store.path, write_gold=gold, **asked) == 0  # type: ignore[arg-type]
    assert [row["question"] for row in json.loads(report.read_text())["outcomes"]] == ["How many ships lay there?"]
    assert len(gold.read_text().splitlines()) == 1
    assert run_eval(questions=gold, **asked) == 0  # type: ignore[arg-type]


def test_eval_says_which_options_do_not_go_together(store: FeedbackStore, tmp_path: Path) -> None:
    store.add(SHIPS, "right", HERE)
    with pytest.raises(PinciteError, match="--from-feedback"):
        run_eval(from_feedback=store.path, questions=tmp_path / "gold.jsonl")
    with pytest.raises(PinciteError, match="--from-feedback"):
        run_eval(write_gold=tmp_path / "gold.jsonl")
    with pytest.raises(PinciteError, match="would replace feedback"):
        run_eval(from_feedback=store.path, write_gold=store.path)
