"""E-mail (.eml): sender, receivers, date and subject, then the text. Attachments are named and not read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.markup import parsed_html, write_tree
from embeddings.loaders.web_page import decoded

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_MOST_NAMED = 5  # attachments


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of an e-mail.

    Raises:
        DocumentError: no e-mail, or more of it than the limits allow.
    """
    message = message_from_bytes(data, _class=EmailMessage, policy=policy.default.clone(raise_on_defect=False))
    headers = {shown: _header(message, shown) for shown in _SHOWN}
    if not any(headers[shown] for shown in ("From", "Date", "Subject")):
        raise DocumentError(f"{name}: no e-mail: it has neither sender nor date nor subject; leave it out")
    writer = Writer(name, limits)
    for shown, words in headers.items():
        writer.line(f"{shown}: {words}" if words else "")
    attached = _write_parts(message, writer, name, limits)
    notes = []
    if attached:
        named = ", ".join(attached[:_MOST_NAMED]) + (", …" if len(attached) > _MOST_NAMED else "")
        notes = [f"its attachments are not read ({named}); save them beside it"]
    sender, address = parseaddr(headers["From"])
    return described(writer.extract(), headers["Subject"], sender or address, _day(headers["Date"]), notes)


def _header(message: Message, name: str) -> str:
    """The words of a header on one line; "" where there is none."""
    try:
        value = message.get(name)
        return " ".join(str(value).split()) if value is not None else ""
    except Exception:  # the standard library stumbles over some of what is sent
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).encode("utf-8", "replace").decode("utf-8").split())


def _write_parts(message: EmailMessage, writer: Writer, name: str, limits: Limits) -> list[str]:
    """Writes the texts of a message, of alternatives the plain one, and returns the names of what is attached."""
    attached: list[str] = []
    for count, part in enumerate(_parts(message)):
        if count > limits.parts:
            raise DocumentError(f"{name}: has more than {limits.parts:,} parts; split it")
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            attached.append(_file_name(part))
            continue
        payload = _payload(part)
        if kind == "text/html":
            root = parsed_html(decoded(payload, name)) if payload.strip() else None
            if root is not None:
                write_tree(root, writer)
        else:
            writer.paragraph(_text(part, payload, name))
    return attached


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a message that hold something, in order; of alternatives only the one that is read best."""
    todo: list[Message] = [message]
    while todo:
        part = todo.pop()
        inside = part.get_payload() if part.is_multipart() else None
        if not isinstance(inside, list):
            yield part
            continue
        messages = [each for each in inside if isinstance(each, Message)]
        if part.get_content_type() == "multipart/alternative":
            plain = [each for each in messages if each.get_content_type() == "text/plain" and _payload(each).strip()]
            messages = plain[:1] or messages[-1:]
        todo.extend(reversed(messages))


def _payload(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except Exception:  # a transfer encoding that is damaged
        return b""
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message, payload: bytes, name: str) -> str:
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        return decode(payload, name)


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or part.get_content_type()
    except Exception:  # a name in an encoding that is none
        return part.get_content_type()


def _day(written: str) -> str | None:
    """The moment in ISO 8601 to the minute, in UTC where its zone is known.

    >>> _day("Mon, 3 May 2021 12:30:00 +0200")
    '2021-05-03T10:30Z'
    """
    try:
        moment = parsedate_to_datetime(written)
        if moment.tzinfo is None:
            return moment.strftime("%Y-%m-%dT%H:%M")
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
