"""What comes with a request of the page, read up to a limit; and what went wrong, as one line of JSON."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from embeddings.errors import PinciteError, RecordError, printable
from qa.gate.desk import Busy


async def body_of(request: Request, most: int, refusal: str | None = None) -> bytes:
    """The body of a request. Raises RecordError where it has more than `most` bytes, or does not come whole."""
    words = refusal if refusal is not None else f"the request has more than {most:,} bytes; send less"
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise RecordError(words)
    parts: list[bytes] = []
    taken = 0
    try:
        async for part in request.stream():
            taken += len(part)
            if taken > most:
                raise RecordError(words)
            parts.append(part)
    except ClientDisconnect:
        raise RecordError("the request broke off; send it again") from None
    return b"".join(parts)


def failure(error: PinciteError) -> Response:
    """What went wrong, for the page to show."""
    return JSONResponse({"error": printable(str(error))}, 503 if isinstance(error, Busy) else 422)
