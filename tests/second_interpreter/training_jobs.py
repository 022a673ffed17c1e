"""Training and labeling jobs in moto's account, and what a scenario wants to become of them."""

from collections.abc import Callable
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from tests.second_interpreter.deployed import ACCOUNT, BUCKET, REGION


class TrainingJobs:
    """Training jobs end when a scenario says so; labeling jobs say what it wants."""

    def __init__(self) -> None:
        self.refusals: list[str] = []
        """Error codes with which the next CreateTrainingJob calls are refused."""
        self.when_created: Callable[[str], None] | None = None
        """Called with the name of the next job, between its creation and the answer."""
        self.requests: dict[str, dict[str, Any]] = {}
        """What moto took each job from, by the job's name, oldest first."""
        self.stops: list[str] = []
        """Names of the jobs that StopTrainingJob was called for."""
        self.labeling_statuses: list[str] = []
        """What DescribeLabelingJob says in turn, the last for ever; empty: no labeling job."""

    def end(self, name: str, status: str, secondary: str = "", reason: str | None = None) -> None:
        """End a training job: what DescribeTrainingJob says of it from now on."""
        job = self._job(name)
        job.billable_time_in_seconds = job.training_time_in_seconds = 61
        if status == "Completed":
            output = f"{job.output_data_config['S3OutputPath']}/{name}/output/model.tar.gz"
            job.model_artifacts = {"S3ModelArtifacts": output}
            job.final_metric_data_list = [
                {"MetricName": "validation:mAP", "Value": 0.5, "Timestamp": job.creation_time}
            ]
        if reason:
            job.failure_reason = reason
        job.secondary_status = secondary or status
        job.training_job_status = status

    def stop(self, name: str) -> None:
        """Take a StopTrainingJob call."""
        self.stops.append(name)
        self._job(name).training_job_status = "Stopping"

    def labeling_job(self, name: str) -> dict[str, Any] | None:
        """Return what DescribeLabelingJob answers; None where there is no such job."""
        if not self.labeling_statuses:
            return None
        status = self.labeling_statuses[0]
        if len(self.labeling_statuses) > 1:
            self.labeling_statuses.pop(0)
        return {
            "LabelingJobName": name,
            "LabelingJobStatus": status,
            "LabelCounters": {"TotalLabeled": 3, "Unlabeled": 7},
            "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/labeling/"},
        }

    def _job(self, name: str) -> Any:
        return sagemaker_backends[ACCOUNT][REGION].training_jobs[name]
