"""S3's answer to a request for a range of an object, as it arrives, and what it means."""

import re
from html import unescape

from lambdas.adapters.aws_errors import TRANSIENT
from lambdas.errors import ServiceUnavailable
from lambdas.images.answer import Answer, Part, Refusal, Span
from lambdas.images.equal_content import content_of_object

_TOO_MANY_REQUESTS = 429
_OURS = frozenset(
    {
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidToken",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
"""Errors that are about who asks, not about the image."""

_CODE = re.compile(rb"<Code>([^<]{1,100})</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]{1,1000})</Message>")


class Passing(Exception):
    """An answer that another try may not get."""


class Response:
    """Takes an answer's head and body as the runtime calls with them."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []

    def begin(self, status_code: int, headers: list[tuple[str, str]], **_: object) -> None:
        """Take the status and the headers."""
        self._status = status_code
        self._headers = {name.lower(): value for name, value in headers}

    def add(self, chunk: bytes, **_: object) -> None:
        """Take some of the body."""
        self._chunks.append(chunk)

    def answer(self, span: Span) -> Answer:
        """Return what the whole answer says about the range that was asked for.

        Raises ``Passing`` where S3 is only busy, ``ServiceUnavailable`` where it does not know or
        believe who asks.
        """
        body = b"".join(self._chunks)
        if self._status in (200, 206):
            return self._part(span, body)
        code, message = _first(_CODE, body), _first(_MESSAGE, body)
        about = f"{code or self._status}: {message}"
        if self._status >= 500 or self._status == _TOO_MANY_REQUESTS or _transient(code):
            raise Passing(about)
        if code in _OURS:
            raise ServiceUnavailable(f"S3 does not accept the credentials. {about}")
        region = self._headers.get("x-amz-bucket-region", "")
        return Refusal(self._status, code, message, region)

    def _part(self, span: Span, body: bytes) -> Part:
        headers = self._headers
        if self._status == 206:
            size = int(headers["content-range"].rpartition("/")[2])
        else:  # all of it, from something like S3 that does not know ranges
            size = len(body)
            body = body[span.first : span.end]
        if len(body) != min(span.end, size) - span.first:
            raise Passing(f"{len(body)} bytes came of {min(span.end, size) - span.first}")
        content = content_of_object(
            headers.get("etag", ""),
            size,
            headers.get("x-amz-server-side-encryption", ""),
            customer_key="x-amz-server-side-encryption-customer-algorithm" in headers,
        )
        return Part(body, size, content)


def _transient(code: str) -> bool:
    return code.removeprefix("KMS.") in TRANSIENT


def _first(pattern: "re.Pattern[bytes]", body: bytes) -> str:
    found = pattern.search(body)
    return unescape(found[1].decode(errors="replace")) if found else ""
