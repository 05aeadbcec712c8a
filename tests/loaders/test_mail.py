"""Mail: character sets, the best of the alternatives, mails inside mails, quoted replies with their own dates."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.mail.invitation import invitation
from embeddings.loaders.mail.message import extract
from embeddings.loaders.mail.moments import day_in, moment
from embeddings.loaders.mail.parts import is_placeholder, unfolded
from embeddings.loaders.mail.quoted import introduction, parts_of
from embeddings.text.sections import sections_of
from embeddings.types import Document

TOP = "From: Ana Ruiz <ana@example.com>\nTo: Ben <ben@example.com>\n"
TOP += "Date: Tue, 4 Jun 2024 10:00:00 +0000\nSubject: Visit\n"


def read(rest: str | bytes, top: str = TOP) -> Extract:
    """What is read of a mail: its top, then more headers, a blank line and its body."""
    body = rest if isinstance(rest, bytes) else rest.encode()
    return extract(top.encode() + body, "a.eml", LIMITS)


def body_of(rest: str | bytes) -> str:
    """The text below the headers."""
    return read(rest).text.partition("Subject: Visit")[2].strip()


def dates(found: Extract) -> dict[str, str | None]:
    """Each line of a text, and the date of the section that it stands in."""
    document = Document("", "t", "a.eml", found.text, found.date, layout=found.layout)
    told: dict[str, str | None] = {}
    for section in sections_of(document):
        for line in found.text[section.start : section.end].split("\n"):
            told[line] = section.date
    return told


def typed(kind: str, body: bytes, more: str = "") -> bytes:
    """The rest of a mail of one part."""
    return f"MIME-Version: 1.0\nContent-Type: {kind}\n{more}\n".encode() + body


def mixed(*parts: str, kind: str = "mixed") -> str:
    """The rest of a mail of several parts, each with its headers."""
    inside = "".join(f"--b\n{part}\n" for part in parts)
    return f"MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=b\n\n{inside}--b--\n"


def plain(words: str) -> str:
    """A part of plain text."""
    return f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"


def page(words: str) -> str:
    """A part of HTML."""
    return f"Content-Type: text/html; charset=utf-8\n\n{words}\n"


# ---------------------------------------------------------------- character sets


@pytest.mark.parametrize(
    ("declared", "encoding", "words"),
    [
        ("iso-8859-1", "cp1252", "Don’t pay more than €35 – really"),
        ("us-ascii", "cp1252", "a “quoted” word"),
        ("iso-8859-1", "utf-8", "café Größe, Łódź"),
        ("windows-1252", "utf-8", "naïve — “yes”"),
        ("utf-8", "utf-8", "Größe"),
        ("koi8-r", "koi8-r", "Встреча в пятницу в Осло"),
        ("windows-1251", "cp1251", "Встреча в пятницу в Осло"),
        ("iso-2022-jp", "iso2022_jp", "会議は来週の水曜日です"),
        ("us-ascii", "iso2022_jp", "会議は来週の水曜日です"),
        ("iso-2022-jp", "iso2022_jp_3", "会議は①番の部屋です"),
        ("us-ascii", "iso2022_kr", "회의는 수요일입니다"),
        ("shift_jis", "cp932", "会議は①番の部屋です"),
        ("gb2312", "gb18030", "会议在星期三，镕基"),
        ("euc-kr", "cp949", "회의는 수요일입니다"),
        ("big5", "cp950", "會議在星期三"),
        ("utf-16", "utf-16", "The rent is 900 euros"),
        ("utf-16le", "utf-16-le", "The rent is 900 euros"),
        ("iso-8859-15", "iso8859_15", "35 € für Œuvre"),
        ("iso-8859-2", "iso8859_2", "Příliš žluťoučký kůň"),
        ("utf-7", "utf-7", "Größe"),
        ("x-unknown", "utf-8", "Größe"),
        ("x-unknown", "cp1252", "Größe und Übermut für Männer"),
        ("", "utf-8", "Größe"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_letters_are_read_as_they_were_written(declared: str, encoding: str, words: str, kind: str) -> None:
    text = words if kind == "plain" else f"<html><body><p>{words}</p></body></html>"
    data = base64.b64encode(text.encode(encoding))
    said = f"; charset={declared}" if declared else ""
    assert body_of(typed(f"text/{kind}{said}", data, "Content-Transfer-Encoding: base64\n")) == words


def test_letters_that_windows_adds_to_those_of_japanese_mail_are_read() -> None:
    written = b"\x1b$B-!2q5D$O-j%5%/%i\x1b(B 10:00\x1b(IJ]\x1b$B|b66\x1b(B"
    assert body_of(typed("text/plain; charset=iso-2022-jp", written)) == "①会議は㈱サクラ 10:00ﾊﾝ髙橋"


def test_what_a_page_says_of_its_letters_comes_after_what_the_mail_says() -> None:
    words = '<html><meta charset="koi8-r"><body><p>Привет всем вам</p></body></html>'
    assert body_of(typed("text/html", words.encode("koi8-r"))) == "Привет всем вам"
    assert body_of(typed("text/html; charset=cp1251", words.encode("cp1251"))) == "Привет всем вам"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_a_mail_that_was_saved_as_utf_16_is_one(encoding: str) -> None:
    found = extract(f"{TOP}\nThe rent is 900 euros, für alle.\n".encode(encoding), "a.eml", LIMITS)
    assert (found.title, found.date) == ("Visit", "2024-06-04T10:00Z")
    assert found.text.endswith("The rent is 900 euros, für alle.")


@pytest.mark.parametrize("subject", ["=?ISO-2022-JP?B?GyRCMnE1RBsoQg==?=", "=?utf-8?B?5Lya6K2w?=", "会議"])
def test_letters_of_headers(subject: str) -> None:
    assert read("\nx\n", f"From: a@b.c\nSubject: {subject}\n").title == "会議"


def test_a_header_of_latin_1_is_read_as_windows_1252() -> None:
    found = extract("From: Ana Größe\nSubject: 35 €\n\nx\n".encode("cp1252"), "a.eml", LIMITS)
    assert (found.author, found.title) == ("Ana Größe", "35 €")


# ---------------------------------------------------------------- parts


@pytest.mark.parametrize(
    "words",
    [
        "Your mail program cannot show HTML. Open this message in a browser.",
        "This email can't be displayed because your client doesn't support HTML.",
        "",
        "To view this message, please use an HTML compatible email viewer!",
        "View this email in your browser: https://example.com/x",
        "Ihr Programm kann HTML nicht darstellen.",
        "This message is in HTML.",
    ],
)
def test_a_page_is_read_where_the_text_only_says_that_it_is_not_shown(words: str) -> None:
    found = body_of(mixed(plain(words), page("<p>The parcel arrives on Thursday.</p>"), kind="alternative"))
    assert found == "The parcel arrives on Thursday."


def test_of_two_full_alternatives_the_plain_one_is_read() -> None:
    words = "The parcel arrives on Thursday."
    assert body_of(mixed(plain(words), page(f"<p><b>{words}</b></p>"), kind="alternative")) == words
    long = " ".join(f"word{number}" for number in range(60))
    assert "word59" in body_of(mixed(plain(words), page(f"<p>{long}</p>"), kind="alternative"))


def test_ordinary_words_are_no_placeholder() -> None:
    assert not is_placeholder("The page shows the prices in euros. See the price list in your folder.")


def test_all_texts_of_a_mixed_mail_are_read() -> None:
    found = body_of(mixed(plain("First."), page("<p>Second.</p>"), plain("Third.")))
    assert found.split() == ["First.", "Second.", "Third."]


def test_a_page_with_its_pictures_is_an_alternative() -> None:
    picture = "Content-Type: image/png\nContent-ID: <x>\nContent-Disposition: inline\n\nxx\n"
    inner = "Content-Type: multipart/related; boundary=c\n\n--c\n" + page("<p>Shown.</p>") + f"--c\n{picture}--c--\n"
    found = read(mixed(plain(""), inner, kind="alternative"))
    assert found.text.endswith("Shown.")
    assert found.remarks.lines() == ("1 picture left out",)


@pytest.mark.parametrize(("source", "told"), [("cid:x", "1 picture"), ("cid:y", "2 pictures"), ("a.png", "2 pictures")])
def test_a_picture_that_the_page_shows_is_counted_once(source: str, told: str) -> None:
    picture = "Content-Type: image/png\nContent-ID: <x>\nContent-Disposition: inline\n\nxx\n"
    found = read(mixed(page(f"<p>A<img src='{source}'>B</p>"), picture, kind="related"))
    assert found.text.endswith("AB")
    assert found.remarks.lines() == (f"{told} left out",)


def test_the_text_of_parts_that_can_not_be_told_apart_is_read() -> None:
    assert read("Content-Type: multipart/mixed; boundary=c\n\nThe pier is closed.\n").text.endswith(
        "The pier is closed."
    )
    assert read(mixed("Content-Type: multipart/alternative; boundary=d\n\n", plain("Hello."))).remarks.lines() == ()


def test_what_is_left_out_is_told() -> None:
    signature = "Content-Type: application/pgp-signature; name=s.asc\n\nxx\n"
    found = read(mixed(plain("Hello."), signature, "Content-Type: application/pkcs7-mime\n\nxx\n"))
    assert set(found.remarks.lines()) == {"1 signature left out (s.asc)", "1 encrypted part left out"}


def test_an_invitation_is_text() -> None:
    event = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Board\\, all of it\nDTSTART:20240607T090000Z\nLOCATION:Room\n  Orion\n"
    )
    event += 'ORGANIZER;CN="Ana Ruiz":mailto:ana@example.com\n'
    event += "BEGIN:VALARM\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"
    assert invitation(event) == [
        [
            "Summary: Board, all of it",
            "Start: 2024-06-07 09:00 (UTC)",
            "Location: Room Orion",
            "Organizer: Ana Ruiz <ana@example.com>",
        ]
    ]
    part = f"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{event}"
    assert "Location: Room Orion" in body_of(mixed(plain("Please come."), part, kind="alternative"))
    assert (
        body_of(
            mixed(
                page("<p>At 11.</p>"),
                "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
                kind="alternative",
            )
        )
        == "At 11."
    )


@pytest.mark.parametrize("headers", ["", "Content-Disposition: attachment; filename=old.eml\n"])
def test_a_mail_inside_is_a_section_with_its_own_date(headers: str) -> None:
    inner = "From: Viktor Hale <v@example.org>\nDate: Fri, 10 May 2024 09:00:00 +0000\nSubject: Boiler\n\n"
    inner += "I come on 21 May.\n"
    found = read(mixed(plain("See below."), f"Content-Type: message/rfc822\n{headers}\n{inner}", plain("After it.")))
    told = dates(found)
    assert (told["I come on 21 May."] or "")[:16] == "2024-05-10T09:00"
    assert (told["See below."], told["After it."]) == (None, None)
    assert "From: Viktor Hale <v@example.org>" in found.text


def test_mails_inside_mails_are_bounded() -> None:
    data = "Subject: last\n\nThe end.\n"
    for number in range(9):
        data = f"Subject: n{number}\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{data}"
    found = extract(data.encode(), "a.eml", LIMITS)
    assert "The end." not in found.text
    assert found.remarks.lines() == ("1 mail inside too many others left out",)


def test_flowed_lines_are_joined() -> None:
    rest = "Content-Type: text/plain; charset=utf-8; format=flowed\n\nIt is \nlate.\n\n> So \n> be it.\n"
    assert body_of(rest) == "It is late.\n\nSo be it."
    assert unfolded(" >not quoted\n-- \nAna") == ">not quoted\n-- \nAna"


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Tue, 4 Jun 2024 10:00:00 +0000", "2024-06-04T10:00Z"),
        ("2025-07-29T12:42:06.000Z", "2025-07-29T12:42Z"),
        ("2025-07-29 12:42:06 +0200", "2025-07-29T10:42Z"),
        ("2025-07-29", "2025-07-29"),
        ("Tue, 4 Jun 2024 10:00:00 +0200 (CEST)", "2024-06-04T08:00Z"),
        ("4. Juni 2024, 10:00", "2024-06-04"),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_of_headers(written: str, found: str | None) -> None:
    assert moment(written) == found


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Am 3. Juni 2024 um 10:00 schrieb Ana:", "2024-06-03"),
        ("Le lun. 3 juin 2024 à 10:00, Ana a écrit :", "2024-06-03"),
        ("El 3 de julio de 2024, Ana escribió:", "2024-07-03"),
        ("On Mon, Jun 3, 2024 at 10:00 AM Ana wrote:", "2024-06-03"),
        ("Op 3 mei 2024 schreef Ana:", "2024-05-03"),
        ("Am 03.06.2024 um 10:00 schrieb Ana:", "2024-06-03"),
        ("2024年6月3日(月) 10:00 Ana:", "2024-06-03"),
        ("On 2024-06-03 10:00, Ana wrote:", "2024-06-03"),
        ("On 4/6/2024, Ana wrote:", None),
    ],
)
def test_days_in_lines_above_quoted_words(words: str, day: str | None) -> None:
    assert (day_in(words) or "")[:10] == (day or "")


def test_a_mail_without_a_date_has_that_of_its_receipt() -> None:
    top = "Received: from a by b with SMTP id x; Mon, 3 Jun 2024 10:00:00 +0200\nFrom: a@b.c\nSubject: s\n"
    assert read("\nx\n", top).date == "2024-06-03T08:00Z"


# ---------------------------------------------------------------- quoted replies

OLD = "The visit takes place on 12 June."
NEW = "The visit moves to 19 June."
BLOCK = "From: Ana Ruiz <ana@example.com>\nSent: Monday, 3 June 2024 09:00\nTo: Ben\nSubject: Visit\n"


@pytest.mark.parametrize(
    ("body", "date"),
    [
        (f"{NEW}\n\nOn 3 Jun 2024, Ana Ruiz wrote:\n> {OLD}\n", "2024-06-03"),
        (f"{NEW}\n\nOn Mon, Jun 3, 2024 at 9:00 AM Ana Ruiz\n<ana@example.com> wrote:\n\n> {OLD}\n", "2024-06-03"),
        (f"{NEW}\n\nAm 3. Juni 2024 um 09:00 schrieb Ana Ruiz:\n> {OLD}\n", "2024-06-03"),
        (f"{NEW}\n\nLe 3 juin 2024 à 09:00, Ana Ruiz a écrit :\n\n> {OLD}\n", "2024-06-03"),
        (f"{NEW}\n\n-----Original Message-----\n{BLOCK}\n{OLD}\n", "2024-06-03T09:00"),
        (f"{NEW}\n\n________________________________\n{BLOCK}\n{OLD}\n", "2024-06-03T09:00"),
        (f"{NEW}\n\n{BLOCK}\n{OLD}\n", "2024-06-03T09:00"),
        (
            f"{NEW}\n\nVon: Ana Ruiz\nGesendet: Montag, 3. Juni 2024 09:00\nAn: Ben\nBetreff: Besuch\n\n{OLD}\n",
            "2024-06-03",
        ),
        (
            f"{NEW}\n\n---------- Forwarded message ---------\nFrom: Ana\nDate: Mon, 3 Jun 2024 09:00:00 +0000\n"
            f"Subject: x\n\n{OLD}\n",
            "2024-06-03T09:00Z",
        ),
        (f"{NEW}\n\nBegin forwarded message:\n\nFrom: Ana\nDate: 3 June 2024\nSubject: x\n\n{OLD}\n", "2024-06-03"),
        (f"{NEW}\n\n> {OLD}\n", ""),
        (f"Ana wrote:\n> {OLD}\n\n{NEW}\n", ""),
        (f"{NEW}\n\nAna Ruiz <ana@example.com> wrote:\n> {OLD}\n", ""),
        (f"{NEW}\n\nOn 4 Jun 2024, Ben wrote:\n> Which day?\n>\n> On 3 Jun 2024, Ana wrote:\n>> {OLD}\n", "2024-06-03"),
        (f"On 3 Jun 2024, Ana Ruiz wrote:\n> {OLD}\n\n{NEW}\n", "2024-06-03"),
    ],
)
def test_quoted_words_never_answer_under_the_date_of_the_newer_mail(body: str, date: str) -> None:
    found = read(f"Content-Type: text/plain; charset=utf-8\n\n{body}")
    told = dates(found)
    assert (told[OLD] or "").startswith(date)
    assert told[OLD] is not None
    assert told[NEW] is None
    assert found.date == "2024-06-04T10:00Z"


@pytest.mark.parametrize(
    ("body", "date"),
    [
        (
            f'<div>{NEW}</div><div class="gmail_quote"><div class="gmail_attr">On Mon, Jun 3, 2024, Ana &lt;a@b.c&gt; '
            f"wrote:<br></div><blockquote>{OLD}</blockquote></div>",
            "2024-06-03",
        ),
        (
            f"<p>{NEW}</p><div style='border-top:solid 1pt'><p><b>From:</b> Ana<br><b>Sent:</b> 3 June 2024"
            f"<br><b>To:</b> Ben<br><b>Subject:</b> x</p></div><p>{OLD}</p>",
            "2024-06-03",
        ),
        (
            f"<p>On 3 Jun 2024, Ana wrote:</p><blockquote type=cite><p>{OLD}</p></blockquote><p>{NEW}</p>",
            "2024-06-03",
        ),
    ],
)
def test_quoted_words_of_a_page_have_their_own_date(body: str, date: str) -> None:
    told = dates(read(f"Content-Type: text/html; charset=utf-8\n\n{body}\n"))
    assert (told[OLD] or "").startswith(date)
    assert told[OLD] is not None
    assert told[NEW] is None


@pytest.mark.parametrize(
    "lines",
    [
        ["From: the harbour you see the bridge."],
        ["On Monday we wrote: nothing"],
        ["Date: 3 June 2024", "Place: Oslo"],
        ["She wrote a letter to the council."],
        ["To: Ben", "Subject: x"],
        ["Total: 5", "Sent: 4"],
    ],
)
def test_ordinary_lines_introduce_nothing(lines: list[str]) -> None:
    assert introduction(lines) is None


def test_the_words_of_a_mail_are_all_kept_in_their_order() -> None:
    text = "One\n> two\n> > three\n> four\n\nfive\nOn 3 Jun 2024, Ana wrote:\n> six\n"
    assert [line for part in parts_of(text) for line in part.lines if line] == [
        *("One", "two", "three", "four", "five", "On 3 Jun 2024, Ana wrote:", "six"),
    ]


def test_an_attached_file_comes_with_the_mail() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.c", "s"
    message.set_content("x")
    message.add_attachment(b"\0\1", maintype="application", subtype="pdf", filename="plän.pdf")
    found = extract(bytes(message), "a.eml", LIMITS)
    assert [(file.name, file.data) for file in found.files] == [("plän.pdf", b"\0\1")]
    assert Extract.from_json(found.to_json()) == found
