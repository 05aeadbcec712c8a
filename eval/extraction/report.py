"""The figures of the set as a page of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval.extraction.measure import Score

_HEAD = "| | files | exact | words lost | words invented | cells under their name | answers right |"
_RULE = "|---|---:|---:|---:|---:|---:|---:|"


def page(scores: Mapping[str, Sequence[Score]], wrong: Sequence[str]) -> str:
    """The page: all tools over all files, each format, and the files that are not exact."""
    ours = scores["pincite"]
    kinds = sorted({_kind(each) for each in ours})
    lines = [
        "# What arrives of a file",
        "",
        f"{len(ours)} small files, made by `python -m eval.extraction.making`, each with the text it must give and "
        "questions. Taken with `python -m eval.extraction --write docs/extraction.md`.",
        "",
        "A file is exact where no word is lost or invented, its texts stand whole and in their order, and each cell is "
        "found under its own name. Words lost are counted of those that must be read, words invented against as many. "
        "Every tool's text is asked the same questions by the same models; a tool that can't read a file loses all of "
        "its words.",
        "",
        *_table("all formats", scores, lambda each: True),
        "",
        "## By format",
        "",
    ]
    for kind in kinds:
        fitting = {name: [each for each in found if _kind(each) == kind] for name, found in scores.items()}
        lines += [*_table(kind, fitting, lambda each: True), ""]
    lines += ["## Not exact yet", "", *(f"- {line}" for line in wrong or ["none"]), ""]
    return "\n".join(lines)


def _kind(score: Score) -> str:
    return score.file.rpartition(".")[2]


def _table(title: str, scores: Mapping[str, Sequence[Score]], chosen: Callable[[Score], bool]) -> list[str]:
    rows = [
        line(name, [each for each in found if chosen(each)])
        for name, found in scores.items()
        if name == "pincite" or any(each.words > each.lost for each in found)
    ]
    return [_HEAD.replace("| |", f"| **{title}** |", 1), _RULE, *rows]


def line(name: str, scores: Sequence[Score]) -> str:
    """The figures of a tool as a row."""
    words = sum(each.words for each in scores)
    figures = (
        _part(sum(each.is_exact for each in scores), len(scores)),
        _part(sum(each.lost for each in scores), words),
        _part(sum(each.invented for each in scores), words),
        _part(sum(each.cells_right for each in scores), sum(each.cells for each in scores)),
        _part(sum(each.answered for each in scores), sum(each.asked for each in scores)),
    )
    return f"| {name} | {len(scores)} | {' | '.join(figures)} |"


def _part(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "–"
