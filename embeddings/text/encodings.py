"""Which encoding of one byte for each character a text is in, by what it would say in each of them.

Every encoding is tried with the letters of the languages that were written in it. What speaks against one: letters that
the language does not have, signs and control characters inside words, capitals in the middle of a word, letters with
accents in a row, and for other scripts that its most frequent letters are rare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_SAMPLE = 1 << 16  # characters that are judged
_WESTERN = (
    "àâæçèéêëîïôœùûüÿñäöß",  # French, German
    "áàâãçéêíïñóôõúüºª",  # Spanish, Portuguese
    "àèéìíîòóùú",  # Italian
    "åäöæøéèüóòô",  # Nordic
    (_ICELANDIC := "áðéíóúýþæö"),
    "äöüõåšž",  # Estonian, Finnish
)
_CENTRAL = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýžäľĺŕô",  # Czech, Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovene
    "ăâîşţ",  # Romanian
)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņōŗšūž", "äöüõšž")  # Lithuanian, Latvian, Estonian
_RUSSIAN, _UKRAINIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’"
_BULGARIAN = "абвгдежзийклмнопрстуфхцчшщъьюя"
_GREEK = "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ"
_HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأؤإئپچژگ"
_THAI = "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C))))
_FREQUENT = {  # ten letters that make up more than half of what is written in a script
    _RUSSIAN: "оеаинтсрвл",
    _UKRAINIAN: "оаниівтерс",
    _BULGARIAN: "аоеитнрсвл",
    _GREEK: "αοιετσνηυρςάίόέή",
    _HEBREW: "יוהלאמרבתשנ",
    _ARABIC: "اليمنتربوعة",
    _THAI: "านรกเอ่ง้วยลมีทั",
}
_SHARE = 0.5  # of the letters: those ten, at least
_LETTERS = (  # encoding and the letters of a language; the first of those that fit best wins
    *(("cp1252", letters) for letters in _WESTERN),
    *(("iso8859_15", letters) for letters in _WESTERN),
    *(("cp1250", letters) for letters in _CENTRAL),
    ("cp1254", "çğıöşüâîûi̇"),  # Turkish
    *(("cp1257", letters) for letters in _BALTIC),
    *(("mac_roman", letters) for letters in _WESTERN[:4]),
    *(("iso8859_2", letters) for letters in _CENTRAL[:3]),
    *(("cp850", letters) for letters in _WESTERN[:4]),
    *(("cp852", letters) for letters in _CENTRAL[:3]),
    ("cp1251", _RUSSIAN),
    ("cp1251", _UKRAINIAN),
    ("cp1251", _BULGARIAN),
    ("koi8_r", _RUSSIAN),
    ("koi8_u", _UKRAINIAN),
    ("cp866", _RUSSIAN),
    ("mac_cyrillic", _RUSSIAN),
    ("iso8859_5", _RUSSIAN),
    ("cp1253", _GREEK),
    ("iso8859_7", _GREEK),
    ("cp737", _GREEK),
    ("cp1255", _HEBREW),
    ("cp862", _HEBREW),
    ("cp874", _THAI),
    ("cp1256", _ARABIC),
    ("iso8859_6", _ARABIC),
)
NAMES = {
    "cp1252": "Windows-1252",
    "cp874": "Windows-874",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "iso8859_15": "ISO-8859-15",
    "iso8859_2": "ISO-8859-2",
    "iso8859_5": "ISO-8859-5",
    "iso8859_6": "ISO-8859-6",
    "iso8859_7": "ISO-8859-7",
    "mac_roman": "Mac OS Roman",
    "mac_cyrillic": "Mac OS Cyrillic",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "cp850": "DOS 850",
    "cp852": "DOS 852",
    "cp866": "DOS 866",
    "cp737": "DOS 737",
    "cp862": "DOS 862",
}
_SHIFTS = re.compile(rb"\x1b(\$[@B]|\$\([@BD]|\([ABIJ]|\$\([OPQ])")  # what switches the set of letters in ISO-2022-JP
_LATER_SETS = {b"$(O": "iso2022_jp_3", b"$(P": "iso2022_jp_3", b"$(Q": "iso2022_jp_2004"}
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s!-~](?=[^\W\d_])")
_GOOD_INSIDE = frozenset("’'‘-‐–—\u00ad…" + _THAI)
_CONTROLS = re.compile(r"[\u0080-\u009f]")  # no text has them
_STRANGE_SIGNS = re.compile(
    r"[\u0080-\u009f\u02c6-\u02dd\u2580-\u25ffƒ‡†‰¦¬¯¸¨´¶¤‹›√∫≈∆◊∂∑∏π∞≤≥]|(?<=\w)[¿¡„‚·]|(?<!\d)[¼½¾](?=[^\W\d_]{2})"
)
_FRAMES = re.compile(r"[\u2500-\u257f]")
_LINES = frozenset("─│═║━┃")  # most of a frame
_WORD = re.compile(r"[^\W\d_]{2,}")
_IN_A_ROW = re.compile(r"[^\W\d_a-zA-Z]{3,}")


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding that a text may be in.

    Attributes:
        encoding: as Python calls it.
        against: what speaks against it, for each character outside ASCII; 0 is best.
    """

    encoding: str
    against: float


