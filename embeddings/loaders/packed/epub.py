"""EPUB: the chapters in their reading order; title, author and date from its package file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, iso_day, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.markup import parsed_html, write_tree
from embeddings.loaders.shown.visible import as_shown
from embeddings.loaders.web_page import decoded

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a book.

    Raises:
        DocumentError: damaged, copy-protected, or more than the limits allow.
    """
    archive = Archive(data, name, limits)
    place, package = _package(archive, name)
    protected = _protected(archive)
    writer = Writer(name, limits)
    missing = 0
    for part in _chapters(place, package):
        if part in protected:
            raise DocumentError(f"{name}: protected against copying (DRM); get it without")
        chapter = archive.read(part)
        root = parsed_html(decoded(chapter, name)) if chapter else None
        body = root.find("body") if root is not None else None
        missing += chapter is None
        if body is not None:
            for left in as_shown(body):
                writer.omit(left.kind, left.count, left.detail)
            write_tree(body, writer)
    writer.omit("chapter that is missing", missing)
    title, author, date = (words_of(package, fact) for fact in ("title", "creator", "date"))
    return described(writer.extract(), title, author, iso_day(date))


def _package(archive: Archive, name: str) -> tuple[str, etree._Element]:
    """The package file and the folder it stands in."""
    container = archive.xml(_CONTAINER)
    elements = container.iter() if container is not None else ()
    path = next((attribute(each, "full-path") for each in elements if local(each) == "rootfile"), None)
    package = archive.xml(path) if path is not None else None
    if path is None or package is None:
        raise DocumentError(f"{name}: an EPUB file without a table of its parts; save it again")
    return posixpath.dirname(path), package


def _chapters(place: str, package: etree._Element) -> Iterator[str]:
    """The names of the chapters, in reading order."""
    hrefs = {attribute(each, "id"): attribute(each, "href") for each in package.iter() if local(each) == "item"}
    for each in package.iter():
        href = hrefs.get(attribute(each, "idref")) if local(each) == "itemref" else None
        if href is not None:
            yield posixpath.normpath(posixpath.join(place, unquote(href.partition("#")[0])))


def _protected(archive: Archive) -> set[str]:
    """The parts that are encrypted; fonts often are, which hides no text."""
    encryption = archive.xml(_ENCRYPTION)
    elements = encryption.iter() if encryption is not None else ()
    return {unquote(attribute(each, "URI") or "") for each in elements if local(each) == "CipherReference"}
