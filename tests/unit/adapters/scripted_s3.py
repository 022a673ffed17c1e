"""A stand-in of S3 on 127.0.0.1 that answers reads as a test says."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class ScriptedS3:
    """`objects` by path. `trouble` may answer a read first: it is told the path and the try.

    It answers by a status with an XML body, by "cut" or by "silence".
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    trouble: Callable[[str, int], tuple[int, str] | str | None] = lambda _path, _number: None
    headers: dict[str, str] = field(default_factory=dict)
    reads: list[tuple[str, str]] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class _Reads(BaseHTTPRequestHandler):
    s3: ScriptedS3
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        s3 = self.s3
        path = unquote(self.path)
        tries = sum(path == each for each, _ in s3.reads) + 1
        s3.reads.append((path, self.headers["Range"]))
        s3.connections.add(self.client_address)
        trouble = s3.trouble(path, tries)
        if isinstance(trouble, tuple):
            self._answer(trouble[0], trouble[1].encode())
        elif trouble == "silence":
            s3.released.wait()
            self.close_connection = True
        elif path not in s3.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._part(s3.objects[path], cut=trouble == "cut")

    def _part(self, content: bytes, *, cut: bool) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert found is not None
        first, last = int(found[1]), int(found[2])
        part = content[first : last + 1]
        if not part:
            self._answer(416, b"<Error><Code>InvalidRange</Code></Error>")
            return
        about = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
        self._answer(206, part, cut=cut, **{"Content-Range": about})

    def _answer(self, status: int, body: bytes, *, cut: bool = False, **more: str) -> None:
        self.send_response(status)
        for name, value in {**self.s3.headers, **more}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients hang up on purpose."""


@contextmanager
def scripted_s3() -> Iterator[ScriptedS3]:
    """Serve as long as the context lasts."""
    s3 = ScriptedS3()
    with _Server(("127.0.0.1", 0), type("Reads", (_Reads,), {"s3": s3})) as server:
        s3.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield s3
        finally:
            s3.released.set()
            server.shutdown()
            thread.join()
