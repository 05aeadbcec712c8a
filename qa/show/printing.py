"""What `pincite ask` prints: an answer, why it was chosen, a reply to small talk; for people, or as JSON."""

from __future__ import annotations

import json
from typing import Any

import typer

from qa.answers.explanation import Explanation
from qa.answers.explanation import to_json as explanation_json
from qa.render import to_dict as answer_json
from qa.talk.replying import Reply, to_lines
from qa.talk.replying import to_dict as reply_json


def print_explained(explanation: Explanation, as_json: bool, with_reasons: bool) -> None:
    """Prints an answer, and with `with_reasons` the passages that it was chosen from."""
    if as_json:
        _print_json(explanation_json(explanation) if with_reasons else answer_json(explanation.answer))
        return
    from qa.show.terminal import show, show_explanation

    if with_reasons:
        show_explanation(explanation)
    else:
        show(explanation.answer)


def print_reply(reply: Reply, as_json: bool) -> None:
    """Prints a reply to small talk."""
    if as_json:
        _print_json(reply_json(reply))
    else:
        typer.echo("\n".join(to_lines(reply)))


def _print_json(made: dict[str, Any]) -> None:
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
