"""A small S3 on 127.0.0.1 with TLS, in a process of its own: what the pipeline's own paths talk to.

It has what reading images and reading and writing manifests takes: GetObject whole or of a range,
PutObject and uploads in parts. Objects are files ``folder/bucket/key``; signatures and checksums
are not looked at. It can answer late, and leave some requests unanswered as S3 does now and then.
"""

import hashlib
import io
import json
import random
import re
import shutil
import ssl
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.object_store.certificate import HOST, self_signed

BLOCK = 1 << 18
LARGE = 1 << 24
UPLOADS = "uploads in parts"


@dataclass
class Trouble:
    """Shares of reads that go wrong; seconds before each answer; reads and bytes so far."""

    latency: float = 0.0
    unavailable: float = 0.0
    cut_off: float = 0.0
    gets: int = 0
    sent: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def strikes(self, share: float) -> bool:
        """Whether this read is one of them."""
        return share > 0 and self.chance.random() < share


class Objects(BaseHTTPRequestHandler):
    """Requests on the objects in ``folder``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder: Path
    trouble: Trouble

    def do_GET(self) -> None:
        trouble = self.trouble
        trouble.gets += 1
        time.sleep(trouble.latency)
        path = self._path()
        if trouble.strikes(trouble.unavailable):
            self._answer(503, "<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>")
        elif not path.is_file():
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._send(path, cut=trouble.strikes(trouble.cut_off))

    def _send(self, path: Path, *, cut: bool) -> None:
        size = path.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), size - 1)) if asked else (0, size - 1)
        if asked and first >= size:
            self._answer(416, "<Error><Code>InvalidRange</Code></Error>")
            return
        length = last - first + 1
        connection, self.wfile = self.wfile, io.BytesIO()
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", self._etag(path, size))
        self.send_header("x-amz-server-side-encryption", "AES256")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if cut:
            length, self.close_connection = length // 2, True
        with path.open("rb", buffering=0) as file:
            file.seek(first)
            for block in _blocks(file, length):
                self.wfile.write(block)  # the first one together with the headers
                connection.write(self.wfile.getbuffer())
                self.wfile = io.BytesIO()
        connection.write(self.wfile.getbuffer())
        self.wfile = connection
        self.trouble.sent += length

    @staticmethod
    @lru_cache(maxsize=1 << 17)
    def _etag(path: Path, size: int) -> str:
        """Return the MD5, as of an object put in one request; none of manifests, to save time."""
        content = path.read_bytes() if size < LARGE else b""
        return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'

    def do_PUT(self) -> None:
        upload = self._query("uploadId")
        path = self._part(upload, self._query("partNumber")) if upload else self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=0) as file:
            self._receive(file)
        self._answer(200)

    def do_POST(self) -> None:
        self._receive(io.BytesIO())
        upload = self._query("uploadId")
        if upload:
            self._join(upload)
            self._answer(200, "<CompleteMultipartUploadResult/>")
        else:
            name = "InitiateMultipartUploadResult"
            self._answer(200, f"<{name}><UploadId>{uuid.uuid4().hex}</UploadId></{name}>")

    def do_DELETE(self) -> None:
        shutil.rmtree(self._part(self._query("uploadId"), "1").parent, ignore_errors=True)
        self._answer(204)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _path(self) -> Path:
        return self.folder / unquote(urlsplit(self.path).path).lstrip("/")

    def _query(self, name: str) -> str:
        values = parse_qs(urlsplit(self.path).query, keep_blank_values=True).get(name, [""])
        return values[0]

    def _part(self, upload: str, number: str) -> Path:
        return self.folder / UPLOADS / upload / f"{int(number):05d}"

    def _join(self, upload: str) -> None:
        parts = self._part(upload, "1").parent
        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=0) as whole:
            for part in sorted(parts.iterdir()):
                with part.open("rb", buffering=0) as file:
                    shutil.copyfileobj(file, whole, BLOCK)
        shutil.rmtree(parts)

    def _receive(self, file: BinaryIO) -> None:
        length = int(self.headers.get("Content-Length", 0))
        blocks = _blocks(self.rfile, length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            blocks = _dechunked(self.rfile)
        if self.headers.get("Content-Encoding") == "aws-chunked":
            blocks = _dechunked(io.BufferedReader(_Joined(blocks), BLOCK))
        file.writelines(blocks)

    def _answer(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("ETag", '"any"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


class _Joined(io.RawIOBase):
    """Blocks as a stream, to look for chunks within chunks: boto3 sends what it signs like that."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._rest = self._rest or next(self._blocks, b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _blocks(stream: BinaryIO | io.BufferedIOBase, size: int) -> Iterator[bytes]:
    while size:
        block = stream.read(min(size, BLOCK))
        if not block:
            raise ConnectionError("the request ended early")
        yield block
        size -= len(block)


def _dechunked(stream: BinaryIO | io.BufferedIOBase) -> Iterator[bytes]:
    while size := int(stream.readline().split(b";")[0], 16):
        yield from _blocks(stream, size)
        stream.readline()
    while stream.readline().strip():  # what trails the last chunk
        pass


class Server(ThreadingHTTPServer):
    """Lets many connections begin at once."""

    request_queue_size = 256


def main() -> None:
    """Serve the folder named on the command line until standard input ends.

    Prints two JSON objects: where it is and the certificate to trust, then its own CPU seconds, the
    number of reads and the bytes sent.
    """
    folder, latency, unavailable, cut_off = sys.argv[1:]
    Objects.folder = Path(folder)
    trouble = Objects.trouble = Trouble(float(latency), float(unavailable), float(cut_off))
    with tempfile.TemporaryDirectory() as secrets:
        key, certificate = self_signed(Path(secrets))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with Server((HOST, 0), Objects) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            place = f"https://{HOST}:{server.server_address[1]}"
            print(json.dumps({"url": place, "certificate": str(certificate)}), flush=True)
            sys.stdin.read()
            server.shutdown()
            thread.join()
    print(
        json.dumps({"cpu": time.process_time(), "gets": trouble.gets, "sent": trouble.sent}),
        flush=True,
    )


if __name__ == "__main__":
    main()
