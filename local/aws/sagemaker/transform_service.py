"""SageMaker's actions on batch transform jobs."""

from __future__ import annotations

from typing import Any

from local.aws.sagemaker.job_service import JobService
from local.aws.sagemaker.models import Models
from local.aws.sagemaker.refusals import validation_error
from local.aws.sagemaker.transform_job import DEFAULT_PAYLOAD_MB, TransformJob
from local.aws.sagemaker.transform_run import TransformRun

_MOST_IN_FLIGHT_MB = 100
"""MaxConcurrentTransforms × MaxPayloadInMB at most (API reference, CreateTransformJob)."""


class TransformService(JobService[TransformJob]):
    """Batch transform jobs on manifest files of images.

    Args:
        models: where the jobs' models are.
        pace: see ``JobService``.
    """

    def __init__(self, models: Models, *, pace: float = 0.0) -> None:
        super().__init__(TransformJob, pace=pace)
        self._models = models

    def create_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateTransformJob; the job runs in a thread of its own."""
        _check_request(request)
        account, model = self._account, self._models.find(request["ModelName"])

        def make(arn: str) -> TransformJob:
            tags = account.tag(arn, request.get("Tags", []))
            return TransformJob(arn, request, tags, announce, model=model)

        def announce(job: TransformJob) -> None:
            account.announce(TransformJob.KIND.event, job.event_detail(), job.arn)

        job = self._create(request["TransformJobName"], make)
        script = self.faults.take_script()
        run = TransformRun(
            job,
            script,
            lambda service: account.client_of_role(job.role, service),
            has_capacity=self.faults.has_capacity(job.instance_type),
            pace=self.pace,
        )
        job.change("InProgress")
        self._run(job, script, run)
        return {"TransformJobArn": job.arn}

    def describe_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeTransformJob."""
        return self._find(request).describe()

    def stop_transform_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer StopTransformJob."""
        return self._stop(request)

    def list_transform_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTransformJobs."""
        return self._list(request)


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
