"""The parts of a mail: which are its text, which are files, and which of several alternatives is the best."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from embeddings.errors import DocumentError
from embeddings.loaders.limits import Limits
from embeddings.loaders.mail.letters import readable

TEXT, PAGE, CALENDAR, MESSAGE, FILE = "text", "page", "calendar", "message", "file"
_NO_TEXT = {"text/x-amp-html": "second form of the text", "message/delivery-status": "report of delivery"}
_NO_TEXT |= {"application/pgp-signature": "signature", "application/pkcs7-signature": "signature"}
_NO_TEXT |= {"application/x-pkcs7-signature": "signature", "message/external-body": "part that lies elsewhere"}
_NO_TEXT |= {"application/pkcs7-mime": "encrypted part", "application/pgp-encrypted": "encrypted part"}
_NO_TEXT |= {"text/rfc822-headers": "report of delivery", "application/x-pkcs7-mime": "encrypted part"}
_PLACEHOLDER = re.compile(
    r"(?:can(?:no|')?t|does n[o']t|doesn't|unable to|not able to|without) "
    r"(?:show|display|view|read|render|support|see)\w*.{0,60}html"
    r"|html.{0,60}(?:not (?:be )?(?:shown|displayed|supported)|is required|capable|enabled|compatible)"
    r"|html.{0,60}-?(?:mail|e-?mail) (?:client|reader|program)"
    r"|(?:view|open|read|see|click).{0,60}(?:in|with|using) (?:a|your|the|any) (?:web ?)?browser"
    r"|this (?:e-?mail|message) (?:is|was|contains|has been sent) (?:only )?(?:in|as|an?)?\s?html"
    r"|kein(?:e)? html|html.{0,40}(?:nicht|kein).{0,40}(?:darstell|anzeig|unterst)\w*"
    r"|im browser (?:ansehen|anzeigen|öffnen)|dans (?:un|votre) navigateur|en (?:su|tu|el) navegador"
    r"|ne (?:peut|prend|supporte).{0,60}html|no (?:puede|admite|soporta).{0,60}html",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_PLACEHOLDER = 120  # words; a longer text is one, whatever it says of HTML
_MUCH_LESS = 0.5  # of the words of the page: less than that is no full alternative
_TAGS = re.compile(rb"<(?:style|script|head)\b.*?</(?:style|script|head)>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class MailPart:
    """A part of a mail that holds something.

    Attributes:
        kind: TEXT, PAGE (HTML), CALENDAR, MESSAGE (another mail) or FILE; of what is left out what it is in words.
        message: the part itself.
        name: of a file.
        is_omitted: whether it is left out.
    """

    kind: str
    message: Message
    name: str = ""
    is_omitted: bool = False


def parts(message: Message, name: str, limits: Limits) -> Iterator[MailPart]:
    """The parts of a message in their order; those of a message inside it are left to the caller.

    Raises:
        DocumentError: more parts than the limits allow.
    """
    todo: list[Message] = [message]
    for count in range(limits.parts + 1):
        if not todo:
            return
        part = todo.pop()
        kind = part.get_content_type()
        inside = part.get_payload() if part.is_multipart() else None
        held = [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else None
        if kind == "message/rfc822" and held:
            yield MailPart(MESSAGE, held[0], file_name(part))
        elif held is not None and kind not in _NO_TEXT:
            todo.extend(reversed(_best(held) if kind == "multipart/alternative" else held))
        else:
            yield _leaf(part, kind)
        if count >= limits.parts - 1 and todo:
            raise DocumentError(f"{name}: has more than {limits.parts:,} parts; split it")


def _leaf(part: Message, kind: str) -> MailPart:
    name = file_name(part)
    is_file = _disposition(part) == "attachment" or bool(name)
    if kind in _NO_TEXT:
        return MailPart(_NO_TEXT[kind], part, name, is_omitted=True)
    if kind == "text/calendar":
        return MailPart(CALENDAR, part, name)
    if kind.startswith("image/") and part.get("Content-ID") and _disposition(part) != "attachment":
        return MailPart("picture", part, name, is_omitted=True)
    if kind == "text/html" and not is_file:
        return MailPart(PAGE, part)
    is_broken = kind.startswith("multipart/")  # its parts can't be told apart
    if (kind.startswith("text/") or is_broken) and (
        not is_file or (kind == "text/plain" and _disposition(part) == "inline")
    ):
        return MailPart(TEXT, part)
    return MailPart(FILE, part, name or kind)


def _best(held: list[Message]) -> list[Message]:
    """Of alternatives the plain text, or the page where the text says little or only that it can't be shown."""
    plain = next((each for each in held if each.get_content_type() == "text/plain"), None)
    pages = [each for each in held if _has(each, "text/html")]
    calendars = [each for each in held if each.get_content_type() == "text/calendar"]
    words = len(payload(plain).split()) if plain is not None else 0
    if pages and (
        plain is None or is_placeholder(payload(plain).decode("utf-8", "replace")) or _is_much_less(words, pages[-1])
    ):
        return [pages[-1], *calendars]
    if plain is not None and words:
        return [plain, *calendars]
    return [*([each for each in held if each not in calendars][-1:]), *calendars]


