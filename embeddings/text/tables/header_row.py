"""What names the columns of a table: found by what its cells are, not assumed to be its first row.

    Report of the harbour office        a title: one cell over a table of more
    Ship;2019;2020                      the names: words over numbers, or years over what are no years
    Aurora;7;9                          a row

A table of two columns whose first column is made of labels ("Client", "Contract value") is read by rows: each label
names the cell beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from embeddings.text.tables.kinds import (
    LONGEST_NAME,
    ORDINAL,
    OVER_FIELDS,
    Cells,
    bare,
    is_label,
    kind,
    numeric_columns,
)

SAMPLE = 40  # rows looked at to tell what a column holds
_MOST_TITLES = 20  # rows above the names
_LONGEST_TOLD = 400  # of one that stands over numbers, or asks
_MOST_FIELDS = 200  # rows of a table of names and values
_PRICE = re.compile(r"\d{1,2}\.\d\d")
_ENDS_AS_TEXT = re.compile(r"[,;{]$|\S\s+\S+\s+\S+\.$")  # a piece of code, or a sentence
_COUNTED = re.compile(r"(?P<word>[^\W\d_]{1,20}[ .]{0,2})\d{1,4}\b|(?P<mark>\d{1,3}[.)] )")  # "Step 1", "2) "
# Words that name a column of things; a year beside one of them names a column, too.
_THINGS = frozenset(
    """country region state province district county municipality town city place location station harbour port ship
    name product item article category group sector industry department company project employee customer client
    supplier team school type kind model brand language""".split()
)
_ROLES = frozenset("manager director president secretary mayor head leader chair chairman owner employee".split())
_ALONE = frozenset("total sum all overall average mean change difference note remark comment rank share".split())


@dataclass(frozen=True, slots=True)
class Naming:
    """How the rows of a table are to be read.

    Attributes:
        titles: how many rows at its top are titles or remarks over the table.
        header: how many rows after those hold the names of the columns.
        names: of the columns, "" for one without.
        by_rows: whether the first cell of each row names the second.
        pairs: the columns of names and of their values, where a row has several of both.
    """

    titles: int
    header: int
    names: tuple[str, ...]
    by_rows: bool = False
    pairs: tuple[tuple[int, int], ...] = ()

    def parted(self, row: Cells) -> Iterator[Cells]:
        """A row of several names and values, parted where a name has no value: that name stands alone."""
        within = sum(bool(row[column].strip()) for pair in self.pairs for column in pair if column < len(row))
        if not self.pairs or within < _filled(row):
            yield row
            return
        together: list[str] = []
        for name, value in _paired([row], self.pairs):
            if value:
                together += [name, value]
            elif name:
                yield from filter(None, (together, [name]))
                together = []
        yield from filter(None, (together,))


def naming_of(rows: Sequence[Cells], told: int = 0, labelled: bool = False) -> Naming:
    """What names the columns of rows, none of which is empty.

    Args:
        rows: of the table, its titles included; the first ones are enough.
        told: how many rows at the top the file itself says are names, titles among them.
        labelled: whether the file says that the first cell of each row names it.

    >>> naming_of([["Harbour", "", ""], ["Ship", "2019", "2020"], ["Aurora", "7", "9"], ["Baltic", "3.5", "4"]])
    Naming(titles=1, header=1, names=('Ship', '2019', '2020'), by_rows=False, pairs=())
    """
    sample = rows[: _MOST_TITLES + SAMPLE]
    titles = _titles(sample, told)
    body = sample[titles:]
    if told > titles:
        return _named(titles, body, told - titles)
    if labelled and all(_filled(row[2:]) == 0 for row in body):
        return Naming(titles, 0, (), by_rows=True)
    over = titles if told else _titles(sample, 1)  # a name and its value may stand over two of both
    if pairs := _form_pairs(sample[over:]):
        return Naming(over, 0, (), by_rows=True, pairs=pairs)
    if _is_fields(body):
        over = len(body) > 2 and all(bare(cell) in OVER_FIELDS for cell in body[0] if cell.strip())
        return Naming(titles, int(over), (), by_rows=True)
    for depth in (2, 1):
        said = _are_names(body, depth) if len(body) > depth else ""
        if said == "strong" or (said and not (titles and _has_bands(body))):
            return _named(titles, body, depth)
    return Naming(titles, 0, ())


def starts_anew(before: Sequence[Cells], after: Sequence[Cells], apart: bool) -> bool:
    """Whether rows under a table are a table of their own, with names of their own.

    Args:
        before: some rows of the table above, without its names.
        after: the rows in question.
        apart: whether an empty row stands between.
    """
    titles = _titles(after[:SAMPLE], 0)
    body = after[titles : titles + SAMPLE]
    said = _are_names(body, 1) if len(body) > 1 else ""
    if not said:
        return False
    wider = _filled(body[0]) != _common_width(before)
    if apart:
        forms = [cell for cell in body[0] if is_label(cell) and bare(cell.split()[-1]) not in _ROLES]
        alike = _filled(body[0]) == _common_width(body[1:])
        return said == "strong" or bool(titles) or (alike and (wider or 2 * len(forms) >= _filled(body[0])))
    if titles:
        return said == "strong"
    numeric = numeric_columns(before)
    over = [column for column in numeric if column < len(body[0]) and kind(body[0][column]) == "t"]
    return said == "strong" and (wider or len(over) > 1) and len(over) == len(numeric)


def _titles(rows: Sequence[Cells], told: int) -> int:
    """How many rows at the top stand over the table: remarks, and rows of one cell over a table of more."""
    width = _common_width(rows)
    count = 0
    for row in rows[:_MOST_TITLES]:
        filled = _filled(row)
        first = next((cell.strip() for cell in row if cell.strip()), "")
        remark = first.startswith(("#", "//")) and filled < width
        pair = width >= 4 and filled == 2 == _filled(row[:2])  # "Printed: | 3 May"
        if not (remark or (filled == 1 < width) or (pair and not told)):
            break
        count += 1
    return count if count < len(rows) else 0


def _common_width(rows: Sequence[Cells]) -> int:
    """How many cells of a row are filled, in most rows; the larger number where two are as common."""
    counts = Counter(_filled(row) for row in rows[:SAMPLE])
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _has_bands(body: Sequence[Cells]) -> bool:
    """Whether further titles stand among rows, and none right under the first one: they part rows without names, as the
    letters of an index do."""
    alone = [_filled(row) == 1 for row in body]
    return not alone[1] and any(alone[at] and not alone[at + 1] for at in range(2, len(body) - 1))


def _filled(row: Cells) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _named(titles: int, body: Sequence[Cells], depth: int) -> Naming:
    """The names that stand in the first rows, those of several rows one after the other."""
    width = max(len(row) for row in body[:depth])
    levels = [list(_spread(row, width, level < depth - 1)) for level, row in enumerate(body[:depth])]
    if depth > 1:
        reach = _reach(*body[:2])
        levels[0][reach:] = [""] * len(levels[0][reach:])
    names = []
    for column in range(width):
        parts = dict.fromkeys(level[column] for level in levels if level[column])
        names.append(", ".join(parts))
    if names and names[0].startswith("#"):
        names[0] = names[0].lstrip("# ") or "#"
    return Naming(titles, depth, tuple(names))


def _spread(row: Cells, width: int, over: bool) -> Iterator[str]:
    """The cells of a row of names, folded; one over others goes on to the next that is filled."""
    last = ""
    for column in range(width):
        words = " ".join(row[column].split()) if column < len(row) else ""
        words = words if words == ":" else words.rstrip(":").rstrip()
        last = words or (last if over else "")
        yield last


def _reach(groups: Cells, names: Cells) -> int:
    """How many columns may stand under groups: all, or those before one that is left over where each group has as many
    of them as the others."""
    width = max(len(groups), len(names))
    told = [column for column, cell in enumerate(groups) if cell.strip()]
    over = [column for column in told if column and column < len(names) and names[column].strip()]
    if len(over) < 2 or over[-1] != told[-1]:
        return width
    if any(groups[column] == groups[column - 1] for column in over):
        return over[-1] + 1  # the file says how far each group reaches
    *others, last = [[name.strip() for name in names[begin:end]] for begin, end in pairwise((*over, len(names)))]
    first = others[0]
    if not 1 < len(first) == len(last) - 1 or any(len(part) != len(first) for part in others):
        return width
    again = last[:-1] == first and last[-1] not in first
    return len(names) - 1 if again or bare(last[-1]) in _ALONE else width


def _are_names(body: Sequence[Cells], depth: int) -> str:
    """Whether the first rows hold names. "strong": words over numbers, years over what are no years, words of forms;
    "weak": short words, all different; "": they do not."""
    rows, rest = body[:depth], body[depth : depth + SAMPLE]
    if depth == 2 and _have_corner(rows):
        return "strong"
    if depth == 2 and not _is_two_deep(rows):
        return ""
    row = [_last_filled(rows, column) for column in range(max(map(len, rows)))]
    kinds = [kind(cell) for cell in row]
    if sum(map(bool, kinds)) < 2 or any(cell.strip() and not each for cell, each in zip(row, kinds, strict=True)):
        return ""
    over = [_over(column, row[column], kinds[column], rest) for column in range(len(row))]
    longest = max(len(cell) for cell in row)
    if "no" in over or longest > _LONGEST_TOLD:
        return ""
    run = [column for column, each in enumerate(kinds) if each in ("y", "d", "n")]
    if run:
        names = _named(0, rows, depth).names  # under two groups the same numbers may stand
        differ = len({names[column] for column in run}) == len(run)
        numbers = [row[column] for column in run]
        return "strong" if differ and _is_run(numbers, {kinds[column] for column in run}, run, rest) else ""
    return "strong" if "yes" in over else _presumed(row, depth, rest)


def _presumed(row: Cells, depth: int, rest: Sequence[Cells]) -> str:
    """Whether words are names though nothing under them says so: as `_are_names`."""
    told = [cell.strip() for cell in row if cell.strip()]
    labels = 2 * sum(is_label(cell) for cell in told) > len(told)
    short = all(len(cell) <= LONGEST_NAME or cell.endswith("?") for cell in told)
    named = all(any(map(str.isalpha, cell)) and (not cell[0].isdigit() or ORDINAL.match(cell)) for cell in told)
    differ = labels or len(set(told)) == len(told)
    if depth > 1 or not (short and named and differ) or any(map(_ENDS_AS_TEXT.search, told)):
        return ""
    return "strong" if labels else "" if _is_written_alike(row, rest) else "weak"


def _is_written_alike(row: Cells, rest: Sequence[Cells]) -> bool:
    """Whether a row is written as those under it: capitals here, small letters there ("Ana | chief", "Ben | cook")."""
    alike = set()
    for column, cell in enumerate(row):
        below = [each[column].strip() for each in rest if column < len(each) and each[column].strip()]
        if cell.strip() and below and all(each[0].islower() == cell.strip()[0].islower() for each in below):
            alike.add(cell.strip()[0].islower())
    return len(alike) == 2 and not any(map(is_label, row))


def _is_two_deep(rows: Sequence[Cells]) -> bool:
    """Whether the first row groups the names of the second: words over gaps that the second fills, or said twice."""
    first, second = rows
    told = [cell.strip() for cell in first]
    filled = [c for c, cell in enumerate(second) if cell.strip()]
    again = [c for c in range(1, len(told)) if told[c] and told[c] == told[c - 1]]
    gaps = [c for c, cell in enumerate(told) if c and not cell and any(told[:c])] + again
    groups = {cell for c, cell in enumerate(told) if cell and c in filled}
    return (
        (len({cell for cell in told if cell}) > 1 or (bool(again) and not told[0]))
        and any(c in filled for c in gaps)
        and len(filled) > len(groups)
        and all(kind(second[c]) in ("t", "y", "d") for c in filled)
        and all(kind(cell) in ("t", "y", "") for cell in told)
    )


def _have_corner(rows: Sequence[Cells]) -> bool:
    """Whether the first cell spans both rows, and one beside it several names, which may begin with a number: "Length"
    beside "Stay" over "1 day" and "1 week"."""
    first, second = ([cell.strip() for cell in row] for row in rows)
    names = [cell for cell in second[1:] if cell]
    return (
        len(first) > 2
        and first[:1] == second[:1] != [""]
        and any(first[c] and first[c] == first[c - 1] for c in range(2, len(first)))
        and not any(map(str.isdigit, "".join(first)))
        and len(set(names)) == len(names) > 1
        and all(any(map(str.isalpha, name)) for name in names)
    )


def _last_filled(rows: Sequence[Cells], column: int) -> str:
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return cells[-1] if cells else ""


def _over(column: int, cell: str, cell_kind: str, rest: Sequence[Cells]) -> str:
    """Whether a cell names what is under it: "yes", words over numbers; "no", it is one of them; "" can't be told."""
    below = [row[column].strip() for row in rest if column < len(row) and row[column].strip()]
    if not below or cell_kind != "t":
        return ""
    if cell.strip() in below or _is_one_of(cell.strip(), below):
        return "no"
    kinds = [below_kind for each in below if (below_kind := kind(each))]
    numeric = sum(each != "t" for each in kinds)
    begins_so = not cell.strip()[0].isdigit() or ORDINAL.match(cell.strip()) is not None
    return "yes" if kinds and begins_so and 3 * numeric >= 2 * len(kinds) else ""


