"""No pattern of the packages takes much longer for a text that was written against it: each draws its own worst input.

From the parse of a pattern come texts that go round one of its repetitions as often as they can, and then do not match.
Four times such a text may take at most eight times as long; more is a pattern that tries again at every place.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIZES = (300, 1_200, 5_000, 20_000)
MEASURABLE = 0.004  # seconds; less says nothing
# Not of what comes with a document or a question, or with too much else to import.
LEFT_OUT = re.compile(r"eval\.|embeddings\.models\.(?:compiling|exporting)|qa\.(?:training|models\.compiling)")
ANCHORED = {"match", "fullmatch"}
CALLS = {"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
NUL = "\0"


def patterns() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Every pattern that a module holds, and those that are written where they are used, each with how it is used."""
    for path in sorted(path for package in ("embeddings", "qa") for path in (ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if LEFT_OUT.match(name):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for variable, value in sorted(vars(importlib.import_module(name)).items()):
            use = _use(tree, variable)
            yield from ((f"{name}.{variable}", held, use) for held in _held(value) if use)
        for node in ast.walk(tree):
            written = _written_in_place(node)
            if written is not None:
                yield f"{name}: {written[0].pattern}", *written


def _use(tree: ast.Module, variable: str) -> str:
    """How a pattern is used in a module: "match" or "fullmatch" where it begins at one place alone, else "finditer"."""
    methods, called = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == variable:
            methods.add(node.attr)
            called.add(id(node.value))
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == variable)
    if any(isinstance(node.ctx, ast.Load) and id(node) not in called for node in names):
        return "finditer"
    return ("match" if "match" in methods else "fullmatch") if methods and methods <= ANCHORED else "finditer"


def _written_in_place(node: ast.AST) -> tuple[re.Pattern[str], str] | None:
    """The pattern of `re.search("...", text)` and the like, and how it is used."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
        return None
    of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
    if not of_re or not isinstance(node.args[0], ast.Constant) or not isinstance(node.args[0].value, str):
        return None
    return re.compile(node.args[0].value), node.func.attr if node.func.attr in ANCHORED else "finditer"


def _held(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, dict):
        for each in (*value.keys(), *value.values()):
            yield from _held(each)
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _held(each)


# ---------------------------------------------------------------- texts against a pattern


def _sample(tree: Any) -> str:
    """A text that a part of a pattern takes."""
    return "".join(_one(op, value) for op, value in tree)


def _one(op: Any, value: Any) -> str:
    name = str(op)
    if name == "LITERAL":
        return chr(value)
    if name == "NOT_LITERAL":
        return "a" if chr(value) != "a" else "b"
    if name == "ANY":
        return "a"
    if name == "IN":
        return _of_set(value)
    if name == "BRANCH":
        return _sample(value[1][0])
    if name == "SUBPATTERN":
        return _sample(value[-1])
    if name == "ATOMIC_GROUP":
        return _sample(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _sample(value[2]) * max(1, value[0])
    return ""  # places, looks around, groups that are told again


CLASSES = {
    "CATEGORY_DIGIT": "1", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_WORD": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def _of_set(value: Any) -> str:
    """A character of a set."""
    if str(value[0][0]) == "NEGATE":
        taken = re.compile(_set_text(value))
        return next((each for each in "aA1 -.,\n§é" if taken.fullmatch(each)), "é")
    op, first = value[0]
    if str(op) == "LITERAL":
        return chr(first)
    if str(op) == "RANGE":
        return chr(first[0])
    return CLASSES[str(first)]


def _set_text(value: Any) -> str:
    parts = []
    for op, what in value:
        if str(op) == "NEGATE":
            parts.append("^")
        elif str(op) == "LITERAL":
            parts.append(re.escape(chr(what)))
        elif str(op) == "RANGE":
            parts.append(f"{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}")
        else:
            short = str(what).removeprefix("CATEGORY_")
            parts.append("\\" + (short[4].upper() if short.startswith("NOT_") else short[0].lower()))
    return f"[{''.join(parts)}]"


def _pumps(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before a repetition without an end, and what it repeats."""
    for op, value in tree:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            if value[1] is _constants.MAXREPEAT or value[1] > 100:
                for unit in _units(value[2]):
                    yield before, unit
            yield from _pumps(value[2], before)
        elif name == "SUBPATTERN":
            yield from _pumps(value[-1], before)
        elif name == "ATOMIC_GROUP":
            yield from _pumps(value, before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _pumps(branch, before)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _pumps(value[1], before)
        before += _one(op, value)


def _units(tree: Any) -> set[str]:
    """What a repetition may go round with: its sample, and one character of each kind that it takes."""
    found = {_sample(tree)} - {""}
    if len(tree) == 1 and str(tree[0][0]) in ("IN", "ANY", "NOT_LITERAL"):
        taken = re.compile(_set_text(tree[0][1]) if str(tree[0][0]) == "IN" else r"[^\n]")
        found |= {each for each in "aA1 -.,\n" if taken.fullmatch(each)}
    return found


def texts(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    """Beginnings and what follows them again and again."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    pumps = set(_pumps(tree))
    return pumps | {("", unit) for _, unit in pumps} | {("", before + unit) for before, unit in pumps}


def _seconds(pattern: re.Pattern[str], use: str, text: str, tries: int = 1) -> float:
    best = float("inf")
    for _ in range(tries):
        began = time.thread_time()  # of the processor: what else runs does not count
        if use == "finditer":
            for _match in pattern.finditer(text):
                pass
        else:
            getattr(pattern, use)(text)
        best = min(best, time.thread_time() - began)
    return best


def slow_on(pattern: re.Pattern[str], use: str = "finditer") -> str | None:
    """A text of which four times as much takes more than eight times as long; None where there is none."""
    for before, unit in sorted(texts(pattern)):
        inputs = [(before + unit * (size // len(unit) + 1))[:size] + NUL for size in SIZES]
        for less, more in pairwise(inputs):
            took = _seconds(pattern, use, more)
            if took > MEASURABLE and took > 8 * _seconds(pattern, use, less, 3):
                took = _seconds(pattern, use, more, 3)
                if took > MEASURABLE and took > 8 * _seconds(pattern, use, less, 5):
                    return f"{before[-40:]!r} and then {unit!r} again and again"
    return None


@pytest.mark.parametrize(
    ("pattern", "is_slow"),
    [
        (r"\d+%", True),
        (r"\d++%", True),
        (r"(?<!\d)\d++%", False),
        (r"(a|b)*c", True),
        (r"x[ax]*y", True),
        ("a+", False),
    ],
)
def test_the_texts_find_what_is_slow(pattern: str, is_slow: bool) -> None:
    assert (slow_on(re.compile(pattern)) is not None) == is_slow


# What a slow pattern is given is bounded, and by what.
BOUNDED = {
    "embeddings.loaders.packed.number_formats._TOKEN": "the format of a cell",
    r"embeddings.loaders.packed.number_formats: (?<=\d)(?=(?:\d{3})+$)": "the digits of a number",
    "embeddings.loaders.pdf.document.PAGE_NUMBER": "a running head, which is short",
    r"embeddings.loaders.plain: ^#{1,6}\s+|\s+#+\s*$": "a title's line of fewer than LONGEST_TITLE characters",
    "embeddings.text.hyphens._LAST": "80 characters",
    "embeddings.loaders.shown.visible._RULE": "500 characters of names and 2,000 of a rule",
    "embeddings.text.blocks._FIELD": "a line of at most _LONGEST_LINE characters",
    "embeddings.text.blocks._LABELLED": "a line of at most _LONGEST_LINE characters",
    "embeddings.text.lookalikes._NOTE_MARKS": "_LONGEST_MARKS characters",
    "embeddings.text.lookalikes._LINK": "matched at the beginning of a line alone, through a tuple",
    "qa.english.question._NUMBER": "a question of at most LONGEST_QUESTION characters",
    "qa.english.question._SPEECH": "a question of at most LONGEST_QUESTION characters",
    "qa.steps.marks._BEHIND": "the last _REACH characters",
    "qa.talk.starting._FORMS": "a sentence of at most _LONGEST_SENTENCE characters",
    "qa.web.page._INLINE_SCRIPT": "the page itself, which is ours",
    "qa.web.page._OUTSIDE": "the page itself, which is ours",
}


@pytest.mark.slow
def test_no_pattern_takes_much_longer_for_a_text_that_is_made_against_it() -> None:
    found = {name: slow_on(pattern, use) for name, pattern, use in patterns() if name not in BOUNDED}
    slow = {name: text for name, text in found.items() if text is not None}
    assert not slow, "\n".join(f"{name}: {text}" for name, text in slow.items())
