"""Tables, fields and lists in a text that has no marks for them but its own: plain text, Markdown, the text of a PDF.

    Room: 14                   a field; so is "Room ....... 14"
    - Room: 12; Name: Orion    a record: a row of a table whose cells have their names before them
    | Ship | Berth |           a row of a table; so are cells that stand two spaces or a tab apart
    Ana Ruiz - Mayor           a row of two cells, where another one follows
    2. the roof                an item of a list, where another one follows

The text is not changed; each part is told by where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.layout import Bounds, Field, Item, Layout, Table
from embeddings.text.items import ITEM
from embeddings.text.tables.columns import Line, tables_of
from embeddings.text.tables.kinds import is_label

# The lines of a frame, by what is typed for them.
_BARS = "│┃║┆┊╎"
_FRAMES = {ord(sign): typed for signs, typed in ((_BARS, "|"), ("─━═┄┈╌", "-")) for sign in signs}
_FRAMES |= {code: "+" for code in range(0x2500, 0x2580) if code not in _FRAMES}
_BULLET = re.compile(rf"{ITEM}\s+(?=\S)")
_BULLET_SIGNS = frozenset("-*+•‣◦▪●○·–—([§0123456789")
_CLOSING = frozenset(".)")
_RULE = re.compile(r"[-=+][-=+ |:]{4,}")
_GAP = re.compile(r"\t| \| | {2,}(?<![.!?:] {2})")  # not the two spaces behind a full stop
_LONGEST_LINE = 2_000  # characters; a longer one is prose
_HEAD = 80  # characters that a label and its sign stand in
_FIELD = re.compile(
    r"[*_`]{0,3}(?P<a>[^\W_][^:;|\n]{0,70}?)[*_`]{0,3}\s?(?::[*_`]{0,3}[^\S\n]+|\s?(?:\.{3,}|…+|_{3,})\s?)[*_`]{0,3}(?P<b>[^\s*_`][^\n]*?)[*_`\s]*"
)
_INNER = re.compile(
    r"(?P<a>[^\W_](?:[^\s:;|]|[^\S\n\t](?=\S)){0,40}?)[^\S\n]?:[^\S\n]+(?P<b>[^\s:]+(?:[^\S\n\t][^\s]+)*)(?=[^\S\n]{2}|\t|$)",
    re.MULTILINE,
)
_RECORD = re.compile(r"(?:[^:;\n]{1,60}: [^;\n]*(?:; |$)){2,}")
_LABELLED = re.compile(r"(?P<a>[^:;\n]{1,60}): (?P<b>[^;\n]*?)\s*(?:; |$)")
_PAIR = re.compile(r"(?P<a>[^\W_][^|\n:]{0,70}?)\s+[-–—]\s+(?P<b>\S[^|\n]{0,120}?)\s*")
_SENTENCE_END = re.compile(r"[.!?]\s")
_ASIDE = re.compile(r"\s[-–—]\s")
_SECTION = re.compile(
    r"(?:(?:art(?:icle)?|section|sec|chapter|clause|part|figure|fig|table|no|note|step|appendix|annex)\b\.?\s*)?"
    r"(?:\d{1,3}(?:\.\d+)*|[a-z]|[ivxlc]+)$",
    re.IGNORECASE,
)
_SAYING = frozenset(
    "said says say asked asks added adds wrote writes told replied answered noted notes this that".split()
)
_LONGEST_LABEL, _LONGEST_ALONE = 9, 15  # words of a label; of the value of a field that no other one follows
_LONGEST_VALUE = 40  # words of any field
_MOST_LINES = 30  # that one item may run over
_TAB = 4  # columns


@dataclass(frozen=True, slots=True)
class Blocks:
    """What was found in a text, each kind in the order of the text."""

    tables: tuple[Table, ...] = ()
    fields: tuple[Field, ...] = ()
    items: tuple[Item, ...] = ()


def blocks_of(text: str, taken: Sequence[Bounds] = (), start: int = 0) -> Blocks:
    """The tables, fields and list items of a text.

    Args:
        text: the text.
        taken: parts of it, in order, that are told already, as the tables that a loader knew.
        start: where to begin, as behind front matter.

    >>> text = "Room: 14\\nFloor: 2\\n\\n- a lamp\\n- a desk"
    >>> blocks = blocks_of(text)
    >>> [text[slice(*field.value)] for field in blocks.fields], [text[item.start : item.end] for item in blocks.items]
    (['14', '2'], ['a lamp', 'a desk'])
    """
    if not text.isascii() and any(sign in text for sign in _BARS):
        text = text.translate(_FRAMES)
    lines = list(_lines(text, taken, start))
    tables = list(tables_of(text, [line for line in lines if line.kind in ("bar", "rule", "gap")]))
    inside = [(table.start, table.end) for table in tables]
    rest = list(_outside([line for line in lines if line.kind not in ("rule",)], inside))
    records = list(_records(text, rest))
    pairs = list(_pairs(text, rest))
    within = [(table.start, table.end) for table in (*records, *pairs)]
    fields = list(_fields(text, list(_outside(rest, within))))
    fields += [field for table in tables if table.by_rows for field in fields_of(table)]
    return Blocks(
        tuple(sorted((*tables, *records, *pairs), key=lambda table: table.start)),
        tuple(sorted(fields, key=lambda field: field.label)),
        tuple(_items(text, rest)),
    )


def with_blocks(text: str, layout: Layout, start: int = 0) -> Layout:
    """A layout with what is found in a text beside the tables that it has. Arguments as in `blocks_of`."""
    taken = sorted([*((table.start, table.end) for table in layout.tables), *layout.headings])
    blocks = blocks_of(text, taken, start)
    tables = tuple(sorted((*layout.tables, *blocks.tables), key=lambda table: table.start))
    fields = tuple(sorted((*layout.fields, *blocks.fields), key=lambda field: field.label))
    return replace(layout, tables=tables, fields=fields, items=blocks.items)


def fields_of(table: Table) -> Iterator[Field]:
    """The rows of a table of names and values, as fields."""
    for row in range(table.header, len(table)):
        cells = table.row(row)
        if len(cells) > 1:
            yield Field((cells[0].start, cells[0].end), (cells[1].start, cells[-1].end))


def _lines(text: str, taken: Sequence[Bounds], start: int) -> Iterator[Line]:
    """The lines that may be part of a table, a field or a list; none of what stands between fences."""
    parts = iter(taken)
    part = next(parts, None)
    fenced, end = False, start - 1
    for line in text[start:].split("\n"):
        begin, end = end + 1, end + 1 + len(line)
        words = line.strip()
        kind = _kind(words) if words and len(words) <= _LONGEST_LINE else ""
        if not kind:
            continue
        while part is not None and part[1] <= begin:
            part = next(parts, None)
        if part is not None and end > part[0]:
            continue
        if kind == "fence":
            fenced = not fenced
        elif not fenced:
            margin = len(line) - len(line.lstrip())
            bullet = _BULLET.match(words) if kind == "bullet" else None
            first = begin + margin + (bullet.end() if bullet is not None else 0)
            yield Line(begin, first, begin + margin + len(words), kind, len(line[:margin].expandtabs(_TAB)))


def _kind(words: str) -> str:
    """What a line may be, by its signs: "" for nothing but prose, which is what most lines are: it is told first."""
    sign = words[0]
    if not sign.isalpha():
        if sign == "|":
            return "bar"
        if sign in "`~" and words.startswith(("```", "~~~")):
            return "fence"
        if sign in "-=+" and _RULE.fullmatch(words) is not None:
            return "rule"
    may_begin = words[1:2] in _CLOSING or sign in _BULLET_SIGNS or ")" in words[2:6]
    if may_begin and _BULLET.match(words) is not None:
        return "bullet"
    if ("  " in words or "\t" in words or " | " in words) and _GAP.search(words) is not None:
        return "gap"
    head = words[:_HEAD]
    if ":" in head and (": " in head or ":\t" in head or ":*" in head):
        return "field"
    if " - " in head or "..." in head or "___" in head:
        return "pair"
    return "" if head.isascii() or not (" – " in head or " — " in head or "…" in head) else "pair"


def _outside(lines: Sequence[Line], parts: Sequence[Bounds]) -> Iterator[Line]:
    """The lines that lie in none of some parts, which may stand in any order."""
    left = sorted(parts)
    index = 0
    for line in lines:
        while index < len(left) and left[index][1] <= line.begin:
            index += 1
        if index == len(left) or line.end <= left[index][0]:
            yield line


def _records(text: str, lines: Sequence[Line]) -> Iterator[Table]:
    """Lines of cells with their names before them, as tables: those that follow one another with the same names."""
    rows: list[list[tuple[int, int, int]]] = []
    names: list[str] = []
    last = -1
    for line in lines:
        if text.find(";", line.start, line.end) < 0 or _RECORD.fullmatch(text, line.start, line.end) is None:
            continue
        cells = [each for each in _LABELLED.finditer(text, line.start, line.end) if each["b"]]
        if len(cells) < 2 or not all(_is_cell(each["a"], each["b"]) for each in cells):
            continue
        said = [each["a"].strip() for each in cells]
        if rows and (said != names or text[last : line.begin].strip()):
            yield Table.of(names, rows)
            rows = []
        names, last = said, line.end
        rows.append([(column, *each.span("b")) for column, each in enumerate(cells)])
    if rows:
        yield Table.of(names, rows)


def _is_cell(label: str, cell: str) -> bool:
    """Whether a label and a cell of one line are more than pieces of a sentence, as what stands in its brackets."""
    halves = any(part.count("(") != part.count(")") for part in (label, cell))
    return len(label.split()) <= _LONGEST_LABEL and not halves and not _SENTENCE_END.search(label)


def _pairs(text: str, lines: Sequence[Line]) -> Iterator[Table]:
    """Lines of two things with a dash between them, where at least two follow one another."""
    run: list[tuple[Line, re.Match[str]]] = []
    for line in lines:
        pair = _PAIR.fullmatch(text, line.start, line.end) if line.kind in ("pair", "bullet", "gap") else None
        if pair is None or not _is_name(pair["a"]) or _SENTENCE_END.search(pair["b"]) or _ASIDE.search(pair["b"]):
            continue
        if run and (text[run[-1][0].end : line.begin].strip() or text.count("\n", run[-1][0].end, line.begin) > 2):
            yield from _paired(run)
            run = []
        run.append((line, pair))
    yield from _paired(run)


def _paired(run: Sequence[tuple[Line, re.Match[str]]]) -> Iterator[Table]:
    if len(run) > 1:
        yield Table.of((), [[(0, *pair.span("a")), (1, *pair.span("b"))] for _, pair in run])


def _fields(text: str, lines: Sequence[Line]) -> Iterator[Field]:
    """Lines that are a label and its value: more than one near another, or one that forms have."""
    labelled = [(line, each) for line in lines for each in _matches(text, line)]
    begun = {line.begin for line, _ in labelled}
    stops = [line.begin for line in lines if line.kind == "bullet" or line.begin in begun]
    for index, (line, each) in enumerate(labelled):
        if len(each["b"].split()) > _LONGEST_VALUE:
            continue
        near = any(
            _is_near(text, labelled[i][0], labelled[i + 1][0]) for i in (index - 1, index) if 0 <= i < len(labelled) - 1
        )
        alone = is_label(each["a"]) and len(each["b"].split()) <= _LONGEST_ALONE
        if near or alone or line.kind == "bullet":
            after = bisect_right(stops, line.begin)
            end = _end(text, line, stops[after] if after < len(stops) else len(text))
            is_last = each.end("b") >= line.end - 3 and end > line.end
            yield Field(each.span("a"), (each.start("b"), end if is_last else each.end("b")))


def _matches(text: str, line: Line) -> list[re.Match[str]]:
    """The fields of a line: one, or several with a gap between them."""
    if line.kind == "gap":
        several = list(_INNER.finditer(text, line.start, line.end))
        between = text[line.start : line.end]
        for each in several:
            between = between.replace(each[0], "", 1)
        if several and not between.strip() and all(_is_label(text, each) for each in several):
            return several
    match = _FIELD.fullmatch(text, line.start, line.end)
    return [match] if match is not None and _is_label(text, match) else []


def _is_label(text: str, field: re.Match[str]) -> bool:
    """Whether what stands before a colon is the label of a field, and no sentence or the head of an address."""
    return _is_name(field["a"]) and text[field.end("a") : field.end("a") + 3] != "://"


def _is_near(text: str, line: Line, after: Line) -> bool:
    """Whether no more than one other line stands between two."""
    return after.begin - line.end <= 200 and len(text[line.end : after.begin].split("\n")) <= 4


def _is_name(words: str) -> bool:
    """Whether what stands before a colon or a dash is short, no piece of a sentence, and no number of a section."""
    short = len(words.split()) <= _LONGEST_LABEL and not _SENTENCE_END.search(words)
    told = words.rpartition(" ")[2].lower() not in _SAYING  # "He said: ..."
    return short and told and _SECTION.match(words) is None and words.count("(") == words.count(")")


def _items(text: str, lines: Sequence[Line]) -> Iterator[Item]:
    """The items of lists, of which at least two follow one another."""
    run: list[Item] = []
    group = 0
    bullets = [line for line in lines if line.kind == "bullet"]
    for index, line in enumerate(bullets):
        stop = bullets[index + 1].begin if index + 1 < len(bullets) else len(text)
        end = _end(text, line, stop)
        run.append(Item(group, line.start, end, line.indent))
        if text[end:stop].strip() or index + 1 == len(bullets):
            if len(run) > 1:
                yield from _levelled(run)
                group += 1
            run = []


def _levelled(run: Sequence[Item]) -> Iterator[Item]:
    """Items with how deep they are in their list instead of how far from the margin."""
    indents: list[int] = []
    for item in run:
        while indents and indents[-1] > item.level:
            indents.pop()
        if not indents or indents[-1] < item.level:
            indents.append(item.level)
        yield replace(item, level=len(indents) - 1)


def _end(text: str, line: Line, stop: int) -> int:
    """Where an item ends: it runs on over lines that are set in, or begin in lower case."""
    end = line.end
    for _ in range(_MOST_LINES):
        newline = text.find("\n", end, stop)
        if newline < 0:
            break
        after = text.find("\n", newline + 1, stop)
        words = text[newline + 1 : after if after >= 0 else stop]
        inner = len(words.expandtabs(_TAB)) - len(words.expandtabs(_TAB).lstrip())
        if not words.strip() or not (inner > line.indent or words[:1].islower()):
            break
        end = newline + 1 + len(words.rstrip())
    return end
