"""Pincite inside LlamaIndex: real nodes, and a response whose numbers lead to its source nodes."""

from __future__ import annotations

import asyncio

import pytest
from fakes import small_assistant
from frameworks import DOCUMENTS, FERRY, MAYOR, OTHER_TOLL, TOLL, TOWN, needs

from embeddings.errors import FilterError, QuestionError, SettingsError
from embeddings.filters import Where
from qa.assistant import Assistant
from qa.render import to_dict

needs("llama_index.core")

from llama_index.core.base.response.schema import Response  # noqa: E402
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode  # noqa: E402

from doors.llamaindex import PinciteQueryEngine, PinciteRetriever  # noqa: E402


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return small_assistant(DOCUMENTS, r"Ana Ruiz|\d+ people")


@pytest.fixture(scope="module")
def engine(assistant: Assistant) -> PinciteQueryEngine:
    return PinciteQueryEngine(assistant)


def asked(engine: PinciteQueryEngine, question: str) -> Response:
    response = engine.query(question)
    assert isinstance(response, Response)
    return response


def test_passages_come_as_nodes_with_their_places(assistant: Assistant) -> None:
    found = PinciteRetriever(assistant, k=2).retrieve(MAYOR)
    assert len(found) == 2
    assert all(isinstance(each, NodeWithScore) for each in found)
    node = found[0].node
    assert isinstance(node, TextNode)
    assert node.text == TOWN.text[node.start_char_idx : node.end_char_idx] != ""
    assert node.source_node is not None
    assert (node.source_node.node_id, node.metadata["source"]) == (TOWN.id, "town.txt")
    assert 1 >= found[0].get_score() >= found[1].get_score() >= 0


def test_a_model_reads_the_title_and_no_hash_and_an_embedding_reads_the_words_alone(assistant: Assistant) -> None:
    node = PinciteRetriever(assistant, k=1).retrieve("When does the ferry to Oslo leave?")[0].node
    for_a_model = node.get_content(MetadataMode.LLM)
    assert "title: Ferry" in for_a_model
    assert FERRY.content_hash not in for_a_model
    assert "None" not in for_a_model
    assert node.get_content(MetadataMode.EMBED) == node.get_content(MetadataMode.NONE)


def test_a_retriever_keeps_to_its_filter_and_is_awaited(assistant: Assistant) -> None:
    only = PinciteRetriever(assistant, where=Where(documents=("ferry.txt",)))
    assert {each.node.metadata["document_id"] for each in asyncio.run(only.aretrieve(MAYOR))} == {FERRY.id}
    with pytest.raises(FilterError, match=r"nowhere\.txt"):
        PinciteRetriever(assistant, where=Where(documents=("nowhere.txt",))).retrieve(MAYOR)


@pytest.mark.parametrize("k", [0, 101, "many"])
def test_a_number_of_passages_out_of_range_is_refused(assistant: Assistant, k: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 100"):
        PinciteRetriever(assistant, k=k)


def test_the_engine_answers_with_numbers_that_lead_to_its_nodes(
    engine: PinciteQueryEngine, assistant: Assistant
) -> None:
    response = asked(engine, MAYOR)
    assert str(response) == "Ana Ruiz [1] (likely · 80%)"
    (source,) = response.source_nodes
    assert source.node.get_content() == "The mayor of Lund is Ana Ruiz."
    place = slice(source.node.metadata["start"], source.node.metadata["end"])
    assert TOWN.text[place] == "Ana Ruiz"
    assert response.metadata is not None
    assert (response.metadata["text"], response.metadata["found"]) == ("Ana Ruiz", True)
    assert response.metadata["answer"] == to_dict(assistant.answer(MAYOR))
    assert "The mayor of Lund is Ana Ruiz." in response.get_formatted_sources()
    assert asyncio.run(engine.aquery(MAYOR)) == response


def test_sides_that_disagree_have_numbers_of_their_own(engine: PinciteQueryEngine) -> None:
    response = asked(engine, "How many people died in the harbour?")
    first, *sides = str(response).splitlines()
    assert first == "The documents disagree:"
    for number, (side, source) in enumerate(zip(sides, response.source_nodes, strict=True), start=1):
        words = side.partition(f" [{number}]")[0]
        document = {each.id: each for each in (TOLL, OTHER_TOLL)}[source.node.metadata["document_id"]]
        assert document.text[source.node.metadata["start"] : source.node.metadata["end"]] == words
    assert {each.node.metadata["title"] for each in response.source_nodes} == {"First", "Second"}


def test_a_refusal_has_no_sources_and_its_passages_are_in_the_metadata(assistant: Assistant) -> None:
    response = asked(PinciteQueryEngine(assistant, threshold=0.9), MAYOR)
    assert str(response).startswith("Not in these documents.")
    assert response.source_nodes == []
    assert response.metadata is not None
    assert (response.metadata["text"], response.metadata["found"]) == (None, False)
    assert response.metadata["answer"]["passages"]


def test_the_engine_retrieves_as_its_retriever_does(engine: PinciteQueryEngine, assistant: Assistant) -> None:
    assert engine.retrieve(QueryBundle(MAYOR)) == PinciteRetriever(assistant).retrieve(MAYOR)


def test_what_cannot_be_asked_is_an_error(engine: PinciteQueryEngine, assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="holds no word"):
        engine.query("?!")
    with pytest.raises(SettingsError, match="threshold"):
        PinciteQueryEngine(assistant, threshold=2).query(MAYOR)
