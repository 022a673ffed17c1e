"""SageMaker's actions on batch transform jobs."""

from __future__ import annotations

from typing import Any

from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.job_faults import JobFaults
from local.aws.sagemaker.jobs import Jobs
from local.aws.sagemaker.models import Models
from local.aws.sagemaker.refusals import validation_error
from local.aws.sagemaker.transform_job import DEFAULT_PAYLOAD_MB, TransformJob
from local.aws.sagemaker.transform_run import TransformRun

_MOST_IN_FLIGHT_MB = 100
"""MaxConcurrentTransforms × MaxPayloadInMB at most (API reference, CreateTransformJob)."""


class TransformService:
    """Batch transform jobs on manifest files of images.

    Args:
        models: where the jobs' models are.
        pace: seconds a job stays in each of its statuses.
    """

    def __init__(self, models: Models, *, pace: float = 0.0) -> None:
        self.pace = pace
        self._models = models
        self._jobs = Jobs(TransformJob)

    @property
    def jobs(self) -> dict[str, TransformJob]:
        """All transform jobs by name, oldest first."""
        return self._jobs.by_name

    @property
    def faults(self) -> JobFaults:
        """What the next jobs are to do."""
        return self._jobs.faults

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def stop_all(self) -> None:
        """Stop every job that runs, and wait for it."""
        self._jobs.stop_all()

    def wait_until_finished(self, name: str, timeout: float = 120.0) -> TransformJob:
        """Wait for a job's end; see ``Jobs``."""
        return self._jobs.wait_until_finished(name, timeout)

    def create_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateTransformJob; the job runs in a thread of its own."""
        _check_request(request)
        account, model = self._account, self._models.find(request["ModelName"])

        def make(arn: str) -> TransformJob:
            tags = account.tag(arn, request.get("Tags", []))
            return TransformJob(arn, request, tags, announce, model=model)

        def announce(job: TransformJob) -> None:
            account.announce(TransformJob.KIND.event, job.event_detail(), job.arn)

        job = self._jobs.create(account, request["TransformJobName"], make)
        script = self.faults.take_script()
        run = TransformRun(
            job,
            script,
            lambda service: account.client_of_role(job.role, service),
            has_capacity=self.faults.has_capacity(job.instance_type),
            pace=self.pace,
        )
        job.change("InProgress")
        self._jobs.run(job, script, run)
        return {"TransformJobArn": job.arn}

    def describe_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeTransformJob."""
        return self._jobs.find(request).describe()

    def stop_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer StopTransformJob."""
        return self._jobs.stop(request)

    def list_transform_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTransformJobs."""
        return self._jobs.list(request)


def _check_request(request: dict[str, Any]) -> None:
    kind = request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"]
    if kind == "AugmentedManifestFile":
        raise validation_error("AugmentedManifestFile is not supported for batch transform")
    if kind != "ManifestFile":
        raise validation_error(f"the embedded AWS transforms a ManifestFile only, found {kind}")
    in_flight = request.get("MaxConcurrentTransforms", 1) * request.get(
        "MaxPayloadInMB", DEFAULT_PAYLOAD_MB
    )
    if in_flight > _MOST_IN_FLIGHT_MB:
        raise validation_error(
            f"MaxConcurrentTransforms * MaxPayloadInMB must not exceed {_MOST_IN_FLIGHT_MB} MB, "
            f"found {in_flight}"
        )
