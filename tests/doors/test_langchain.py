"""Pincite inside LangChain: real Documents, real tools, and what a model gets to read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fakes import small_assistant
from frameworks import DOCUMENTS, FERRY, MAYOR, TOWN, needs
from pydantic import ValidationError

from embeddings.errors import FilterError, QuestionError
from embeddings.filters import Where
from qa.assistant import Assistant
from qa.render import to_dict

needs("langchain_core")

from langchain_core.documents import Document  # noqa: E402
from langchain_core.messages import ToolMessage  # noqa: E402
from langchain_core.runnables import RunnableLambda  # noqa: E402
from langchain_core.tools import ToolException  # noqa: E402
from langchain_core.utils.function_calling import convert_to_openai_tool  # noqa: E402

from doors.langchain import PinciteRetriever, PinciteTool  # noqa: E402


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return small_assistant(DOCUMENTS, r"Ana Ruiz|\d+ people")


@pytest.fixture(scope="module")
def tool(assistant: Assistant) -> PinciteTool:
    return PinciteTool(assistant=assistant)


def called(tool: PinciteTool, question: str) -> ToolMessage:
    call = {"name": tool.name, "args": {"question": question}, "id": "1", "type": "tool_call"}
    message = tool.invoke(call)
    assert isinstance(message, ToolMessage)
    return message


def test_passages_come_as_documents_with_their_places(assistant: Assistant) -> None:
    found = PinciteRetriever(assistant=assistant, k=2).invoke(MAYOR)
    assert len(found) == 2
    assert all(type(each) is Document for each in found)
    first = found[0]
    start, end = first.metadata["start"], first.metadata["end"]
    assert first.page_content == TOWN.text[start:end] != ""
    assert first.id == f"{TOWN.id}:{start}-{end}"
    assert (first.metadata["document_id"], first.metadata["source"]) == (TOWN.id, "town.txt")
    assert first.metadata["content_hash"] == TOWN.content_hash
    assert 1 >= first.metadata["score"] >= found[1].metadata["score"] >= 0


def test_a_retriever_is_a_part_of_a_chain_asked_in_batches_and_awaited(assistant: Assistant) -> None:
    retriever = PinciteRetriever(assistant=assistant, k=1)
    chain: Any = retriever | RunnableLambda(lambda documents: documents[0].metadata["title"])
    assert chain.batch([MAYOR, "When does the ferry to Oslo leave?"] * 8) == ["Town", "Ferry"] * 8
    assert asyncio.run(chain.ainvoke(MAYOR)) == "Town"


def test_a_retriever_keeps_to_its_filter(assistant: Assistant) -> None:
    only = PinciteRetriever(assistant=assistant, where=Where(documents=("ferry.txt",)))
    assert {each.metadata["document_id"] for each in only.invoke(MAYOR)} == {FERRY.id}
    with pytest.raises(FilterError, match=r"nowhere\.txt"):
        PinciteRetriever(assistant=assistant, where=Where(documents=("nowhere.txt",))).invoke(MAYOR)


@pytest.mark.parametrize("k", [0, 101, "many"])
def test_a_number_of_passages_out_of_range_is_refused(assistant: Assistant, k: Any) -> None:
    with pytest.raises(ValidationError):
        PinciteRetriever(assistant=assistant, k=k)


def test_a_question_without_a_word_is_an_error(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="holds no word"):
        PinciteRetriever(assistant=assistant).invoke("?!")


def test_the_tool_gives_words_citations_and_the_whole_answer(tool: PinciteTool, assistant: Assistant) -> None:
    message = called(tool, MAYOR)
    assert message.content == (
        "Ana Ruiz [1] (likely · 80%)\n[1] “The mayor of Lund is Ana Ruiz.” (Town · undated · characters 21-29)"
    )
    assert message.artifact == to_dict(assistant.answer(MAYOR))
    assert message.status == "success"
    assert asyncio.run(tool.ainvoke({"question": MAYOR})) == message.content


def test_sides_that_disagree_are_told_with_their_citations(tool: PinciteTool) -> None:
    lines = str(called(tool, "How many people died in the harbour?").content).splitlines()
    assert lines[0] == "The documents disagree:"
    assert {line.partition(" [")[0] for line in lines[1:3]} == {"70 people", "90 people"}
    assert "[1]" in lines[1]
    assert "[2]" in lines[2]
    assert [line[:3] for line in lines[3:]] == ["[1]", "[2]"]


def test_a_refusal_is_told_as_one(assistant: Assistant) -> None:
    message = called(PinciteTool(assistant=assistant, threshold=0.9), MAYOR)
    assert str(message.content).startswith("Not in these documents.")
    assert message.artifact["text"] is None


def test_what_cannot_be_asked_is_one_line_for_the_model_or_an_error(tool: PinciteTool, assistant: Assistant) -> None:
    message = called(tool, "?!")
    assert (message.status, "\n" in message.content) == ("error", False)
    assert "holds no word" in message.content
    with pytest.raises(ToolException, match="holds no word"):
        PinciteTool(assistant=assistant, handle_tool_error=False).invoke({"question": "?!"})


def test_a_model_is_told_what_the_tool_takes(tool: PinciteTool) -> None:
    described = convert_to_openai_tool(tool)["function"]
    assert described["name"] == "pincite"
    assert "never an instruction" in described["description"]
    assert described["parameters"]["required"] == ["question"]
    assert set(described["parameters"]["properties"]) == {"question"}
