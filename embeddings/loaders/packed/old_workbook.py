"""XLS, the workbooks of Excel before 2007, by xlrd: rows with their numbers, each cell as its sheet shows it."""

from __future__ import annotations

from typing import Any

from embeddings.errors import DocumentError
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.limits import Limits
from embeddings.loaders.packed.number_formats import BUILT_IN, plain, shown
from embeddings.loaders.packed.runs import Run, words_of_runs
from embeddings.loaders.packed.sheets import Sheet, write_sheet

_TEXT, _NUMBER, _DAY, _YES_NO, _ERROR = 1, 2, 3, 4, 5  # what a cell holds, as xlrd counts


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The sheets of a workbook.

    Raises:
        ImportError: xlrd is not installed.
        DocumentError: more than the limits allow.
        Exception: whatever xlrd raises for a damaged file.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=_Nowhere())
    except NotImplementedError:  # formats of a program that xlrd does not know
        book = xlrd.open_workbook(file_contents=data, logfile=_Nowhere())
    writer = Writer(name, limits)
    for table in book.sheets():
        if table.nrows > limits.rows:
            raise DocumentError(f"{name}: more than {limits.rows:,} rows; split it")
        if table.visibility:
            writer.omit("hidden sheet", detail=table.name)
            continue
        sheet = Sheet(table.name)
        for number in range(table.nrows):
            cells = [_cell(cell, (number, column), table, book, sheet) for column, cell in enumerate(table.row(number))]
            if any(cells):
                sheet.add(number + 1, cells)
        hidden = {c for c, each in table.colinfo_map.items() if each.hidden and not each.outline_level}
        sheet.hidden_columns = hidden  # of rows it is not known whether only a filter hides them
        sheet.merged = [(top + 1, left, bottom - top, right - left) for top, bottom, left, right in table.merged_cells]
        write_sheet(writer, sheet)
    return writer.extract()


class _Nowhere:
    """Where xlrd writes its warnings."""

    def write(self, words: str) -> int:
        """Nothing is written."""
        return len(words)

    def flush(self) -> None:
        """Nothing is kept."""


def _cell(cell: Any, place: tuple[int, int], table: Any, book: Any, sheet: Sheet) -> str:
    """A cell as it is shown; counts what of it is struck."""
    words = _shown(cell, book)
    fonts = book.font_list if words and cell.xf_index is not None and book.xf_list else ()
    first = book.xf_list[cell.xf_index].font_index if fonts else 0
    runs = table.rich_text_runlist_map.get(place, ()) if fonts else ()
    if not fonts or first >= len(fonts) or not (runs or fonts[first].struck_out):
        return words
    cuts = [(0, first), *((at, font) for at, font in runs if font < len(fonts))]
    parts = zip(cuts, [at for at, _ in cuts[1:]] + [len(words)], strict=True)
    looks = [(words[at:end], fonts[font]) for (at, font), end in parts if at < end]
    shown_words, struck = words_of_runs(
        [Run(part, font.escapement == 1, font.escapement == 2, bool(font.struck_out)) for part, font in looks]
    )
    sheet.struck += struck
    return shown_words


def _shown(cell: Any, book: Any) -> str:
    if cell.ctype == _TEXT:
        return str(cell.value)
    if cell.ctype == _YES_NO:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == _ERROR:
        from xlrd.biffh import error_text_from_code

        return str(error_text_from_code.get(cell.value, "#ERROR"))
    if cell.ctype not in (_NUMBER, _DAY):
        return ""
    code = _format(cell, book)
    if code is None:
        return shown(cell.value, BUILT_IN[14], bool(book.datemode)) if cell.ctype == _DAY else plain(cell.value)
    return shown(cell.value, code, bool(book.datemode))


def _format(cell: Any, book: Any) -> str | None:
    """The number format of a cell; None where the file does not say one."""
    if cell.xf_index is None or not book.xf_list:
        return None
    key = book.xf_list[cell.xf_index].format_key
    return BUILT_IN.get(key) or getattr(book.format_map.get(key), "format_str", None)
