from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.errors import SettingsError
from embeddings.text.chunking import Chunker, context
from embeddings.text.sections import sections
from embeddings.text.sentences import sentences
from embeddings.text.tokens import count_tokens
from embeddings.types import Chunk, Document

TOKENIZER = Path(__file__).parents[2] / "embeddings" / "data" / "all-MiniLM-L6-v2" / "tokenizer.json"
TALES = (
    "Boats and Nets\n\nThe boats left at dawn. Nobody saw them go. By noon the wind had turned, and they came home.\n\n"
    + "The Harbour\n\n"
    + "It was built of stone by people whose names are lost. It has held for three hundred years! Will it hold now? "
    * 9
    + "\n\nUPDATE 1700 GMT: The wall has given way. Nobody was hurt.\n"
)
ODD = st.sampled_from(
    [
        "word ",
        "longword" * 20,
        "https://example.org/a/b?c=d&e=%20f ",
        "<|endoftext|>",
        "한글",
        "漢字。",
        "\n\n",
        "\n",
        ". ",
        "; ",
        "# H\n\n",
        "A Short Line\n\n",
        "UPDATE 1700 GMT: ",
        "\u2003" * 30,
        " " * 50,
        "e\u0301",
        "🎈👨‍👩‍👧",
        "\u0000",
        "ﷺ",
        "it rained",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(ODD, max_size=60).map("".join))


def _counter() -> Callable[[Sequence[str]], list[int]]:
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(encoding) for encoding in tokenizer.encode_batch_fast(list(texts))]


count = _counter()


def document(text: str, title: str = "Tales") -> Document:
    return Document.from_text(text, title=title)


def words(found: Document, chunk: Chunk) -> str:
    return found.text[chunk.start : chunk.end]


def check(chunker: Chunker, found: Document) -> tuple[Chunk, ...]:
    """Every promise that holds for any text whatever."""
    chunks = chunker(found)
    end = 0
    for chunk in chunks:
        assert chunk.start <= end < chunk.end, "in order, without a gap"
        assert chunk.start <= chunk.body_start <= chunk.end
        assert chunk.document_id == found.id
        assert words(found, chunk).strip() or not found.text.strip(), "never white space alone"
        assert count([chunker.embedded_text(found, chunk)])[0] <= chunker.encoder_limit
        end = chunk.end
    assert end == len(found.text)
    fresh = [max(chunk.start, before) for chunk, before in zip(chunks, [0, *(c.end for c in chunks)], strict=False)]
    assert "".join(found.text[a : c.end] for a, c in zip(fresh, chunks, strict=True)) == found.text
    return chunks


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.text(max_size=200), st.integers(16, 60), st.integers(32, 80), st.integers(0, 3))
@example("한" * 500, "한글" * 300, 16, 32, 1)
@example("a" + " " * 500 + "b", "", 16, 32, 1)
@example("\u2000\u2000\u20000:0Ø\u2000\u2000\u2000", "", 16, 32, 0)
@example(" \n" * 20, "T", 16, 32, 1)
def test_any_text_is_covered_within_the_limits(
    text: str, title: str, budget: int, encoder_limit: int, overlap: int
) -> None:
    chunker = Chunker(count, encoder_limit, budget, overlap)
    found = document(text, title)
    for chunk in check(chunker, found):
        assert count_tokens(words(found, chunk).strip()) <= budget


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TALES.split(" ")), max_size=200).map(" ".join), st.integers(0, 2))
def test_ordinary_text_is_within_the_budget_white_space_and_all(text: str, overlap: int) -> None:
    chunker = Chunker(count, 64, 40, overlap)
    found = document(text)
    assert all(count_tokens(words(found, chunk)) <= 40 for chunk in check(chunker, found))


def test_chunks_are_whole_sentences_of_one_section() -> None:
    found = document(TALES)
    ends: set[int] = set()
    for section in sections(found.text):
        body = found.text[section.body_start : section.end]
        ends |= {section.start, section.end} | {section.body_start + end for _, end in sentences(body)}
        ends |= {section.body_start + start for start, _ in sentences(body)}
    chunks = check(Chunker(count, 256, 60), found)
    assert len(chunks) > 4
    assert {chunk.start for chunk in chunks} | {chunk.end for chunk in chunks} <= ends
    for chunk in chunks:
        assert sum(section.start < chunk.end and chunk.start < section.end for section in sections(found.text)) == 1


def test_a_section_that_fits_is_one_chunk_with_its_heading_first() -> None:
    found = document(TALES)
    first = Chunker(count, 256, 60)(found)[0]
    assert (first.heading, first.start) == ("Boats and Nets", 0)
    assert found.text[first.body_start :].startswith("The boats left")
    assert words(found, first).rstrip().endswith("came home.")


