"""A small hub of models on loopback: as much of the Hugging Face hub's protocol as fetching a model needs."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "c0ffee" + "0" * 34


@contextmanager
def serving(models: dict[str, Path], missing: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Serves the files of folders as models; yields the address and the paths that were asked for.

    `missing` are files that the hub lists and then does not have.
    """
    asked: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

        def _answer(self, body: bool) -> None:
            path = self.path.split("?")[0]
            asked.append(path)
            for name, folder in models.items():
                if path.startswith(f"/api/models/{name}"):
                    return self._send(json.dumps(self._description(name, folder, path)).encode(), {}, body)
                if path.startswith(f"/{name}/resolve/"):
                    file = path.removeprefix(f"/{name}/resolve/").split("/", 1)[1]
                    return self._file(folder / file, file, body)
            return self._send(b"{}", {"X-Error-Code": "RepoNotFound"}, body, 404)

        def _description(self, name: str, folder: Path, path: str) -> object:
            files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
            if "/tree/" in path:
                return [
                    {"type": "file", "path": f, "size": (folder / f).stat().st_size, "oid": "0" * 40} for f in files
                ]
            return {"id": name, "modelId": name, "sha": COMMIT, "private": False, "tags": [], "downloads": 0,
                    "likes": 0, "siblings": [{"rfilename": file} for file in files]}  # fmt: skip

        def _file(self, path: Path, file: str, body: bool) -> None:
            if file in missing or not path.is_file():
                return self._send(b"{}", {"X-Error-Code": "EntryNotFound"}, body, 404)
            content = path.read_bytes()
            etag = hashlib.sha256(content).hexdigest()
            return self._send(content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}, body)

        def _send(self, content: bytes, headers: dict[str, str], body: bool, status: int = 200) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
