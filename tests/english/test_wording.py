"""Texts are compared by their words."""

from __future__ import annotations

import pytest

from qa.english.words import same_answer, shared_words, without_question_words, words


def test_case_punctuation_and_articles_do_not_tell_texts_apart() -> None:
    assert words("The U.N. envoy!") == words("u n ENVOY")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mr. Ban Ki-moon", "Ban Ki-moon", True),
        ("70", "at least 70", True),
        ("70", "90", False),
        ("3", "3,000", False),
        ("5", "2.5 million", False),
        ("$50", "$50 to $100", False),
        ("twenty-five", "25", True),
        ("70 miles", "70 people", False),
        ("Oslo", "Bergen", False),
        ("...", "!!!", False),
        ("over 70", "at least 70", True),
        ("fewer than 70", "more than 70", False),
        ("70%", "70 percent", True),
        ("70 per cent", "70%", True),
        ("70%", "70 people", False),
        ("a dozen boats", "12 boats", True),
        ("1.5 million", "1,500,000", True),
        ("24 November", "November 24, 2015", True),
        ("24 November", "25 November", False),
        ("2015", "May 2015", True),
        ("President Ruiz", "Ana Ruiz", True),
        ("Spanish Prime Minister Ana Ruiz", "Ruiz, the prime minister", True),
        ("Ana Ruiz", "Bo Ruiz", False),
        ("Ana Ruíz’s", "Ana Ruiz", True),
        ("the Free Harbour Army", "FHA", True),
        ("U.N. envoy", "UN envoy", True),
    ],
)
def test_an_answer_in_more_words_is_the_same_answer(one: str, other: str, same: bool) -> None:
    assert same_answer(one, other) is same
    assert same_answer(other, one) is same


def test_shared_words_compares_forms_of_a_word_by_their_beginning() -> None:
    assert shared_words("Who captured the harbour?", "They capture harbours.") == 1.0
    assert shared_words("Who captured the harbour?", "It rained.") == 0.0
    assert shared_words("Who?", "Anything.") == 0.0


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("How many towns did they take?", "towns they take?"),
        ("What's the price?", "the price?"),
        ("Why?", "Why?"),
        ('who said: "x" AND', 'said: "x" AND'),
    ],
)
def test_what_only_asks_is_not_searched_for(question: str, searched: str) -> None:
    assert without_question_words(question) == searched
