"""Runs a batch transform job: an artifact over the images of a manifest file."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from PIL import Image

from local.aws.sagemaker.detector.child_process import WorkFailed, work
from local.aws.sagemaker.job import JobFailed
from local.aws.sagemaker.job_run import CAPACITY_ERROR, JobRun
from local.aws.sagemaker.scripted_model import ScriptedModel
from local.aws.sagemaker.transform_job import TransformJob

_SEE_LOG = "See job logs for more information"
_REFUSED = "ClientError: 400"


@dataclass(frozen=True, slots=True)
class InputObject:
    """An image to be looked at: where it lies, and its key below the manifest's prefix."""

    bucket: str
    key: str
    relative: str


Answers = list[tuple[InputObject, bytes]]


class TransformRun(JobRun[TransformJob]):
    """The life of one transform job: each object is answered by a document, or the job fails.

    What was answered before stays where it is, as SageMaker says of failed jobs (developer guide,
    batch-transform-errors.html).
    """

    LOG_GROUP: ClassVar[str] = "/aws/sagemaker/TransformJobs"

    def work(self) -> None:
        """Start, predict and write the documents."""
        job = self.job
        self.dwell()
        if not self.has_capacity:
            raise JobFailed(CAPACITY_ERROR)
        job.started = time.time()
        self.follow_script()
        s3 = self.clients("s3")
        model = self.job.model["PrimaryContainer"]["ModelDataUrl"]
        artifact = self._read(s3, *_split(model), "model data")
        for found, rows in self._answers(artifact, self._images(s3)):
            self.keep_going()
            self._write(s3, found, rows)
        if any(_REFUSED in line for line in job.log):
            raise JobFailed(f"ClientError: {_SEE_LOG}")

    def stop(self) -> None:
        """Stop, without output."""
        self.job.change("Stopping")
        self.end_stopped()

    def _images(self, s3: Any) -> Iterator[tuple[InputObject, bytes]]:
        """Yield the objects that can be looked at; note the others in the log."""
        for found in self._input_objects(s3):
            self.keep_going()
            problem, content = self._fetched(s3, found)
            if problem:
                self.job.log.append(f"{found.bucket}/{found.key}: {_REFUSED} {problem}")
            else:
                yield found, content

    def _fetched(self, s3: Any, found: InputObject) -> tuple[str, bytes]:
        if self.script.spoil is not None and found.key.endswith(self.script.spoil):
            return "asked for by a test", b""
        try:
            content: bytes = s3.get_object(Bucket=found.bucket, Key=found.key)["Body"].read()
        except ClientError as error:
            return str(error), b""
        if len(content) > self.job.payload_mb << 20:
            return f"{len(content)} bytes exceed MaxPayloadInMB, {self.job.payload_mb}", b""
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
                opened.load()
        except Exception as error:  # noqa: BLE001 - a decoder may raise anything
            return f"cannot be decoded ({error})", b""
        return "", content

    def _input_objects(self, s3: Any) -> list[InputObject]:
        """Read the manifest file: a prefix, then the keys below it (API, S3DataSource)."""
        uri = self.job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
        content = self._read(s3, *_split(uri), "manifest file")
        try:
            first, *relatives = json.loads(content)
            bucket, prefix = _split(first["prefix"])
            return [InputObject(bucket, prefix + name, name) for name in relatives]
        except (ValueError, TypeError, KeyError) as error:
            raise JobFailed(f"ClientError: Manifest file {uri} is not valid: {error!r}") from error

    def _read(self, s3: Any, bucket: str, key: str, what: str) -> bytes:
        try:
            content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise JobFailed(
                f"ClientError: Failed to download {what} from s3://{bucket}/{key}: {error}"
            ) from error
        return content

    def _answers(self, artifact: bytes, images: Iterator[tuple[InputObject, bytes]]) -> Answers:
        """Return each image with the rows about it, as JSON."""
        scripted = ScriptedModel.from_bytes(artifact)
        if scripted is not None:
            return [(found, json.dumps(scripted.answer(found.key)).encode()) for found, _ in images]
        shown: list[InputObject] = []

        def pictures() -> Iterator[bytes]:
            for found, content in images:
                shown.append(found)
                yield content

        try:
            answers = work("predict", chain((artifact,), pictures()), self.keep_going)
        except WorkFailed as failure:
            self.job.log.append(str(failure))
            raise JobFailed(f"AlgorithmError: {_SEE_LOG}") from failure
        return list(zip(shown, answers, strict=True))

    def _write(self, s3: Any, found: InputObject, rows: bytes) -> None:
        bucket, prefix = _split(self.job.request["TransformOutput"]["S3OutputPath"])
        key = f"{prefix.rstrip('/')}/{found.relative}.out".lstrip("/")
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=b'{"prediction":' + rows + b"}")
        except ClientError as error:
            raise JobFailed(f"ClientError: Failed to write s3://{bucket}/{key}: {error}") from error


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
