"""A small hub on this machine: lists repositories, redirects large files to a second host, and fails as it is told to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", ".pth", ".bin")
PIECE = 1 << 14


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    host: str
    path: str
    start: int
    token: str


@dataclass
class Repository:
    folder: Path
    commit: str = "c" * 40
    gated: bool = False
    secret: str = ""  # the token that opens it; without one it does not seem to exist
    lie: dict[str, str] = field(default_factory=dict)  # hashes to tell instead of the true ones


@dataclass
class FakeHub:
    """What it serves and how it fails. `sent` counts the bytes of each file's bodies."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    drops: list[int] = field(default_factory=list)  # bytes after which the next large bodies break off
    statuses: list[int] = field(default_factory=list)  # what the next large bodies are answered with; 0 serves
    api_statuses: list[int] = field(default_factory=list)
    spoiled: int = 0  # how many large bodies to come have a wrong byte
    ignores_ranges: bool = False
    is_portal: bool = False  # answers everything with a page that wants a login
    hold_at: int = -1  # bytes after which a large body waits for `release`
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    files_url: str = ""

    def add(self, model: str, folder: Path, **options: object) -> Repository:
        self.repositories[model] = Repository(folder, **options)  # type: ignore[arg-type]
        return self.repositories[model]

    def bodies(self) -> list[Asked]:
        """The requests that asked for a large file's bytes."""
        return [one for one in self.asked if one.host == "files"]


@contextmanager
def serving() -> Iterator[FakeHub]:
    """A hub that answers until the block ends."""
    hub = FakeHub()
    servers = []
    for host in ("hub", "files"):
        server = _Server(hub, host)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
    hub.url, hub.files_url = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    try:
        yield hub
    finally:
        hub.release.set()
        for server in servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: FakeHub, host: str) -> None:
        self.hub = hub
        self.host = host
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.server.hub.asked.append(Asked(self.server.host, path, start, self.headers.get("Authorization", "")))
        if self.server.hub.is_portal:
            self._answer(200, b"<html>Please log in.</html>")
        elif self.server.host == "files":
            self._body(Path(path), start)
        elif path.startswith("/api/models/"):
            self._list(path.removeprefix("/api/models/"))
        else:
            model, _, rest = path.removeprefix("/").partition("/resolve/")
            self._file(model, rest.partition("/")[2])

    def log_message(self, *_: object) -> None:
        pass

    def _list(self, rest: str) -> None:
        model, _, revision = rest.partition("/revision/")
        found = self._allowed(model)
        if self.server.hub.api_statuses:
            self._answer(self.server.hub.api_statuses.pop(0))
        elif found is None:
            self._answer(401, headers={"X-Error-Code": "RepoNotFound"})
        elif revision not in ("", "main", "v1", found.commit):
            self._answer(404, headers={"X-Error-Code": "RevisionNotFound"})
        else:
            files = [_listed(path, found) for path in sorted(found.folder.iterdir()) if path.is_file()]
            self._answer(200, json.dumps({"id": model, "sha": found.commit, "siblings": files}).encode())

    def _file(self, model: str, name: str) -> None:
        found = self._allowed(model)
        if found is None:
            self._answer(401, headers={"X-Error-Code": "RepoNotFound"})
        elif found.gated and "Bearer" not in self.headers.get("Authorization", ""):
            self._answer(401, headers={"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."})
        elif name.endswith(LARGE):
            self._answer(302, headers={"Location": f"{self.server.hub.files_url}{found.folder / name}"})
        else:
            self._answer(200, (found.folder / name).read_bytes())

    def _allowed(self, model: str) -> Repository | None:
        found = self.server.hub.repositories.get(model)
        return found if found and found.secret in self.headers.get("Authorization", "") else None

    def _body(self, path: Path, start: int) -> None:
        if self.server.hub.statuses and (status := self.server.hub.statuses.pop(0)):
            return self._answer(status)
        content = path.read_bytes()
        if start >= len(content):
            return self._answer(416)
        if self.server.hub.spoiled:
            self.server.hub.spoiled -= 1
            content = content[:-1] + bytes([content[-1] ^ 1])
        begin = 0 if self.server.hub.ignores_ranges else start
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        end = begin + self.server.hub.drops.pop(0) if self.server.hub.drops else len(content)
        self._send(path.name, content[begin:end])
        return None

    def _send(self, name: str, content: bytes) -> None:
        hold = self.server.hub.hold_at
        for at in range(0, len(content), PIECE):
            if 0 <= hold <= at:
                self.server.hub.release.wait(60)
            piece = content[at : at + PIECE]
            self.wfile.write(piece)
            self.server.hub.sent[name] = self.server.hub.sent.get(name, 0) + len(piece)

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _listed(path: Path, found: Repository) -> dict[str, object]:
    content = path.read_bytes()
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    listed: dict[str, object] = {"rfilename": path.name, "size": len(content), "blobId": git}
    if path.name.endswith(LARGE):
        sha256 = found.lie.get(path.name) or hashlib.sha256(content).hexdigest()
        listed["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
    return listed
