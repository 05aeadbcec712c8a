"""The page: its parts as HTML, and the Gradio blocks that hold them.

The scripts under `static/` fill the parts (`qa.web.talk` says what they ask for). Every part works from the keyboard
and has a name for who hears the page instead of seeing it.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence

# Read when gradio is imported, hence before it. The second keeps it from counting each event in a table of pandas, for
# a dashboard that is not served.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)

import gradio as gr

from qa.gate.desk import Desk
from qa.render import counted
from qa.show.cards import WELCOME
from qa.web import tools

__all__ = ["blocks", "gr"]  # gradio, too: whoever imports it here does so after what is set above

_FORMS = (("html", "Evidence file (HTML)"), ("markdown", "Markdown"), ("json", "JSON"))


def blocks(desk: Desk, examples: Sequence[str], *, is_local: bool, takes_files: bool) -> gr.Blocks:
    """The Gradio page, with the tools of its MCP server.

    Args:
        desk: where questions are asked.
        examples: questions offered before the first one is asked.
        is_local: whether only this machine can reach it.
        takes_files: whether files can be added.
    """
    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as page:
        _raw(_masthead(desk.document_count, is_local=is_local), elem_id="masthead")
        with gr.Row(elem_id="panes"):
            with gr.Column(elem_id="talk"):
                _raw(_conversation(examples), elem_id="conversation")
                _raw(_asking(takes_files=takes_files), elem_id="asking")
            with gr.Column(elem_id="reading"):
                _raw(_SOURCE, elem_id="source")
        tools.add_tools(desk)
    made: gr.Blocks = page
    return made


def _raw(value: str, elem_id: str) -> gr.Markdown:
    """Our own HTML on one line, every text in it already escaped.

    gr.HTML would need scripts made of strings ('unsafe-eval'); Markdown passes a block of HTML on as it is.
    """
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=False, latex_delimiters=[])


def _masthead(count: int, *, is_local: bool) -> str:
    documents = counted(count, "document")
    privacy = "nothing leaves this machine" if is_local else "no outside service is asked"
    forms = "".join(f'<li><button type="button" data-export="{form}">{name}</button></li>' for form, name in _FORMS)
    return (
        '<div class="masthead"><h1><img src="pincite/icon.svg" alt="" width="28" height="28">Pincite</h1>'
        f'<p class="facts"><span id="count">{documents}</span> · answers are exact quotes · {privacy}</p>'
        '<div class="tools" data-talking hidden>'
        f'<details class="menu" id="export"><summary>Export</summary><ul>{forms}</ul></details>'
        '<button type="button" id="again">New conversation</button></div></div>'
    )


def _conversation(examples: Sequence[str]) -> str:
    """Where the pins and the turns go; before the first one, the welcome and questions to start from."""
    offered = "".join(
        f'<li><button type="button" class="example" data-ask>{html.escape(example)}</button></li>'
        for example in examples
    )
    started = f'<ul id="examples" aria-label="Questions to start from">{offered}</ul>' if offered else ""
    return (
        '<section id="pins" aria-label="Pinned questions" hidden></section>'
        f'<div id="welcome">{WELCOME}{started}</div>'
        '<div id="turns" role="log" aria-live="polite" aria-label="Conversation"></div>'
    )


def _asking(*, takes_files: bool) -> str:
    files = (
        '<ul id="files" aria-label="Files that you added"></ul>'
        '<input type="file" id="chosen" multiple hidden aria-label="Files to add">'
    )
    add = '<button type="button" id="add" aria-describedby="limits-told">Add files</button>'
    told = '<span id="limits-told"></span>'
    return (
        f'<div class="asking">{files if takes_files else ""}{_FILTER}'
        '<form id="question" autocomplete="off"><textarea name="question" rows="1" maxlength="1000" dir="auto" '
        'aria-label="Question" placeholder="Ask your documents …" aria-keyshortcuts="/"></textarea>'
        '<button class="submit-button">Ask</button></form>'
        f'<div class="below">{add if takes_files else ""}'
        '<button type="button" id="filtering" aria-expanded="false" aria-controls="filter">Filter</button>'
        '<label class="typed"><input type="checkbox" id="typed"> Ask exactly as typed</label>'
        f'<span id="hint" role="status"></span>{told if takes_files else ""}</div></div>'
    )


_FILTER = (
    '<fieldset id="filter" hidden><legend>Ask only</legend>'
    '<label class="wide">in the document <input id="in" list="known" placeholder="title or file name" dir="auto">'
    "</label>"
    '<datalist id="known"></datalist>'
    '<label>from <input id="after" placeholder="2015-10-21" inputmode="numeric" maxlength="10"></label>'
    '<label>to <input id="before" placeholder="2016" inputmode="numeric" maxlength="10"></label>'
    '<button type="button" id="unfilter">Clear</button>'
    '<ul id="chosen-documents" aria-label="Documents that are asked"></ul></fieldset>'
)
_SOURCE = (
    '<div class="frame"><iframe name="source" title="Source" src="source"></iframe></div>'
    '<div id="drop" hidden><p>Drop files to ask them</p></div>'
)
