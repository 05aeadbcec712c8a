"""The parts of a DOCX beside its text: footnotes, headers and footers, comments, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from embeddings.loaders.archive import Archive, attribute, iso_day, local
from embeddings.loaders.extract import Writer
from embeddings.loaders.word.accepted import accepted

_NOTES = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))
_RELATIONS = "word/_rels/document.xml.rels"
_PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|seite|página|pagina|sida|side|stran\w*)\b)?[\W\d_]*(?:of|von|de|di|av|/)?[\W\d_]*", re.I
)
_LONGEST_QUOTE = 80  # characters of what a comment is about


class Parts:
    """Writes the parts beside the text.

    Args:
        archive: the file.
        writer: takes the words.
        text_of: the words of a paragraph.
    """

    def __init__(self, archive: Archive, writer: Writer, text_of: Callable[[etree._Element], str]) -> None:
        self._archive, self._writer, self._text_of = archive, writer, text_of

    def notes(self, blocks: Callable[[etree._Element], None]) -> None:
        """The footnotes and endnotes, each in a paragraph of its own."""
        for part, kind in _NOTES:
            for note in self._each(part, kind):
                if attribute(note, "type") is None:
                    self._writer.paragraph(self._words(note, " "))

    def headers(self) -> None:
        """What stands at the head and the foot of the pages, the same words once; numbers of pages are left out."""
        told = set[str]()
        for kind in ("header", "footer"):
            for part in self._parts_of(kind):
                root = self._root(part)
                words = self._words(root, " · ") if root is not None else ""
                if words and words not in told and not _PAGE_NUMBER.fullmatch(words):
                    told.add(words)
                    self._writer.paragraph(f"{kind.capitalize()}: {words}")

    def comments(self, body: etree._Element) -> None:
        """The comments, with who wrote each, when, and about which words."""
        about = _commented(body)
        for comment in self._each("word/comments.xml", "comment"):
            words = self._words(comment, " ")
            said = [attribute(comment, "author") or "", iso_day(attribute(comment, "date")) or ""]
            quoted = " ".join(about.get(attribute(comment, "id") or "", "").split())
            if len(quoted) > _LONGEST_QUOTE:
                quoted = f"{quoted[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
            said += [f"on “{quoted}”"] if quoted else []
            facts = ", ".join(filter(None, said))
            if words:
                self._writer.paragraph(f"Comment{f' ({facts})' if facts else ''}: {words}")

    def _parts_of(self, kind: str) -> Iterator[str]:
        """The names of the headers or footers that the document refers to; all of them where it says nothing."""
        relations = self._archive.xml(_RELATIONS)
        for relation in relations if relations is not None else ():
            target = attribute(relation, "Target") or ""
            if (attribute(relation, "Type") or "").endswith(f"/{kind}") and target:
                yield target.lstrip("/") if target.startswith("/") else f"word/{target}"

    def _each(self, part: str, kind: str) -> Iterator[etree._Element]:
        root = self._root(part)
        for each in root if root is not None else ():
            if local(each) == kind:
                yield each

    def _root(self, part: str) -> etree._Element | None:
        root = self._archive.xml(part)
        for left in accepted(root) if root is not None else ():
            self._writer.omit(left.kind, left.count, left.detail)
        return root

    def _words(self, element: etree._Element, gap: str) -> str:
        paragraphs = (" ".join(self._text_of(each).split()) for each in element.iter() if local(each) == "p")
        return gap.join(filter(None, paragraphs))


def _commented(body: etree._Element) -> dict[str, str]:
    """The words that each comment is about, by its id."""
    open_now: dict[str, list[str]] = {}
    done: dict[str, str] = {}
    for each in body.iter():
        name, id = local(each), attribute(each, "id") or ""
        if name == "commentRangeStart":
            open_now[id] = []
        elif name == "commentRangeEnd" and id in open_now:
            done[id] = "".join(open_now.pop(id))
        elif open_now and name in ("t", "p"):
            for words in open_now.values():
                if sum(map(len, words)) <= _LONGEST_QUOTE:
                    words.append((each.text or "") if name == "t" else " ")
    return done | {id: "".join(words) for id, words in open_now.items()}
