"""The words of a question, each with its part of speech: closed classes by list, names by capitals, verbs by forms.

No model: a question is short, and what must be told apart here (pronouns, prepositions, names, the verb after its
subject) shows in a few closed lists of words, and in what stands in front.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa.english.numbers import NUMBER_WORDS, SCALES

Tag = Literal["asking", "auxiliary", "determiner", "pronoun", "preposition", "joining", "number", "adverb", "verb",
              "name", "word", "owner", "mark"]  # fmt: skip

_WORD = re.compile(r"[^\W_]+(?:[-.&’'](?![sS]\b)[^\W_]+)*|[’'][sS]\b|(?<=s)[’'](?=\s)|\S")

ASKING = frozenset("who whom whose what which when where why how".split())
_BE = "is are was were be been being am isn't aren't wasn't weren't"
_DO = "do does did don't doesn't didn't"
_HAVE = "has have had hasn't haven't hadn't"
_MODAL = "will would can could should shall may might must won't wouldn't can't couldn't shouldn't cannot"
_CLOSED: dict[str, Tag] = {
    **dict.fromkeys(ASKING, "asking"),
    **dict.fromkeys(f"{_BE} {_DO} {_HAVE} {_MODAL}".split(), "auxiliary"),
    **dict.fromkeys("a an the this that these those some any each every no all both another my your our".split(),
                    "determiner"),
    **dict.fromkeys("i you he she it we they me him us them his her hers its their theirs mine yours himself herself "
                    "itself themselves someone somebody anyone anything something everyone there".split(), "pronoun"),
    **dict.fromkeys("in on at by of to from for with about against between among into onto over under after before "
                    "during since until through across along around near inside outside behind beyond without within "
                    "towards toward despite besides than as like per via versus off up down out".split(),
                    "preposition"),
    **dict.fromkeys("and or but nor if because so while although whether though".split(), "joining"),
    **dict.fromkeys("not very really also ever never still now then already yet again just only even exactly "
                    "actually mostly usually generally currently originally recently formerly more most less least too "
                    "else together ago long far often once soon today yesterday tomorrow here".split(), "adverb"),
    **dict.fromkeys((*NUMBER_WORDS, *SCALES), "number"),
}  # fmt: skip

# Words of any text, with and without their apostrophes, as people type them: "whats", "dont", "couldn".
COMMON = frozenset(
    part for word in (*_CLOSED, *(f"{each}'s" for each in ASKING), *"much many please tell".split())
    for part in (word, word.replace("'", ""), word.partition("'")[0])
)  # fmt: skip

_REGULAR = """accept accuse achieve act add admit advance affect agree aim allow announce answer apologise apologize
    appear apply appoint approve argue arrest arrive ask assert assess attack attend ban base beat begin believe
    belong blame block bomb break bring broker build buy call cancel capture carry cause celebrate change charge
    choose claim close collapse come command comment compare concern condemn confirm consider contain continue
    control convince cook cost create criticise criticize cross cut damage declare defeat defect defend define
    deliver deny depend describe destroy develop die differ disappear discover discuss divide do down drive drop
    earn eat elect employ enable end enter escape establish estimate exist expect explain export express fail fall
    feel fight fill find fire flee fly follow forbid force form found free fund gain generate get give go govern
    grow hang happen hate head help hide hit hold host hope hurt impact improve include increase influence injure
    inform integrate intend introduce invade invent invest invite involve join keep kill know land last launch lead
    leave lie like list listen live look lose love make manage manufacture marry mean measure meet mention move
    murder name need negotiate observe occur offer open operate oppose order organise organize originate own paint
    pay perform plan play predict prefer prepare prevent produce promise promote propose protect prove provide
    publish put quit raise reach read rebuild receive recommend reduce refuse regain reject relate release remain
    remember remove repair replace reply report represent request require resign respond restore retreat return
    reveal rise rule run sail save say see seek seize sell send serve set share shift shoot show shut sign sink sit
    sleep solve speak specify spend spread stand start state stay steal steer stop strike study suffer suggest
    supply support surrender survive suspect suspend take talk teach tell think threaten train transport travel
    treat try turn understand use verify violate visit vote wait walk want warn watch wear weigh welcome win
    withdraw wonder work worry wound write""".split()
_IRREGULAR = """beat:beaten begin:began,begun break:broke,broken bring:brought build:built buy:bought
    choose:chose,chosen come:came cost:cost cut:cut do:did,done drive:drove,driven eat:ate,eaten fall:fell,fallen
    feel:felt fight:fought find:found flee:fled fly:flew,flown forbid:forbade,forbidden get:got,gotten
    give:gave,given go:went,gone grow:grew,grown hang:hung hide:hid,hidden hit:hit hold:held hurt:hurt keep:kept
    know:knew,known lead:led leave:left lie:lay,lain lose:lost make:made mean:meant meet:met pay:paid put:put
    quit:quit read:read rebuild:rebuilt rise:rose,risen run:ran say:said see:saw,seen seek:sought sell:sold
    send:sent set:set shoot:shot show:showed,shown shut:shut sink:sank,sunk sit:sat sleep:slept speak:spoke,spoken
    spend:spent spread:spread stand:stood steal:stole,stolen strike:struck take:took,taken teach:taught tell:told
    think:thought understand:understood wear:wore,worn win:won withdraw:withdrew,withdrawn
    write:wrote,written""".split()
_DOUBLED = frozenset("ban beat begin cancel drop get hit plan put quit run set shut sit stop travel win".split())
_PARTICIPLE = ("ed", "ing")
_PASTS_TOO = frozenset("found cut put hit set cost shut hurt read spread come run beat quit".split())


def _forms() -> dict[str, tuple[str, str]]:
    """Every form of the verbs above -> its base and the name of the form: "base", "s", "past" or "ing"."""
    forms: dict[str, tuple[str, str]] = {}
    for verb in _REGULAR:
        stem = verb + verb[-1] if verb in _DOUBLED else verb.removesuffix("e")
        on_y = verb.endswith("y") and verb[-2] not in "aeou"
        forms[verb[:-1] + "ied" if on_y else f"{stem}ed"] = verb, "past"
        forms[f"{verb}ing" if verb.endswith("ee") else f"{stem}ing"] = verb, "ing"
        ending = "ies" if on_y else "es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s"
        forms[verb.removesuffix("y") + ending if on_y else verb + ending] = verb, "s"
    for verb in _REGULAR:
        forms[verb] = verb, "base"
    for row in _IRREGULAR:
        verb, _, pasts = row.partition(":")
        forms |= {past: (verb, "past") for past in pasts.split(",") if past != verb and past != "found"}
    return forms


_FORMS = _forms()


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of a text: `text` is `start:end` of it."""

    text: str
    start: int
    end: int
    tag: Tag

    @property
    def lower(self) -> str:
        """The word in lower case, its apostrophe straight."""
        return self.text.lower().replace("’", "'")


