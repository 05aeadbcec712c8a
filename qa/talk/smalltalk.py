"""Small talk: greetings, thanks, and questions about Pincite itself.

A classifier of whole utterances by patterns, for English. An utterance is one of these only where nothing else is in
it: "Hello, who leads the party?" is a question with a courtesy before it (`without_courtesy`), and "How does it work?"
may be asked of what the last answer named.
"""

from __future__ import annotations

import re
from typing import Literal

SmallTalk = Literal["greeting", "thanks", "farewell", "abilities", "identity", "contents", "count"]

_LONGEST = 80  # characters; small talk is never longer

_WHO = r"(?:there|pincite|everyone|everybody|all|again|folks|team|friend)"
_GREETING = rf"(?:(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))(?: {_WHO})*)"
_THANKS = (
    r"(?:(?:many |ok |okay |great |perfect |no )?(?:thanks|thank you|thx|thank u)(?: (?:a lot|so much|very much|again"
    rf"|anyway|for (?:that|this|the (?:help|answer)|your help|all))| {_WHO})*|cheers|much appreciated)"
)
_THINGS = r"(?:documents?|docs?|files?|sources?|texts?|reports?|articles?)"
_PLACE = (
    r"(?:(?:the|this|these|my|your|our) )?(?:here|there|documents?|docs|files|collection|corpus|index|library|folder)"
)
_IN_HERE = rf"(?:(?: in| inside| loaded| available| indexed| altogether| in total| now)*(?: in)?(?: {_PLACE})?)"
_ITSELF = r"(?:you|pincite|this (?:app|tool|program|thing|page|site|chat))"

