"""Mails, mailboxes, archives, and messages of Outlook."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

from eval.extraction.making.case import Case, Grid
from eval.extraction.making.ole import msg
from eval.extraction.making.packing import zipped

_TOP = "From: Ana Ruiz <ana@example.com>\nTo: Ben <ben@example.com>\nDate: Mon, 3 Jun 2024 10:00:00 +0200\nSubject: Visit\nMIME-Version: 1.0\n"
_SAID = "From: Ana Ruiz <ana@example.com> To: Ben <ben@example.com> Date: Mon, 3 Jun 2024 10:00:00 +0200 Subject: Visit"


def _mail(kind: str, body: bytes) -> bytes:
    return (
        _TOP.encode()
        + f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n".encode()
        + base64.encodebytes(body)
    )


def _parts(*parts: tuple[str, str], kind: str = "mixed") -> bytes:
    inside = "".join(f"--b\nContent-Type: {type}\n\n{body}\n" for type, body in parts)
    return f"{_TOP}Content-Type: multipart/{kind}; boundary=b\n\n{inside}--b--\n".encode()


# name, character set declared, the one of the bytes, words, a question and its answer
_LETTERS = (
    (
        "latin_1",
        "iso-8859-1",
        "cp1252",
        "Don’t pay more than €35 – the “deluxe” tour isn’t worth it.",
        "What should one not pay more than?",
        "€35",
    ),
    ("utf_8_as_latin", "iso-8859-1", "utf-8", "We meet at the café Größe in Łódź.", "Where do we meet?", "café Größe"),
    ("koi8", "koi8-r", "koi8-r", "Встреча пройдёт в пятницу в порту.", "", ""),
    ("jis", "iso-2022-jp", "iso2022_jp", "会議は来週の水曜日に開かれます。", "", ""),
    ("utf_16", "utf-16", "utf-16", "The rent is 900 euros a month.", "How much is the rent?", "900 euros"),
)
_OLDER = "The visit takes place on 12 June."
_NEWER = "The visit moves to 19 June."


def cases() -> Iterator[Case]:
    """The mails of the set."""
    yield from _older()
    yield from _holders()
    for name, declared, encoding, words, question, answer in _LETTERS:
        ask = [(question, answer)] if question else []
        yield Case(
            f"eml_{name}.eml", _mail(f"text/plain; charset={declared}", words.encode(encoding)), [_SAID, words], ask
        )
        page = f"<html><body><p>{words}</p></body></html>".encode(encoding)
        yield Case(f"eml_{name}_html.eml", _mail(f"text/html; charset={declared}", page), [_SAID, words], ask)
    shown = ("text/html; charset=utf-8", "<p>The parcel arrives on Thursday 6 June.</p>")
    asked = [("When does the parcel arrive?", "Thursday 6 June")]
    hint = "Your mail program cannot show HTML. Open this message in a browser."
    yield Case(
        "eml_placeholder.eml",
        _parts(("text/plain", hint), shown, kind="alternative"),
        [_SAID, "The parcel arrives on Thursday 6 June."],
        asked,
        ["browser"],
    )
    calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Board meeting\nDTSTART:20240607T110000\nLOCATION:Room Orion\nEND:VEVENT\nEND:VCALENDAR"
    yield Case(
        "eml_calendar.eml",
        _parts(("text/html", "<p>Please come.</p>"), ("text/calendar", calendar), kind="alternative"),
        [_SAID, "Please come.", "Board meeting", "Room Orion"],
        [("Where is the board meeting?", "Room Orion")],
        also=("Summary: Start: 2024-06-07 11:00 Location:",),
    )
    yield Case(
        "eml_mixed.eml",
        _parts(("text/plain", "The first part tells of Oslo."), shown, ("text/plain", "The third part tells of Moss.")),
        [
            _SAID,
            "The first part tells of Oslo.",
            "The parcel arrives on Thursday 6 June.",
            "The third part tells of Moss.",
        ],
        asked,
    )


def _older() -> Iterator[Case]:
    inner = "From: Viktor Hale <v@example.org>\nDate: Fri, 10 May 2024 09:00:00 +0000\nSubject: Boiler\n\nI will look at the boiler on 21 May."
    yield Case(
        "eml_forward.eml",
        _parts(("text/plain", "Please see below."), ("message/rfc822", inner)),
        [
            _SAID,
            "Please see below.",
            "From: Viktor Hale <v@example.org> Date: Fri, 10 May 2024 09:00:00 +0000 Subject: Boiler",
            "I will look at the boiler on 21 May.",
        ],
        [("When will the boiler be looked at?", "21 May")],
    )
    for name, quoted in (
        ("reply", f"On 30 May 2024, Ben wrote:\n> {_OLDER}\n"),
        ("outlook", f"-----Original Message-----\nFrom: Ben\nSent: 30 May 2024\nSubject: Visit\n\n{_OLDER}\n"),
    ):
        words = " ".join(quoted.replace("> ", "").replace("-----", "").split())
        yield Case(
            f"eml_{name}.eml",
            _mail("text/plain; charset=utf-8", f"{_NEWER}\n\n{quoted}".encode()),
            [_SAID, _NEWER, words],
            [("To when does the visit move?", "19 June")],
            also=("-----Original Message----->",),
        )


def _holders() -> Iterator[Case]:
    struck = "<p>The fee is <s>60</s> 48 euros for 10<sup>6</sup> cells.</p><div style='display:none'>offer 99</div>"
    yield Case(
        "eml_shown.eml",
        _mail("text/html; charset=utf-8", struck.encode()),
        [_SAID, "The fee is 48 euros for 10⁶ cells."],
        [("How much is the fee?", "48 euros")],
        ["60", "99", "106"],
    )
    attached = (
        'text/plain; name="plan.txt"\nContent-Disposition: attachment; filename="plan.txt"',
        "The dock opens on 5 May.",
    )
    yield Case(
        "eml_attached.eml",
        _parts(("text/plain", "See the plan."), attached),
        [_SAID, "See the plan.", "The dock opens on 5 May."],
        [("When does the dock open?", "5 May")],
    )
    box = b"".join(
        b"From x Mon Jun  3 10:00:00 2024\n" + _mail("text/plain", words.encode()) + b"\n"
        for words in ("The dock opens on 5 May.", "The pilot is Eva Lund.")
    )
    yield Case(
        "mbox_two.mbox",
        box,
        [_SAID, "The dock opens on 5 May.", _SAID, "The pilot is Eva Lund."],
        [("Who is the pilot?", "Eva Lund")],
    )
    archive = zipped({"notes/one.txt": "The dock opens on 5 May.\n", "two.csv": "Ship,Berth\nAurora,12\nBaltic,9\n"})
    yield Case(
        "zip_two.zip",
        archive,
        ["The dock opens on 5 May.", Grid(("Ship", "Berth"), [("Aurora", "12"), ("Baltic", "9")])],
        [("When does the dock open?", "5 May")],
        also=("Berth",),
    )
    sent = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)
    facts = "From: Ana Ruiz <ana@example.com>"
    yield Case(
        "msg_plain.msg",
        msg("Visit", "Ana Ruiz", "ana@example.com", "The visit is on 19 June.", sent=sent),
        [facts, "The visit is on 19 June."],
        [("When is the visit?", "19 June")],
        also=("Date: 2024-06-03 08:00 UTC Subject: Visit # Email Message **From:** **Subject:** Content",),
    )
