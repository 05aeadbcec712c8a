"""POST /v1/chat/completions: Pincite as a model, for programs that speak OpenAI's protocol.

The last message of a user is the question, those before it are the history; other roles are not read. The links in the
reply are its annotations, too, and its `answer` is what POST /v1/answer gives.
"""

from __future__ import annotations

import json
import re
import time
from secrets import token_hex
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from embeddings.errors import QuestionError
from qa.render import to_dict
from qa.show.exporting import reply_markdown, verbatim
from qa.show.refusal import NO_ANSWER
from qa.talk.exchange import Exchange
from qa.talk.replying import to_lines
from qa.talk.smalltalk import small_talk
from qa.web.schema import LONGEST_TURN, MOST_TURNS, Asked, Filter, Past, PastAnswer

MODEL = "pincite"
_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)+)\]\((https?://\[?[^\s()\[]+)\)")
_CITED = re.compile(r"\?document=([^&\s)]{1,200})&start=(\d{1,15})&end=(\d{1,15})\)")


class Message(BaseModel):
    """A message of a conversation; of its parts only text is read."""

    role: str
    content: str | list[dict[str, Any]] | None = None


class Chat(BaseModel):
    """A conversation whose last question is asked; the other fields of OpenAI's protocol change nothing."""

    messages: list[Message] = Field(max_length=1_000)
    stream: bool = False
    where: Filter | None = None
    threshold: float | None = Field(None, ge=0, le=1)


def asked_of(chat: Chat) -> Asked:
    """The last question of a conversation with the turns before it. Small talk is none of them."""
    turns: list[Past] = []
    for message in chat.messages:
        parts = message.content if isinstance(message.content, list) else [{"text": message.content or ""}]
        words = "\n".join(str(part.get("text") or "") for part in parts).encode("utf-8", "replace").decode()
        if message.role == "user":
            turns.append(Past(question=words[:LONGEST_TURN]))
        elif message.role == "assistant" and turns:
            turns[-1].answer = _answer_in(words)
    if not turns:
        raise QuestionError('no message has the role "user"; ask with {"role": "user", "content": "..."}')
    history = [turn for turn in turns[-MOST_TURNS - 1 : -1] if small_talk(turn.question) is None]
    return Asked(question=turns[-1].question, history=history, where=chat.where, threshold=chat.threshold)


def _answer_in(reply: str) -> PastAnswer:
    """The words and the first citation of a reply; the reply of another model is words alone."""
    bold, link = re.search(r"^\*\*(.+)\*\* \(", reply, re.MULTILINE), _CITED.search(reply)
    understood = re.search(r"^Understood as: (.+)$", reply, re.MULTILINE)
    text = _plain(bold[1]) if bold is not None else reply if not reply.startswith(NO_ANSWER) else ""
    said: dict[str, Any] = {"text": text[:LONGEST_TURN] or None, "is_list": "; " in text}
    said["question"] = _plain(understood[1])[:LONGEST_TURN] if understood is not None else None
    if bold is not None and link is not None:
        place = dict.fromkeys(("start", "quote_start"), link[2]) | dict.fromkeys(("end", "quote_end"), link[3])
        said["citations"] = [{"document": {"id": unquote(link[1])}, **place}]
    return PastAnswer.model_validate(said)


def completed(said: Exchange, chat: Chat, base: str) -> Response:
    """The reply to a conversation; its links begin with `base`, the address of the chat."""
    talk = "\n".join(map(verbatim, to_lines(said.reply))) if said.reply is not None else ""
    content = reply_markdown(said.answer, said.question, base) if said.answer is not None else talk
    cited = [
        {"url": link[2], "title": _plain(link[1]), "start_index": link.start(), "end_index": link.end()}
        for link in _LINK.finditer(content)
    ]
    notes = [{"type": "url_citation", "url_citation": each} for each in cited]
    answer = to_dict(said.answer) if said.answer is not None else None
    message = {"role": "assistant", "content": content, "annotations": notes, "answer": answer}
    kind, name = ("chat.completion.chunk", "delta") if chat.stream else ("chat.completion", "message")
    head = {"id": f"chatcmpl-{token_hex(12)}", "object": kind, "created": int(time.time()), "model": MODEL}
    parts = [(message, None), ({}, "stop")] if chat.stream else [(message, "stop")]
    bodies = [{**head, "choices": [{"index": 0, name: part, "finish_reason": end}]} for part, end in parts]
    if not chat.stream:
        return JSONResponse(bodies[0])
    events = "".join(f"data: {event}\n\n" for event in (*map(json.dumps, bodies), "[DONE]"))
    return Response(events, media_type="text/event-stream")


def _plain(text: str) -> str:
    return re.sub(r"\\(\W|_)", r"\1", text)
