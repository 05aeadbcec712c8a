"""Rows of a text: fields ("Rent: 900 euros"), pairs ("Ana Ruiz - Mayor"), tables, records of a CSV file.

A reader takes a value of the right kind, and mostly of the first row that has one. Which row a question names is read
off its words: each counts the more the fewer rows have it, so that "within" tells two rows of one table apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from qa.english.dates import moments
from qa.english.numbers import numbers
from qa.english.phrases import singular
from qa.english.tagging import verb_form
from qa.english.words import stem, words
from qa.steps.unfit import PARTS

Bounds = tuple[int, int]

_LINE = re.compile(r"\S[^\n]*")
_BULLET = re.compile(r"\s*(?:(?:[-*+•‣◦▪·–—]|\(?(?:\d{1,2}|[a-z])[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s+)?")
_RULE = re.compile(r"(?=[^-\n]{0,20}-)[\s|:+=-]{3,400}$")  # the line under the names of columns
_FIELD = re.compile(r"(?P<a>[^\W_][^:;|\n]{0,70}?)\s?:\s+(?P<b>\S[^\n]*)")
_PAIR = re.compile(r"(?P<a>[^\W_][^|\n]{0,70}?)\s+[-–—]\s+(?P<b>\S[^\n]{0,120})")
_ASIDE = re.compile(r"\s[-–—]\s+[a-z]")  # "a nurse - moved in 1999", behind another dash
_SECTION = re.compile(rf"(?:(?:{PARTS}|part|no)\b\.?\s*)?(?:\w{{1,2}}|[ivxlc]+)$", re.IGNORECASE)
_PART = re.compile(rf"\b(?:{PARTS})s?\b\.?\s\d[\d.]*", re.IGNORECASE)
_RECORD = re.compile(r"(?:[^:;\n]{1,60}: [^;\n]*(?:; |$)){2,}$")
_LABELLED = re.compile(r"(?P<label>[^:;\n]{1,60}): (?P<cell>[^;\n]*)")
_COLUMN = re.compile(r"\S+(?:[^\S\n\t]\S+)*")  # columns stand two spaces or a tab apart
_SENTENCE_END = re.compile(r"[.!?]\s")
_LONGEST_LABEL, _LONGEST_CELL = 9, 12  # words
_LONGEST_CUT = 6  # words of a cell that a span is widened to
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had)\b")  # in a cell that is a sentence

_NO_TERMS = frozenset(
    """a an the is are was were be been do does did has have had will would can could should may might must who whom
    whose what which when where why how much many long old far of in on at by for to and or with per it its this that
    these those there i we you he she they his her their our your my please tell me name give show s""".split()
)
_RATES = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year", "annually": "year"}
_WHO = re.compile(r"\W*who(?:m|se|['’]s)?\b", re.IGNORECASE)
_COUNTS = re.compile(
    r"\bhow (?:many|much|long|old|far|big|large|tall|high|deep|heavy|wide|often)\b|\bwhen\b"
    r"|\bwhat (?:date|day|year|time)\b",
    re.IGNORECASE,
)
# What columns are called that such a question asks for.
_KINDS = (
    (re.compile(r"\bhow many\b", re.IGNORECASE), "quantity qty number count stock units pieces"),
    (re.compile(r"\bhow much\b", re.IGNORECASE), "price amount cost total rate fee"),
    (_WHO, "name person contact holder responsible owner"),
    (re.compile(r"\bwhere\b", re.IGNORECASE), "place location site address room city town country venue"),
    (re.compile(r"\bwhen\b", re.IGNORECASE), "date day time year deadline due"),
)
_MEASURED = re.compile(r"\bhow (?:long|old|far|often|tall|deep|wide)\b", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥]|\b(?:euro|dollar|pound|franc|rouble|ruble|cent|krone|yen)r?s?\b", re.IGNORECASE)
_NO_VALUE = re.compile(
    r"\W*(?:why|how(?! (?:many|much|long|old|far|big|large|tall|high|deep|heavy|wide|often)\b))\b", re.IGNORECASE
)
_RANGE = re.compile(r"(?<![\d,.])(?P<low>\d[\d,.]*)\s?(?:to|-|–|and)\s?(?P<high>\d[\d,.]*)")
_OVER = re.compile(
    r"\b(?:over|more than|above|from|at least)\s(?P<low>\d[\d,.]*)|(?<![\d,.])(?P<or_more>\d[\d,.]*)\s?(?:\+|or more)",
    re.IGNORECASE,
)
_UNDER = re.compile(r"\b(?:under|less than|fewer than|below|up to|at most)\s(?P<high>\d[\d,.]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a text.

    Attributes:
        cells: the bounds of each, in order.
        names: what each cell is called: the name of its column, "" without one.
        kind: a "field" has its label and its value as cells, a "pair" two things of which each tells of the other; a
            "record" has the name of each cell before it.
        start: where it begins.
    """

    cells: tuple[Bounds, ...]
    names: tuple[str, ...]
    kind: Literal["field", "pair", "table", "header", "record"]
    start: int

    @property
    def end(self) -> int:
        """Where its last cell ends."""
        return self.cells[-1][1]