def _is_one_of(cell: str, below: Sequence[str]) -> bool:
    """Whether a cell is one of those below it: "Step 1: Open" over "Step 2: Close", "-c" over "-h"."""
    if cell[0] in "-/<$@%.+•*–":
        return 2 * sum(each[0] == cell[0] and kind(each) == "t" for each in below) >= len(below)
    first = _COUNTED.match(cell)
    others = [match for each in below if (match := _COUNTED.match(each)) is not None] if first is not None else []
    return first is not None and any(each["word"] == first["word"] and each[0] != first[0] for each in others)


def _is_run(cells: Cells, kinds: set[str], columns: Sequence[int], rest: Sequence[Cells]) -> bool:
    """Whether numbers are names: all different years or days over what are none, or counted on by one."""
    if len(kinds) != 1 or (0 in columns and kinds != {"y"}):
        return False
    if kinds == {"d"} and all(map(_PRICE.fullmatch, map(str.strip, cells))):
        return False  # "12.00" is a price here, and no time
    below = [cell for row in rest for column in columns if column < len(row) and (cell := row[column].strip())]
    shapes = set(map(_shape, cells))
    alike = sum(kind(cell) in kinds and (kinds == {"n"} or _shape(cell) in shapes) for cell in below)
    if kinds == {"n"} and 3 * alike >= len(below):
        steps = [int(cell) for cell in cells if cell.strip().isdecimal() and len(cell.strip()) < 5]
        counted = len(steps) == len(cells) >= 3 and all(b - a == 1 for a, b in pairwise(steps))
        following = [row[column] for row in rest[:1] for column in columns if column < len(row)]
        return counted and following != [str(step + len(steps)) for step in steps]
    if kinds == {"y"} and (step := _step(cells)):  # years over numbers that may be years: "Visitors; 2050; 1980; 2110"
        rows = [[row[column] for column in columns if column < len(row)] for row in rest]
        return bool(below) and all(_step(row) != step for row in rows)
    return bool(below) and 2 * alike < len(below)


