"""Pincite inside LlamaIndex: a retriever, and a query engine whose response cites its words.

from doors.llamaindex import PinciteQueryEngine, PinciteRetriever
from qa import Assistant

engine = PinciteQueryEngine(Assistant.open(".pincite"))
response = engine.query("Who is the mayor?")
"""

from __future__ import annotations

import asyncio

from doors import not_installed

try:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.response.schema import Response
    from llama_index.core.callbacks import CallbackManager
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
except ImportError as error:
    raise not_installed(error, "llama_index", "llama-index") from None

from doors.passages import checked_count, described, name_of, retrieved
from doors.words import reply
from embeddings.filters import Where
from qa.assistant import Assistant
from qa.render import to_dict
from qa.types import Citation

_FOR_A_MODEL = ("title", "heading", "page", "date")  # what of the metadata is written before a node's text


class PinciteRetriever(BaseRetriever):
    """Passages for a question, as LlamaIndex' nodes: `retriever.retrieve(question)`, best first.

    A node's text is the passage, word for word; `start_char_idx` and `end_char_idx` are its code points in the
    document's text, and its source node is the document. `metadata` has `document_id`, `title`, `source`, `author`,
    `date`, `media_type`, `content_hash`, `start`, `end`, `page`, `row`, `heading`, each None where it is unknown. The
    score is in [0, 1].

    Args:
        assistant: whose documents are searched.
        k: how many passages are fetched, from 1 to 100; fewer come where there are fewer.
        where: a filter of documents and days; None for none.
        callback_manager: LlamaIndex' own.

    Raises:
        ValueError: `k` is out of its range.
        QuestionError: from `retrieve`: the question is empty, holds no word, or is too long.
        FilterError: from `retrieve`: `where` names a document or folder that is not there.
    """

    def __init__(
        self,
        assistant: Assistant,
        k: int = 5,
        where: Where | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self._assistant, self._k, self._where = assistant, checked_count(k), where

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = retrieved(self._assistant, query_bundle.query_str, self._k, self._where)
        return [NodeWithScore(node=_node(citation, quote=False), score=hit.score) for citation, hit in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class PinciteQueryEngine(BaseQueryEngine):
    """Answers with exact words of the documents: `engine.query(question)`.

    `response.response` is the quoted words with the numbers of their citations, "Ana Ruiz [1] (likely · 83%)"; sides
    that disagree stand on lines of their own; where the documents do not say, it says so and why. `[1]` is
    `response.source_nodes[0]`, and so on: a node's text is the sentence around the words, its metadata are those of
    PinciteRetriever, where `start` and `end` are those of the words themselves. A refusal has no source nodes.
    `response.metadata` has `text` (None for a refusal), `confidence` in [0, 1], `found` (at least 40% sure), and
    `answer`, as `pincite ask --json` prints it.

    Args:
        assistant: whose documents are asked.
        where: a filter of documents and days; None for none.
        threshold: answer only from this confidence on, from 0 to 1; None for that of the assistant.
        callback_manager: LlamaIndex' own.

    Raises:
        QuestionError: from `query`: the question is empty, holds no word, or is too long.
        FilterError: from `query`: `where` names a document or folder that is not there.
        SettingsError: from `query`: the threshold is no number from 0 to 1.
    """

    def __init__(
        self,
        assistant: Assistant,
        where: Where | None = None,
        threshold: float | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self._assistant, self._where, self._threshold = assistant, where, threshold
        self._retriever = PinciteRetriever(assistant, where=where, callback_manager=callback_manager)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages for a question, as PinciteRetriever gives them."""
        nodes: list[NodeWithScore] = self._retriever.retrieve(query_bundle)
        return nodes

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.answer(query_bundle.query_str, where=self._where, threshold=self._threshold)
        said = reply(answer)
        nodes = [NodeWithScore(node=_node(cited, quote=True), score=answer.confidence) for cited in said.citations]
        about = {"text": answer.text, "confidence": answer.confidence, "found": answer.found, "answer": to_dict(answer)}
        return Response(said.text, nodes, about)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, object]:
        return {}


def _node(citation: Citation, quote: bool) -> TextNode:
    """A citation as a node: the passage itself, or the sentence around the cited words."""
    metadata = described(citation)
    start, end = (citation.quote_start, citation.quote_end) if quote else (citation.start, citation.end)
    for_programs = [name for name in metadata if name not in _FOR_A_MODEL or metadata[name] is None]
    return TextNode(
        id_=name_of(citation),
        text=citation.document.text[start:end],
        metadata=metadata,
        excluded_llm_metadata_keys=for_programs,
        excluded_embed_metadata_keys=list(metadata),
        start_char_idx=start,
        end_char_idx=end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation.document.id)},
    )