@lru_cache(maxsize=256)  # all candidates of a passage ask for the same rows
def rows_of(text: str) -> tuple[Row, ...]:
    """The rows of a passage, in order; none where only one line looks like a row.

    >>> text = "Rent: 900 euros\\nDeposit: 1,800 euros"
    >>> [[text[slice(*cell)] for cell in row.cells] for row in rows_of(text)]
    [['Rent', '900 euros'], ['Deposit', '1,800 euros']]
    """
    found: list[Row] = []
    table: list[Row] = []
    for line in _LINE.finditer(text):
        if _RULE.match(line[0]) and table:
            table = [replace(table[-1], kind="header")]
            continue
        row = _columns(text, line)
        if row is not None and (not table or len(table[0].cells) == len(row.cells)):
            table.append(row)
            continue
        found += _table(text, table)
        table = [row] if row is not None else []
        simple = None if row is not None else _simple(text, line)
        found += [simple] if simple is not None else []
    found += _table(text, table)
    single = len(found) == 1 and found[0].kind != "record"
    return () if single else tuple(found)


def _columns(text: str, line: re.Match[str]) -> Row | None:
    """A line of a table: cells between bars, or two spaces or a tab apart; None for any other line."""
    if line[0].lstrip().startswith("|"):
        cells = [found.span() for found in re.compile(r"[^|\s](?:[^|\n]*[^|\s])?").finditer(text, *line.span())]
    elif "\t" in line[0].strip() or "  " in line[0].strip():
        cells = [found.span() for found in _COLUMN.finditer(text, *line.span())]
    else:
        return None
    return Row(tuple(cells), ("",) * len(cells), "table", line.start()) if len(cells) > 1 else None


def _table(text: str, lines: Sequence[Row]) -> Iterator[Row]:
    """The rows of a table, with the names of its columns; none of a single line."""
    if len(lines) < 2:
        return
    first = [text[slice(*cell)] for cell in lines[0].cells]
    headed = lines[0].kind == "header" or not any(character.isdigit() for cell in first for character in cell)
    names = tuple(first) if headed else lines[0].names
    for row in lines[1 if headed else 0 :]:
        yield replace(row, names=names)


def _simple(text: str, line: re.Match[str]) -> Row | None:
    """A field, a pair, or a record; None for any other line."""
    bullet = _BULLET.match(text, line.start(), line.end())
    start, end = bullet.end() if bullet is not None else line.start(), line.start() + len(line[0].rstrip(" \t\r.;,"))
    if _RECORD.match(text[start:end]):
        labelled = [found for found in _LABELLED.finditer(text, start, end) if found["cell"].strip()]
        if len(labelled) > 1 and all(_is_cell(found["label"], found["cell"]) for found in labelled):
            names = tuple(found["label"].strip() for found in labelled)
            return Row(tuple(found.span("cell") for found in labelled), names, "record", start)
    field = _FIELD.fullmatch(text, start, end)
    if field is not None and _is_label(field["a"]):
        return Row((field.span("a"), field.span("b")), ("", ""), "field", start)
    pair = _PAIR.fullmatch(text, start, end)
    if pair is not None and _is_label(pair["a"]) and not _goes_on(pair["b"]):
        return Row((pair.span("a"), pair.span("b")), ("", ""), "pair", start)
    return None


