"""A reverse proxy of a few lines, for the tests: it shows a chat under a path, which it takes off or leaves."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection"})


@contextmanager
def proxied(behind: str, path: str, *, strips: bool, hands_on_host: bool) -> Iterator[str]:
    """A proxy before an address; yields the one under which it shows it.

    Args:
        behind: the address of the chat.
        path: under which it is shown, such as "/x".
        strips: the path is taken off, as nginx does for `location /x/ { proxy_pass http://chat/; }`.
        hands_on_host: the chat is told by which host it was asked; else, as nginx does by itself, its own.
    """
    upstream = urlsplit(behind).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            """Passes one request on, and its answer back as it comes."""
            if not self.path.startswith(f"{path}/"):
                self.send_error(404)
                return
            length = int(self.headers.get("Content-Length", 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            if not hands_on_host:
                headers["Host"] = upstream
            with closing(http.client.HTTPConnection(upstream, timeout=60)) as connection:
                connection.request(
                    self.command,
                    self.path.removeprefix(path) if strips else self.path,
                    self.rfile.read(length) if length else None,
                    headers,
                )
                answer = connection.getresponse()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
                    self.wfile.flush()
            self.close_connection = True

        do_GET = do_POST = do_HEAD = do_DELETE = handle_one  # noqa: N815  # names of the standard library

        def handle(self) -> None:
            """A browser that leaves breaks its connection, which is no fault."""
            try:
                super().handle()
            except (ConnectionError, TimeoutError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
