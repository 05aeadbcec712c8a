"""ODT: numbers of lists, notes, frames, comments, heads of pages, raised and struck letters."""

from __future__ import annotations

from embeddings.loading import Skipped, read_data
from embeddings.types import Document
from eval.extraction.making.packing import zipped

_BASE = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(f'xmlns:{name}="{_BASE}:{name}:1.0"' for name in ("office", "text", "table", "style"))
_NAMES += f' xmlns:draw="{_BASE}:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_LOOKS = """<style:style style:name="up" style:family="text"><style:text-properties style:text-position="super 58%"/>
</style:style><style:style style:name="low" style:family="text"><style:text-properties style:text-position="-33% 58%"/>
</style:style><style:style style:name="gone" style:family="text"><style:text-properties
 style:text-line-through-style="solid"/></style:style><style:style style:name="off" style:family="text">
<style:text-properties text:display="none"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."
 text:start-value="2"/><text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>
<text:list-level-style-bullet text:level="3"/></text:list-style>"""


def read(body: str, styles: str = "") -> Document:
    content = f"<office:document-content {_NAMES}><office:automatic-styles>{_LOOKS}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    parts: dict[str, str | bytes] = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    parts["styles.xml"] = f"<office:document-styles {_NAMES}>{styles}</office:document-styles>"
    (document,) = read_data("a.odt", zipped(parts))
    assert not isinstance(document, Skipped)
    return document


def span(style: str, words: str) -> str:
    return f'<text:span text:style-name="{style}">{words}</text:span>'


def item(*blocks: str, more: str = "") -> str:
    inside = "".join(f"<text:p>{each}</text:p>" if each[0] != "<" else each for each in blocks)
    return f"<text:list-item{more}>{inside}</text:list-item>"


def test_items_have_the_numbers_of_their_list() -> None:
    inner = f"<text:list>{item('late rent')}{item('no rent')}</text:list>"
    first = f'<text:list text:style-name="L1">{item("Rent", inner)}{item("Use")}</text:list>'
    again = f'<text:list text:style-name="L1" text:continue-numbering="true">{item("Notice")}</text:list>'
    anew = f'<text:list text:style-name="L1">{item("Other")}</text:list>'
    bullets = f"<text:list>{item('a lamp')}</text:list>"
    said = "2. Rent\n2.1 late rent\n2.2 no rent\n3. Use\n4. Notice\n2. Other\n- a lamp"
    assert read(first + again + anew + bullets).text == said


def test_headings_have_the_numbers_of_the_outline() -> None:
    outline = '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/></text:outline-style>'
    document = read(
        '<text:h text:outline-level="1">Scope</text:h><text:h text:outline-level="1">Terms</text:h>', outline
    )
    assert document.text == "I Scope\n\nII Terms"


def test_raised_letters_keep_their_meaning_and_struck_ones_are_left_out() -> None:
    document = read(
        f"<text:p>10{span('up', '6')} CO{span('low', '2')}{span('gone', ' was 5')} is 4{span('off', ' x')}</text:p>"
    )
    assert document.text == "10⁶ CO₂ is 4"
    assert {each.kind for each in document.remarks.omitted} == {"struck passage", "hidden passage"}


def test_notes_and_frames_are_no_part_of_the_words_around_them() -> None:
    body = "<text:note-body><text:p>By half.</text:p></text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    frame = "<draw:frame><draw:text-box><text:p>In the box</text:p></draw:text-box><draw:image/></draw:frame>"
    document = read(f"<text:p>Output fell{note} in May.{frame}</text:p><text:p>It rose.</text:p>")
    assert document.text == "Output fell ¹ in May.\n\nIn the box\n\nIt rose.\n\nBy half."
    assert [each.kind for each in document.remarks.omitted] == ["picture"]


def test_heads_of_pages_and_comments_are_told_with_their_place_and_deleted_text_is_counted() -> None:
    head = "<style:header><text:p>Owner: Petra Novak</text:p></style:header>"
    foot = "<style:footer><text:p>Page <text:page-number>1</text:page-number></text:p></style:footer>"
    pages = f"<office:master-styles><style:master-page>{head}{foot}</style:master-page></office:master-styles>"
    region = "<text:changed-region><text:deletion><text:p>old</text:p></text:deletion></text:changed-region>"
    gone = f"<text:tracked-changes>{region}</text:tracked-changes>"
    facts = "<dc:creator>Ann</dc:creator><dc:date>2024-05-03T10:00:00</dc:date>"
    comment = f"<office:annotation>{facts}<text:p>Check.</text:p></office:annotation>"
    document = read(f"{gone}<text:p>The rent{comment} is 900 euros.</text:p>", pages)
    said = "The rent is 900 euros.\n\nHeader: Owner: Petra Novak\n\nComment (Ann, 2024-05-03): Check."
    assert document.text == said
    assert [each.kind for each in document.remarks.omitted] == ["deleted passage"]
