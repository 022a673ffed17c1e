"""Transform jobs in moto's account: they complete at once, but for those that a scenario holds."""

import json
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.sagemaker.models import sagemaker_backends

from lambdas.adapters import clients
from tests.second_interpreter.deployed import ACCOUNT, REGION

ANSWER = {"prediction": [[0.0, 0.9, 0.1, 0.125, 0.4, 0.375]]}
"""The dog of every picture, at (10, 10, 30, 20) of 100 × 80 pixels."""


class TransformJobs:
    """A held job runs, and has no answers, until the scenario ends it."""

    def __init__(self) -> None:
        self.to_hold = 0
        """How many of the next jobs are held."""
        self.stops: list[str] = []
        """Names of the jobs that StopTransformJob was called for."""

    def created(self, name: str) -> None:
        """Hold a job that moto has made, or let it complete."""
        if not self.to_hold:
            self.end(name, "Completed")
            return
        self.to_hold -= 1
        job = self._job(name)
        job.transform_job_status, job.transform_end_time = "InProgress", None

    def end(self, name: str, status: str, reason: str = "") -> None:
        """End a job: what DescribeTransformJob says of it from now on."""
        job = self._job(name)
        if status == "Completed":
            images = job.transform_input["DataSource"]["S3DataSource"]["S3Uri"]
            _answer_all(images, job.transform_output["S3OutputPath"])
        job.failure_reason, job.transform_end_time = reason, utcnow()
        job.transform_job_status = status

    def age(self, name: str, seconds: int) -> None:
        """Let a job have been created so much earlier."""
        self._job(name).creation_time -= timedelta(seconds=seconds)

    def stop(self, name: str) -> None:
        """Take a StopTransformJob call."""
        self.stops.append(name)
        self._job(name).transform_job_status = "Stopping"

    def names(self) -> list[str]:
        """The transform jobs of the account, oldest first."""
        return list(sagemaker_backends[ACCOUNT][REGION].transform_jobs)

    def _job(self, name: str) -> Any:
        return sagemaker_backends[ACCOUNT][REGION].transform_jobs[name]


def _answer_all(images: str, output: str) -> None:
    """Write a transform job's answers: one for each image of its list."""
    bucket, _, key = images.removeprefix("s3://").partition("/")
    _, *keys = json.loads(clients.s3().get_object(Bucket=bucket, Key=key)["Body"].read())
    bucket, _, prefix = output.removeprefix("s3://").partition("/")
    for each in keys:
        body = json.dumps(ANSWER).encode()
        clients.s3().put_object(Bucket=bucket, Key=f"{prefix}{each}.out", Body=body)
