"""Questions with most words left out ("And when?", "What about the poor?"): the last question lends the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.english.phrases import Phrase, phrases, singular
from qa.english.tagging import Token, tagged, verb_form

_CONNECTIVE = re.compile(
    r"^\W*(?:(?:and|but|or|so|also|then|ok(?:ay)?|well)\b[\s,]*)*(?:(?:what|how) about|what of)\b[\s,]*"
    r"|^\W*(?:(?:and|but|or|so|also|then|ok(?:ay)?|well)\b[\s,]*)+",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^\W*(?P<word>(?:(?:in|on|at|by|to|from|for|with|since|until|of)\s+)?(?:how\s+(?:many|much|long|far|old|often|soon)"
    r"|what\s+(?:year|day|date|time)|whom?|whose|what|which|when|where|why|how))\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"^(?:many|much)\b\s*", re.IGNORECASE)
_PLURALS = frozenset("people children men women police staff".split())
_DO = {"s": "does", "past": "did", "base": "do"}
_SEVERAL = {"does": "do", "is": "are", "was": "were", "has": "have"}
_SINGLE = {several: one for one, several in _SEVERAL.items()}
_LONGEST_PLAIN = 60  # characters of an answer that goes into a question as it is
# Prepositions that replace each other: those of place, and those of time.
_LIKE = tuple(
    frozenset(group.split())
    for group in ("within outside inside beyond", "before after during since until", "with without", "over under")
)
_MOTION = frozenset("go travel fly flee move sail return come withdraw retreat drive run".split())


def without_connective(question: str) -> tuple[str, bool]:
    """A question without "and", "but" or "what about" in front, and whether it had one.

    >>> without_connective("And what about the poor?"), without_connective("Who was first?")
    (('the poor?', True), ('Who was first?', False))
    """
    found = _CONNECTIVE.match(question)
    rest = question[found.end() :] if found is not None else question
    return (rest, True) if found is not None and re.search(r"\w", rest) else (question, False)


def is_bare(question: str) -> bool:
    """Whether a question has only words that ask: "When?", "And how many?", "By whom exactly?"

    >>> is_bare("By whom?"), is_bare("Why the delay?"), is_bare("Who was it?")
    (True, False, False)
    """
    kinds = ("asking", "auxiliary", "preposition", "adverb", "joining", "determiner", "mark", "owner")
    tokens = tagged(question)
    asks = any(token.tag == "asking" for token in tokens)
    plain = all(
        token.tag in kinds or token.lower in ("many", "much", "long", "else", "year", "day") for token in tokens
    )
    return plain and asks


def is_fragment(question: str) -> bool:
    """Whether a question is only a phrase, without verb and question word: "The poor?", "In Oslo?"

    >>> is_fragment("the poor?"), is_fragment("In Oslo?"), is_fragment("Why the poor?")
    (True, True, False)
    """
    tokens = tagged(question)
    open_words = [token for token in tokens if (verb_form(token.text) or ("", ""))[1] != "ing"]
    return bool(phrases(question)) and not any(t.tag in ("asking", "auxiliary", "verb", "pronoun") for t in open_words)


_INTRODUCING = re.compile(
    r"\W*(?:(?:please\s+)?(?:can you\s+)?(?:tell me|explain)(?:\s+more)?\s+about|describe"
    r"|wh(?:at|o)(?:['’]s|\s+(?:is|are|was|were)))\b",
    re.IGNORECASE,
)  # fmt: skip


_DEFINING = re.compile(
    r"\W*(?:define\s+(?!it\b|this\b|that\b)\w|what\s+does\s+it\s+mean\s+to\s+\w|what\s+is\s+meant\s+by\s+(?!it\b|this\b|that\b)\w"
    r"|what\s+does\s+(?:the\s+(?:term|word)|an?)\s+\w.*\bmean\b)",
    re.IGNORECASE,
)
_AND_ITS = re.compile(r"\s+and\s+(?:its|their|his|her)\s+\w+\W*$", re.IGNORECASE)


def introduces(question: str) -> bool:
    """Whether a question names its own subject: "What is chalk?", "Tell me about sharks", "Define a tort".

    >>> introduces("What is chalk?"), introduces("What are the symptoms?"), introduces("Tell me about its history.")
    (True, False, False)
    """
    question = _AND_ITS.sub("", question)
    if _DEFINING.match(question) is not None:
        return True
    found, asked = phrases(question), _INTRODUCING.match(question)
    if asked is None or len(found) != 1 or found[0].definite or found[0].before not in ("", "about"):
        return False
    rest = question[asked.end() : found[0].start].strip().lower()
    compared = re.search(r"\b(?:other|another|main|popular|common|typical|good|best|\w+est)\b", found[0].text.lower())
    return rest in ("", "a", "an") and compared is None


# "And when?" -----------------------------------------------------------------------------------------------------


def asked_again(bare: str, last: str, said: str) -> str | None:
    """The last question with another question word; None where it has no place for one.

    >>> asked_again("When?", "Who did Ana Ruiz call?", "Bo Lind")
    'When did Ana Ruiz call Bo Lind?'
    >>> asked_again("since when?", "Who leads the Harbour Party?", "Ana Ruiz")
    'Since when does Ana Ruiz lead the Harbour Party?'
    """
    word, said = bare.rstrip(" ?!."), said if len(said) <= _LONGEST_PLAIN else ""
    if (left := re.fullmatch(r"(where|who|whom|what) (to|from|for|with|about|of)", word, re.IGNORECASE)) is not None:
        word = f"{left[2]} {left[1].lower()}"  # "Where to?"
    tokens = tagged(last)
    if tokens and tokens[0].tag == "auxiliary":
        return _sentence(f"{word} {last[:1].lower()}{last[1:].rstrip(' ?')}")
    asked = _ASKING.match(last)
    if asked is None:
        return None
    if (kept := _same_noun(word, last, asked.end())) is not None:
        return _sentence(kept)
    noun, rest = _behind_noun(last, asked.end())
    rest = rest.strip().rstrip(" ?")
    after = tagged(rest)
    if not after:
        return None
    if after[0].tag == "verb":
        return _with_subject(word, rest, after, said)
    if after[0].tag != "auxiliary":
        return None
    if noun and not said[:1].isupper():
        several = singular(noun.split()[-1]) != noun.split()[-1] or noun.split()[-1].lower() in _PLURALS
        said = f"{'those' if several else 'that'} {noun}"
    if noun and len(after) > 1 and after[1].tag in ("auxiliary", "verb", "adverb"):  # the noun was the subject
        return _sentence(f"{word} {after[0].text} {said} {rest[after[0].end :].strip()}")
    return _with_object(word, rest, after, asked["word"].lower(), said)


def counted_again(question: str, last: str) -> str | None:
    """The last question about another noun after the same question word; None if more differs.

    >>> counted_again("how many crews?", "How many boats did the mayor inspect?")
    'How many crews did the mayor inspect?'
    >>> counted_again("how many sank?", "How many boats did the mayor inspect?") is None
    True
    """
    asked, before, new, old = _ASKING.match(question), _ASKING.match(last), phrases(question), phrases(last)
    if asked is None or before is None or len(new) != 1 or not new[0].asked or not old or not old[0].asked:
        return None
    if any(token.tag in ("auxiliary", "verb", "pronoun") for token in tagged(question)):
        return None
    if (verb_form(new[0].tokens[-1].text) or ("", ""))[1] == "past":  # "How many sank?"
        return None
    return _sentence(f"{question.rstrip(' ?!.')} {last[old[0].end :].strip().rstrip(' ?')}")


def _same_noun(word: str, last: str, end: int) -> str | None:
    """ "Which towns fell?" - "How many?" - "How many towns fell": the noun stays."""
    counted = re.fullmatch(r"how (?:many|much)|which", word, re.IGNORECASE)
    first = phrases(last)[:1]
    keeps = counted is not None and first and first[0].asked and last[end : first[0].start].strip() == ""
    return f"{word} {last[end:].strip().rstrip(' ?')}" if keeps else None


def _behind_noun(last: str, end: int) -> tuple[str, str]:
    """The noun of a question word ("which town"; "" without one), and the question after both."""
    first = phrases(last)[:1]
    with_noun = first and first[0].asked and last[end : first[0].start].strip() == ""
    if not with_noun:
        return "", last[end:]
    return _COUNT.sub("", first[0].text), last[first[0].end :]


def _with_subject(word: str, rest: str, after: Sequence[Token], said: str) -> str | None:
    """The question word was the subject, whose place the answer takes: "did Ana Ruiz call the mayor"."""
    form = verb_form(after[0].text)
    if form is None or not said or form[1] == "ing":
        return None
    return _sentence(f"{word} {_DO[form[1]]} {said} {form[0]} {rest[after[0].end :].strip()}")


def _with_object(word: str, rest: str, after: Sequence[Token], asked: str, said: str) -> str:
    """The question word was an object, a place or a time, or stood beside a form of "be"."""
    words = [token for token in after if token.tag != "mark"]
    be = words[0].lower in ("is", "are", "was", "were")
    if said and be and asked.startswith("who"):  # "Who was killed?", "Who is the mayor?"
        return _sentence(f"{word} {words[0].text} {said} {rest[words[0].end :].strip()}")
    if said and asked in ("what", "which", "who", "whom") and words[-1].tag in ("verb", "preposition"):
        return _sentence(f"{word} {rest} {said}")
    if said and asked == "where" and words[-1].tag == "verb" and tagged(said)[0].tag != "preposition":
        verb = (verb_form(words[-1].text) or ("", ""))[0]
        return _sentence(f"{word} {rest} {'to' if verb in _MOTION else 'in'} {said}")
    return _sentence(f"{word} {rest}")


# "And the poor?" -------------------------------------------------------------------------------------------------


def asked_of(fragment: str, last: str) -> str | None:
    """The last question about something else, which takes the place of the phrase most like it.

    >>> asked_of("the poor?", "How much do the rich pay in May?")
    'How much do the poor pay in May?'
    >>> asked_of("in June?", "How much do the rich pay in May?")
    'How much do the rich pay in June?'
    """
    new = fragment.strip().rstrip(" ?!.").strip()
    wanted = phrases(new)
    if not wanted or not tagged(last):
        return None
    places = [phrase for phrase in phrases(last) if not phrase.asked]
    leading = tagged(new)[0]
    if leading.tag == "preposition":
        return _elsewhere(leading, new, last, places)
    if not places:
        return None
    taken_along = last.rfind("(")  # "Who is at risk (measles)?" is about measles
    liked = {p.start: _likeness(wanted[0], p) + 2.0 * (0 <= taken_along < p.start) for p in places}
    best = max(places, key=lambda phrase: (liked[phrase.start], -phrase.start))
    if (kept := _other_adjective(wanted[0], best)) is not None:
        new = kept
    return _replaced(last, best, new)


def _elsewhere(leading: Token, new: str, last: str, places: Sequence[Phrase]) -> str:
    """The last question with a phrase behind a preposition: in the place of its like, else at the end.

    "Within the Union" gives way to "outside the Union", whose words are the same, and "before noon" to "after lunch".
    """
    same = [phrase for phrase in places if phrase.before == leading.lower]
    if same:
        return _replaced(last, same[-1], new[leading.end :].strip())
    wanted = phrases(new)[0].words
    like = [p for p in places if p.before and (p.words == wanted or any({p.before, leading.lower} <= s for s in _LIKE))]
    if not like:
        return _sentence(f"{last.rstrip(' ?')} {new}")
    front = last[: like[-1].start].rstrip()
    return _sentence(f"{front[: len(front) - len(like[-1].before)]}{new}{last[like[-1].end :]}".rstrip(" ?"))


def _likeness(new: Phrase, old: Phrase) -> float:
    """How alike two phrases are in kind."""
    score = 3.0 * (new.named == old.named) + 1.0 * (new.definite == old.definite) + 1.0 * (new.plural == old.plural)
    alike = old.head == new.head or (
        min(len(old.head), len(new.head)) > 5 and (old.head in new.head or new.head in old.head)
    )
    score += 4.0 * alike + 3.0 * (_superlative(new) is not None and _superlative(old) is not None)
    return score + 0.5 * old.subject - 3.0 * old.empty


def _superlative(phrase: Phrase) -> Token | None:
    return next((t for t in phrase.tokens if len(t.text) > 4 and t.lower.endswith("est") and t.tag == "word"), None)


def _other_adjective(new: Phrase, old: Phrase) -> str | None:
    """ "The oldest" instead of "the youngest rock": "the oldest rock"."""
    word, other = _superlative(new), _superlative(old)
    if word is None or other is None or len(new.words) > 1 or len(old.words) < 2:
        return None
    return old.text.replace(other.text, word.text, 1)


def _replaced(last: str, phrase: Phrase, new: str) -> str:
    """The question with another phrase, and the form of "do" or "be" in front that goes with it."""
    front, found = last[: phrase.start], phrases(new)
    numbers = (phrase.plural, found[-1].plural) if phrase.subject and found else (True, True)
    table = _SEVERAL if numbers == (False, True) else _SINGLE if numbers == (True, False) else {}
    auxiliary = re.search(r"(\w+)\s*$", front)
    if auxiliary is not None and (other := table.get(auxiliary[1].lower())) is not None:
        front = f"{front[: auxiliary.start()]}{other} "
    return _sentence(f"{front}{new}{last[phrase.end :]}".rstrip(" ?"))


def _sentence(words: str) -> str:
    """Words as a question."""
    words = " ".join(words.split())
    return f"{words[:1].upper()}{words[1:]}?"