def _goes_on(behind: str) -> bool:
    """Does what stands behind a dash go on as a sentence does?"""
    return _SENTENCE_END.search(behind) is not None or _ASIDE.search(behind) is not None


def _is_cell(label: str, cell: str) -> bool:
    """Are a label and a cell of one line more than pieces of a sentence, such as what stands in its brackets?"""
    halves = any(part.count("(") != part.count(")") for part in (label, cell))
    return len(label.split()) <= _LONGEST_LABEL and not halves and not _SENTENCE_END.search(label)


def _is_label(words_before: str) -> bool:
    """Is what stands before a colon or a dash short, no piece of a sentence, and no number of a section?"""
    short = len(words_before.split()) <= _LONGEST_LABEL and not _SENTENCE_END.search(words_before)
    return short and _SECTION.match(words_before) is None


def row_at(rows: Sequence[Row], start: int, end: int) -> Row | None:
    """The first row that a span touches; None where it touches none."""
    return next((row for row in rows if row.start < end and start < row.end), None)


@lru_cache(maxsize=2048)
def terms(text: str) -> frozenset[str]:
    """What a text is told apart by: its words without those that any question has, verbs and plurals in one form.

    >>> sorted(terms("Who pays for the hotels within the Union?"))
    ['hotel', 'pay', 'union', 'withi']
    """
    kept = (_RATES.get(word, word) for word in words(text) if word not in _NO_TERMS)
    return frozenset(stem((verb_form(word) or (singular(word),))[0]) for word in kept)


@dataclass(frozen=True, slots=True)
class Named:
    """The row that a question names.

    Attributes:
        row: the row.
        value: the bounds of what it says to the question.
        exact: whether its label is named whole, and the question names nothing else.
    """

    row: Row
    value: Bounds
    exact: bool


def weights(question: str, text: str, rows: Sequence[Row], about: str) -> list[tuple[float, float]]:
    """How much of a question each row has: of what it says beyond what all rows are about, and of all it says."""
    asked, held = terms(question), [_terms_of(text, row) for row in rows]
    count = Counter(term for row in held for term in row)
    fits = [_holds_number(question, text, row) for row in rows]
    rest = (asked - terms(about)) or asked
    found = []
    for row, fits_here in zip(held, fits, strict=True):
        in_range = 2.0 if fits_here and sum(fits) == 1 else 0.0
        rest_has, all_has = (sum(1 / count[term] for term in said & row) for said in (rest, asked))
        found.append((round(rest_has + in_range, 6), round(all_has, 6)))
    return found


def named(question: str, text: str, about: str = "", span: Bounds | None = None) -> Named | None:
    """The one row that has more of a question than any other, and what it says; None where there is no such row.

    Args:
        text: what is looked for rows.
        about: what all rows are about, as the title of their document: naming that names no row.
        span: what a reader took; where more than one cell may answer, the one in its column does.
    """
    rows = rows_of(text)
    if not rows or _NO_VALUE.match(question):
        return None
    found = weights(question, text, rows, about)
    top = max(found)
    if top[1] <= 0 or found.count(top) > 1:
        return _under_the_column(question, text, rows, span)
    row = rows[found.index(top)]
    value = _value(question, text, row, None if span is None else _column(rows, span))
    if value is None:
        return None
    key = terms(" ".join(text[slice(*cell)] for cell in row.cells if cell != value))
    label = terms(text[slice(*row.cells[0])]) if row.kind in ("field", "table") else key
    rest = terms(question) - terms(about)
    exact = bool(label) and label <= terms(question) and (rest or terms(question)) <= key | terms(" ".join(row.names))
    return Named(row, value, exact)


