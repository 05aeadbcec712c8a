"""The reader: where a span may begin and end, what is cut off it, and that windows leave nothing out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.errors import ModelError
from embeddings.models.encoder import SHIPPED as ENCODER
from qa.reading.reader import (
    QUESTION_TOKENS,
    WINDOW_OVERLAP,
    OnnxReader,
    Passage,
    Span,
    shipped_reader,
    trimmed,
    without_overlaps,
)

FILLER = "The committee met again and nothing in particular was decided about the harbour. "
FACT = "The lighthouse was built by Ingrid Solheim in 1884. "


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return shipped_reader()


def texts_of(spans: list[Span], passages: list[Passage]) -> list[str]:
    return [passages[span.passage].text[span.start : span.end] for span in spans]


# ---------------------------------------------------------------- reading


def test_the_best_span_answers(reader: OnnxReader) -> None:
    passages = [Passage("Bakers use flour."), Passage(FILLER + FACT)]
    (best, *_) = texts_of(reader.read("Who built the lighthouse?", passages), passages)
    assert best == "Ingrid Solheim"


@pytest.mark.parametrize("before", [0, 90, 180])
def test_an_answer_anywhere_in_a_passage_of_3000_tokens_is_found(reader: OnnxReader, before: int) -> None:
    passage = Passage(FILLER * before + FACT + FILLER * (240 - before))
    (best, *_) = reader.read("Who built the lighthouse?", [passage])
    assert passage.text[best.start : best.end] == "Ingrid Solheim"
    assert best.start == len(FILLER) * before + FACT.index("Ingrid")


def test_an_answer_at_the_very_end_of_a_long_passage_is_found(reader: OnnxReader) -> None:
    passage = Passage(FILLER * 240 + FACT.strip())
    (best, *_) = reader.read("In which year was the lighthouse built?", [passage])
    assert passage.text[best.start : best.end] == "1884"


def test_a_question_longer_than_its_share_of_the_input_is_cut_and_still_read(reader: OnnxReader) -> None:
    question = "Who built the lighthouse " + "that stands on the cliff " * 60 + "?"
    passages = [Passage(FILLER + FACT)]
    spans = reader.read(question, passages)
    assert spans
    assert all(0 <= span.start < span.end <= len(passages[0].text) for span in spans)


@pytest.mark.parametrize("text", ["", " \n\n ", "... !? — “”", "\u200b\u200e"])
def test_a_passage_without_a_word_has_no_span(reader: OnnxReader, text: str) -> None:
    assert reader.read("Who?", [Passage(text)]) == []


def test_no_passages_have_no_spans(reader: OnnxReader) -> None:
    assert reader.read("Who?", []) == []


def test_an_empty_passage_between_others_does_not_shift_them(reader: OnnxReader) -> None:
    passages = [Passage("..."), Passage(""), Passage(FACT)]
    spans = reader.read("Who built the lighthouse?", passages)
    assert {span.passage for span in spans} == {2}


def test_what_else_is_read_does_not_move_a_score(reader: OnnxReader) -> None:
    fact, others = Passage(FILLER + FACT), [Passage("Bakers use flour."), Passage(FILLER * 9)]
    alone = reader.read("Who built the lighthouse?", [fact])
    among = reader.read("Who built the lighthouse?", [fact, *others])
    assert [span for span in among if span.passage == 0] == alone


def test_the_same_question_gives_the_same_spans(reader: OnnxReader) -> None:
    passages = [Passage(FACT), Passage(FILLER * 3)]
    first, second = (reader.read("Who built it?", passages) for _ in range(2))
    assert [(s.passage, s.start, s.end) for s in first] == [(s.passage, s.start, s.end) for s in second]
    assert [s.score for s in first] == pytest.approx([s.score for s in second], abs=1e-3)


def test_no_more_spans_of_a_passage_than_asked_for_and_none_longer() -> None:
    reader = OnnxReader(answer_tokens=3, n_best=2)
    spans = reader.read("Who built the lighthouse?", [Passage(FACT * 2 + FILLER * 2)])
    assert 1 <= len(spans) <= 2
    assert all(len((FACT * 2 + FILLER * 2)[s.start : s.end].split()) <= 3 for s in spans)


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ModelError, match="expected a reader"):
        OnnxReader(ENCODER)


def test_a_folder_that_is_no_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{tmp_path.name}.*not the folder of a compiled model"):
        OnnxReader(tmp_path)


# ---------------------------------------------------------------- properties of every span

any_text = st.text(st.characters(codec="utf-8"), max_size=120)
wordy = st.lists(
    st.sampled_from(
        ["Anna", "walked", "東京", "１２", "مرحبا", "é", "e\u0301", "👩‍👩‍👧", "<|endoftext|>", "[SEP]", "U.S.", "ﬁ",
         "İ", "\n\n", "\n", " \n \n", "“", "”", "(", ")", ".", "- ", " ", "5%", "\u200f", "x" * 120]
    ),
    max_size=30,
).map(" ".join)  # fmt: skip


@settings(max_examples=40)
@example(text="HEADLINE\nThe town of Anna\n\nfell on Monday.", body=9, question="Who fell?")
@example(text="a\n\n\n\nb \n \t\n c", body=0, question="b")
@given(text=any_text | wordy, body=st.integers(0, 40), question=st.sampled_from(["Who?", "東京?", "[SEP] a", "1"]))
def test_a_span_is_never_turned_round_nor_across_a_blank_line_or_the_end_of_a_heading(
    reader: OnnxReader, text: str, body: int, question: str
) -> None:
    passage = Passage(text, min(body, len(text)))
    spans = reader.read(question, [passage, Passage(FACT)])
    for span in spans:
        words = (text, FACT)[span.passage][span.start : span.end]
        assert 0 <= span.start < span.end
        assert any(character.isalnum() for character in words)
        assert not any("\n" in gap for gap in blank_lines(words))
        assert 0 <= span.probability <= 1 + 1e-6
        assert span.margin == span.score - span.no_answer
        if span.passage == 0:
            assert not span_crosses(span, text, passage.body_start)
    for i, span in enumerate(spans):
        assert not any(s.passage == span.passage and s.start < span.end and span.start < s.end for s in spans[:i])
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)


def blank_lines(words: str) -> list[str]:
    """The inner lines of some words that hold nothing but white space."""
    return [f"{line}\n" for line in words.split("\n")[1:-1] if not line.strip(" \t")]


def span_crosses(span: Span, text: str, place: int) -> bool:
    """Does a span hold a whole word on either side of a place? (A place inside a word is no end of a heading.)"""
    ends_word = place == 0 or text[place - 1] == "\n"
    return ends_word and span.start < place < span.end


@given(
    tokens=st.integers(0, 5000),
    question_tokens=st.integers(0, QUESTION_TOKENS),
)
@example(tokens=WINDOW_OVERLAP, question_tokens=QUESTION_TOKENS)
@example(tokens=3000, question_tokens=10)
def test_windows_cover_every_token_fit_the_model_and_overlap(
    reader: OnnxReader, tokens: int, question_tokens: int
) -> None:
    windows = list(reader._windows(0, tokens, question_tokens))
    assert bool(windows) == bool(tokens)
    assert all(w.last - w.first + question_tokens + 3 <= reader.card.max_tokens for w in windows)
    assert all(0 <= w.first < w.last <= tokens for w in windows)
    if windows:
        assert (windows[0].first, windows[-1].last) == (0, tokens)
    for before, after in pairwise(windows):
        assert before.last - after.first >= WINDOW_OVERLAP
        assert after.first > before.first


# ---------------------------------------------------------------- trimming

TRIMMED = {
    " $5 million. ": "$5 million",
    "“Never again”": "Never again",
    "“Never again” or “Not yet”": "“Never again” or “Not yet”",
    'the "old" town': 'the "old" town',
    'He said "Never again".': 'He said "Never again"',
    '"Never again", he said': '"Never again", he said',
    "(or so).": "or so",
    "twice (or so).": "twice (or so)",
    "(a) first and (b)": "(a) first and (b)",
    "((inner))": "inner",
    "Jaish al-Islam (": "Jaish al-Islam",
    ") the rebels": "the rebels",
    "‘It’s late’": "It’s late",
    "the boys’": "the boys",
    "in the U.S.": "in the U.S.",
    "U.S.,": "U.S.",
    "at 5 p.m.": "at 5 p.m.",
    "It took 3.": "It took 3",
    "plan B.": "plan B",
    "1,000.5": "1,000.5",
    "50%": "50%",
    "Al-Nu'man": "Al-Nu'man",
    "\u200fשלום\u200f": "שלום",
    "e\u0301t\u0301e\u0301": "e\u0301t\u0301e\u0301",
    "one\n": "one",
}


@pytest.mark.parametrize(("text", "expected"), TRIMMED.items())
def test_white_space_and_punctuation_go_and_what_belongs_to_the_words_stays(text: str, expected: str) -> None:
    bounds = trimmed(text, 0, len(text))
    assert bounds is not None
    assert text[slice(*bounds)] == expected


@pytest.mark.parametrize("text", ["", "...", "“ ”", " \n", "— (…)", "👍"])
def test_nothing_is_left_where_there_is_no_letter_or_digit(text: str) -> None:
    assert trimmed(text, 0, len(text)) is None


@given(
    st.text(max_size=40) | st.text("ab .()“”\"'’\n", max_size=40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_trimming_adds_at_most_the_other_half_of_a_bracket_or_quote(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    bounds = trimmed(text, start, end)
    if bounds is not None:
        first, last = bounds
        assert 0 <= first < last <= len(text)
        assert start <= first or (first == start - 1 and text[first] in '([{“‘«"')
        assert last <= end or (last == end + 1 and text[end] in ')]}”’»"')
        assert any(character.isalnum() for character in text[first:last])


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        ("the “Aurora” cruiser", "Aurora” cruiser", "“Aurora” cruiser"),
        ("a cruiser (Aurora) sank", "cruiser (Aurora", "cruiser (Aurora)"),
        ("the (Aurora) sank", "Aurora", "Aurora"),
    ],
)
def test_a_bracket_that_the_span_would_split_is_kept_whole(text: str, inside: str, expected: str) -> None:
    start = text.index(inside)
    bounds = trimmed(text, start, start + len(inside))
    assert bounds is not None
    assert text[slice(*bounds)] == expected


def test_what_stands_outside_the_span_does_not_count_when_it_is_trimmed() -> None:
    assert trimmed("(the rebels)", 1, 12) == (1, 11)


# ---------------------------------------------------------------- overlaps

spans_of_two_passages = st.lists(
    st.builds(
        lambda passage, start, length, score: Span(passage, start, start + length, score, 0.0, 0.1),
        st.integers(0, 1),
        st.integers(0, 30),
        st.integers(1, 10),
        st.floats(-10, 10),
    ),
    max_size=15,
)


@given(spans_of_two_passages)
def test_of_spans_that_overlap_the_best_stays(spans: list[Span]) -> None:
    kept = without_overlaps(spans)
    assert [s.score for s in kept] == sorted((s.score for s in kept), reverse=True)
    for span in spans:
        rivals = [k for k in kept if k.passage == span.passage and k.start < span.end and span.start < k.end]
        assert rivals
        assert span in kept or max(k.score for k in rivals) >= span.score
    for i, span in enumerate(kept):
        assert not any(k.passage == span.passage and k.start < span.end and span.start < k.end for k in kept[:i])
