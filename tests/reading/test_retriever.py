"""Retrieval: the two fusions against their definitions, and what a search promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.assistant import Assistant, build_index
from qa.reading.retriever import Retriever, min_max, reciprocal_rank
from qa.settings import Settings
from tests.fakes import HashingEncoder

# As an index gives them: every passage has a cosine, some of them share words too.
cosines = st.dictionaries(st.integers(1, 40), st.floats(-1, 1, width=32), min_size=1)


@st.composite
def rankings(draw: st.DrawFn) -> tuple[dict[int, float], dict[int, float]]:
    dense = draw(cosines)
    shared = draw(st.sets(st.sampled_from(sorted(dense))))
    return dense, {number: draw(st.floats(0.5, 50, width=32)) for number in shared}


@given(rankings(), st.floats(0, 1), st.floats(0, 100))
def test_min_max_fusion_is_the_weighted_sum_of_both_scaled_scores(
    scores: tuple[dict[int, float], dict[int, float]], weight: float, all_words: float
) -> None:
    dense, lexical = scores
    fused = min_max(dense, lexical, weight, all_words)
    assert fused.keys() == dense.keys()
    for number, score in fused.items():
        low, high = min(dense.values()), max(dense.values())
        top = max(all_words, max(lexical.values(), default=1.0))
        by_meaning = (dense[number] - low) / (high - low) if high > low else 1.0
        by_words = lexical.get(number, 0.0) / top
        assert score == pytest.approx(weight * by_meaning + (1 - weight) * by_words)
        assert -1e-9 <= score <= 1 + 1e-9


@given(rankings())
def test_reciprocal_rank_fusion_is_the_sum_of_reciprocal_ranks(
    scores: tuple[dict[int, float], dict[int, float]],
) -> None:
    dense, lexical = scores
    fused = reciprocal_rank(dense, lexical)
    assert fused.keys() == dense.keys()
    for number, score in fused.items():
        expected = 0.0
        for ranking in (dense, lexical):
            if number in ranking:
                order = sorted(ranking, key=lambda other: (-ranking[other], other))
                expected += 1 / (60 + 1 + order.index(number))
        assert score == pytest.approx(expected / (2 / 61))
        assert 0 < score <= 1 + 1e-9


@given(rankings())
def test_a_dense_weight_of_0_or_1_leaves_one_of_the_two_out(
    scores: tuple[dict[int, float], dict[int, float]],
) -> None:
    dense, lexical = scores
    assert min_max(dense, lexical, 0.0) == min_max(dict.fromkeys(dense, 0.3), lexical, 0.0)
    assert min_max(dense, lexical, 1.0) == min_max(dense, {}, 1.0)


def test_fusion_of_nothing_is_nothing() -> None:
    assert min_max({}, {}, 0.5) == reciprocal_rank({}, {}) == {}


# ---------------------------------------------------------------- searching

TEXTS = (
    "The old lighthouse keeper counts ships.",
    "Ships carry grain across the strait.",
    "Bakers use grain to make bread.",
    "A committee of bakers elected Erdoğan Al-Nu'man as its chair.",
    "Nobody swims in winter.",
)
DOCUMENTS = [Document.from_text(text, title=f"Text {number}") for number, text in enumerate(TEXTS)]


def retriever(**changes: object) -> Retriever:
    settings = Settings(**changes)
    return Retriever(build_index(DOCUMENTS, None, settings, encoder=HashingEncoder()), settings)


@pytest.mark.parametrize("fusion", ["min-max", "reciprocal-rank"])
@pytest.mark.parametrize("question", ["Which ships carry grain?", "grain", "Who swims?", "qqq", "?"])
def test_hits_are_sorted_scored_within_bounds_and_different(fusion: str, question: str) -> None:
    hits = retriever(fusion=fusion).search(question, 5)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)
    assert all(-1 - 1e-6 <= hit.dense <= 1 + 1e-6 and hit.lexical >= 0 for hit in hits)
    assert len({(hit.document.id, hit.chunk.start) for hit in hits}) == len(hits)


def test_the_best_hit_shares_most_with_the_question() -> None:
    (best, *_) = retriever().search("Which ships carry grain?", 5)
    assert best.text == TEXTS[1]
    assert best.lexical > 0


def test_more_hits_than_passages_are_all_passages() -> None:
    assert sorted(hit.text for hit in retriever().search("grain", 1000)) == sorted(TEXTS)


def test_no_more_hits_come_than_were_asked_for() -> None:
    assert [len(retriever().search("grain", k)) for k in (0, 1, 2)] == [0, 1, 2]


def test_as_many_hits_as_asked_for_also_where_fewer_candidates_are_set() -> None:
    assert len(retriever(candidates=1).search("grain", 4)) == 4


def test_a_dense_weight_of_0_ranks_by_words_alone_and_1_by_meaning_alone() -> None:
    question = "grain ships bakers"
    by_words = retriever(dense_weight=0.0).search(question, 5)
    by_meaning = retriever(dense_weight=1.0).search(question, 5)
    assert [h.lexical for h in by_words] == sorted((h.lexical for h in by_words), reverse=True)
    assert [h.dense for h in by_meaning] == sorted((h.dense for h in by_meaning), reverse=True)


@pytest.mark.parametrize(
    "question", ["Erdogan", "ERDOĞAN", "al-Nu'man", "al-Nu’man", 'who said: "Erdoğan" AND', "erdogan~2"]
)
def test_words_are_found_whatever_their_accents_apostrophes_and_operators(question: str) -> None:
    (best, *_) = retriever(dense_weight=0.0).search(question, 5)
    assert best.text == TEXTS[3]


def test_the_same_question_finds_the_same_hits() -> None:
    found = retriever()
    assert found.search("Which ships?", 5) == found.search("Which ships?", 5)


def test_an_index_without_passages_finds_nothing() -> None:
    assert Retriever(build_index([], None, encoder=HashingEncoder()), Settings()).search("grain", 5) == ()


def test_the_shipped_encoder_finds_a_paraphrase_that_shares_no_word() -> None:
    documents = [Document.from_text(t) for t in ("The physician operated at dawn.", "Prices of wheat rose sharply.")]
    (best, *_) = Assistant.from_documents(documents).retrieve("doctors performing surgery in the morning", 2)
    assert best.text.startswith("The physician")


def test_a_passage_that_shares_one_word_of_many_is_no_full_match_by_words() -> None:
    """The best by words would else outweigh meaning, however little it shares with the question."""
    texts = ("The ferry leaves from pier two.", "Vessels depart from the quay.", "Grain is dear this year.")
    documents = [Document.from_text(text, title=f"text {i}") for i, text in enumerate(texts)]
    index = build_index(documents, None)
    retriever = Retriever(index, Settings(dense_weight=0.5))
    one_of_many = retriever.search("Does the cheap red boat to Oslo run this evening?", 3)
    assert all(hit.score <= 0.5 + 0.5 / 3 for hit in one_of_many)
    assert retriever.search("ferry pier", 1)[0].score > 0.9
