"""A small S3 on 127.0.0.1 with TLS, in a process of its own: what the pipeline's own path talks to.

It has what reading and writing manifests takes: GetObject, PutObject and uploads in parts. Objects
are files `folder/bucket/key`; signatures and checksums are not looked at.
"""

import io
import json
import shutil
import ssl
import sys
import tempfile
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.validate_manifest.certificate import HOST, self_signed

BLOCK = 1 << 18
UPLOADS = "uploads in parts"


class Objects(BaseHTTPRequestHandler):
    """Requests on the objects in `folder`."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_GET(self) -> None:
        path = self._path()
        if not path.is_file():
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")
            return
        with path.open("rb", buffering=0) as file:
            self.send_response(200)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            shutil.copyfileobj(file, self.wfile, BLOCK)

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
        length = self.headers.get("Content-Length")
        if length is not None:
            self._copy(int(length), file)
        elif self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self._copy(size, file)
                self.rfile.readline()
            while self.rfile.readline().strip():  # what trails the last chunk
                pass

    def _copy(self, size: int, file: BinaryIO) -> None:
        buffer = memoryview(bytearray(min(size, BLOCK)))
        while size:
            count = self.rfile.readinto(buffer[:size])  # type: ignore[attr-defined]
            if not count:
                raise ConnectionError("the request ended early")
            file.write(buffer[:count])
            size -= count

    def _answer(self, status: int, body: str = "") -> None:
        self.send_response(status)
        self.send_header("ETag", '"any"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


def main() -> None:
    """Serve the folder named on the command line until standard input ends.

    Prints two JSON objects: where it is and the certificate to trust, then its own CPU seconds.
    """
    Objects.folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as secrets:
        certificate = self_signed(Path(secrets) / "certificate.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with ThreadingHTTPServer((HOST, 0), Objects) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            place = f"https://{HOST}:{server.server_address[1]}"
            print(json.dumps({"url": place, "certificate": str(certificate)}), flush=True)
            sys.stdin.read()
            server.shutdown()
            thread.join()
    print(json.dumps({"cpu": time.process_time()}), flush=True)


if __name__ == "__main__":
    main()
