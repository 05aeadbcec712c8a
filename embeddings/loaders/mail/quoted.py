"""Quoted words of older mails: where they begin and end in a text, who wrote them, and when.

Quotations are marked by ">", by a line above them ("On 3 Jun 2024, Ana Ruiz wrote:"), or by the headers of the older
mail ("From: ... Sent: ..."), which is quoted from there on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from embeddings.loaders.mail.moments import day_in, moment

_MARKED = re.compile(r"(?P<marks>(?:[ \t]?>)+)[ \t]?")
_WROTE = re.compile(
    r"(?:\b(?:wrote|writes|said|schrieb\w*|geschrieben|a écrit|écrit|escribi[óo]|escribe|ha scritto|scrive|schreef"
    r"|skrev|escreveu|kirjoitti|pisze|napisał\(?a?\)?|napsala?|írta|написал\w*|пишет)\b.{0,120}"
    r"|写道|さん(?:は書きました|が書きました))\s*[:：]\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:(?:on|am|le|el|il|op|den|em|dnia|w dniu|dne|в|quoting|at)\b|\d{1,4}[./-]|\w{3},? \d)", re.IGNORECASE
)
_DIVIDER = re.compile(
    r"(?:[-_=*]{2,}\s*)?(?:original message|original appointment|forwarded message|forwarded by .{1,80}"
    r"|begin forwarded message:?|ursprüngliche nachricht|weitergeleitete nachricht|message d['’]origine"
    r"|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato"
    r"|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|ursprungligt meddelande"
    r"|vidarebefordrat meddelande|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna)"
    r"\s*(?:[-_=*:]{1,}\s*)?$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[*_]{0,2}(?P<name>[^\W\d_][\w \u00a0-]{0,18}?)\s?[*_]{0,2}\s?[:：][*_]{0,2}\s*(?P<value>.*)$")
_FROM = frozenset(("from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä", "от", "发件人", "差出人"))
_WHEN = frozenset(
    "sent date gesendet datum envoyé enviado fecha inviato data verzonden skickat sendt dato wysłano lähetetty "
    "отправлено дата 发送时间 送信日時".split()
)
_OTHERS = frozenset(
    "to cc bcc subject an betreff à objet para asunto a oggetto aan onderwerp till ämne til emne do temat assunto "
    "reply-to importance attachments kopia kopie".split()
)
_MOST_LINES = 12  # of the headers of a quoted mail
_LONGEST_INTRODUCTION = 320  # characters


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one mail, older or newer.

    Attributes:
        lines: without the marks of quotation.
        heading: the line that introduces a quoted mail, which is the first of `lines`; "" where there is none.
        date: when it was written; "" for a quoted mail that does not say, None for the mail itself.
    """

    lines: tuple[str, ...]
    heading: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """What introduces a quoted mail: how many lines it takes, and when the mail was written ("" where not said)."""

    lines: int
    date: str


def parts_of(text: str) -> list[Part]:
    """The parts of a mail's text, in their order.

    >>> for part in parts_of("It is on 19 June.\\n\\nOn 3 Jun 2024, Ana wrote:\\n> It is on 12 June.\\n\\nBye"):
    ...     print(part.date, part.lines)
    None ('It is on 19 June.', '')
    2024-06-03 ('On 3 Jun 2024, Ana wrote:', 'It is on 12 June.')
    None ('', 'Bye')
    """
    parts: list[Part] = []
    dates: dict[int, str | None] = {}  # when the words were written that stand so deep here
    waiting: tuple[list[str], str] | None = None  # what introduces the next run, which is quoted deeper
    for depth, run in _runs(text):
        dates = {at: date for at, date in dates.items() if at <= depth}
        head: list[str] = []
        if waiting is not None:
            head, dates[depth] = waiting
            waiting = None
        for said, lines in _split(run):
            if said is not None and not any(map(str.strip, lines[said.lines :])):
                waiting = (lines, said.date)
                break
            if said is not None:
                head, dates[depth] = lines[: said.lines], said.date
            body = lines[said.lines :] if said is not None else lines
            parts.append(Part((*head, *body), _heading(head), dates.get(depth, "" if depth else None)))
            head = []
    if waiting is not None:
        parts.append(Part(tuple(waiting[0]), "", None))
    return parts