def is_placeholder(text: str) -> bool:
    """Whether a text only says that the mail is to be read as HTML, or nothing.

    >>> is_placeholder("Your mail program cannot show HTML. Open this message in a browser."), is_placeholder("Yes.")
    (True, False)
    """
    return not text.strip() or (len(text.split()) <= _LONGEST_PLACEHOLDER and bool(_PLACEHOLDER.search(text)))


def _is_much_less(words: int, page: Message) -> bool:
    markup = next((each for each in page.walk() if each.get_content_type() == "text/html"), page)
    return words < _MUCH_LESS * len(_TAGS.sub(b" ", payload(markup)).split())


def _has(part: Message, kind: str) -> bool:
    return any(each.get_content_type() == kind for each in part.walk())


def payload(part: Message) -> bytes:
    """The bytes of a part without its transfer encoding; none where that is damaged."""
    try:
        data = part.get_payload(decode=True)
    except Exception:  # a transfer encoding that is damaged
        return b""
    return data if isinstance(data, bytes) else b""


def charset_of(part: Message) -> str | None:
    """The character set that a part declares."""
    try:
        charset = part.get_param("charset")
        return part.get_content_charset() if charset is not None else None
    except Exception:  # a header that is damaged
        return None


def content_ids(message: Message) -> frozenset[str]:
    """The names under which the pages of a mail show its parts: `cid:` and one of these."""
    return frozenset(str(part.get("Content-ID") or "").strip("<> \t\r\n") for part in message.walk()) - {""}


def is_flowed(part: Message) -> bool:
    """Whether lines that end in a space go on in the next one (RFC 3676)."""
    try:
        return str(part.get_param("format", "")).lower() == "flowed"
    except Exception:
        return False


def unfolded(text: str) -> str:
    r"""A flowed text with its paragraphs each on one line.

    >>> unfolded("It is \nlate.\n> so \n> be it\n-- \nAna")
    'It is late.\n> so be it\n-- \nAna'
    """
    lines: list[str] = []
    goes_on = ""  # the marks of quotation of the line that goes on
    is_open = False
    for line in text.split("\n"):
        marks = line[: len(line) - len(line.lstrip(">"))]
        words = line[len(marks) :].removeprefix(" ")
        if is_open and marks == goes_on and words.rstrip() != "--":
            lines[-1] += words
        else:
            lines.append(f"{marks} {words}" if marks else words)
        is_open, goes_on = words.endswith(" ") and words.rstrip() != "--", marks
    return "\n".join(lines)


def file_name(part: Message) -> str:
    """The name of an attached file; "" where it has none."""
    try:
        name = part.get_filename() or ""
    except Exception:  # a name in an unknown encoding
        return ""
    if any("\udc80" <= character <= "\udcff" for character in name):
        name = readable(name.encode("utf-8", "surrogateescape"))
    return " ".join(name.replace("\\", "/").rpartition("/")[2].split())[:120]


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except Exception:
        return ""
