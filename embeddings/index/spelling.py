"""Words of a text that an index does not have -> the nearest words that it has.

Two words are as far apart as the letters that must be added, left out, put in place of others, or exchanged with their
neighbours (optimal string alignment, Damerau 1964). The index knows the stems of its words. So all words at one edit
are tried (Norvig 2007); for those at two edits, stems with the same first letter are compared, and then the words of
their passages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase
from typing import Any, Protocol

from embeddings.filters import Where
from embeddings.models.encoder import Encoder
from embeddings.search.lexical import analyser, composed
from embeddings.types import Chunk, Document

_LETTER = r"[^\W\d_\u0e00-\U0010ffff]"  # of scripts that put spaces between words
_WORD = re.compile(rf"(?<!\w){_LETTER}{{4,30}}(?!\w)")
_ANY_WORD = re.compile(rf"{_LETTER}+")
_LONG = 8  # letters, from which two edits are allowed
_ENDING = 6  # letters that a word may have more than its stem
_TRIED = 5  # candidates whose passages are looked at
_PASSAGES = 8  # of each
_MOST = 5  # unknown words of a text; one with more is no text with typing errors
_SHORT = 3  # words of a text that need no common word beside them to be of the documents' language


class Vocabulary(Protocol):
    """What is needed of an index."""

    @property
    def encoder(self) -> Encoder:
        """The model that embeds its passages."""

    def reading(self) -> AbstractContextManager[None]:
        """All reads inside belong to one finished update."""

    def frequencies(self, question: str) -> dict[str, int]:
        """How many passages hold each term of a text."""

    def beginning(self, letters: str) -> dict[str, int]:
        """The terms that begin with some letters, and how many passages hold each."""

    def holding(self, term: str, k: int, where: Where | None = None) -> tuple[int, ...]:
        """The k best passages that hold a term, and fit."""

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The passages with these numbers, those that exist."""

    def document(self, id: str) -> Document:
        """The document with this id."""


@dataclass(frozen=True, slots=True)
class Respelt:
    """A text whose unknown words were replaced.

    Attributes:
        text: with the words that were meant.
        words: those that were put in.
        met: whether the index has one of its longer words; True where it has no longer words.
    """

    text: str
    words: tuple[str, ...]
    met: bool


def respelt(
    text: str, index: Vocabulary, common: Collection[str], asking: Collection[str], where: Where | None = None
) -> Respelt:
    """A text with the nearest words of the index for those that no passage has.

    A word of eight letters may be two edits away, a shorter one or a name one edit. Among words equally near the one in
    more passages is taken. Words under four letters, numbers, and what the encoder knows as a whole word stay as they
    are, and so does a text with many unknown words or, unless it is short, without any common one.

    Args:
        text: a question, say.
        index: whose words are compared.
        common: words of any text, which are not looked up.
        asking: words that a mistyped one is taken for before all others ("which" for "wich").
        where: only passages that fit it give words.

    Raises:
        FilterError: `where` names a document or folder that is not there.
    """
    whole = composed(text)
    looked_up = [match for match in _WORD.finditer(whole) if match[0].lower() not in common]
    out, end, words = "", 0, list[str]()
    with index.reading():
        held = index.frequencies(" ".join(match[0] for match in looked_up))
        unknown = [match for match in looked_up if not any(held[term] for term in _terms(match[0]))]
        written = _ANY_WORD.findall(text.lower())
        readable = len(unknown) <= _MOST and (len(written) <= _SHORT or any(each in common for each in written))
        for match in unknown if readable else ():
            meant = _meant(match, index, common, asking, where)
            if meant is not None:
                out, end = out + whole[end : match.start()] + meant, match.end()
                words.append(meant)
    met = len(unknown) < len(looked_up) or bool(words) or not looked_up
    return Respelt(out + whole[end:] if words else text, tuple(words), met)


