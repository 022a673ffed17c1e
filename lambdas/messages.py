"""What travels between the steps of the state machine and lies in the pipeline's bucket.

An execution may be under way when a new version is deployed: a new field has a default, and none
changes its name. ``tests/unit/kept_messages`` has what the versions before have written.
"""

from typing import Any

import msgspec


class ExecutionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Input of an execution, written by ``start_execution`` or typed into the console."""

    manifest: str
    """S3 URI of the Ground Truth output manifest."""
    version_id: str | None = None
    """S3 version of the manifest; without it, the newest at the time of validation."""
    validation_manifest: str | None = None
    """S3 URI of a manifest for the validation channel; without it, ``manifest`` is split."""
    label_attribute: str | None = None
    """Label attribute of this manifest; without it, the configured or the discovered one."""
    newest_only: bool = False
    """Whether not to train once a newer version of the manifest exists."""


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """The execution on whose behalf a step runs."""

    name: str
    arn: str
    redrive_count: int = 0


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What Validate Manifest found and wrote: the numbers to train with and where the data lies."""

    manifest: str
    version_id: str
    newest_only: bool
    train_manifest: str
    validation_manifest: str
    test_manifest: str | None = None
    """S3 URI of the part that no training job sees; None where there is none."""
    report: str
    """S3 URI of the findings as JSON."""
    report_page: str
    """S3 URI of the report that people look at."""
    label_attribute: str
    hyperparameters: dict[str, str]
    """Those that follow from the data."""
    records: dict[str, int]
    boxes: int
    max_boxes_per_image: int
    classes: list[str]
    split: dict[str, int]
    warnings: list[str] = []


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job that the execution asked SageMaker for."""

    name: str
    instance_type: str
    instance_count: int
    attempt: int
    """0 for the first job of its kind in the execution."""
    internal_errors: int = 0
    """How many jobs before it failed inside SageMaker."""
    redrive_count: int
    execution_arn: str
    waits_for_quota: bool = False
    """Whether people have been told that no quota allows it yet."""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A task token, kept until its job ends."""

    task_token: str
    execution: Execution
    job: Job = msgspec.field(name="training_job")
    """Under the name by which the first version kept it."""


class StartTrainingJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Start Training Job."""

    dataset: Dataset
    attempt: int
    """How many training jobs the execution has asked for before."""
    capacity_misses: int
    """How many of those found no capacity."""
    internal_errors: int
    """How many of those failed inside SageMaker since the last redrive."""
    execution: Execution
    retry_count: int = 0
    """How often the state has been tried before in this visit."""


class AwaitTrainingJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Await Training Job."""

    training_job: Job
    execution: Execution
    task_token: str
    retry_count: int = 0
    """How often the state has been tried before in this visit."""


class RecordModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Record Model."""

    dataset: Dataset
    training_job: Job
    execution: Execution


class ValidateManifestEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Validate Manifest; the request is what the execution was started with."""

    request: Any
    execution: str


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What SageMaker bills for a job: seconds × instances."""

    job: str
    instance_type: str
    instance_count: int
    billable_seconds: int
    """Seconds billed for each instance."""
    training_seconds: int
    """Seconds that the job trained; more than the billed ones on spot capacity."""

    @property
    def instance_seconds(self) -> int:
        """What is paid for, in seconds of one instance."""
        return self.billable_seconds * self.instance_count

    @property
    def saved(self) -> float:
        """The share that spot capacity saved: 1 - billable / training (DescribeTrainingJob)."""
        if not self.training_seconds:
            return 0.0
        return max(0.0, round(1 - self.billable_seconds / self.training_seconds, 4))

    def __str__(self) -> str:
        """Say it in words."""
        text = f"{self.billable_seconds} s × {self.instance_count} {self.instance_type}"
        return f"{text}, {self.saved:.0%} saved by spot capacity" if self.saved else text


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution that succeeded leaves behind, and its output."""

    model_artifact: str
    """S3 URI of the ``model.tar.gz`` that SageMaker wrote."""
    training_job: str
    instance_type: str
    instance_count: int
    bills: list[Bill]
    """Of every training job of the execution, the one with the model last."""
    billable_instance_seconds: int
    """The sum of what is paid for."""
    spot_saving: float
    """The share of the last training job that spot capacity saved."""
    metrics: dict[str, float]
    """The last value of each metric, as SageMaker reported it."""
    manifest: str
    version_id: str
    label_attribute: str
    records: dict[str, int]
    boxes: int
    classes: list[str]
    split: dict[str, int]
    hyperparameters: dict[str, str]
    report: str
    report_page: str
    execution: str
