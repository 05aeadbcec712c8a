from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import StoreError
from embeddings.search.lexical import Entry, LexicalIndex, Within

PASSAGES = [
    "President Erdoğan spoke in Ankara.",
    "The army of al-Nu'man crossed the river.",
    "Three ships were running before the wind.",
    "The foo was said to be a bar.",
    "Istanbul, İzmir and São Tomé.",
    "漢字 と 仮名",
    "Fighting went on at Naïve Café for 45 days.",
]


def add(index: LexicalIndex, passages: Iterable[tuple[int, str]]) -> LexicalIndex:
    """Adds passages, each of a document of its own with the same number."""
    with index.writing() as writer:
        writer.add(Entry(number, number, words) for number, words in passages)
    return index


@pytest.fixture(params=["memory", "disk"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> LexicalIndex:
    made = LexicalIndex(tmp_path / "words" if request.param == "disk" else None, create=True)
    return add(made, enumerate(PASSAGES))


def indexed(*texts: str) -> LexicalIndex:
    return add(LexicalIndex(None, create=True), enumerate(texts))


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Erdogan", 0),
        ("erdoğan", 0),
        ("ERDOĞAN", 0),
        ("Erdog\u0306an", 0),
        ("al-Nu'man", 1),
        ("al-Nu’man", 1),
        ("Al Nu man", 1),
        ("ship", 2),
        ("runs", 2),
        ("istanbul", 4),
        ("İstanbul", 4),
        ("Izmir", 4),
        ("İzmir", 4),
        ("Sao Tome", 4),
        ("漢字", 5),
        ("fight", 6),
        ("cafe", 6),
        ("45", 6),
    ],
)
def test_a_word_is_found_without_regard_to_accents_case_or_ending(
    index: LexicalIndex, question: str, passage: int
) -> None:
    assert list(index.search(question, 10)) == [passage]


@pytest.mark.parametrize("written", ["Erdoğan", "Erdog\u0306an", "ERDOĞAN", "Erdogan"])
@pytest.mark.parametrize("asked", ["Erdoğan", "Erdog\u0306an", "ERDOĞAN", "Erdogan"])
def test_folding_is_the_same_on_both_sides(written: str, asked: str) -> None:
    assert indexed(f"President {written} spoke").search(asked, 1)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ('who said: "foo" AND', "who said foo and"),
        ('+(foo OR "bar" ~*', "foo or bar"),
        ("-foo ^2 [a TO z] {x}", "foo 2 a to z x"),
        ("words:foo number:3", "words foo number 3"),
        ("NOT foo && !bar || \\", "not foo bar"),
        ("/foo.*/ <foo>", "foo foo"),
    ],
)
def test_no_character_of_a_question_is_an_operator(index: LexicalIndex, question: str, words: str) -> None:
    assert index.search(question, 10) == index.search(words, 10)
    assert 3 in index.search(question, 10)


@pytest.mark.parametrize("question", ["", " ", "?!", "—", "zebra", "🎈", "zebra OR *"])
def test_without_a_shared_word_nothing_is_found(index: LexicalIndex, question: str) -> None:
    assert index.search(question, 10) == {}


def test_an_empty_index_finds_nothing() -> None:
    assert indexed().search("anything", 5) == {}


def test_the_rarer_word_counts_for_more() -> None:
    found = indexed("common rare", "common plain", "common dull", "common drab").search("common rare", 4)
    assert next(iter(found)) == 0
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_no_more_than_k_are_found_and_they_are_the_best() -> None:
    made = indexed(*["rain"] * 5, "rain rain rain", *["rain"] * 5)
    assert list(made.search("rain", 1)) == [5]
    assert len(made.search("rain", 4)) == 4


def test_a_word_asked_twice_counts_once(index: LexicalIndex) -> None:
    assert index.search("foo foo FOO", 3) == index.search("foo", 3)


def test_ties_come_in_the_order_of_their_numbers() -> None:
    made = indexed(*["the same words"] * 30)
    assert list(made.search("same words", 30)) == list(range(30))
    assert list(made.search("same words", 7)) == list(made.search("same words", 30))[:7]


def test_what_is_added_later_is_found_too(index: LexicalIndex) -> None:
    add(index, [(100, "A zebra came."), (101, "Another zebra.")])
    assert set(index.search("zebra", 5)) == {100, 101}
    assert list(index.search("Erdogan", 5)) == [0]


@pytest.mark.parametrize("word", ["x" * 250, "x" * 100_000, "é" * 40_000, "漢" * 40_000])
def test_a_word_too_long_to_store_is_left_out_and_its_neighbours_are_found(word: str) -> None:
    made = indexed(f"before {word} after")
    assert made.search(word, 1) == {}
    assert list(made.search(f"{word} before", 1)) == list(made.search("after", 1)) == [0]


def test_a_word_of_fifty_letters_is_found_in_any_script() -> None:
    for letter in "xé漢я":
        assert list(indexed(letter * 50).search(letter * 50, 1)) == [0]


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_question_is_only_words(question: str) -> None:
    found = _MADE.search(question, 3)
    assert all(score > 0 for score in found.values())


@settings(max_examples=25)
@given(st.lists(st.text(max_size=80), max_size=5), st.text(max_size=40))
def test_any_text_can_be_indexed_and_asked_for(texts: list[str], question: str) -> None:
    made = indexed(*texts)
    assert set(made.search(question, 10)) <= set(range(len(texts)))


