"""A text without what tells two ways of typing it apart, and the way back to its offsets.

White space of any length is one space; all quotation marks and apostrophes are one, and so are all dashes and hyphens;
an ellipsis is three points; soft hyphens and signs without width are left out. Letters, digits and capitals stay.
"""

from __future__ import annotations

from array import array

_SAME = {
    "'": '"“”„‟‘’‚‛«»‹›`´′″「」『』＂＇',
    "-": "‐‑‒–—―−－",
    "": "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff",
    "...": "…",
}
_TABLE = str.maketrans({sign: plain for plain, signs in _SAME.items() for sign in signs})


def folded(text: str) -> str:
    """The text as it is compared.

    >>> folded(" He said:\\n“Never  again” – twice… ")
    "He said: 'Never again' - twice..."
    """
    return " ".join(text.translate(_TABLE).split())


def offsets(text: str) -> array[int]:
    """For each character of `folded(text)` the offset in the text that it comes from.

    >>> text = " a…\\n\\n b"
    >>> [text[offset] for offset in offsets(text)]
    ['a', '…', '…', '…', '\\n', 'b']
    """
    places = array("I")
    gap = -1  # where white space began that is not written yet
    for offset, character in enumerate(text):
        plain = _TABLE.get(ord(character), character)
        if not plain:
            continue
        if character.isspace():
            gap = offset if gap < 0 else gap
            continue
        if gap >= 0 and places:
            places.append(gap)
        gap = -1
        places.extend([offset] * len(plain))
    return places
