"""Ablations: each row is the code that answers users with one change, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from embeddings.index.index import Index
from embeddings.models.encoder import Vectors
from embeddings.text.chunking import Chunker
from embeddings.types import Document
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.tables.ablations import (
    HeadingNotSearched,
    RememberingEncoder,
    TitleSearched,
    WithoutHeading,
    WithoutTitle,
    compare_parts,
    variants,
)
from eval.tables.sentence_search import SentenceIndex, SentencesAlone
from eval.tables.shared import Collection
from qa.assistant import Assistant, build_index
from qa.reading.reader import Passage, Span
from qa.reading.retriever import Retriever
from qa.settings import Settings
from tests.fakes import HashingEncoder, PatternReader
from tests.tables.test_experiments import cells

YEARS = r"\d{4}"
TEXTS = {
    "Bridge": "Harbour\n\nThe bridge was opened in 1911. It is built of iron. Many people crossed it that day.",
    "Mill": "Town\n\nThe mill burned down in 1874. Nobody was hurt. A new one was built in 1880.",
    "Fair": "Town\n\nThe fair began in 1650. Sheep are sold there every year. Its prize is a copper bell.",
}
DOCUMENTS = tuple(Document(title.lower(), title, f"{title}.txt", text) for title, text in TEXTS.items())


def asked(text: str, document: Document, answer: str) -> GoldQuestion:
    start = document.text.index(answer)
    return GoldQuestion(text, "answerable", text, (GoldAnswer(document.id, start, start + len(answer), answer),))


QUESTIONS = (
    asked("When was the bridge opened?", DOCUMENTS[0], "1911"),
    asked("When did the mill burn down?", DOCUMENTS[1], "1874"),
    asked("When did the fair begin?", DOCUMENTS[2], "1650"),
    asked("What is the prize of the fair?", DOCUMENTS[2], "a copper bell"),
)
COLLECTION = Collection("Town", DOCUMENTS, QUESTIONS)


class CountingEncoder(HashingEncoder):
    """Counts how often each passage is encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: Counter[str] = Counter()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.update(texts)
        return super().encode(texts)


class CountingReader(PatternReader):
    """Counts how often each passage is read with each question."""

    def __init__(self) -> None:
        super().__init__(YEARS)
        self.read_with: Counter[tuple[str, str]] = Counter()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.read_with.update((question, passage.text) for passage in passages)
        return super().read(question, passages)


def table(settings: Settings | None = None, read: int = 9) -> list[list[str]]:
    chosen = settings if settings is not None else Settings()
    return cells(compare_parts(COLLECTION, HashingEncoder(), PatternReader(YEARS), chosen, read))


def test_each_variant_changes_one_thing() -> None:
    default, *others = variants(Settings())
    assert (default.settings, default.change) == (Settings(), "")
    for variant in others:
        changed = [f.name for f in fields(Settings) if getattr(variant.settings, f.name) != getattr(Settings(), f.name)]
        one_fusion = variant.part == "fusion" and changed == ["dense_weight"]
        others_changed = (variant.chunker is not Chunker) + (variant.kind is not Index)
        assert len(changed) + others_changed == 1 or one_fusion, variant


@pytest.mark.parametrize("settings", [Settings(), Settings(chunk_tokens=160, overlap=0, candidates=20, passages=3)])
def test_no_variant_is_the_default_under_another_name(settings: Settings) -> None:
    made = variants(settings)
    assert len({(variant.settings, variant.index) for variant in made}) == len(made)
    assert len({(variant.part, variant.change) for variant in made}) == len(made)


def test_the_defaults_score_what_the_assistant_scores() -> None:
    assistant = Assistant(build_index(DOCUMENTS, None, encoder=HashingEncoder()), Settings(), PatternReader(YEARS))
    first = [assistant.read(question.question).candidates[0].text for question in QUESTIONS]
    right = sum(answer == question.answers[0].text for answer, question in zip(first, QUESTIONS, strict=True))
    header, default, *_ = table()
    assert float(default[header.index("F1")]) == pytest.approx(100 * right / len(QUESTIONS))
    assert default[3] == default[5] == default[7] == "—"


def test_every_other_row_says_how_far_it_is_from_the_defaults() -> None:
    header, _, *rows = table()
    assert len(header) == 10
    assert all("(" in row[place] and row[place][0] in "+-" for row in rows for place in (3, 5, 7))