_MADE = indexed(*PASSAGES)


def test_on_disk_and_in_memory_the_scores_are_the_same(tmp_path: Path) -> None:
    add(LexicalIndex(tmp_path / "words", create=True), enumerate(PASSAGES))
    opened = LexicalIndex(tmp_path / "words")
    for question in ("the", "Erdogan crossed the river", "running foo"):
        assert list(opened.search(question, 10).items()) == list(_MADE.search(question, 10).items())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    add(LexicalIndex(tmp_path / "words", create=True), ((i, f"word number{i} said") for i in range(50)))
    return tmp_path / "words"


def _damaged(folder: Path, name: str, content: bytes) -> Path:
    """A copy with one file changed. Never in place: what an index holds open is mapped into memory."""
    copy = folder.parent / "damaged"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    (copy / name).unlink()
    (copy / name).write_bytes(content)
    return copy


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if not path.name.startswith("."))


def test_where_there_is_no_index_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="build it again"):
        LexicalIndex(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="empty"):
        LexicalIndex(tmp_path / "empty")


def test_an_index_is_never_made_over_a_folder_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        LexicalIndex(tmp_path, create=True)


def test_a_file_cut_short_is_a_store_error(saved: Path) -> None:
    for name, whole in _files(saved):
        with pytest.raises(StoreError, match="build it again"):
            LexicalIndex(_damaged(saved, name, whole[: len(whole) // 2]))


def test_a_flipped_byte_is_a_store_error_or_does_no_harm(saved: Path) -> None:
    refused = 0
    for name, whole in _files(saved):
        for place in range(0, len(whole), max(1, len(whole) // 8)):
            damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
            try:
                found = LexicalIndex(_damaged(saved, name, damaged)).search("said number3", 5)
            except StoreError:
                refused += 1
            else:
                assert len(found) <= 5
    assert refused > 10


# ---------------------------------------------------------------- removing, and limits


def test_what_is_removed_is_not_found_and_an_error_takes_everything_back(index: LexicalIndex) -> None:
    with index.writing() as writer:
        writer.remove([0])
    assert index.search("Erdogan", 5) == {}
    with pytest.raises(RuntimeError, match="broke"):
        break_while_writing(index)
    assert list(index.search("army", 5)) == [1]
    assert index.search("zebra", 5) == {}


def break_while_writing(index: LexicalIndex) -> None:
    with index.writing() as writer:
        writer.remove([1])
        writer.add([Entry(50, 50, "zebra")])
        raise RuntimeError("broke")


def test_what_a_writer_left_that_was_killed_before_its_removal_was_durable_is_no_hindrance(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "words", create=True)
    with index.writing() as words:
        words.add([Entry(1, 1, "harbour"), Entry(2, 2, "village")])
    finished = (tmp_path / "words" / "meta.json").read_bytes()
    with index.writing() as words:
        words.remove([1])
    (tmp_path / "words" / "meta.json").write_bytes(finished)  # the kill came before this file was replaced
    again = LexicalIndex(tmp_path / "words")
    assert set(again.search("harbour", 9)) == {1}
    with again.writing() as words:
        words.remove([1])
    assert (again.search("harbour", 9), set(again.search("village", 9))) == ({}, {2})


def test_a_reader_sees_what_was_written_when_it_looks_again(saved: Path) -> None:
    reader = LexicalIndex(saved)
    with LexicalIndex(saved).writing() as writer:
        writer.remove([3])
        writer.add([Entry(60, 60, "zebra said")])
    assert list(reader.search("number3", 5)) == [3]
    reader.reload()
    assert reader.search("number3", 5) == {}
    assert list(reader.search("zebra", 5)) == [60]


def test_a_limit_is_part_of_the_search_and_changes_no_score() -> None:
    made = LexicalIndex(None, create=True)
    with made.writing() as writer:
        writer.add(Entry(n, n // 10, f"rain on day {n}", 20150101 + n % 10 if n % 2 else None) for n in range(100))
    free = made.search("rain", 100)
    some = made.search("rain", 5, Within(documents=(7, 8)))
    assert list(some) == [70, 71, 72, 73, 74]
    assert all(free[number] == score for number, score in some.items())
    dated = made.search("rain", 100, Within(days=(20150102, 20150104)))
    assert {number % 10 for number in dated} == {1, 3}
    assert set(made.search("rain", 100, Within((2,), (20150106, 20150106)))) == {25}
    assert made.search("rain", 100, Within(documents=())) == {}


def test_words_that_cannot_be_written_are_read_through_links_that_go_away(saved: Path) -> None:
    before = sorted(file.name for file in saved.iterdir())
    if os.geteuid() == 0:
        pytest.skip("root may write to every folder; tests/web/test_read_only.py mounts one that nobody can")
    saved.chmod(0o500)
    try:
        assert list(LexicalIndex(saved).search("number3", 5)) == [3]
    finally:
        saved.chmod(0o700)
    assert sorted(file.name for file in saved.iterdir()) == before


def test_terms_are_listed_by_their_beginning_and_each_finds_its_own_passages(index: LexicalIndex) -> None:
    assert index.beginning("istan") == {"istanbul": 1}
    words = indexed("The commissioner came.", "The commission met.")
    assert words.beginning("commis") == {"commiss": 1, "commission": 1}
    assert list(words.holding("commission", 5)) == [0]  # whose own stem is that of the other passage
    assert words.holding("commission", 5, Within((1,))) == {}
