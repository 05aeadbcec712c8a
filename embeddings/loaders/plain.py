"""Plain text and Markdown: the text is what was decoded, nothing else of it is changed."""

from __future__ import annotations

import re

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import Limits
from embeddings.matter import front_matter

LONGEST_TITLE = 120  # characters; a longer first line is text


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a file, and the title, author and date of its front matter.

    Raises:
        DocumentError: the bytes are not text, or too many.
    """
    text = decode(data, name)
    if len(text) > limits.characters:
        raise DocumentError(f"{name}: more than {limits.characters:,} characters of text; split it")
    return Extract(text)


def title_of(text: str, markdown: bool = False) -> str | None:
    """The title in the front matter of Markdown, else the first line, if it is short and has a word in it.

    >>> title_of("Harbour Report\\n\\nIt rained.")
    'Harbour Report'
    """
    titled = front_matter(text).get("title") if markdown else None
    if titled:
        return _one_line(titled)
    if markdown and front_matter(text):
        text = text.partition("\n---")[2]
        text = text[text.find("\n") + 1 :] if "\n" in text else ""
    start = len(text) - len(text.lstrip())
    line = text[start : start + LONGEST_TITLE].partition("\n")[0]
    if len(line) >= LONGEST_TITLE or not any(character.isalnum() for character in line):
        return None
    return _one_line(re.sub(r"^#{1,6}\s+|\s+#+\s*$", "", line.strip()) if markdown else line)


def _one_line(words: str) -> str:
    return " ".join(words.split())