def _meant(
    match: re.Match[str], index: Vocabulary, common: Collection[str], asking: Collection[str], where: Where | None
) -> str | None:
    """The word that was meant, with the capital of what was typed; None where it is to stay."""
    word, typed = _folded(match[0]), match[0]
    whole, nothing = index.encoder.count([typed.lower(), ""])
    if whole - nothing <= 1 or not (word.isascii() and word.isalpha()):
        return None
    meant = min(one_edit(word) & set(asking), default=None)
    if meant is None:
        meant = _at_one_edit(word, index, common, where)
    is_name = typed[0].isupper() and match.string[: match.start()].strip() != "" and not match.string.isupper()
    if meant is None and len(word) >= _LONG and not is_name:
        meant = _at_two_edits(word, index, where)
    if meant is None:
        return None
    return meant[0].upper() + meant[1:] if typed[0].isupper() else meant.lower()


def _at_one_edit(word: str, index: Vocabulary, common: Collection[str], where: Where | None) -> str | None:
    near = sorted(one_edit(word))
    terms = dict(zip(near, _analyser().analyze(" ".join(near)), strict=True))
    passages = index.frequencies(" ".join(near))
    known = [each for each in near if passages[terms[each]]]
    known.sort(key=lambda each: (each in common, -passages[terms[each]]))
    fallback = None  # no passage writes it so, but one has another form of it
    for each in known[:_TRIED]:
        words = _words_with(terms[each], index, where)
        if each in words:
            return words[each]
        fallback = each if fallback is None and words else fallback
    return fallback


def _at_two_edits(word: str, index: Vocabulary, where: Where | None) -> str | None:
    terms = {term: n for term, n in index.beginning(word[0]).items() if _may_be_stem(term, word)}
    best = sorted(terms, key=lambda term: (distance(term, word, part=True), -terms[term], term))[:_TRIED]
    near = [
        (distance(each, word), -terms[term], each, form)
        for term in best
        for each, form in _words_with(term, index, where).items()
        if abs(len(each) - len(word)) <= 2 and distance(each, word) <= 2
    ]
    return min(near)[3] if near else None


def _may_be_stem(term: str, word: str) -> bool:
    """Whether a stem may be that of a word at two edits; its last letter may differ from the word's (happi, happy)."""
    fits = -2 <= len(word) - len(term) <= _ENDING and len(set(term[:-1]) - set(word)) <= 2
    return fits and distance(term[:-1], word, part=True) <= 2


def _words_with(term: str, index: Vocabulary, where: Where | None) -> dict[str, str]:
    """The words of the best passages with a term: folded, and as one of them writes each."""
    words: dict[str, str] = {}
    for chunk in index.chunks(index.holding(term, _PASSAGES, where)).values():
        text = composed(index.document(chunk.document_id).text[chunk.start : chunk.end])
        for written in _ANY_WORD.findall(text):
            words.setdefault(_folded(written), written.lower())
    return words


def one_edit(word: str) -> set[str]:
    """The words one edit away from a word of plain letters.

    >>> {"deposit", "depsit", "depsoits"} <= one_edit("depsoit")
    True
    """
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    left_out = {a + b[1:] for a, b in parts if b}
    exchanged = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    replaced = {a + letter + b[1:] for a, b in parts if b for letter in ascii_lowercase}
    added = {a + letter + b for a, b in parts for letter in ascii_lowercase}
    return (left_out | exchanged | replaced | added) - {word}


def distance(one: str, other: str, part: bool = False) -> int:
    """How many edits apart two words are; with `part`, one word and the nearest beginning of the other.

    >>> distance("depsoit", "deposit"), distance("inform", "infromation", part=True)
    (1, 1)
    """
    older, old = list[int](), list(range(len(other) + 1))
    for i, letter in enumerate(one):
        new = [i + 1]
        for j, its in enumerate(other):
            best = min(old[j + 1] + 1, new[j] + 1, old[j] + (letter != its))
            if i and j and letter == other[j - 1] and one[i - 1] == its:
                best = min(best, older[j - 1] + 1)
            new.append(best)
        older, old = old, new
    return min(old) if part else old[-1]


def _folded(word: str) -> str:
    """A word in lower case and without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))


def _terms(word: str) -> list[str]:
    terms: list[str] = _analyser().analyze(composed(word))
    return terms


@cache
def _analyser() -> Any:
    return analyser()
