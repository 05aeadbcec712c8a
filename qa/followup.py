"""A question and the turns before it -> a question that stands alone.

A question that leans on the one before it takes along that question's terms and its answer. Whether it leans is decided
by general marks: a connective at its start ("And when?"), a pronoun without a name before it, or no word that says what
it is about. What it means is put together from the last turn:

- A bare question word takes the place of the last one: "Where did the envoy go?" - "And when?" - "When did the envoy go
  (Geneva)?"
- A person's pronoun becomes the name that was the answer: "What did he say?" - "What did Jane Doe say?"
- Else the terms are added: "Why was it delayed?" - "Why was it delayed (ferry arrive Oslo)?"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.types import Turn

_CONNECTIVE = re.compile(r"^\s*(?:and|but|or|so|also|then|what about|how about|what of)\b[\s,]*", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\b(?:his|hers|her(?=\s+[a-z]))\b", re.IGNORECASE)
# "that" and "there" only where they point back: not "said that", "ships that sank", "were there", "is it true that".
_THING = re.compile(
    r"\b(?:it(?!\s+(?:true|likely|possible|known)\b)|its|they|them|their|theirs|this|these|those"
    r"|(?:is|are|was|were|do|does|did|has|had|will|would|can|could|at|by|in|of|on|to|for|from|with|about|after|before"
    r"|since|during)\s+that(?!\s+there)|that(?=\W*$)|(?<!\bare\s)(?<!\bis\s)(?<!\bwas\s)(?<!\bwere\s)there)\b",
    re.IGNORECASE,
)
_ASKING = frozenset(
    """a an and are at be been by can could did do does for from had has have how in is of on or the to was were what
    when where which who whom whose why will with would about many much long else exactly""".split()
)
_WORD = re.compile(r"[\w'’-]+")
_QUESTION_WORD = re.compile(
    r"^\W*(?:(?:in|on|at|by|to|from|for|with)\s+)?(?P<word>how\s+(?:many|much|long|far|old)|what\s+(?:year|day|date|time)"
    r"|who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"^\s*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z][\w'’.-]*(?:\s+(?:(?:al|bin|de|der|van|von|la)[\s-])?[A-Z][\w'’.-]*){1,4}")
_TAKEN_ALONG = re.compile(r" \([^()]*\)\?$")
_LONGEST_ANSWER = 80  # characters of an answer that are taken along


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it is understood after the turns before it, oldest first; unchanged where it stands alone."""
    if not history or not leans(question):
        return question
    last = history[-1]
    said = (last.answer.text or "")[:_LONGEST_ANSWER]
    asked = _TAKEN_ALONG.sub("?", last.answer.question)  # or terms would pile up from turn to turn
    bare = _CONNECTIVE.sub("", question).strip() or question
    if not _content(bare):
        return _in_place(bare, asked, said)
    if _NAME.fullmatch(said) is not None and _PERSON.search(bare) is not None:
        return _capitalised(_PERSON.sub(said, _POSSESSIVE.sub(f"{said}'s", bare)))
    return _with_terms(bare, f"{_content(asked)} {said}")


def leans(question: str) -> bool:
    """Does a question need the one before it to be understood?

    >>> leans("And when was it founded?"), leans("When?"), leans("Who founded the party in Madrid?")
    (True, True, False)
    """
    if _CONNECTIVE.search(question) is not None or not _content(question):
        return True
    pronoun = _PERSON.search(question) or _THING.search(question)
    # a name before the pronoun, other than the sentence's first word, is what it stands for
    return pronoun is not None and re.search(r"(?<=\s)[A-Z]\w+", question[: pronoun.start()]) is None


def _in_place(bare: str, last: str, said: str) -> str:
    """The last question, asked with another question word."""
    asked = _QUESTION_WORD.search(last)
    if asked is None or _QUESTION_WORD.search(bare) is None:
        return _with_terms(bare, f"{_content(last)} {said}")
    rest = last[asked.end() :].strip()
    if _AUXILIARY.search(rest) is None:  # the question word was the subject, whose place the answer takes
        return _capitalised(f"{bare.rstrip(' ?')} {said} {rest}")
    return _with_terms(f"{bare.rstrip(' ?')} {rest}", said)


def _with_terms(question: str, terms: str) -> str:
    """The question with the terms that it does not hold already, each once, in their order."""
    present = {word.lower() for word in question.split()}
    missing = " ".join(dict.fromkeys(word for word in terms.split() if word.lower() not in present))
    return _capitalised(f"{question.rstrip(' ?')} ({missing})?" if missing else question)


def _content(question: str) -> str:
    """The words of a question without those that only ask."""
    return " ".join(word for word in _WORD.findall(question) if word.lower() not in _ASKING)


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]
