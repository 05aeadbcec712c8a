"""Questions with most words left out ("And when?", "What about the poor?"): the last question lends the rest."""

from __future__ import annotations

import re
from collections.abc import Callable

from embeddings.models.encoder import Vectors
from qa.english.phrases import phrases
from qa.english.tagging import tagged, verb_form

_AND = r"(?:and|but|or|so|also|then|ok(?:ay)?|well)\b[\s,]*"
_CONNECTIVE = re.compile(rf"^\W*(?:(?:{_AND})*(?:(?:what|how) about|what of)\b[\s,]*|(?:{_AND})+)", re.IGNORECASE)
_ASKING = re.compile(
    r"(?i)^\W*(?P<word>(?:(?:in|on|at|by|to|from|for|with|since|until|of)\s+)?(?:how\s+(?:many|much|long|far|old|often|soon)"
    r"|what\s+(?:year|day|date|time)|whom?|whose|what|which|when|where|why|how))\b"
)
_DO = {"s": "does", "past": "did", "base": "do"}
_LONGEST_PLAIN = 60  # characters of an answer that goes into a question as it is
_ALIKE = 0.35  # cosine of two phrases of a kind
_OWNER = 0.2  # taken from that of "the price" in "the price of the kettle": one asks for that of another thing


def without_connective(question: str) -> tuple[str, bool]:
    """A question without "and", "but" or "what about" in front, and whether it had one."""
    found = _CONNECTIVE.match(question)
    rest = question[found.end() :] if found is not None else question
    return (rest, True) if found is not None and re.search(r"\w", rest) else (question, False)


def is_bare(question: str) -> bool:
    """Whether a question has only words that ask: "When?", "And how many?", "By whom exactly?" """
    kinds = ("asking", "auxiliary", "preposition", "adverb", "joining", "determiner", "mark", "owner")
    others = [token for token in tagged(question) if token.tag not in kinds]
    asks = any(token.tag == "asking" for token in tagged(question))
    return asks and all(token.lower in ("many", "much", "long", "else", "year", "day") for token in others)


def is_fragment(question: str) -> bool:
    """Whether a question is only a phrase, without a verb: "The poor?", "In Oslo?", "How many boats?" """
    tags = [token.tag for token in tagged(question) if (verb_form(token.text) or ("", ""))[1] != "ing"]
    asks = re.match(r"\W*(?:how (?:many|much)|which|what|whose)\b", question, re.IGNORECASE) is not None
    return bool(phrases(question)) and asks == ("asking" in tags) and not {"auxiliary", "verb", "pronoun"} & {*tags}


def asked_again(bare: str, last: str, said: str) -> str | None:
    """The last question with another question word; None where it has no place for one.

    >>> asked_again("since when?", "Who leads the Harbour Party?", "Ana Ruiz")
    'Since when does Ana Ruiz lead the Harbour Party?'
    """
    word, said = bare.rstrip(" ?!."), said if len(said) <= _LONGEST_PLAIN else ""
    if (left := re.fullmatch(r"(where|who|whom|what) (to|from|for|with|about|of)", word, re.IGNORECASE)) is not None:
        word = f"{left[2]} {left[1].lower()}"  # "Where to?"
    if tagged(last)[:1] and tagged(last)[0].tag == "auxiliary":
        return _sentence(f"{word} {last[:1].lower()}{last[1:]}")
    asked, first = _ASKING.match(last), phrases(last)[:1]
    if asked is None:
        return None
    end = asked.end()
    with_noun = first and first[0].asked and not last[end : first[0].start].strip()  # "which town"
    noun, rest = (last[end : first[0].end].strip(), last[first[0].end :]) if with_noun else ("", last[end:])
    if noun and re.fullmatch(r"how (?:many|much)|which", word, re.IGNORECASE):
        return _sentence(f"{word} {noun} {rest}")  # "Which towns fell?" - "How many towns fell?"
    after = [token for token in tagged(rest) if token.tag != "mark"]
    form = verb_form(after[0].text) if after else None
    if after and after[0].tag == "verb" and form is not None and form[1] in _DO and said:  # the answer is the subject
        return _sentence(f"{word} {_DO[form[1]]} {said} {form[0]} {rest[after[0].end :]}")
    if not after or after[0].tag != "auxiliary":
        return None
    if noun and not said[:1].isupper():
        said = f"{'those' if first[0].plural else 'that'} {noun}"
    be, who = after[0].lower in ("is", "are", "was", "were"), asked["word"].lower().startswith("who")
    if (noun and after[1:] and after[1].tag in ("auxiliary", "verb", "adverb")) or (said and who and be):
        return _sentence(f"{word} {after[0].text} {said} {rest[after[0].end :]}")
    thing = asked["word"].lower() in ("what", "which", "who", "whom") and after[-1].tag in ("verb", "preposition")
    return _sentence(f"{word} {rest.rstrip(' ?')} {said if thing else ''}")


def asked_of(fragment: str, last: str, vector: Callable[[str], Vectors]) -> str | None:
    """The last question about something else, which takes the place of the phrase whose vector is most alike.

    "In June" takes that of "in May", and stands at the end where no phrase with a preposition is like it; "how many
    crews" takes that of "how many boats".
    """
    new, found = fragment.strip().rstrip(" ?!.").strip(), phrases(last)
    leading = tagged(new)[0].tag
    new = new[:1].lower() + new[1:] if leading in ("determiner", "preposition") else new
    if leading == "asking":
        return _sentence(f"{new}{last[found[0].end :]}") if found and found[0].asked else None
    led = leading == "preposition"
    places = []
    for phrase in (phrase for phrase in found if not phrase.asked and (phrase.before or not led)):
        start = len(last[: phrase.start].rstrip()) - len(phrase.before) if led else phrase.start
        alike = float(vector(new) @ vector(last[start : phrase.end])) - _OWNER * phrase.complemented
        places.append((alike, start, phrase.end))
    alike, start, end = max(places, default=(0.0, 0, 0))
    if led and alike < _ALIKE:
        return _sentence(f"{last.rstrip(' ?')} {new}")
    return _sentence(f"{last[:start]}{new}{last[end:]}") if places else None


def _sentence(words: str) -> str:
    """Words as a question."""
    words = " ".join(words.split()).rstrip(" ?")
    return f"{words[:1].upper()}{words[1:]}?"
