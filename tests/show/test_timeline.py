"""A timeline: drawn where there is something to see over time, every value a link, and nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.show.cards import CARDS
from qa.show.timeline import Point, drawn, timeline, when
from qa.types import Answer, Citation


def reports(*dated: tuple[str, str | None]) -> Answer:
    """An answer whose first value has the others as alternatives, each of its own document."""
    sides = [Answer("How many died?", value, 0.5, (cited(value, stated),)) for value, stated in dated]
    first = sides[0]
    return Answer(first.question, first.text, 0.6, first.citations, tuple(sides[1:]))


def cited(value: str, stated: str | None) -> Citation:
    text = f"Officials said {value} on {stated}."
    document = Document("", f"Report of {stated}", "report.txt", text)
    return Citation(document, 15, 15 + len(value), 0, len(text), date=stated)


def to_html(answer: Answer) -> str:
    return CARDS.timeline(drawn(answer))


def values(points: tuple[Point, ...]) -> list[str]:
    return [point.value for point in points]


TOLL = reports(("more than 90", "2017-04-06"), ("58", "2017-04-04T09:30Z"), ("at least 70", "2017-04-05"))


def test_values_stand_in_the_order_of_their_dates() -> None:
    assert values(timeline(TOLL)) == ["58", "at least 70", "more than 90"]


@pytest.mark.parametrize(
    "answer",
    [
        reports(("70", "2017-04-05")),
        reports(("70", "2017-04-05"), ("90", "2017-04-06")),
        reports(("70", "2017-04-05"), ("80", "2017-04-05"), ("90", "2017-04-05")),
        reports(("70", "2017-04-05"), ("70", "2017-04-06"), ("over 70", "2017-04-07")),
        reports(("70", "2017-04-05"), ("80", None), ("90", "1700 GMT")),
        reports(("70", "2017-13-05"), ("80", "2017-02-30"), ("90", "0000")),
        Answer("How many?", None, 0.1),
    ],
)
def test_fewer_than_three_points_one_day_or_one_value_are_no_timeline(answer: Answer) -> None:
    assert timeline(answer) == ()
    assert to_html(answer) == ""


def test_places_that_say_the_same_on_the_same_day_are_one_point() -> None:
    answer = reports(("70", "2017-04-05"), ("at least 70", "2017-04-05"), ("80", "2017-04-06"), ("90", "2017-04-07"))
    points = timeline(Answer("How many?", "70", 0.5, answer.citations, answer.alternatives))
    assert len(points) in (3, 4)
    twice = reports(("70", "2017-04-05"), ("70", "2017-04-05"), ("80", "2017-04-06"), ("90", "2017-04-07"))
    assert values(timeline(twice)) == ["70", "80", "90"]
    assert len(timeline(twice)[0].also) == 1


def test_a_date_is_as_exact_as_it_was_stated() -> None:
    orders = [when(text) for text in ("2015", "2015-02", "2015-02-01T06:00", "2015-02-02")]
    assert [each.order for each in orders if each is not None] == sorted({e.order for e in orders if e is not None})
    assert when("yesterday") is None


def test_numbers_stand_at_their_height_and_words_on_one_line() -> None:
    shown = to_html(TOLL)
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', shown)]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3
    named = reports(("Ana Ruiz", "2015"), ("Ben Cole", "2016"), ("Eva Lund", "2019-05"))
    assert len(set(re.findall(r'cy="([\d.]+)"', to_html(named)))) == 1


@given(
    dated=st.lists(
        st.tuples(
            st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip())),
            st.dates().map(str) | st.sampled_from(["2015", "2015-10", "2015-10-22T00:02Z", "noon"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_values_are_drawn_as_one_line_of_sound_markup_inside_its_frame(dated: list[tuple[str, str]]) -> None:
    answer = replace(reports(*dated), question="<How> many?")
    points, shown = timeline(answer), to_html(answer)
    assert "\n" not in shown
    if not points:
        return
    sound = "".join(character for character in shown if character.isprintable())
    figure = ElementTree.fromstring(re.sub(r"&#13;|&#10;", " ", sound))
    assert {element.tag for element in figure.iter()} <= {
        *("figure", "figcaption", "svg", "line", "polyline", "circle", "text", "ol", "li", "time", "a", "span")
    }
    assert len(figure.findall(".//li")) == len(figure.findall(".//circle")) == len(points)
    assert all(0 <= float(circle.get("cx", "-1")) <= 640 for circle in figure.iter("circle"))
