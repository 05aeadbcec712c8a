"""Filters: what `where` lets through, in both searches, and never fewer than there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import living
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import FilterError
from embeddings.filters import Where
from embeddings.index.index import Index
from embeddings.index.updating import Tuning
from embeddings.types import Document
from qa.assistant import Assistant
from qa.settings import Settings as Knobs
from tests.fakes import PatternReader, constant_calibration

KINDS = ("text/plain", "text/markdown", "text/html")


def article(number: int) -> Document:
    text = f"Article {number}\n\nThe harbour of town {number} has {number} ships. The harbour is deep."
    folder = f"news/{2010 + number % 10}/{number % 3}"
    date = None if number % 7 == 0 else f"{2010 + number % 10}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    return Document("", f"Article {number}", f"{folder}/{number}.txt", text, date, KINDS[number % 3])


ARTICLES = [article(number) for number in range(60)]


@pytest.fixture(scope="module", params=["flat", "hnsw", "ivf", "tail"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The articles, their vectors arranged in each way, or not at all."""
    tuning = Tuning(tail=4_096) if request.param == "tail" else Tuning(request.param, tail=8)
    path = tmp_path_factory.mktemp("filters") / "index"
    with closing(Index.build(ARTICLES, living.ENCODER, living.CHUNKER, path, tuning=tuning)) as made:
        yield made


def fits(document: Document, where: Where) -> bool:
    """The same filter, written down as plainly as it can be."""
    day = re.sub("-", "", document.date) if document.date else None
    after = (where.after or "0000").replace("-", "").ljust(8, "0")
    before = (where.before or "9999").replace("-", "").ljust(8, "9")
    return (
        (not where.documents or document.title in where.documents)
        and (not where.folders or any(document.source.startswith(f"{folder}/") for folder in where.folders))
        and (not where.media_types or document.media_type in where.media_types)
        and ((where.after is None and where.before is None) or (day is not None and after <= day <= before))
    )


WHERES = st.builds(
    Where,
    documents=st.just(()) | st.lists(st.sampled_from([d.title for d in ARTICLES]), max_size=3).map(tuple),
    folders=st.just(()) | st.sampled_from([("news/2012",), ("news/2013/1", "news/2014"), ("news",)]),
    media_types=st.just(()) | st.sampled_from([KINDS[:1], KINDS[1:]]),
    after=st.none() | st.sampled_from(["2011", "2012-03", "2014-06-15"]),
    before=st.none() | st.sampled_from(["2016", "2018-09", "2019-12-31"]),
)


@settings(max_examples=25)
@given(where=WHERES, outer=WHERES)
def test_a_filter_inside_another_lets_through_what_fits_both(index: Index, where: Where, outer: Where) -> None:
    both = where.within(outer)
    try:
        listed = {each.id for each in index.listed(where=both)}
    except FilterError:  # it names what the outer one does not let through
        named = [d for d in ARTICLES if d.title in where.documents or where.folders]
        assert not all(fits(document, outer) for document in named)
        return
    assert listed == {document.id for document in ARTICLES if fits(document, where) and fits(document, outer)}
    assert index.count(both) == len(listed)
    found = index.dense("the harbour of town 3", 80, where=both)
    assert {chunk.document_id for chunk in index.chunks(found).values()} == listed


@settings(max_examples=25)
@given(where=WHERES, k=st.integers(1, 80))
def test_both_searches_give_k_passages_that_fit_as_long_as_there_are_so_many(
    index: Index, where: Where, k: int
) -> None:
    wanted = {document.id for document in ARTICLES if fits(document, where)}
    there = sum(len(index.chunks_of(id)) for id in wanted)
    for search in (index.dense, index.lexical):
        found = search("the harbour of town 3", k, where=where)
        assert {chunk.document_id for chunk in index.chunks(found).values()} <= wanted
        assert len(found) == min(k, there)


@settings(max_examples=15)
@given(where=WHERES)
def test_a_filter_changes_no_score(index: Index, where: Where) -> None:
    for search in (index.dense, index.lexical):
        free = search("the harbour of town 3", 1000)
        some = search("the harbour of town 3", 1000, where=where)
        assert all(score == pytest.approx(free[number], abs=1e-5) for number, score in some.items())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"after": "yesterday"}, "after is 'yesterday', expected a day such as 2015"),
        ({"before": "2015-13"}, "before is '2015-13'"),
        ({"after": "2015-02-30"}, "a day that no calendar has"),
        ({"after": "2016", "before": "2015"}, "no day lies between"),
        ({"documents": "one.txt"}, "expected a tuple of texts"),
        ({"documents": 5}, "expected a tuple of texts"),
        ({"media_types": None}, "expected a tuple of texts"),
        ({"folders": ("",)}, "none of them empty"),
    ],
)
def test_a_filter_of_no_form_is_refused(value: dict[str, object], said: str) -> None:
    with pytest.raises(FilterError, match=said):
        Where(**value)  # type: ignore[arg-type]


@pytest.mark.parametrize("where", [Where(documents=("none.txt",)), Where(folders=("nowhere",))])
def test_a_document_or_folder_that_is_not_there_is_an_error_and_no_silent_nothing(index: Index, where: Where) -> None:
    with pytest.raises(FilterError, match="pincite documents list"):
        index.dense("harbour", 5, where=where)


def test_names_types_and_days_are_understood_in_the_ways_people_write_them(index: Index) -> None:
    one = ARTICLES[8]
    for name in (one.id, one.source, Path(one.source).name, one.title):
        found = index.chunks(index.dense("harbour", 1000, where=Where(documents=(name,))))
        assert {chunk.document_id for chunk in found.values()} == {one.id}
    for kind in ("markdown", ".md", "md", "text/markdown"):
        found = index.chunks(index.dense("harbour", 1000, where=Where(media_types=(kind,))))
        assert {chunk.document_id for chunk in found.values()} == {d.id for d in ARTICLES if "markdown" in d.media_type}
    assert Where(after="2016-02").days() == (20160201, 99991231)
    assert Where(before="2016-02").days() == (10101, 20160229)


def test_a_section_of_its_own_date_is_filtered_by_that(tmp_path: Path) -> None:
    text = "Log\n\n## 3 May 2021\n\nThe boat sank.\n\n## 9 June 2022\n\nThe boat was raised.\n"
    log = Document("", "Log", "log.md", text, "2021-05-03", "text/markdown")
    with closing(Index.build([log], living.ENCODER, living.CHUNKER)) as index:
        found = index.chunks(index.lexical("boat", 10, Where(after="2022"))).values()
        assert ["raised" in log.text[chunk.start : chunk.end] for chunk in found] == [True]


def test_an_assistant_answers_from_what_fits_and_keeps_to_its_own_filter() -> None:
    documents = [
        Document("", f"Log of {year}", f"{year}/log.txt", f"The harbour counted {year - 2000} ships.", f"{year}-05-01")
        for year in (2011, 2012, 2013)
    ]
    index = Index.build(documents, living.ENCODER, living.CHUNKER)
    assistant = Assistant(index, Knobs(), PatternReader(r"\d\d"), constant_calibration(0.8))
    question = "How many ships did the harbour count?"
    assert assistant.answer(question, where=Where(folders=("2012",))).text == "12"
    assert assistant.answer(question, where=Where(after="2013")).text == "13"
    nothing = assistant.answer(question, where=Where(before="1999"))
    assert (nothing.text, nothing.passages) == (None, ())
    assistant.limit(Where(documents=("Log of 2011",)))
    assert assistant.answer(question).text == "11"
    with pytest.raises(FilterError):
        assistant.limit(Where(documents=("Log of 1911",)))
