"""A bucket in memory behind boto3's real S3 client: requests are answered instead of sent."""

import base64
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

Answer = tuple[int, dict[str, str], bytes]


class _Raw(io.BytesIO):
    """What urllib3 would hand over."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


@dataclass
class InMemoryS3:
    """`objects` by bucket and key; `uploads` are unfinished. `before` may answer a request first.

    Parts are checked as S3 does: those of an upload with a checksum need one, which must match,
    and completing takes it again.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, tuple[bytes, str]]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    before: Callable[[str, dict[str, str]], Answer | None] = lambda _operation, _query: None

    def client(self) -> Any:
        client = boto3.client(
            "s3",
            region_name="eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send.s3", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        url = urlsplit(request.url)
        query = {name: value[0] for name, value in parse_qs(url.query, True).items()}
        operation = " ".join([str(request.method), *sorted(query.keys() - {"x-id"})])
        self.requests.append(operation)
        place = f"{url.hostname}".split(".")[0] + unquote(url.path)
        answer = self.before(operation, query) or self._answer(operation, place, query, request)
        status, headers, body = answer
        headers = {"Content-Length": str(len(body)), **headers}
        return AWSResponse(request.url, status, cast("Any", headers), _Raw(body))

    def _answer(
        self, operation: str, place: str, query: dict[str, str], request: AWSPreparedRequest
    ) -> Answer:
        if operation.startswith(("GET", "HEAD")):
            return self._read(operation, place, query)
        match operation:
            case "PUT":
                self.objects[place] = checked(request)
                return 200, {"ETag": '"1"'}, b""
            case "POST uploads":
                assert request.headers["x-amz-checksum-algorithm"] == b"CRC32"
                self.uploads["u1"] = {}
                return 200, {}, b"<R><UploadId>u1</UploadId></R>"
            case "PUT partNumber uploadId":
                part = checked(request)
                self.uploads["u1"][int(query["partNumber"])] = (part, checksum(part))
                return 200, {"ETag": f'"{query["partNumber"]}"'}, b""
            case "POST uploadId":
                self.objects[place] = self._joined(bytes(cast("bytes", request.body)))
            case "DELETE uploadId":
                del self.uploads[query["uploadId"]]
            case _:
                return refusal(404, "NoSuchKey")
        return 200, {}, b""

    def _read(self, operation: str, place: str, query: dict[str, str]) -> Answer:
        if operation == "GET encoding-type list-type prefix":
            return 200, {}, self._listed(place.partition("/")[0], query["prefix"])
        if place not in self.objects:
            return (404, {}, b"") if operation == "HEAD" else refusal(404, "NoSuchKey")
        body = b"" if operation == "HEAD" else self.objects[place]
        return 200, {"x-amz-version-id": "v1", "ETag": '"1"'}, body

    def _listed(self, bucket: str, prefix: str) -> bytes:
        keys = (place.partition("/")[2] for place in self.objects if place.startswith(f"{bucket}/"))
        found = "".join(
            f"<Contents><Key>{quote(key)}</Key></Contents>"
            for key in sorted(keys)
            if key.startswith(prefix)
        )
        return f"<R><EncodingType>url</EncodingType>{found}</R>".encode()

    def _joined(self, named: bytes) -> bytes:
        parts = self.uploads.pop("u1")
        for number, (_, crc) in parts.items():
            assert f"<PartNumber>{number}</PartNumber>".encode() in named
            assert f"<ChecksumCRC32>{crc}</ChecksumCRC32>".encode() in named
        return b"".join(part for _, (part, _) in sorted(parts.items()))


def checked(request: AWSPreparedRequest) -> bytes:
    if "x-amz-trailer" in request.headers:
        return unchunked(cast("io.BytesIO", request.body).read())
    body = bytes(cast("bytes", request.body))
    stated: Any = request.headers["x-amz-checksum-crc32"]
    assert stated.decode() == checksum(body)
    return body


def unchunked(sent: bytes) -> bytes:
    """What boto3 sends in chunks, each behind its length in hexadecimal, the last of 0 bytes."""
    length, _, rest = sent.partition(b"\r\n")
    size = int(length, 16)
    return rest[:size] + unchunked(rest[size + 2 :]) if size else b""


def checksum(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def refusal(status: int, code: str, message: str = "says S3") -> Answer:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, {}, body.encode()
