"""The training service: SageMaker's actions on training jobs, tags and labeling jobs."""

from __future__ import annotations

import base64
import contextvars
import threading
from collections.abc import Callable, Iterator
from typing import Any

from local.aws.event_bus import EventBus
from local.aws.repairs.authorization import role_credentials, service_may_assume
from local.aws.sagemaker.job_faults import JobFaults
from local.aws.sagemaker.preconditions import check_input_exists, check_request
from local.aws.sagemaker.refusals import RequestRefused, validation_error
from local.aws.sagemaker.training_job import TrainingJob
from local.aws.sagemaker.training_run import TrainingRun

COMPLETION_EVENT = "SageMaker Training Job State Change"
_PRINCIPAL = "sagemaker.amazonaws.com"
_PAGE = 10
_STOP_SECONDS = 5.0

Client = Callable[..., Any]


class TrainingService:
    """SageMaker as far as the pipeline uses it, with a stand-in for its network.

    Args:
        pace: seconds a job stays in each of its statuses (0: as fast as it can read the data).
        learns: whether jobs train the stand-in, which takes seconds; else its weights stay random,
            and ``model.tar.gz`` says so.
    """

    def __init__(self, *, pace: float = 0.0, learns: bool = False) -> None:
        self.faults = JobFaults()
        self.jobs: dict[str, TrainingJob] = {}
        self.pace, self.learns = pace, learns
        self._labeling_jobs: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def attach(self, region: str, account: str, bus: EventBus, client: Client) -> None:
        """Join the service to a running embedded AWS."""
        self._arn = f"arn:aws:sagemaker:{region}:{account}"
        self._account, self._region = account, region
        self._bus, self._client = bus, client

    def stop_all(self) -> None:
        """Stop every job that runs, and wait for it."""
        for job in self.jobs.values():
            job.stop_requested.set()
        for job in self.jobs.values():
            job.finished.wait(_STOP_SECONDS)

    def wait_until_finished(self, name: str, timeout: float = 120.0) -> TrainingJob:
        """Wait for a job's end; return the job.

        Raises:
            TimeoutError: it has not ended within ``timeout`` seconds.
        """
        job = self.jobs[name]
        if not job.finished.wait(timeout):
            raise TimeoutError(f"training job {name} is still {job.secondary_status}")
        return job

    def register_labeling_job(self, name: str, status: str, **members: Any) -> None:
        """Let DescribeLabelingJob know a job; further members of its answer by keyword."""
        self._labeling_jobs[name.lower()] = {
            "LabelingJobName": name,
            "LabelingJobArn": f"{self._arn}:labeling-job/{name.lower()}",
            "LabelingJobStatus": status,
            **members,
        }

    def create_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateTrainingJob; the job runs in a thread of its own."""
        check_request(request)
        name, role = request["TrainingJobName"], request["RoleArn"]
        arn = f"{self._arn}:training-job/{name.lower()}"
        if not service_may_assume(_PRINCIPAL, role, arn):
            raise validation_error(
                f"Could not assume role {role}. Please ensure that the role exists and allows "
                f"principal '{_PRINCIPAL}' to assume the role."
            )
        with self._lock:
            if name in self.jobs:
                raise RequestRefused(
                    "ResourceInUse",
                    "Training job names must be unique within an AWS account and region, and a "
                    f"training job with this name already exists ({arn})",
                )
            check_input_exists(request, self._role_client(role, "s3"), self._region)
            job = self.jobs[name] = TrainingJob(
                arn, request, list(request.get("Tags", [])), self._announce
            )
        script = self.faults.take_script()
        run = TrainingRun(
            job,
            script,
            lambda service: self._role_client(role, service),
            has_capacity=self.faults.has_capacity(request["ResourceConfig"]["InstanceType"]),
            pace=self.pace,
            learns=self.learns,
        )
        job.enter("InProgress", "Starting", "Starting the training job")
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(run.run,), name=name, daemon=True).start()
        if script.before_answer:
            job.finished.wait()
        return {"TrainingJobArn": arn}

    def describe_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeTrainingJob."""
        return self._job(request).describe()

    def stop_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer StopTrainingJob."""
        job = self._job(request)
        if job.status != "InProgress":
            raise validation_error(
                f"The request was rejected because the training job is in status {job.status}."
            )
        job.stop_requested.set()
        return {}

    def list_training_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTrainingJobs: by name, status and time of creation, page by page."""
        descending = request.get("SortOrder", "Descending") == "Descending"
        wanted = [job for job in self.jobs.values() if _is_wanted(job, request)]
        key = (
            (lambda job: job.name) if request.get("SortBy") == "Name" else (lambda job: job.created)
        )
        wanted.sort(key=key, reverse=descending)
        start = int(base64.b64decode(request["NextToken"])) if "NextToken" in request else 0
        end = start + request.get("MaxResults", _PAGE)
        page: dict[str, Any] = {"TrainingJobSummaries": [j.summary() for j in wanted[start:end]]}
        if end < len(wanted):
            page["NextToken"] = base64.b64encode(str(end).encode()).decode()
        return page

    def add_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer AddTags; a tag of the same key is replaced."""
        job = self._tagged(request)
        added = {tag["Key"] for tag in request["Tags"]}
        job.tags[:] = [tag for tag in job.tags if tag["Key"] not in added] + request["Tags"]
        return {"Tags": job.tags}

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTags."""
        return {"Tags": self._tagged(request).tags}

    def tagged(self) -> Iterator[tuple[str, list[dict[str, str]]]]:
        """Yield the ARN and the tags of every training job, for conditions of IAM policies."""
        for job in list(self.jobs.values()):
            yield job.arn, job.tags

    def describe_labeling_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeLabelingJob, of the jobs that were registered."""
        job = self._labeling_jobs.get(request["LabelingJobName"].lower())
        if job is None:
            raise RequestRefused("ResourceNotFound", "Requested resource not found.")
        return job

    def _job(self, request: dict[str, Any]) -> TrainingJob:
        job = self.jobs.get(request["TrainingJobName"])
        if job is None:
            raise validation_error("Requested resource not found.")
        return job

    def _tagged(self, request: dict[str, Any]) -> TrainingJob:
        for job in self.jobs.values():
            if job.arn == request["ResourceArn"]:
                return job
        raise validation_error("Requested resource not found.")

    def _role_client(self, role: str, service: str) -> Any:
        return self._client(service, **role_credentials(role, "SageMaker"))

    def _announce(self, job: TrainingJob) -> None:
        self._bus.emit("aws.sagemaker", COMPLETION_EVENT, job.event_detail(), (job.arn,))


def _is_wanted(job: TrainingJob, request: dict[str, Any]) -> bool:
    return (
        request.get("NameContains", "").lower() in job.name.lower()
        and request.get("StatusEquals", job.status) == job.status
        and request.get("CreationTimeAfter", 0) < job.created
        and job.created < request.get("CreationTimeBefore", float("inf"))
    )
