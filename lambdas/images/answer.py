"""What is asked of the place where images lie, and what it answers."""

from typing import NamedTuple


class Span(NamedTuple):
    """Bytes to be read: from ``first`` up to, not including, ``end``."""

    first: int
    end: int


class Part(NamedTuple):
    """Bytes of a file, as far as it has them.

    size: of the whole file. content: tells whether files of this size have the same bytes; None
    where that is not known.
    """

    data: bytes
    size: int
    content: str | None = None


class Refusal(NamedTuple):
    """An answer without bytes: the HTTP status, S3's error code and words.

    region: of the bucket, where S3 says that it is in another one.
    """

    status: int
    code: str
    message: str = ""
    region: str = ""


Answer = Part | Refusal
