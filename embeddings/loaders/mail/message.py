"""E-mail (.eml): sender, receivers, date and subject, then the text; mails inside it and quoted ones are sections.

What is attached is given on as files, which become documents of their own (`embeddings.loading`).
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr
from urllib.parse import unquote

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Packed, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.mail import parts as kinds
from embeddings.loaders.mail.invitation import invitation
from embeddings.loaders.mail.letters import header, letters
from embeddings.loaders.mail.moments import moment
from embeddings.loaders.mail.parts import MailPart, charset_of, content_ids, is_flowed, parts, payload, unfolded
from embeddings.loaders.mail.quoted import parts_of
from embeddings.loaders.mail.writing import MailWriter
from embeddings.loaders.markup import parsed_html, write_tree
from embeddings.loaders.shown.visible import as_shown

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of an e-mail, and the files attached to it.

    Raises:
        DocumentError: no e-mail, or more of it than the limits allow.
    """
    message = parsed(data, name)
    headers = shown_headers(message)
    if not any(headers[shown] for shown in ("From", "Date", "Subject")):
        raise DocumentError(f"{name}: no e-mail: it has neither sender nor date nor subject; leave it out")
    reader = _Reader(name, limits)
    reader.message(message, headers)
    sender, address = parseaddr(headers["From"]) if "@" in headers["From"] else (headers["From"], "")
    mail = described(reader.writer.extract(), headers["Subject"], sender or address, sent(message, headers))
    return mail.with_files(reader.files)


def parsed(data: bytes, name: str) -> Message:
    """The message in some bytes; a file that was saved as UTF-16 is one, too."""
    if data.startswith(_WIDE) or data[1:40:2].count(0) > 15 or data[0:40:2].count(0) > 15:
        data = decode(data, name).encode("utf-8")
    return message_from_bytes(data.lstrip(b"\r\n"), policy=policy.compat32)


def shown_headers(message: Message) -> dict[str, str]:
    """The headers that are part of the text, by their names; "" for those that are not there."""
    return {shown: header(message, shown) for shown in _SHOWN}


def sent(message: Message, headers: dict[str, str]) -> str | None:
    """When a message was sent, else when it was received."""
    received = header(message, "Received").rpartition(";")[2]
    return moment(headers["Date"]) or (moment(received) if received.strip() else None)


class _Reader:
    """Reads a message and those inside it."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.writer, self.files = MailWriter(name, limits), list[Packed]()
        self._name, self._limits = name, limits
        self._left = limits.unpacked_bytes

    def message(self, message: Message, headers: dict[str, str], depth: int = 0, date: str | None = None) -> None:
        """A message: its headers, then its parts in their order. `date` is that of a message inside another."""
        self.writer.begin(date)
        for number, (name, words) in enumerate(headers.items()):
            if depth and number == 0 and words:
                self.writer.heading(f"{name}: {words}")
            else:
                self.writer.line(f"{name}: {words}" if words else "")
        shown = content_ids(message)
        for part in parts(message, self._name, self._limits):
            self.writer.begin(date)
            if part.is_omitted:
                self.writer.omit(part.kind, detail=part.name)
            elif part.kind == kinds.MESSAGE:
                self._inside(part, depth)
            elif part.kind == kinds.FILE:
                self._file(part)
            else:
                self._text(part, shown)

    def _inside(self, part: MailPart, depth: int) -> None:
        if depth >= self._limits.depth:
            self.writer.omit("mail inside too many others", detail=part.name)
            return
        headers = shown_headers(part.message)
        self.message(part.message, headers, depth + 1, sent(part.message, headers) or "")

    def _file(self, part: MailPart) -> None:
        data = payload(part.message)
        self._left -= len(data)
        if len(self.files) >= self._limits.inside or self._left < 0 or len(data) > self._limits.file_bytes:
            self.writer.omit("attachment beyond the limits", detail=part.name)
        elif not data:
            self.writer.omit("empty attachment", detail=part.name)
        else:
            self.files.append(Packed(part.name, data))

    def _text(self, part: MailPart, shown: frozenset[str]) -> None:
        data = payload(part.message)
        if not data.strip():
            return
        try:
            text = letters(data, charset_of(part.message), self._name, is_html=part.kind == kinds.PAGE)
        except DocumentError:
            self.writer.omit("part that is no text")
            return
        if part.kind == kinds.CALENDAR:
            for lines in invitation(text):
                self.writer.paragraph("\n".join(lines))
        elif part.kind == kinds.PAGE:
            write_page(text, self.writer, shown)
        else:
            write_plain(unfolded(text) if is_flowed(part.message) else text, self.writer)


def write_plain(text: str, writer: MailWriter) -> None:
    """Writes the plain text of a mail; what it quotes becomes sections of their own."""
    for part in parts_of(text):
        lines = list(part.lines)
        writer.part(part.date)
        if part.heading and len(lines) > 1:
            count = next((n for n in range(1, 4) if " ".join(" ".join(lines[:n]).split()) == part.heading), 1)
            writer.heading(part.heading)
            words = "\n".join(lines[count:])
            writer.line(words) if words[:1].strip() else writer.paragraph(words)
        else:
            writer.paragraph("\n".join(lines))


def write_page(text: str, writer: MailWriter, shown: frozenset[str] = frozenset()) -> None:
    """Writes the HTML of a mail, as it is shown; what it quotes becomes sections of their own.

    Args:
        text: the page.
        writer: takes its words.
        shown: the parts of the mail by their Content-ID, which are counted by themselves.
    """
    root = parsed_html(text)
    if root is None:
        return
    for picture in list(root.iter("img")):
        if unquote((picture.get("src") or "").strip()).removeprefix("cid:") in shown:
            picture.drop_tree()
    for left in as_shown(root):
        writer.omit(left.kind, left.count, left.detail)
    with writer.watching():
        write_tree(root, writer)
