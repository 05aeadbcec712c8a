"""Pincite inside Haystack: components of a real Pipeline, with the models that ship."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from frameworks import needs

from embeddings.errors import FilterError, PinciteError, QuestionError, SettingsError
from embeddings.loading import load_file

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # before it is imported
needs("haystack")

from haystack import Document, Pipeline  # noqa: E402
from haystack.components.preprocessors import DocumentSplitter  # noqa: E402
from haystack.dataclasses import ExtractedAnswer  # noqa: E402

from doors.haystack import MOST_CHARACTERS, PinciteReader, PinciteRetriever  # noqa: E402

MAYOR = "Who is the mayor of Lund?"
TOWN = "HARBOUR NEWS\n\nThe mayor of Lund is Ana Ruiz. She was elected in May.\n\nThe bridge opened in 1931.\n"
FERRY = "The ferry to Oslo leaves at 14:30. Tickets cost 40 euros.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def retriever(folder: Path) -> PinciteRetriever:
    return PinciteRetriever(paths=[str(folder)])


@pytest.fixture(scope="module")
def reader() -> PinciteReader:
    return PinciteReader()


def best(reader: PinciteReader, question: str, *documents: Document, **more: Any) -> ExtractedAnswer:
    answers: list[ExtractedAnswer] = reader.run(question, list(documents), **more)["answers"]
    return answers[0]


def assert_in_place(answer: ExtractedAnswer) -> None:
    """The words stand where both offsets say."""
    assert answer.document is not None
    assert answer.document_offset is not None
    assert answer.context_offset is not None
    content, context = answer.document.content or "", answer.context or ""
    assert content[answer.document_offset.start : answer.document_offset.end] == answer.data != ""
    assert context[answer.context_offset.start : answer.context_offset.end] == answer.data
    assert context in content


def test_passages_come_as_documents_with_their_places(retriever: PinciteRetriever, folder: Path) -> None:
    documents = retriever.run(MAYOR, top_k=2)["documents"]
    assert all(isinstance(each, Document) for each in documents)
    read = load_file(folder / "town.txt")
    first = documents[0]
    assert first.content == read.text[first.meta["start"] : first.meta["end"]] != ""
    assert (first.meta["document_id"], first.meta["content_hash"]) == (read.id, read.content_hash)
    assert 1 >= first.score >= documents[-1].score >= 0


def test_a_pipeline_answers_with_words_at_their_place_in_the_file(folder: Path) -> None:
    pipeline = Pipeline()
    pipeline.add_component("retriever", PinciteRetriever(paths=[str(folder)]))
    pipeline.add_component("reader", PinciteReader())
    pipeline.connect("retriever.documents", "reader.documents")
    told = pipeline.run({"retriever": {"query": MAYOR}, "reader": {"query": MAYOR}})
    answer = told["reader"]["answers"][0]
    assert answer.data == "Ana Ruiz"
    assert_in_place(answer)
    assert load_file(folder / "town.txt").text[answer.meta["start"] : answer.meta["end"]] == "Ana Ruiz"
    assert 0.4 < answer.score < 1
    assert (answer.meta["found"], answer.meta["side"]) == (True, 0)


def test_a_pipeline_is_written_down_and_read_back(folder: Path) -> None:
    pipeline = Pipeline()
    where = {"documents": ["ferry.txt"]}
    pipeline.add_component("retriever", PinciteRetriever(paths=[str(folder)], top_k=1, where=where))
    pipeline.add_component("reader", PinciteReader(top_k=3, threshold=0.2, no_answer=False))
    pipeline.connect("retriever.documents", "reader.documents")
    again = Pipeline.from_dict(pipeline.to_dict(), allowed_modules=["doors.haystack"])
    assert again.to_dict() == pipeline.to_dict()
    question = "When does the ferry to Oslo leave?"
    told = again.run({"retriever": {"query": question}, "reader": {"query": question}})["reader"]["answers"]
    assert [each.data for each in told] == ["14:30"]


def test_the_index_of_the_samples_is_opened(seeds_index: Path) -> None:
    documents = PinciteRetriever(index=str(seeds_index), top_k=3).run("Who leads Syria Tomorrow?")["documents"]
    assert len(documents) == 3


def test_documents_of_other_retrievers_and_splitters_are_read(reader: PinciteReader) -> None:
    whole = Document(id="town", content=TOWN)
    parts = DocumentSplitter(split_by="passage", split_length=1).run([whole])["documents"]
    assert len(parts) > 1
    answer = best(reader, MAYOR, *parts)
    assert answer.data == "Ana Ruiz"
    assert_in_place(answer)
    assert TOWN[answer.meta["start"] : answer.meta["end"]] == "Ana Ruiz"
    plain = best(reader, MAYOR, Document(content=TOWN, score=12.5), Document(content=FERRY, score=3.0))
    assert plain.data == "Ana Ruiz"
    assert "start" not in plain.meta
    assert_in_place(plain)


def test_words_of_two_overlapping_documents_come_once(reader: PinciteReader) -> None:
    one = Document(content=TOWN, meta={"document_id": "town", "start": 0}, score=0.9)
    other = Document(content=TOWN[14:], meta={"document_id": "town", "start": 14}, score=0.8)
    answers = reader.run(MAYOR, [one, other])["answers"]
    assert [each.data for each in answers if each.data == "Ana Ruiz"] == ["Ana Ruiz"]


def test_no_answer_is_an_answer_without_words(reader: PinciteReader) -> None:
    nothing = best(reader, "What is the capital of Peru?", Document(content=FERRY))
    assert (nothing.data, nothing.document, nothing.meta["found"]) == (None, None, False)
    assert 0.5 < nothing.score <= 1
    silent = PinciteReader(no_answer=False)
    assert silent.run("What is the capital of Peru?", [Document(content=FERRY)])["answers"] == []


def test_without_text_there_is_nothing_to_read(reader: PinciteReader) -> None:
    (only,) = reader.run(MAYOR, [Document(content=" \n"), Document(meta={"file": "a.png"})])["answers"]
    assert (only.data, only.score) == (None, 1.0)
    assert PinciteReader(no_answer=False).run(MAYOR, [])["answers"] == []


def test_sides_that_disagree_are_numbered(reader: PinciteReader) -> None:
    texts = ("The flood in Hastings killed 70 people.", "The flood in Hastings killed 90 people.")
    answers = reader.run("How many people did the flood in Hastings kill?", [Document(content=each) for each in texts])
    sides = {each.data: each.meta["side"] for each in answers["answers"] if each.data}
    assert sorted(sides.values()) == [0, 1], sides


@pytest.mark.parametrize("k", [0, 101, "many"])
def test_a_number_out_of_range_is_refused(k: Any) -> None:
    for component in (PinciteRetriever, PinciteReader):
        with pytest.raises(ValueError, match="from 1 to 100"):
            component(top_k=k)


def test_what_cannot_be_asked_or_read_is_one_line(
    retriever: PinciteRetriever, reader: PinciteReader, folder: Path
) -> None:
    with pytest.raises(QuestionError, match="holds no word"):
        retriever.run("?!")
    with pytest.raises(QuestionError, match="holds no word"):
        reader.run("?!", [Document(content=FERRY)])
    with pytest.raises(ValueError, match="101 documents"):
        reader.run(MAYOR, [Document(content=FERRY)] * 101)
    with pytest.raises(ValueError, match="200001 characters"):
        reader.run(MAYOR, [Document(content="a" * (MOST_CHARACTERS + 1))])
    with pytest.raises(SettingsError, match="threshold"):
        PinciteReader(threshold=2)
    with pytest.raises(FilterError, match="no field 'authors'"):
        PinciteRetriever(where={"authors": ["Ana"]})
    with pytest.raises(ValueError, match="one of them"):
        PinciteRetriever(index="a", paths=["b"])
    with pytest.raises(PinciteError, match="nowhere"):
        PinciteRetriever(paths=[str(folder / "nowhere")]).warm_up()