def guesses(sample: bytes) -> list[Guess]:
    """The encodings in which the bytes can be read, the best one first.

    >>> [guess.encoding for guess in guesses("Новый причал открыт в апреле.".encode("koi8-r"))][0]
    'koi8_r'
    """
    best: dict[str, float] = {}
    texts: dict[str, tuple[str, int] | None] = {}
    for encoding, letters in _LETTERS:
        if encoding not in texts:
            texts[encoding] = _read(sample, encoding)
        told = texts[encoding]
        if told is not None:
            against = _against_letters(told[0], letters) + told[1]
            best[encoding] = min(best.get(encoding, against), against)
    high = max(1, sum(byte >= 0x80 for byte in sample[:_SAMPLE]))
    order = {encoding: place for place, (encoding, _) in reversed(list(enumerate(_LETTERS)))}
    likely = [Guess(encoding, against / high) for encoding, against in best.items()]
    return sorted(likely, key=lambda guess: (guess.against, order[guess.encoding]))


def _read(sample: bytes, encoding: str) -> tuple[str, int] | None:
    """The text in an encoding, and what speaks against it in any language; None where it can't be read."""
    try:
        text = sample[:_SAMPLE].decode(encoding)
    except UnicodeDecodeError:
        return None
    inside = sum(sign not in _GOOD_INSIDE for sign in _INSIDE.findall(text))
    signs = len(_STRANGE_SIGNS.findall(text)) + len(_CONTROLS.findall(text))
    frames = _FRAMES.findall(text)
    signs += len(frames) if 2 * sum(sign in _LINES for sign in frames) < len(frames) else 0
    for opening, closing in ("¿?", "¡!"):
        signs += text.count(opening) if closing not in text else 0
    capitals = sum(_capitals_inside(word) for word in _WORD.findall(text) if not word.isascii())
    return text, 2 * inside + signs + 2 * capitals


def _capitals_inside(word: str) -> int:
    """How many letters outside ASCII are capitals inside a word that has small ones before, or small where none is."""
    if word.isupper() or word[1:].islower() or word.islower():
        return 0
    return sum(
        letter.isupper() and before.islower() and not (letter.isascii() and before.isascii())
        for before, letter in pairwise(word)
    )


def _against_letters(text: str, letters: str) -> float:
    """How many letters outside ASCII are not those of a language, or too rare in it."""
    counts = Counter(letter for letter in text.lower() if not letter.isascii() and letter.isalpha())
    total = counts.total()
    known = sum(counts[letter] for letter in set(letters))
    against = float(total - known)
    frequent = _FREQUENT.get(letters)
    if letters == _ICELANDIC and not any(counts[letter] for letter in "áéíóúæ"):
        against += 0.5 * total  # the bytes of its other letters are Turkish ones
    if frequent is None:
        return against + sum(len(run) - 2 for run in _IN_A_ROW.findall(text))
    plain = sum(letter.isalpha() and letter.isascii() for letter in text)
    if not known:
        return against + 1.0
    share = sum(counts[letter] for letter in frequent) / total
    few = (
        max(0.0, 1.0 - known / (plain + known)) if known < plain else 0.0
    )  # a Latin text with a word of another script
    shouted = 0.1 * total if text.isupper() else 0.0
    return against + 2 * max(0.0, _SHARE - share) * total + few * total + 0.1 * (1 - share) * total + shouted


def named(encodings: Sequence[str]) -> str:
    """Encodings for people.

    >>> named(["koi8_r", "cp1251"])
    'KOI8-R or Windows-1251'
    """
    return " or ".join(NAMES.get(encoding, encoding.replace("_", "-").upper()) for encoding in encodings)


def from_iso_2022_jp(data: bytes) -> str:
    """The text of Japanese mail, with the letters that Windows knows beside the standard's ("①", "㈱", "髙").

    >>> from_iso_2022_jp(b"\\x1b$B-!2q5D\\x1b(B 10:00")
    '①会議 10:00'
    """
    try:
        return data.decode("iso2022_jp_2")
    except UnicodeDecodeError:
        pass
    first, *rest = _SHIFTS.split(data)
    words = [first.decode("ascii", "replace")]
    for shift, part in zip(rest[::2], rest[1::2], strict=True):
        if shift in (b"$@", b"$B", b"$(@", b"$(B"):
            end = next((at for at, byte in enumerate(part) if byte < 0x21), len(part))  # a line end ends it, too
            words += [_in_windows(part[:end]), part[end:].decode("ascii", "replace")]
        elif shift == b"(I":
            half = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in part)
            words.append(half.decode("cp932", "replace"))
        elif shift in (b"(A", b"(B", b"(J"):
            words.append(part.decode("ascii", "replace"))
        else:
            words.append((b"\x1b" + shift + part).decode(_LATER_SETS.get(shift, "iso2022_jp_ext"), "replace"))
    return "".join(words)


def _in_windows(pairs: bytes) -> str:
    """Characters of two bytes of JIS X 0208, by the same places in Windows' own set."""
    moved = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
        moved.append(((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1))
        moved.append(cell + (0x7E if not row & 1 else 0x20 if cell >= 0x60 else 0x1F))
    return moved.decode("cp932", "replace")
