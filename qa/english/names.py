"""Names without their titles, their offices, and the description behind a comma."""

from __future__ import annotations

import re
import unicodedata

TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir lord lady dame sheikh imam rabbi pope bishop cardinal president premier
    chancellor minister ambassador envoy secretary senator sen congressman congresswoman governor gov mayor judge
    justice chairman chairwoman chairperson director commissioner spokesman spokeswoman spokesperson chief leader king
    queen prince princess emperor tsar sultan emir general gen colonel col major maj captain capt lieutenant lt
    sergeant sgt admiral adm marshal commander""".split()
)
_PARTICLES = frozenset("al el bin ibn abu von van der den de da di du la le".split())
_WORD = re.compile(r"\w+(?:[’'.-]\w+)*")
_POSSESSIVE = re.compile(r"(?<=\w)[’']s\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_JOINED = re.compile(r"\b(?:and|or)\b|[&;/\n]", re.IGNORECASE)  # more than one name
_LONGEST = 100  # characters; a longer text is no name


def bare_name(text: str) -> str:
    """A name without its titles and descriptions; any other text unchanged.

    >>> bare_name("Russian President Vladimir Putin"), bare_name("the foreign minister, Sergei Lavrov")
    ('Vladimir Putin', 'Sergei Lavrov')
    >>> bare_name("Ana Ruiz, the mayor"), bare_name("Secretary of State Ana Ruiz"), bare_name("the King of Spain")
    ('Ana Ruiz', 'Ana Ruiz', 'the King of Spain')
    """
    if len(text) > _LONGEST or _JOINED.search(text):
        return text
    name, comma, _ = text.partition(",")
    if comma and _is_name(name):
        text = name
    words = list(_WORD.finditer(text))
    titles = [i for i, word in enumerate(words) if word[0].lower() in TITLES]
    if not titles:
        return text
    rest = words[titles[-1] + 1 :]
    if rest and rest[0][0].lower() == "of":  # the office: "of State", "of the Navy"
        rest = rest[3:] if rest[1:] and rest[1][0].lower() == "the" else rest[2:]
    bare = text[rest[0].start() : rest[-1].end()] if rest else ""
    return bare if _is_name(bare) else text


def _is_name(text: str) -> bool:
    """Does every word have a capital, apart from particles such as "al" and "von"?"""
    words = _WORD.findall(text)
    capitals = [word for word in words if word[0].isupper() or ("-" in word and word.split("-")[-1][:1].isupper())]
    return bool(capitals) and all(word in capitals or word.lower() in _PARTICLES for word in words)


def shortened(text: str) -> str:
    """A text in lower case, without possessives and without the stops of abbreviations.

    >>> shortened("Mr. Ruiz’s U.N. envoy")
    'mr. ruiz un envoy'
    """
    return _DOTTED.sub(lambda letters: letters[0].replace(".", ""), _POSSESSIVE.sub("", text)).lower()


def folded(text: str) -> str:
    """A text in lower case and without accents.

    >>> folded("Erdoğan")
    'erdogan'
    """
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)) or text


def initials(text: str) -> str:
    """The initials of a name of several words, in lower case; "" for a single word.

    >>> initials("the Free Syrian Army"), initials("Oslo"), initials("the army of the free")
    ('fsa', '', '')
    """
    words = [word for word in re.findall(r"\w+", text) if word[0].isupper()]
    return "".join(word[0].lower() for word in words) if len(words) > 1 and len(text) <= _LONGEST else ""
