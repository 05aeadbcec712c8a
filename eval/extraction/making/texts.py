"""Plain text in many encodings, and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.extraction.making.case import Case, Grid

_WORDS = {
    "cp1252": "Die Größe der Räume für Männer beträgt 35 m², sagt Jürgen Müller “heute” – für 900 €.",
    "utf-16": "The rent of the house is 900 euros a month.",
    "utf-16-le": "The rent of the house is 900 euros a month.",
    "koi8-r": "Встреча пройдёт в пятницу седьмого июня в здании порта. Начало в одиннадцать часов.",
    "cp1251": "Встреча пройдёт в пятницу седьмого июня в здании порта. Начало в одиннадцать часов.",
    "iso8859-2": "Příliš žluťoučký kůň úpěl ďábelské ódy. Schůzka se koná v pátek v přístavu.",
    "shift_jis": "会議は来週の水曜日の午後三時に第二会議室で開かれます。担当者は佐藤さんです。",
    "euc_jp": "会議は来週の水曜日の午後三時に第二会議室で開かれます。担当者は佐藤さんです。",
    "iso2022_jp": "会議は来週の水曜日の午後三時に第二会議室で開かれます。担当者は佐藤さんです。",
    "gb18030": "会议将于下周三下午三点在第二会议室举行。负责人是王先生。",
    "cp850": "Der Schlüssel für das Büro hängt über der Tür. Größe und Höhe prüft Jürgen Müller.",
    "mac_roman": "Le café près de l’hôtel ouvre à 9 heures. Où est la clé, demande André à Hélène.",
    "cp1253": "Η συνάντηση θα γίνει την Παρασκευή στο λιμάνι. Αρχίζει στις έντεκα.",
    "utf-8-sig": "The key of the café hangs over the door.",
}
_MARKDOWN: tuple[tuple[str, str, Sequence[str | Grid], str, str], ...] = (
    (
        "heading",
        "# Opening hours\n\nThe office opens at 08:30.\n",
        ["Opening hours", "The office opens at 08:30."],
        "When does the office open?",
        "08:30",
    ),
    (
        "table",
        "# Ships\n\n| Ship | Berth |\n|---|---|\n| Aurora | 12 |\n| Baltic | 9 |\n",
        ["Ships", Grid(("Ship", "Berth"), [("Aurora", "12"), ("Baltic", "9")])],
        "At which berth is the Baltic?",
        "9",
    ),
    (
        "key_values",
        "| Client | Solberg and Sons |\n|---|---|\n| Deadline | 30 June 2025 |\n| Value | 90,000 euros |\n",
        [Grid((), [("Client", "Solberg and Sons"), ("Deadline", "30 June 2025"), ("Value", "90,000 euros")])],
        "What is the deadline?",
        "30 June 2025",
    ),
    (
        "list",
        "Bring along:\n\n- ropes\n- lamps\n- a map of the lake\n",
        ["Bring along:", "ropes", "lamps", "a map of the lake"],
        "What map is to be brought?",
        "map of the lake",
    ),
    (
        "fields",
        "# Room\n\nRoom: 14\nKeeper: Eva Lund\nPhone: 4411\n",
        ["Room", "Room: 14 Keeper: Eva Lund Phone: 4411"],
        "Who is the keeper?",
        "Eva Lund",
    ),
    (
        "note",
        "The bridge was built in 1932.[1]\n\nIt is 300 metres long.\n",
        ["The bridge was built in 1932.[1]", "It is 300 metres long."],
        "How long is the bridge?",
        "300 metres",
    ),
    (
        "matter",
        "---\ntitle: Storm\ndate: 2021-05-03\n---\n\nThe storm took seven boats.\n",
        ["The storm took seven boats."],
        "How many boats did the storm take?",
        "seven",
    ),
    (
        "nested",
        "1. Prepare\n   - wash the hull\n   - dry it\n2. Paint it twice\n",
        ["Prepare", "wash the hull", "dry it", "Paint it twice"],
        "How often is it painted?",
        "twice",
    ),
)


def cases() -> Iterator[Case]:
    """The plain texts and the Markdown of the set."""
    for encoding, words in _WORDS.items():
        yield Case(f"txt_{encoding.replace('-', '_')}.txt", f"{words}\n".encode(encoding), [words])
    wrapped = "The expedition set out from the bay on 14 Novem-\nber 1911 with nine men and fifty dogs. It came\nback in spring.\n"
    yield Case(
        "txt_wrapped.txt",
        wrapped.encode(),
        [
            "The expedition set out from the bay on 14 November 1911 with nine men and fifty dogs. It came back in spring."
        ],
        [("With how many dogs did the expedition set out?", "fifty")],
        also=("Novem- ber Novem-ber",),
    )
    numbers = "The Swiss office paid CHF 1'234.50 and the German one 2.345,60 euros.\n"
    yield Case(
        "txt_numbers.txt", numbers.encode(), [numbers.strip()], [("How much did the Swiss office pay?", "CHF 1'234.50")]
    )
    fields = "Room: 14\nKeeper: Eva Lund\nSeats: 40\n"
    yield Case(
        "txt_fields.txt", fields.encode(), ["Room: 14 Keeper: Eva Lund Seats: 40"], [("Who is the keeper?", "Eva Lund")]
    )
    items = "To be done before winter:\n\n1. Paint the hull\n2. Mend the sail\n3. Oil the winch\n"
    yield Case(
        "txt_items.txt",
        items.encode(),
        ["To be done before winter:", "Paint the hull", "Mend the sail", "Oil the winch"],
        [("What is to be done with the sail?", "Mend")],
        also=("1. 2. 3.",),
    )
    yield Case("txt_rtl.txt", "سعر التذكرة 30 يورو في اليوم.\n".encode(), ["سعر التذكرة 30 يورو في اليوم."])
    for name, text, told, question, answer in _MARKDOWN:
        yield Case(
            f"md_{name}.md",
            text.encode(),
            told,
            [(question, answer)],
            also=("[1] title: Storm date: 2021-05-03 1. 2. Client Deadline",),
        )
