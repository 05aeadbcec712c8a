"""Mistyped words: which are mended, which stay, and that no word comes out of a document that is filtered out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Document
from embeddings.filters import Where
from embeddings.index.index import Index
from embeddings.index.spelling import Respelt, distance, one_edit, respelt
from embeddings.text.chunking import Chunker
from tests.fakes import HashingEncoder

COMMON = frozenset("what is the of in with who are which to whats".split())
ASKING = frozenset("what which who".split())
TEXTS = {
    "lease": "The deposit is two months of rent. The deposits lie with the bank. No information on the depot.",
    "news": "Cruise missiles were launched. Officials gave information. Erdoğan spoke of missing agreements in Lund.",
    "secret": "Operation Zephyrus begins in May. The commissioner of Lundby knows it.",
}


class Spelling(HashingEncoder):
    """Knows three words whole; any other is as many tokens as letters."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [2 + (1 if text in ("chess", "depots", "lender") else len(text)) for text in texts]


@pytest.fixture(scope="module")
def index() -> Index:
    encoder = Spelling()
    chunker = Chunker(encoder.count, 2_000, 2_000, 0)
    documents = [Document.from_text(text, title=title, source=f"{title}.txt") for title, text in TEXTS.items()]
    return Index.build(documents, encoder, chunker)


def read(index: Index, text: str, where: Where | None = None) -> Respelt:
    return respelt(text, index, COMMON, ASKING, where)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats the depsoit", "whats the deposit"),
        ("the eposit", "the deposit"),  # the first letter
        ("the depositt", "the deposit"),
        ("the depasit", "the deposit"),
        ("cruse missles", "cruise missiles"),  # "misses" is as near, but stands nowhere
        ("who gave informaiton", "who gave information"),  # the ending is the stem's no more
        ("who gave infromaiton", "who gave information"),  # two edits
        ("who is the commisioner", "who is the commissioner"),
        ("who is the comissionner", "who is the commissioner"),
        ("Wich cruise", "Which cruise"),
        ("what is Erdogn", "what is Erdoğan"),
        ("Depsoit in the bank", "Deposit in the bank"),
        ("WHATS THE INFROMAITON", "WHATS THE Information"),
    ],
)
def test_a_mistyped_word_becomes_the_nearest_one(index: Index, typed: str, meant: str) -> None:
    got = read(index, typed)
    assert got.text == meant
    assert [word for word in got.words if word not in meant.split()] == []
    assert got.words
    assert got.met


@pytest.mark.parametrize(
    "text",
    [
        "what is the deposit of missiles",
        "who is the lender of the chess depots",  # words that the encoder knows whole
        "what is dep0sit of 12345 in the depsoit2",  # numbers
        "the ren of May",  # under four letters
        "what is the Commisionner",  # a name, two edits away
        "what is the xylophone",
        "the launching of launches",  # forms of a word that is there
        f"the {'depsoit' * 10}",
        "quel depositt louer avec informaiton",  # no common word of the documents' language
        "the depsoit missles rentt bankk cruse lundt informaiton",  # too many
        "депозит банка",
    ],
)
def test_what_is_no_typing_error_stays(index: Index, text: str) -> None:
    got = read(index, text)
    assert (got.text, got.words) == (text, ())


def test_the_word_in_more_passages_is_taken_and_words_of_any_text_last() -> None:
    encoder = Spelling()
    texts = ["The mayor spoke.", "A mayor left.", "In may it rains, in may.", "Maya may come.", "So it may be."]
    chunker = Chunker(encoder.count, 2_000, 2_000, 0)
    index = Index.build([Document.from_text(text) for text in texts], encoder, chunker)
    assert respelt("the mayr", index, {"the", "may"}, ()).words == ("mayor",)
    assert respelt("the mayr", index, {"the"}, ()).words == ("may",)


def test_a_document_outside_the_filter_gives_no_word(index: Index) -> None:
    assert read(index, "what is Zephyrs").words == ("Zephyrus",)
    assert read(index, "what is Zephyrs", Where(documents=("lease",))).words == ()
    assert read(index, "who is the comissionner", Where(documents=("lease",))).words == ()


def test_it_tells_whether_any_longer_word_was_met(index: Index) -> None:
    assert read(index, "what is the chess tournament").met is False
    assert read(index, "wie hoch ist die Kaution").met is False
    assert read(index, "what is the chess deposit").met
    assert read(index, "who is it").met
    assert read(index, "市長は 安倍さん ですか").met  # no spaces between words: nothing is said of them


def test_stems_are_listed_by_their_beginning_with_their_passages(index: Index) -> None:
    assert index.beginning("dep") == {"deposit": 1, "depot": 1}
    assert index.beginning("qq") == {}


words = st.text("abcde", max_size=7)


@given(words, words)
def test_distance_is_symmetric_and_one_edit_is_a_distance_of_one(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert distance(one, other, part=True) <= distance(one, other)
    assert (distance(one, other) == 1) == (other in one_edit(one))


def test_on_disk_too(tmp_path: Path) -> None:
    encoder = Spelling()
    chunker = Chunker(encoder.count, 2_000, 2_000, 0)
    built = Index.build([Document.from_text(TEXTS["lease"])], encoder, chunker, tmp_path / "index")
    assert respelt("the depsoit", built, COMMON, ASKING).words == ("deposit",)
    built.close()
