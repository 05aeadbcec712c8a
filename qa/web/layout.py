"""The page in one Gradio block. Its HTML is `page.html`; the scripts under `qa/static` fill it (`qa.web.talk`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

# Gradio reads these when it is imported. The second keeps it from counting each event in a table of pandas, for a
# dashboard that is not served.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)

import gradio as gr
from jinja2 import Template

from qa.assistant import LONGEST_QUESTION
from qa.gate.desk import Desk
from qa.render import counted
from qa.web import tools

__all__ = ["blocks", "gr"]  # gradio too, so that it is imported after the settings above

_TEMPLATE = Path(__file__).with_name("page.html")


def blocks(desk: Desk, examples: Sequence[str], *, is_local: bool, takes_files: bool) -> gr.Blocks:
    """The Gradio page, with the tools of its MCP server.

    Args:
        desk: where questions are asked.
        examples: questions offered before the first one is asked.
        is_local: whether only this machine can reach it.
        takes_files: whether files can be added.
    """
    made = Template(_TEMPLATE.read_text(encoding="utf-8"), autoescape=True).render(
        documents=counted(desk.document_count, "document"),
        privacy="nothing leaves this machine" if is_local else "no outside service is asked",
        examples=examples,
        takes_files=takes_files,
        longest=LONGEST_QUESTION,
    )
    with gr.Blocks(title="Pincite", analytics_enabled=False) as page:
        # gr.HTML would need scripts made of strings ('unsafe-eval'). Markdown leaves HTML as it is up to an empty line.
        gr.Markdown(" ".join(made.split()), sanitize_html=False, latex_delimiters=[])
        tools.add_tools(desk)
    blocks: gr.Blocks = page
    return blocks
