"""A checked text as one page of HTML: its quotations marked by how they stand, and under it where.

The page needs nothing else: no script, no font, no picture. Every word of the text and of the documents is escaped, and
signs that steer a terminal or turn letters around are shown as U+FFFD.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from checking.told import differs, summed_up, where
from checking.types import Finding, Place
from embeddings.errors import BIDI

_AROUND = 160  # characters of a document that are shown at both sides of a place
_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_HEAD = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; \
form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Checked quotations - Pincite</title>
<style>{_STYLE}</style>
</head>
<body>
"""


def to_html(text: str, findings: Sequence[Finding], shorter: int) -> str:
    """The page of a text whose quotations were checked.

    Args:
        text: the text that quotes.
        findings: its quotations, in their order.
        shorter: how many were too short to be looked for.
    """
    parts = [
        _HEAD,
        f"<header><h1>Checked quotations</h1><p>{_shown(summed_up(findings, shorter))}</p></header>\n",
        f'<main><div class="text" dir="auto">{"".join(_marked(text, findings))}</div>\n',
        "<h2>Where they stand</h2>\n<ol>\n",
        *(_item(number, each) for number, each in enumerate(findings, start=1)),
        "</ol></main>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _marked(text: str, findings: Sequence[Finding]) -> Iterator[str]:
    at = 0
    for number, each in enumerate(findings, start=1):
        start, end = each.quotation.start, each.quotation.end
        yield _shown(text[at:start])
        yield (
            f'<mark class="{_class(each)}" id="text-{number}">{_shown(text[start:end])}</mark>'
            f'<a class="number" href="#place-{number}" title="{each.outcome}">{number}</a>'
        )
        at = end
    yield _shown(text[at:])


def _item(number: int, finding: Finding) -> str:
    words = f'<blockquote dir="auto">{_shown(finding.quotation.text)}</blockquote>'
    places = "".join(map(_place, finding.places)) or '<p class="where">These words stand in none of the documents.</p>'
    kind = f'<p><a href="#text-{number}" class="kind {_class(finding)}">{finding.outcome}</a></p>'
    return f'<li id="place-{number}">{kind}{words}{places}</li>\n'


def _place(place: Place) -> str:
    text, pieces, at = place.document.text, [], max(0, place.start - _AROUND)
    for start, end in place.parts:
        pieces += [_shown(text[at:start]), f"<mark>{_shown(text[start:end])}</mark>"]
        at = end
    pieces.append(_shown(text[at : place.end + _AROUND]))
    told = [f"<li>{_shown(differs(each))}</li>" for each in place.differences]
    differing = f'<ul class="differs">{"".join(told)}</ul>' if told else ""
    return (
        f'<p class="where" dir="auto">{_shown(where(place))}</p>{differing}'
        f'<div class="document" dir="auto">{"".join(pieces)}</div>'
    )


def _class(finding: Finding) -> str:
    return finding.outcome.replace(" ", "-")


def _shown(text: str) -> str:
    """A text as HTML that shows its letters and nothing else."""
    return escape("".join("\ufffd" if _steers(each) else each for each in text))


def _steers(character: str) -> bool:
    return character in BIDI or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t")