def _shape(cell: str) -> str:
    """What a number looks like: "9.9" for "5.37", "9.9.9" for "31.12.2020", "a9" for "FY2020"."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip()))


def _step(cells: Cells) -> int:
    """How far years are from one another, of three or more; 0 where they are not all as far."""
    years = [int(cell) for cell in cells if cell.strip().isdecimal() and len(cell.strip()) == 4]
    steps = {after - year for year, after in pairwise(years)}
    return steps.pop() if len(years) == len(cells) >= 3 and len(steps) == 1 else 0


def _is_fields(body: Sequence[Cells]) -> bool:
    """Whether rows are names and values: two columns, the first of labels, the second of values of several kinds."""
    pairs = [(row[0].strip(), row[1].strip()) for row in body if len(row) > 1 and row[0].strip() and row[1].strip()]
    if not 2 <= len(pairs) <= _MOST_FIELDS or 3 * len(pairs) < 2 * len(body):
        return False
    if any(_filled(row[2:]) for row in body):
        return False
    labels = [label for label, _ in pairs]
    if 4 * len(set(labels)) < 3 * len(labels) or any(len(each) > LONGEST_NAME or kind(each) != "t" for each in labels):
        return False
    if 2 * sum(each.endswith(":") for each in labels) > len(labels):
        return True
    first, *others = [kind(value) for _, value in pairs]
    if all(bare(cell) in OVER_FIELDS for cell in pairs[0]) and len(pairs) > 2:
        return True
    if first == "y" and "y" not in others and bare(labels[0]) in _THINGS and not any(map(is_label, labels[1:])):
        return False  # "Country | 2020"
    if first != "t" and first:  # no names over it: the first value is a number
        return True
    share = sum(is_label(label) for label in labels) / len(labels)
    mixed = 0 < sum(each != "t" for each in others) < len(others)
    if {"t", "n"} < set(others) and first == "t":
        return True  # a text, a number and a day under one another
    if is_label(pairs[0][1]):
        return False  # "Name | Department": the value is a name, too
    if others and len(set(others)) == 1 and others[0] != "t" and share < 1:
        return False  # words over numbers of one kind
    return share >= 0.5 or (mixed and share > 0 and len(pairs) > 2)


def _form_pairs(body: Sequence[Cells]) -> tuple[tuple[int, int], ...]:
    """The columns of names and values where rows have several of both: "Name: | Ana | Age: | 41"; a value may lack."""
    used = [c for c in range(max(map(len, body), default=0)) if any(c < len(row) and row[c].strip() for row in body)]
    if len(used) not in (4, 6) or len(body) > _MOST_FIELDS:
        return ()
    pairs = tuple(zip(used[::2], used[1::2], strict=True))
    cells = [pair for pair in _paired(body, pairs) if any(pair)]
    labels, values = [label for label, _ in cells], [value for _, value in cells if value]
    if 3 * len(values) < 2 * len(labels) or len(set(labels)) < len(labels) or any(kind(each) != "t" for each in labels):
        return ()
    colons = sum(each.endswith(":") for each in labels) - sum(each.endswith(":") for each in values)
    named = sum(is_label(each) for each in labels) - 2 * sum(is_label(each) for each in values)
    return pairs if 2 * colons > len(labels) or (len(body) > 1 and 4 * named >= 3 * len(labels)) else ()


def _paired(rows: Sequence[Cells], pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """The words of each row in pairs of columns, "" where there are none."""
    for row in rows:
        words = [[row[column].strip() if column < len(row) else "" for column in pair] for pair in pairs]
        yield from ((name, value) for name, value in words)
