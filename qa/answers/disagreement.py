"""Do two candidates contradict each other? Numbers are compared as numbers, dates as dates.

Only questions that ask for a number or a date are judged: two names, or two reasons, may both be right. Both candidates
must be about the same thing, which the words around them have to show.
"""

from __future__ import annotations

import re

from qa.answers.candidates import Candidate, overlap
from qa.english.dates import moments, only_moments
from qa.english.names import folded
from qa.english.numbers import MEASURES, Amount, amount
from qa.english.phrases import phrases
from qa.english.question import Question, terms
from qa.english.words import shared_words, stem, words

_CLAUSE_END = re.compile(r"[.,;:!?\n]| and ")
_YEAR_FOLLOWS = re.compile(r"\b(?:in|since|until|during)\s$", re.IGNORECASE)
_WORDS_AFTER = 3  # words behind a number among which its noun is looked for
# The other passage must hold this share of those words of the question that the best candidate's passage holds.
_LEAST_SHARE = 0.5
_LEAST_OF_SENTENCE = 0.75  # the same for its sentence, where dates are compared


def conflict(question: Question, best: Candidate, other: Candidate) -> bool:
    """Do two candidates at different places give different numbers, or dates, for what the question asks?"""
    if overlap(best, other):
        return False
    if question.wants_date:
        pairs = [(one, two) for one in moments(best.text) for two in moments(other.text)]
        contradict = bool(pairs) and all(one.contradicts(two) for one, two in pairs)
        contradict = contradict and _tells_of_it(question, best, other)
    elif question.wants_number:
        first, second = _amount(best), _amount(other)
        contradict = first is not None and second is not None and first.contradicts(second) and not _is_date(other)
        contradict = contradict and not counts_something_else(question, other)
        contradict = contradict and not _of_another_thing(question, best, other)
    else:
        return False
    return contradict and about_the_same(question, best, other)


def agree(question: Question, best: Candidate, other: Candidate) -> bool:
    """Do two candidates give the same number or date, perhaps in other words?"""
    if question.wants_date:
        same = any(one.holds(two) or two.holds(one) for one in moments(best.text) for two in moments(other.text))
    elif question.wants_number:
        first, second = _amount(best), _amount(other)
        same = first is not None and second is not None and first.equals(second)
        same = same and not counts_something_else(question, other)
    else:
        return False
    return same and about_the_same(question, best, other)


def about_the_same(question: Question, best: Candidate, other: Candidate) -> bool:
    """Does the other's passage hold at least half as much of the question's names and words as the best one's?"""
    if best.hit.chunk == other.hit.chunk:
        return True
    names = " ".join(word for word in question.text.split()[1:] if word[:1].isupper())
    return all(_share(asked, other) >= _LEAST_SHARE * _share(asked, best) for asked in (names, question.text))


def _share(asked: str, candidate: Candidate) -> float:
    """The share of some words that the candidate's passage or the title of its document holds."""
    return shared_words(folded(asked), folded(f"{candidate.hit.document.title}\n{candidate.hit.text}"))


def _tells_of_it(question: Question, best: Candidate, other: Candidate) -> bool:
    """Does another passage give its date in a sentence with almost as many of the question's words as the best one's?

    Texts are full of dates. Two dates of one passage mostly belong to two events, and so do those of two passages.
    """
    in_best, in_other = (shared_words(folded(question.text), folded(_sentence(each))) for each in (best, other))
    return best.hit.chunk != other.hit.chunk and in_other >= _LEAST_OF_SENTENCE * in_best


def _of_another_thing(question: Question, best: Candidate, other: Candidate) -> bool:
    """Do two numbers of one document belong to two things: to two rows, or to two things that a passage names?

    Two numbers of one sentence do: whoever is shown the one reads the other beside it.
    """
    if best.hit.document.id != other.hit.document.id:
        return False
    rows = _row(best), _row(other)
    if None not in rows:
        return rows[0] != rows[1]
    if best.hit.chunk != other.hit.chunk:
        return False
    return best.place.sentence == other.place.sentence or _names_another(question, _sentence(best), _sentence(other))


def _names_another(question: Question, best: str, other: str) -> bool:
    """Does the best sentence hold a phrase of the question where the other one holds something else in its place?

    It holds a part of the phrase ("leave" of "parental leave"), or completes the phrase before it in another way ("the
    rent of the shop" for "the rent of the hall"). A sentence with nothing of the phrase still tells of the same thing.
    """
    in_best, in_other, before = terms(best), terms(other), ""
    for phrase in phrases(question.text):
        asked = terms(phrase.text)
        if asked <= in_best and not asked <= in_other:
            completed = rf"\b{re.escape(before)}\w*\s+{phrase.before}\b"
            of_head = before and phrase.before in ("of", "for") and re.search(completed, other, re.IGNORECASE)
            if asked & in_other or of_head:
                return True
        before = phrase.head
    return False


def _row(candidate: Candidate) -> frozenset[str] | None:
    """The words that name the row or field that a candidate stands in; None where it stands in none."""
    text, layout = candidate.hit.document.text, candidate.hit.document.layout
    if (cell := layout.cell_at(candidate.start)) is not None:
        others = [text[each.start : each.end] for each in layout.row_of(cell) if each != cell]
        return terms(" ".join((cell.name, *others)))
    field = layout.field_at(candidate.start)
    return None if field is None else terms(text[slice(*field.label)])


def _sentence(candidate: Candidate) -> str:
    return candidate.hit.document.text[slice(*candidate.place.sentence)]


def counts_something_else(question: Question, candidate: Candidate) -> bool:
    """Does a plural follow the number that the question does not name ("four ships", asked for missiles)?"""
    after = (*words(candidate.text), *words(_clause_after(candidate))[:_WORDS_AFTER])
    counted = next((word for word in after if len(word) > 3 and word.endswith("s") and not word.endswith("ss")), None)
    if counted is None or (counted in MEASURES and not question.counts_things):
        return False
    return stem(counted) not in {stem(word) for word in words(question.text)}


def _amount(candidate: Candidate) -> Amount | None:
    """The number of a candidate, with the unit that stands in it or behind it."""
    return amount(candidate.text, _clause_after(candidate))


def _clause_after(candidate: Candidate) -> str:
    """What follows a candidate in its clause."""
    return _CLAUSE_END.split(candidate.hit.document.text[candidate.end : candidate.end + 80])[0]


def _is_date(candidate: Candidate) -> bool:
    """Is the number part of a date, or a year?"""
    dates, text = only_moments(candidate.text), candidate.hit.document.text
    before = text[max(0, candidate.start - 10) : candidate.start]
    return any(date.month is not None for date in dates) or (bool(dates) and _YEAR_FOLLOWS.search(before) is not None)
