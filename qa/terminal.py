"""An Answer in a terminal, with the span highlighted."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from qa.render import NO_ANSWER, in_words, one_line, per_cent, place, split_quote
from qa.types import Answer, Citation

_MOST_PASSAGES = 3
_PASSAGE_LENGTH = 300  # characters shown of a closest passage


def show(answer: Answer, console: Console | None = None) -> None:
    """Prints the answer, its confidence, and each citation with its quote."""
    out = console if console is not None else Console(highlight=False, soft_wrap=False)
    if answer.text is None:
        _show_refusal(answer, out)
        return
    _show_answer(answer, out)
    if answer.alternatives:
        out.print(Text("\nThe documents disagree:", style="bold yellow"))
        for other in answer.alternatives:
            _show_answer(other, out)


def _show_answer(answer: Answer, out: Console) -> None:
    line = Text(one_line(answer.text or ""), style="bold")
    line.append(f"  {in_words(answer.confidence)}, {per_cent(answer.confidence)}", style="not bold dim")
    out.print(line)
    for citation in answer.citations:
        _show_citation(citation, out)


def _show_citation(citation: Citation, out: Console) -> None:
    before, span, after = (one_line(part) for part in split_quote(citation))
    out.print(Text(place(citation), style="cyan"))
    mark = ("»", "«") if not out.is_terminal else ("", "")
    quote = Text.assemble(before, (f"{mark[0]}{span}{mark[1]}", "black on yellow"), after)
    out.print(Padding(quote, (0, 0, 0, 2), expand=False))


def _show_refusal(answer: Answer, out: Console) -> None:
    out.print(Text(f"{NO_ANSWER}.", style="bold"))
    out.print(Text(f"The best span found is right with a probability of {per_cent(answer.confidence)}.", style="dim"))
    if answer.passages:
        out.print(Text("Closest passages:", style="bold"))
    for passage in answer.passages[:_MOST_PASSAGES]:
        out.print(Text(place(passage), style="cyan"))
        words = one_line(passage.text)
        shown = words if len(words) <= _PASSAGE_LENGTH else f"{words[:_PASSAGE_LENGTH]}…"
        out.print(Padding(Text(shown), (0, 0, 0, 2), expand=False))
