"""What travels between the steps of the state machine and lies in the pipeline's bucket.

An execution may be under way when a new version is deployed: a new field has a default, and none
changes its name. ``tests/unit/kept_messages`` has what the versions before have written.
"""

from typing import Any, Literal

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


class ImageList(msgspec.Struct, frozen=True, kw_only=True):
    """The list of the images that the accepted lines name: one version of an object."""

    key: str
    version_id: str


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What was found and written of a manifest: the numbers to train with, where the data lies."""

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
    validation_version_id: str | None = None
    """S3 version of the validation manifest that was given; None where none was."""
    images: ImageList | None = None
    """What Check Images goes through; None where images are not looked at."""


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
    item: str = ""
    """What it is about, where an execution has jobs of its kind side by side; each item's jobs are
    a sequence of their own."""
    max_seconds: int | None = None
    """How long after its creation it is stopped; None where SageMaker itself does that."""


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


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """What one transform job is asked for: one model's answers about one bucket's images."""

    model: Literal["candidate", "incumbent"]
    image_bucket: str
    image_count: int
    images: str
    """S3 URI of the list of images, in the form of SageMaker's manifest file."""
    output: str
    """S3 URI of the prefix under which the answers lie."""
    model_artifact: str
    """S3 URI of the model's ``model.tar.gz``."""
    container: str
    """Image URI of the algorithm that the model runs in."""


class StartTransformJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Start Transform Job, for one item of Predict."""

    prediction: Prediction
    attempt: int
    """How many transform jobs the item has asked for before."""
    capacity_misses: int
    """How many of those found no capacity."""
    internal_errors: int
    """How many of those failed inside SageMaker since the last redrive."""
    execution: Execution
    retry_count: int = 0
    """How often the state has been tried before in this visit."""


class AwaitTransformJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Await Transform Job."""

    transform_job: Job
    execution: Execution
    task_token: str
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


class SetImagesAsideEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Set Images Aside; the request is what the execution was started with."""

    dataset: Dataset
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


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The score threshold with the highest F1, and what it gives."""

    threshold: float
    f1: float
    precision: float
    recall: float


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """The headline figures of an evaluation, and where the rest lies: result of Evaluate Model.

    A figure is None where there is nothing to measure it on.
    """

    held_out: Literal["validation", "test"]
    images: int
    """How many images the figures are of."""
    held_out_images: int
    missing_images: int
    """How many more were to be evaluated, but had no answer."""
    boxes: int
    unseen_classes: int
    """How many classes have no box in these images, and are in no mean."""
    ap: float | None
    """COCO's AP, the mean over IoU .50 to .95 and over classes."""
    ap50: float | None
    ap75: float | None
    ap_interval: tuple[float, float] | None
    """Within which the figure would lie for other images of the same kind, 95 of 100 times."""
    ap50_interval: tuple[float, float] | None
    best_f1: OperatingPoint | None
    incumbent: str | None
    """ARN of the approved version that was to be measured on the same images."""
    incumbent_ap: float | None
    incumbent_ap50: float | None
    not_compared: str | None
    """Why there are no figures of the incumbent; None where there are, or there is none."""
    document: str
    """S3 URI of all figures."""
    page: str | None
    """S3 URI of the page that people look at; None where it could not be made."""
    review_manifest: str | None
    """S3 URI of the images to look at again; None where nothing is wrong."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say about a model's figures."""

    passed: bool
    failures: list[str]
    """What the model falls short of, each in one sentence."""
    not_judged: list[str] = []
    """What could not be judged, so that a person has to."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution leaves behind that has trained a model, and its output.

    The last four are of what follows Record Model, None until then and where nothing does.
    """

    model_artifact: str
    """S3 URI of the ``model.tar.gz`` that SageMaker wrote."""
    training_job: str
    instance_type: str
    instance_count: int
    bills: list[Bill]
    """Of every job of the execution: the training jobs, the one with the model last, and then those
    that ran it."""
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
    evaluation: Evaluated | None = None
    gate: Gate | None = None
    model_package: str | None = None
    """ARN of the version in the model registry."""
    approval: str | None = None
    """Its ModelApprovalStatus."""


class EvaluationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What Prepare Evaluation chose: which images, which models, and what to ask them."""

    held_out: Literal["validation", "test"]
    """The part of the data set that the images are of."""
    images: int
    held_out_images: int
    """How many that part has; more than are evaluated where a setting caps them."""
    evaluated_records: str
    """S3 URI of the manifest's lines with those images."""
    incumbent: str | None
    """ARN of the newest approved version in the registry; None where there is none."""
    not_compared: str | None
    """Why the incumbent is not run on the same images; None where it is, or there is none."""
    predictions: list[Prediction]
    """Empty where the images have no box: there is nothing to measure."""


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """How one transform job ended: the result of one item of Predict."""

    prediction: Prediction
    transform_job: str
    failure: str | None
    """Why SageMaker marks it as failed; the answers that it gave are kept all the same."""
    redrive_count: int = 0
    """The run of the execution that asked for the job."""


class PrepareEvaluationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Prepare Evaluation."""

    dataset: Dataset
    outcome: Outcome
    execution: Execution


class EvaluateModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Evaluate Model."""

    dataset: Dataset
    outcome: Outcome
    evaluation: EvaluationPlan
    predicted: list[Predicted]
    execution: Execution


class RegisterModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Register Model."""

    outcome: Outcome
    evaluated: Evaluated
    execution: Execution
