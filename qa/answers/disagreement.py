"""Do two candidates contradict each other? Numbers are compared as numbers, dates as dates.

Only questions that ask for a number or a date are judged: two names or two reasons for the same thing may both be
right. Both candidates must be about the same: a passage that names little of what the question names tells of
something else.
"""

from __future__ import annotations

import re
from itertools import pairwise

from embeddings.text.items import ITEM
from qa.answers.candidates import Candidate, overlap
from qa.english.dates import Moment, moments, only_moments
from qa.english.names import folded
from qa.english.numbers import MEASURES, Amount, amount
from qa.english.phrases import Phrase, phrases
from qa.english.question import Question, terms
from qa.english.words import shared_words, stem, words
from qa.reading.quoting import quote_bounds

# What a report of harm counts apart: who died, and who was hurt.
_DEAD = re.compile(r"\b(?:dead|deaths?|die[sd]?|dying|kill(?:ed|s|ing)|fatalit(?:y|ies)|lives|slain)\b", re.IGNORECASE)
_HURT = re.compile(r"\b(?:hurt|injur(?:ed|ies|ing)|wound(?:ed|s|ing))\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.,;:!?\n]| and ")
_YEAR_FOLLOWS = re.compile(r"\b(?:in|since|until|during)\s$", re.IGNORECASE)
_WORDS_AFTER = 3  # where the thing that is counted is looked for
_LEAST_SHARE = 0.5  # of the question's names and words that the best candidate's passage has

_SET_AGAINST = re.compile(
    r"\b(?:but|while|whereas|although|though|however|instead of|rather than|sa(?:y|ys|id)|claim\w*|report\w*|put|puts"
    r"|according|estimat\w+|correct\w*|revis\w+)\b",
    re.IGNORECASE,
)

_NUMBERED = re.compile(rf"[ \t]*{ITEM}[ \t]+\S")
_LEAST_OF_SENTENCE = 0.75  # the same for the sentence, where dates are compared


def conflict(question: Question, best: Candidate, other: Candidate) -> bool:
    """Do two candidates at different places give different numbers, or dates, for what the question asks?"""
    if overlap(best, other):
        return False
    if question.wants_date:
        different = _contradict(moments(best.text), moments(other.text)) and _tells_of_it(question, best, other)
    elif question.wants_number:
        first, second = _amount(best), _amount(other)
        different = first is not None and second is not None and first.contradicts(second)
        different = different and not _is_date(other) and not counts_something_else(question, other)
        different = different and not _of_another_thing(question, best, other)
    else:
        return False
    return different and about_the_same(question, best, other)


def agree(question: Question, best: Candidate, other: Candidate) -> bool:
    """Do two candidates give the same number, or dates that fit, in words that may differ otherwise?"""
    if question.wants_date:
        first, second = moments(best.text), moments(other.text)
        same = any(one.holds(two) or two.holds(one) for one in first for two in second)
    elif question.wants_number:
        one, two = _amount(best), _amount(other)
        same = one is not None and two is not None and one.equals(two) and not counts_something_else(question, other)
    else:
        return False
    return same and about_the_same(question, best, other)


def _contradict(first: tuple[Moment, ...], second: tuple[Moment, ...]) -> bool:
    """Does every date of the one contradict every date of the other?"""
    pairs = [(one, two) for one in first for two in second]
    return bool(pairs) and all(one.contradicts(two) for one, two in pairs)


def about_the_same(question: Question, best: Candidate, other: Candidate) -> bool:
    """Does the other's passage hold half as much of the question's names and words as the best one's, or more?"""
    if best.hit.chunk == other.hit.chunk:
        return True
    names = " ".join(word for word in question.text.split()[1:] if word[:1].isupper())
    return all(_share(asked, other) >= _LEAST_SHARE * _share(asked, best) for asked in (names, question.text))


def _tells_of_it(question: Question, best: Candidate, other: Candidate) -> bool:
    """Is another passage's date in a sentence that holds almost as many of the question's words as the best one's?

    Texts are full of dates: two in one passage are those of two events, and so are most in two passages.
    """
    told = [_sentence(candidate) for candidate in (best, other)]
    in_best, in_other = (shared_words(folded(question.text), folded(sentence)) for sentence in told)
    return best.hit.chunk != other.hit.chunk and in_other >= _LEAST_OF_SENTENCE * in_best


