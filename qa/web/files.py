"""The files that people add in the chat: each browser's own, or, with --shared-uploads, the index's for everybody.

    GET  /files          what was added, and what may be
    POST /files          one file: its bytes as the body, its name as `name` in the address
    POST /files/remove   {"id": ...}

`Shelf` tells the other routes who answers a browser, and which documents it can ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from embeddings.deadline import check
from embeddings.errors import DocumentError, PinciteError, RecordError
from embeddings.loaders.limits import size
from embeddings.store.records import Listed
from embeddings.types import INSIDE, Document
from qa.gate.desk import Desk
from qa.gate.session import session_of
from qa.render import counted
from qa.uploads.limits import UploadLimits
from qa.uploads.private import Added, Upload, Uploads, file_name
from qa.web.bodies import failure, fields_of

_MOST_NAMED = 5  # files inside one
_NO_SESSION = "open the chat's page first: its files belong to the browser that added them"

# Takes a file for everybody, by its name and bytes; returns whether it was added, and the result in words.
Share = Callable[[str, bytes], tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of each browser beside the documents that are there for all.

    Attributes:
        desk: the queue, with the documents for all.
        uploads: the files of browsers; None where browsers can't add any.
        share: takes files for everybody instead; None where each is its browser's own.
        limits: of a file, and of all.
    """

    desk: Desk
    uploads: Uploads | None = None
    share: Share | None = None
    limits: UploadLimits = UploadLimits()  # noqa: RUF009  # frozen

    @property
    def takes_files(self) -> bool:
        """Whether any can be added."""
        return self.uploads is not None or self.share is not None

    def desk_of(self, session: str | None) -> Desk:
        """The desk for a browser: the one queue, with its own files beside the documents for all."""
        if session is None or self.uploads is None:
            return self.desk
        return self.desk.over(self.uploads.assistant(session))

    def document(self, session: str | None, id: str) -> Document:
        """A document of a browser's files, or of all. Raises DocumentError where neither has it."""
        check()
        if session is None or self.uploads is None:
            return self.desk.document(id)
        return self.uploads.document(session, id)

    def finder(self, session: str | None) -> Callable[[str], Document]:
        """A function that finds documents for one request, and reads a document that is cited often only once."""
        return lru_cache(maxsize=8)(partial(self.document, session))

    def own(self, session: str | None) -> tuple[Upload, ...]:
        """A browser's files."""
        return self.uploads.listed(session) if session is not None and self.uploads is not None else ()

    def data(self, session: str | None, id: str) -> bytes | None:
        """The bytes of a browser's file, which its pages are drawn from; None for any other document."""
        return next((each.data for each in self.own(session) if each.document.id == id), None)

    def listed(self, session: str | None, most: int) -> tuple[Listed, ...]:
        """A browser's files first, then the documents for all."""
        mine = tuple(_listed(upload) for upload in self.own(session))
        return (*mine, *self.desk.listed(most))[:most]


def _listed(upload: Upload) -> Listed:
    document = upload.document
    known = (document.id, document.title, document.source, document.date, document.media_type)
    return Listed(*known, upload.passages, document.content_hash, document.remarks.lines())


def routes(shelf: Shelf) -> APIRouter:
    """The routes of added files."""
    router, lane = APIRouter(), shelf.desk.lanes.read

    @router.get("/files")
    async def listed(request: Request) -> Response:
        return JSONResponse(_told(shelf, session_of(request)))

    @router.post("/files")
    async def added(request: Request) -> Response:
        session, name = session_of(request), request.query_params.get("name", "")
        try:
            if session is None or not shelf.takes_files:
                raise DocumentError(_NO_SESSION if shelf.takes_files else "this chat takes no files; index them")
            return JSONResponse(await lane.run(_added, shelf, session, name, await request.body()))
        except PinciteError as error:
            return failure(error)

    @router.post("/files/remove")
    async def removed(request: Request) -> Response:
        session = session_of(request)
        try:
            if session is None or shelf.uploads is None:
                raise DocumentError(_NO_SESSION)
            shelf.uploads.remove(session, fields_of(await request.body()).text("id"))
        except PinciteError as error:
            return failure(error)
        return JSONResponse(_told(shelf, session))

    return router


def _added(shelf: Shelf, session: str, name: str, data: bytes) -> dict[str, Any]:
    """The result of adding a file, and all files that there are now."""
    shown = file_name(name)
    if shelf.share is not None:
        try:
            is_new, said = shelf.share(name, data)
            became = "added" if is_new else "unchanged"
            return {"name": shown, "became": became, "said": said, **_told(shelf, session)}
        except PinciteError as error:
            return {"name": shown, "became": "refused", "problem": str(error), **_told(shelf, session)}
    if shelf.uploads is None:
        raise RecordError(_NO_SESSION)
    added, *others = shelf.uploads.add(session, name, data)
    told: dict[str, Any] = {"name": added.name, "became": added.became}
    if added.problem is not None:
        told["problem"] = added.problem
    elif added.same_as is not None:
        told["said"] = f"the same text as {added.same_as}, which was added before"
    elif added.upload is not None:
        told["id"] = added.upload.document.id
        notes = [*added.upload.document.remarks.lines(), *_inside(others)]
        told |= {"said": "; ".join(notes)} if notes else {}
    return {**told, **_told(shelf, session)}


def _inside(others: Sequence[Added]) -> list[str]:
    """The results for the files inside a file that was added."""
    read = [added.name.rpartition(INSIDE)[2] for added in others if added.became == "added"]
    refused = [added.problem for added in others if added.problem is not None]
    said = [f"{counted(len(read), 'file')} inside it added: {', '.join(read[:_MOST_NAMED])}"] if read else []
    return said + refused[:_MOST_NAMED]


def _told(shelf: Shelf, session: str | None) -> dict[str, Any]:
    """A browser's files, and the limits in words."""
    limits = shelf.limits
    mine = [
        {
            "id": upload.document.id,
            "title": upload.document.title,
            "name": upload.document.source,
            "facts": f"{counted(upload.passages, 'passage')} · {size(upload.size)}",
        }
        for upload in shelf.own(session)
    ]
    most = f"At most {size(limits.file_bytes)} each"
    if shelf.share is not None:
        words = f"{most}. They are added to the index, for everybody who uses it."
    else:
        words = (
            f"{most}, {limits.files} files, {size(limits.bytes)} together. Only this browser sees them; they stay in "
            f"memory and are forgotten {limits.idle / 3600:.0f} hours after the last use."
        )
    return {"takes": shelf.takes_files, "largest": limits.file_bytes, "limits": words, "files": mine}