# Matched with all of an utterance in small letters, without punctuation.
_PATTERNS: tuple[tuple[SmallTalk, str], ...] = (
    (
        "greeting",
        rf"{_GREETING}(?: (?:how are you(?: doing)?(?: today)?|nice to meet you))?|how are you(?: doing)?(?: today)?"
        r"|nice to meet you|whats up",
    ),
    (
        "thanks",
        rf"{_THANKS}|(?:ok|okay|great|perfect|got it|good|nice|cool)(?: {_THANKS})?"
        rf"|(?:that|this) (?:is|was) (?:all|great|helpful|very helpful|perfect)(?: {_THANKS})?|that helps|very helpful",
    ),
    ("farewell", rf"(?:good)?bye(?: bye)?(?: {_WHO})*|good ?night|see (?:you|ya)(?: later| soon| tomorrow)?|farewell"),
    (
        "abilities",
        rf"help(?: me)?(?: out)?|i need (?:some )?help|(?:can|could) you help(?: me)?|how can you help(?: me)?"
        rf"|what (?:can|do|could) {_ITSELF} do(?: for me)?|what else can you do|what (?:cant|can not|cannot) you do"
        r"|what (?:(?:kinds? |sorts? )?of )?(?:questions |things )?(?:can|could|should|may) i ask"
        r"(?: you)?(?: about)?(?: here)?"
        rf"|how (?:do|does) {_ITSELF} work|how (?:do|can|should) i use {_ITSELF}|what are you (?:able to do|capable of)"
        r"|what are your (?:capabilities|abilities|features|limits|limitations)|usage",
    ),
    (
        "identity",
        r"(?:who|what) (?:are|r) (?:you|u)|(?:who|what) is pincite|whats pincite|(?:whats|what is) your name"
        r"|tell me about yourself|introduce yourself|(?:who|what) (?:am i|are we) talking to"
        r"|are you (?:an? )?(?:bot|robot|chatbot|human|person|machine|program|ai|real|language model|llm|large language"
        r" model)|what is this (?:app|tool|program|thing|page|site|chat)|what (?:kind of )?model are you",
    ),
    (
        "contents",
        rf"(?:what is|whats|what do you have|what have you got|what) (?:in|inside) {_PLACE}"
        rf"|(?:which|what) {_THINGS} (?:are|is|do you have|have you(?: got| read)?|do you know"
        rf"|can you (?:read|see|search)|can i ask(?: about)?)(?: there)?{_IN_HERE}"
        r"|(?:can you |could you |please )?(?:list|show|name)(?: me)?(?: all)?(?: of)?(?: the| my| your| these)?"
        rf" {_THINGS}{_IN_HERE}|what do you (?:know|have)(?: about)?|what have you read|(?:list|overview of) {_PLACE}"
        rf"|what (?:are|is) (?:the|these|this|my|your) (?:{_THINGS}|collection|corpus|index) about"
        r"|what (?:topics|subjects) (?:are (?:there|covered|in here)|do you (?:cover|know))",
    ),
    (
        "count",
        rf"how many {_THINGS}(?: (?:are|do you have|have you(?: got| read)?|do you know|can you (?:read|see|search)))?"
        rf"(?: there)?{_IN_HERE}|(?:what is the )?number of {_THINGS}{_IN_HERE}"
        r"|how (?:big|large) is (?:the|this|your|my) (?:collection|corpus|index|library)",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_MARKS = re.compile(r"[^\w\s]+")
_APOSTROPHE = re.compile(r"['’`´]")
_FILLER = re.compile(r"(?:^(?:so|well|oh|um|and|ok|okay|please) )|(?: (?:please|then|though|exactly|actually)$)")

# How a question begins, after a courtesy.
_OPENING = (
    r"(?:who|what|when|where|which|whose|whom|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
    r"|may|and|but|or|so|also|then|please|tell|list|name|show|give|find|help"
    r"|(?:in|on|at|by|for|to|from|with|about) (?:what|which|whom|whose))\b"
)
_COURTESY = re.compile(rf"\s*(?:(?:{_GREETING}|{_THANKS}|ok|okay)[\s,.!;:–—-]+)+(?={_OPENING})", re.IGNORECASE)


def small_talk(utterance: str) -> SmallTalk | None:
    """The kind of small talk that an utterance is; None for a question to the documents.

    >>> small_talk("Hello!"), small_talk("Hi, what can you do?"), small_talk("What is in here?")
    ('greeting', 'abilities', 'contents')
    >>> small_talk("Hello, who leads the party?"), small_talk("How many documents were stolen?")
    (None, None)
    """
    if len(utterance) > _LONGEST:
        return None
    said = _plain(utterance)
    bare = _plain(without_courtesy(utterance))
    for words in dict.fromkeys((said, _without_filler(said), bare, _without_filler(bare))):
        for kind, pattern in _COMPILED:
            if pattern.fullmatch(words) is not None:
                return kind
    return _of_parts(utterance)


def _of_parts(utterance: str) -> SmallTalk | None:
    """The kind of the last of several parts that are each small talk: "Hello. What is in here?"."""
    parts = [part for part in re.split(r"[.!?,;]+", utterance) if part.strip()]
    if len(parts) < 2:
        return None
    kinds = [small_talk(part) for part in parts]
    return kinds[-1] if None not in kinds else None


def without_courtesy(utterance: str) -> str:
    """A question without the greeting or thanks before it; unchanged if no question follows.

    >>> without_courtesy("Hello, who leads the party?"), without_courtesy("Thanks! And when was that?")
    ('who leads the party?', 'And when was that?')
    >>> without_courtesy("Hello Kitty was drawn by whom?")
    'Hello Kitty was drawn by whom?'
    """
    courtesy = _COURTESY.match(utterance)
    return utterance if courtesy is None else utterance[courtesy.end() :]


def _plain(utterance: str) -> str:
    """Small letters and single spaces, without punctuation.

    >>> _plain("What's in   here?!")
    'whats in here'
    """
    return " ".join(_MARKS.sub(" ", _APOSTROPHE.sub("", utterance.lower())).split())


def _without_filler(said: str) -> str:
    return _FILLER.sub("", said).strip()