def verb_form(word: str) -> tuple[str, str] | None:
    """The base of a known verb, and which form of it a word is ("base", "s", "past", "ing"); None for other words.

    >>> verb_form("founded"), verb_form("says"), verb_form("harbour")
    (('found', 'past'), ('say', 's'), None)
    """
    return _FORMS.get(word.lower())


def tagged(text: str) -> tuple[Token, ...]:
    """The words and marks of a text, in order, each with its part of speech.

    >>> [token.tag for token in tagged("When did Ana Ruiz visit the old harbour?")]
    ['asking', 'auxiliary', 'name', 'name', 'verb', 'determiner', 'word', 'word', 'mark']
    """
    tokens = [Token(m[0], m.start(), m.end(), _alone(m[0])) for m in _WORD.finditer(text)]
    for i, token in enumerate(tokens):
        tokens[i] = replace(token, tag=_in_place(tokens, i))
    return tuple(tokens)


def _alone(word: str) -> Tag:
    """The part of speech of a word by itself."""
    if not word[0].isalnum():
        return "owner" if word[0] in "’'" else "mark"
    if word.isupper() and len(word) > 1 and word.isalpha():
        return "name"  # "US" is no pronoun
    closed = _CLOSED.get(word.lower().replace("’", "'"))
    if closed is not None:
        return closed
    if word[0].isdigit():
        return "number"
    return "name" if word[0].isupper() else "word"


