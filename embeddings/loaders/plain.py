"""Plain text and Markdown: the text is what was decoded; only words divided at the end of a line are put together."""

from __future__ import annotations

import re

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decoded
from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import Limits
from embeddings.text.hyphens import undivided
from embeddings.text.matter import front_matter

_WRAPPED = 40  # characters; a longer line that the next one carries on in lower case was wrapped there
LONGEST_TITLE = 120  # characters; a longer first line is text


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a file; words that were divided at the end of its lines are put together.

    Raises:
        DocumentError: the bytes are not text, or too many.
    """
    read = decoded(data, name)
    if len(read.text) > limits.characters:
        raise DocumentError(f"{name}: more than {limits.characters:,} characters of text; split it")
    told = (f"read as {read.guessed}, as its text tells; save it as UTF-8 to be sure",) if read.guessed else ()
    return Extract(undivided(read.text), notes=told)


def title_of(text: str, markdown: bool = False) -> str | None:
    """The title in the front matter of Markdown, else the first line, if it is short and has a word in it.

    A line that goes on below it is the beginning of a sentence, and one with an address in it is no title either.

    >>> title_of("Harbour Report\\n\\nIt rained."), title_of("This is what came of the storm that began\\non Monday.")
    ('Harbour Report', None)
    """
    titled = front_matter(text).get("title") if markdown else None
    if titled:
        return _one_line(titled)
    if markdown and front_matter(text):
        text = text.partition("\n---")[2]
        text = text[text.find("\n") + 1 :] if "\n" in text else ""
    start = len(text) - len(text.lstrip())
    line, _, below = text[start : start + 2 * LONGEST_TITLE].partition("\n")
    if len(line) >= LONGEST_TITLE or not any(character.isalnum() for character in line):
        return None
    if "://" in line or (len(line) > _WRAPPED and below.lstrip(" \t")[:1].islower()):
        return None
    return _one_line(re.sub(r"^#{1,6}\s+|\s+#+\s*$", "", line.strip()) if markdown else line)


def _one_line(words: str) -> str:
    return " ".join(words.split())