def test_later_chunks_of_a_section_keep_its_heading_and_hold_no_heading_line() -> None:
    found = document(TALES)
    later = [chunk for chunk in Chunker(count, 256, 60)(found) if chunk.heading == "The Harbour"][1:]
    assert later
    assert all(chunk.body_start == chunk.start for chunk in later)


def test_a_label_is_heading_and_text_and_dates_its_chunk() -> None:
    found = document(TALES)
    last = Chunker(count, 256, 60)(found)[-1]
    assert (last.heading, last.date, last.body_start) == ("UPDATE 1700 GMT", "1700 GMT", last.start)


@pytest.mark.parametrize("overlap", [0, 1, 2])
def test_the_overlap_is_so_many_whole_sentences(overlap: int) -> None:
    found = document("The wind blew hard again. " * 60)
    spans = dict(sentences(found.text))
    for before, after in pairwise(check(Chunker(count, 256, 60, overlap), found)):
        repeated = [start for start in spans if after.start <= start < before.end]
        assert len(repeated) == overlap


def test_a_last_chunk_is_not_tiny() -> None:
    for sentence_count in range(11, 40):
        found = document("The wind blew hard again. " * sentence_count)
        chunks = check(Chunker(count, 256, 60, 0), found)
        assert 4 * count_tokens(words(found, chunks[-1])) >= 60


def test_a_sentence_too_long_is_cut_at_a_clause() -> None:
    found = document("When it rained, " * 5 + "they stayed at home and mended their nets; " * 20)
    cuts = [words(found, chunk).rstrip()[-1] for chunk in check(Chunker(count, 256, 40), found)]
    assert len(cuts) > 3
    assert set(cuts) <= set(",;")


def test_a_clause_too_long_is_cut_between_words() -> None:
    found = document("nets and boats and ropes and " * 100)
    assert all(words(found, chunk).endswith(" ") for chunk in check(Chunker(count, 256, 40), found))


def test_the_document_that_is_empty_has_no_chunks_and_the_blank_one_has_one() -> None:
    assert Chunker(count, 256)(document("")) == ()
    assert len(Chunker(count, 256)(document(" \n\n "))) == 1


def test_the_same_document_gives_the_same_chunks() -> None:
    chunker = Chunker(count, 256, 60)
    assert chunker(document(TALES)) == chunker(document(TALES)) == Chunker(count, 256, 60)(document(TALES))


@pytest.mark.parametrize(
    "title", ["", "Rain", "word " * 5_000, "한글" * 5_000, "ﷺ" * 500, "x" * 1_000_000, "\u0301" * 999]
)
def test_title_and_heading_take_at_most_a_quarter_of_the_encoder(title: str) -> None:
    chunker = Chunker(count, 128, 60)
    found = document(f"# {'h' * 90} {'H' * 20}\n\n{TALES}", title)
    for chunk in check(chunker, found):
        front = chunker.embedded_text(found, chunk).removesuffix(words(found, chunk).strip())
        assert count([front])[0] - count([""])[0] <= 32


def test_context_names_title_and_heading_once() -> None:
    assert context("Rain", "Oslo") == "Rain\nOslo\n"
    assert context("Rain", None) == "Rain\n"
    assert context("Rain", "Rain") == "Rain\n"
    assert context("", "Oslo") == "Oslo\n"
    assert context("Rain", "Oslo", "Oslo\n\nIt rained.") == "Rain\n"


@pytest.mark.parametrize("bad", [{"budget": 0}, {"budget": 15}, {"overlap": -1}, {"encoder_limit": 31}])
def test_a_number_outside_its_range_is_refused(bad: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="expected at least"):
        Chunker(count, **({"encoder_limit": 256} | bad))


@pytest.mark.parametrize(
    "unit", ["word and, other ", "a", "한", "<|endoftext|>", "a\n", "Short Line\n\n", "\u2003", "🎈"]
)
def test_one_big_text_of_anything_is_covered(unit: str) -> None:
    chunker = Chunker(count, 256)
    found = document(unit * (200_000 // len(unit)))
    chunks = chunker(found)
    assert (chunks[0].start, chunks[-1].end) == (0, len(found.text))
    assert all(after.start <= before.end for before, after in pairwise(chunks))


@pytest.mark.slow
def test_a_line_of_ten_megabytes_is_covered() -> None:
    found = document("nets and boats, ropes and sails " * (10_000_000 // 32))
    chunks = Chunker(count, 512, 400)(found)
    assert (chunks[0].start, chunks[-1].end) == (0, len(found.text))
    assert all(after.start == before.end for before, after in pairwise(chunks))
