"""The web side: who may ask the server for what, and what it says beside the conversation.

    serving.py    how the server is reached: address, login, the proxy before it, whether anything may be written
    security.py   headers of every response, and the one gate before every route
    page.py       Gradio's page without its references to outside hosts
    desk.py       whoever asks waits here: the chat, the REST endpoint and the tools share one queue
    talk.py       the conversation: asked, recalled, exported, judged; pinning.py: questions that are asked again
    files.py      files that people add; session.py: whose they are; bodies.py: what comes with a request
    sources.py    the source pages and the pictures of their pages
    api.py        POST /v1/answer and its OpenAPI description; schema.py: what goes in and comes out
    tools.py      the MCP tools
    metrics.py    /health, and /metrics for Prometheus

A router that is added (`qa.chat.create_app`) gets its paths into `security.PATHS`, and into `security.ASKING` where it
takes a POST that writes nothing.
"""

from qa.web.desk import Desk, Responder
from qa.web.files import Shelf
from qa.web.page import STATIC, LocalPage, local_only
from qa.web.security import Gate, SecurityHeaders
from qa.web.serving import Login, Serving, is_loopback
from qa.web.session import SessionCookie
from qa.web.talk import Talk

__all__ = [
    "STATIC",
    "Desk",
    "Gate",
    "LocalPage",
    "Login",
    "Responder",
    "SecurityHeaders",
    "Serving",
    "SessionCookie",
    "Shelf",
    "Talk",
    "is_loopback",
    "local_only",
]