def _runs(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text that are quoted as deep, run by run; a blank line between two of a run is part of it."""
    lines = [_unmarked(line) for line in text.split("\n")]
    for place in range(len(lines) - 2, 0, -1):
        if not lines[place][1].strip() and lines[place][0] < lines[place + 1][0]:
            before = next((depth for depth, words in reversed(lines[:place][-3:]) if words.strip()), 0)
            if before == lines[place + 1][0]:
                lines[place] = (before, "")
    for depth, run in groupby(lines, key=lambda line: line[0]):
        yield depth, [words for _, words in run]


def _split(run: list[str]) -> Iterator[tuple[Introduction | None, list[str]]]:
    """A run parted where older mails are introduced in it, each part with what introduces it."""
    start, said, place = 0, None, 0
    while place < len(run):
        begun = introduction(run[place : place + _MOST_LINES]) if _may_start(run[place]) else None
        if begun is None:
            place += 1
            continue
        if place > start:
            yield said, run[start:place]
        start, said, place = place, begun, place + max(1, begun.lines)
    yield said, run[start:]


def introduction(lines: Sequence[str]) -> Introduction | None:
    """What the first of some lines introduce, None where they are ordinary text.

    >>> introduction(["From: Ana", "Sent: Monday, 3 June 2024 10:00", "Subject: Visit", "", "Hello"])
    Introduction(lines=3, date='2024-06-03T10:00')
    >>> introduction(["On 3 Jun 2024, Ana Ruiz", "<ana@example.com> wrote:"])
    Introduction(lines=2, date='2024-06-03')
    """
    first = lines[0].strip() if lines else ""
    if not first:
        return None
    if _DIVIDER.match(first):
        skipped = next((n for n, line in enumerate(lines[1:], 1) if line.strip()), 1)
        block = _headers(lines[skipped:])
        if block is None:
            return Introduction(1, "") if first[0] in "-_=*" else None
        return Introduction(skipped + block.lines, block.date)
    if re.fullmatch(r"_{10,}", first):
        block = _headers(lines[1:])
        return Introduction(1 + block.lines, block.date) if block is not None else None
    block = _headers(lines)
    if block is not None:
        return block
    if _OPENS.match(first) or "@" in first:
        for count in (1, 2, 3):
            joined = " ".join(line.strip() for line in lines[:count])
            if len(joined) <= _LONGEST_INTRODUCTION and _WROTE.search(joined) and all(map(str.strip, lines[:count])):
                return Introduction(count, day_in(joined) or "")
    return None


def _headers(lines: Sequence[str]) -> Introduction | None:
    """The headers of a quoted mail: its sender first, then when it was sent and others."""
    names, date, count = list[str](), "", 0
    for line in lines[:_MOST_LINES]:
        match = _FIELD.match(line.strip())
        name = match["name"].strip().lower() if match is not None else ""
        if name not in _FROM | _WHEN | _OTHERS:
            if names and line[:1].isspace() and line.strip():  # a header that goes on
                count += 1
                continue
            break
        if match is not None and name in _WHEN and name not in names:
            date = date or moment(match["value"].strip("* ")) or day_in(match["value"]) or ""
        names.append(name)
        count += 1
    is_mail = len(names) >= 2 and names[0] in _FROM and (any(name in _WHEN for name in names) or len(names) >= 3)
    return Introduction(count, date) if is_mail else None


def _unmarked(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and the line without the marks of it."""
    match = _MARKED.match(line)
    return (match["marks"].count(">"), line[match.end() :]) if match is not None else (0, line)


def _may_start(line: str) -> bool:
    return (
        ":" in line
        or "：" in line
        or bool(_OPENS.match(line.strip()))
        or bool(_DIVIDER.match(line.strip()))
        or line.startswith("____")
    )


def _heading(words: Sequence[str]) -> str:
    if not words:
        return ""
    return " ".join(" ".join(words[:3]).split()) if _WROTE.search(" ".join(words)) else " ".join(words[0].split())