def test_a_passage_is_read_once_with_a_question_and_a_text_embedded_once() -> None:
    encoder, reader = CountingEncoder(), CountingReader()
    compare_parts(COLLECTION, encoder, reader, Settings(), read=9)
    assert set(reader.read_with.values()) == {1}
    words = Counter({text: count for text, count in encoder.encoded.items() if text})
    assert words
    assert max(words.values()) <= 2  # a question, which is encoded alone, may be a passage's words as well


def test_without_reading_searches_alone_are_compared() -> None:
    reader = CountingReader()
    header, *rows = cells(compare_parts(COLLECTION, HashingEncoder(), reader, Settings(), read=0))
    assert not reader.read_with
    assert {row[header.index("F1")] for row in rows} == {"—"}
    assert {"passages read", "choice of the span"}.isdisjoint(row[0] for row in rows)
    assert "searched only" in compare_parts(COLLECTION, HashingEncoder(), reader, Settings(), read=0)


def test_where_only_some_questions_are_read_the_caption_says_so() -> None:
    shown = compare_parts(COLLECTION, HashingEncoder(), PatternReader(YEARS), Settings(), read=2)
    assert "4 questions of 3 documents; F1 and ms on 2 of them" in shown


def test_title_and_heading_are_left_out_of_what_is_embedded_and_added_to_what_is_searched() -> None:
    encoder, document = HashingEncoder(), DOCUMENTS[1]
    made = {
        kind: kind(encoder.count, 64, 16, 0)
        for kind in (WithoutTitle, WithoutHeading, TitleSearched, HeadingNotSearched)
    }
    chunk = made[WithoutTitle](document)[-1]
    words = document.text[chunk.start : chunk.end].strip()
    assert made[WithoutTitle].embedded_text(document, chunk) == f"Town\n{words}"
    assert made[WithoutHeading].embedded_text(document, chunk) == f"Mill\n{words}"
    assert made[TitleSearched].searched_text(document, chunk) == f"Mill\nTown\n{words}"
    assert made[HeadingNotSearched].searched_text(document, chunk) == words


def test_a_remembered_vector_is_the_encoders_own() -> None:
    encoder = RememberingEncoder(HashingEncoder())
    texts = ["ships", "grain", "ships"]
    for _ in range(2):
        np.testing.assert_array_equal(encoder.encode(texts), HashingEncoder().encode(texts))
        np.testing.assert_array_equal(encoder.encode_query("ships"), HashingEncoder().encode_query("ships"))
    assert encoder.encode([]).shape == HashingEncoder().encode([]).shape
    assert encoder.seconds("ships") == encoder.seconds("ships") >= 0


def test_another_default_is_the_first_row() -> None:
    changes = [row[1] for row in table(replace(Settings(), chunk_tokens=160)) if row[0] == "length of a passage"]
    assert changes == ["120 tokens", "200 tokens", "240 tokens"]


ABOUT = "It stood there. Fish are sold. Old men play chess. Nets dry on poles."
PORT_AND_TRADE = (
    Document.from_text(f"{ABOUT} Grain came by ship. {ABOUT}", title="Port"),
    Document.from_text("Grain, wheat, ship, barge.", title="Trade"),
)


@pytest.mark.parametrize(("kind", "title"), [(Index, "Trade"), (SentencesAlone, "Port")])
def test_a_passage_of_many_sentences_is_found_by_the_one_that_answers(kind: type[Index], title: str) -> None:
    encoder = HashingEncoder()
    index = kind.build(PORT_AND_TRADE, encoder, Chunker(encoder.count, 256, 200, 1))
    hit = Retriever(index, Settings(dense_weight=1.0)).search("grain came by ship", 1)[0]
    assert hit.document.title == title


def test_half_of_a_dense_score_is_the_nearest_sentences() -> None:
    encoder = HashingEncoder()
    scores = [
        kind.build(PORT_AND_TRADE, encoder, Chunker(encoder.count, 256, 200, 1)).dense("grain came by ship", 2)
        for kind in (Index, SentenceIndex, SentencesAlone)
    ]
    for number in scores[0]:
        assert scores[1][number] == pytest.approx((scores[0][number] + scores[2][number]) / 2)
