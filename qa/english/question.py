"""A question, read once: what kind of answer it asks for, whether several, and which words it is known by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from qa.english.phrases import singular
from qa.english.tagging import verb_form
from qa.english.words import stem, words

Kind = Literal["number", "date", "person", "place", "reason", "manner", "speech", "other"]

_HOW_MUCH = (
    "many|much|long|far|old|large|big|high|tall|deep|wide|heavy|hot|cold|warm|fast|often|soon|late|early|small|close"
    "|likely|well|common|thick"
)
_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|old|large|big|high|tall|deep|wide|heavy|hot|cold|warm|fast|often)\b"
    r"|\b(?:number|toll|count|share|size|percentage|amount) of\b"
    r"|\bwhat\b.*\b(?:price|cost|fee|rent|salary|wage|budget|percentage|age|temperature|distance|population|total)s?\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\bhow (?:many|old)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_DATE = re.compile(
    r"^\W*(?:and |but |since |until |by )?when\b|\b(?:what|which) (?:date|day|month|year)\b|\bdate of\b", re.IGNORECASE
)
_PERSON = re.compile(r"\bwho(?:m|se|['’]s)?\b", re.IGNORECASE)
_PLACE = re.compile(r"\bwhere\b|\b(?:what|which) (?:city|town|country|place|village|state)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\bwhy\b|\bwhat (?:is|are|was|were) the (?:reasons?|cause|purpose)\b|\bfor what reason", re.IGNORECASE
)
_SPEECH = re.compile(
    r"\bwhat (?:did|does|do|has|had|have)\b.*\b(?:say|said|claim|think|argue|state|suggest|feel|believe|describe|warn"
    r"|tell|told|report|call|announce|demand|promise|recommend|conclude|note|declare|mention|write|admit|deny|chant)\b"
    r"|\bhow (?:did|does|do)\b.*\b(?:describe|react|respond|call|put)\b|\baccording to\b|\bopinion\b",
    re.IGNORECASE,
)
_MANNER = re.compile(rf"\bhow\b(?! (?:{_HOW_MUCH})\b)", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:heading|title|titled|called|entitled|named?|clause|section|article|chapter|paragraph|item|number|document"
    r"|which (?:report|agreement|contract|policy|law|form|guide))\b",
    re.IGNORECASE,
)

_KINDS: dict[Kind, re.Pattern[str]] = {  # the first that fits
    "reason": _REASON, "speech": _SPEECH, "date": _DATE, "number": _NUMBER, "manner": _MANNER, "person": _PERSON,
    "place": _PLACE,
}  # fmt: skip

# A word that ends in "s" behind one of these is not what the question word asks for: "What did the rebels want?"
_VERB = (
    r"(?:is|was|are|were|has|have|had|does|do|did|will|would|can|could|should|may|might|doing|going"
    r"|allows|appears|becomes|begins|brings|causes|changes|comes|connects|contains|controls|defines|describes"
    r"|determines|drives|ends|exists|explains|expresses|falls|follows|gets|gives|goes|happens|helps|holds|includes"
    r"|keeps|leads|lets|likes|lives|looks|makes|means|needs|occurs|owns|plays|prevents|produces|provides|puts|remains"
    r"|represents|requires|runs|says|seems|sells|serves|shows|stands|starts|stops|takes|tells|turns|uses|wants|works"
    r"|always|besides|perhaps|sometimes|towards|versus)\b"
)
# A word that ends in "s" before one of these is a verb with its object, no plural: "What museum keeps the coins?"
_NO_OBJECT = r"(?!\s+(?:is|was|has|does|did|the|a|an|its|his|her|their|our|your|my|it|them|him|us|you)\b)"
_LIST = re.compile(
    r"^\s*(?:(?:can|could|please)\b.*?)?(?:name|list)\b(?! (?:one|a|an|any)\b)"
    r"|\b(?:which|what|who)\s+(?:are|were)\s+(?:the|all|some)?"
    rf"|\b(?:which|what)\s+(?:(?!{_VERB})\w+\s+){{0,2}}?(?!{_VERB})\w+(?<![sui])s\b{_NO_OBJECT}",
    re.IGNORECASE,
)
_ONE_ONLY = re.compile(r"\bone of\b|\bwhat (?:percentage|share|number|amount|part|kind|type|sort) of\b", re.IGNORECASE)

_NO_TERMS = frozenset(
    """a an the is are was were be been do does did has have had will would can could should may might must who whom
    whose what which when where why how much many long old far of in on at by for to and or with per it its this that
    these those there i we you he she they his her their our your my please tell me name give show s""".split()
)
_RATES = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year", "annually": "year"}


@dataclass(frozen=True)
class Question:
    """A question, and what its words say of the answer. Make one with `Question.of`, which reads each text once.

    Attributes:
        text: as it was asked.
    """

    text: str

    @staticmethod
    @lru_cache(maxsize=256)
    def of(text: str) -> Question:
        """The reading of a question.

        >>> [Question.of(text).kind for text in ("How many came?", "When was it?", "Who is Bo?", "Why did it sink?")]
        ['number', 'date', 'person', 'reason']
        """
        return Question(text)

    @cached_property
    def kind(self) -> Kind:
        """What kind of answer it asks for."""
        return next((kind for kind, pattern in _KINDS.items() if pattern.search(self.text)), "other")

    @cached_property
    def wants_number(self) -> bool:
        """Does it ask how many, how much, how long?"""
        return _NUMBER.search(self.text) is not None

    @cached_property
    def wants_date(self) -> bool:
        """Does it ask when, or on which day?

        >>> [Question.of(text).wants_date for text in ("When did it open?", "In which year?", "Who saw when it fell?")]
        [True, True, False]
        """
        return _DATE.search(self.text) is not None

    @cached_property
    def wants_count(self) -> bool:
        """Does it ask how many, or how old: for a number above all?"""
        return _COUNT.search(self.text) is not None

    @cached_property
    def counts_things(self) -> bool:
        """Does it ask how many there are of something?"""
        return _HOW_MANY.search(self.text) is not None

    @cached_property
    def wants_list(self) -> bool:
        """Does it ask for several things?

        >>> [Question.of(text).wants_list for text in ("Which groups came?", "Name the guarantors.", "What is it?")]
        [True, True, False]
        """
        return _LIST.search(self.text) is not None and _ONE_ONLY.search(self.text) is None

    @cached_property
    def names_part(self) -> bool:
        """Does it ask for a heading, a title, or a part of a document?"""
        return _PART.search(self.text) is not None

    @cached_property
    def terms(self) -> frozenset[str]:
        """`terms` of its text."""
        return terms(self.text)


@lru_cache(maxsize=2048)
def terms(text: str) -> frozenset[str]:
    """The words that tell a text from others, as stems: verbs and plurals in one form, without words of any question.

    >>> sorted(terms("Who pays for the hotels within the Union?"))
    ['hotel', 'pay', 'union', 'withi']
    """
    kept = (_RATES.get(word, word) for word in words(text) if word not in _NO_TERMS)
    return frozenset(stem((verb_form(word) or (singular(word),))[0]) for word in kept)