def _under_the_column(question: str, text: str, rows: Sequence[Row], span: Bounds | None) -> Named | None:
    """The cell of a span's own row under the one column that a question names, where the span stands in another."""
    row, column = (None, None) if span is None else (row_at(rows, *span), _column(rows, span))
    if row is None or column is None:
        return None
    asked = terms(question)
    named_ones = [i for i, name in enumerate(row.names) if name and terms(name) and terms(name) <= asked]
    if len(named_ones) != 1 or named_ones[0] == column or not _is_fit(question, text[slice(*row.cells[named_ones[0]])]):
        return None
    return Named(row, row.cells[named_ones[0]], exact=False)


def _terms_of(text: str, row: Row) -> frozenset[str]:
    """What tells a row from others: its label; of a pair, a table and a record all cells."""
    cells = row.cells[:1] if row.kind == "field" else row.cells
    return terms(" ".join(text[slice(*cell)] for cell in cells))


def _column(rows: Sequence[Row], span: Bounds) -> int | None:
    """The number of the cell that a span of a table or record stands in, or of the one whose name it is."""
    row = row_at(rows, *span)
    if row is None or row.kind not in ("table", "record"):
        return None
    return next((i for i, (_, end) in enumerate(row.cells) if span[0] < end), None)


def _value(question: str, text: str, row: Row, column: int | None) -> Bounds | None:
    """The cell that answers: the one whose column is asked for, else the one that the question does not name."""
    asked = terms(question)
    shared = [len(terms(text[slice(*cell)]) & asked) for cell in row.cells]
    unnamed = [i for i, count in enumerate(shared) if count == 0]
    unnamed = unnamed or [i for i in range(len(shared)) if i != shared.index(max(shared))]
    fit = [i for i in ([1] if row.kind == "field" else unnamed) if _is_fit(question, text[slice(*row.cells[i])])]
    if len(fit) > 1:
        wanted = asked | {stem(word) for asks, kinds in _KINDS if asks.search(question) for word in kinds.split()}
        share = {i: len(terms(row.names[i]) & wanted) for i in fit}
        best = [i for i in fit if 0 < share[i] == max(share.values())]
        fit = best if len(best) == 1 else [column] if column in fit else []
    return row.cells[fit[0]] if fit else None


def _is_fit(question: str, value: str) -> bool:
    """May a value answer: a name asked who, a number asked how many or when, no money asked how long?"""
    if len(value.split()) > _LONGEST_CELL:
        return False
    if _WHO.match(question):
        return any(character.isupper() for character in value) or not any(c.isdigit() for c in value)
    if _COUNTS.search(question) is None:
        return True
    if _MEASURED.search(question) is not None and _MONEY.search(value) is not None:
        return False
    return bool(numbers(_PART.sub("", value)) or moments(value))


def _holds_number(question: str, text: str, row: Row) -> bool:
    """Does the first cell of a row give a range or a bound that the question's number lies in ("2 to 5 years": 3)?"""
    asked = numbers(question)
    cell = text[slice(*row.cells[0])]
    if len(asked) != 1 or asked[0] in numbers(cell):
        return False
    for pattern in (_RANGE, _OVER, _UNDER):
        found = pattern.search(cell)
        if found is not None:
            ends = {name: _number(words) for name, words in found.groupdict().items() if words}
            low = ends.get("low", ends.get("or_more", float("-inf")))
            return low <= asked[0] <= ends.get("high", float("inf"))
    return False


def _number(digits: str) -> float:
    return next(iter(numbers(digits.rstrip(".,"))), float("nan"))


def within(text: str, value: Bounds, start: int, end: int) -> Bounds:
    """The bounds of a span, cut to the cell it stands in, and widened to the end of what the cell begins with.

    >>> text = "Contact: Ruth Abel, room 4"
    >>> text[slice(*within(text, (9, 26), 9, 13))], text[slice(*within(text, (9, 26), 0, 18))]
    ('Ruth Abel', 'Ruth Abel')
    """
    first, last = max(start, value[0]), min(end, value[1])
    comma = re.compile(r",\s|\s?\(|;\s").search(text, last, value[1])
    whole = (value[0], comma.start() if comma is not None else value[1])
    if first >= last:
        return value
    words_of_cell = text[slice(*whole)]
    short = len(words_of_cell.split()) <= _LONGEST_CUT and _FINITE.search(words_of_cell) is None
    return whole if first < whole[1] and short else (first, last)
