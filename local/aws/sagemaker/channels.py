"""Reads a training channel as Pipe mode does: record by record, with the training role's access."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.aws.sagemaker.job import JobFailed
from local.aws.sagemaker.recordio import NotRecordIO, frame, payloads

EMPTY_BATCH = (
    "ClientError: Got empty batch from pipe. Please check if the manifest file contains valid "
    "batches and the value of training job parameter AttributeNames matches attributes names in "
    "the augmented manifest."
)
UNPARSABLE = (
    "ClientError: Unable to parse record. Please make sure input data is in correct recordio "
    "format. , exit code: 2"
)
_READ_AHEAD = 1 << 18


@dataclass(frozen=True, slots=True)
class Record:
    """What the algorithm receives for one manifest line: the image's bytes and its annotation."""

    image: bytes
    annotation: bytes


class Channel:
    """One channel of a training job whose data is an augmented manifest.

    Args:
        description: the channel as in the request's InputDataConfig.
        s3: an S3 client with the training role's credentials.
        keep_going: called before every line; raises when the job has been stopped.
    """

    def __init__(
        self, description: dict[str, Any], s3: Any, keep_going: Callable[[], None]
    ) -> None:
        self.name: str = description["ChannelName"]
        self._description = description
        self._source: dict[str, Any] = description["DataSource"]["S3DataSource"]
        self._s3 = s3
        self._keep_going = keep_going

    def records(self) -> Iterator[Record]:
        """Yield the channel's records in the manifest's order; one at a time is in memory.

        Raises:
            JobFailed: an object cannot be read, a line lacks an attribute or the pipe carries no
                RecordIO, in the words of SageMaker and the algorithm.
        """
        stream = payloads(self._pipe())
        found = False
        try:
            for image in stream:
                annotation = next(stream, None)
                if annotation is None:
                    raise JobFailed(UNPARSABLE)
                found = True
                yield Record(image, annotation)
        except NotRecordIO as error:
            raise JobFailed(f"ClientError: Unable to parse record: {error}") from error
        if not found:
            raise JobFailed(EMPTY_BATCH)

    def _pipe(self) -> Iterator[bytes]:
        wraps = self._description.get("RecordWrapperType") == "RecordIO"
        for value in self._values():
            yield frame(value) if wraps else value

    def _values(self) -> Iterator[bytes]:
        names: list[str] = self._source["AttributeNames"]
        for number, line in enumerate(self._lines()):
            self._keep_going()
            attributes = _attributes(line)
            if any(name not in attributes for name in names):
                raise JobFailed(UNPARSABLE if number else EMPTY_BATCH)
            for name in names:
                yield self._value(name, attributes[name])

    def _lines(self) -> Iterator[bytes]:
        body: Any = io.BufferedReader(_Body(self._open(self._source["S3Uri"])), _READ_AHEAD)
        if self._description.get("CompressionType") == "Gzip":
            body = gzip.GzipFile(fileobj=body)
        yield from (line for line in body if line.strip())

    def _value(self, name: str, value: Any) -> bytes:
        if name.endswith("-ref"):
            content: bytes = self._open(value).read()
            return content
        return json.dumps(value).encode()

    def _open(self, uri: Any) -> Any:
        if not isinstance(uri, str) or not uri.startswith("s3://"):
            raise JobFailed(
                f"ClientError: Data download failed:Unable to download object {uri!r} (no S3 URI)"
            )
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            return self._s3.get_object(Bucket=bucket, Key=key)["Body"]
        except ClientError as error:
            reason = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
            raise JobFailed(
                f"ClientError: Data download failed:Unable to download object {uri} ({reason})"
            ) from error


def _attributes(line: bytes) -> dict[str, Any]:
    try:
        attributes = json.loads(line)
    except ValueError as error:
        raise JobFailed(UNPARSABLE) from error
    if not isinstance(attributes, dict):
        raise JobFailed(UNPARSABLE)
    return attributes


class _Body(io.RawIOBase):
    """A streaming body of botocore's as a raw file, which a BufferedReader can cut into lines."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