def _of_another_thing(question: Question, best: Candidate, other: Candidate) -> bool:
    """Are two numbers those of two things: of two rows, or of two sentences of a passage that name two?

    Two numbers of one sentence are those of two things, unless it sets the one against the other.
    """
    if best.hit.document.id != other.hit.document.id:
        return False
    rows = [_row(candidate) for candidate in (best, other)]
    if rows[0] is not None and rows[1] is not None:
        return rows[0] != rows[1]
    if best.hit.chunk != other.hit.chunk:
        return False
    numbered = [_item(candidate) for candidate in (best, other)]
    if all(numbered) and numbered[0] != numbered[1]:
        has, lacks = (terms(item) for item in numbered)
        asked = [terms(phrase.text) for phrase in phrases(question.text) if not phrase.empty]
        return any(phrase and phrase <= has and not phrase <= lacks for phrase in asked)
    told = [_sentence(candidate) for candidate in (best, other)]
    if told[0] == told[1]:
        return _SET_AGAINST.search(told[0]) is None
    return any(_tells_of_another(phrase, before, *told) for before, phrase in pairwise((None, *phrases(question.text))))


def _tells_of_another(phrase: Phrase | None, before: Phrase | None, best: str, other: str) -> bool:
    """Does another sentence have a part of a phrase ("leave" of "parental leave"), or complete what stands before it
    in another way ("the rent of the shop" of "the rent of the hall")?

    One with nothing of it goes on telling of the same.
    """
    if phrase is None:
        return False
    asked, in_best, in_other = terms(phrase.text), terms(best), terms(other)
    if not asked <= in_best or asked <= in_other:
        return False
    if asked & in_other:
        return True
    if before is None or phrase.before not in ("of", "for") or not before.head:
        return False
    return re.search(rf"\b{re.escape(before.head)}\w*\s+{phrase.before}\b", other, re.IGNORECASE) is not None


def _item(candidate: Candidate) -> str:
    """The numbered item of a list that a candidate stands in, which tells of one thing; "" where it stands in none."""
    text, chunk = candidate.hit.document.text, candidate.hit.chunk
    first = max(chunk.start, text.rfind("\n", 0, candidate.start) + 1)
    last = text.find("\n", candidate.end, chunk.end)
    words = text[first : last if last >= 0 else chunk.end]
    return words if _NUMBERED.match(words) else ""


def _row(candidate: Candidate) -> frozenset[str] | None:
    """What names the row or field that a candidate stands in; None where it stands in none."""
    text, layout = candidate.hit.document.text, candidate.hit.document.layout
    if (cell := layout.cell_at(candidate.start)) is not None:
        others = [text[each.start : each.end] for each in layout.row_of(cell) if each != cell]
        return terms(" ".join((cell.name, *others)))
    field = layout.field_at(candidate.start)
    return None if field is None else terms(text[slice(*field.label)])


def _sentence(candidate: Candidate) -> str:
    start, end = quote_bounds(candidate.hit, candidate.start, candidate.end)
    return candidate.hit.document.text[start:end]


def _share(asked: str, candidate: Candidate) -> float:
    """The share of the words that the candidate's passage or the title of its document has."""
    return shared_words(folded(asked), folded(f"{candidate.hit.document.title}\n{candidate.hit.text}"))


def counts_something_else(question: Question, candidate: Candidate) -> bool:
    """Is the number followed by a plural that the question does not name ("four ships", asked for missiles)?

    Also where it is a number of dead, and the question asks for the hurt, or the other way round.
    """
    following = _CLAUSE_END.split(_text_after(candidate))[0]
    near = f"{candidate.text} {' '.join(following.split()[: _WORDS_AFTER + 1])}"
    if _other_harm(question, near):
        return True
    after = (*words(candidate.text), *words(following)[:_WORDS_AFTER])
    counted = next((word for word in after if len(word) > 3 and word.endswith("s") and not word.endswith("ss")), None)
    if counted is None or (counted in MEASURES and not question.counts_things):
        return False
    return stem(counted) not in {stem(word) for word in words(question.text)}


def _other_harm(question: Question, near: str) -> bool:
    """Do the words near a number tell of the dead alone where the question asks for the hurt alone, or conversely?"""
    asked, told = [(_DEAD.search(t) is not None, _HURT.search(t) is not None) for t in (question.text, near)]
    return asked != told and asked in _ONE_HARM and told in _ONE_HARM


_ONE_HARM = ((True, False), (False, True))


def _amount(candidate: Candidate) -> Amount | None:
    """The number of a candidate, with the unit that stands in it or behind it."""
    return amount(candidate.text, _CLAUSE_END.split(_text_after(candidate))[0])


def _text_after(candidate: Candidate) -> str:
    return candidate.hit.document.text[candidate.end : candidate.end + 80]


def _is_date(candidate: Candidate) -> bool:
    """Is the number part of a date, or a year?"""
    dates, text = only_moments(candidate.text), candidate.hit.document.text
    before = text[max(0, candidate.start - 10) : candidate.start]
    return any(date.month is not None for date in dates) or (bool(dates) and _YEAR_FOLLOWS.search(before) is not None)