def _in_place(tokens: Sequence[Token], i: int) -> Tag:
    """The part of speech of a word among the others; those before it are decided already."""
    token = tokens[i]
    if token.tag == "owner":
        asked = i > 0 and tokens[i - 1].tag in ("asking", "pronoun") and tokens[i - 1].lower != "it"
        return "auxiliary" if asked else "owner"
    if token.tag == "determiner" and token.lower in ("this", "that", "these", "those", "all", "both", "some", "any"):
        return "determiner" if _begins_phrase(tokens, i + 1) else "pronoun"
    if token.tag == "name" and i == 0:
        verb = (verb_form(token.text) or ("", ""))[1] == "base"
        return "verb" if verb else "name" if _goes_on(tokens) else "word"
    capital = i > 0 and token.text[0].isupper() and token.text[0].isalpha()
    if capital and token.tag in ("auxiliary", "adverb", "number"):
        return "name"  # "in May", "Europe Today", "Formula One"
    participle = len(token.text) > 4 and token.text.endswith(_PARTICIPLE)  # perhaps of an unknown verb
    if token.tag == "word" and (participle or verb_form(token.text) is not None):
        return "verb" if _is_verb(tokens, i) else "word"
    return token.tag


def _goes_on(tokens: Sequence[Token]) -> bool:
    """Does the first word begin a name of several words, or hold a capital inside, as names may?"""
    first = tokens[0].text
    return (len(tokens) > 1 and tokens[1].tag == "name") or any(c.isupper() for c in first[1:])


def _begins_phrase(tokens: Sequence[Token], i: int) -> bool:
    """Can the i-th word follow a determiner in its phrase?"""
    return i < len(tokens) and tokens[i].tag in ("word", "name", "number")


def _is_verb(tokens: Sequence[Token], i: int) -> bool:
    """Is this form of a verb a verb here, and no noun or adjective of the same spelling?"""
    before = [token for token in tokens[:i] if token.tag != "adverb"]
    if not before:
        return True
    last, form = before[-1], _form_here(tokens[i])
    if last.tag != "verb" and tokens[i].lower in _PASTS_TOO and _behind_be(before):
        form = "past"
    if last.tag in ("determiner", "owner", "number") or last.lower in ("his", "their", "its", "many", "much"):
        return False
    if last.tag == "preposition":
        return last.lower == "to" and form == "base"
    if last.lower in ("what", "which", "whose"):
        return i + 1 < len(tokens) and tokens[i + 1].tag in ("determiner", "pronoun", "name", "word", "preposition")
    if last.tag in ("asking", "pronoun", "joining", "auxiliary"):
        return last.tag != "auxiliary" or form in ("past", "ing")
    return _awaits_verb(before, form)


def _form_here(token: Token) -> str:
    """Which form of a verb a word is; the ending decides for an unknown verb."""
    known = verb_form(token.text)
    return known[1] if known is not None else "ing" if token.lower.endswith("ing") else "past"


def _behind_be(before: Sequence[Token]) -> bool:
    """Was the last auxiliary a form of "be" or "have"?"""
    last = next((token.lower for token in reversed(before) if token.tag == "auxiliary"), "")
    return last in f"{_BE} {_HAVE}".split()


def _awaits_verb(before: Sequence[Token], form: str) -> bool:
    """Does a clause with a subject still lack the verb that this form would be?"""
    opened = next((k for k in range(len(before) - 1, -1, -1) if before[k].tag in ("auxiliary", "verb")), None)
    if opened is None:
        of_several = before[-1].tag == "word" and before[-1].lower.endswith("s")
        return before[-1].tag in ("name", "word") and (form in ("past", "s") or of_several)
    if before[opened].tag == "verb":
        return False
    if before[opened].lower in f"{_DO} {_MODAL}".split():
        return form == "base" or (verb_form(before[-1].text) is None and form == "past")
    subject = before[opened + 1 :]
    if form == "ing" and before[opened].lower in ("is", "was") and subject and all(t.tag == "word" for t in subject):
        return False  # "What is lean manufacturing?": a subject that does something has an article or is a name
    return form in ("past", "ing")
