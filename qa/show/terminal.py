"""An Answer in a terminal, with the span highlighted."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from qa.answers.explanation import Explanation
from qa.render import disagreement_title, in_words, newest_first, one_line, per_cent, place, split_quote
from qa.show import scores
from qa.show.refusal import CLOSEST, NEAREST, NO_ANSWER, why_none
from qa.titles import SameTitle, of_answers, same_title
from qa.types import Answer, Citation

_PASSAGE_LENGTH = 300  # characters shown of a closest passage


class _Terminal(Console):
    """A console that raises BrokenPipeError when the reader of the output stops reading; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def terminal() -> Console:
    """The console that answers are printed on."""
    return _Terminal(highlight=False)


def show(answer: Answer, console: Console | None = None) -> None:
    """Prints the answer, its confidence, and each citation with its quote."""
    out = console if console is not None else terminal()
    if answer.read_as:
        _print(Text(f"Read as: {one_line(', '.join(answer.read_as))}", style="dim"), out)
    if answer.text is None:
        _show_refusal(answer, out)
        return
    if not answer.found:
        _print(Text(f"{why_none(answer)} {NEAREST} ({_sure(answer)}):".lstrip(), style="dim"), out)
    elif answer.alternatives:
        out.print(Text(f"{disagreement_title(answer)}:", style="bold yellow"))
    for number, side in enumerate(newest_first(answer)):
        if number:
            out.print()
        _show_answer(side, out, same_title(of_answers([answer])), answer.found)


def show_explanation(explanation: Explanation, console: Console | None = None) -> None:
    """Prints the answer, and under it the passages that were read with their scores."""
    out = console if console is not None else terminal()
    show(explanation.answer, out)
    out.print(Text("\nWhy this answer", style="bold"))
    if explanation.reliability is not None and explanation.answer.passages:
        _print(Text(explanation.reliability.meaning(explanation.answer.confidence), style="dim"), out)
    _print(Text(scores.read_in_words(explanation), style="dim"), out)
    told = same_title(of_answers([explanation.answer]))
    for number, read in enumerate(explanation.passages, start=1):
        _print(Text(f"{number}. {place(read.passage, told)}", style="cyan"), out)
        _print(Text(scores.scores_in_words(scores.retrieval_scores(read))), out, indent=3)
        if read.best is not None:
            _print(Text(f"best words: {one_line(read.best.text)}", style="bold"), out, indent=3)
            if done := scores.steps_in_words(read.best):
                _print(Text(f"words: {done}"), out, indent=3)
            _print(Text(scores.scores_in_words(scores.reading_scores(read.best))), out, indent=3)
        _print(Text(scores.role_in_words(read, explanation.threshold)), out, indent=3)


def _show_answer(answer: Answer, out: Console, told: SameTitle, found: bool) -> None:
    if found:
        line = Text(one_line(answer.text or ""), style="bold")
        line.append(f"  {_sure(answer)}", style="not bold dim")
        _print(line, out)
    for citation in answer.citations:
        _show_citation(citation, out, told)


def _sure(answer: Answer) -> str:
    return f"{in_words(answer.confidence)}, {per_cent(answer.confidence)}"


def _show_citation(citation: Citation, out: Console, told: SameTitle) -> None:
    before, span, after = (one_line(part) for part in split_quote(citation))
    _print(Text(place(citation, told), style="cyan"), out)
    mark = ("»", "«") if not out.is_terminal else ("", "")
    quote = Text.assemble(before, (f"{mark[0]}{span}{mark[1]}", "black on yellow"), after)
    _print(quote, out, indent=2)


def _show_refusal(answer: Answer, out: Console) -> None:
    out.print(Text(f"{NO_ANSWER}.", style="bold"))
    _print(Text(why_none(answer), style="dim"), out)
    if answer.passages:
        out.print(Text("Closest passages:", style="bold"))
    told = same_title(of_answers([answer]))
    for passage in answer.passages[:CLOSEST]:
        _print(Text(place(passage, told), style="cyan"), out)
        words = one_line(passage.text)
        shown = words if len(words) <= _PASSAGE_LENGTH else f"{words[:_PASSAGE_LENGTH]}…"
        _print(Text(shown), out, indent=2)


def _print(text: Text, out: Console, indent: int = 0) -> None:
    """Prints a paragraph: wrapped and indented in a terminal, in one line where a program reads it."""
    lines = text.wrap(out, max(20, out.width - indent)) if out.is_terminal else [text]
    for line in lines:
        line.rstrip()
        out.print(Text(" " * indent) + line, soft_wrap=True)
