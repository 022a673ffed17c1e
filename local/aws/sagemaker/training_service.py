"""SageMaker's actions on training jobs and labeling jobs."""

from __future__ import annotations

from typing import Any

from local.aws.sagemaker.job_service import JobService
from local.aws.sagemaker.preconditions import check_input_exists, check_request
from local.aws.sagemaker.refusals import RequestRefused
from local.aws.sagemaker.training_job import TrainingJob
from local.aws.sagemaker.training_run import TrainingRun

COMPLETION_EVENT = TrainingJob.KIND.event


class TrainingService(JobService[TrainingJob]):
    """Training as far as the pipeline uses it, with a stand-in for SageMaker's network.

    Args:
        pace: see ``JobService``.
        learns: whether jobs train the stand-in, which takes seconds; else ``model.tar.gz`` is a
            ``ScriptedModel`` and says so.
    """

    def __init__(self, *, pace: float = 0.0, learns: bool = False) -> None:
        super().__init__(TrainingJob, pace=pace)
        self.learns = learns
        self._labeling_jobs: dict[str, dict[str, Any]] = {}

    def register_labeling_job(self, name: str, status: str, **members: Any) -> None:
        """Let DescribeLabelingJob know a job; further members of its answer by keyword."""
        self._labeling_jobs[name.lower()] = {
            "LabelingJobName": name,
            "LabelingJobArn": self._account.arn("labeling-job", name),
            "LabelingJobStatus": status,
            **members,
        }

    def create_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateTrainingJob; the job runs in a thread of its own."""
        check_request(request)
        account, name, role = self._account, request["TrainingJobName"], request["RoleArn"]
        account.require_role(role, account.arn("training-job", name))

        def make(arn: str) -> TrainingJob:
            check_input_exists(request, account.client_of_role(role, "s3"), account.region)
            return TrainingJob(arn, request, account.tag(arn, request.get("Tags", [])), announce)

        def announce(job: TrainingJob) -> None:
            account.announce(COMPLETION_EVENT, job.event_detail(), job.arn)

        job = self._create(name, make)
        script = self.faults.take_script()
        run = TrainingRun(
            job,
            script,
            lambda service: account.client_of_role(role, service),
            has_capacity=self.faults.has_capacity(job.instance_type),
            pace=self.pace,
        )
        run.learns = self.learns
        job.enter("InProgress", "Starting", "Starting the training job")
        self._run(job, script, run)
        return {"TrainingJobArn": job.arn}

    def describe_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeTrainingJob."""
        return self._find(request).describe()

    def stop_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer StopTrainingJob."""
        return self._stop(request)

    def list_training_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListTrainingJobs."""
        return self._list(request)

    def describe_labeling_job(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeLabelingJob, of the jobs that were registered."""
        job = self._labeling_jobs.get(request["LabelingJobName"].lower())
        if job is None:
            raise RequestRefused("ResourceNotFound", "Requested resource not found.")
        return job
